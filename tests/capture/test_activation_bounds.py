"""Bounds are those of the function that a layer applies, as Keras computes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from tb_actviz.capture.layer_kinds import Bounds, activation_bounds

BOUNDED: dict[str, Bounds] = {
    "hard_sigmoid": (0, 1),
    "hard_tanh": (-1, 1),
    "relu6": (None, 6),
    "sigmoid": (0, 1),
    "softsign": (-1, 1),
    "sparse_sigmoid": (0, 1),
    "tanh": (-1, 1),
}
UNBOUNDED = [
    *("celu", "elu", "exponential", "gelu", "hard_shrink", "hard_silu", "leaky_relu"),
    *("log_sigmoid", "log_softmax", "mish", "relu", "selu", "silu"),
    *("soft_shrink", "softmax", "softplus", "squareplus", "tanh_shrink"),
]


def of_operation(function: Callable[[Any], Any]) -> Bounds | None:
    """The bounds of what a functional model calls instead of a layer."""
    inputs = keras.Input((4,))
    model = keras.Model(inputs, function(inputs))
    (operation,) = (one for one in model.operations if not isinstance(one, keras.Layer))
    return activation_bounds(operation)


@pytest.mark.parametrize("name", BOUNDED)
def test_every_bounded_function_has_its_bounds_wherever_it_stands(name: str) -> None:
    function = getattr(keras.activations, name)
    for layer in (
        layers.Activation(name),
        layers.Activation(function),
        layers.Dense(2, activation=name),
        layers.Conv2D(2, 3, activation=function),
        layers.SeparableConv1D(2, 3, activation=name),
        layers.EinsumDense("ab,bc->ac", 2, activation=name),
        layers.Dense(2, activation=getattr(keras.ops, name)),
        layers.Activation(getattr(keras.ops, name)),
    ):
        assert activation_bounds(layer) == BOUNDED[name]
    assert of_operation(function) == BOUNDED[name]
    assert of_operation(getattr(keras.ops, name)) == BOUNDED[name]


@pytest.mark.every_backend
@pytest.mark.parametrize("name", BOUNDED)
def test_the_bounds_are_reached_and_not_passed(name: str) -> None:
    low, high = BOUNDED[name]
    x = np.array([-1e6, -3, -0.5, 0, 0.5, 3, 1e6], np.float32)
    y = keras.ops.convert_to_numpy(getattr(keras.activations, name)(x))
    # A rectifier ends at zero, which is no bound: its zeros are sparse, not saturated.
    reached = [0 if low is None else low, high]
    np.testing.assert_allclose([y.min(), y.max()], reached, atol=1e-5)


@pytest.mark.parametrize("name", UNBOUNDED)
def test_other_functions_have_none(name: str) -> None:
    assert activation_bounds(layers.Activation(name)) is None
    assert activation_bounds(layers.Dense(2, activation=name)) is None


def test_a_rectifier_has_the_maximum_it_is_given() -> None:
    assert activation_bounds(layers.ReLU(6)) == (None, 6.0)
    assert activation_bounds(layers.ReLU(max_value=0.5, threshold=0.1)) == (None, 0.5)
    assert activation_bounds(layers.ReLU(2, negative_slope=0.1)) == (None, 2.0)
    assert activation_bounds(layers.ReLU()) is None


@pytest.mark.parametrize(
    "layer",
    [
        *(
            layers.Dense(2),
            layers.Activation("linear"),
            layers.Conv2D(2, 3),
            layers.MaxPooling2D(),
            layers.Add(),
        ),
        *(layers.ELU(), layers.LeakyReLU(), layers.PReLU(), layers.Softmax()),
        *(layers.BatchNormalization(), layers.Dropout(0.5), layers.Identity()),
        *(layers.LSTM(2), layers.GRU(2), layers.MultiHeadAttention(2, 2)),
        layers.TimeDistributed(layers.Dense(2, activation="tanh")),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_other_layers_have_none(layer: keras.Layer) -> None:
    assert activation_bounds(layer) is None


@pytest.mark.parametrize(
    "function",
    [
        *(keras.ops.elu, keras.ops.gelu, keras.ops.hard_silu, keras.ops.leaky_relu),
        *(keras.ops.log_sigmoid, keras.ops.relu, keras.ops.silu, keras.ops.softmax),
        *(keras.ops.softplus, keras.ops.tanh_shrink, keras.ops.sin, keras.ops.sign),
        *(keras.ops.erf, lambda x: keras.ops.clip(x, 0, 1), lambda x: x + 1),
    ],
)
def test_other_operations_have_none(
    function: Callable[[Any], Any],
) -> None:
    assert of_operation(function) is None


def tanh(x: Any) -> Any:
    """A function of the user's, by the name of one of Keras."""
    return 3 * keras.ops.tanh(x)


class Tanh(keras.Operation):
    """An operation of the user's, by the name of one of Keras."""

    def call(self, x: Any) -> Any:
        return 3 * keras.ops.tanh(x)

    def compute_output_spec(self, x: Any) -> keras.KerasTensor:
        return keras.KerasTensor(x.shape, x.dtype)


class Tripled(layers.Dense):
    """Goes on after its activation."""

    def call(self, x: Any) -> Any:
        return 3 * super().call(x)


class Block(layers.Layer):
    """Has an activation, and nobody knows where."""

    def __init__(self) -> None:
        super().__init__()
        self.activation = keras.activations.tanh

    def call(self, x: Any) -> Any:
        return 3 * self.activation(x)


class Named(layers.Dense):
    """Runs as the layer of Keras that it derives from."""


def test_what_users_made_has_none_where_it_may_do_anything() -> None:
    assert activation_bounds(layers.Activation(tanh)) is None
    assert activation_bounds(layers.Dense(2, activation=tanh)) is None
    assert activation_bounds(layers.Activation(lambda x: x)) is None
    assert of_operation(Tanh()) is None
    assert activation_bounds(Tripled(2, activation="tanh")) is None
    assert activation_bounds(Block()) is None
    assert activation_bounds(Named(2, activation="tanh")) == (-1, 1)
