"""Convolutional networks of other ranks, sizes and orders of axes."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np
from keras import layers, ops

from zoo.kind import (
    Kind,
    arrays,
    before_activation,
    fresh,
    in_turn,
    last,
    noise,
    varied,
)


def conv1d() -> keras.Model:
    fresh()
    inputs = keras.Input((12, 2))
    x = layers.Conv1D(4, 3, activation="relu", name="conv")(inputs)
    x = layers.MaxPooling1D(2, name="pool")(x)
    x = layers.Conv1D(3, 3, padding="causal", dilation_rate=2, name="causal")(x)
    return varied(keras.Model(inputs, layers.GlobalAveragePooling1D(name="gap")(x)))


def conv1d_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    names = ("conv:pre", "conv", "pool", "causal", "gap")
    return arrays(in_turn(model.get_layer, x, *names))


def conv3d() -> keras.Model:
    fresh()
    inputs = keras.Input((6, 8, 8, 1))
    x = layers.Conv3D(3, 3, activation="relu", name="conv")(inputs)
    x = layers.BatchNormalization(name="bn")(x)
    x = layers.AveragePooling3D(2, name="pool")(x)
    return varied(keras.Model(inputs, layers.GlobalMaxPooling3D(name="gap")(x)))


def conv3d_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    names = ("conv:pre", "conv", "bn", "pool", "gap")
    return arrays(in_turn(model.get_layer, x, *names))


def channels_first() -> keras.Model:
    """Some of its layers say that channels come first, some only keep them there."""
    fresh()
    first = {"data_format": "channels_first"}
    inputs = keras.Input((3, 9, 8))
    x = layers.Conv2D(4, 3, **first, name="conv1")(inputs)
    x = layers.BatchNormalization(axis=1, name="bn")(x)
    shortcut = x = layers.ReLU(name="relu")(x)
    x = layers.Conv2D(4, 3, padding="same", activation="tanh", **first, name="conv2")(x)
    x = layers.Add(name="sum")([x, shortcut])
    x = layers.MaxPooling2D(2, **first, name="pool")(x)
    x = layers.Concatenate(axis=1, name="concat")([x, x])
    x = layers.Dropout(0.5, name="drop")(x)
    x = layers.GlobalAveragePooling2D(**first, name="gap")(x)
    return varied(keras.Model(inputs, layers.Dense(2, name="two")(x)))


def channels_first_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    at = model.get_layer
    found = in_turn(at, x, "conv1", "bn", "relu", "conv2:pre", "conv2")
    found["sum"] = found["conv2"] + found["relu"]
    pool = found["pool"] = at("pool")(found["sum"])
    found["concat"] = ops.concatenate([pool, pool], axis=1)
    found |= in_turn(at, found["concat"], "drop", "gap", "two")
    return _channels_last(arrays(found))


def channels_first_1d() -> keras.Model:
    fresh()
    first = {"data_format": "channels_first"}
    inputs = keras.Input((2, 12))
    x = layers.Conv1D(4, 3, activation="relu", **first, name="conv")(inputs)
    x = layers.Activation("tanh", name="act")(x)
    return varied(keras.Model(inputs, layers.MaxPooling1D(2, **first, name="pool")(x)))


def channels_first_1d_by_hand(
    model: keras.Model, x: np.ndarray
) -> dict[str, np.ndarray]:
    names = ("conv:pre", "conv", "act", "pool")
    return _channels_last(arrays(in_turn(model.get_layer, x, *names)))


def any_size() -> keras.Model:
    """Pictures of any height and width."""
    fresh()
    inputs = keras.Input((None, None, 3))
    x = layers.ZeroPadding2D(1, name="pad")(inputs)
    x = layers.Conv2D(4, 3, strides=2, activation="relu", name="conv")(x)
    x = layers.UpSampling2D(2, name="up")(x)
    return varied(keras.Model(inputs, layers.GlobalMaxPooling2D(name="gap")(x)))


def any_size_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    names = ("pad", "conv:pre", "conv", "up", "gap")
    return arrays(in_turn(model.get_layer, x, *names))


def encoder_decoder() -> keras.Model:
    """Down and up again, with a bridge across."""
    fresh()
    inputs = keras.Input((8, 8, 3))
    bridge = layers.Conv2D(3, 3, padding="same", activation="tanh", name="down")(inputs)
    x = layers.AveragePooling2D(2, name="down.pool")(bridge)
    x = layers.PReLU(name="bottom")(x)
    x = layers.Conv2DTranspose(4, 2, strides=2, activation="elu", name="up")(x)
    x = layers.Concatenate(name="bridge")([x, bridge])
    x = layers.Conv2D(1, 1, activation="sigmoid", name="mask")(x)
    return varied(keras.Model(inputs, layers.Reshape((64,), name="flat")(x)))


def encoder_decoder_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    at = model.get_layer
    found = in_turn(at, x, "down:pre", "down", "down.pool", "bottom", "up:pre", "up")
    found["bridge"] = ops.concatenate([last(found), found["down"]], axis=-1)
    found["mask:pre"] = before_activation(at("mask"), found["bridge"])
    found["mask"] = ops.sigmoid(found["mask:pre"])
    return arrays(found | {"flat": ops.reshape(found["mask"], (2, 64))})


def _channels_last(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {
        path: np.moveaxis(value, 1, -1) if value.ndim > 2 else value
        for path, value in found.items()
    }


KINDS = (
    Kind("one dimension", conv1d, partial(noise, 12, 2), conv1d_by_hand),
    Kind("three dimensions", conv3d, partial(noise, 6, 8, 8, 1), conv3d_by_hand),
    Kind(
        "channels first",
        channels_first,
        partial(noise, 3, 9, 8),
        channels_first_by_hand,
        channels_first=True,
    ),
    Kind(
        "channels first, one dimension",
        channels_first_1d,
        partial(noise, 2, 12),
        channels_first_1d_by_hand,
        channels_first=True,
    ),
    Kind("pictures of any size", any_size, partial(noise, 10, 8, 3), any_size_by_hand),
    Kind(
        "encoder and decoder",
        encoder_decoder,
        partial(noise, 8, 8, 3),
        encoder_decoder_by_hand,
    ),
)
