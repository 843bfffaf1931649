"""Models that draw by taking noise away, step by step."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from zoo.examples.example import (
    BATCH,
    Example,
    compiled,
    normal,
    numbers,
    pictures,
    uniform,
)
from zoo.examples.steps import OwnLoss


def _waves(x: Any) -> Any:
    """A number as waves of several lengths, for any shape that ends in 1."""
    angles = x * np.array([1.0, 4.0, 16.0], np.float32)
    return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)


def _residual(x: Any, filters: int) -> Any:
    before = x if x.shape[-1] == filters else layers.Conv2D(filters, 1)(x)
    x = layers.BatchNormalization(center=False, scale=False)(x)
    x = layers.Conv2D(filters, 3, padding="same", activation="swish")(x)
    return layers.Add()([layers.Conv2D(filters, 3, padding="same")(x), before])


def _denoiser(side: int = 8) -> keras.Model:
    noisy, variance = keras.Input((side, side, 3)), keras.Input((1, 1, 1))
    level = layers.Lambda(_waves, output_shape=(1, 1, 6), name="waves")(variance)
    level = layers.UpSampling2D(side, interpolation="nearest")(level)
    x = layers.Concatenate()([layers.Conv2D(4, 1, name="enter")(noisy), level])
    fine = x = _residual(x, 4)
    x = _residual(layers.AveragePooling2D(2)(x), 6)
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    x = _residual(layers.Concatenate()([x, fine]), 4)
    x = layers.Conv2D(3, 1, kernel_initializer="zeros", name="leave")(x)
    return keras.Model([noisy, variance], x, name="denoiser")


class Ddim(OwnLoss):
    """A denoiser, and another one that follows it slowly; no `call`."""

    def __init__(self) -> None:
        super().__init__()
        self.normalizer = layers.Normalization(mean=0.5, variance=0.1)
        self.normalizer.build((None, 8, 8, 3))
        self.network, self.ema_network = _denoiser(), _denoiser()
        self.ema_network.trainable = False
        self.draws = keras.random.SeedGenerator(7)
        self.built = True

    def loss_of(self, x: Any, y: Any) -> Any:
        for slow, fast in zip(
            self.ema_network.weights, self.network.weights, strict=True
        ):
            slow.assign(0.9 * slow + 0.1 * ops.stop_gradient(fast))
        clean = self.normalizer(x)
        noise = keras.random.normal(ops.shape(clean), seed=self.draws)
        angle = keras.random.uniform((BATCH, 1, 1, 1), 0.1, 1.5, seed=self.draws)
        noisy = ops.cos(angle) * clean + ops.sin(angle) * noise
        found = self.network([noisy, ops.square(ops.sin(angle))], training=True)
        return ops.mean(ops.abs(noise - found))


class Moment(layers.Layer):
    """A step of the diffusion, a whole number, as waves."""

    def call(self, step: Any) -> Any:
        return _waves(ops.expand_dims(ops.cast(step, "float32"), -1) / 10.0)


class WholePicture(layers.Layer):
    """Attention among all places of a picture."""

    def __init__(self, units: int, **given: Any) -> None:
        super().__init__(**given)
        self.units = units
        self.norm = layers.GroupNormalization(2, name="norm")
        self.query = layers.Dense(units, name="query")
        self.key = layers.Dense(units, name="key")
        self.value = layers.Dense(units, name="value")
        self.leave = layers.Dense(units, kernel_initializer="zeros", name="leave")

    def call(self, x: Any) -> Any:
        y = self.norm(x)
        scores = ops.einsum("bhwc,bHWc->bhwHW", self.query(y), self.key(y))
        side = x.shape[1]
        scores = ops.reshape(scores / self.units**0.5, (-1, side, side, side * side))
        scores = ops.reshape(ops.softmax(scores), (-1, side, side, side, side))
        found = ops.einsum("bhwHW,bHWc->bhwc", scores, self.value(y))
        return x + self.leave(found)


def _at_moment(x: Any, moment: Any, filters: int) -> Any:
    before = layers.Conv2D(filters, 1)(x)
    known = layers.Dense(filters)(moment)[:, None, None, :]
    x = layers.Conv2D(filters, 3, padding="same")(
        ops.silu(layers.GroupNormalization(2)(x))
    )
    x = ops.silu(layers.GroupNormalization(2)(layers.Add()([x, known])))
    return layers.Add()([layers.Conv2D(filters, 3, padding="same")(x), before])


class Ddpm(OwnLoss):
    """A denoiser that is told the step by a whole number; no `call`."""

    def __init__(self) -> None:
        super().__init__()
        noisy = keras.Input((8, 8, 3), name="noisy")
        step = keras.Input((), dtype="int32", name="step")
        moment = Moment(name="moment")(step)
        moment = layers.Dense(6, activation="silu", name="known")(moment)
        fine = x = _at_moment(layers.Conv2D(4, 3, padding="same")(noisy), moment, 4)
        x = layers.Conv2D(4, 3, strides=2, padding="same")(x)
        x = WholePicture(4)(_at_moment(x, moment, 4))
        x = layers.UpSampling2D(2)(x)
        x = _at_moment(layers.Concatenate()([x, fine]), moment, 4)
        x = layers.Conv2D(3, 3, padding="same", name="leave")(x)
        self.network = keras.Model([noisy, step], x)
        self.draws = keras.random.SeedGenerator(7)
        self.kept = np.cumprod(np.linspace(0.99, 0.8, 10)).astype(np.float32)
        self.built = True

    def loss_of(self, x: Any, y: Any) -> Any:
        step = keras.random.randint((BATCH,), 0, 10, seed=self.draws)
        noise = keras.random.normal(ops.shape(x), seed=self.draws)
        kept = ops.reshape(ops.take(self.kept, step), (BATCH, 1, 1, 1))
        noisy = ops.sqrt(kept) * x + ops.sqrt(1.0 - kept) * noise
        found = self.network([noisy, step], training=True)
        return ops.mean(ops.square(noise - found))


def _noisy(*extra: Any) -> tuple[Any, ...]:
    return (normal(8, 8, 3, count=2), *extra)


EXAMPLES = (
    Example(
        "DDIM",
        "generative/ddim",
        lambda: compiled(Ddim()),
        lambda: (pictures(),),
        lambda: {
            "network": _noisy(uniform(1, 1, 1, count=2)),
            "ema_network": _noisy(uniform(1, 1, 1, count=2)),
        },
    ),
    Example(
        "DDPM",
        "generative/ddpm",
        lambda: compiled(Ddpm()),
        lambda: (normal(8, 8, 3),),
        lambda: {"network": _noisy(numbers(10, count=2))},
    ),
)
