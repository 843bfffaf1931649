"""A picture and a small network for the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from networks import pictures, small
from PIL import Image


@pytest.fixture
def face(tmp_path: Path) -> str:
    path = tmp_path / "face.png"
    Image.fromarray(pictures(1, (40, 36))[0]).save(path)
    return str(path)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("models") / "small.keras"
    small().save(path)
    return str(path)
