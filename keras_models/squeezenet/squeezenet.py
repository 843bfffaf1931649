"""SqueezeNet 1.1 as a Keras model."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from keras_models.squeezenet import weights as weight_sets
from keras_models.squeezenet.architecture import FIRES, POOLED_FIRES
from keras_models.squeezenet.arguments import check_choices, check_input_shape
from keras_models.squeezenet.pooling import CeilMaxPooling2D
from keras_models.squeezenet.preprocessing import preprocess_input
from keras_models.squeezenet.readers import read_weights


@keras.saving.register_keras_serializable(package="keras_models")
class SqueezeNetModel(keras.Model):  # type: ignore[misc]
    """A functional model that knows how its pictures are prepared.

    Made by `SqueezeNet`; it is saved, loaded, cloned and trained as any functional
    model, and keeps `preprocess_input` through all of these.
    """

    def preprocess_input(self, x: Any) -> Any:
        """Turn RGB pictures into this model's input.

        Args:
            x: Pictures (..., H, W, 3), or (..., 3, H, W) where this model has its
                channels first; any real numeric dtype, values in 0 … 255.

        Returns:
            What `keras_models.squeezenet.preprocess_input` returns, float32.
        """
        return preprocess_input(x, data_format=self.get_layer("conv1").data_format)


def SqueezeNet(  # noqa: N802 - named as the networks of keras.applications are
    include_top: bool = True,
    weights: str | os.PathLike[str] | None = "imagenet",
    input_shape: Sequence[int | None] | None = None,
    pooling: str | None = None,
    classes: int | None = None,
    classifier_activation: Any = "softmax",
    name: str = "squeezenet",
) -> SqueezeNetModel:
    """Build SqueezeNet 1.1, with the original release's layer names.

    Every convolution and every ReLU is a layer of its own, so that the values before
    and after rectification can both be read. Pictures are prepared by
    `preprocess_input`, also found as a method of the model.

    Args:
        include_top: Whether the network ends in its classifier (`drop9`, `conv10`,
            `relu_conv10`, `pool10`, `prob`) or in `fire9-concat`.
        weights: None for random values; `"imagenet"` for the original release's,
            downloaded once, or read from the file that the environment variable
            `SQUEEZENET_WEIGHTS` names; `"faces"` for a small set that comes with this
            package, trained on drawn faces, see `keras_models.faces`; or the path of a
            `.caffemodel`, `.weights.h5`, `.keras` or half-precision `.npz` file.
        input_shape: (H, W, C) of a picture in pixels, or (C, H, W) where
            `keras.config.image_data_format()` says so; H and W at least 17, or None
            for any size. None means any size of RGB.
        pooling: With `include_top=False`, what is done with the last maps: None
            leaves them, `"avg"` and `"max"` reduce each to one number.
        classes: Number of classes, with `include_top=True`; None takes those that the
            weights are for, 1000 without weights.
        classifier_activation: Activation of `prob`; None leaves out `prob`, and the
            model returns logits.
        name: Name of the model.

    Returns:
        The model, float32 pictures (N, H, W, C) in; out come scores (N, classes), or
        with `include_top=False` maps (N, h, w, 512) or vectors (N, 512).

    Raises:
        ValueError: If arguments are not as described or contradict each other.
        WeightsError: (a ValueError) if weights cannot be had or do not fit.

    Source: Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer
    parameters and < 0.5 MB model size", 2016, arXiv:1602.07360; version 1.1 as in
    the authors' release.

    Example:
        >>> from keras_models import SqueezeNet
        >>> net = SqueezeNet(weights="faces")
        >>> face = keras.utils.img_to_array(keras.utils.load_img("face.png"))
        >>> net.predict(net.preprocess_input(face[None]), verbose=0).shape
        (1, 5)
    """
    check_choices(include_top, pooling, classes)
    data_format = keras.config.image_data_format()
    shape = check_input_shape(input_shape, data_format)
    source = weight_sets.find_source(weights)
    if source is not None:
        source.check_channels(shape, data_format)
        if include_top:
            source.check_head(classes, classifier_activation)
    path = None if source is None else source.find()
    values = None if path is None else read_weights(path)
    inputs = layers.Input(shape, name="data")
    x = _features(inputs)
    if include_top:
        classes = classes or weight_sets.count_classes(values)
        x = _classifier(x, classes, classifier_activation)
    elif pooling == "avg":
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    elif pooling == "max":
        x = layers.GlobalMaxPooling2D(name="max_pool")(x)
    model = SqueezeNetModel(inputs=inputs, outputs=x, name=name)
    if values is not None:
        weight_sets.assign(model, values, str(path))
    return model


def _features(x: Any) -> Any:
    x = layers.Conv2D(64, 3, strides=2, name="conv1")(x)
    x = layers.ReLU(name="relu_conv1")(x)
    x = CeilMaxPooling2D(3, strides=2, name="pool1")(x)
    for number, (squeeze, expand) in FIRES.items():
        x = _fire(x, f"fire{number}", squeeze, expand)
        if number in POOLED_FIRES:
            x = CeilMaxPooling2D(3, strides=2, name=f"pool{number}")(x)
    return x


def _fire(x: Any, name: str, squeeze: int, expand: int) -> Any:
    x = layers.Conv2D(squeeze, 1, name=f"{name}-squeeze1x1")(x)
    x = layers.ReLU(name=f"{name}-relu_squeeze1x1")(x)
    left = layers.Conv2D(expand, 1, name=f"{name}-expand1x1")(x)
    left = layers.ReLU(name=f"{name}-relu_expand1x1")(left)
    right = layers.Conv2D(expand, 3, padding="same", name=f"{name}-expand3x3")(x)
    right = layers.ReLU(name=f"{name}-relu_expand3x3")(right)
    axis = 1 if keras.config.image_data_format() == "channels_first" else -1
    return layers.Concatenate(axis=axis, name=f"{name}-concat")([left, right])


def _classifier(x: Any, classes: int, activation: Any) -> Any:
    x = layers.Dropout(0.5, name="drop9")(x)
    start = keras.initializers.RandomNormal(stddev=0.01)
    x = layers.Conv2D(classes, 1, kernel_initializer=start, name="conv10")(x)
    x = layers.ReLU(name="relu_conv10")(x)
    x = layers.GlobalAveragePooling2D(name="pool10")(x)
    if activation is None:
        return x
    return layers.Activation(activation, name="prob")(x)
