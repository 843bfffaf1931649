"""The examples run, and do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from events import images, values
from PIL import Image

from keras_models.faces import draw_face, unseen_seeds
from tb_actviz.records.codec import unpack
from tb_actviz.records.schema import decode_record

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.fixture(scope="module")
def portraits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portraits")
    subprocess.run(
        [sys.executable, EXAMPLES / "portrait.py", "--folder", folder], check=True
    )
    return folder


@pytest.mark.slow
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


@pytest.fixture(scope="module")
def finetuned(tmp_path_factory: pytest.TempPathFactory) -> Finetuned:
    """A short fine-tuning where ImageNet's weights cannot be had."""
    folder = tmp_path_factory.mktemp("finetuned")
    return finetune(folder, folder / "no-such-file", "--pictures", "160")


@pytest.mark.slow
def test_finetuning_makes_an_eye_channel_out_of_a_new_layer(
    finetuned: Finetuned,
) -> None:
    assert "weights that come with the package" in finetuned.said
    assert [row.step for row in finetuned.rows] == [0, 5, 10, 20]
    assert_an_eye_channel_forms(finetuned)


@pytest.mark.slow
def test_finetuning_logs_what_it_promises(finetuned: Finetuned) -> None:
    assert f"tensorboard --logdir {finetuned.log_dir}" in finetuned.said
    assert "eyes/inputs" in finetuned.said
    logged = images(finetuned.log_dir)
    assert set(logged) == {
        (f"eyes/{view}", row.step)
        for row in finetuned.rows
        for view in ("chosen/open", "chosen/winking", "inputs")
    }
    (first, *_, last) = (row.step for row in finetuned.rows)
    assert (logged["eyes/inputs", first] != logged["eyes/inputs", last]).any()


@pytest.mark.slow
def test_finetuning_logs_the_channel_that_it_names(finetuned: Finetuned) -> None:
    face = draw_face(next(iter(unseen_seeds(19, 1))), 128, True, True)
    top, left, bottom, right = (int(side / 128 * 31) for side in face.left_eye_box)
    at_the_eye = {}
    for (tag, step), tensor in values(finetuned.log_dir, "activations").items():
        if tag == ":input/activations":
            assert step == 0
            continue
        assert tag == "eyes/activations"
        at_the_eye[step] = [
            unpack(one.packed)[top : bottom + 1, left : right + 1, finetuned.channel]
            for one in decode_record(tensor.string_val).inputs
        ]
    assert set(at_the_eye) == {row.step for row in finetuned.rows}
    is_open, winking = (values.max() for values in at_the_eye[20])
    assert is_open > 0.5
    assert winking < 0.5 * is_open
    assert is_open > 1.5 * at_the_eye[0][0].max()


@pytest.mark.slow
def test_finetuning_from_imagenet_makes_an_eye_channel_too(
    shared_data: Path, tmp_path: Path
) -> None:
    weights = shared_data / "squeezenet_v1.1.caffemodel"
    finetuned = finetune(tmp_path, weights)
    assert "weights that come with the package" not in finetuned.said
    assert [row.step for row in finetuned.rows] == [0, 5, 10, 20, 40, 60]
    assert_an_eye_channel_forms(finetuned)


class Row(NamedTuple):
    """A line of the table: responses of one channel, from 0 to 1."""

    step: int
    eye_open: float
    then_closed: float
    change: float
    other_eye: float
    elsewhere: float

    @property
    def contrast(self) -> float:
        """How much stronger an open eye is than everything else in the picture."""
        return self.eye_open - self.elsewhere


class Finetuned(NamedTuple):
    """What examples/finetune_faces.py said and logged."""

    said: str
    log_dir: Path
    channel: int
    rows: list[Row]


def finetune(folder: Path, imagenet: Path, *options: str) -> Finetuned:
    """Run the example where a file is said to hold ImageNet's weights."""
    log_dir = folder / "log"
    done = subprocess.run(
        [
            *(sys.executable, EXAMPLES / "finetune_faces.py"),
            *("--logdir", log_dir, *options),
        ],
        env={**os.environ, "SQUEEZENET_WEIGHTS": str(imagenet)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (channel,) = re.findall(r"^Channel (\d+) of", done.stdout, re.MULTILINE)
    rows = [
        Row(int(step), *map(float, rest.replace("%", "e-2").split()))
        for step, rest in re.findall(r"^ *(\d+) (.*%.*)$", done.stdout, re.MULTILINE)
    ]
    return Finetuned(done.stdout, log_dir, int(channel), rows)


def assert_an_eye_channel_forms(finetuned: Finetuned) -> None:
    """One that was none before: see what training without learning would print."""
    first, *_, last = finetuned.rows
    assert first.contrast < 0.1
    assert last.contrast > first.contrast + 0.3
    assert last.eye_open > 1.5 * first.eye_open
    assert last.change < -0.75
    assert last.change == pytest.approx(last.then_closed / last.eye_open - 1, abs=0.02)
    assert last.other_eye > 0.8 * last.eye_open
    contrasts = [row.contrast for row in finetuned.rows]
    assert contrasts == sorted(contrasts)
