"""What the channels of a layer do: their strength, statistics and silence."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tb_actviz.arrays import as_real
from tb_actviz.errors import near_matches

#: How many values are widened to float64 at a time; 1 MiB stays in a cache.
_BLOCK_VALUES = 1 << 17

#: How many values a loop of NumPy needs for its start not to matter.
_LONG_LOOP = 128

#: How many positions may be left to such short loops.
_SHORT_ROW = 8


@dataclass(frozen=True)
class ChannelStatistics:
    """Numbers of each channel, or of each input and channel.

    Every array has shape (C,), or (N, C) for a batch. NaN and infinities are
    counted and otherwise left out; a channel without a finite value has NaN for
    minimum, maximum, mean, std and l2, and (-1, -1) for peak.

    Args:
        minimum: Smallest value, float64.
        maximum: Largest value, float64.
        mean: Mean, float64.
        std: Standard deviation of the population, float64.
        l2: Square root of the sum of squares, float64.
        zero_share: Share of all positions that are zero, float64 in [0, 1].
        nan_count: How many positions are NaN, int64.
        inf_count: How many positions are infinite, int64.
        peak: First (row, col) of the maximum, 0-based, int64, shape (..., 2).

    Example:
        >>> acts = av.activations(model, "face.png", "relu_conv1")
        >>> statistics = av.channel_statistics(acts["relu_conv1"][0])
        >>> statistics.maximum.round(1)
        array([1.3, 1.5, 0.1, 2.1, 0. , 0.3, 0.1, 2.7])
    """

    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    l2: NDArray[np.float64]
    zero_share: NDArray[np.float64]
    nan_count: NDArray[np.int64]
    inf_count: NDArray[np.int64]
    peak: NDArray[np.int64]


def channel_statistics(a: ArrayLike) -> ChannelStatistics:
    """Measure each channel of a layer.

    Args:
        a: (H, W, C) or (N, H, W, C), any real dtype, not empty. (C,) and (N, C)
            count as maps of one pixel; three axes are always (H, W, C).

    Returns:
        The statistics, per input and channel where there are inputs.

    Raises:
        TypeError: If the values are not real numbers.
        ValueError: If the shape is not one of these or there is no value.

    Example:
        >>> acts = av.activations(model, "face.png", "relu_conv1")
        >>> statistics = av.channel_statistics(acts["relu_conv1"][0])
        >>> statistics.peak[3]  # row and column where channel 3 is strongest
        array([32, 22])
    """
    maps = _Maps.of(a)
    zeros = _count(maps.values == 0)
    nan_count, inf_count = np.zeros((2, *zeros.shape), np.int64)
    if maps.finite is not None:
        nan_count = _count(np.isnan(maps.values))
        inf_count = maps.positions - maps.count - nan_count
    mean, std, l2 = maps.moments()
    return ChannelStatistics(
        minimum=maps.shaped(maps.known(maps.minimum, np.nan)),
        maximum=maps.shaped(maps.known(maps.maximum, np.nan)),
        mean=maps.shaped(mean),
        std=maps.shaped(std),
        l2=maps.shaped(l2),
        zero_share=maps.shaped(zeros / maps.positions),
        nan_count=maps.shaped(nan_count),
        inf_count=maps.shaped(inf_count),
        peak=maps.shaped(maps.peak()),
    )


def strongest_channels(
    a: ArrayLike, k: int = 1, by: str = "max"
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rank the channels of a layer and return the first of them.

    NaN and infinities are left out. A channel without a finite value scores
    -inf and comes last.

    Args:
        a: (H, W, C) or (N, H, W, C), any real dtype, not empty. (C,) and (N, C)
            count as maps of one pixel; three axes are always (H, W, C).
        k: How many channels, 1 to C.
        by: "max" (the strongest answer anywhere), "mean", "l2" (root of the sum
            of squares), "std" or "abs_max" (the largest magnitude).

    Returns:
        (indices, scores), int64 and float64, each of shape (k,), or (N, k) for a
        batch: strongest first, equal ones by index. Indices are 0-based.

    Raises:
        TypeError: If the values are not real numbers.
        ValueError: If the shape, `k` or `by` is not one of these.

    Example:
        >>> acts = av.activations(model, "face.png", "relu_conv1")
        >>> channels, maxima = av.strongest_channels(acts["relu_conv1"][0], k=3)
        >>> channels
        array([7, 3, 1])
        >>> maxima.round(2)
        array([2.71, 2.07, 1.46])
    """
    if by not in _SCORES:
        raise ValueError(
            f"Channels cannot be ranked by {by!r}. {near_matches(str(by), _SCORES)}"
        )
    maps = _Maps.of(a)
    channels = maps.values.shape[-1]
    try:
        k = operator.index(k)
    except TypeError:
        raise ValueError(f"k must be an integer, received {k!r}.") from None
    if not 1 <= k <= channels:
        raise ValueError(
            f"k={k} channels were asked for; the layer has {channels}. Choose 1 to "
            f"{channels}."
        )
    scores = np.where(maps.count == 0, -np.inf, _SCORES[by](maps))
    order = _order(scores)[:, :k]
    return maps.shaped(order), maps.shaped(np.take_along_axis(scores, order, axis=-1))


