"""What the positions of maps see of a picture: receptive fields, boxes of places."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tb_actviz.arrays import as_maps
from tb_actviz.capture.seen import Seen
from tb_actviz.receptive_field import MAX_PIXELS, ReceptiveField

#: Top, left, bottom, right; the latter two exclusive.
Box: TypeAlias = "tuple[int, int, int, int]"


#: What positions see, (4, H, W, C): the first row or column, the one after the last,
#: and both as if the picture went on where maps are padded. Where nothing differs along
#: an axis, it may have one entry.
_Bounds: TypeAlias = "tuple[np.ndarray, np.ndarray]"


@dataclass(frozen=True, eq=False)
class SeenMaps:
    """What the positions of a layer's maps see of the picture that was given.

    Args:
        seen: What the values of its tensor see.
        batch: Size of the batch axis; a first axis of another size counts positions.
        channels_first: Whether its channels are axis 1.
    """

    seen: Seen
    batch: int
    channels_first: bool

    def field(self) -> ReceptiveField | None:
        """Find the numbers that say all of it.

        Returns:
            The receptive field; None where no such numbers do, as for what is mirrored,
            lies on its side, or moves on unevenly.
        """
        rows, columns = self._on_maps()
        if not _seeing(rows, columns).any():
            return None
        down, across = _regular(rows, 0), _regular(columns, 1)
        if down is None or across is None:
            return None
        size, stride, start = zip(down, across, strict=True)
        if max(*size, *stride, *map(abs, start)) > MAX_PIXELS:
            return None
        return ReceptiveField(size, stride, start)

    def places(self) -> Places:
        """Find where in the picture each position is.

        Returns:
            The places of all positions.
        """
        rows, columns = self._on_maps()
        return Places(
            seeing=_seeing(rows, columns),
            cells=(_cells(rows), _cells(columns)),
            fields=(rows[:2], columns[:2]),
        )

    def _on_maps(self) -> _Bounds:
        """Laid out as activations are laid out in maps."""
        shape = self.seen.shape
        alone = shape[0] == self.batch
        both = []
        for bounds in (self.seen.rows, self.seen.columns):
            sides = shape
            if self.channels_first:
                bounds = np.moveaxis(bounds, 2, -1)
                sides = (shape[0], *shape[2:], shape[1])
            if alone:
                bounds, sides = bounds[:, 0], sides[1:]
            if len(sides) > 3:  # slices of a volume stand side by side
                wide = np.broadcast_to(bounds, (4, *sides[:-1], bounds.shape[-1]))
                bounds = np.stack([as_maps(kind) for kind in wide])
            while bounds.ndim < 4:
                bounds = bounds[:, None]
            both.append(bounds)
        return both[0], both[1]


@dataclass(frozen=True, eq=False)
class Places:
    """Where the positions of a layer's maps are in the picture that was given.

    Args:
        seeing: Which see anything of it, (H, W, C). An axis along which nothing differs
            may have one entry, here and in the others.
        cells: From which row to which each position reaches, and from which column,
            (2, H, W, C) each: around the middle of what it sees, half-way to the next
            one; where all see the same, all of that.
        fields: The same of all that it sees.
    """

    seeing: np.ndarray
    cells: _Bounds
    fields: _Bounds

    def box(self, cells: Box, channel: int) -> Box | None:
        """Find where positions of a map are.

        Args:
            cells: Some of its positions.
            channel: Number of the map.

        Returns:
            The smallest box of whole pixels that holds them; None for positions that
            see nothing of the picture.
        """
        return self._box(self.cells, cells, channel)

    def field(self, cells: Box, channel: int) -> Box | None:
        """Find all that positions of a map see.

        Args:
            cells: Some of its positions.
            channel: Number of the map.

        Returns:
            The smallest box that holds all that any of them sees; None for nothing.
        """
        return self._box(self.fields, cells, channel)

    def fields_of(
        self, rows: np.ndarray, columns: np.ndarray, channels: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find all that single positions see.

        Args:
            rows: Their rows in the maps, int, (P,).
            columns: Their columns.
            channels: Their channels.

        Returns:
            The box of each, as `field` gives it, int64, (P, 4); and whether each sees
            anything, (P,).
        """

        def at(maps: np.ndarray) -> np.ndarray:
            indices = zip(maps.shape, (rows, columns, channels), strict=True)
            found = maps[tuple(index if size > 1 else 0 for size, index in indices)]
            return np.broadcast_to(found, rows.shape)

        (top, bottom), (left, right) = (map(at, bounds) for bounds in self.fields)
        boxes = np.stack([top, left, bottom, right], axis=1)
        return boxes.astype(np.int64), at(self.seeing)

    def largest_field(self) -> tuple[int, int]:
        """Find how much any position sees.

        Returns:
            Rows and columns, at most; 0 where nothing is seen.
        """
        rows, columns = (
            max(0, math.ceil(np.max(high - low))) for low, high in self.fields
        )
        return rows, columns

    def _box(self, bounds: _Bounds, cells: Box, channel: int) -> Box | None:
        seeing = _part(self.seeing, cells, channel)
        if not seeing.any():
            return None
        first, end = [], []
        for low, high in bounds:
            first.append(math.floor(_part(low, cells, channel)[seeing].min()))
            end.append(math.ceil(_part(high, cells, channel)[seeing].max()))
        return first[0], first[1], end[0], end[1]


