"""Resizing of pictures and feature maps, all channels at once."""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tb_actviz.imaging.normalize import all_finite, as_real
from tb_actviz.imaging.resampling import KERNELS, Axis, axis_weights, reflect

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
    if method != "nearest" and method not in KERNELS:
        near = difflib.get_close_matches(str(method), ["nearest", *KERNELS], n=1)
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
    rows, cols = (axis_weights(*axis, method) for axis in axes)
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
    return reflect(np.floor(centres).astype(np.int64), n_in)


def _resample(stack: NDArray[Any], rows: Axis, cols: Axis) -> _FloatArray:
    """Apply the weights of both axes to a stack (N, H, W, C), in float32 or float64."""
    dtype = np.dtype(np.float32 if stack.dtype == np.float32 else np.float64)
    if all_finite(stack):
        return _resample_finite(stack.astype(dtype, copy=False), rows, cols)
    usable = np.where(np.isfinite(stack), stack, dtype.type(0))
    resized = _resample_finite(usable, rows, cols)
    reach = rows.reach(), cols.reach()
    up, down, lost = (
        _both_axes(mask.astype(np.float32), *reach) > 0.5
        for mask in (stack == np.inf, stack == -np.inf, np.isnan(stack))
    )
    resized[up] = np.inf
    resized[down] = -np.inf
    resized[lost | (up & down)] = np.nan
    return resized


def _resample_finite(stack: _FloatArray, rows: Axis, cols: Axis) -> _FloatArray:
    """Resample with headroom: a bicubic overshoot must not become infinite."""
    weights = rows.converted(stack.dtype), cols.converted(stack.dtype)
    limit = np.finfo(stack.dtype).max / 16
    if max(stack.max(initial=0), -stack.min(initial=0)) <= limit:
        return _both_axes(stack, *weights)
    return np.clip(_both_axes(stack / 16, *weights), -limit, limit) * 16


# One product per pixel row wastes time on products as narrow as this.
_FEW_CHANNELS = 16


def _both_axes(stack: _FloatArray, rows: Axis, cols: Axis) -> _FloatArray:
    n, height, width, channels = stack.shape
    flat = stack.reshape(n, height, width * channels)
    taller = np.empty((n, rows.length, width * channels), stack.dtype)
    for block in rows.blocks:
        np.matmul(block.matrix, flat[:, block.window], out=taller[:, block.target])
    taller = taller.reshape(n, rows.length, width, channels)
    wide = np.empty((n, rows.length, cols.length, channels), stack.dtype)
    if channels > _FEW_CHANNELS:
        for block in cols.blocks:
            np.matmul(
                block.matrix, taller[:, :, block.window], out=wide[:, :, block.target]
            )
        return wide
    lines = np.moveaxis(taller, 3, 2).reshape(-1, width)
    for block in cols.blocks:
        part = lines[:, block.window] @ block.matrix.T
        part = part.reshape(n, rows.length, channels, block.matrix.shape[0])
        wide[:, :, block.target] = np.moveaxis(part, 2, 3)
    return wide


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
