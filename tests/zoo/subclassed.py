"""Models with a `call` of their own."""

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
from zoo.nested import small_backbone, small_backbone_by_hand


class Attributes(keras.Model):
    """Layers in attributes, named by Keras."""

    def __init__(self) -> None:
        super().__init__()
        self.first = layers.Conv2D(4, 3, activation="relu")
        self.second = layers.Conv2D(3, 3)
        self.norm = layers.BatchNormalization()
        self.drop = layers.Dropout(0.5)
        self.head = layers.Dense(2)

    def call(self, x: Any, training: bool = False) -> Any:
        x = self.norm(self.second(self.first(x)), training=training)
        x = ops.mean(ops.relu(x), axis=(1, 2))
        return self.head(self.drop(x, training=training))


def unbuilt_attributes() -> keras.Model:
    fresh()
    return Attributes()


def attributes() -> keras.Model:
    model = unbuilt_attributes()
    model(noise(8, 8, 3))
    return varied(model)


def attributes_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    found: Values = {"conv2d": model.first(x)}
    found["conv2d:pre"] = before_activation(model.first, x)
    found["conv2d_1"] = model.second(found["conv2d"])
    found["batch_normalization"] = model.norm(found["conv2d_1"])
    found["dropout"] = ops.mean(ops.relu(last(found)), axis=(1, 2))
    found["dense"] = model.head(found["dropout"])
    return arrays(found)


class Lists(keras.Model):
    """Layers in lists and dicts, two of them called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = [
            (layers.Conv2D(3, 3, name=f"conv{i}"), layers.ELU(name=f"elu{i}"))
            for i in range(2)
        ]
        self.heads = {
            "age": layers.Dense(1, activation="softplus", name="age"),
            "mood": layers.Dense(3, activation="softmax", name="mood"),
        }

    def call(self, x: Any) -> Any:
        for conv, elu in self.blocks:
            x = elu(conv(elu(x)))
        x = ops.max(x, axis=(1, 2))
        return ops.concatenate([head(x) for head in self.heads.values()], axis=-1)


def lists() -> keras.Model:
    fresh()
    model = Lists()
    model(noise(8, 8, 3))
    return varied(model)


def lists_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    found: Values = {}
    for i, (conv, _) in enumerate(model.blocks):
        found[f"elu{i}"] = ops.elu(x)
        found[f"conv{i}"] = conv(found[f"elu{i}"])
        x = found[f"elu{i}#2"] = ops.elu(found[f"conv{i}"])
    x = ops.max(x, axis=(1, 2))
    found |= in_turn(model.heads.__getitem__, x, "age:pre", "age")
    return arrays(found | in_turn(model.heads.__getitem__, x, "mood:pre", "mood"))


class FeedForward(layers.Layer):
    """A layer that makes its sublayers when it is built, in the manner of KerasHub."""

    def build(self, shape: tuple) -> None:
        self.norm = layers.LayerNormalization(name="norm")
        self.norm.build(shape)
        self.wide = layers.Dense(6, activation="gelu", name="wide")
        self.wide.build(shape)
        self.narrow = layers.Dense(shape[-1], name="narrow")
        self.narrow.build((*shape[:-1], 6))
        self.built = True

    def call(self, x: Any) -> Any:
        return x + self.narrow(self.wide(self.norm(x)))


def feed_forward_by_hand(layer: FeedForward, x: Any, path: str) -> Values:
    at = partial(getattr, layer)
    names = ("norm", "wide:pre", "wide", "narrow")
    found = in_turn(at, x, *names, inside=f"{path}/")
    return found | {path: x + last(found)}


class Task(keras.Model):
    """A functional backbone, composite layers and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = small_backbone()
        self.mixers = [FeedForward(name=f"mixer{i}") for i in range(2)]
        self.head = layers.Dense(2, name="head")

    def call(self, x: Any) -> Any:
        x = self.backbone(x)
        for mixer in self.mixers:
            x = mixer(x)
        return self.head(ops.mean(x, axis=(1, 2)))


def task() -> keras.Model:
    fresh()
    model = Task()
    model(noise(8, 8, 3))
    return varied(model)


def task_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    found = small_backbone_by_hand(model.backbone, x, "backbone")
    for mixer in model.mixers:
        found |= feed_forward_by_hand(mixer, last(found), mixer.name)
    return arrays(found | {"head": model.head(ops.mean(last(found), axis=(1, 2)))})


