"""Classifiers that convolve: pictures, volumes, films, points."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from zoo.examples.example import (
    CLASSES,
    Example,
    classified,
    compiled,
    normal,
    numbers,
    pictures,
    uniform,
)


def _digits() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(4, 3, activation="relu", name="conv0"),
            layers.MaxPooling2D(2, name="pool0"),
            layers.Conv2D(6, 3, activation="relu", name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Flatten(name="flat"),
            layers.Dropout(0.5, name="drop"),
            layers.Dense(CLASSES, activation="softmax", name="digit"),
        ]
    )
    return compiled(model, "sparse_categorical_crossentropy", metrics=["accuracy"])


def _xception() -> keras.Model:
    """Separable convolutions with residual branches, as for Grad-CAM."""
    inputs = keras.Input((16, 16, 3))
    x = layers.RandomFlip("horizontal", seed=1)(layers.Rescaling(1 / 255)(inputs))
    x = layers.Conv2D(4, 3, strides=2, padding="same")(x)
    before = x = layers.Activation("relu")(layers.BatchNormalization()(x))
    for width in (6, 8):
        for _ in range(2):
            x = layers.Activation("relu")(x)
            x = layers.SeparableConv2D(width, 3, padding="same")(x)
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        # Of size 1 it would have one of two gradients in TensorFlow with oneDNN.
        before = layers.Conv2D(width, 2, strides=2, padding="same")(before)
        before = x = layers.add([x, before])
    x = layers.Dropout(0.25)(layers.GlobalAveragePooling2D()(x))
    return classified(inputs, x)


def _inverted(x: Any, width: int, stride: int, name: str) -> Any:
    """Expanded, filtered channel by channel, excited, and narrowed again."""
    before, wide = x, 2 * x.shape[-1]
    x = layers.Conv2D(wide, 1, use_bias=False, name=f"{name}_expand")(x)
    x = layers.BatchNormalization(name=f"{name}_bn")(x)
    x = layers.Activation("swish", name=f"{name}_swish")(x)
    x = layers.DepthwiseConv2D(3, stride, "same", use_bias=False, name=f"{name}_dw")(x)
    squeezed = layers.GlobalAveragePooling2D(name=f"{name}_squeeze")(x)
    squeezed = layers.Reshape((1, 1, wide), name=f"{name}_reshape")(squeezed)
    excited = layers.Conv2D(2, 1, activation="swish", name=f"{name}_reduce")(squeezed)
    excited = layers.Conv2D(wide, 1, activation="sigmoid", name=f"{name}_excite")(
        excited
    )
    x = layers.multiply([x, excited], name=f"{name}_excited")
    x = layers.Conv2D(width, 1, use_bias=False, name=f"{name}_project")(x)
    if stride > 1:
        return x
    x = layers.Dropout(0.2, noise_shape=(None, 1, 1, 1), name=f"{name}_drop")(x)
    return layers.add([x, before], name=f"{name}_add")


def _fine_tuned() -> keras.Model:
    """A frozen network, only the last of whose convolutions are trained."""
    x = inner = keras.Input((16, 16, 3))
    x = layers.Normalization(mean=[0.4] * 3, variance=[0.1] * 3, name="norm")(x)
    x = layers.Conv2D(4, 3, 2, "same", activation="swish", name="stem")(x)
    x = _inverted(x, 6, 2, "block0")
    x = _inverted(x, 6, 1, "block1")
    backbone = keras.Model(inner, x, name="backbone")
    backbone.trainable = False
    backbone.get_layer("block1_project").trainable = True
    inputs = keras.Input((16, 16, 3))
    x = layers.RandomTranslation(0.1, 0.1, seed=2, name="shift")(inputs)
    x = backbone(x, training=False)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(0.2, name="drop")(layers.BatchNormalization(name="bn")(x))
    return classified(inputs, x)


class Involution(layers.Layer):
    """Makes the kernel for each place from what is there."""

    def __init__(self, groups: int, **given: Any) -> None:
        super().__init__(**given)
        self.groups = groups

    def build(self, shape: tuple) -> None:
        width = shape[-1]
        self.shape_here = shape[1:]
        self.kernels = keras.Sequential(
            [
                layers.Conv2D(2, 1, name="reduce"),
                layers.BatchNormalization(name="norm"),
                layers.ReLU(name="relu"),
                layers.Conv2D(9 * self.groups, 1, name="span"),
            ],
            name="kernels",
        )
        self.each = width // self.groups

    def call(self, x: Any) -> tuple[Any, Any]:
        height, width, channels = self.shape_here
        kernel = ops.reshape(self.kernels(x), (-1, height, width, 9, 1, self.groups))
        around = ops.image.extract_patches(x, 3, strides=1, padding="same")
        around = ops.reshape(around, (-1, height, width, 9, self.each, self.groups))
        found = ops.sum(kernel * around, axis=3)
        return ops.reshape(found, (-1, height, width, channels)), kernel


def _involution() -> keras.Model:
    x = inputs = keras.Input((8, 8, 3))
    for number in range(2):
        x, _ = Involution(1, name=f"involution{number}")(x)
        x = layers.ReLU(name=f"relu{number}")(x)
        if not number:
            x = layers.MaxPooling2D(2, name="pool")(x)
    return classified(
        inputs,
        layers.Dense(6, activation="relu", name="dense")(
            layers.Flatten(name="flat")(x)
        ),
    )


def _volumes() -> keras.Model:
    x = inputs = keras.Input((8, 8, 6, 1))
    for number in range(2):
        x = layers.Conv3D(4, 3, padding="same", activation="relu", name=f"c{number}")(x)
        x = layers.MaxPool3D(2, name=f"pool{number}")(x)
        x = layers.BatchNormalization(name=f"norm{number}")(x)
    x = layers.GlobalAveragePooling3D(name="average")(x)
    x = layers.Dropout(0.3, name="drop")(layers.Dense(6, "relu", name="dense")(x))
    return classified(inputs, x)


def _films() -> keras.Model:
    """The next picture of a film, at each of its moments."""
    x = inputs = keras.Input((None, 8, 8, 1))
    for number, size in enumerate((3, 1)):
        x = layers.ConvLSTM2D(
            3,
            size,
            padding="same",
            return_sequences=True,
            activation="relu",
            name=f"moving{number}",
        )(x)
        if not number:
            x = layers.BatchNormalization(name="norm")(x)
    x = layers.Conv3D(1, 3, activation="sigmoid", padding="same", name="next")(x)
    return compiled(keras.Model(inputs, x), "binary_crossentropy")


class NearlyTurning(keras.regularizers.Regularizer):
    """Keeps a square matrix near one that only turns."""

    def __call__(self, x: Any) -> Any:
        x = ops.reshape(x, (-1, 3, 3))
        product = ops.matmul(x, ops.transpose(x, (0, 2, 1)))
        return 0.001 * ops.sum(ops.square(product - ops.eye(3)))


def _activated(x: Any) -> Any:
    return layers.Activation("relu")(layers.BatchNormalization(momentum=0.0)(x))


def _point_by_point(x: Any, *widths: int) -> Any:
    for width in widths:
        x = _activated(layers.Conv1D(width, 1)(x))
    return x


def _pointnet() -> keras.Model:
    inputs = keras.Input((12, 3))
    x = layers.GlobalMaxPooling1D()(_point_by_point(inputs, 6))
    x = _activated(layers.Dense(5)(x))
    matrix = layers.Dense(
        9,
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant(np.eye(3).flatten()),
        activity_regularizer=NearlyTurning(),
        name="turn",
    )(x)
    matrix = layers.Reshape((3, 3))(matrix)
    x = layers.Dot(axes=(2, 1), name="turned")([inputs, matrix])
    x = layers.GlobalMaxPooling1D()(_point_by_point(x, 6, 8))
    x = layers.Dropout(0.3)(_activated(layers.Dense(6)(x)))
    return classified(inputs, x)


EXAMPLES = (
    Example(
        "digits",
        "vision/mnist_convnet",
        _digits,
        lambda: (pictures(12, 1), numbers(CLASSES)),
        layers=(
            *("conv0:pre", "conv0", "pool0", "conv1:pre", "conv1", "pool1"),
            *("flat", "drop", "digit:pre", "digit"),
        ),
    ),
    Example(
        "Xception of Grad-CAM",
        "vision/grad_cam",
        _xception,
        lambda: (255 * pictures(16), numbers(CLASSES)),
        # PyTorch's gradient of its convolutions damages the memory of the process.
        backends=("tensorflow", "jax"),
    ),
    Example(
        "EfficientNet, fine-tuned",
        "vision/image_classification_efficientnet_fine_tuning",
        _fine_tuned,
        lambda: (pictures(16), numbers(CLASSES)),
    ),
    Example(
        "involution",
        "vision/involution",
        _involution,
        lambda: (pictures(), numbers(CLASSES)),
    ),
    Example(
        "volumes",
        "vision/3D_image_classification",
        _volumes,
        lambda: (uniform(8, 8, 6, 1), numbers(CLASSES)),
    ),
    Example(
        "ConvLSTM",
        "vision/conv_lstm",
        _films,
        lambda: (uniform(3, 8, 8, 1),) * 2,
    ),
    Example(
        "PointNet",
        "vision/pointnet",
        _pointnet,
        lambda: (normal(12, 3), numbers(CLASSES)),
    ),
)