def ranked(scores: NDArray[Any], k: int) -> tuple[tuple[int, float], ...]:
    """Rank what has been scored already, as `strongest_channels` does.

    Args:
        scores: Float, shape (C,); what is not finite comes last, as -inf.
        k: How many to name, at least 1; where there are fewer, all.

    Returns:
        (index, score) of the highest scores, highest first, equal ones by index.
    """
    known = np.where(np.isfinite(scores), scores, -np.inf)
    return tuple((int(index), float(known[index])) for index in _order(known)[:k])


def _order(scores: NDArray[Any]) -> NDArray[np.int64]:
    """Indices along the last axis, highest score first, equal ones by index."""
    return np.argsort(-scores, axis=-1, kind="stable")


def silent_channels(a: ArrayLike) -> NDArray[np.int64]:
    """Find the channels that are exactly zero everywhere.

    Args:
        a: (H, W, C) or (N, H, W, C), any real dtype, not empty. (C,) and (N, C)
            count as maps of one pixel; three axes are always (H, W, C).

    Returns:
        The 0-based indices of channels that are zero at every position of every
        input, ascending, int64. NaN is not zero.

    Raises:
        TypeError: If the values are not real numbers.
        ValueError: If the shape is not one of these or there is no value.

    Example:
        >>> acts = av.activations(model, "face.png", "fire6-relu_squeeze1x1")
        >>> av.silent_channels(acts["fire6-relu_squeeze1x1"])
        array([0, 1])
    """
    return np.flatnonzero(~_Maps.of(a).values.any(axis=(0, 1, 2)))


