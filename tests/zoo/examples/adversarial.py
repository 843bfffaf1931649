"""Networks that are trained against one another."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from zoo.examples.example import BATCH, Example, compiled, normal, numbers, pictures
from zoo.examples.steps import descend, slope

#: With one optimizer for each network; JAX would want the state of both handed round.
_BACKENDS = ("tensorflow", "torch")
_CLASSES = 3
_LATENT = 4


def _judge(channels: int, dropout: float = 0.2, name: str = "judge") -> keras.Model:
    """From pictures to one number: how real they look."""
    return keras.Sequential(
        [
            keras.Input((8, 8, channels)),
            layers.Conv2D(4, 4, strides=2, padding="same", name="conv0"),
            layers.LeakyReLU(0.2, name="leaky0"),
            layers.Conv2D(6, 4, strides=2, padding="same", name="conv1"),
            layers.LeakyReLU(0.2, name="leaky1"),
            layers.Flatten(name="flat"),
            layers.Dropout(dropout, name="drop"),
            layers.Dense(1, name="score"),
        ],
        name=name,
    )


def _painter(latent: int, channels: int, *, normalised: bool = False) -> keras.Model:
    """From latent numbers to pictures."""
    x = inputs = keras.Input((latent,))
    x = layers.Dense(2 * 2 * 6, name="spread")(x)
    x = layers.Reshape((2, 2, 6), name="map")(x)
    for number in range(2):
        if normalised:
            x = layers.BatchNormalization(name=f"norm{number}")(x)
        x = layers.Conv2DTranspose(
            4, 4, strides=2, padding="same", name=f"grow{number}"
        )(x)
        x = layers.LeakyReLU(0.2, name=f"leaky{number}")(x)
    x = layers.Conv2D(channels, 5, padding="same", activation="sigmoid", name="paint")(
        x
    )
    return keras.Model(inputs, x, name="painter")


class Gan(keras.Model):
    """A generator and a discriminator, each with its optimizer; no `call`."""

    def __init__(self, discriminator: keras.Model, generator: keras.Model) -> None:
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.draws = keras.random.SeedGenerator(7)
        self.d_optimizer = keras.optimizers.SGD(0.01, momentum=0.9)
        self.g_optimizer = keras.optimizers.SGD(0.02, momentum=0.9)
        self.cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
        self.built = True

    def latent(self) -> Any:
        return keras.random.normal((BATCH, _LATENT), seed=self.draws)

    def teach_discriminator(self, loss: Any) -> Any:
        weights = self.discriminator.trainable_weights
        return descend(self, self.d_optimizer, weights, loss)

    def teach_generator(self, loss: Any) -> Any:
        weights = self.generator.trainable_weights
        return descend(self, self.g_optimizer, weights, loss)

    def telling_apart(self, real: Any, drawn: Any) -> Any:
        """How badly real and drawn pictures are told apart."""
        scores = self.discriminator(ops.concatenate([drawn, real]), training=True)
        truth = ops.concatenate([ops.ones((BATCH, 1)), ops.zeros((BATCH, 1))])
        return self.cross_entropy(truth, scores)

    def being_found(self, drawn: Any) -> Any:
        """How many drawn pictures are found to be drawn."""
        scores = self.discriminator(drawn, training=True)
        return self.cross_entropy(ops.zeros((BATCH, 1)), scores)


class Dcgan(Gan):
    def train_step(self, data: Any) -> dict[str, Any]:
        real, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        drawn = self.generator(self.latent())
        d_loss = self.teach_discriminator(lambda: self.telling_apart(real, drawn))
        latent = self.latent()
        g_loss = self.teach_generator(lambda: self.being_found(self.generator(latent)))
        return {"d_loss": d_loss, "g_loss": g_loss}


def _dcgan() -> keras.Model:
    return compiled(Dcgan(_judge(1), _painter(_LATENT, 1)))


class ConditionalGan(Gan):
    """Labels are planes of a picture for one network, numbers for the other."""

    def train_step(self, data: Any) -> dict[str, Any]:
        real, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        labels = ops.one_hot(labels, _CLASSES)
        planes = ops.tile(ops.reshape(labels, (BATCH, 1, 1, _CLASSES)), (1, 8, 8, 1))

        def draw() -> Any:
            latent = ops.concatenate([self.latent(), labels], axis=-1)
            return ops.concatenate([self.generator(latent), planes], axis=-1)

        drawn, real = draw(), ops.concatenate([real, planes], axis=-1)
        d_loss = self.teach_discriminator(lambda: self.telling_apart(real, drawn))
        g_loss = self.teach_generator(lambda: self.being_found(draw()))
        return {"d_loss": d_loss, "g_loss": g_loss}


def _conditional_gan() -> keras.Model:
    return compiled(
        ConditionalGan(_judge(1 + _CLASSES), _painter(_LATENT + _CLASSES, 1))
    )


class WassersteinGan(Gan):
    """The critic makes several steps for one of the generator, and is kept smooth."""

    def train_step(self, data: Any) -> dict[str, Any]:
        real, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        for _ in range(2):
            d_loss = self.teach_discriminator(lambda: self.criticism(real))
        g_loss = self.teach_generator(
            lambda: -ops.mean(self.discriminator(self.generator(self.latent())))
        )
        return {"d_loss": d_loss, "g_loss": g_loss}

    def criticism(self, real: Any) -> Any:
        drawn = self.generator(self.latent(), training=True)
        share = keras.random.uniform((BATCH, 1, 1, 1), seed=self.draws)
        steepness = slope(self.discriminator, real + share * (drawn - real))
        length = ops.sqrt(ops.sum(ops.square(steepness), axis=(1, 2, 3)) + 1e-8)
        gain = ops.mean(self.discriminator(drawn) - self.discriminator(real))
        return gain + 10.0 * ops.mean(ops.square(length - 1.0))


def _wgan_gp() -> keras.Model:
    painter = _painter(_LATENT, 3, normalised=True)
    return compiled(WassersteinGan(_judge(3, dropout=0.3), painter))


class Mirrored(layers.Layer):
    """Continues a picture beyond its edges by what lies on the other side of them."""

    def call(self, x: Any) -> Any:
        return ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")


def _translator(name: str) -> keras.Model:
    x = inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, use_bias=False, name="enter")(Mirrored(name="pad")(x))
    x = layers.GroupNormalization(groups=-1, name="enter_norm")(x)
    x = layers.Activation("relu", name="enter_relu")(x)
    x = layers.Conv2D(6, 3, strides=2, padding="same", name="down")(x)
    y = layers.Conv2D(6, 3, name="res")(Mirrored(name="res_pad")(x))
    y = layers.GroupNormalization(groups=-1, name="res_norm")(y)
    x = layers.add([x, layers.ReLU(name="res_relu")(y)], name="res_add")
    x = layers.Conv2DTranspose(4, 3, strides=2, padding="same", name="up")(x)
    x = layers.Conv2D(3, 3, padding="same", activation="tanh", name="leave")(x)
    return keras.Model(inputs, x, name=name)


class CycleGan(keras.Model):
    """Two translators and two judges; a call runs all four."""

    def __init__(self) -> None:
        super().__init__()
        self.there, self.back = _translator("there"), _translator("back")
        self.here_judge = _judge(3, name="here_judge")
        self.there_judge = _judge(3, name="there_judge")
        self.optimizers = [keras.optimizers.SGD(0.01, momentum=0.9) for _ in range(2)]

    def call(self, x: Any) -> Any:
        judges = self.here_judge(x), self.there_judge(x)
        return self.there(x), self.back(x), *judges

    def train_step(self, data: Any) -> dict[str, Any]:
        here, there, _ = keras.utils.unpack_x_y_sample_weight(data)
        painters = [*self.there.trainable_weights, *self.back.trainable_weights]
        judges = [
            *self.here_judge.trainable_weights,
            *self.there_judge.trainable_weights,
        ]
        return {
            "painting": descend(
                self, self.optimizers[0], painters, lambda: self.painting(here, there)
            ),
            "judging": descend(
                self, self.optimizers[1], judges, lambda: self.judging(here, there)
            ),
        }

    def painting(self, here: Any, there: Any) -> Any:
        as_there = self.there(here, training=True)
        as_here = self.back(there, training=True)
        cycle = ops.abs(self.back(as_there) - here) + ops.abs(
            self.there(as_here) - there
        )
        same = ops.abs(self.there(there) - there) + ops.abs(self.back(here) - here)
        found = ops.square(self.there_judge(as_there) - 1.0) + ops.square(
            self.here_judge(as_here) - 1.0
        )
        return ops.mean(found) + 10.0 * ops.mean(cycle) + 5.0 * ops.mean(same)

    def judging(self, here: Any, there: Any) -> Any:
        as_here, as_there = self.back(there), self.there(here)
        real = ops.square(self.here_judge(here) - 1.0) + ops.square(
            self.there_judge(there) - 1.0
        )
        drawn = ops.square(self.here_judge(as_here)) + ops.square(
            self.there_judge(as_there)
        )
        return ops.mean(real + drawn) / 2.0


def _cyclegan() -> keras.Model:
    model = CycleGan()
    model(pictures(count=1))
    return compiled(model)


_JUDGE = ("conv0", "leaky0", "conv1", "leaky1", "flat", "drop", "score")
_PAINTER = ("spread", "map", "grow0", "leaky0", "grow1", "leaky1", "paint:pre", "paint")

EXAMPLES = (
    Example(
        "dcgan",
        "generative/dcgan_overriding_train_step",
        _dcgan,
        lambda: (pictures(channels=1),),
        lambda: {
            "discriminator": pictures(channels=1, count=2),
            "generator": normal(_LATENT, count=2),
        },
        backends=_BACKENDS,
        layers=(
            *(f"discriminator/{name}" for name in _JUDGE),
            *(f"generator/{name}" for name in _PAINTER),
        ),
    ),
    Example(
        "conditional GAN",
        "generative/conditional_gan",
        _conditional_gan,
        lambda: (pictures(channels=1), numbers(_CLASSES)),
        lambda: {
            "discriminator": pictures(channels=1 + _CLASSES, count=2),
            "generator": normal(_LATENT + _CLASSES, count=2),
        },
        backends=_BACKENDS,
    ),
    Example(
        "WGAN-GP",
        "generative/wgan_gp",
        _wgan_gp,
        lambda: (pictures(),),
        lambda: {
            "discriminator": pictures(count=2),
            "generator": normal(_LATENT, count=2),
        },
        backends=_BACKENDS,
    ),
    Example(
        "CycleGAN",
        "generative/cyclegan",
        _cyclegan,
        lambda: (pictures(), 1.0 - pictures()),
        backends=_BACKENDS,
    ),
)
