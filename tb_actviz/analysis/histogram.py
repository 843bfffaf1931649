"""How often values occur: counts whose bins fit those of any other histogram."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tb_actviz.analysis.reals import real_numbers

_MOST_BINS = 1 << 16

_BLOCK_VALUES = 1 << 15
"""How many values are counted at a time; what is made of them stays in a cache."""

_LANES = 4
"""How many counters a bin has while values are counted: much of a layer may be zero,
and a processor that adds to one place again and again has to wait for itself."""


@dataclass(frozen=True)
class Histogram:
    """Counts of values in bins of equal width.

    The width is a power of two and every edge a multiple of it, so that the bins of
    one histogram lie inside those of another: merging needs no estimate.

    Args:
        exponent: The width of a bin is 2**exponent.
        first: Number of the first bin; its low edge is first * width.
        counts: Values in each bin, low edge <= value < high edge, int64, shape (k,).
        most: How many bins there may be, at least 2.
    """

    exponent: int
    first: int
    counts: NDArray[np.int64]
    most: int = 512

    @property
    def last(self) -> int:
        """Number of the last bin."""
        return self.first + len(self.counts) - 1

    def edges(self) -> NDArray[np.float64]:
        """Return where the bins begin, and where the last one ends.

        Returns:
            Ascending and exact, float64, shape (k + 1,). An edge beyond the range of
            float64 is infinite.
        """
        numbers = np.arange(self.first, self.last + 2).astype(np.float64)
        with np.errstate(over="ignore"):
            edges: NDArray[np.float64] = np.ldexp(numbers, self.exponent)
        return edges

    def coarsened(self, most: int) -> Histogram:
        """Join neighbouring bins, in pairs, until they are few enough.

        Args:
            most: How many bins the result may have, at least 2.

        Returns:
            The same counts in the narrowest such bins; itself if it has no more.

        Raises:
            ValueError: If `most` is not 2 to 65536.
        """
        _check_limit(most)
        return self._at(self.exponent + _halvings(self.first, self.last, most))

    def merged(self, other: Histogram) -> Histogram:
        """Add the counts of another histogram.

        Args:
            other: Its counts, in bins of any width and range.

        Returns:
            Both counts in bins of the coarser of the two widths, made coarser until
            there are at most as many as the larger of the two limits, which is also
            the limit of the result. The order in which histograms of one limit are
            merged does not matter.
        """
        exponent, most = max(self.exponent, other.exponent), max(self.most, other.most)
        pair = self._at(exponent), other._at(exponent)
        first, last = min(one.first for one in pair), max(one.last for one in pair)
        shift = _halvings(first, last, most)
        exponent, first, last = exponent + shift, first >> shift, last >> shift
        counts = np.zeros(last - first + 1, np.int64)
        for one in pair:
            part = one._at(exponent)
            counts[part.first - first : part.last - first + 1] += part.counts
        return Histogram(exponent, first, counts, most)

    def _at(self, exponent: int) -> Histogram:
        """Return the same counts in bins of a width that is not finer."""
        if exponent == self.exponent:
            return self
        numbers = np.arange(self.first, self.last + 1) >> exponent - self.exponent
        starts = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
        counts = np.add.reduceat(self.counts, starts)
        return replace(self, exponent=exponent, first=int(numbers[0]), counts=counts)


def histogram(values: ArrayLike, most: int = 512) -> Histogram | None:
    """Count values in the narrowest bins that are few enough.

    Every value lies exactly in its bin, however large or small it is. Histograms of
    the parts of an array, merged, are the histogram of the whole array.

    Args:
        values: Any shape, any real dtype. NaN and infinities are left out.
        most: How many bins there may be, at least 2.

    Returns:
        The counts, or None where there is no finite value. No bin is narrower than
        the distance between two neighbouring numbers at the largest magnitude: of
        float32, of float64 where the values are wider, or 1 for integers. Where all
        values are the same, that is the width.

    Raises:
        TypeError: If the values are not real numbers.
        ValueError: If `most` is not 2 to 65536.
    """
    _check_limit(most)
    # The order does not matter, and in that of the memory nothing is copied.
    flat = real_numbers(values).ravel(order="K")
    if flat.dtype == np.longdouble:
        flat = flat.astype(np.float64)
    if flat.size == 0:
        return None
    low, high = flat.min().item(), flat.max().item()
    if not (math.isfinite(low) and math.isfinite(high)):
        return histogram(flat[np.isfinite(flat)], most)
    exponent = _finest_exponent(flat.dtype, max(abs(low), abs(high)))
    first, last = _bin_number(low, exponent), _bin_number(high, exponent)
    shift = _halvings(first, last, most)
    exponent, first, last = exponent + shift, first >> shift, last >> shift
    return Histogram(exponent, first, _counts(flat, exponent, first, last), most)


def _check_limit(most: int) -> None:
    if not 2 <= most <= _MOST_BINS:
        raise ValueError(
            f"most={most} bins were asked for. Choose 2 to {_MOST_BINS}; a single one "
            f"cannot hold values of both signs, because zero is always an edge."
        )


def _finest_exponent(dtype: np.dtype[Any], magnitude: float) -> int:
    """Return which power of two separates neighbouring numbers of this magnitude."""
    limits = np.finfo(dtype if dtype.kind == "f" else np.float64)
    smallest = int(limits.minexp)
    leading = math.frexp(magnitude)[1] - 1 if magnitude else smallest
    exponent = max(leading, smallest) - int(limits.nmant)
    return exponent if dtype.kind == "f" else max(exponent, 0)


def _bin_number(value: float, exponent: int) -> int:
    """Return floor(value / 2**exponent), exactly."""
    numerator, denominator = value.as_integer_ratio()
    return (numerator << max(-exponent, 0)) // (denominator << max(exponent, 0))


def _halvings(first: int, last: int, most: int) -> int:
    """Return how often bins have to be joined in pairs to be at most so many."""
    shift = 0
    while (last >> shift) - (first >> shift) >= most:
        shift += 1
    return shift


def _counts(
    flat: NDArray[Any], exponent: int, first: int, last: int
) -> NDArray[np.int64]:
    """Count finite values in the bins `first` to `last` of width 2**exponent."""
    if first == last:
        return np.array([flat.size], np.int64)
    bins = last - first + 1
    numbers = _float_numbers if flat.dtype.kind == "f" else _integer_numbers
    lanes = np.tile(np.arange(_LANES, dtype=np.int32) * bins, _BLOCK_VALUES // _LANES)
    counts = np.zeros(_LANES * bins, np.int64)
    for start in range(0, flat.size, _BLOCK_VALUES):
        block = numbers(flat[start : start + _BLOCK_VALUES], exponent)
        block -= first
        places = block.astype(np.int32)
        places += lanes[: places.size]
        counts += np.bincount(places, minlength=counts.size)
    total: NDArray[np.int64] = counts.reshape(_LANES, bins).sum(axis=0)
    return total


def _float_numbers(block: NDArray[Any], exponent: int) -> NDArray[Any]:
    """Return floor(value / 2**exponent) of floats, exactly, in their dtype."""
    # Bins of whole numbers do not need the fractions; scaled down, a tiny negative
    # one could become zero, which is in another bin.
    numbers = np.floor(block) if exponent > 0 else block
    # Two factors, as 2**-exponent itself may be beyond the dtype.
    half = -exponent // 2
    numbers = numbers * block.dtype.type(2.0**half)
    numbers *= block.dtype.type(2.0 ** (-exponent - half))
    floored: NDArray[Any] = np.floor(numbers, out=numbers)
    return floored


def _integer_numbers(block: NDArray[Any], exponent: int) -> NDArray[Any]:
    """Return floor(value / 2**exponent) of integers, in 64 bits."""
    numbers = block.astype(np.uint64 if block.dtype.kind == "u" else np.int64)
    numbers >>= numbers.dtype.type(exponent)
    return numbers
