"""The eye test as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from networks import pictures, small

from keras_models import SqueezeNet
from tb_actviz import InputError, activations, compare_inputs

pytestmark = pytest.mark.every_backend


def test_with_the_real_weights_channel_13_comes_first_on_the_closed_eye(
    shared_data: Path,
) -> None:
    net = SqueezeNet(weights=shared_data / "squeezenet_v1.1.caffemodel")
    found = compare_inputs(
        net,
        shared_data / "face.png",
        shared_data / "face-eye-closed.png",
        "fire6-relu_squeeze1x1",
    )
    assert len(found) == 48
    best = found[0]
    assert (best.layer, best.channel) == ("fire6-relu_squeeze1x1", 13)
    top, left, bottom, right = best.box
    assert top <= 98 < bottom
    assert left <= 80 < right
    assert not left <= 134 < right  # not on the open one
    assert (bottom - top) * (right - left) < 60 * 60
    assert best.change < -0.3 * best.first
    assert best.share == pytest.approx(-best.change / 1629.5, rel=1e-3)


def test_every_channel_of_every_layer_is_ranked() -> None:
    model, (first, second) = small(), pictures(2, (40, 30))
    found = compare_inputs(model, first, second, ["conv1", "a"])
    assert sorted((one.layer, one.channel) for one in found) == [
        *(("a", channel) for channel in range(2)),
        *(("conv1", channel) for channel in range(4)),
    ]
    shares = [one.share for one in found]
    assert shares == sorted(shares, reverse=True)
    values = activations(model, np.stack([first, second]), ["conv1", "a"])
    for one in found:
        a, b = values[one.layer][..., one.channel]
        assert one.first == pytest.approx(a[one.row, one.column], rel=1e-4)
        assert one.second == pytest.approx(b[one.row, one.column], rel=1e-4)
        assert abs(one.change) == pytest.approx(np.abs(b - a).max(), rel=1e-4)
        largest = np.abs(values[one.layer][0]).max()
        assert one.share == pytest.approx(np.abs(b - a).max() / largest, rel=1e-4)
        top, left, bottom, right = one.box
        assert 0 <= top < bottom <= 40
        assert 0 <= left < right <= 30


def test_by_default_the_layers_worth_seeing_are_compared() -> None:
    model, (first, second) = small(), pictures(2, (40, 30))
    found = {one.layer for one in compare_inputs(model, first, second)}
    assert found == {"conv1", "relu1", "a", "b", "b.act"}


def test_equal_inputs_and_vectors() -> None:
    model, (first, second) = small(), pictures(2, (40, 30))
    same = compare_inputs(model, first, first)
    assert {one.change for one in same} == {0.0}
    vectors = compare_inputs(model, first, second, "average")
    # The last windows of the convolution and of the pooling end before the edges.
    assert {one.box for one in vectors} == {(0, 0, 37, 29)}


class Flip(keras.layers.Layer):
    """What only its author knows."""

    def call(self, x: Any) -> Any:
        return keras.ops.flip(x, 2)


def one_layer(*front: Any, shape: tuple[int | None, ...] = (64, 64, 3)) -> keras.Model:
    """Some layers, and `last` after them."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input(shape)
    x = inputs
    for layer in front:
        x = layer(x)
    return keras.Model(inputs, keras.layers.Dense(4, "relu", name="last")(x))


