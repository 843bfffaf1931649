"""Inputs that are prepared once give what a pass gives, with the weights of the moment.

What was captured is handed to another thread, and read there while training goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from networks import pictures, small

from tb_actviz.capture.execution import PreparedInputs
from tb_actviz.capture.forward_pass import ForwardPass
from tb_actviz.capture.inputs import read_inputs
from tb_actviz.capture.selection import select_calls
from tb_actviz.errors import InputError

pytestmark = pytest.mark.every_backend


def forward_pass(model: keras.Model, selection: Any, **given: Any) -> ForwardPass:
    choose = partial(select_calls, layers=selection)
    return ForwardPass(model, choose, preprocess=None, **given)


def prepared(one_pass: ForwardPass, arrays: Sequence[np.ndarray]) -> PreparedInputs:
    named = {f"{index}": array for index, array in enumerate(arrays)}
    return one_pass.prepare(read_inputs(named, one_pass.signature))


def assert_as_one_by_one(one_pass: ForwardPass, inputs: PreparedInputs) -> None:
    """Every input has what the pass gives for it alone, in the order they came."""
    together = inputs.run()
    assert [one.name for one in inputs.inputs] == [f"{i}" for i in range(len(together))]
    for one, captured in zip(inputs.inputs, together, strict=True):
        alone = one_pass.run([one])
        assert captured.keys() == alone.keys() == set(one_pass.layers)
        for path, values in captured.items():
            assert values.shape == alone[path].shape
            assert values.shape[0] == 1
            assert values.dtype == np.float32
            assert not values.flags.writeable
            np.testing.assert_allclose(values, alone[path], rtol=1e-4, atol=1e-4)


def test_inputs_of_different_sizes_come_back_in_their_order() -> None:
    one_pass = forward_pass(small(), ["conv1", "concat", "prob"])
    sizes = [(20, 17), (31, 24), (20, 17), (40, 40), (31, 24), (20, 17)]
    arrays = [picture for size in sizes for picture in pictures(1, size)]
    arrays = [array + np.uint8(index) for index, array in enumerate(arrays)]
    inputs = prepared(one_pass, arrays)
    assert_as_one_by_one(one_pass, inputs)
    shapes = [captured["conv1"].shape[1:3] for captured in inputs.run()]
    assert shapes == [((h - 1) // 2, (w - 1) // 2) for h, w in sizes]


def test_more_inputs_than_go_through_the_model_at_once() -> None:
    one_pass = forward_pass(small(), ["relu1", "prob"])
    arrays = [*pictures(70, (9, 9))]
    arrays[33:33] = pictures(2, (11, 11))
    assert_as_one_by_one(one_pass, prepared(one_pass, arrays))


@pytest.mark.parametrize("count", [1, 4, 6])
def test_a_model_with_a_fixed_batch_size(count: int) -> None:
    keras.utils.set_random_seed(1)
    inputs = keras.Input((6, 6, 3), batch_size=4)
    x = layers.Conv2D(3, 3, name="conv")(inputs)
    x = layers.Flatten(name="flat")(x)
    model = keras.Model(inputs, layers.Dense(2, name="head")(x))
    one_pass = forward_pass(model, ["conv", "head"])
    assert_as_one_by_one(one_pass, prepared(one_pass, [*pictures(count, (6, 6))]))


class Own(layers.Layer):
    """Gives its own weight, for every input of the batch or once for them all."""

    def __init__(self, once: bool) -> None:
        super().__init__(name="own")
        self.once = once

    def build(self, shape: Any) -> None:
        self.weight = self.add_weight(shape=shape[1:], name="weight")

    def call(self, x: Any) -> Any:
        weight = keras.ops.expand_dims(self.weight, 0)
        if self.once:
            return weight
        return keras.ops.broadcast_to(weight, keras.ops.shape(x))


class Scaled(keras.Model):
    """Multiplies by that weight; without a graph."""

    def __init__(self, once: bool) -> None:
        super().__init__()
        self.own = Own(once)
        self.head = layers.Dense(2, name="head")

    def call(self, x: Any) -> Any:
        return self.head(x * self.own(x))


def functional(once: bool) -> keras.Model:
    """The same, with a graph."""
    inputs = keras.Input((5,))
    x = layers.Multiply(name="product")([inputs, Own(once)(inputs)])
    return keras.Model(inputs, layers.Dense(2, name="head")(x))


def subclassed(once: bool) -> keras.Model:
    """The same, called once."""
    model = Scaled(once)
    model(rows(1))
    return model


def rows(count: int) -> np.ndarray:
    return np.random.default_rng(4).normal(size=(count, 5)).astype(np.float32)


@pytest.mark.parametrize("count", [1, 2, 40])
def test_a_layer_whose_first_axis_is_not_the_batch(count: int) -> None:
    model = functional(once=True)
    one_pass = forward_pass(model, ["own", "product", "head"])
    inputs = prepared(one_pass, [*rows(count)])
    assert_as_one_by_one(one_pass, inputs)
    (weight,) = model.get_layer("own").get_weights()
    for captured in inputs.run():
        assert captured["own"].shape == (1, 1, 5)
        np.testing.assert_array_equal(captured["own"][0, 0], weight)


@pytest.mark.slow
@pytest.mark.parametrize("build", [functional, subclassed])
@pytest.mark.parametrize("once", [True, False])
@pytest.mark.parametrize(
    "options", [{}, {"run_eagerly": True}, {"jit_compile": True}], ids=str
)
def test_training_does_not_reach_what_was_captured(
    build: Callable[[bool], keras.Model], once: bool, options: dict[str, Any]
) -> None:
    if options.get("jit_compile") and keras.backend.backend() == "torch":
        pytest.skip("torch.compile takes minutes and changes nothing of this")
    keras.utils.set_random_seed(1)
    model = build(once)
    model.compile(keras.optimizers.SGD(0.5), "mse", **options)
    x, y = rows(8), np.ones((8, 2), np.float32)
    model.fit(x, y, verbose=0)  # the variables are where training keeps them
    one_pass = forward_pass(model, ["own", "head"])
    # One alone: of several, some outputs would be joined, and so copied.
    inputs = prepared(one_pass, [*rows(1)])
    captured = inputs.run()
    before = [{path: np.array(a) for path, a in one.items()} for one in captured]
    weight = np.array(model.get_layer("own").get_weights()[0])
    np.testing.assert_array_equal(before[0]["own"].ravel(), weight)
    model.fit(x, y, epochs=3, verbose=0)
    assert (model.get_layer("own").get_weights()[0] != weight).all()
    for one, other in zip(captured, before, strict=True):
        for path, values in other.items():
            np.testing.assert_array_equal(one[path], values)
    assert_as_one_by_one(one_pass, inputs)
    now = inputs.run()[0]["own"].ravel()
    np.testing.assert_array_equal(now, model.get_layer("own").get_weights()[0])


def test_the_weights_are_those_of_the_moment() -> None:
    model = small()
    model.compile(keras.optimizers.SGD(0.1), "mse")
    one_pass = forward_pass(model, "*")
    several, other = pictures(4, (9, 9)) / 255, pictures(1, (11, 11)) / 255
    inputs = prepared(one_pass, [*several[:2], *other])
    before = inputs.run()
    model.fit(several, np.eye(4, 5), verbose=0)
    assert_as_one_by_one(one_pass, inputs)
    for one, later in zip(before, inputs.run(), strict=True):
        assert all((one[path] != later[path]).any() for path in one)


def test_an_input_that_does_not_fit_is_refused() -> None:
    one_pass = forward_pass(functional(once=True), "own")
    with pytest.raises(InputError, match="takes 5"):
        prepared(one_pass, [np.zeros(5, np.float32), np.zeros(6, np.float32)])
