"""The value range behind the colours of a picture, and what falls outside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tb_actviz.arrays import Limits, all_finite, as_real, finite_limits
from tb_actviz.imaging.colormap import (
    colorize,
    default_limits,
    outside_scale,
)
from tb_actviz.imaging.resize import imresize


@dataclass(frozen=True)
class Scale:
    """What the two ends of a colour map stand for.

    Args:
        low: Value at the low end.
        high: Value at the high end.
        colormap: Name of the colour map.
        note: In words, what the limits were taken from.
    """

    low: float
    high: float
    colormap: str
    note: str

    def colorize(self, values: np.ndarray) -> np.ndarray:
        """Draw raw values on this scale.

        Args:
            values: Any shape, float.

        Returns:
            RGB, uint8, shape (..., 3).
        """
        return colorize(values, (self.low, self.high), self.colormap)


@dataclass(frozen=True)
class Marks:
    """How many values of a picture its scale does not tell apart.

    Args:
        not_a_number: Count of NaN.
        infinite: Count of both infinities.
        clipped: Count of finite values beyond the scale, drawn as its ends.
    """

    not_a_number: int = 0
    infinite: int = 0
    clipped: int = 0


def common_scale(
    *arrays: np.ndarray,
    limits: tuple[float, float] | None = None,
    limits_of: str | None = None,
    signed: bool = False,
    subject: str,
) -> Scale:
    """Find one scale for several arrays.

    Values that are nowhere negative are shown from 0 to their maximum in grey; signed
    ones symmetrically around zero in two hues, so that zero is black in both. Where
    all are zero, or none is finite, the ends are those of 0…1 and the note says so.

    Args:
        *arrays: Any shapes, float.
        limits: Fixed (low, high) instead of the arrays' own. They get the two-hued
            map only where zero is their middle, because zero is its black.
        limits_of: What shares these limits, for the legend, such as "all steps".
        signed: Take the symmetric scale even if no value is negative.
        subject: What the arrays are, for the legend ("this layer").

    Returns:
        The scale.
    """
    if limits is not None:
        low, high = limits
        note = "fixed scale" if limits_of is None else f"one scale, {limits_of}"
        return Scale(low, high, "signed" if -low == high else "gray", note)
    seen = [pair for array in arrays if (pair := finite_limits(array)) is not None]
    low, high = default_limits(np.array(seen))
    symmetric = signed or low < 0
    note = _nothing_to_see(arrays, seen) or (
        "symmetric" if symmetric else "0 to maximum"
    )
    if symmetric:
        return Scale(-high, high, "signed", f"{note}, {subject}")
    return Scale(low, high, "gray", f"{note}, {subject}")


def _nothing_to_see(arrays: Sequence[np.ndarray], seen: Sequence[Limits]) -> str:
    """Why a scale has no values of its own to end at; empty where it has."""
    if not seen:
        return "nothing finite"
    if np.any(seen):
        return ""
    every = all(all_finite(as_real(array)) for array in arrays)
    return "every value is 0" if every else "every finite value is 0"


def stretch_channels(maps: np.ndarray) -> tuple[np.ndarray, Scale]:
    """Bring every channel to 0…1 over its own range.

    Args:
        maps: Float, shape (H, W, C).

    Returns:
        The stretched maps (`mat2gray` of each channel, so that constant ones stay as
        they are, clipped to 0…1; but infinities stay too), float64, and the scale to
        draw them on.
    """
    finite = np.isfinite(maps)
    low = np.min(maps, axis=(0, 1), initial=np.inf, where=finite).astype(np.float64)
    high = np.max(maps, axis=(0, 1), initial=-np.inf, where=finite).astype(np.float64)
    constant = ~(low < high)
    start, span = np.where(constant, 0, low), np.where(constant, 1, high - low)
    stretched = np.where(finite, np.clip((maps - start) / span, 0, 1), maps)
    words = (
        "each channel from its own minimum to its maximum; constant ones as they are, "
        "clipped to 0…1"
    )
    return stretched, Scale(0.0, 1.0, "gray", words)


def count_marks(values: np.ndarray, scale: Scale | None = None) -> Marks:
    """Count what a picture of these values does not tell apart.

    Args:
        values: Any shape, float.
        scale: The scale they are drawn on; None where nothing can be clipped.

    Returns:
        The counts.
    """
    finite = np.isfinite(values)
    nan_count = int(np.isnan(values).sum()) if not finite.all() else 0
    infinite = int(values.size - finite.sum()) - nan_count
    outside = None if scale is None else outside_scale(values, (scale.low, scale.high))
    clipped = 0 if outside is None else int((outside & finite).sum())
    return Marks(nan_count, infinite, clipped)


def format_value(value: float) -> str:
    """Write a value for a legend or label, four significant digits.

    Args:
        value: Any float.

    Returns:
        Such as `1630`, `-12.35` or `4.2e-05`.
    """
    return f"{value:.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.4g}"


def sum_marks(*marks: Marks) -> Marks:
    """Add up the marks of several arrays in one picture.

    Args:
        *marks: From `count_marks`.

    Returns:
        Their sums.
    """
    return Marks(
        sum(mark.not_a_number for mark in marks),
        sum(mark.infinite for mark in marks),
        sum(mark.clipped for mark in marks),
    )


def non_finite_mask(maps: np.ndarray) -> np.ndarray | None:
    """Find the values that are drawn in the reserved colour.

    Args:
        maps: Any shape, float.

    Returns:
        A mask of the same shape; None where every value is finite.
    """
    return None if all_finite(as_real(maps)) else ~np.isfinite(maps)


def resize_mask(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize a mask without losing a single one of its pixels.

    Args:
        mask: Shape (H, W, C), bool.
        size: Height and width in pixels.

    Returns:
        Shape (*size, C), bool. Along a side that shrinks, a pixel is set where the
        stretch it covers holds any pixel that is; along others it is the nearest one.
    """
    for axis, length in enumerate(size):
        if length < mask.shape[axis]:
            mask = _any_covered(mask, axis, length)
    return imresize(mask, size, "nearest")


