"""Classifiers of pictures that look at patches: attention, or what stands for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers, ops

from zoo.examples.example import (
    CLASSES,
    Example,
    class_loss,
    classified,
    compiled,
    numbers,
    pictures,
)
from zoo.examples.patches import Patches, Placed

_WIDTH, _SIDE = 8, 4


def _mlp(x: Any, widths: tuple[int, ...], dropout: float) -> Any:
    for width in widths:
        x = layers.Dense(width, activation=keras.activations.gelu)(x)
        x = layers.Dropout(dropout)(x)
    return x


def _augmentation() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Normalization(mean=0.5, variance=0.1),
            layers.RandomFlip("horizontal", seed=1),
            layers.RandomRotation(0.02, seed=2),
        ],
        name="augmentation",
    )


def _attended(x: Any, heads: int = 2, dropout: float = 0.1) -> Any:
    """A block of a transformer."""
    y = layers.LayerNormalization(epsilon=1e-6)(x)
    y = layers.MultiHeadAttention(heads, _WIDTH // heads, dropout=dropout)(y, y)
    x = layers.Add()([y, x])
    y = layers.LayerNormalization(epsilon=1e-6)(x)
    return layers.Add()([_mlp(y, (2 * _WIDTH, _WIDTH), 0.1), x])


def _vit() -> keras.Model:
    inputs = keras.Input((8, 8, 3))
    x = Patches(2)(_augmentation()(inputs))
    x = Placed(_SIDE**2, _WIDTH)(x)
    x = _attended(x)
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    x = layers.Dropout(0.5)(layers.Flatten()(x))
    return classified(inputs, _mlp(x, (16, 8), 0.5))


class SometimesSkipped(layers.Layer):
    """Leaves out a whole branch for some samples while training."""

    def __init__(self, rate: float, **given: Any) -> None:
        super().__init__(**given)
        self.rate = rate
        self.draws = keras.random.SeedGenerator(7)

    def call(self, x: Any, training: bool = False) -> Any:
        if not training:
            return x
        shape = (ops.shape(x)[0], *(1,) * (len(x.shape) - 1))
        kept = 1 - self.rate
        return x / kept * ops.floor(kept + keras.random.uniform(shape, seed=self.draws))


class AttentionPool(layers.Layer):
    """A weighted mean of a sequence."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.weigh = layers.Dense(1, name="weigh")

    def call(self, x: Any) -> Any:
        weights = ops.transpose(ops.softmax(self.weigh(x), axis=1), (0, 2, 1))
        return ops.squeeze(ops.matmul(weights, x), axis=-2)


def _cct() -> keras.Model:
    inputs = keras.Input((8, 8, 3))
    tokenizer = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, use_bias=False, padding="same", activation="relu"),
            layers.ZeroPadding2D(1),
            layers.MaxPooling2D(3, 2),
            layers.Conv2D(_WIDTH, 3, padding="same", activation="relu"),
            layers.Reshape((_SIDE**2, _WIDTH)),
        ],
        name="tokenizer",
    )
    x = tokenizer(_augmentation()(inputs))
    y = layers.LayerNormalization(epsilon=1e-5)(x)
    y = layers.MultiHeadAttention(2, 4, dropout=0.1)(y, y)
    x = layers.Add()([SometimesSkipped(0.1)(y), x])
    y = _mlp(layers.LayerNormalization(epsilon=1e-5)(x), (12, _WIDTH), 0.1)
    x = layers.Add()([SometimesSkipped(0.1)(y), x])
    x = AttentionPool()(layers.LayerNormalization(epsilon=1e-5)(x))
    return classified(inputs, x)


class Mixer(layers.Layer):
    """Mixes patches, then channels."""

    def build(self, shape: tuple) -> None:
        self.norm = layers.LayerNormalization(name="norm")
        self.patches, self.channels = (
            keras.Sequential(
                [
                    layers.Dense(size, activation="gelu", name="wide"),
                    layers.Dense(size, name="narrow"),
                    layers.Dropout(0.2, name="drop"),
                ],
                name=name,
            )
            for name, size in (("patches", shape[1]), ("channels", shape[2]))
        )

    def call(self, x: Any) -> Any:
        across = self.patches(ops.transpose(self.norm(x), (0, 2, 1)))
        x = x + ops.transpose(across, (0, 2, 1))
        return x + self.channels(self.norm(x))


