"""Pooling that rounds up, against a slow and obvious reference."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_models.squeezenet.pooling import CeilMaxPooling2D


def slow_pooling(x: np.ndarray, size: int, step: int) -> np.ndarray:
    n, height, width, channels = x.shape
    rows = math.ceil((height - size) / step) + 1
    columns = math.ceil((width - size) / step) + 1
    out = np.empty((n, rows, columns, channels), x.dtype)
    for i in range(rows):
        for j in range(columns):
            window = x[:, i * step : i * step + size, j * step : j * step + size]
            out[:, i, j] = window.max(axis=(1, 2))
    return out


def pooled(layer: Any, x: np.ndarray) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(layer(x)))


@pytest.mark.every_backend
def test_every_size_up_to_20_by_20() -> None:
    layer = CeilMaxPooling2D(3, strides=2)
    x = np.random.default_rng(0).normal(size=(2, 20, 20, 2)).astype(np.float32) - 5
    for height in range(2, 21):
        for width in (2, 5, 12, 19):
            part = x[:, :height, :width]
            np.testing.assert_array_equal(pooled(layer, part), slow_pooling(part, 3, 2))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_other_windows_and_steps(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 5), "pool_size")
    step = data.draw(st.integers(1, size), "strides")
    smallest = size - step + 1
    height = data.draw(st.integers(smallest, 14), "height")
    width = data.draw(st.integers(smallest, 14), "width")
    seed = data.draw(st.integers(0, 99), "seed")
    x = np.random.default_rng(seed).normal(-3, 2, (1, height, width, 1))
    x = x.astype(np.float32)
    layer = CeilMaxPooling2D(size, strides=step)
    expected = slow_pooling(x, size, step)
    np.testing.assert_array_equal(pooled(layer, x), expected)
    assert layer.compute_output_shape(x.shape) == expected.shape


@pytest.mark.every_backend
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "int32"])
def test_negative_values_of_every_kind(dtype: str) -> None:
    if dtype == "float64" and keras.backend.backend() == "jax":
        pytest.skip("JAX computes in float64 only where told to at its start")
    x = np.random.default_rng(2).integers(-120, -1, (1, 6, 8, 3)).astype(np.float32)
    layer = CeilMaxPooling2D(3, strides=2, dtype=dtype)
    out = layer(keras.ops.convert_to_tensor(x, dtype))
    assert keras.backend.standardize_dtype(out.dtype) == dtype
    values = keras.ops.convert_to_numpy(keras.ops.cast(out, "float32"))
    np.testing.assert_array_equal(values, slow_pooling(x, 3, 2))


@pytest.mark.every_backend
def test_sizes_that_are_unknown_when_the_model_is_built() -> None:
    inputs = keras.Input((None, None, 2))
    outputs = CeilMaxPooling2D(3, strides=2)(inputs)
    assert tuple(outputs.shape) == (None, None, None, 2)
    model = keras.Model(inputs, outputs)
    x = np.random.default_rng(3).normal(-9, 1, (2, 13, 12, 2)).astype(np.float32)
    for height, width in [(13, 12), (12, 11), (5, 8), (2, 3)]:
        part = x[:, :height, :width]
        np.testing.assert_array_equal(
            model.predict(part, verbose=0), slow_pooling(part, 3, 2)
        )


def test_sizes_that_are_unknown_while_it_runs() -> None:
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow runs with sizes that are not known")
    import tensorflow as tf

    layer = CeilMaxPooling2D(3, strides=2)
    spec = tf.TensorSpec((None, None, None, 2), tf.float32)
    graph = tf.function(layer.call, input_signature=[spec])
    x = np.random.default_rng(4).normal(-9, 1, (2, 9, 12, 2)).astype(np.float32)
    for height, width in [(9, 12), (8, 11), (2, 3), (3, 2)]:
        part = x[:, :height, :width]
        np.testing.assert_array_equal(graph(part).numpy(), slow_pooling(part, 3, 2))


@pytest.mark.every_backend
def test_channels_first() -> None:
    layer = CeilMaxPooling2D(3, strides=2, data_format="channels_first")
    x = np.random.default_rng(5).normal(-9, 1, (2, 9, 12, 3)).astype(np.float32)
    out = pooled(layer, x.transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(out.transpose(0, 2, 3, 1), slow_pooling(x, 3, 2))
    assert layer.compute_output_shape((None, 3, 9, None)) == (None, 3, 4, None)


def test_shapes_with_unknown_entries() -> None:
    layer = CeilMaxPooling2D(3, strides=2)
    assert layer.compute_output_shape((None, None, 113, 64)) == (None, None, 56, 64)
    assert layer.compute_output_shape((4, 56, None, 8)) == (4, 28, None, 8)


def test_it_survives_its_configuration() -> None:
    layer = CeilMaxPooling2D((3, 2), strides=2, name="p", data_format="channels_last")
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert type(again) is CeilMaxPooling2D
    assert again.get_config() == layer.get_config()
    assert (again.pool_size, again.strides, again.name) == ((3, 2), (2, 2), "p")


def test_it_is_a_max_pooling_layer() -> None:
    assert isinstance(CeilMaxPooling2D(), keras.layers.MaxPooling2D)
    x = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    np.testing.assert_array_equal(
        pooled(CeilMaxPooling2D(), x)[0, :, :, 0], [[5, 7], [13, 15]]
    )


@pytest.mark.parametrize(("size", "step"), [(2, 3), ((3, 2), (1, 3)), (2, 0)])
def test_windows_with_gaps_are_refused(size: Any, step: Any) -> None:
    with pytest.raises(ValueError, match=r"must lie in 1 … pool_size"):
        CeilMaxPooling2D(size, strides=step)


def test_a_map_that_is_too_small_is_refused() -> None:
    layer = CeilMaxPooling2D(3, strides=2, name="pool5")
    message = "'pool5' received a map of 1 pixels.*needs at least 2"
    with pytest.raises(ValueError, match=message):
        layer(np.zeros((1, 9, 1, 1), np.float32))
    with pytest.raises(ValueError, match=message):
        layer.compute_output_shape((None, 1, None, 4))
