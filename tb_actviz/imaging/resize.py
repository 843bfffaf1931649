"""Resizing of pictures and feature maps, all channels at once."""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Callable, Sequence
from functools import lru_cache
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tb_actviz.imaging.normalize import all_finite, as_real

_FloatArray = NDArray[np.floating[Any]]


def imresize(
    a: ArrayLike, size: Sequence[int] | float, method: str = "bicubic"
) -> NDArray[Any]:
    """Resize a picture or the feature maps of a layer.

    Pixel centres lie at halves; "bicubic" (a = -0.5) and "bilinear" widen their
    kernel when shrinking, against aliasing, "nearest" does not; beyond its edges
    the picture continues as its mirror image. A result pixel that draws on a NaN
    is NaN; one that draws on an infinity is that infinity, or NaN if it draws on
    both. No other pixel is touched by them.

    Args:
        a: (H, W), (H, W, C) or (N, H, W, C), any real dtype. It is not changed.
        size: (rows, cols) in pixels, or one factor for both sides; then the
            result has ceil(factor * side) pixels.
        method: "bicubic", "bilinear" or "nearest".

    Returns:
        Array of the same number of axes and the same dtype: integers rounded
        (halves away from zero), everything clipped to what the dtype holds,
        booleans true above one half.

    Raises:
        TypeError: if the values are not real numbers.
        ValueError: if the shape, `size` or `method` is not one of these.

    Source: `imresize` of MATLAB's Image Processing Toolbox; R. Keys, "Cubic
    convolution interpolation for digital image processing", 1981.
    """
    if method != "nearest" and method not in _KERNELS:
        near = difflib.get_close_matches(str(method), ["nearest", *_KERNELS], n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"method={method!r} is not known; there are 'bicubic', 'bilinear' and "
            f"'nearest'.{hint}"
        )
    picture = np.asarray(a)
    values = as_real(picture)
    if values.ndim not in (2, 3, 4):
        raise ValueError(
            f"Expected shape (H, W), (H, W, C) or (N, H, W, C), received "
            f"{values.shape}."
        )
    first = 1 if values.ndim == 4 else 0
    sides = values.shape[first : first + 2]
    if 0 in sides:
        raise ValueError(f"A picture without pixels, {values.shape}, has no size.")
    targets, extents = _target(size, sides)
    if targets == sides and extents == sides:
        return picture.copy()
    axes = list(zip(sides, targets, extents, strict=True))
    if method == "nearest":
        down, right = (_nearest_indices(*axis) for axis in axes)
        return picture.take(down, axis=first).take(right, axis=first + 1)
    lead, channels = math.prod(values.shape[:first]), values.shape[first + 2 :]
    stack = values.reshape(lead, *sides, math.prod(channels))
    rows, cols = (_weights(*axis, method) for axis in axes)
    resized = _resample(stack, rows, cols)
    shape = (*values.shape[:first], *targets, *channels)
    return _to_dtype(resized.reshape(shape), picture.dtype)


def _target(
    size: Sequence[int] | float, sides: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return the new sides, and how many old pixels each of them spans."""
    if isinstance(size, Real):
        factor = float(size)
        if not (math.isfinite(factor) and factor > 0):
            raise ValueError(f"A factor must be positive and finite, received {size}.")
        targets = tuple(math.ceil(factor * side) for side in sides)
        return targets, tuple(target / factor for target in targets)
    try:
        rows, cols = (operator.index(side) for side in size)  # type: ignore[union-attr]
    except (TypeError, ValueError):
        raise ValueError(
            f"size must be (rows, cols) as integers or one factor, received {size!r}."
        ) from None
    if rows < 1 or cols < 1:
        raise ValueError(f"size must be at least (1, 1), received ({rows}, {cols}).")
    return (rows, cols), sides


def _nearest_indices(n_in: int, n_out: int, extent: float) -> NDArray[np.int64]:
    centres = (np.arange(n_out) + 0.5) * extent / n_out
    return _reflect(np.floor(centres).astype(np.int64), n_in)


@lru_cache(maxsize=32)
def _weights(n_in: int, n_out: int, extent: float, method: str) -> NDArray[np.float64]:
    """Build the (n_out, n_in) matrix that resizes one axis.

    Args:
        n_in: pixels of the axis.
        n_out: pixels of the resized axis.
        extent: what the resized axis spans, in pixels of the input.
        method: a key of `_KERNELS`.

    Returns:
        Read-only matrix whose rows sum to 1.
    """
    kernel, support = _KERNELS[method]
    widening = max(extent / n_out, 1.0)
    centres = (np.arange(n_out) + 0.5) * extent / n_out - 0.5
    reach = support * widening
    first = np.floor(centres - reach).astype(np.int64)
    taps = first[:, None] + np.arange(math.ceil(2 * reach) + 2)
    # Both terms are exact for whole extents, so a tap on a zero of the kernel
    # gets a weight of exactly zero and cannot spread a NaN.
    distance = (np.arange(n_out) + 0.5)[:, None] * extent - (taps + 0.5) * n_out
    weights = kernel(np.abs(distance) / max(extent, n_out))
    cells = np.arange(n_out)[:, None] * n_in + _reflect(taps, n_in)
    sums = np.bincount(cells.ravel(), weights.ravel(), minlength=n_out * n_in)
    matrix: NDArray[np.float64] = sums.reshape(n_out, n_in).astype(np.float64)
    matrix /= matrix.sum(axis=1, keepdims=True)
    matrix.flags.writeable = False
    return matrix


def _reflect(indices: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Fold indices beyond the edges back: … 1 0 | 0 1 … n-1 | n-1 n-2 …."""
    folded = indices % (2 * n)
    return np.minimum(folded, 2 * n - 1 - folded)


def _cubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    inner = (1.5 * x - 2.5) * x * x + 1
    outer = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x <= 1, inner, np.where(x < 2, outer, 0.0))


