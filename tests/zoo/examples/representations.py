"""Models that learn what is alike: self-supervised, siamese, taught by another."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from zoo.examples.example import (
    BATCH,
    CLASSES,
    Example,
    compiled,
    normal,
    numbers,
    pictures,
)
from zoo.examples.patches import Patches
from zoo.examples.steps import OwnLoss, descend

_WIDTH = 6


def encoder(name: str = "encoder") -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, strides=2, activation="relu", name="conv0"),
            layers.Conv2D(4, 3, strides=2, activation="relu", name="conv1"),
            layers.Flatten(name="flat"),
            layers.Dense(_WIDTH, activation="relu", name="dense"),
        ],
        name=name,
    )


def _projection() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((_WIDTH,)),
            layers.Dense(_WIDTH, activation="relu", name="hidden"),
            layers.Dense(_WIDTH, name="projected"),
        ],
        name="projection_head",
    )


def _augmenter(turn: float) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Rescaling(1 / 255, name="scale"),
            layers.RandomFlip("horizontal", seed=1, name="flip"),
            layers.RandomTranslation(turn, turn, seed=2, name="shift"),
        ],
        name="augmenter",
    )


def _contrast(one: Any, other: Any) -> Any:
    """How badly each vector finds its partner among the others."""
    one = ops.normalize(one, axis=1)
    other = ops.normalize(other, axis=1)
    alike = ops.matmul(one, ops.transpose(other)) / 0.1
    partner = ops.arange(BATCH)

    def missed(scores: Any) -> Any:
        return keras.losses.sparse_categorical_crossentropy(
            partner, scores, from_logits=True
        )

    return ops.mean(missed(alike) + missed(ops.transpose(alike)))


class SimClr(keras.Model):
    """An encoder with a head for each of two trainings; no `call`."""

    def __init__(self) -> None:
        super().__init__()
        self.contrastive_augmenter = _augmenter(0.25)
        self.classification_augmenter = _augmenter(0.1)
        self.encoder = encoder()
        self.projection_head = _projection()
        self.linear_probe = keras.Sequential(
            [keras.Input((_WIDTH,)), layers.Dense(CLASSES, name="probe")]
        )
        self.probe_optimizer = keras.optimizers.SGD(0.01, momentum=0.9)
        self.built = True

    def train_step(self, data: Any) -> dict[str, Any]:
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        learned = [
            *self.encoder.trainable_weights,
            *self.projection_head.trainable_weights,
        ]
        return {
            "contrast": descend(self, self.optimizer, learned, lambda: self.apart(x)),
            "probe": descend(
                self,
                self.probe_optimizer,
                self.linear_probe.trainable_weights,
                lambda: self.probed(x, y),
            ),
        }

    def apart(self, x: Any) -> Any:
        views = (self.contrastive_augmenter(x, training=True) for _ in range(2))
        return _contrast(*(self.projection_head(self.encoder(v)) for v in views))

    def probed(self, x: Any, y: Any) -> Any:
        features = self.encoder(self.classification_augmenter(x, training=True))
        scores = self.linear_probe(ops.stop_gradient(features))
        return ops.mean(
            keras.losses.sparse_categorical_crossentropy(y, scores, from_logits=True)
        )


class Nnclr(OwnLoss):
    """Finds the partner in a queue of what was seen before; no `call`."""

    def __init__(self) -> None:
        super().__init__()
        self.augmenter = _augmenter(0.2)
        self.encoder = encoder()
        self.projection_head = _projection()
        self.queue = self.add_weight(
            shape=(2 * BATCH, _WIDTH), trainable=False, name="queue"
        )
        self.built = True

    def loss_of(self, x: Any, y: Any) -> Any:
        first, second = (
            ops.normalize(self.projection_head(self.encoder(view)), axis=1)
            for view in (self.augmenter(x, training=True) for _ in range(2))
        )
        stop = ops.stop_gradient
        alike = ops.matmul(stop(first), ops.transpose(self.queue))
        nearest = ops.take(self.queue, ops.argmax(alike, axis=1), axis=0)
        loss = _contrast(first + stop(nearest - first), second)
        self.queue.assign(ops.concatenate([stop(first), self.queue[:-BATCH]]))
        return loss


_PATCHES, _SEEN, _PATCH = 16, 4, 2


class Hidden(layers.Layer):
    """Hides most patches of a picture, others each time."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.project = layers.Dense(_WIDTH, name="project")
        self.place = layers.Embedding(_PATCHES, _WIDTH, name="place")
        self.draws = keras.random.SeedGenerator(7)

    def build(self, shape: tuple) -> None:
        self.project.build(shape)
        self.place.build(None)
        self.token = self.add_weight(shape=(1, shape[-1]), name="token")

    def call(self, patches: Any) -> Any:
        places = self.place(ops.arange(_PATCHES))
        embedded = self.project(patches) + places
        order = ops.argsort(
            keras.random.uniform((BATCH, _PATCHES), seed=self.draws), axis=-1
        )
        seen, hidden = order[:, :_SEEN], order[:, _SEEN:]
        tokens = ops.repeat(self.project(self.token)[None], _PATCHES - _SEEN, axis=1)
        return (
            ops.take_along_axis(embedded, seen[..., None], axis=1),
            tokens + ops.take(places, hidden, axis=0),
            hidden,
        )


