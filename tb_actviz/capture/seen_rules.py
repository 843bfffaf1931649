"""Rules by which what values see follows from what others see, for many layers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from tb_actviz.capture.keras_graph import run_again
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.moved_pixels import find_moved
from tb_actviz.capture.seen import MOST_VALUES, Seen, joined, united


def along(seen: Seen, axes: Any, channels_first: bool) -> Seen:
    """Put values along axes together, as a softmax or a norm does.

    Args:
        seen: What the values see.
        axes: Number of the axis, or of several, with the batch axis.
        channels_first: Whether the channels are axis 1.

    Returns:
        What they see together, in the same shape.
    """
    count = len(seen.shape)
    numbers = {axis % count for axis in ([axes] if isinstance(axes, int) else axes)}
    channels = 1 if channels_first else count - 1
    return seen.gathered(numbers, whole=numbers != {channels})


def with_channels(seen: Seen, call: LayerCall, axis: int) -> Seen | None:
    """Give a tensor as many channels as the graph says.

    Args:
        seen: What its values see, the same for all channels.
        call: The call that gives it.
        axis: Number of the axis of the channels.

    Returns:
        What its values see; None where the graph does not say.
    """
    count = call.shape[axis]
    if count is None:
        return None
    shape = list(seen.shape)
    shape[axis] = count
    return seen.with_shape(shape)


def reduced(seen: Seen, axes: Sequence[int], keepdims: bool) -> Seen | None:
    """Put all that is along axes together, as a sum or a mean does.

    Args:
        seen: What the values see.
        axes: Numbers of the axes.
        keepdims: Whether these are kept, one long.

    Returns:
        What sees all of it.
    """
    count = len(seen.shape)
    gone = {axis % count for axis in axes}
    one = [1 if axis in gone else n for axis, n in enumerate(seen.shape)]
    together = seen.gathered(gone, whole=True).with_shape(one)
    if keepdims:
        return together
    return together.reshaped([n for axis, n in enumerate(one) if axis not in gone])


def merged(sources: list[Seen]) -> Seen | None:
    """Put the same values of several tensors together.

    Args:
        sources: What the tensors see.

    Returns:
        What sees all that they see; None where they have not as many axes.
    """
    if len({len(seen.shape) for seen in sources}) > 1:
        return None
    return united(sources)


def joined_together(
    sources: list[Seen], axis: int, channels_first: bool
) -> Seen | None:
    """Put tensors one after the other.

    Args:
        sources: What the tensors see.
        axis: Number of the axis.
        channels_first: Whether the channels are axis 1.

    Returns:
        What all of them see; None where they have not as many axes.
    """
    ranks = {len(seen.shape) for seen in sources}
    if len(ranks) > 1:
        return None
    return joined(sources, axis, channels=1 if channels_first else ranks.pop() - 1)


def reshaped_as(layer: Any, seen: Seen, call: LayerCall) -> Seen | None:
    """Give a tensor the shape that the graph says.

    Args:
        layer: What does that.
        seen: What its values see.
        call: The call that gives the shape.

    Returns:
        What they see then; None where the shape is not known, or there are too many.
    """
    if getattr(layer, "data_format", None) == "channels_first":
        # Flatten puts the channels last before.
        seen = seen.transposed((0, *range(2, len(seen.shape)), 1))
    total = math.prod(seen.shape)
    known = [size for size in call.shape[1:] if size is not None]
    if len(call.shape) - 1 - len(known) > 1:
        return None
    # At most one is not known; without one all that is left is the batch.
    sides = [
        total // (seen.shape[0] * math.prod(known)) if size is None else size
        for size in call.shape[1:]
    ]
    shape = (total // math.prod(sides), *sides)
    found = seen.reshaped(shape)
    if found is None and isinstance(layer, layers.Flatten):
        return seen.gathered(range(1, len(seen.shape)), whole=True).with_shape(shape)
    return found


def picked_by(call: LayerCall, seen: Seen) -> Seen | None:
    """Take values of a tensor in the order in which an operation gives them.

    Args:
        call: The call of the operation, which is run on the numbers of the values.
        seen: What the values see.

    Returns:
        What they see in that order; None where they are too many.
    """
    count = math.prod(seen.shape)
    if count > MOST_VALUES or math.prod(n or 1 for n in call.shape) > MOST_VALUES:
        return None
    # From 1: what is filled up is 0. Digits are small: some operations want floats, and
    # compute with few bits of them.
    numbers = np.arange(1, count + 1).reshape(seen.shape)
    order: Any = 0
    for place in range(3):
        digits = (numbers // 256**place % 256).astype(np.float32)
        found = run_again(call, keras.ops.convert_to_tensor(digits))
        values = np.rint(keras.ops.convert_to_numpy(found)).astype(np.int64)
        order = order + values * 256**place
    return seen.picked(order - 1)


def tried(function: Callable[[Any], Any], seen: Seen, data_format: str) -> Seen | None:
    """Move the pixels of pictures as Keras does, which shows when some are changed.

    Args:
        function: Takes and gives tensors of pictures.
        seen: What the values of such a tensor see.
        data_format: `"channels_first"` or `"channels_last"`.

    Returns:
        What the values see then; None if it does not show.
    """
    if len(seen.shape) != 4:
        return None
    first = data_format == "channels_first"
    axes = (2, 3) if first else (1, 2)

    def moved(pictures: np.ndarray) -> Any:
        fed = np.moveaxis(pictures, -1, 1) if first else pictures
        given = function(keras.ops.convert_to_tensor(fed))
        found = keras.ops.convert_to_numpy(given)
        return np.moveaxis(found, 1, -1) if first else found

    height, width = seen.shape[axes[0]], seen.shape[axes[1]]
    noise = np.random.default_rng(0).integers(256, size=(1, height, width, 1))
    noise = noise.astype(np.float32)
    if np.array_equal(moved(noise), noise):
        return seen  # as layers do that only augment
    how = find_moved(moved, (height, width, 1))
    return None if how is None else how.of(seen, axes)