@dataclass(frozen=True)
class _Maps:
    """Activations as (N, H, W, C), and which of their values can be used.

    What is added up or compared is so first along the rows, axis 1, column by
    column: one loop then runs over W * C neighbours in memory instead of over C.
    """

    values: NDArray[Any]
    finite: NDArray[np.bool_] | None  # None: all of them
    count: NDArray[np.int64]  # usable values per input and channel
    width: int  # of the map itself: H * W here may be laid out otherwise
    batched: bool

    @classmethod
    def of(cls, a: ArrayLike) -> _Maps:
        values = as_real(a)
        shape = values.shape
        if not 1 <= values.ndim <= 4:
            raise ValueError(
                f"Expected activations of shape (N, H, W, C), (H, W, C), (N, C) or "
                f"(C,), received {shape}."
            )
        if values.size == 0:
            raise ValueError(f"Activations of shape {shape} hold no values.")
        batched = values.ndim % 2 == 0
        height, width = shape[-3:-1] if values.ndim >= 3 else (1, 1)
        lead = shape[0] if batched else 1
        # A single row would leave nothing to do along the rows.
        grid = (height, width) if height > 1 else (width, 1)
        values = np.ascontiguousarray(values).reshape(lead, *grid, shape[-1])
        finite = np.isfinite(values) if values.dtype.kind == "f" else None
        if finite is None or finite.all():
            count = np.full((lead, shape[-1]), height * width, np.int64)
            return cls(values, None, count, width, batched)
        return cls(values, finite, _count(finite), width, batched)

    @property
    def positions(self) -> int:
        """How many values a channel of one input has."""
        rows, columns = self.values.shape[1:3]
        return int(rows * columns)

    def shaped(self, per_input: NDArray[Any]) -> NDArray[Any]:
        """Drop the axis of inputs where the caller gave none."""
        return per_input if self.batched else per_input[0]

    def filled(self, value: float) -> NDArray[Any]:
        """Return the values, those that cannot be used replaced."""
        if self.finite is None:
            return self.values
        return np.where(self.finite, self.values, self.values.dtype.type(value))

    def known(self, numbers: NDArray[np.float64], filler: float) -> NDArray[np.float64]:
        """Put another number where an input and channel has no usable value."""
        return numbers if self.finite is None else np.where(self.count, numbers, filler)

    @cached_property
    def minimum(self) -> NDArray[np.float64]:
        """Smallest usable value per input and channel, inf where there is none."""
        columns = self.filled(np.inf).min(axis=1)
        smallest: NDArray[np.float64] = columns.min(axis=1).astype(np.float64)
        return smallest

    @cached_property
    def row_maximum(self) -> NDArray[Any]:
        """Largest usable value of each row, (N, H, C), -inf where there is none."""
        rows = self.filled(-np.inf)
        # The larger of two halves, again and again, until one loop has little to do.
        while rows.shape[3] < _LONG_LOOP and rows.shape[2] > _SHORT_ROW:
            half = (rows.shape[2] + 1) // 2
            rows = np.maximum(rows[:, :, :half], rows[:, :, -half:])
        largest: NDArray[Any] = rows.max(axis=2)
        return largest

    @cached_property
    def maximum(self) -> NDArray[np.float64]:
        """Largest usable value per input and channel, -inf where there is none."""
        largest: NDArray[np.float64] = self.row_maximum.max(axis=1).astype(np.float64)
        return largest

    def peak(self) -> NDArray[np.int64]:
        """First (row, column) of the maximum, (N, C, 2), (-1, -1) without a value."""
        row = self.row_maximum.argmax(axis=1)
        inputs, channels = np.arange(row.shape[0])[:, None], np.arange(row.shape[1])
        column = self.filled(-np.inf)[inputs, row, :, channels].argmax(axis=2)
        place = row * self.values.shape[2] + column
        peak = np.stack(np.divmod(place, self.width), axis=-1)
        if self.finite is not None:
            peak[self.count == 0] = -1
        return peak

    def abs_max(self) -> NDArray[np.float64]:
        """Largest magnitude per input and channel, -inf where there is no value."""
        return np.maximum(self.maximum, -self.minimum)

    def moments(self) -> tuple[NDArray[np.float64], ...]:
        """Return mean, standard deviation and l2 norm, NaN where nothing is usable.

        Sums of distances from the minimum, in units of about the largest
        magnitude: nothing overflows, and a constant channel has a deviation of
        exactly zero.
        """
        low, unit = self.known(self.minimum, 0.0), np.ones(self.count.shape)
        # Squares of all other numbers are far from the limits of float64.
        scale = self.values.dtype.kind == "f" and self.values.dtype.itemsize > 4
        if scale:
            exponent = np.frexp(self.known(self.abs_max(), 0.0))[1]
            unit = np.ldexp(1.0, np.minimum(exponent, 1023))
            low = low / unit
        shift = np.repeat(low[:, None, None], self.values.shape[2], axis=2)
        total, squares = np.zeros((2, len(low), *shift.shape[2:]))
        for inputs, rows, columns in _blocks(self.values.shape):
            block = self.values[inputs, rows, columns]
            if scale:
                part = np.divide(block, unit[inputs, None, None], dtype=np.float64)
            else:
                part = block.astype(np.float64)
            origin = shift[inputs, :, columns]
            if self.finite is not None:
                part = np.where(self.finite[inputs, rows, columns], part, origin)
            if origin.any():  # it is zero for all that comes out of a ReLU
                part -= origin
            total[inputs, columns] += part.sum(axis=1)
            squares[inputs, columns] += np.einsum("nhwc,nhwc->nwc", part, part)
        with np.errstate(over="ignore", invalid="ignore"):
            offset = total.sum(axis=1) / self.count
            variance = np.maximum(squares.sum(axis=1) / self.count - offset**2, 0)
            mean = low + offset
            l2 = np.sqrt(self.count * (mean**2 + variance))
            return mean * unit, _times(np.sqrt(variance), unit), _times(l2, unit)


def _count(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count what is true per input and channel of (N, H, W, C)."""
    columns = mask.view(np.uint8).sum(axis=1, dtype=np.min_scalar_type(mask.shape[1]))
    counts: NDArray[np.int64] = columns.sum(axis=1, dtype=np.int64)
    return counts


def _times(
    numbers: NDArray[np.float64], unit: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Multiply; what only its own rounding takes beyond float64 stays in there."""
    largest = np.finfo(np.float64).max / unit
    rounded = (numbers > largest) & (numbers < largest * (1 + 1e-12))
    return np.where(rounded, largest, numbers) * unit


def _blocks(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice, slice]]:
    """Cut the inputs, rows and columns of (N, H, W, C) into blocks."""
    inputs, rows, columns, channels = shape
    wide = min(columns, max(1, _BLOCK_VALUES // channels))
    tall = min(rows, max(1, _BLOCK_VALUES // (wide * channels)))
    deep = min(inputs, max(1, _BLOCK_VALUES // (tall * wide * channels)))
    for first, left, top in itertools.product(
        range(0, inputs, deep), range(0, columns, wide), range(0, rows, tall)
    ):
        yield (
            slice(first, first + deep),
            slice(top, top + tall),
            slice(left, left + wide),
        )


_SCORES: dict[str, Callable[[_Maps], NDArray[np.float64]]] = {
    "max": lambda maps: maps.maximum,
    "mean": lambda maps: maps.moments()[0],
    "l2": lambda maps: maps.moments()[2],
    "std": lambda maps: maps.moments()[1],
    "abs_max": _Maps.abs_max,
}
