"""A small training that the tests log."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
from keras import layers
from networks import pictures

PROBES = {"one": pictures(2, (12, 12))[0], "two": pictures(2, (12, 12))[1]}


def nested() -> keras.Model:
    """A backbone with batch normalisation and dropout inside a model."""
    keras.utils.set_random_seed(5)
    inputs = keras.Input((12, 12, 3))
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    x = layers.BatchNormalization(momentum=0.5, name="bn")(x)
    x = layers.Dropout(0.5, name="drop")(x)
    backbone = keras.Model(inputs, x, name="backbone")
    outer = keras.Input((12, 12, 3))
    x = layers.Rescaling(1 / 255, name="scale")(outer)
    x = layers.GlobalAveragePooling2D(name="pool")(backbone(x))
    return keras.Model(outer, layers.Dense(2, name="head")(x), name="nested")


class Subclassed(keras.Model):
    """Draws random numbers at inference too, and adds losses."""

    def __init__(self) -> None:
        super().__init__(name="subclassed")
        self.scale = layers.Rescaling(1 / 255, name="scale")
        self.conv = layers.Conv2D(4, 3, activation="relu", name="conv")
        self.mix = layers.Dense(4, "tanh", activity_regularizer="l2", name="mix")
        self.noise = layers.GaussianNoise(0.5, name="noise")
        self.pool = layers.GlobalAveragePooling2D(name="pool")
        self.head = layers.Dense(2, name="head")

    def call(self, x: Any) -> Any:
        x = self.mix(self.conv(self.scale(x)))
        return self.head(self.pool(self.noise(x, training=True)))


def subclassed() -> keras.Model:
    """A subclassed model that was called once."""
    keras.utils.set_random_seed(5)
    model = Subclassed()
    model(pictures(2, (12, 12)).astype(np.float32))
    return model


def data(batches: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets for so many batches of four."""
    x = pictures(4 * batches, (12, 12)).astype(np.float32)
    y = np.linspace(0, 1, 8 * batches, dtype=np.float32).reshape(-1, 2)
    return x, y


def compiled(model: keras.Model, **options: Any) -> keras.Model:
    """Compile a model for this training, from the same random state each time."""
    keras.utils.set_random_seed(8)
    model.compile(keras.optimizers.Adam(0.01), "mse", **options)
    return model


def trainable() -> keras.Model:
    """The nested model, compiled, with the weights and random states of a new one.

    It is the same object each time, and so traced once, before any callback is there.
    Whoever tests that a callback harms nothing compiles a model anew, and so do those
    whose training ends with an exception, which may leave it unusable.
    """
    model, values = _first_trainable()
    for variable, value in zip(_variables(model), values, strict=True):
        variable.assign(value)
    keras.utils.set_random_seed(8)
    return model


@functools.cache
def _first_trainable() -> tuple[keras.Model, list[np.ndarray]]:
    model = compiled(nested())
    model.optimizer.build(model.trainable_variables)
    values = weights(model)
    # The first training draws more random numbers, to find out shapes.
    fit(model, epochs=1)
    return model, values


def fit(
    model: keras.Model,
    *callbacks: keras.callbacks.Callback,
    epochs: int = 2,
    batches: int = 2,
    **options: Any,
) -> keras.callbacks.History:
    """Train for two epochs of two batches."""
    x, y = data(batches)
    return model.fit(
        x,
        y,
        epochs=epochs,
        batch_size=4,
        verbose=0,
        callbacks=list(callbacks),
        **options,
    )


def weights(model: keras.Model) -> list[np.ndarray]:
    """Values of all variables, those of the optimizer among them."""
    return [
        np.array(keras.ops.convert_to_numpy(variable)) for variable in _variables(model)
    ]


def _variables(model: keras.Model) -> list[Any]:
    return [*model.variables, *model.optimizer.variables]


def assert_equal(one: list[np.ndarray], other: list[np.ndarray]) -> None:
    """Two lists of arrays hold the same bits."""
    assert len(one) == len(other)
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(first, second)
