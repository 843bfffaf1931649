"""The story the project tells, with the real weights and pictures."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from events import images
from PIL import Image

import tb_actviz as av
from keras_models import SqueezeNet
from tb_actviz.imaging.grid import grid_shape

pytestmark = pytest.mark.every_backend

LAYER = "fire6-relu_squeeze1x1"
#: Centres of the eyes in the pictures, (row, column) in pixels of 227×227.
CLOSED_EYE, OPEN_EYE = (98, 80), (101, 134)


@pytest.fixture(scope="module")
def net(shared_data: Path) -> keras.Model:
    return SqueezeNet(weights=shared_data / "squeezenet_v1.1.caffemodel")


@pytest.fixture(scope="module")
def faces(shared_data: Path) -> list[Path]:
    return [shared_data / "face.png", shared_data / "face-eye-closed.png"]


@pytest.fixture(scope="module")
def both(net: keras.Model, faces: list[Path]) -> np.ndarray:
    """Activations of both faces, (2, 14, 14, 48)."""
    return av.activations(net, faces, LAYER)[LAYER]


def near(maps: np.ndarray, eye: tuple[int, int]) -> np.ndarray:
    """The largest value of each channel within one cell of an eye's own cell."""
    row, column = (round(side / 227 * 14 - 0.5) for side in eye)
    window = maps[row - 1 : row + 2, column - 1 : column + 2]
    return window.max(axis=(0, 1))


@pytest.mark.slow
@pytest.mark.parametrize("channel", [13, 46])
def test_the_channel_peaks_on_the_eyes(both: np.ndarray, channel: int) -> None:
    face = both[0, :, :, channel]
    eyes = sorted(
        [near(both[0], CLOSED_EYE)[channel], near(both[0], OPEN_EYE)[channel]]
    )
    assert face.max() == eyes[1]
    # Away from both eyes nothing is as strong as the weaker of the two.
    away = face.copy()
    for eye in (CLOSED_EYE, OPEN_EYE):
        row, column = (round(side / 227 * 14 - 0.5) for side in eye)
        away[row - 1 : row + 2, column - 1 : column + 2] = 0
    assert away.max() < eyes[0]


def test_channel_13_is_the_strongest_and_its_eye_goes_dark(both: np.ndarray) -> None:
    channels, maxima = av.strongest_channels(both[0], 1)
    assert channels.tolist() == [13]
    assert maxima[0] == pytest.approx(1629.5, rel=1e-4)
    face, closed = both
    fall = 1 - near(closed, CLOSED_EYE)[13] / near(face, CLOSED_EYE)[13]
    change = near(closed, OPEN_EYE)[13] / near(face, OPEN_EYE)[13] - 1
    assert fall >= 0.30
    assert abs(change) < 0.02
    assert near(face, CLOSED_EYE)[13] == pytest.approx(1630, rel=0.01)
    assert near(closed, CLOSED_EYE)[13] == pytest.approx(1019, rel=0.01)


def test_among_all_channels_13_changes_most(both: np.ndarray) -> None:
    change = np.abs(both[0] - both[1]).max(axis=(0, 1))
    assert int(change.argmax()) == 13


def test_channel_21_of_conv1_answers_to_red(net: keras.Model) -> None:
    red, green, blue = (
        np.full((63, 63, 3), color, np.uint8)
        for color in ((255, 0, 0), (0, 255, 0), (0, 0, 255))
    )
    found = av.activations(net, [red, green, blue], "conv1")["conv1"][..., 21]
    assert found[0].min() > max(0, found[1].max(), found[2].max())


def test_grids_are_8_by_8_and_6_by_8(net: keras.Model, faces: list[Path]) -> None:
    found = av.activations(net, faces[0], ["conv1", "fire6-squeeze1x1"])
    assert found["conv1"].shape == (1, 113, 113, 64)
    assert grid_shape(64) == (8, 8)
    assert found["fire6-squeeze1x1"].shape == (1, 14, 14, 48)
    assert grid_shape(48) == (6, 8)
    tiles = av.imtile(av.mat2gray(found["conv1"][0]))
    assert tiles.shape == (8 * 113, 8 * 113)
    assert av.imtile(found["fire6-squeeze1x1"][0]).shape == (6 * 14, 8 * 14)


@pytest.mark.slow
def test_preprocessing_is_found_for_uint8_and_float_pictures(
    net: keras.Model, faces: list[Path], both: np.ndarray
) -> None:
    pixels = np.asarray(Image.open(faces[0]).convert("RGB"))
    for picture in (pixels, pixels.astype(np.float32), pixels.astype(np.float64)):
        found = av.activations(net, picture, LAYER)[LAYER]
        np.testing.assert_allclose(found[0], both[0], rtol=1e-4, atol=0.05)
    ready = net.preprocess_input(pixels)
    with pytest.raises(av.InputError, match="pass preprocess=None"):
        av.activations(net, ready, LAYER)
    found = av.activations(net, ready, LAYER, preprocess=None)[LAYER]
    np.testing.assert_allclose(found[0], both[0], rtol=1e-4, atol=0.05)


@pytest.mark.slow
def test_a_picture_of_another_shape_and_size_in_the_same_call(
    net: keras.Model, faces: list[Path], tmp_path: Path
) -> None:
    wide = np.asarray(Image.open(faces[0]).convert("RGB").resize((400, 260)))
    options = av.LogOptions(channels=(13, 46))
    with av.ActivationLogger(tmp_path, net, LAYER, options=options) as log:
        logged = log({"face": faces[0], "wide": wide})
    assert logged.strongest[LAYER]["face"][0][0] == 13
    assert set(logged.predictions) == {"face", "wide"}
    assert (f"{LAYER}/inputs", 0) in images(tmp_path)


def test_too_small_a_picture_names_the_smallest(net: keras.Model) -> None:
    av.activations(net, np.zeros((17, 17, 3), np.uint8), "prob")
    with pytest.raises(av.InputError, match=r"'input' \(16×17×3\) is too small"):
        av.activations(net, np.zeros((16, 17, 3), np.uint8), "prob")
