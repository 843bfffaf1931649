"""What each pixel of a resized axis draws on, and how much."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tb_actviz.arrays import all_finite, as_real
from tb_actviz.errors import near_matches

#: Up to so many weights an axis gets one full matrix, which is kept for the next time.
_SMALL = 2**18
#: Pixels of the longer side in a block of a larger one.
_BLOCK = 16


@dataclass(frozen=True)
class Block:
    """The weights of neighbouring pixels of a resized axis.

    Args:
        start: The first of these pixels.
        source: The first pixel of the original axis that they draw on.
        matrix: Float, shape (pixels of the result, pixels of the original); each row
            has the weights of one pixel.
    """

    start: int
    source: int
    matrix: NDArray[np.floating[Any]]

    @property
    def target(self) -> slice:
        """The pixels of the resized axis."""
        return slice(self.start, self.start + self.matrix.shape[0])

    @property
    def window(self) -> slice:
        """The pixels of the original axis."""
        return slice(self.source, self.source + self.matrix.shape[1])


@dataclass(frozen=True)
class Axis:
    """How to resize one axis.

    Args:
        length: Pixels of the result.
        blocks: Its weights, in order; together they hold every pixel once.
    """

    length: int
    blocks: tuple[Block, ...]

    def converted(self, dtype: np.dtype[Any]) -> Axis:
        """Convert the weights.

        Args:
            dtype: That of the result, float32 or float64.

        Returns:
            The same with weights of that dtype.
        """
        return self._each(lambda matrix: matrix.astype(dtype, copy=False))

    def reach(self) -> Axis:
        """Return which pixels are drawn on at all.

        Returns:
            The same with float32 weights of 1 where there is any weight, else 0.
        """
        return self._each(lambda matrix: (matrix != 0).astype(np.float32))

    def _each(
        self, change: Callable[[NDArray[np.floating[Any]]], NDArray[np.floating[Any]]]
    ) -> Axis:
        blocks = (Block(b.start, b.source, change(b.matrix)) for b in self.blocks)
        return Axis(self.length, tuple(blocks))


def axis_weights(n_in: int, n_out: int, extent: float, method: str) -> Axis:
    """Find the weights that resize one axis.

    Args:
        n_in: Pixels of the axis.
        n_out: Pixels of the resized axis.
        extent: What the resized axis spans, in pixels of the input.
        method: A key of `KERNELS`.

    Returns:
        Weights of which those of each pixel sum to 1. They take memory in proportion
        to the two lengths, not to their product.
    """
    if n_in * n_out <= _SMALL:
        return _small(n_in, n_out, extent, method)
    count = _BLOCK * math.ceil(n_out / n_in)
    starts = range(0, n_out, count)
    blocks = (
        _block(start, min(start + count, n_out), n_in, n_out, extent, method)
        for start in starts
    )
    return Axis(n_out, tuple(blocks))


@lru_cache(maxsize=32)
def _small(n_in: int, n_out: int, extent: float, method: str) -> Axis:
    return Axis(n_out, (_block(0, n_out, n_in, n_out, extent, method),))


def _block(
    start: int, stop: int, n_in: int, n_out: int, extent: float, method: str
) -> Block:
    kernel, support = KERNELS[method]
    pixels = np.arange(start, stop)
    widening = max(extent / n_out, 1.0)
    centres = (pixels + 0.5) * extent / n_out - 0.5
    reach = support * widening
    first = np.floor(centres - reach).astype(np.int64)
    taps = first[:, None] + np.arange(math.ceil(2 * reach) + 2)
    # Both terms are exact for whole extents, so a tap on a zero of the kernel
    # gets a weight of exactly zero and cannot spread a NaN.
    distance = (pixels + 0.5)[:, None] * extent - (taps + 0.5) * n_out
    weights = kernel(np.abs(distance) / max(extent, n_out))
    sources = reflect(taps, n_in)
    source = int(sources.min())
    width = int(sources.max()) + 1 - source
    cells = (pixels - start)[:, None] * width + (sources - source)
    sums = np.bincount(cells.ravel(), weights.ravel(), minlength=len(pixels) * width)
    matrix: NDArray[np.float64] = sums.reshape(-1, width).astype(np.float64)
    matrix /= matrix.sum(axis=1, keepdims=True)
    matrix.flags.writeable = False
    return Block(start, source, matrix)


def reflect(indices: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Fold indices beyond the edges back: … 1 0 | 0 1 … n-1 | n-1 n-2 ….

    Args:
        indices: Any shape, int64.
        n: How many there are.

    Returns:
        The same shape, 0 to n - 1, int64.
    """
    folded = indices % (2 * n)
    return np.minimum(folded, 2 * n - 1 - folded)


def _cubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    inner = (1.5 * x - 2.5) * x * x + 1
    outer = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x <= 1, inner, np.where(x < 2, outer, 0.0))


def _triangle(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(1 - x, 0.0)


_Kernel = Callable[[NDArray[np.float64]], NDArray[np.float64]]

#: For each smooth method its kernel, of the distance in pixels, and where it ends.
KERNELS: dict[str, tuple[_Kernel, int]] = {
    "bicubic": (_cubic, 2),
    "bilinear": (_triangle, 1),
}


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
        TypeError: If the values are not real numbers.
        ValueError: If the shape, `size` or `method` is not one of these.

    Source: `imresize` of MATLAB's Image Processing Toolbox; R. Keys, "Cubic
    convolution interpolation for digital image processing", 1981.

    Example:
        >>> acts = av.activations(model, "face.png", "conv1")
        >>> av.imresize(acts["conv1"], (227, 227)).shape
        (1, 227, 227, 8)
        >>> av.imresize(np.array([[0, 100]], np.uint8), (1, 4), method="bilinear")
        array([[  0,  25,  75, 100]], dtype=uint8)
    """
    if method != "nearest" and method not in KERNELS:
        raise ValueError(
            f"There is no method {method!r}. "
            f"{near_matches(str(method), ['nearest', *KERNELS])}"
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
