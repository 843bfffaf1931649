"""Which weights are meant, and putting them into a model, all or nothing."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_models.squeezenet.architecture import FACES_CLASSES, IMAGENET_CLASSES
from keras_models.squeezenet.download import WEIGHTS_VARIABLE, download_imagenet
from keras_models.squeezenet.errors import WeightsError
from keras_models.squeezenet.half_file import LayerValues, read_card
from keras_models.squeezenet.readers import ENDINGS


@dataclass(frozen=True)
class WeightsSource:
    """Where weights come from, and what is known of them before they are read.

    Args:
        description: What to call them in a message.
        find: Returns the file, downloading it if need be.
        classes: Number of classes of a set for RGB pictures that is known by name;
            None for a file, of which nothing is known.
    """

    description: str
    find: Callable[[], Path]
    classes: int | None = None

    def check_channels(self, shape: Sequence[int | None], data_format: str) -> None:
        """Refuse pictures of other than three channels for a set made for RGB.

        Args:
            shape: (H, W, C) of a picture, or (C, H, W) for channels first.
            data_format: `"channels_last"` or `"channels_first"`.

        Raises:
            WeightsError: If the set is known to need three.
        """
        channels = shape[0] if data_format == "channels_first" else shape[-1]
        if self.classes is not None and channels != 3:
            raise WeightsError(
                _other_channels(self.description, 3, channels, data_format)
            )

    def check_head(self, classes: int | None, classifier_activation: Any) -> None:
        """Refuse a classifier that this set is known not to fit.

        Args:
            classes: Number of classes asked for; None for those of the set.
            classifier_activation: Activation of the last layer.

        Raises:
            WeightsError: If the set has another number of classes, or was trained for
                another activation.
        """
        if self.classes is None:
            return
        if classes not in (None, self.classes):
            raise WeightsError(
                _other_classes(self.description, self.classes, int(classes or 0))
            )
        if classifier_activation not in (None, "softmax"):
            raise WeightsError(
                f"{self.description} was trained for classifier_activation='softmax' "
                f"(None gives logits), received {classifier_activation!r}"
            )


def find_source(weights: str | os.PathLike[str] | None) -> WeightsSource | None:
    """Find what the argument `weights` of `SqueezeNet` means.

    Args:
        weights: None, the name of a set of weights, or the path of a file.

    Returns:
        Where the weights come from; None for None.

    Raises:
        WeightsError: If it is neither a known name nor an existing file.
    """
    if weights is None:
        return None
    if isinstance(weights, str) and weights in NAMED_WEIGHTS:
        return NAMED_WEIGHTS[weights]
    if not isinstance(weights, str | os.PathLike):
        raise WeightsError(
            f"weights must be None, a name or a path, received {weights!r}"
        )
    path = Path(os.path.expanduser(weights))
    if os.path.isfile(path):
        return WeightsSource(f"weights={str(path)!r}", lambda: path)
    close = difflib.get_close_matches(str(weights).lower(), NAMED_WEIGHTS, n=3)
    hint = f" (did you mean {' or '.join(map(repr, close))}?)" if close else ""
    raise WeightsError(
        f"weights={os.fspath(weights)!r} is neither an existing file nor one of the "
        f"names {', '.join(map(repr, NAMED_WEIGHTS))}{hint}. Files end in "
        f"{', '.join(ENDINGS)}"
    )


def count_classes(values: LayerValues | None) -> int:
    """Return how many classes a classifier has that is to take weights.

    Args:
        values: Layer name -> kernel and bias, or None for no weights.

    Returns:
        The number of classes the weights are for; ImageNet's where they do not say.
    """
    parts = (values or {}).get("conv10", [])
    if parts and parts[0].ndim == 4:
        return int(parts[0].shape[3])
    return IMAGENET_CLASSES


def assign(model: Any, values: LayerValues, description: str) -> None:
    """Put weights into a model by layer name, after all of them are known to fit.

    Args:
        model: Keras model whose layers with weights are SqueezeNet's convolutions.
        values: Layer name -> kernel (height, width, in, out) and bias (out,), real
            numbers; further layers are ignored.
        description: What to call the weights in a message.

    Raises:
        WeightsError: If a layer is missing or a shape differs; the model is then as
            it was.
    """
    targets = [layer for layer in model.layers if layer.weights]
    for layer in targets:
        _check_fit(layer, values, description)
    for layer in targets:
        layer.set_weights([np.asarray(v, np.float32) for v in values[layer.name]])


def _check_fit(layer: Any, values: Mapping[str, Any], description: str) -> None:
    if layer.name not in values:
        close = difflib.get_close_matches(layer.name, values, n=3, cutoff=0.8)
        hint = f" (it does hold {', '.join(close)})" if close else ""
        raise WeightsError(
            f"{description} holds no weights for layer {layer.name!r}{hint}; it must "
            "be made from SqueezeNet 1.1"
            + (", or pass include_top=False" if layer.name == "conv10" else "")
        )
    expected = [tuple(weight.shape) for weight in layer.weights]
    received: list[NDArray[Any]] = values[layer.name]
    shapes = [value.shape for value in received]
    if not all(np.can_cast(v.dtype, np.float32, "same_kind") for v in received):
        raise WeightsError(
            f"{description} holds no real numbers for layer {layer.name!r}: "
            f"dtypes {', '.join(str(value.dtype) for value in received)}"
        )
    if shapes == expected:
        return
    if _differ_in_axis(shapes, expected, axis=3) and layer.name == "conv10":
        raise WeightsError(
            _other_classes(description, shapes[0][3], classes=expected[0][3])
        )
    if _differ_in_axis(shapes, expected, axis=2) and layer.name == "conv1":
        raise WeightsError(
            _other_channels(
                description, shapes[0][2], expected[0][2], layer.data_format
            )
        )
    raise WeightsError(
        f"{description} does not fit layer {layer.name!r}: it holds values of the "
        f"shapes {shapes}, SqueezeNet 1.1 needs {expected}"
    )


def _differ_in_axis(
    shapes: list[tuple[int, ...]], expected: list[tuple[int, ...]], axis: int
) -> bool:
    if len(shapes) != len(expected) or len(shapes[0]) != len(expected[0]):
        return False
    return [i for i in range(4) if shapes[0][i] != expected[0][i]] == [axis]


def _other_classes(description: str, held: int, classes: int) -> str:
    return (
        f"{description} holds a classifier of {held} classes, and classes={classes} "
        f"was asked for: pass classes={held}, or include_top=False"
    )


def _other_channels(
    description: str, held: int, channels: int | None, data_format: str
) -> str:
    where = "begin with" if data_format == "channels_first" else "end in"
    return (
        f"{description} was made for pictures of {held} channels, and input_shape has "
        f"{channels}: input_shape must {where} {held}"
    )


def _imagenet() -> Path:
    path = os.environ.get(WEIGHTS_VARIABLE)
    if not path:
        return download_imagenet()
    if not os.path.isfile(os.path.expanduser(path)):
        raise WeightsError(
            f"the environment variable {WEIGHTS_VARIABLE} names {path!r}, which is not "
            "a file; correct it, or unset it to download the ImageNet weights"
        )
    return Path(os.path.expanduser(path))


SHIPPED_FACES = Path(__file__).parents[1] / "faces" / "squeezenet_faces.npz"


def _faces() -> Path:
    try:
        read_card(SHIPPED_FACES)
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"the shipped weights cannot be used: {error}; install the package anew"
        ) from None
    return SHIPPED_FACES


NAMED_WEIGHTS: dict[str, WeightsSource] = {
    "faces": WeightsSource("weights='faces'", _faces, FACES_CLASSES),
    "imagenet": WeightsSource("weights='imagenet'", _imagenet, IMAGENET_CLASSES),
}
