"""Whether arrays hold one input of a model, or a batch of them."""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np

#: Last axis of three that makes an array one picture where the model is unknown.
_PICTURE_CHANNELS = (1, 3, 4)


def is_batch(
    arrays: Sequence[np.ndarray | None],
    shapes: Sequence[tuple[int | None, ...]],
    reshaped: Container[int] = (),
) -> bool | None:
    """Find out whether arrays have a batch axis, from what a model takes.

    An axis of one number may be missing at the end, or be one more, as for
    `model.predict`: pictures (N, 28, 28) for a model that takes (28, 28, 1). A model
    that takes one channel or none is also given colour pictures.

    Args:
        arrays: One for each of the model's inputs; None for one that is left out.
        shapes: What the model takes for each, without the batch axis, channels last;
            None for any size.
        reshaped: Which inputs go through a function first that may give them another
            number of axes.

    Returns:
        Whether they do; None where they fit in neither way, or disagree.
    """
    answers = {
        _has_batch_axis(array, shape, index in reshaped)
        for index, (array, shape) in enumerate(zip(arrays, shapes, strict=True))
        if array is not None
    }
    return answers.pop() if len(answers) == 1 else None


def looks_batched(array: np.ndarray) -> bool:
    """Guess whether an array is a batch where the model does not say what it takes.

    Args:
        array: Any array.

    Returns:
        False for one picture, three axes of which the last has size 1, 3 or 4, and for
        less than two axes.
    """
    is_picture = array.ndim == 3 and array.shape[-1] in _PICTURE_CHANNELS
    return array.ndim >= 2 and not is_picture


def _has_batch_axis(
    array: np.ndarray, shape: tuple[int | None, ...], is_reshaped: bool
) -> bool | None:
    axes, wanted = array.ndim, len(shape)
    may_lack_last = shape[-1:] == (1,)
    last = array.shape[-1] if axes else None
    # What may stand for one number: a channel, or a colour for its luminance.
    has_more_last = last == 1 or (last == 3 and wanted == 2)
    if axes == wanted + 1:
        is_one = has_more_last and _fits(array.shape[:-1], shape)
        return not is_one or _fits(array.shape[1:], shape)
    if axes == wanted:
        is_picture = axes == 3 and last in _PICTURE_CHANNELS
        if is_reshaped and axes and not is_picture and last != shape[-1]:
            return not _fits(array.shape, shape)
        if not may_lack_last or last == 1 or axes < 1:
            return False
        is_colour = wanted == 3 and last == 3 and _fits(array.shape[:-1], shape[:-1])
        return not is_colour
    if axes == wanted + 2 and has_more_last:
        return True
    if axes == wanted - 1 and may_lack_last:
        return False
    return axes > 1 if is_reshaped else None


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        want in (None, size) for size, want in zip(shape, wanted, strict=True)
    )
