"""A new layer that learns to find eyes, and the pictures that it learns from."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from keras_models.faces.batch import train_seeds
from keras_models.faces.face import draw_face

#: Channels of the new layer: few enough to look at each; one of them finds the eyes.
EYE_CHANNELS = 4


def with_eye_layer(net: Any) -> Any:
    """Return a network with a new layer, `eyes`, on SqueezeNet's third fire module.

    The new layer is to tell open eyes from closed ones. Of the old layers only those of
    the third fire module learn on.

    Args:
        net: A SqueezeNet; its layers become those of the new network.

    Returns:
        The network, compiled: (N, H, W, 3), preprocessed, to the probabilities of open
        and of closed eyes, (N, 2).

    Example:
        >>> from keras_models import SqueezeNet
        >>> from keras_models.faces import with_eye_layer
        >>> model = with_eye_layer(SqueezeNet(weights="faces"))
        >>> model.get_layer("eyes").filters
        4
    """
    for layer in net.layers:
        layer.trainable = layer.name.startswith("fire3")
    x = net.get_layer("fire3-concat").output
    # One set of weights gives activations a hundred times as large as another.
    x = keras.layers.GroupNormalization(1, center=False, scale=False, name="level")(x)
    x = keras.layers.Conv2D(
        EYE_CHANNELS,
        kernel_size=3,
        padding="same",
        activation="sigmoid",
        # Low at first: a channel that is 1 somewhere from the start learns nothing.
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
        bias_initializer=keras.initializers.Constant(-2),
        name="eyes",
    )(x)
    x = keras.layers.GlobalMaxPooling2D(name="anywhere")(x)
    x = keras.layers.Dense(2, activation="softmax", name="open-or-closed")(x)
    model = keras.Model(net.input, x)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def draw_open_and_closed(
    count: int, size: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return faces with both eyes open and faces with both closed, in turn.

    None has one eye closed.

    Args:
        count: How many.
        size: Height and width in pixels, ≥ 32.

    Returns:
        Pictures, (count, size, size, 3), RGB; and for each 0 where its eyes are open,
        1 where they are closed, (count,).

    Raises:
        ValueError: If the size is too small.

    Example:
        >>> from keras_models.faces import draw_open_and_closed
        >>> pictures, closed = draw_open_and_closed(4, 64)
        >>> pictures.shape, closed.tolist()
        ((4, 64, 64, 3), [0, 1, 0, 1])
    """
    closed = np.arange(count) % 2
    pictures = [
        draw_face(seed, size, not both, not both).picture
        for seed, both in zip(train_seeds(0, count), closed, strict=True)
    ]
    return np.stack(pictures), closed