ANY = (None, None, 3)
K = keras.layers
# Layers take their seeds where they are made: with some, `last` is zero at the patch.
keras.utils.set_random_seed(0)
#: What is before the layer, the shape of the model's input, and of the preprocessing.
FRONTS: dict[str, tuple[Sequence[Any], tuple[int | None, ...], Any]] = {
    "nothing": ([], ANY, None),
    "centre": ([K.CenterCrop(32, 32)], ANY, None),
    "cropped": ([K.Cropping2D(((16, 0), (32, 0)))], ANY, None),
    "padded": ([K.ZeroPadding2D(16)], ANY, None),
    "padded, strides": (
        [K.ZeroPadding2D(((5, 0), (0, 9))), K.Conv2D(4, 3, strides=2)],
        ANY,
        None,
    ),
    "mirrored": ([lambda x: keras.ops.flip(x, 1)], (64, 64, 3), None),
    "lying": ([K.Permute((2, 1, 3))], (64, 64, 3), None),
    "wide gaps": ([K.Conv2D(4, 3, dilation_rate=9, padding="same")], ANY, None),
    "a wide window": ([K.Conv2D(4, 15, padding="same")], ANY, None),
    "transposed": ([K.Conv2DTranspose(4, 4, strides=3, padding="same")], ANY, None),
    "enlarged in the model": ([K.Resizing(100, 100)], ANY, None),
    "tokens": ([K.Conv2D(4, 8, strides=8), K.Reshape((64, 4))], (64, 64, 3), None),
    "centre before": ([], ANY, lambda x: x[:, 16:48, 16:48]),
    "padded before": (
        [K.Conv2D(4, 3)],
        ANY,
        lambda x: np.pad(x, ((0, 0), (32, 32), (32, 32), (0, 0))),
    ),
    "mirrored before": ([], ANY, lambda x: x[:, :, ::-1]),
    "resized before": ([], ANY, lambda x: keras.ops.image.resize(x, (32, 32))),
    "cut out and resized before": (
        [K.Conv2D(4, 3)],
        ANY,
        lambda x: keras.ops.image.resize(x[:, 8:40, 24:56], (48, 48)),
    ),
    "normalised before": ([], ANY, lambda x: (x - x.mean()) / x.std()),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FRONTS)
def test_the_box_is_where_the_pictures_differ(name: str) -> None:
    front, shape, prepare = FRONTS[name]
    model = one_layer(*front, shape=shape)
    first = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    second = first.copy()
    second[20:24, 40:44] = 255 - first[20:24, 40:44]
    best = compare_inputs(model, first, second, "last", preprocess=prepare)[0]
    assert best.box is not None
    top, left, bottom, right = best.box
    assert top < 24
    assert bottom > 20
    assert left < 44
    assert right > 40
    if name not in ("wide gaps", "a wide window"):
        assert max(bottom - top, right - left) <= 10


def shaken(pictures: np.ndarray) -> np.ndarray:
    return np.roll(pictures, int(pictures.sum()) % 60, axis=1)


HIDDEN: list[tuple[list[Any], Any]] = [
    ([Flip()], None),
    ([K.Lambda(lambda x: x)], None),
    ([], shaken),
]


@pytest.mark.parametrize("number", range(len(HIDDEN)))
def test_no_box_is_better_than_a_wrong_one(number: int) -> None:
    front, prepare = HIDDEN[number]
    pair = pictures(2, (64, 64))
    found = compare_inputs(one_layer(*front), *pair, "last", preprocess=prepare)
    assert {one.box for one in found} == {None}
    assert found[0].change


def test_numbers_without_a_picture_have_no_box() -> None:
    inputs = keras.Input((5,))
    model = keras.Model(inputs, keras.layers.Dense(2, name="last")(inputs))
    first, second = np.random.default_rng(0).random((2, 5), np.float32)
    assert {one.box for one in compare_inputs(model, first, second, "last")} == {None}


def test_wrong_inputs() -> None:
    model, (first, second) = small(), pictures(2, (40, 30))
    with pytest.raises(InputError, match="one size; received input 40×30×3"):
        compare_inputs(model, first, second[:30])
    with pytest.raises(InputError, match="2 inputs where one was expected: input_0, i"):
        compare_inputs(model, first, pictures(2))
    with pytest.raises(InputError, match="Did you mean 'conv1'"):
        compare_inputs(model, first, second, "conv_1")


def test_the_models_weights_stay() -> None:
    model, (first, second) = small(), pictures(2, (40, 30))
    before = [weight.copy() for weight in model.get_weights()]
    compare_inputs(model, first, second)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert isinstance(model, keras.Model)
