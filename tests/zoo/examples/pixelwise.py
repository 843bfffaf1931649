"""Networks from pictures to pictures, and to boxes all over them."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from zoo.examples.example import (
    CLASSES,
    Example,
    class_loss,
    compiled,
    numbers,
    pictures,
    uniform,
)
from zoo.examples.steps import OwnLoss


def _denoiser() -> keras.Model:
    x = inputs = keras.Input((8, 8, 1))
    for number in range(2):
        x = layers.Conv2D(4, 3, padding="same", activation="relu", name=f"c{number}")(x)
        x = layers.MaxPooling2D(2, padding="same", name=f"pool{number}")(x)
    for number in range(2):
        x = layers.Conv2DTranspose(
            4, 3, strides=2, activation="relu", padding="same", name=f"grow{number}"
        )(x)
    x = layers.Conv2D(1, 3, activation="sigmoid", padding="same", name="clean")(x)
    return compiled(keras.Model(inputs, x), "binary_crossentropy")


def _unet() -> keras.Model:
    inputs = keras.Input((16, 16, 3))
    x = layers.Conv2D(4, 3, strides=2, padding="same")(inputs)
    before = x = layers.Activation("relu")(layers.BatchNormalization()(x))
    for _ in range(2):
        x = layers.SeparableConv2D(6, 3, padding="same")(layers.Activation("relu")(x))
        x = layers.BatchNormalization()(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    # Of size 1 it would have one of two gradients in TensorFlow with oneDNN.
    before = layers.Conv2D(6, 2, strides=2, padding="same")(before)
    before = x = layers.add([x, before])
    for width in (6, 4):
        x = layers.Activation("relu")(x)
        x = layers.Conv2DTranspose(width, 3, padding="same")(x)
        x = layers.UpSampling2D(2)(layers.BatchNormalization()(x))
        before = layers.Conv2D(width, 1, padding="same")(layers.UpSampling2D(2)(before))
        before = x = layers.add([x, before])
    x = layers.Conv2D(CLASSES, 3, activation="softmax", padding="same")(x)
    return compiled(keras.Model(inputs, x), "sparse_categorical_crossentropy")


def _normed(x: Any, width: int, size: int = 3, dilation: int = 1) -> Any:
    x = layers.Conv2D(
        width, size, dilation_rate=dilation, padding="same", use_bias=False
    )(x)
    return ops.relu(layers.BatchNormalization()(x))


def _deeplab() -> keras.Model:
    """A pyramid of dilated convolutions over the end of a network, and its start."""
    inputs = keras.Input((16, 16, 3))
    early = _normed(layers.Conv2D(4, 3, strides=2, padding="same")(inputs), 4)
    late = _normed(layers.MaxPooling2D(2)(early), 6)
    pooled = layers.AveragePooling2D((4, 4))(late)
    pooled = layers.UpSampling2D(4, interpolation="bilinear")(_normed(pooled, 4, 1))
    pyramid = [pooled, *(_normed(late, 4, 3 if d > 1 else 1, d) for d in (1, 2, 3))]
    x = _normed(layers.Concatenate(axis=-1)(pyramid), 4, 1)
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    x = _normed(layers.Concatenate(axis=-1)([x, _normed(early, 2, 1)]), 4)
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    return compiled(
        keras.Model(inputs, layers.Conv2D(CLASSES, 1, padding="same")(x)), class_loss()
    )


class Larger(layers.Layer):
    """Channels become places: depth to space."""

    def call(self, x: Any) -> Any:
        height, width, channels = x.shape[1:]
        x = ops.reshape(x, (-1, height, width, 2, 2, channels // 4))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (-1, 2 * height, 2 * width, channels // 4))


def _super_resolution() -> keras.Model:
    x = inputs = keras.Input((8, 8, 1))
    for number, width in enumerate((6, 6, 4)):
        x = layers.Conv2D(
            width,
            5 if number == 0 else 3,
            activation="relu",
            kernel_initializer="orthogonal",
            padding="same",
            name=f"conv{number}",
        )(x)
    x = layers.Conv2D(4, 3, padding="same", name="conv3")(x)
    return compiled(keras.Model(inputs, Larger(name="larger")(x)), "mse")


class ZeroDce(OwnLoss):
    """Curves that brighten a picture, judged by the picture alone."""

    def __init__(self) -> None:
        super().__init__()
        inputs = keras.Input((None, None, 3))
        found = [inputs]
        for number in range(3):
            conv = layers.Conv2D(
                4, 3, activation="relu", padding="same", name=f"conv{number}"
            )
            found.append(conv(found[-1]))
        x = layers.Concatenate(axis=-1)([found[2], found[3]])
        x = layers.Concatenate(axis=-1)([found[1], layers.Conv2D(4, 1)(x)])
        x = layers.Conv2D(6, 3, activation="tanh", padding="same", name="curves")(x)
        self.dce_model = keras.Model(inputs, x, name="dce")

    def call(self, x: Any) -> Any:
        return self.brightened(x, self.dce_model(x))

    def brightened(self, x: Any, curves: Any) -> Any:
        for curve in ops.split(curves, 2, axis=-1):
            x = x + curve * (ops.square(x) - x)
        return x

    def loss_of(self, x: Any, y: Any) -> Any:
        curves = self.dce_model(x)
        bright = self.brightened(x, curves)
        light = ops.mean(layers.AveragePooling2D(4)(bright), axis=-1)
        exposed = ops.mean(ops.square(light - 0.6))
        red, green, blue = ops.unstack(ops.mean(bright, axis=(1, 2)), 3, axis=-1)
        grey = ops.square(red - green) + ops.square(red - blue)
        steps = ops.diff(curves, axis=1)[:, :, 1:] + ops.diff(curves, axis=2)[:, 1:]
        smooth = ops.mean(ops.square(steps))
        return 10 * exposed + 5 * ops.mean(grey) + 200 * smooth


def _head(width: int, name: str) -> keras.Model:
    x = inputs = keras.Input((None, None, 4))
    for number in range(2):
        x = layers.Conv2D(4, 3, padding="same", name=f"conv{number}")(x)
        x = layers.ReLU(name=f"relu{number}")(x)
    x = layers.Conv2D(width, 3, padding="same", name="answer")(x)
    return keras.Model(inputs, x, name=name)


class Pyramid(layers.Layer):
    """Features of three sizes, the smaller ones added to the larger ones."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        inputs = keras.Input((16, 16, 3))
        x, found = inputs, []
        for number in range(3):
            x = layers.Conv2D(
                4, 3, strides=2, padding="same", activation="relu", name=f"c{number}"
            )(x)
            found.append(x)
        self.backbone = keras.Model(inputs, found, name="backbone")
        self.level = [layers.Conv2D(4, 1, name=f"level{i}") for i in range(3)]
        self.smooth = [
            layers.Conv2D(4, 3, padding="same", name=f"smooth{i}") for i in range(3)
        ]
        self.grow = layers.UpSampling2D(2, name="grow")

    def call(self, x: Any, training: bool = False) -> Any:
        found = self.backbone(x, training=training)
        found = [level(x) for level, x in zip(self.level, found, strict=True)]
        found[1] = found[1] + self.grow(found[2])
        found[0] = found[0] + self.grow(found[1])
        return [smooth(x) for smooth, x in zip(self.smooth, found, strict=True)]


