"""What the channels of a layer do: their strength, statistics and silence."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_BLOCK_VALUES = 1 << 18
"""How many values are widened to float64 at a time; 2 MiB stay in a cache."""


@dataclass(frozen=True)
class ChannelStatistics:
    """Numbers of each channel, or of each input and channel.

    Every array has shape (C,), or (N, C) for a batch. NaN and infinities are
    counted and otherwise left out; a channel without a finite value has NaN for
    minimum, maximum, mean, std and l2, and (-1, -1) for peak.

    Args:
        minimum: float64, smallest value.
        maximum: float64, largest value.
        mean: float64.
        std: float64, standard deviation of the population.
        l2: float64, square root of the sum of squares.
        zero_share: float64 in [0, 1], share of all positions that are zero.
        nan_count: int64, how many positions are NaN.
        inf_count: int64, how many positions are infinite.
        peak: int64, shape (..., 2), first (row, col) of the maximum, 0-based.
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
        TypeError: if the values are not real numbers.
        ValueError: if the shape is not one of these or there is no value.
    """
    maps = _Maps.of(a)
    values = maps.values
    zeros = np.count_nonzero(values == 0, axis=1)
    nan_count, inf_count = np.zeros_like(zeros), np.zeros_like(zeros)
    if maps.finite is not None:
        nan_count = np.count_nonzero(np.isnan(values), axis=1)
        inf_count = values.shape[1] - maps.count - nan_count
    mean, std, l2 = maps.moments()
    place = maps.filled(-np.inf).argmax(axis=1)
    maximum = np.take_along_axis(values, place[:, None], axis=1)[:, 0]
    empty = maps.count == 0
    peak = np.stack(np.divmod(place, maps.width), axis=-1)
    peak[empty] = -1
    return ChannelStatistics(
        minimum=maps.shaped(np.where(empty, np.nan, maps.minimum())),
        maximum=maps.shaped(np.where(empty, np.nan, maximum.astype(float))),
        mean=maps.shaped(mean),
        std=maps.shaped(std),
        l2=maps.shaped(l2),
        zero_share=maps.shaped(zeros / values.shape[1]),
        nan_count=maps.shaped(nan_count),
        inf_count=maps.shaped(inf_count),
        peak=maps.shaped(peak),
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
        k: how many channels, 1 to C.
        by: "max" (the strongest answer anywhere), "mean", "l2" (root of the sum
            of squares), "std" or "abs_max" (the largest magnitude).

    Returns:
        (indices, scores), int64 and float64, each of shape (k,), or (N, k) for a
        batch: strongest first, equal ones by index. Indices are 0-based.

    Raises:
        TypeError: if the values are not real numbers.
        ValueError: if the shape, `k` or `by` is not one of these.
    """
    if by not in _SCORES:
        near = difflib.get_close_matches(str(by), _SCORES, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"by={by!r} is not known; there are {', '.join(map(repr, _SCORES))}.{hint}"
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
    order = np.argsort(-scores, axis=-1, kind="stable")[:, :k]
    return maps.shaped(order), maps.shaped(np.take_along_axis(scores, order, axis=-1))


def dead_channels(a: ArrayLike) -> NDArray[np.int64]:
    """Find the channels that are exactly zero everywhere.

    Args:
        a: (H, W, C) or (N, H, W, C), any real dtype, not empty. (C,) and (N, C)
            count as maps of one pixel; three axes are always (H, W, C).

    Returns:
        The 0-based indices of channels that are zero at every position of every
        input, ascending, int64. NaN is not zero.

    Raises:
        TypeError: if the values are not real numbers.
        ValueError: if the shape is not one of these or there is no value.
    """
    return np.flatnonzero(~_Maps.of(a).values.any(axis=(0, 1)))


@dataclass(frozen=True)
class _Maps:
    """Activations as (N, H*W, C), and which of their values can be used."""

    values: NDArray[Any]
    finite: NDArray[np.bool_] | None  # None: all of them
    count: NDArray[np.int64]  # usable values per input and channel
    width: int
    batched: bool

    @classmethod
    def of(cls, a: ArrayLike) -> _Maps:
        values = np.asarray(a)
        shape = values.shape
        if values.dtype.kind not in "biuf" or values.dtype == np.float16:
            if values.dtype.kind in "mM" or not np.can_cast(values.dtype, np.float32):
                raise TypeError(
                    f"Expected an array of real numbers (bool, integer or float), "
                    f"received dtype {values.dtype}."
                )
            values = values.astype(np.float32)
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
        values = values.reshape(lead, height * width, shape[-1])
        finite = np.isfinite(values) if values.dtype.kind == "f" else None
        if finite is None or finite.all():
            count = np.full((lead, shape[-1]), height * width, np.int64)
            return cls(values, None, count, width, batched)
        count = np.count_nonzero(finite, axis=1)
        return cls(values, finite, count, width, batched)

    def shaped(self, per_input: NDArray[Any]) -> NDArray[Any]:
        """Drop the axis of inputs where the caller gave none."""
        return per_input if self.batched else per_input[0]

    def filled(self, value: float) -> NDArray[Any]:
        """Return the values, those that cannot be used replaced."""
        if self.finite is None:
            return self.values
        return np.where(self.finite, self.values, self.values.dtype.type(value))

    def minimum(self) -> NDArray[np.float64]:
        smallest: NDArray[np.float64] = self.filled(np.inf).min(axis=1).astype(float)
        return smallest

    def maximum(self) -> NDArray[np.float64]:
        largest: NDArray[np.float64] = self.filled(-np.inf).max(axis=1).astype(float)
        return largest

    def abs_max(self) -> NDArray[np.float64]:
        return np.maximum(self.maximum(), -self.minimum())

    def moments(self) -> tuple[NDArray[np.float64], ...]:
        """Return mean, standard deviation and l2 norm, NaN where nothing is usable.

        Sums of distances from the minimum, in units of about the largest
        magnitude: nothing overflows, and a constant channel has a deviation of
        exactly zero.
        """
        empty = self.count == 0
        low, high = (
            np.where(empty, 0.0, side) for side in (self.minimum(), self.maximum())
        )
        exponent = np.frexp(np.maximum(high, -low))[1]
        unit = np.ldexp(1.0, np.minimum(exponent, 1023))
        low /= unit
        total, squares = np.zeros(low.shape), np.zeros(low.shape)
        step = max(1, _BLOCK_VALUES // low.size)
        for start in range(0, self.values.shape[1], step):
            block = slice(start, start + step)
            scaled = np.divide(self.values[:, block], unit[:, None], dtype=np.float64)
            if self.finite is not None:
                scaled = np.where(self.finite[:, block], scaled, low[:, None])
            scaled -= low[:, None]
            total += scaled.sum(axis=1)
            squares += np.einsum("npc,npc->nc", scaled, scaled)
        with np.errstate(over="ignore", invalid="ignore"):
            offset = total / self.count
            variance = np.maximum(squares / self.count - offset**2, 0)
            mean = low + offset
            l2 = np.sqrt(self.count * (mean**2 + variance))
            return mean * unit, np.sqrt(variance) * unit, l2 * unit


_SCORES: dict[str, Callable[[_Maps], NDArray[np.float64]]] = {
    "max": _Maps.maximum,
    "mean": lambda maps: maps.moments()[0],
    "l2": lambda maps: maps.moments()[2],
    "std": lambda maps: maps.moments()[1],
    "abs_max": _Maps.abs_max,
}
