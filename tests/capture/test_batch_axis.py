"""Values belong to the right input, whatever sizes happen to agree.

Layers outside a composite layer of a model with a fixed batch size, and layers whose
first axis is not the batch: a whole graph, windows of a picture, constants, time first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

import tb_actviz as av
from tb_actviz.capture.extractor import FeatureExtractor
from tb_actviz.errors import InputError

pytestmark = pytest.mark.every_backend


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(3).normal(size=shape).astype(np.float32)


def nested(batch_size: int | None) -> keras.Model:
    block = keras.Sequential(
        [keras.Input((6, 6, 4)), layers.Conv2D(4, 3, padding="same", name="in")],
        name="block",
    )
    inputs = keras.Input((6, 6, 3), batch_size=batch_size)
    x = layers.Conv2D(4, 3, padding="same", name="before")(inputs)
    return keras.Model(inputs, layers.Conv2D(2, 3, name="after")(block(x)))


def sequential(batch_size: int | None) -> keras.Model:
    block = keras.Sequential([layers.Conv2D(4, 3, name="in")], name="block")
    return keras.Sequential(
        [
            keras.Input((6, 6, 3), batch_size=batch_size),
            layers.Conv2D(4, 1, name="before"),
            block,
            layers.Flatten(name="after"),
        ]
    )


def attention(batch_size: int | None) -> keras.Model:
    inputs = keras.Input((5, 4), batch_size=batch_size)
    x = layers.Dense(4, name="before")(inputs)
    x = layers.MultiHeadAttention(2, 3, dropout=0.1, name="block")(x, x)
    return keras.Model(inputs, layers.LayerNormalization(name="after")(x))


def wrapped(batch_size: int | None) -> keras.Model:
    inputs = keras.Input((5, 4), batch_size=batch_size)
    x = layers.Dense(4, name="before")(inputs)
    x = layers.Bidirectional(layers.GRU(3, return_sequences=True), name="block")(x)
    return keras.Model(inputs, layers.Dense(2, name="after")(x))


@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("build", [nested, sequential, attention, wrapped])
def test_a_fixed_batch_size_leaves_out_nothing(
    build: Callable[[int | None], keras.Model], batch_size: int
) -> None:
    fixed, free = build(batch_size), build(None)
    free.set_weights(fixed.get_weights())
    x = noise(6, *fixed.inputs[0].shape[1:])
    extract = FeatureExtractor(fixed, "*", preprocess=None)
    assert extract.describe().left_out == {}
    assert {"before", "block", "after"} <= set(extract.layers)
    found = extract(x)
    # Keras numbers the layers that it makes inside of others.
    expected = av.activations(free, x, "*", preprocess=None).values()
    for values, of_free in zip(found.values(), expected, strict=True):
        np.testing.assert_allclose(values, of_free, rtol=1e-4, atol=1e-5)
    shapes = {layer.path: layer.output_shape for layer in av.describe_layers(fixed)}
    assert {path: values.shape[1:] for path, values in found.items()} == {
        path: shapes[path] for path in found
    }


def test_states_that_belong_to_a_batch_are_read_with_all_layers_around_them() -> None:
    inputs = keras.Input((5, 3), batch_size=2)
    x = layers.Dense(3, name="before")(inputs)
    x = layers.Bidirectional(layers.LSTM(2, return_sequences=True), name="both")(x)
    x = layers.LSTM(4, stateful=True, return_sequences=True, name="states")(x)
    model = keras.Model(inputs, layers.Dense(1, name="after")(x))
    x = noise(2, 5, 3)
    expected = np.asarray(keras.ops.convert_to_numpy(model(x, training=False)))
    model.get_layer("states").reset_state()
    extract = FeatureExtractor(model, ["before", "states", "after"], preprocess=None)
    np.testing.assert_allclose(extract(x)["after"], expected, rtol=1e-4, atol=1e-5)
    assert extract.describe().left_out == {}


def test_a_subclassed_model_that_a_batch_of_one_size_built_takes_any() -> None:
    class Subclassed(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.block = keras.Sequential([layers.Dense(3, name="in")], name="block")
            self.after = layers.Dense(2, name="after")

        def call(self, x: Any) -> Any:
            return self.after(self.block(x))

    model = Subclassed()
    model.build((4, 5))
    found = av.activations(model, noise(3, 5), "*", preprocess=None)
    assert {path: values.shape for path, values in found.items()} == {
        "block/in": (3, 3),
        "block": (3, 3),
        "after": (3, 2),
    }


def test_one_input_with_a_fixed_batch_size_fixes_that_of_the_model() -> None:
    first, second = keras.Input((3,), batch_size=4), keras.Input((3,))
    x = layers.Dense(3, name="before")(first)
    # It takes four rows, and no others.
    x = ops.reshape(ops.reshape(x, (12,)), (4, 3))
    model = keras.Model([first, second], layers.Add(name="after")([x, second]))
    a, b = noise(5, 3), noise(5, 3) + 1
    found = av.activations(model, (a, b), ["before", "after"], preprocess=None)
    dense = model.get_layer("before")
    before = ops.convert_to_numpy(dense(a))
    np.testing.assert_allclose(found["before"], before, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found["after"], before + b, rtol=1e-4, atol=1e-5)


def test_what_cannot_be_told_apart_in_a_fixed_batch_is_left_out_by_name() -> None:
    inputs = keras.Input((4, 4, 2), batch_size=3)
    x = layers.Conv2D(2, 1, name="before")(inputs)
    windows = ops.reshape(x, (-1, 2, 2, 2))
    x = layers.Dense(2, name="windows")(windows)
    model = keras.Model(inputs, ops.reshape(x, (-1, 4, 4, 2)))
    with pytest.raises(
        InputError, match="first axis is not the batch, and the model's"
    ):
        av.activations(model, noise(3, 4, 4, 2), "windows", preprocess=None)
    assert av.activations(model, noise(3, 4, 4, 2), "before", preprocess=None)


class Constants(keras.Model):  # type: ignore[misc]
    """Ten nodes are the same whatever is asked for, as in a graph network."""

    def __init__(self, look_up: Callable[[Any, Any], Any]) -> None:
        super().__init__()
        self.nodes = ops.convert_to_tensor(noise(10, 4))
        self.pre = layers.Dense(3, name="pre")
        self.out = layers.Dense(2, name="out")
        self.look_up = look_up

    def call(self, index: Any) -> Any:
        return self.out(self.look_up(self.pre(self.nodes), index))


def taken(x: Any, index: Any) -> Any:
    return ops.take(x, ops.cast(index, "int32"), axis=0)


def taken_by_integers(x: Any, index: Any) -> Any:
    """As many functions of the back ends: floats are refused."""
    if "int" not in keras.backend.standardize_dtype(index.dtype):
        raise TypeError("indices must be integers")
    return ops.take(x, index, axis=0)


def read_as_numbers(x: Any, index: Any) -> Any:
    """Only real values will do."""
    return ops.take(x, [int(i) for i in ops.convert_to_numpy(index)], axis=0)


@pytest.mark.parametrize("count", [1, 2, 4, 5, 10])
@pytest.mark.parametrize("look_up", [taken, taken_by_integers, read_as_numbers])
@pytest.mark.parametrize("called", [True, False])
def test_a_whole_graph_belongs_to_each_of_its_inputs(
    look_up: Callable[[Any, Any], Any], count: int, called: bool
) -> None:
    model, index = Constants(look_up), np.arange(count)[::-1].copy()
    if called:
        model(index)
    found = av.activations(model, {f"{i}": i for i in index}, "*", preprocess=None)
    nodes = ops.convert_to_numpy(model.pre(model.nodes))
    assert found["pre"].shape == (count, 10, 3)
    for of_input in found["pre"]:
        np.testing.assert_allclose(of_input, nodes, rtol=1e-5, atol=1e-6)
    out = ops.convert_to_numpy(model.out(nodes[index]))
    np.testing.assert_allclose(found["out"], out, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("look_up", [taken, taken_by_integers])
def test_a_model_that_was_called_on_integers_is_described(
    look_up: Callable[[Any, Any], Any],
) -> None:
    model = Constants(look_up)
    model(np.arange(4))
    described = {layer.path: layer.output_shape for layer in av.describe_layers(model)}
    assert described == {"pre": (10, 3), "out": (2,)}


def test_a_model_of_features_and_integers_is_described() -> None:
    class Both(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(2, name="dense")

        def call(self, inputs: Any) -> Any:
            features, index = inputs
            if "float" not in keras.backend.standardize_dtype(features.dtype):
                raise TypeError("features must be floats")
            return self.dense(taken_by_integers(features, index))

    model = Both()
    model((noise(4, 3), np.arange(4)))
    described = av.describe_layers(model)
    assert [(layer.path, layer.output_shape) for layer in described] == [
        ("dense", (2,))
    ]


@pytest.mark.parametrize("count", [1, 3, 5, 7])
def test_time_before_the_batch_is_no_batch_of_as_many_inputs(count: int) -> None:
    inputs = keras.Input((None, 3))
    x = ops.transpose(inputs, (1, 0, 2))  # 5 steps, whatever the number of inputs
    x = layers.Dense(2, name="steps")(x)
    model = keras.Model(
        inputs, layers.Dense(1, name="out")(ops.transpose(x, (1, 0, 2)))
    )
    x = noise(count, 5, 3)
    found = av.activations(model, list(x), ["steps", "out"], preprocess=None)
    expected = ops.convert_to_numpy(model.get_layer("steps")(x))
    assert found["steps"].shape == (count, 5, 1, 2)
    np.testing.assert_allclose(found["steps"][:, :, 0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("side", [2, 4, 6])
def test_windows_come_to_the_picture_they_were_cut_of(side: int) -> None:
    """Four windows of four pictures, or as many windows as there are pictures."""
    inputs = keras.Input((side, side, 2))
    rows = ops.reshape(inputs, (-1, 2, side, 2))
    rows = layers.Dense(3, name="windows")(rows)
    model = keras.Model(inputs, ops.reshape(rows, (-1, side, side, 3)))
    for count in (1, side // 2, 4):
        x = noise(count, side, side, 2)
        found = av.activations(model, x, "windows", preprocess=None)["windows"]
        expected = ops.convert_to_numpy(model.get_layer("windows")(x))
        expected = expected.reshape(count, -1, 2, side, 3)
        if side == 2:
            expected = expected[:, 0]
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
