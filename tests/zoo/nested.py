"""Models and layers that hold other models and layers."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from zoo.kind import (
    Kind,
    Values,
    arrays,
    before_activation,
    fresh,
    in_turn,
    last,
    noise,
    varied,
)


def small_backbone(name: str = "backbone", channels: int = 3) -> keras.Model:
    inputs = keras.Input((None, None, channels))
    x = layers.Conv2D(4, 3, activation="relu", name="conv1")(inputs)
    x = layers.BatchNormalization(name="bn")(x)
    return keras.Model(inputs, layers.Conv2D(3, 3, name="conv2")(x), name=name)


def small_backbone_by_hand(backbone: keras.Model, x: Any, path: str) -> Values:
    """Everything in a call of `small_backbone`, then the call itself."""
    names = ("conv1:pre", "conv1", "bn", "conv2")
    found = in_turn(backbone.get_layer, x, *names, inside=f"{path}/")
    return found | {path: last(found)}


def three_deep() -> keras.Model:
    """A functional model in a functional model in a functional model."""
    fresh()
    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(3, 1, name="stem")(inputs)
    x = small_backbone("block3")(x)
    x = layers.ReLU(name="relu")(x)
    backbone = keras.Model(inputs, x, name="backbone")
    inputs = keras.Input((10, 10, 3))
    x = layers.GlobalAveragePooling2D(name="gap")(backbone(inputs))
    return varied(keras.Model(inputs, layers.Dense(2, name="head")(x)))


def three_deep_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    backbone = model.get_layer("backbone")
    at = backbone.get_layer
    found = in_turn(at, x, "stem", inside="backbone/")
    found |= small_backbone_by_hand(at("block3"), last(found), "backbone/block3")
    found |= in_turn(at, last(found), "relu", inside="backbone/")
    found["backbone"] = last(found)
    return arrays(found | in_turn(model.get_layer, last(found), "gap", "head"))


def sequential_backbone() -> keras.Model:
    fresh()
    return varied(
        keras.Sequential(
            [
                keras.Input((8, 8, 3)),
                layers.Rescaling(2.0, offset=1.0, name="rescale"),
                small_backbone(),
                layers.Flatten(name="flat"),
                layers.Dense(2, activation="softmax", name="prob"),
            ]
        )
    )


def sequential_backbone_by_hand(
    model: keras.Model, x: np.ndarray
) -> dict[str, np.ndarray]:
    at = model.get_layer
    found: Values = {"rescale": x * 2 + 1}
    found |= small_backbone_by_hand(at("backbone"), last(found), "backbone")
    return arrays(found | in_turn(at, last(found), "flat", "prob:pre", "prob"))


def fine_tuning() -> keras.Model:
    """A frozen backbone behind preprocessing, as the guides of Keras have it."""
    fresh()
    backbone = small_backbone()
    backbone.trainable = False
    inputs = keras.Input((None, None, 3), dtype="uint8")
    x = layers.RandomFlip("horizontal", name="flip")(inputs)
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="rescale")(x)
    x = layers.Normalization(mean=0.5, variance=4.0, name="normalize")(x)
    x = backbone(x, training=False)
    x = layers.GlobalAveragePooling2D(name="gap")(x)
    x = layers.Dropout(0.5, name="drop")(x)
    return varied(keras.Model(inputs, layers.Dense(2, name="head")(x)))


def fine_tuning_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    at = model.get_layer
    # Called on its own the layer would flip: it takes training for its default.
    found: Values = {"flip": x.astype(np.float32)}
    found["rescale"] = found["flip"] / np.float32(127.5) - 1
    found["normalize"] = (found["rescale"] - 0.5) / 2
    found |= small_backbone_by_hand(at("backbone"), last(found), "backbone")
    return arrays(found | in_turn(at, last(found), "gap", "drop", "head"))


def siamese() -> keras.Model:
    """One backbone called on each of two inputs."""
    fresh()
    inputs = [keras.Input((8, 8, 3), name=name) for name in ("left", "right")]
    twin = small_backbone("siamese")
    x = layers.Subtract(name="difference")([twin(one) for one in inputs])
    x = layers.Flatten(name="flat")(x)
    return varied(keras.Model(inputs, layers.Dense(1, "sigmoid", name="same")(x)))


def siamese_by_hand(model: keras.Model, x: list[np.ndarray]) -> dict[str, np.ndarray]:
    at = model.get_layer
    found = small_backbone_by_hand(at("siamese"), x[0], "siamese")
    found |= small_backbone_by_hand(at("siamese"), x[1], "siamese#2")
    found["difference"] = found["siamese"] - found["siamese#2"]
    return arrays(found | in_turn(at, last(found), "flat", "same:pre", "same"))


def two_parents() -> keras.Model:
    """One layer in two inner models, and in the outer one as well."""
    fresh()
    shared = layers.Conv2D(3, 3, activation="tanh", name="shared")

    def parent(name: str) -> keras.Model:
        inputs = keras.Input((None, None, 3))
        x = layers.Conv2D(3, 1, name="before")(inputs)
        return keras.Model(inputs, shared(x), name=name)

    inputs = keras.Input((10, 10, 3))
    x = parent("b")(parent("a")(shared(inputs)))
    return varied(keras.Model(inputs, x))


def two_parents_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    found = in_turn(model.get_layer, x, "shared:pre", "shared")
    for name in ("a", "b"):
        at = model.get_layer(name).get_layer
        names = ("before", "shared:pre", "shared")
        found |= in_turn(at, last(found), *names, inside=f"{name}/")
        found[name] = last(found)
    return arrays(found)


def inner_outputs() -> keras.Model:
    """An inner model, and a layer, that give several tensors."""
    fresh()
    inputs = keras.Input((8, 8, 3))
    conv = layers.Conv2D(4, 3, name="conv")(inputs)
    pool = layers.MaxPooling2D(2, name="pool")(conv)
    both = keras.Model(inputs, {"wide": conv, "narrow": pool}, name="both")
    inputs = keras.Input((8, 8, 3))
    features = both(inputs)
    halves = Halves(name="halves")(features["wide"])
    x = layers.Add(name="sum")([features["narrow"], halves["low"][:, :3, :3]])
    return varied(keras.Model(inputs, [x, halves["high"]]))


class Halves(layers.Layer):
    """Parts a tensor in what is above zero and what is below."""

    def call(self, x: Any) -> dict[str, Any]:
        return {"low": ops.minimum(x, 0), "high": ops.maximum(x, 0)}

    def compute_output_shape(self, shape: tuple) -> dict[str, tuple]:
        return {"low": shape, "high": shape}


def inner_outputs_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    at = model.get_layer("both").get_layer
    found = arrays(in_turn(at, x, "conv", "pool", inside="both/"))
    wide, narrow = found.values()
    # keras.tree.flatten takes dicts in the order of their sorted keys.
    found |= {"both:0": narrow, "both:1": wide}
    found |= {"halves:0": np.maximum(wide, 0), "halves:1": np.minimum(wide, 0)}
    found["get_item"] = found["halves:1"][:, :3, :3]
    return found | {"sum": narrow + found["get_item"]}


class Residual(layers.Layer):
    """conv1 - relu - conv2, and relu again after the sum with what came in."""

    def __init__(self, channels: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.conv1 = layers.Conv2D(channels, 3, padding="same", name="conv1")
        self.relu = layers.ReLU(name="relu")
        self.conv2 = layers.Conv2D(channels, 3, padding="same", name="conv2")

    def build(self, shape: tuple) -> None:
        self.conv1.build(shape)
        self.conv2.build(shape)

    def call(self, x: Any) -> Any:
        return self.relu(self.conv2(self.relu(self.conv1(x))) + x)


def composite() -> keras.Model:
    """Layers with layers inside, in a functional model."""
    fresh()
    inputs = keras.Input((8, 8, 3))
    x = Residual(3, name="res1")(inputs)
    x = Residual(3, name="res2")(x)
    return varied(keras.Model(inputs, layers.GlobalMaxPooling2D(name="gap")(x)))


def composite_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    x = ops.convert_to_tensor(x)
    found: Values = {}
    for name in ("res1", "res2"):
        layer = model.get_layer(name)
        conv1 = found[f"{name}/conv1"] = layer.conv1(x)
        relu = found[f"{name}/relu"] = ops.relu(conv1)
        conv2 = found[f"{name}/conv2"] = layer.conv2(relu)
        x = found[f"{name}/relu#2"] = found[name] = ops.relu(conv2 + x)
    return arrays(found | in_turn(model.get_layer, x, "gap"))


class Inner(keras.Model):
    """A subclassed model to be put inside another."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(3, 3, activation="relu", name="conv")
        self.norm = layers.LayerNormalization(name="norm")

    def call(self, x: Any) -> Any:
        return self.norm(self.conv(x))