def _attending(tokens: int, head: Any = ()) -> keras.Model:
    """A block of a transformer, and layers after it."""
    x = inputs = keras.Input((tokens, _WIDTH))
    y = layers.LayerNormalization(epsilon=1e-6, name="norm")(x)
    y = layers.MultiHeadAttention(2, 3, dropout=0.1, name="mha")(y, y)
    x = layers.Add(name="add")([y, x])
    y = layers.LayerNormalization(epsilon=1e-6, name="mlp_norm")(x)
    y = layers.Dense(_WIDTH, activation="gelu", name="mlp")(y)
    x = layers.Add(name="mlp_add")([y, x])
    for layer in head:
        x = layer(x)
    return keras.Model(inputs, x)


class Mae(OwnLoss):
    """Paints what is hidden of a picture from what is seen; no `call`."""

    def __init__(self) -> None:
        super().__init__()
        self.patch_layer = Patches(_PATCH)
        self.patch_encoder = Hidden()
        self.patch_encoder.build((None, _PATCHES, _PATCH**2 * 3))
        self.encoder = _attending(_SEEN)
        self.decoder = _attending(
            _PATCHES,
            [
                layers.Flatten(name="flat"),
                layers.Dense(8 * 8 * 3, activation="sigmoid", name="paint"),
                layers.Reshape((8, 8, 3), name="picture"),
            ],
        )
        self.patch_layer.build((None, 8, 8, 3))
        self.built = True

    def loss_of(self, x: Any, y: Any) -> Any:
        patches = self.patch_layer(x)
        seen, masked, hidden = self.patch_encoder(patches)
        tokens = ops.concatenate([self.encoder(seen, training=True), masked], axis=1)
        painted = self.patch_layer(self.decoder(tokens, training=True))
        missed = ops.square(painted - patches)
        return ops.mean(ops.take_along_axis(missed, hidden[..., None], axis=1))


EXAMPLES = (
    Example(
        "SimCLR",
        "vision/semisupervised_simclr",
        lambda: compiled(SimClr()),
        lambda: (255 * pictures(), numbers(CLASSES)),
        lambda: {
            "encoder": pictures(count=2),
            "projection_head": normal(_WIDTH, count=2),
            "linear_probe": normal(_WIDTH, count=2),
        },
        # With two optimizers; JAX would want the state of both handed round.
        backends=("tensorflow", "torch"),
    ),
    Example(
        "NNCLR",
        "vision/nnclr",
        lambda: compiled(Nnclr()),
        lambda: (255 * pictures(),),
        lambda: {
            "augmenter": 255 * pictures(count=2),
            "encoder": pictures(count=2),
        },
        layers=(
            *("augmenter/scale", "augmenter/flip", "augmenter/shift"),
            *("encoder/conv0:pre", "encoder/conv0", "encoder/conv1:pre"),
            *("encoder/conv1", "encoder/flat", "encoder/dense:pre", "encoder/dense"),
        ),
    ),
    Example(
        "masked autoencoder",
        "vision/masked_image_modeling",
        lambda: compiled(Mae()),
        lambda: (pictures(),),
        lambda: {
            "encoder": normal(_SEEN, _WIDTH, count=2),
            "decoder": normal(_PATCHES, _WIDTH, count=2),
        },
    ),
)
