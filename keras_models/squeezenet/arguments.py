"""Checks of what `SqueezeNet` is called with, before anything is built."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Sequence
from typing import Any

from keras_models.squeezenet.architecture import MIN_SIZE

_POOLINGS = (None, "avg", "max")


def check_choices(include_top: Any, pooling: Any, classes: Any) -> None:
    """Refuse values that `include_top`, `pooling` and `classes` cannot have.

    Args:
        include_top: Whether the network ends in its classifier, bool.
        pooling: None, `"avg"` or `"max"`.
        classes: Number of classes, positive integer, or None.

    Raises:
        ValueError: If one of them is not as described.
    """
    if not isinstance(include_top, bool):
        raise ValueError(f"include_top must be True or False, received {include_top!r}")
    if pooling not in _POOLINGS:
        close = difflib.get_close_matches(str(pooling), ["avg", "max"], n=1, cutoff=0.4)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"pooling must be None, 'avg' or 'max', received {pooling!r}{hint}"
        )
    number = 1 if classes is None else _as_integer(classes)
    if number is None or number < 1:
        raise ValueError(f"classes must be a positive integer, received {classes!r}")


def check_input_shape(
    input_shape: Sequence[int | None] | None, data_format: str
) -> tuple[int | None, ...]:
    """Complete and check the shape of one picture.

    Args:
        input_shape: (H, W, C), or (C, H, W) for channels first, pixels; H and W may
            be None for any size; None as a whole means any size of RGB.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        The shape, three entries, without the batch axis.

    Raises:
        ValueError: If it has other than three entries, lacks the number of channels,
            or a side is shorter than `MIN_SIZE`.
    """
    first = data_format == "channels_first"
    if input_shape is None:
        return (3, None, None) if first else (None, None, 3)
    layout = "(channels, height, width)" if first else "(height, width, channels)"
    try:
        shape = tuple(
            None if size is None else operator.index(size) for size in input_shape
        )
    except TypeError:
        shape = ()
    if len(shape) != 3:
        raise ValueError(
            f"input_shape must be {layout} ({data_format}), three integers of which "
            f"height and width may be None, received {input_shape!r}"
        )
    channels = shape[0] if first else shape[2]
    if channels is None or channels < 1:
        raise ValueError(
            f"input_shape must be {layout} ({data_format}) with a known, positive "
            f"number of channels, received {input_shape!r}"
        )
    sides = shape[1:] if first else shape[:2]
    if any(side is not None and side < MIN_SIZE for side in sides):
        raise ValueError(
            f"height and width must be at least {MIN_SIZE} pixels, or None for any "
            f"size: received input_shape={input_shape!r}, read as {layout} "
            f"({data_format})"
        )
    return shape


def _as_integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None
