"""Where a resized map has to show the colour of a value no scale can show."""

from __future__ import annotations

import numpy as np

from tb_actviz.imaging.colormap import CLIPPED, NON_FINITE, outside_scale
from tb_actviz.imaging.normalize import all_finite, as_real
from tb_actviz.imaging.resize import imresize
from tb_actviz.imaging.scale import Scale

Color = tuple[int, int, int]


def reserved_masks(maps: np.ndarray, scale: Scale) -> dict[Color, np.ndarray]:
    """Find the values that are drawn in a reserved colour.

    Args:
        maps: Any shape, float.
        scale: What the values are drawn on.

    Returns:
        For each reserved colour that occurs a mask of the same shape, in the order to
        paint them: where both could be shown, what is not finite comes last.
    """
    masks = {}
    outside = outside_scale(maps, (scale.low, scale.high))
    if outside is not None:
        masks[CLIPPED] = outside
    if not all_finite(as_real(maps)):
        masks[NON_FINITE] = ~np.isfinite(maps)
    return masks


def resize_mask(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize a mask without losing a single one of its pixels.

    Args:
        mask: bool, shape (H, W, C).
        size: Height and width in pixels.

    Returns:
        bool, shape (*size, C). Along a side that shrinks, a pixel is set where the
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
    padding = [(0, 1 if other == axis else 0) for other in range(mask.ndim)]
    padded = np.pad(mask, padding)
    found = np.logical_or.reduceat(padded, stretches.ravel(), axis=axis)
    return np.take(found, np.arange(0, 2 * length, 2), axis=axis)


def shrink_usual(
    maps: np.ndarray, unusual: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Shrink maps as if unusual values were not there.

    Args:
        maps: Float, shape (H, W, C).
        unusual: bool, same shape; what takes no part.
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
