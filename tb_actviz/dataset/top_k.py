"""For each channel the samples that fire it most, from any part of a data set.

The best of two parts together are among the best of each, so that parts can be gone
through in any order, anywhere, and their answers put together in any order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tb_actviz.arrays import as_maps
from tb_actviz.capture.reduced import LayerMaps

#: So many values of maps are looked at at once.
_AT_ONCE = 2**22


@dataclass(eq=False)
class TopK:
    """The k samples that fire each channel of a layer most, the strongest first.

    Of samples that fire a channel alike the one whose key comes first is stronger.

    Args:
        values: How much each fires it, float32, (channels, k); -inf where there are
            fewer samples.
        samples: Their numbers, int64; -1 for none.
        rows: Row of the largest value in the channel's map, int32.
        columns: Its column.
        not_finite: For each channel of how many maps the largest value, or the mean,
            is NaN or infinite, int64, (channels,). What is not finite never wins.
        per_source: How many of them may be of one source.
    """

    values: np.ndarray
    samples: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    not_finite: np.ndarray
    per_source: int

    @classmethod
    def start(cls, channels: int, k: int, per_source: int | None = None) -> TopK:
        """Begin without samples.

        Args:
            channels: How many channels the layer has.
            k: How many samples to keep for each, at least 1.
            per_source: How many of them may be of one source; None for any.

        Returns:
            What holds for no samples.
        """
        size = channels, k
        return cls(
            values=np.full(size, -np.inf, np.float32),
            samples=np.full(size, -1, np.int64),
            rows=np.zeros(size, np.int32),
            columns=np.zeros(size, np.int32),
            not_finite=np.zeros(channels, np.int64),
            per_source=k if per_source is None else per_source,
        )

    def update(
        self,
        maps: LayerMaps,
        scores: np.ndarray,
        samples: np.ndarray,
        ranks: np.ndarray,
        sources: Sequence[int],
    ) -> None:
        """Take more samples into account.

        Args:
            maps: The layer's maps of a batch, of which the first are those of samples.
            scores: How much each fires each channel, (N, channels); where that is not
                finite, the largest finite value of the map counts.
            samples: Their numbers, (N,).
            ranks: For each number the place of its key among all.
            sources: For each number the source.
        """
        scores = scores[: len(samples)].astype(np.float32)
        broken = ~np.isfinite(scores)
        if broken.any():
            self.not_finite += broken.sum(0)
            where = np.nonzero(broken)
            scores[where] = _places(maps, *where)[0]
        rows, channels = np.nonzero(self._may_win(scores, samples, ranks))
        if len(rows):
            _, row, column = _places(maps, rows, channels)
            found = _Found(channels, scores[rows, channels], samples[rows], row, column)
            self._insert(found, ranks, np.asarray(sources))

    def merge(
        self,
        other: TopK,
        numbers: np.ndarray,
        ranks: np.ndarray,
        sources: Sequence[int],
    ) -> None:
        """Take what was found in another part of the data set.

        Args:
            other: The same of the other part.
            numbers: What its samples are numbered here.
            ranks: As for `update`.
            sources: As for `update`.
        """
        self.not_finite += other.not_finite
        channels, places = np.nonzero(other.samples >= 0)
        at = channels, places
        found = _Found(
            channels,
            other.values[at],
            numbers[other.samples[at]],
            other.rows[at],
            other.columns[at],
        )
        self._insert(found, ranks, np.asarray(sources))

    def _may_win(
        self, scores: np.ndarray, samples: np.ndarray, ranks: np.ndarray
    ) -> np.ndarray:
        """Which samples may be among the best, (N, channels)."""
        worst, last = self.values[:, -1], self.samples[:, -1]
        wins = scores > worst
        alike = scores == worst
        if alike.any():
            wins |= alike & (last >= 0) & (ranks[samples][:, None] < ranks[last])
        k = self.values.shape[1]
        if len(scores) > k == self.per_source:
            # Of one batch no more than k of a channel can, whatever was before.
            wins &= scores >= np.partition(scores, -k, axis=0)[-k]
        return wins

    def _insert(self, found: _Found, ranks: np.ndarray, sources: np.ndarray) -> None:
        """Keep the best of what there is and what was found."""
        k = self.values.shape[1]
        affected = np.unique(found.channels)
        kept, places = np.nonzero(self.samples[affected] >= 0)
        at = affected[kept], places
        known = _Found(
            affected[kept],
            self.values[at],
            self.samples[at],
            self.rows[at],
            self.columns[at],
        )
        every = known.with_more(found)
        order = ranks[every.samples], -every.values, every.channels
        every = every.taken(np.lexsort(order))
        # A sample that came twice counts once.
        every = every.taken(_earlier(every.channels, every.samples) < 1)
        of_source = _earlier(every.channels, sources[every.samples])
        every = every.taken(of_source < self.per_source)
        every = every.taken(_earlier(every.channels) < k)
        self.values[affected], self.samples[affected] = -np.inf, -1
        at = every.channels, _earlier(every.channels)
        self.values[at], self.samples[at] = every.values, every.samples
        self.rows[at], self.columns[at] = every.rows, every.columns


@dataclass(frozen=True, eq=False)
class _Found:
    """Samples that fire channels, one each in arrays of one length."""

    channels: np.ndarray
    values: np.ndarray
    samples: np.ndarray
    rows: np.ndarray
    columns: np.ndarray

    def with_more(self, more: _Found) -> _Found:
        """These, and more after them."""
        return _Found(*map(np.concatenate, zip(self._all(), more._all(), strict=True)))

    def taken(self, which: np.ndarray) -> _Found:
        """Some of them, by index or mask."""
        return _Found(*(array[which] for array in self._all()))

    def _all(self) -> tuple[np.ndarray, ...]:
        return self.channels, self.values, self.samples, self.rows, self.columns


def _earlier(*groups: np.ndarray) -> np.ndarray:
    """How many before each are of the same group in all respects."""
    order = np.lexsort(groups)
    ordered = [group[order] for group in groups]
    count = np.arange(len(order))
    begins = np.ones(len(order), bool)
    if len(order):
        changes = [group[1:] != group[:-1] for group in ordered]
        begins[1:] = np.logical_or.reduce(changes)
    earlier = np.empty(len(order), np.int64)
    earlier[order] = count - np.maximum.accumulate(np.where(begins, count, 0))
    return earlier


def _places(
    maps: LayerMaps, inputs: np.ndarray, channels: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The largest finite value of some maps, its row and its column.

    Where several are as large it is the first, row by row; where none is finite, -inf
    at the first place.
    """
    shape = maps.shape[:-1]
    indices = np.arange(math.prod(shape)).reshape(*shape, 1)
    laid_out = as_maps(indices)[..., 0]
    step = max(1, _AT_ONCE // indices.size)
    values = np.empty(len(inputs), np.float32)
    places = np.empty(len(inputs), np.int64)
    for start in range(0, len(inputs), step):
        part = slice(start, start + step)
        some = maps.of(inputs[part], channels[part]).reshape(-1, indices.size)
        if indices.ndim > 3:
            some = some[:, laid_out.ravel()]
        if not np.isfinite(some).all():
            some = np.where(np.isfinite(some), some, -np.inf)
        places[part] = some.argmax(axis=1)
        values[part] = some[np.arange(len(some)), places[part]]
    rows, columns = np.divmod(places, laid_out.shape[1])
    return values, rows, columns
