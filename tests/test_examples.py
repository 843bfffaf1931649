"""The examples run, and do what they say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.fixture(scope="module")
def portraits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portraits")
    subprocess.run(
        [sys.executable, EXAMPLES / "portrait.py", "--folder", folder], check=True
    )
    return folder


def test_portrait_makes_a_face_and_closes_one_eye(portraits: Path) -> None:
    face, closed = (
        np.asarray(Image.open(portraits / name)).astype(int)
        for name in ("face.png", "face-eye-closed.png")
    )
    assert face.shape == closed.shape == (227, 227, 3)
    rows, columns = np.nonzero((face != closed).any(axis=2))
    assert (rows.min() > 75, rows.max() < 121) == (True, True)
    assert (columns.min() > 50, columns.max() < 110) == (True, True)


def test_portrait_is_the_face_of_the_reference_data(
    portraits: Path, shared_data: Path
) -> None:
    ours = np.asarray(Image.open(portraits / "face.png")).astype(int)
    theirs = np.asarray(Image.open(shared_data / "face.png").convert("RGB"))
    assert np.abs(ours - theirs).mean() < 1