def functional_of_subclassed() -> keras.Model:
    fresh()
    inputs = keras.Input((8, 8, 3))
    x = Inner(name="inner")(inputs)
    return varied(keras.Model(inputs, layers.Conv2D(2, 1, name="head")(x)))


def functional_of_subclassed_by_hand(
    model: keras.Model, x: np.ndarray
) -> dict[str, np.ndarray]:
    inner = model.get_layer("inner")
    pre = before_activation(inner.conv, x)
    conv = inner.conv(x)
    norm = inner.norm(conv)
    found = {"inner/conv:pre": pre, "inner/conv": conv}
    found |= {"inner/norm": norm, "inner": norm}
    return arrays(found | in_turn(model.get_layer, norm, "head"))


def wrapped() -> keras.Model:
    """A layer around a layer."""
    fresh()
    inputs = keras.Input((8, 8, 3))
    conv = layers.Conv2D(4, 3, activation="relu", name="conv")
    x = layers.SpectralNormalization(conv, name="spectral")(inputs)
    return varied(keras.Model(inputs, layers.Conv2D(2, 1, name="head")(x)))


def wrapped_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    conv = model.get_layer("spectral").layer
    at = {"conv": conv}.__getitem__
    found = in_turn(at, x, "conv:pre", "conv", inside="spectral/")
    found["spectral"] = last(found)
    return arrays(found | in_turn(model.get_layer, last(found), "head"))