class Stages(keras.Model):
    """Sequential models in attributes, and a function as a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = [
            keras.Sequential(
                [
                    layers.Conv2D(channels, 3, name="conv"),
                    layers.BatchNormalization(name="bn"),
                    layers.Activation("swish", name="act"),
                ],
                name=f"stage{channels}",
            )
            for channels in (3, 4)
        ]
        self.square = layers.Lambda(lambda x: x * x, name="square")

    def call(self, x: Any) -> Any:
        for stage in self.stages:
            x = stage(x)
        return self.square(x)


def stages() -> keras.Model:
    fresh()
    model = Stages()
    model(noise(8, 8, 3))
    return varied(model)


def stages_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    found: Values = {}
    for stage in model.stages:
        path = stage.name
        found |= in_turn(stage.get_layer, x, "conv", "bn", "act", inside=f"{path}/")
        x = found[path] = last(found)
    return arrays(found | {"square": x * x})


class SameNames(keras.Model):
    """Several layers of one name."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = [layers.Conv2D(3, 3, name="conv") for _ in range(3)]
        self.fused = [
            layers.Dense(2, activation="tanh", name="dense") for _ in range(2)
        ]

    def call(self, x: Any) -> Any:
        for layer in self.convs + self.fused:
            x = layer(x)
        return x


def same_names() -> keras.Model:
    fresh()
    model = SameNames()
    model(noise(8, 8, 3))
    return varied(model)


def same_names_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    found: Values = {}
    for path, layer in zip(("conv", "conv~2", "conv~3"), model.convs, strict=True):
        x = found[path] = layer(x)
    for path, layer in zip(("dense", "dense~2"), model.fused, strict=True):
        found[f"{path}:pre"] = before_activation(layer, x)
        x = found[path] = layer(x)
    return arrays(found)


class NamedInputs(keras.Model):
    """Takes a dict and gives a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = layers.Conv2D(4, 3, name="conv")
        self.dense = layers.Dense(4, activation="relu", name="dense")
        self.head = layers.Dense(2, name="head")

    def call(self, inputs: dict[str, Any]) -> dict[str, Any]:
        picture = ops.mean(self.conv(inputs["picture"]), axis=(1, 2))
        features = picture * self.dense(inputs["measures"])
        return {"features": features, "logits": self.head(features)}


def _named_inputs() -> dict[str, np.ndarray]:
    return {"picture": noise(8, 8, 3), "measures": noise(5)}


def subclassed_dicts() -> keras.Model:
    fresh()
    model = NamedInputs()
    model(_named_inputs())
    return varied(model)


def subclassed_dicts_by_hand(
    model: keras.Model, x: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    found: Values = {"conv": model.conv(x["picture"])}
    found["dense:pre"] = before_activation(model.dense, x["measures"])
    found["dense"] = ops.relu(found["dense:pre"])
    features = ops.mean(found["conv"], axis=(1, 2)) * found["dense"]
    return arrays(found | {"head": model.head(features)})


class Random(keras.Model):
    """Dropout that is always active."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = layers.Conv2D(4, 3, activation="relu", name="conv")
        self.drop = layers.Dropout(0.5, name="drop")
        self.head = layers.Dense(2, name="head")

    def call(self, x: Any) -> Any:
        return self.head(self.drop(self.conv(x), training=True))


def random() -> keras.Model:
    fresh()
    model = Random()
    model(noise(8, 8, 3))
    return varied(model)


def random_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    return arrays(in_turn(partial(getattr, model), x, "conv:pre", "conv"))


class Around(keras.Model):
    """A functional model whose `call` does more than its graph says."""

    def __init__(self) -> None:
        inputs = keras.Input((8, 8, 3))
        x = layers.Conv2D(4, 3, name="conv")(inputs)
        super().__init__(inputs, layers.ReLU(name="relu")(x))
        self.scale = layers.Rescaling(3.0, name="scale")
        self.head = layers.Dense(2, name="head")

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        return self.head(super().call(self.scale(inputs), training=training))


def around() -> keras.Model:
    fresh()
    model = Around()
    model(noise(8, 8, 3))
    return varied(model)


def around_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    found: Values = {"scale": x * 3}
    found |= in_turn(model.get_layer, last(found), "conv", "relu")
    return arrays(found | {"head": model.head(last(found))})


_pictures = partial(noise, 8, 8, 3)

KINDS = (
    Kind("subclassed", attributes, _pictures, attributes_by_hand, graph=False),
    Kind(
        "subclassed, never called",
        unbuilt_attributes,
        _pictures,
        attributes_by_hand,
        graph=False,
    ),
    Kind("layers in lists and dicts", lists, _pictures, lists_by_hand, graph=False),
    Kind("backbone in a subclass", task, _pictures, task_by_hand, graph=False),
    Kind("sequential in a subclass", stages, _pictures, stages_by_hand, graph=False),
    Kind("layers of one name", same_names, _pictures, same_names_by_hand, graph=False),
    Kind(
        "subclassed, dicts in and out",
        subclassed_dicts,
        _named_inputs,
        subclassed_dicts_by_hand,
        graph=False,
    ),
    Kind(
        "subclassed, random at inference",
        random,
        _pictures,
        random_by_hand,
        graph=False,
        complete=False,
    ),
    Kind(
        "functional with a call of its own",
        around,
        _pictures,
        around_by_hand,
        graph=False,
    ),
)
