"""What each pixel of a resized axis draws on, and how much."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
            dtype: float32 or float64.

        Returns:
            The same with weights of that dtype.
        """
        return self._each(lambda matrix: matrix.astype(dtype, copy=False))

    def reach(self) -> Axis:
        """Tell which pixels are drawn on at all.

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
        indices: int64, any shape.
        n: How many there are.

    Returns:
        int64, same shape, 0 to n - 1.
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

KERNELS: dict[str, tuple[_Kernel, int]] = {
    "bicubic": (_cubic, 2),
    "bilinear": (_triangle, 1),
}
"""For each smooth method its kernel, of the distance in pixels, and where it ends."""