def _any_covered(mask: np.ndarray, axis: int, length: int) -> np.ndarray:
    edges = np.arange(length + 1) * mask.shape[axis]
    # Neighbouring stretches overlap where an edge falls within a pixel, and the last
    # one ends where `reduceat` takes no index: hence one pixel more, which is unset.
    stretches = np.stack([edges[:-1] // length, -(-edges[1:] // length)], axis=1)
    padding = [(0, 1 if dimension == axis else 0) for dimension in range(mask.ndim)]
    padded = np.pad(mask, padding)
    covered = np.logical_or.reduceat(padded, stretches.ravel(), axis=axis)
    return np.take(covered, np.arange(0, 2 * length, 2), axis=axis)


def shrink_usual(
    maps: np.ndarray, unusual: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Shrink maps as if unusual values were not there.

    Args:
        maps: Float, shape (H, W, C).
        unusual: What takes no part, bool, same shape.
        size: Height and width in pixels, none larger than the maps' own.

    Returns:
        Float, shape (*size, C). Pixels that cover an unusual value, see `resize_mask`,
        mean nothing. For others at least half of the bicubic's weight is left.
    """
    # Rounded, so that pixels no unusual value has to do with are divided by 1 exactly.
    weight = imresize((~unusual).astype(np.float32), size).round(5)
    total = imresize(np.where(unusual, maps.dtype.type(0), maps), size)
    with np.errstate(over="ignore"):
        np.divide(total, weight, out=total, where=weight > 0.25)
    return total


def shrink_on_scale(
    maps: np.ndarray, scale: Scale, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray | None]:
    """Shrink maps so that no value leaves the scale that they are drawn on.

    Args:
        maps: Float, shape (H, W, C).
        scale: The scale.
        size: Height and width in pixels, none larger than the maps' own.

    Returns:
        Float, shape (*size, C), and a mask of the same shape of the pixels that cover
        NaN or infinity; None where every value is finite.
    """
    # Saturated first: else one value far beyond the scale would fill all around it.
    inside = np.clip(maps, scale.low, scale.high)
    lost = non_finite_mask(maps)
    if lost is not None:
        small = np.clip(shrink_usual(inside, lost, size), scale.low, scale.high)
        return small, resize_mask(lost, size)
    low, high = finite_limits(inside) or (scale.low, scale.high)
    return np.clip(imresize(inside, size), low, high), None