def each_frame(frames: int | None) -> keras.Model:
    """A backbone on each frame of a film."""
    fresh()
    inputs = keras.Input((frames, 8, 8, 3))
    x = layers.TimeDistributed(small_backbone("sub"), name="td")(inputs)
    return varied(keras.Model(inputs, layers.Conv3D(2, 1, name="head")(x)))


def each_frame_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    sub = model.get_layer("td").layer
    found = _stacked(
        [small_backbone_by_hand(sub, x[:, t], "td/sub") for t in range(x.shape[1])]
    )
    found["td"] = found["td/sub"]
    return arrays(found | in_turn(model.get_layer, found["td"], "head"))


def each_frame_then_lstm() -> keras.Model:
    """Single layers on each frame, then a recurrent one."""
    fresh()
    each = layers.TimeDistributed
    inputs = keras.Input((None, 8, 8, 3))
    conv = layers.Conv2D(4, 3, activation="relu", name="conv")
    x = each(conv, name="each_conv")(inputs)
    x = each(layers.GlobalMaxPooling2D(name="pool"), name="each_pool")(x)
    x = layers.LSTM(3, name="lstm")(x)
    return varied(keras.Model(inputs, layers.Dense(2, name="head")(x)))


def each_frame_then_lstm_by_hand(
    model: keras.Model, x: np.ndarray
) -> dict[str, np.ndarray]:
    at = model.get_layer
    inner = {"conv": at("each_conv").layer, "pool": at("each_pool").layer}
    frames = [
        in_turn(inner.__getitem__, x[:, t], "conv:pre", "conv", "pool")
        for t in range(x.shape[1])
    ]
    found = _stacked(
        [
            {
                "each_conv/conv:pre": frame["conv:pre"],
                "each_conv/conv": frame["conv"],
                "each_conv": frame["conv"],
                "each_pool/pool": frame["pool"],
                "each_pool": frame["pool"],
            }
            for frame in frames
        ]
    )
    return arrays(found | in_turn(at, found["each_pool"], "lstm", "head"))


def each_of_each() -> keras.Model:
    """Two time axes, one around the other."""
    fresh()
    inputs = keras.Input((2, 3, 5))
    dense = layers.Dense(4, activation="tanh", name="dense")
    inner = layers.TimeDistributed(dense, name="inner")
    x = layers.TimeDistributed(inner, name="outer")(inputs)
    return varied(keras.Model(inputs, x))


def each_of_each_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    dense = model.get_layer("outer").layer.layer
    # A dense layer treats all axes but the last alike.
    pre = before_activation(dense, x)
    found = {"outer/inner/dense:pre": pre, "outer/inner/dense": ops.tanh(pre)}
    found["outer/inner"] = found["outer"] = last(found)
    return arrays(found)


def _stacked(frames: list[Values]) -> Values:
    return {path: ops.stack([f[path] for f in frames], 1) for path in frames[0]}


_pictures = partial(noise, 8, 8, 3)
_larger_pictures = partial(noise, 10, 10, 3)
_films = partial(noise, 3, 8, 8, 3)


def _bytes() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)


KINDS = (
    Kind("three models deep", three_deep, _larger_pictures, three_deep_by_hand),
    Kind(
        "sequential with a backbone",
        sequential_backbone,
        _pictures,
        sequential_backbone_by_hand,
    ),
    Kind("fine-tuning", fine_tuning, _bytes, fine_tuning_by_hand),
    Kind(
        "siamese",
        siamese,
        lambda: [noise(8, 8, 3), noise(8, 8, 3, seed=6)],
        siamese_by_hand,
    ),
    Kind("one layer in two models", two_parents, _larger_pictures, two_parents_by_hand),
    Kind("several inner outputs", inner_outputs, _pictures, inner_outputs_by_hand),
    Kind("composite layers", composite, _pictures, composite_by_hand),
    Kind(
        "functional of subclassed",
        functional_of_subclassed,
        _pictures,
        functional_of_subclassed_by_hand,
    ),
    Kind("wrapped layer", wrapped, _pictures, wrapped_by_hand),
    Kind("each frame", partial(each_frame, 3), _films, each_frame_by_hand),
    Kind(
        "each frame of any number",
        partial(each_frame, None),
        _films,
        each_frame_by_hand,
    ),
    Kind(
        "each frame, then recurrent",
        each_frame_then_lstm,
        _films,
        each_frame_then_lstm_by_hand,
    ),
    Kind("each of each", each_of_each, partial(noise, 2, 3, 5), each_of_each_by_hand),
)
