"""Models that compute in less than 32 bits."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np
from keras import layers

from zoo.kind import Kind, arrays, fresh, in_turn, last, noise, varied


def mixed(dtype: str) -> keras.Model:
    """Weights in 32 bits, computations in 16, and a softmax in 32 again."""
    fresh()
    policy = keras.DTypePolicy(dtype)
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu", dtype=policy, name="conv")(inputs)
    x = layers.BatchNormalization(dtype=policy, name="bn")(x)
    x = layers.GlobalAveragePooling2D(dtype=policy, name="gap")(x)
    x = layers.Dense(3, activation="tanh", dtype=policy, name="dense")(x)
    return varied(keras.Model(inputs, layers.Softmax(name="prob")(x)))


def mixed_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    names = ("conv:pre", "conv", "bn", "gap", "dense:pre", "dense", "prob")
    return arrays(in_turn(model.get_layer, x, *names))


def quantized() -> keras.Model:
    """Dense layers with weights in 8 bits, behind a convolution that keeps its own."""
    fresh()
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    x = layers.GlobalAveragePooling2D(name="gap")(x)
    x = layers.Dense(5, activation="tanh", name="dense")(x)
    model = varied(keras.Model(inputs, layers.Dense(3, name="head")(x)))
    model.quantize("int8")
    return model


def quantized_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    at = model.get_layer
    found = arrays(in_turn(at, x, "conv:pre", "conv", "gap"))
    found["dense:pre"] = before_quantized_activation(at("dense"), last(found))
    return arrays(found | in_turn(at, found["gap"], "dense", "head"))


def before_quantized_activation(layer: layers.Dense, x: np.ndarray) -> np.ndarray:
    """Each row on its own scale of 8 bits, multiplied as whole numbers."""
    weights = arrays(
        {name: getattr(layer, name) for name in ("kernel", "kernel_scale", "bias")}
    )
    scale = 127 / np.abs(x).max(-1, keepdims=True)
    whole = np.round(x * scale) @ weights["kernel"]
    return whole / (scale * weights["kernel_scale"]) + weights["bias"]


_pictures = partial(noise, 8, 8, 3)

KINDS = (
    Kind("float16", partial(mixed, "mixed_float16"), _pictures, mixed_by_hand, 5e-3),
    Kind("bfloat16", partial(mixed, "mixed_bfloat16"), _pictures, mixed_by_hand, 4e-2),
    # A value between two whole numbers may be rounded either way.
    Kind("int8", quantized, _pictures, quantized_by_hand, 2e-2),
)