class Fourier(layers.Layer):
    """A Fourier transform instead of attention."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.norm1 = layers.LayerNormalization(name="norm1")
        self.norm2 = layers.LayerNormalization(name="norm2")
        self.feed = keras.Sequential(
            [
                layers.Dense(_WIDTH, activation="gelu", name="wide"),
                layers.Dropout(0.2, name="drop"),
                layers.Dense(_WIDTH, name="narrow"),
            ],
            name="feed",
        )

    def call(self, x: Any) -> Any:
        real, _ = ops.fft2((x, ops.zeros_like(x)))
        x = self.norm1(x + real)
        return self.norm2(x + self.feed(x))


class Gated(layers.Layer):
    """Half of the channels gate the others, after a mixing of the patches."""

    def build(self, shape: tuple) -> None:
        self.norm = layers.LayerNormalization(name="norm")
        self.enter = layers.Dense(2 * shape[2], activation="gelu", name="enter")
        self.gate_norm = layers.LayerNormalization(name="gate_norm")
        self.gate = layers.Dense(shape[1], bias_initializer="ones", name="gate")
        self.leave = layers.Dense(shape[2], name="leave")

    def call(self, x: Any) -> Any:
        kept, gate = ops.split(self.enter(self.norm(x)), 2, axis=-1)
        gate = self.gate(ops.transpose(self.gate_norm(gate), (0, 2, 1)))
        return x + self.leave(kept * ops.transpose(gate, (0, 2, 1)))


def _of_blocks(block: Callable[[], layers.Layer]) -> keras.Model:
    """A classifier of patches, with a block of a kind."""
    inputs = keras.Input((8, 8, 3))
    x = layers.Dense(_WIDTH)(Patches(2)(_augmentation()(inputs)))
    x = keras.Sequential([block()], name="blocks")(x)
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling1D()(x))
    return classified(inputs, x)


def _convmixer() -> keras.Model:
    def activated(x: Any) -> Any:
        return layers.BatchNormalization()(layers.Activation("gelu")(x))

    inputs = keras.Input((8, 8, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    x = activated(layers.Conv2D(_WIDTH, 2, strides=2)(x))
    for _ in range(2):
        y = activated(layers.DepthwiseConv2D(3, padding="same")(x))
        x = activated(layers.Conv2D(_WIDTH, 1)(layers.Add()([y, x])))
    return classified(inputs, layers.GlobalAvgPool2D()(x))


class Perceiver(keras.Model):
    """Makes its layers when it is built, and leaves `training` to Keras."""

    def __init__(self) -> None:
        super().__init__()
        self.augment = keras.Sequential(
            [layers.RandomFlip(seed=1), layers.RandomZoom(0.2, seed=2)], name="augment"
        )
        self.cut = Patches(2, name="cut")

    def build(self, shape: tuple) -> None:
        self.latents = self.add_weight(
            shape=(5, _WIDTH), initializer="random_normal", name="latents"
        )
        self.placed = Placed(_SIDE**2, _WIDTH, name="placed")
        self.cross = self._cross()
        x = latents = keras.Input((5, _WIDTH))
        self.transformer = keras.Model(latents, _attended(x), name="transformer")
        self.pool = layers.GlobalAveragePooling1D(name="pool")
        self.scores = layers.Dense(CLASSES, name="scores")
        super().build(shape)

    def _cross(self) -> keras.Model:
        latents = keras.Input((5, _WIDTH), name="latents")
        data = keras.Input((_SIDE**2, _WIDTH), name="data")
        query = layers.Dense(_WIDTH)(layers.LayerNormalization()(latents))
        known = layers.LayerNormalization()(data)
        key, value = layers.Dense(_WIDTH)(known), layers.Dense(_WIDTH)(known)
        x = layers.Attention(use_scale=True, dropout=0.1)([query, key, value])
        x = layers.LayerNormalization()(layers.Add()([x, latents]))
        x = layers.Add()([_mlp(x, (_WIDTH,), 0.2), x])
        return keras.Model([latents, data], x, name="cross")

    def call(self, x: Any) -> Any:
        data = self.placed(self.cut(self.augment(x)))
        latents = ops.expand_dims(self.latents, 0)
        for _ in range(2):
            latents = self.transformer(self.cross([latents, data]))
        return self.scores(self.pool(latents))


def _token_learner() -> keras.Model:
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(_WIDTH, 2, strides=2, name="patches")(_augmentation()(inputs))
    x = layers.Reshape((_SIDE**2, _WIDTH))(x)
    x = _attended(Placed(_SIDE**2, _WIDTH)(x))
    y = layers.LayerNormalization()(layers.Reshape((_SIDE, _SIDE, _WIDTH))(x))
    for number in range(3):
        activation = "sigmoid" if number == 2 else "gelu"
        y = layers.Conv2D(2, 3, padding="same", activation=activation, use_bias=False)(
            y
        )
    where = layers.Permute((2, 1))(layers.Reshape((_SIDE**2, 2))(y))
    where = layers.Reshape((2, _SIDE**2, 1))(where)
    tokens = ops.mean(where * layers.Reshape((1, _SIDE**2, _WIDTH))(x), axis=2)
    x = layers.LayerNormalization()(_attended(tokens))
    return classified(inputs, layers.GlobalAvgPool1D()(x))


def _example(name: str, page: str, build: Any, **given: Any) -> Example:
    return Example(
        name,
        f"vision/{page}",
        build,
        lambda: (pictures(), numbers(CLASSES)),
        **given,
    )


EXAMPLES = (
    _example("ViT", "image_classification_with_vision_transformer", _vit),
    _example("CCT", "cct", _cct),
    _example("MLP-Mixer", "mlp_image_classification", lambda: _of_blocks(Mixer)),
    _example("FNet", "mlp_image_classification", lambda: _of_blocks(Fourier)),
    _example("gMLP", "mlp_image_classification", lambda: _of_blocks(Gated)),
    _example("ConvMixer", "convmixer", _convmixer),
    _example(
        "Perceiver",
        "perceiver_image_classification",
        lambda: compiled(Perceiver(), class_loss()),
        waits=True,
    ),
    _example("TokenLearner", "token_learner", _token_learner),
)
