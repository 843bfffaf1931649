"""What is seen through windows over maps: convolutions, pooling, padding, cropping."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from keras import layers

from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.seen import Seen

_CONVOLUTIONS = (
    layers.Conv1D,
    layers.Conv2D,
    layers.Conv3D,
    layers.DepthwiseConv1D,
    layers.DepthwiseConv2D,
    layers.SeparableConv1D,
    layers.SeparableConv2D,
)
_TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
_POOLINGS = (
    layers.AveragePooling1D,
    layers.AveragePooling2D,
    layers.AveragePooling3D,
    layers.MaxPooling1D,
    layers.MaxPooling2D,
    layers.MaxPooling3D,
)
_PADDING = (layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D)
_CROPPING = (layers.Cropping1D, layers.Cropping2D, layers.Cropping3D)
#: Positions that are put together for each new one, and which of them are real.
_Taps: TypeAlias = "tuple[np.ndarray, np.ndarray | None]"

_REPEATING = (layers.UpSampling1D, layers.UpSampling3D)


def windows_of(call: LayerCall, seen: Seen) -> Seen | None:
    """Find what a layer of windows sees.

    Args:
        call: A call of a layer of Keras'.
        seen: What the values see that it is called on.

    Returns:
        The same for what it gives; None if it is not such a layer.
    """
    layer = call.layer
    taps = _taps(layer)
    if taps is None:
        return None
    first = getattr(layer, "data_format", None) == "channels_first"
    begin = 2 if first else 1
    if isinstance(layer, (*_CONVOLUTIONS, *_TRANSPOSED)):
        channels = 1 if first else -1
        count = call.shape[channels]
        if count is None:
            return None
        sides = list(seen.shape)
        sides[channels] = count
        seen = seen.gathered([channels]).with_shape(sides)
    for axis, of_length in enumerate(taps, begin):
        found, real = of_length(seen.shape[axis])
        if not len(found):
            return None
        seen = seen.taken(axis, found, real)
    return seen


def _taps(layer: Any) -> list[Callable[[int], _Taps]] | None:
    """For each axis of positions what gives the windows over so many of them."""
    if isinstance(layer, _PADDING):
        return [_grown(before, after) for before, after in _pairs(layer.padding)]
    if isinstance(layer, _CROPPING):
        return [_grown(-before, -after) for before, after in _pairs(layer.cropping)]
    if isinstance(layer, _REPEATING):
        return [_repeated(times) for times in _tuple(layer.size)]
    if isinstance(layer, (*_CONVOLUTIONS, *_TRANSPOSED)):
        sizes, gaps = layer.kernel_size, layer.dilation_rate
    elif isinstance(layer, _POOLINGS):
        sizes = _tuple(layer.pool_size)
        gaps = (1,) * len(sizes)
    else:
        return None
    if getattr(layer, "output_padding", None) is not None:
        return None  # back ends do not agree where it goes
    lay = _spread_out if isinstance(layer, _TRANSPOSED) else _slid
    steps = _tuple(layer.strides)
    return [
        lay(size, step, gap, layer.padding)
        for size, step, gap in zip(sizes, steps, gaps, strict=True)
    ]


def _tuple(value: Any) -> tuple[int, ...]:
    return (value,) if isinstance(value, int) else tuple(value)


def _pairs(value: Any) -> list[tuple[int, int]]:
    """For each axis how much before and after."""
    return [value] if isinstance(value[0], int) else list(value)


def _slid(size: int, step: int, gap: int, padding: str) -> Callable[[int], _Taps]:
    """Windows as Keras lays them."""
    reach = (size - 1) * gap + 1

    def lay(n: int) -> _Taps:
        if padding == "valid":
            count, before = (n - reach) // step + 1, 0
        else:
            count = -(-n // step)
            missing = max(0, (count - 1) * step + reach - n)
            before = reach - 1 if padding == "causal" else missing // 2
        starts = step * np.arange(max(0, count)) - before
        return starts[:, None] + gap * np.arange(size), None

    return lay


def _spread_out(size: int, step: int, gap: int, padding: str) -> Callable[[int], _Taps]:
    """The positions that each new one is made of where each of them is spread out."""
    reach = (size - 1) * gap + 1

    def lay(n: int) -> _Taps:
        if padding == "valid":
            count, before = n * step + max(reach - step, 0), 0
        else:
            count = n * step
            before = max(0, (n - 1) * step + reach - count) // 2
        offset = np.arange(count)[:, None] + before - gap * np.arange(size)
        return offset // step, offset % step == 0  # between two positions there is none

    return lay


def _grown(before: int, after: int) -> Callable[[int], _Taps]:
    """More or fewer positions before the first and after the last one."""
    return lambda n: (np.arange(-before, n + after)[:, None], None)


def _repeated(times: int) -> Callable[[int], _Taps]:
    """Each position several times."""
    return lambda n: (np.arange(n * times)[:, None] // times, None)
