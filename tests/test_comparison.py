"""The eye test as numbers."""

from __future__ import annotations

from pathlib import Path

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
    assert {one.box for one in vectors} == {(0, 0, 40, 30)}


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