class RetinaNet(keras.Model):
    """Two heads, each run on the features of every size."""

    def __init__(self) -> None:
        super().__init__()
        self.pyramid = Pyramid(name="pyramid")
        self.classes, self.boxes = _head(CLASSES, "classes"), _head(4, "boxes")

    def call(self, x: Any, training: bool = False) -> Any:
        answers = [
            ops.concatenate(
                [
                    ops.reshape(self.boxes(features), (-1, side**2, 4)),
                    ops.reshape(self.classes(features), (-1, side**2, CLASSES)),
                ],
                axis=-1,
            )
            for side, features in zip(
                (8, 4, 2), self.pyramid(x, training=training), strict=True
            )
        ]
        return ops.concatenate(answers, axis=1)


_ALL_SIZES = 8**2 + 4**2 + 2**2

EXAMPLES = (
    Example(
        "denoising autoencoder",
        "vision/autoencoder",
        _denoiser,
        lambda: (pictures(channels=1), pictures(channels=1)),
    ),
    Example(
        "U-Net",
        "vision/oxford_pets_image_segmentation",
        _unet,
        lambda: (pictures(16), numbers(CLASSES, 16, 16)),
        # PyTorch fails at the gradient: "grad_input must be contiguous".
        backends=("tensorflow", "jax"),
    ),
    Example(
        "DeepLab",
        "vision/deeplabv3_plus",
        _deeplab,
        lambda: (pictures(16), numbers(CLASSES, 16, 16)),
    ),
    Example(
        "super-resolution",
        "vision/super_resolution_sub_pixel",
        _super_resolution,
        lambda: (pictures(channels=1), pictures(16, 1)),
        layers=(
            *("conv0:pre", "conv0", "conv1:pre", "conv1"),
            *("conv2:pre", "conv2", "conv3", "larger"),
        ),
    ),
    Example(
        "Zero-DCE",
        "vision/zero_dce",
        lambda: compiled(ZeroDce()),
        lambda: (pictures(),),
        waits=True,
    ),
    Example(
        "RetinaNet",
        "vision/retinanet",
        lambda: compiled(RetinaNet(), "huber"),
        lambda: (pictures(16), uniform(_ALL_SIZES, 4 + CLASSES)),
        waits=True,
    ),
)