def _seeing(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Which positions see something, (H, W, C)."""
    return np.asarray((rows[0] < rows[1]) & (columns[0] < columns[1]))


def _part(maps: np.ndarray, cells: Box, channel: int) -> np.ndarray:
    """What cells of a channel have."""
    top, left, bottom, right = cells
    height, width, channels = maps.shape
    rows = slice(top, bottom) if height > 1 else slice(None)
    columns = slice(left, right) if width > 1 else slice(None)
    part = maps[rows, columns, min(channel, channels - 1)]
    return np.broadcast_to(part, (bottom - top, right - left))


def _regular(bounds: np.ndarray, axis: int) -> tuple[int, int, int] | None:
    """Size, stride and start of what positions see along an axis; None if irregular."""
    (first, end, padded, padded_end) = (
        (np.max if kind % 2 else np.min)(bounds[kind], axis=2) for kind in range(4)
    )
    if first.shape[axis] > 1:
        starts, ends = (_along(kind, axis) for kind in (padded, padded_end))
        if starts is not None and ends is not None:
            steps = {*np.diff(starts).tolist(), *np.diff(ends).tolist()}
            # Beside what is seen of the picture there is nothing but padding.
            inside = (padded >= first.min()) & (padded_end <= end.max())
            known = (padded == first) & (padded_end == end)
            (step, *others) = steps
            if not others and step >= 0 and known[inside].all():
                return int(ends[0] - starts[0]), step, int(starts[0])
    seeing = first < end  # others are padding
    start, stop = int(first.min()), int(end.max())
    if (first[seeing] == start).all() and (end[seeing] == stop).all():
        return stop - start, 0, start
    return None


def _along(kind: np.ndarray, axis: int) -> np.ndarray | None:
    """Its numbers along an axis of maps; None if they differ along the other one."""
    one = kind[:, :1] if axis == 0 else kind[:1]
    return one.ravel() if (kind == one).all() else None


def _cells(bounds: np.ndarray) -> np.ndarray:
    """From where to where the cells of positions reach, (2, H, W, C)."""
    first, end, padded, padded_end = bounds
    seeing = first < end
    low, high = first.astype(float), end.astype(float)
    if not seeing.any() or not (np.ptp(first[seeing]) or np.ptp(end[seeing])):
        return np.stack([low, high])
    middles, number = np.unique((padded + padded_end)[seeing] / 2, return_inverse=True)
    if len(middles) > 1:
        between = (middles[1:] + middles[:-1]) / 2
        edges = np.concatenate(
            [
                [2 * middles[0] - between[0]],
                between,
                [2 * middles[-1] - between[-1]],
            ]
        )
        number = number.reshape(-1)
        cell_low = np.maximum(first[seeing], edges[number])
        cell_high = np.minimum(end[seeing], edges[number + 1])
        none = cell_low >= cell_high  # in the padding: what is seen lies beside it
        low[seeing] = np.where(none, first[seeing], cell_low)
        high[seeing] = np.where(none, end[seeing], cell_high)
    return np.stack([low, high])
