"""Small networks that the tests capture from."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers


def small(channels: int = 3) -> keras.Model:
    """conv1 - relu1 - pool1 - branches a, b - concat, any size of picture."""
    keras.utils.set_random_seed(1)
    inputs = keras.Input((None, None, channels), name="data")
    x = layers.Conv2D(4, 3, strides=2, name="conv1")(inputs)
    x = layers.ReLU(name="relu1")(x)
    x = layers.MaxPooling2D(2, name="pool1")(x)
    a = layers.Conv2D(2, 1, activation="tanh", name="a")(x)
    b = layers.Conv2D(3, 3, padding="same", name="b")(x)
    b = layers.Activation("elu", name="b.act")(b)
    x = layers.Concatenate(name="concat")([a, b])
    x = layers.Dropout(0.5, name="drop")(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(inputs, layers.Softmax(name="prob")(x), name="small")


def shared() -> keras.Model:
    """One convolution called twice, and an operation without a layer."""
    keras.utils.set_random_seed(2)
    keras.utils.clear_session()  # operations are named by a running number
    inputs = keras.Input((None, None, 3), name="data")
    same = layers.Conv2D(3, 1, name="same")
    x = same(keras.ops.relu(same(inputs)))
    return keras.Model(inputs, x + 1.0, name="shared")


def pictures(count: int = 2, size: tuple[int, int] = (20, 17)) -> np.ndarray:
    """RGB noise, uint8."""
    rng = np.random.default_rng(3)
    return rng.integers(0, 256, (count, *size, 3), dtype=np.uint8)
