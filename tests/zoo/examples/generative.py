"""Models that draw: autoencoders with a prior, diffusion, radiance fields."""

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
    pictures,
    uniform,
)
from zoo.examples.steps import OwnLoss

_LATENT = 2


class Sampled(layers.Layer):
    """Draws a latent vector of a normal distribution."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.draws = keras.random.SeedGenerator(7)

    def call(self, distribution: Any) -> Any:
        mean, log_variance = distribution
        noise = keras.random.normal(ops.shape(mean), seed=self.draws)
        return mean + ops.exp(0.5 * log_variance) * noise


class Vae(OwnLoss):
    """Encoder and decoder; no `call`."""

    def __init__(self) -> None:
        super().__init__()
        x = inputs = keras.Input((8, 8, 1))
        x = layers.Conv2D(3, 3, 2, padding="same", activation="relu", name="conv0")(x)
        x = layers.Conv2D(4, 3, 2, padding="same", activation="relu", name="conv1")(x)
        x = layers.Dense(5, activation="relu", name="dense")(
            layers.Flatten(name="flat")(x)
        )
        mean = layers.Dense(_LATENT, name="mean")(x)
        log_variance = layers.Dense(_LATENT, name="log_variance")(x)
        z = Sampled(name="z")([mean, log_variance])
        self.encoder = keras.Model(inputs, [mean, log_variance, z])
        x = latent = keras.Input((_LATENT,))
        x = layers.Dense(2 * 2 * 4, activation="relu", name="dense")(x)
        x = layers.Reshape((2, 2, 4), name="map")(x)
        for number in range(2):
            x = layers.Conv2DTranspose(
                3, 3, 2, padding="same", activation="relu", name=f"grow{number}"
            )(x)
        x = layers.Conv2DTranspose(
            1, 3, padding="same", activation="sigmoid", name="paint"
        )(x)
        self.decoder = keras.Model(latent, x)
        self.built = True

    def loss_of(self, x: Any, y: Any) -> Any:
        mean, log_variance, z = self.encoder(x)
        missed = keras.losses.binary_crossentropy(x, self.decoder(z))
        spread = 1 + log_variance - ops.square(mean) - ops.exp(log_variance)
        return ops.mean(ops.sum(missed, axis=(1, 2))) - ops.mean(spread) / 2


class NearestCode(layers.Layer):
    """Replaces each vector by the nearest one of a codebook that it learns."""

    def build(self, shape: tuple) -> None:
        self.codes = self.add_weight(
            shape=(shape[-1], 6), initializer="random_uniform", name="codes"
        )

    def call(self, x: Any) -> Any:
        flat = ops.reshape(x, (-1, x.shape[-1]))
        distance = (
            ops.sum(ops.square(flat), axis=1, keepdims=True)
            + ops.sum(ops.square(self.codes), axis=0)
            - 2 * ops.matmul(flat, self.codes)
        )
        nearest = ops.one_hot(ops.argmin(distance, axis=1), 6)
        found = ops.reshape(
            ops.matmul(nearest, ops.transpose(self.codes)), ops.shape(x)
        )
        stop = ops.stop_gradient
        self.add_loss(
            0.25 * ops.mean(ops.square(stop(found) - x))
            + ops.mean(ops.square(found - stop(x)))
        )
        return x + stop(found - x)


class VqVae(OwnLoss):
    """A whole autoencoder in an attribute, with models inside; no `call`."""

    def __init__(self) -> None:
        super().__init__()
        encoder = keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                layers.Conv2D(4, 3, 2, padding="same", activation="relu", name="conv0"),
                layers.Conv2D(3, 1, padding="same", name="conv1"),
            ],
            name="encoder",
        )
        decoder = keras.Sequential(
            [
                keras.Input((4, 4, 3)),
                layers.Conv2DTranspose(
                    4, 3, 2, padding="same", activation="relu", name="grow"
                ),
                layers.Conv2DTranspose(1, 3, padding="same", name="paint"),
            ],
            name="decoder",
        )
        inputs = keras.Input((8, 8, 1))
        codes = NearestCode(name="codes")(encoder(inputs))
        self.vqvae = keras.Model(inputs, decoder(codes), name="autoencoder")
        self.built = True

    def loss_of(self, x: Any, y: Any) -> Any:
        missed = ops.mean(ops.square(x - self.vqvae(x, training=True)))
        return missed + sum(self.vqvae.losses)


class Masked(layers.Layer):
    """A convolution that sees what was painted before: above, and to the left."""

    def __init__(
        self, sees_itself: bool, size: int, filters: int, **given: Any
    ) -> None:
        super().__init__(**given)
        self.sees_itself = sees_itself
        self.conv = layers.Conv2D(filters, size, padding="same", activation="relu")

    def build(self, shape: tuple) -> None:
        self.conv.build(shape)
        mask = np.zeros(self.conv.kernel.shape, np.float32)
        middle = mask.shape[0] // 2
        mask[:middle] = mask[middle, :middle] = 1
        mask[middle, middle] = self.sees_itself
        self.mask = mask

    def call(self, x: Any) -> Any:
        self.conv.kernel.assign(self.conv.kernel * self.mask)
        return self.conv(x)


class PaintedBefore(layers.Layer):
    """A residual block of masked convolutions."""

    def __init__(self, filters: int, **given: Any) -> None:
        super().__init__(**given)
        self.narrow = layers.Conv2D(filters, 1, activation="relu", name="narrow")
        self.masked = Masked(True, 3, filters // 2, name="masked")
        self.wide = layers.Conv2D(filters, 1, activation="relu", name="wide")

    def call(self, x: Any) -> Any:
        return layers.add([x, self.wide(self.masked(self.narrow(x)))])


def _pixelcnn() -> keras.Model:
    inputs = keras.Input((8, 8, 1), batch_size=BATCH)
    x = Masked(False, 5, 4, name="first")(inputs)
    for number in range(2):
        x = PaintedBefore(4, name=f"block{number}")(x)
    x = layers.Conv2D(4, 1, activation="relu", name="last")(x)
    x = layers.Conv2D(1, 1, activation="sigmoid", name="paint")(x)
    return compiled(keras.Model(inputs, x), "binary_crossentropy")


_RAYS, _PLACES = 9, 4


class Nerf(OwnLoss):
    """A network of points on rays, and what turns its answers to a picture."""

    def __init__(self) -> None:
        super().__init__()
        x = inputs = keras.Input((_RAYS * _PLACES, 6))
        for number in range(4):
            x = layers.Dense(6, activation="relu", name=f"dense{number}")(x)
            if number == 2:
                x = layers.concatenate([x, inputs], axis=-1)
        self.nerf_model = keras.Model(inputs, layers.Dense(4, name="colour")(x))
        self.built = True

    def loss_of(self, x: Any, y: Any) -> Any:
        found = self.nerf_model(x)
        found = ops.reshape(found, (-1, _RAYS, _PLACES, 4))
        colours, density = ops.sigmoid(found[..., :3]), ops.relu(found[..., 3])
        solid = 1.0 - ops.exp(-density)
        passed = ops.cumprod(1.0 - solid + 1e-6, axis=-1) / (1.0 - solid + 1e-6)
        seen = ops.sum((solid * passed)[..., None] * colours, axis=-2)
        return ops.mean(ops.square(seen - y))


EXAMPLES = (
    Example(
        "VAE",
        "generative/vae",
        lambda: compiled(Vae()),
        lambda: (pictures(channels=1),),
        lambda: {
            "encoder": pictures(channels=1, count=2),
            "decoder": normal(_LATENT, count=2),
        },
        layers=(
            *("encoder/conv0:pre", "encoder/conv0"),
            *("encoder/conv1:pre", "encoder/conv1", "encoder/flat"),
            *("encoder/dense:pre", "encoder/dense"),
            *("encoder/mean", "encoder/log_variance", "encoder/z"),
            *("decoder/dense:pre", "decoder/dense", "decoder/map"),
            *("decoder/grow0:pre", "decoder/grow0", "decoder/grow1:pre"),
            *("decoder/grow1", "decoder/paint:pre", "decoder/paint"),
        ),
    ),
    Example(
        "VQ-VAE",
        "generative/vq_vae",
        lambda: compiled(VqVae()),
        lambda: (pictures(channels=1),),
        lambda: {"vqvae": pictures(channels=1, count=2)},
    ),
    Example(
        "PixelCNN",
        "generative/pixelcnn",
        _pixelcnn,
        lambda: (np.rint(pictures(channels=1)),) * 2,
    ),
    Example(
        "NeRF",
        "vision/nerf",
        lambda: compiled(Nerf()),
        lambda: (normal(_RAYS * _PLACES, 6), uniform(_RAYS, 3)),
        lambda: {"nerf_model": normal(_RAYS * _PLACES, 6, count=2)},
    ),
)
