"""Flat functional and sequential models."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from zoo.kind import (
    Kind,
    arrays,
    before_activation,
    fresh,
    in_turn,
    last,
    noise,
    varied,
)


def flat() -> keras.Model:
    fresh()
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    x = layers.BatchNormalization(name="bn")(x)
    x = layers.ReLU(name="relu")(x)
    left = layers.MaxPooling2D(2, name="left")(x)
    right = layers.Conv2D(2, 2, strides=2, name="right")(x)
    x = layers.Concatenate(name="concat")([left, right])
    x = layers.Dropout(0.5, name="drop")(x)
    x = layers.GlobalAveragePooling2D(name="gap")(x)
    return varied(keras.Model(inputs, layers.Dense(3, "softmax", name="prob")(x)))


def flat_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    at = model.get_layer
    found = in_turn(at, x, "conv", "bn", "relu")
    found["left"] = at("left")(found["relu"])
    found["right"] = at("right")(found["relu"])
    found["concat"] = np.concatenate(
        [*arrays({side: found[side] for side in ("left", "right")}).values()], axis=-1
    )
    return arrays(
        found | in_turn(at, found["concat"], "drop", "gap", "prob:pre", "prob")
    )


def fused() -> keras.Model:
    """Activations that other layers apply themselves, and one that is a layer."""
    fresh()
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    x = layers.DepthwiseConv2D(3, activation="swish", name="depthwise")(x)
    x = layers.SeparableConv2D(4, 2, activation="elu", name="separable")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(5, activation="tanh", name="tanh")(x)
    act = layers.ReLU(negative_slope=0.1, name="act")
    x = layers.Dense(4, activation=act, name="dense")(x)
    return varied(keras.Model(inputs, layers.Dense(3, name="linear")(x)))


def fused_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    at = model.get_layer
    found = in_turn(
        at,
        x,
        *("conv:pre", "conv", "depthwise:pre", "depthwise"),
        *("separable:pre", "separable", "flat", "tanh:pre", "tanh"),
    )
    pre = before_activation(at("dense"), last(found))
    act = at("dense").activation(pre)
    found |= {"dense:pre": pre, "dense/act": act, "dense": act}
    return arrays(found | in_turn(at, act, "linear"))


def operations() -> keras.Model:
    """Operations in the graph that are no layers go by their own, numbered names."""
    fresh()
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    left, right = ops.split(x, 2, axis=-1)
    x = ops.relu(left) * right
    x = (x + 1.0) + inputs[:, 1:-1, 1:-1, :1]
    return varied(keras.Model(inputs, ops.mean(ops.relu(x), axis=(1, 2))))


def operations_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    found = arrays(in_turn(model.get_layer, x, "conv"))
    left, right = np.split(found["conv"], 2, axis=-1)
    found |= {"split:0": left, "split:1": right, "relu": np.maximum(left, 0)}
    found["multiply"] = found["relu"] * right
    found["add"] = found["multiply"] + 1
    found["get_item"] = x[:, 1:-1, 1:-1, :1]
    found["add_1"] = found["add"] + found["get_item"]
    found["relu_1"] = np.maximum(found["add_1"], 0)
    return found | {"mean": found["relu_1"].mean((1, 2))}


def three_calls() -> keras.Model:
    fresh()
    inputs = keras.Input((8, 8, 3))
    same = layers.Conv2D(3, 3, padding="same", activation="tanh", name="same")
    return varied(keras.Model(inputs, same(same(same(inputs)))))


def three_calls_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    found = {}
    for name in ("same", "same#2", "same#3"):
        found[f"{name}:pre"] = before_activation(model.get_layer("same"), x)
        x = found[name] = model.get_layer("same")(x)
    return arrays(found)


def automatic_names() -> keras.Model:
    """A stack of layers that nobody gave a name."""
    fresh()
    return varied(
        keras.Sequential(
            [
                keras.Input((8, 8, 3)),
                layers.Conv2D(4, 3, activation="relu"),
                layers.MaxPooling2D(),
                layers.Conv2D(3, 3),
                layers.LayerNormalization(),
                layers.LeakyReLU(),
            ]
        )
    )


def automatic_names_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    return arrays(
        in_turn(
            model.get_layer,
            x,
            *("conv2d:pre", "conv2d", "max_pooling2d"),
            *("conv2d_1", "layer_normalization", "leaky_re_lu"),
        )
    )


def unbuilt_sequential() -> keras.Model:
    """No input shape is known, so there are neither weights nor a graph yet."""
    fresh()
    return keras.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", name="conv1"),
            layers.BatchNormalization(name="bn"),
            layers.GlobalMaxPooling2D(name="pool"),
            layers.Dense(3, activation="softmax", name="prob"),
        ]
    )


def unbuilt_sequential_by_hand(
    model: keras.Model, x: np.ndarray
) -> dict[str, np.ndarray]:
    at = model.get_layer
    at("conv1").build(x.shape)
    found = in_turn(at, x, "conv1:pre", "conv1", "bn", "pool")
    at("prob").build(found["pool"].shape)
    return arrays(found | in_turn(at, found["pool"], "prob:pre", "prob"))


def dotted_names() -> keras.Model:
    fresh()
    inputs = keras.Input((8, 8, 3), name="data.rgb")
    x = layers.Conv2D(4, 3, name="stage1.block0.conv")(inputs)
    x = layers.Activation("gelu", name="stage1.block0.act")(x)
    return varied(keras.Model(inputs, layers.Conv2D(2, 1, name="head.0")(x)))


def dotted_names_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    names = ("stage1.block0.conv", "stage1.block0.act", "head.0")
    return arrays(in_turn(model.get_layer, x, *names))


def named_inputs() -> keras.Model:
    """A dict goes in, a dict comes out."""
    fresh()
    inputs = {
        "picture": keras.Input((8, 8, 3), name="picture"),
        "age": keras.Input((1,), name="age"),
    }
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(inputs["picture"])
    x = layers.GlobalAveragePooling2D(name="gap")(x)
    x = layers.Concatenate(name="concat")([x, inputs["age"]])
    outputs = {
        "mood": layers.Dense(3, activation="softmax", name="mood")(x),
        "awake": layers.Dense(1, activation="sigmoid", name="awake")(x),
    }
    return varied(keras.Model(inputs, outputs))


def named_inputs_by_hand(
    model: keras.Model, x: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    at = model.get_layer
    found = in_turn(at, x["picture"], "conv:pre", "conv", "gap")
    found["concat"] = ops.concatenate([found["gap"], x["age"]], axis=-1)
    found |= in_turn(at, found["concat"], "mood:pre", "mood")
    found |= in_turn(at, found["concat"], "awake:pre", "awake")
    return arrays(found)


def listed_inputs() -> keras.Model:
    fresh()
    inputs = [keras.Input((8, 8, 3), name="rgb"), keras.Input((8, 8, 1), name="depth")]
    rgb = layers.Conv2D(4, 3, name="see_rgb")(inputs[0])
    depth = layers.Conv2D(4, 3, name="see_depth")(inputs[1])
    x = layers.Add(name="sum")([rgb, depth])
    return varied(keras.Model(inputs, [layers.ReLU(name="relu")(x), depth]))


def listed_inputs_by_hand(
    model: keras.Model, x: list[np.ndarray]
) -> dict[str, np.ndarray]:
    at = model.get_layer
    rgb, depth = at("see_rgb")(x[0]), at("see_depth")(x[1])
    found = {"see_rgb": rgb, "see_depth": depth, "sum": rgb + depth}
    return arrays(found | {"relu": ops.relu(rgb + depth)})


class OwnConstructor(keras.Model):
    """A functional model that is a class."""

    def __init__(self, width: int) -> None:
        inputs = keras.Input((8, 8, 3))
        x = layers.Conv2D(width, 3, name="conv")(inputs)
        super().__init__(inputs, layers.Activation("tanh", name="tanh")(x))
        self.width = width


def own_constructor() -> keras.Model:
    fresh()
    return varied(OwnConstructor(4))


def own_constructor_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    return arrays(in_turn(model.get_layer, x, "conv", "tanh"))


def flipped() -> keras.Model:
    """A layer is frozen after `compile`: the order of the trainable weights changes."""
    model = flat()
    model.compile("sgd", "mse")
    model.get_layer("conv").trainable = False
    return model


def regularized() -> keras.Model:
    """Layers that add a loss whenever they are called."""
    fresh()
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu", activity_regularizer="l2", name="conv")(
        inputs
    )
    x = layers.ActivityRegularization(l1=0.1, name="sparse")(x)
    x = layers.GlobalMaxPooling2D(name="gap")(x)
    return varied(
        keras.Model(inputs, layers.Dense(2, activity_regularizer="l1", name="two")(x))
    )


def regularized_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    names = ("conv:pre", "conv", "sparse", "gap", "two")
    return arrays(in_turn(model.get_layer, x, *names))


def adapted() -> keras.Model:
    """A dense layer with a low-rank correction, which alone is trained."""
    fresh()
    inputs = keras.Input((6,))
    dense = layers.Dense(4, activation="relu", name="dense")
    model = keras.Model(inputs, layers.Dense(2, name="head")(dense(inputs)))
    dense.enable_lora(2)
    return varied(model)


def adapted_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    return arrays(in_turn(model.get_layer, x, "dense:pre", "dense", "head"))


def always_random() -> keras.Model:
    """Dropout that stays active at inference, as for Monte Carlo estimates."""
    fresh()
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    x = layers.ReLU(name="relu")(x)
    x = layers.Dropout(0.5, name="drop")(x, training=True)
    return varied(keras.Model(inputs, layers.Conv2D(2, 1, name="after")(x)))


def always_random_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    return arrays(in_turn(model.get_layer, x, "conv", "relu"))


def _named(sizes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    return {name: noise(*size) for name, size in sizes.items()}


_pictures = partial(noise, 8, 8, 3)

KINDS = (
    Kind("functional", flat, _pictures, flat_by_hand),
    Kind("fused activations", fused, _pictures, fused_by_hand),
    Kind("operations without layers", operations, _pictures, operations_by_hand),
    Kind("one layer called three times", three_calls, _pictures, three_calls_by_hand),
    Kind("sequential", automatic_names, _pictures, automatic_names_by_hand),
    Kind(
        "sequential not built",
        unbuilt_sequential,
        _pictures,
        unbuilt_sequential_by_hand,
        graph=False,
    ),
    Kind(
        "names with dots",
        dotted_names,
        _pictures,
        dotted_names_by_hand,
        # torch has no parameters with a dot in their name; layers without weights
        # may have one there too, see `encoder_decoder`.
        backends=("tensorflow", "jax"),
    ),
    Kind(
        "dicts in and out",
        named_inputs,
        partial(_named, {"picture": (8, 8, 3), "age": (1,)}),
        named_inputs_by_hand,
    ),
    Kind(
        "lists in and out",
        listed_inputs,
        lambda: [noise(8, 8, 3), noise(8, 8, 1, seed=5)],
        listed_inputs_by_hand,
    ),
    Kind(
        "functional with a constructor",
        own_constructor,
        _pictures,
        own_constructor_by_hand,
    ),
    Kind("frozen after compile", flipped, _pictures, flat_by_hand),
    Kind("activity regularizers", regularized, _pictures, regularized_by_hand),
    Kind("low-rank adaptation", adapted, partial(noise, 6), adapted_by_hand),
    Kind(
        "functional, random at inference",
        always_random,
        _pictures,
        always_random_by_hand,
        complete=False,
    ),
)
