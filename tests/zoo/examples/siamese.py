"""Models that compare, and one that is taught by another."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from zoo.examples.example import CLASSES, Example, compiled, numbers, pictures
from zoo.examples.representations import encoder
from zoo.examples.steps import OwnLoss


class Distances(layers.Layer):
    """How far an anchor is from what is like it, and from what is not."""

    def call(self, anchor: Any, positive: Any, negative: Any) -> Any:
        return (
            ops.sum(ops.square(anchor - positive), axis=-1),
            ops.sum(ops.square(anchor - negative), axis=-1),
        )


class Triplets(OwnLoss):
    """Three pictures through one encoder; trained without having been called."""

    def __init__(self) -> None:
        super().__init__()
        embedding = encoder("embedding")
        triplet = [
            keras.Input((8, 8, 3), name=name)
            for name in ("anchor", "positive", "negative")
        ]
        distances = Distances(name="distances")(*(embedding(x) for x in triplet))
        self.siamese_network = keras.Model(triplet, distances, name="siamese")

    def call(self, inputs: Any) -> Any:
        return self.siamese_network(inputs)

    def loss_of(self, x: Any, y: Any) -> Any:
        near, far = self.siamese_network(x, training=True)
        return ops.mean(ops.maximum(near - far + 0.5, 0.0))


def _siamese_pair() -> keras.Model:
    tower = encoder("tower")
    one, other = (keras.Input((8, 8, 3), name=name) for name in ("one", "other"))
    distance = layers.Lambda(
        lambda pair: ops.sqrt(
            ops.sum(ops.square(pair[0] - pair[1]), axis=1, keepdims=True) + 1e-7
        ),
        output_shape=(1,),
        name="distance",
    )([tower(one), tower(other)])
    x = layers.BatchNormalization(name="norm")(distance)
    x = layers.Dense(1, activation="sigmoid", name="same")(x)
    return compiled(keras.Model([one, other], x), "mse")


def _classifier(width: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(width, 3, strides=2, padding="same", name="conv0"),
            layers.LeakyReLU(0.2, name="leaky0"),
            layers.MaxPooling2D(2, strides=1, padding="same", name="pool0"),
            layers.Conv2D(width, 3, strides=2, padding="same", name="conv1"),
            layers.Flatten(name="flat"),
            layers.Dense(CLASSES, name="scores"),
        ],
        name=f"classifier{width}",
    )


class Distiller(keras.Model):
    """A student that learns the answers of a teacher, who is no part of its `call`."""

    def __init__(self) -> None:
        super().__init__()
        self.teacher, self.student = _classifier(6), _classifier(3)
        self.teacher.trainable = False

    def call(self, x: Any) -> Any:
        return self.student(x)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        known = ops.softmax(self.teacher(x, training=False) / 3.0)
        taught = keras.losses.kl_divergence(known, ops.softmax(y_pred / 3.0))
        own = keras.losses.sparse_categorical_crossentropy(y, y_pred, from_logits=True)
        return 0.1 * ops.mean(own) + 0.9 * ops.mean(taught)


EXAMPLES = (
    Example(
        "siamese triplets",
        "vision/siamese_network",
        lambda: compiled(Triplets()),
        lambda: ((pictures(), pictures() / 2, 1 - pictures()),),
        waits=True,
    ),
    Example(
        "siamese pair",
        "vision/siamese_contrastive",
        _siamese_pair,
        lambda: ((pictures(), 1 - pictures()), numbers(2, 1).astype("float32")),
    ),
    Example(
        "knowledge distillation",
        "vision/knowledge_distillation",
        lambda: compiled(Distiller()),
        lambda: (pictures(channels=1), numbers(CLASSES)),
        waits=True,
        layers=(
            *("classifier3/conv0", "classifier3/leaky0", "classifier3/pool0"),
            *("classifier3/conv1", "classifier3/flat", "classifier3/scores"),
            "classifier3",
        ),
    ),
)
