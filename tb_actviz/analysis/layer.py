"""What a layer does over all inputs of one step: its statistics and histogram."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tb_actviz.analysis.channels import ChannelStatistics
from tb_actviz.arrays import as_real


@dataclass(frozen=True)
class LayerStatistics:
    """Numbers of one layer over all channels, positions and inputs.

    NaN and infinities are counted and otherwise left out.

    Args:
        minimum: Smallest finite value; NaN where there is none, as in the next three.
        maximum: Largest finite value.
        mean: Mean of the finite values.
        std: Their standard deviation, that of the population.
        zero_share: Share of all values that are zero, 0…1: the layer's sparsity.
        nan_count: How many values are NaN.
        inf_count: How many values are infinite.
        silent: Channels, from 0, that are zero at every position of every input.
        channels: How many channels there are.
        inputs: How many inputs these are the numbers of.

    Example:
        >>> with av.ActivationLogger("runs/new", model, "relu_conv1") as log:
        ...     logged = log("face.png")
        >>> statistics = logged.statistics["relu_conv1"]
        >>> f"{statistics.zero_share:.0%} zeros, {statistics.silent_share:.0%} silent"
        '52% zeros, 0% silent'
    """

    minimum: float
    maximum: float
    mean: float
    std: float
    zero_share: float
    nan_count: int
    inf_count: int
    silent: tuple[int, ...]
    channels: int
    inputs: int

    @property
    def silent_share(self) -> float:
        """Share of the channels that are silent, 0…1."""
        return len(self.silent) / self.channels


def layer_statistics(
    per_input: Sequence[ChannelStatistics], values_per_channel: Sequence[int]
) -> LayerStatistics:
    """Combine the statistics of a layer's channels for several inputs.

    Args:
        per_input: For each input the statistics of its C channels, arrays (C,).
        values_per_channel: For each input how many positions a channel has, H * W;
            inputs may differ in size.

    Returns:
        The statistics of all values together, as if the inputs were one array.

    Raises:
        ValueError: If there is no input, or not one number for each, or the inputs do
            not have the same channels.
    """
    shapes = {statistics.minimum.shape for statistics in per_input}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        raise ValueError(
            f"Received channel statistics of shapes {sorted(shapes)}; expected one "
            f"shape (C,) for every input, and at least one input."
        )
    if len(per_input) != len(values_per_channel):
        raise ValueError(
            f"Received {len(per_input)} inputs and the numbers of positions of "
            f"{len(values_per_channel)}; expected one number for each input."
        )
    # Rows are inputs, columns channels.
    minimum = np.stack([statistics.minimum for statistics in per_input])
    maximum = np.stack([statistics.maximum for statistics in per_input])
    mean = np.stack([statistics.mean for statistics in per_input])
    std = np.stack([statistics.std for statistics in per_input])
    zero_share = np.stack([statistics.zero_share for statistics in per_input])
    nan_count = np.stack([statistics.nan_count for statistics in per_input])
    inf_count = np.stack([statistics.inf_count for statistics in per_input])
    positions = np.array(values_per_channel, np.int64)[:, None]
    count = positions - nan_count - inf_count
    known = count > 0
    low = high = middle = deviation = math.nan
    if known.any():
        low, high = float(minimum[known].min()), float(maximum[known].max())
        middle, deviation = _moments(mean[known], std[known], count[known], low, high)
    # A share is one whole number divided by another; rounding restores the first.
    zeros = np.rint(zero_share * positions).sum()
    return LayerStatistics(
        minimum=low,
        maximum=high,
        mean=middle,
        std=deviation,
        zero_share=float(zeros / (positions.sum() * zero_share.shape[1])),
        nan_count=int(nan_count.sum()),
        inf_count=int(inf_count.sum()),
        silent=tuple(np.flatnonzero((zero_share == 1).all(axis=0)).tolist()),
        channels=zero_share.shape[1],
        inputs=len(per_input),
    )


def saturated_share(
    values: ArrayLike, low: float | None, high: float | None, tolerance: float = 0.01
) -> float:
    """Measure how much of a bounded activation sits at its bounds.

    There its slope is nearly zero, and nothing is learned. A sigmoid has the bounds 0
    and 1, a hyperbolic tangent −1 and 1. ReLU6 has only 6: that its other values are
    zero is not saturation but sparsity.

    Args:
        values: Any shape, any real dtype, not empty.
        low: Lower bound, in units of the values; None if there is none.
        high: Upper bound; None if there is none.
        tolerance: What is at a bound: all within this share of the distance between
            the bounds, or of the magnitude of the only one, and all beyond. At least
            0, less than 0.5.

    Returns:
        Share of all values, 0…1. NaN is counted, and is not at a bound.

    Raises:
        TypeError: If the values are not real numbers.
        ValueError: If there is no value or no bound, or the bounds or the tolerance
            are out of range.
    """
    array = as_real(values)
    if array.size == 0:
        raise ValueError(f"Values of shape {array.shape} hold none.")
    if not 0 <= tolerance < 0.5:
        raise ValueError(
            f"Received tolerance={tolerance}; expected at least 0 and less than 0.5."
        )
    bounds = [bound for bound in (low, high) if bound is not None]
    if not bounds or bounds != sorted(set(bounds)):
        raise ValueError(
            f"Received the bounds low={low} and high={high}; expected low < high, or "
            f"None for one of them."
        )
    near = tolerance * (abs(bounds[0]) if len(bounds) == 1 else bounds[1] - bounds[0])
    saturated = 0
    if low is not None:
        saturated += int(np.count_nonzero(array <= low + near))
    if high is not None:
        saturated += int(np.count_nonzero(array >= high - near))
    return saturated / array.size


def _moments(
    mean: NDArray[np.float64],
    std: NDArray[np.float64],
    count: NDArray[np.int64],
    low: float,
    high: float,
) -> tuple[float, float]:
    """Return mean and standard deviation of groups of values, low…high, together.

    In units of about the largest magnitude no square overflows, and distances from
    one of the means are exactly zero where all are equal.
    """
    unit = math.ldexp(1.0, min(math.frexp(max(high, -low))[1], 1023))
    weight, mean, std = count / count.sum(), mean / unit, std / unit
    middle = mean[0] + (weight * (mean - mean[0])).sum()
    variance = (weight * (std**2 + (mean - middle) ** 2)).sum()
    # It is never more than half of the range but by rounding, which may overflow.
    deviation = min(math.sqrt(variance) * unit, high / 2 - low / 2)
    return float(middle) * unit, deviation


_MOST_BINS = 1 << 16

#: How many values are counted at a time; what is made of them stays in a cache.
_BLOCK_VALUES = 1 << 15

#: How many counters a bin has while values are counted: much of a layer may be zero,
#: and a processor that adds to one place again and again has to wait for itself.
_LANES = 4


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
        first = min(histogram.first for histogram in pair)
        last = max(histogram.last for histogram in pair)
        shift = _halvings(first, last, most)
        exponent, first, last = exponent + shift, first >> shift, last >> shift
        counts = np.zeros(last - first + 1, np.int64)
        for histogram in pair:
            part = histogram._at(exponent)
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
    flat = as_real(values).ravel(order="K")
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
