"""From pictures to the network's input, and from its output to class names."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

MEAN_BGR = (104.0, 117.0, 123.0)
_DATA_FORMATS = ("channels_last", "channels_first")


def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Turn RGB pictures into what SqueezeNet was trained on: BGR minus the mean.

    The argument is never changed. NumPy arrays and nested lists give NumPy arrays;
    tensors of the active Keras back end, also symbolic ones, give such tensors.

    Args:
        x: Pictures (..., H, W, 3), or (..., 3, H, W) for channels first; any real
            numeric dtype, values in 0 … 255.
        data_format: `"channels_last"` or `"channels_first"`; None means
            `keras.config.image_data_format()`.

    Returns:
        Blue, green and red minus 104, 117 and 123: float32, the shape of `x`.

    Raises:
        ValueError: If `x` is not numeric, has fewer than three axes, or has other
            than three channels.

    Source: the transformation in the SqueezeNet 1.1 release's training description.

    Example:
        >>> from keras_models.squeezenet import preprocess_input
        >>> red = np.full((1, 1, 3), (255, 0, 0))
        >>> preprocess_input(red)  # blue, green, red
        array([[[-104., -117.,  132.]]], dtype=float32)
    """
    if not isinstance(x, np.ndarray):
        import keras

        if isinstance(x, keras.KerasTensor) or keras.ops.is_tensor(x):
            axis = _channel_axis(x.shape, data_format)
            flipped = keras.ops.flip(keras.ops.cast(x, "float32"), axis=axis)
            return keras.ops.subtract(flipped, _mean(axis))
        x = np.asarray(x)
    if not np.can_cast(x.dtype, np.float32, "same_kind"):
        raise ValueError(f"pictures must be real numbers, received dtype {x.dtype}")
    axis = _channel_axis(x.shape, data_format)
    result: NDArray[np.float32] = np.flip(x, axis).astype(np.float32, order="C")
    result -= _mean(axis)
    return result


def decode_predictions(
    preds: ArrayLike, top: int = 5
) -> list[list[tuple[str, str, float]]]:
    """Name the classes with the highest scores.

    Args:
        preds: Scores of the 1000 ImageNet classes, (N, 1000), array or tensor.
        top: How many classes to name, 1 … 1000.

    Returns:
        For each of the N rows, highest score first: WordNet id, class name (the first
        of its names, with spaces: `"great white shark"`), score. Scores that are NaN
        come last.

    Raises:
        ValueError: If the shape or `top` is not as described.

    Example:
        >>> from keras_models.squeezenet import decode_predictions
        >>> scores = np.zeros((1, 1000))
        >>> scores[0, 207] = 0.8
        >>> decode_predictions(scores, top=1)
        [[('n02099601', 'golden retriever', 0.8)]]
    """
    scores = _as_numpy(preds)
    classes = _imagenet_classes()
    if scores.ndim != 2 or scores.shape[1] != len(classes):
        raise ValueError(
            f"decode_predictions names the {len(classes)} ImageNet classes and expects "
            f"scores of shape (N, {len(classes)}), received {scores.shape}"
        )
    if isinstance(top, bool) or not isinstance(top, int | np.integer):
        raise ValueError(f"top must be an integer, received {top!r}")
    if not 1 <= top <= len(classes):
        raise ValueError(f"top must lie in 1 … {len(classes)}, received {top}")
    best = np.argsort(-scores.astype(np.float64), axis=1, kind="stable")[:, :top]
    return [
        [(*classes[index], float(row[index])) for index in order]
        for row, order in zip(scores, best, strict=True)
    ]


def class_names() -> tuple[str, ...]:
    """Return the names of the 1000 ImageNet classes.

    Returns:
        The first name of each class, with spaces, in the order of the outputs. Two
        pairs of classes share a name (crane, maillot).

    Example:
        >>> from keras_models.squeezenet import class_names
        >>> class_names()[:2]
        ('tench', 'goldfish')
    """
    return tuple(name for _, name in _imagenet_classes())


def _channel_axis(shape: Any, data_format: str | None) -> int:
    if data_format is None:
        import keras

        data_format = keras.config.image_data_format()
    if data_format not in _DATA_FORMATS:
        raise ValueError(f"data_format must be one of {_DATA_FORMATS}: {data_format!r}")
    axis = -1 if data_format == "channels_last" else -3
    if len(shape) < 3 or shape[axis] not in (3, None):
        expected = "(..., H, W, 3)" if axis == -1 else "(..., 3, H, W)"
        raise ValueError(
            f"expected RGB pictures of shape {expected} ({data_format}), "
            f"received {tuple(shape)}"
        )
    return axis


def _mean(axis: int) -> NDArray[np.float32]:
    return np.array(MEAN_BGR, np.float32).reshape((3,) + (1,) * (-1 - axis))


def _as_numpy(values: Any) -> NDArray[Any]:
    if isinstance(values, np.ndarray | list | tuple):
        return np.asarray(values)
    import keras

    return np.asarray(keras.ops.convert_to_numpy(values))


@lru_cache(maxsize=1)
def _imagenet_classes() -> tuple[tuple[str, str], ...]:
    text = resources.files("keras_models.squeezenet").joinpath("imagenet_classes.txt")
    lines = text.read_text(encoding="utf-8").splitlines()
    return tuple(
        (wordnet_id, names.split(",")[0])
        for wordnet_id, names in (line.split(" ", 1) for line in lines)
    )
