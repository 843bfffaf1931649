"""What each value of a tensor sees of a picture: some of its rows and columns.

Rows and columns have an array each, in which each value of the tensor has four numbers:
the first that it sees and the one after the last, and both as if the picture went on
where maps are padded, from which regular maps are known as such. An axis along which
nothing differs has one entry, whatever its length.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

#: Beyond any picture. Of nothing the first pixel is here, the end as far before it.
_FAR = 2**40

#: So many values of a tensor may each see something else.
MOST_VALUES = 2**22


@dataclass(frozen=True, eq=False)
class Seen:
    """What the values of one tensor see of a picture.

    Args:
        shape: Shape of the tensor, with the batch axis.
        rows: Which rows, (4, …), where … goes with the shape.
        columns: Which columns, in the same way.
    """

    shape: tuple[int, ...]
    rows: np.ndarray
    columns: np.ndarray

    @classmethod
    def of_picture(cls, shape: Sequence[int], axes: tuple[int, int]) -> Seen:
        """What a picture shows of itself: each value one pixel.

        Args:
            shape: Shape of the tensor, with the batch axis.
            axes: Those of its axes that count the rows and the columns.

        Returns:
            What its values see.
        """
        rows, columns = (_counted(tuple(shape), axis) for axis in axes)
        return cls(tuple(shape), rows, columns)

    @classmethod
    def of_nothing(cls, shape: Sequence[int]) -> Seen:
        """What constants see.

        Args:
            shape: Their shape, with the batch axis.

        Returns:
            Nothing, for each of them.
        """
        nothing = _nothing(len(shape))
        return cls(tuple(shape), nothing, nothing)

    def with_shape(self, shape: Sequence[int]) -> Seen:
        """The same for a tensor that is longer where nothing differs.

        Args:
            shape: Its shape, with the batch axis.

        Returns:
            What its values see.
        """
        return Seen(tuple(shape), self.rows, self.columns)

    def taken(
        self, axis: int, taps: np.ndarray, real: np.ndarray | None = None
    ) -> Seen:
        """Put several positions along an axis together, for each new position.

        Args:
            axis: The axis.
            taps: Positions, (new positions, how many each), at least one each. Those
                beyond the ends are in the padding: nothing is seen there.
            real: Which of the others are padding too, where False.

        Returns:
            What the new positions see.

        Raises:
            ValueError: If there are too many of them to be told apart.
        """
        length = self.shape[axis]
        inside = (taps >= 0) & (taps < length)
        inside = inside if real is None else inside & real
        rows, columns = self.rows, self.columns
        apart = [bounds.shape[axis + 1] > 1 for bounds in (rows, columns)]
        if not any(apart) and not inside.any(axis=1).all():
            # Positions that see nothing differ from the others, if nothing else does.
            rows, apart[0] = _spread(rows, axis, length), True
        both = (
            _taken(bounds, axis, taps, inside) if differs else bounds
            for bounds, differs in zip((rows, columns), apart, strict=True)
        )
        shape = (*self.shape[:axis], len(taps), *self.shape[axis + 1 :])
        return Seen(shape, *both)

    def gathered(self, axes: Iterable[int], *, whole: bool = False) -> Seen:
        """Put all that is along some axes together, for each position.

        Args:
            axes: The axes.
            whole: Whether they count positions, so that what goes on in the padding
                ends with them.

        Returns:
            The same shape, in which all positions along these axes see the same.
        """
        along = tuple(sorted({axis % len(self.shape) + 1 for axis in axes}))
        return Seen(
            self.shape,
            *(_gathered(bounds, along, whole) for bounds in (self.rows, self.columns)),
        )

    def transposed(self, order: Sequence[int]) -> Seen:
        """Put the axes in another order.

        Args:
            order: For each new axis which it was.

        Returns:
            What the values see then.
        """
        moved = (0, *(axis + 1 for axis in order))
        shape = tuple(self.shape[axis] for axis in order)
        return Seen(shape, self.rows.transpose(moved), self.columns.transpose(moved))

    def reshaped(self, shape: Sequence[int]) -> Seen | None:
        """Give the tensor another shape.

        Args:
            shape: As many values, with the batch axis.

        Returns:
            What the values see then; None if there are too many to be told apart.
        """
        if math.prod(shape) != math.prod(self.shape):
            return None
        rows = _reshaped(self.rows, self.shape, tuple(shape))
        columns = _reshaped(self.columns, self.shape, tuple(shape))
        if rows is None or columns is None:
            return None
        return Seen(tuple(shape), rows, columns)

    def picked(self, values: np.ndarray) -> Seen:
        """Take values of the tensor, in any order.

        Args:
            values: Which one each new value is, counted along the last axis first;
                negative for one that sees nothing.

        Returns:
            What they see, in the shape of the argument.
        """
        places = np.unravel_index(np.maximum(values, 0), self.shape)
        none = values < 0
        rows, columns = (
            _compact(np.where(none, _nothing(values.ndim), _at(bounds, places)))
            for bounds in (self.rows, self.columns)
        )
        return Seen(values.shape, rows, columns)


def united(parts: Sequence[Seen]) -> Seen:
    """Put the same values of several tensors together.

    Args:
        parts: Tensors whose shapes go together as NumPy has it.

    Returns:
        What sees all that they see, from the first pixel to the last.
    """
    shape = np.broadcast_shapes(*(part.shape for part in parts))
    rows, columns = (
        _compact(_hull(*(getattr(part, name) for part in parts)))
        for name in ("rows", "columns")
    )
    return Seen(shape, rows, columns)


def joined(parts: Sequence[Seen], axis: int, *, channels: int) -> Seen:
    """Put tensors one after the other.

    Args:
        parts: Tensors of one shape but for the axis.
        axis: The axis along which they are joined.
        channels: The axis of their channels: what is joined along that one is not told
            apart, since layers put it together again.

    Returns:
        What the values of all of them see.
    """
    axis %= len(parts[0].shape)
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    if all(b.shape[axis + 1] == 1 for p in parts for b in (p.rows, p.columns)) and (
        axis == channels
    ):
        together = united([part.with_shape(shape) for part in parts])
        return together.with_shape(shape)
    both = []
    for name in ("rows", "columns"):
        each = [_spread(getattr(part, name), axis, part.shape[axis]) for part in parts]
        common = np.broadcast_shapes(
            *((*one.shape[: axis + 1], 1, *one.shape[axis + 2 :]) for one in each)
        )
        fitted = [
            np.broadcast_to(
                one, (*common[: axis + 1], one.shape[axis + 1], *common[axis + 2 :])
            )
            for one in each
        ]
        both.append(_compact(np.concatenate(fitted, axis=axis + 1)))
    return Seen(tuple(shape), *both)


def _counted(shape: tuple[int, ...], axis: int) -> np.ndarray:
    sides = [1] * len(shape)
    sides[axis] = shape[axis]
    first = np.arange(shape[axis]).reshape(sides)
    return np.stack([first, first + 1] * 2)


def _nothing(ndim: int) -> np.ndarray:
    return np.array([_FAR, -_FAR] * 2).reshape(4, *[1] * ndim)


def _hull(first: np.ndarray, *more: np.ndarray) -> np.ndarray:
    """From the first pixel that any of them sees to the last."""
    for other in more:
        first = np.stack(
            [
                (np.maximum if kind % 2 else np.minimum)(first[kind], other[kind])
                for kind in range(4)
            ]
        )
    return first


def _along(bounds: np.ndarray, axes: int | tuple[int, ...]) -> np.ndarray:
    """The hull along axes, which keep one entry."""
    ends = [
        (np.max if kind % 2 else np.min)(
            bounds[kind : kind + 1], axis=axes, keepdims=True
        )
        for kind in range(4)
    ]
    return np.concatenate(ends)


def _taken(
    bounds: np.ndarray, axis: int, taps: np.ndarray, inside: np.ndarray
) -> np.ndarray:
    length, along = bounds.shape[axis + 1], axis + 1
    if bounds.size // length * taps.size > 4 * MOST_VALUES:
        raise ValueError(f"{taps.size} positions are too many to be told apart.")
    # (4, …, new positions, taps, …)
    found = np.take(bounds, np.clip(taps, 0, length - 1), along)
    sides = [1] * found.ndim
    sides[along : along + 2] = taps.shape
    found[:2] = np.where(inside.reshape(sides), found[:2], _nothing(found.ndim - 1)[:2])
    for edge, beyond in (
        (0, np.minimum(taps, 0)),
        (-2, np.maximum(taps - length + 1, 0)),
    ):
        step = np.diff(np.take(bounds[2:], [edge, edge + 1], along), axis=along)
        step = np.where(np.abs(step) < _FAR // 2, step, 0)  # beside what sees nothing
        found[2:] += np.expand_dims(step, along) * beyond.reshape(sides)
    return _along(found, along + 1).squeeze(along + 1)


def _gathered(bounds: np.ndarray, along: tuple[int, ...], whole: bool) -> np.ndarray:
    if all(bounds.shape[axis] == 1 for axis in along) and not whole:
        return bounds
    together = _along(bounds, along)
    if whole:
        together[2:] = together[:2]
    return together


def _spread(bounds: np.ndarray, axis: int, length: int) -> np.ndarray:
    sides = list(bounds.shape)
    sides[axis + 1] = length
    return np.broadcast_to(bounds, sides)


def _compact(bounds: np.ndarray) -> np.ndarray:
    """One entry along each axis along which nothing differs."""
    for axis in range(1, bounds.ndim):
        if bounds.shape[axis] > 1:
            one = np.take(bounds, [0], axis)
            if (bounds == one).all():
                bounds = one
    return bounds


def _reshaped(
    bounds: np.ndarray, old: tuple[int, ...], new: tuple[int, ...]
) -> np.ndarray | None:
    # Axes at both ends that stay as they are need not be spread out.
    before = after = 0
    most = min(len(old), len(new))
    while before < most and old[before] == new[before]:
        before += 1
    while after < most - before and old[-1 - after] == new[-1 - after]:
        after += 1
    end, new_end = len(old) - after, len(new) - after
    kept = bounds.shape[1 : before + 1], bounds.shape[end + 1 :]
    if math.prod(bounds.shape[before + 1 : end + 1]) == 1:
        middle: tuple[int, ...] = (1,) * (new_end - before)
        return bounds.reshape(4, *kept[0], *middle, *kept[1])
    middle = new[before:new_end]
    if math.prod((*kept[0], *middle, *kept[1])) > MOST_VALUES:
        return None
    whole = np.broadcast_to(bounds, (4, *kept[0], *old[before:end], *kept[1]))
    return _compact(whole.reshape(4, *kept[0], *middle, *kept[1]))


def _at(bounds: np.ndarray, places: Sequence[np.ndarray]) -> np.ndarray:
    """The bounds of the values at these places, (4, …)."""
    shape = places[0].shape
    own = tuple(
        place if length > 1 else np.zeros((), int)
        for place, length in zip(places, bounds.shape[1:], strict=True)
    )
    return np.stack([np.broadcast_to(kind[own], shape) for kind in bounds])