def _triangle(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(1 - x, 0.0)


_Kernel = Callable[[NDArray[np.float64]], NDArray[np.float64]]
_KERNELS: dict[str, tuple[_Kernel, int]] = {
    "bicubic": (_cubic, 2),
    "bilinear": (_triangle, 1),
}


def _resample(
    stack: NDArray[Any], rows: NDArray[np.float64], cols: NDArray[np.float64]
) -> _FloatArray:
    """Apply one matrix per axis to a stack (N, H, W, C), in float32 or float64."""
    dtype = np.dtype(np.float32 if stack.dtype == np.float32 else np.float64)
    if all_finite(stack):
        return _resample_finite(stack.astype(dtype, copy=False), rows, cols)
    usable = np.where(np.isfinite(stack), stack, dtype.type(0))
    resized = _resample_finite(usable, rows, cols)
    reach = (rows != 0).astype(np.float32), (cols != 0).astype(np.float32)
    up, down, lost = (
        _two_products(mask.astype(np.float32), *reach) > 0.5
        for mask in (stack == np.inf, stack == -np.inf, np.isnan(stack))
    )
    resized[up] = np.inf
    resized[down] = -np.inf
    resized[lost | (up & down)] = np.nan
    return resized


def _resample_finite(
    stack: _FloatArray, rows: NDArray[np.float64], cols: NDArray[np.float64]
) -> _FloatArray:
    """Resample with headroom: a bicubic overshoot must not become infinite."""
    weights = rows.astype(stack.dtype), cols.astype(stack.dtype)
    limit = np.finfo(stack.dtype).max / 16
    if max(stack.max(initial=0), -stack.min(initial=0)) <= limit:
        return _two_products(stack, *weights)
    return np.clip(_two_products(stack / 16, *weights), -limit, limit) * 16


# One product per pixel row wastes time on products as narrow as this.
_FEW_CHANNELS = 16


def _two_products(
    stack: _FloatArray, rows: _FloatArray, cols: _FloatArray
) -> _FloatArray:
    n, height, width, channels = stack.shape
    taller: _FloatArray = rows @ stack.reshape(n, height, width * channels)
    taller = taller.reshape(n, len(rows), width, channels)
    if channels > _FEW_CHANNELS:
        wide: _FloatArray = cols @ taller
        return wide
    lines = np.moveaxis(taller, 3, 2).reshape(-1, width) @ cols.T
    lines = lines.reshape(n, len(rows), channels, len(cols))
    return np.ascontiguousarray(np.moveaxis(lines, 2, 3))


def _to_dtype(resized: _FloatArray, dtype: np.dtype[Any]) -> NDArray[Any]:
    if resized.dtype == dtype:
        return resized
    if dtype.kind == "b":
        return resized > 0.5
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        highest = float(info.max)
        if int(highest) > info.max:
            highest = float(np.nextafter(highest, 0))
        rounded = np.trunc(resized + np.copysign(0.5, resized))
        return np.clip(rounded, float(info.min), highest).astype(dtype)
    if dtype == np.float16:
        limit = float(np.finfo(dtype).max)
        np.clip(resized, -limit, limit, out=resized, where=np.isfinite(resized))
    return resized.astype(dtype)
