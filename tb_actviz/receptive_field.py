"""Which pixels of the input the positions of maps see: geometry, without Keras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

#: How many pixels a receptive field can have in a row or column.
MAX_PIXELS = 2**31 - 1


@dataclass(frozen=True)
class ReceptiveField:
    """Which pixels of the model's input each position of a layer's maps sees.

    The position (i, j) sees the rows from `start[0] + i * stride[0]` up to, without it,
    that plus `size[0]`, and columns in the same way. Some of them may lie outside of
    the input, in its padding; at the edges of the maps before it, some in theirs.

    Args:
        size: Rows and columns, in pixels, at least 1.
        stride: How many rows and columns further the next position sees; 0 where all
            positions see the same.
        start: First row and column that the first position sees; negative in padding.

    Raises:
        ValueError: If one of them is not a pair, or out of range.

    Example:
        >>> stored = next(av.read_records("runs", layers="conv1"))
        >>> stored.record.layer.receptive_field
        ReceptiveField(size=(3, 3), stride=(1, 1), start=(-1, -1))
    """

    size: Sequence[int]
    stride: Sequence[int]
    start: Sequence[int]

    def __post_init__(self) -> None:
        for name, lowest in (("size", 1), ("stride", 0), ("start", -MAX_PIXELS)):
            pair = tuple(map(int, getattr(self, name)))
            object.__setattr__(self, name, pair)
            if len(pair) != 2:
                raise ValueError(
                    f"A receptive field has {len(pair)} entries of {name}, expected 2."
                )
            if not all(lowest <= number <= MAX_PIXELS for number in pair):
                raise ValueError(
                    f"A receptive field cannot have the {name} {pair!r:.80}."
                )


@dataclass(frozen=True)
class ReceptiveAxis:
    """The positions along one axis of maps, and what they see along it of the input.

    Args:
        length: That of the input, in pixels.
        positions: How many there are.
        size: How many pixels each sees.
        stride: How many pixels further the next one sees; 0 where all see the same.
        start: First pixel that the first one sees; negative in padding.
    """

    length: int
    positions: int
    size: int = 1
    stride: int = 1
    start: int = 0

    @property
    def end(self) -> int:
        """Pixel after the last that any position sees."""
        return self.start + (self.positions - 1) * self.stride + self.size

    def windows(
        self, positions: int, size: int, step: int, start: int
    ) -> ReceptiveAxis:
        """Lay windows over these positions.

        Args:
            positions: How many windows there are.
            size: How many positions one spans.
            step: How many positions further the next one begins.
            start: Position at which the first one begins; negative in padding.

        Returns:
            The windows, as the positions of other maps.
        """
        return ReceptiveAxis(
            self.length,
            positions,
            self.size + (size - 1) * self.stride,
            self.stride * step,
            self.start + start * self.stride,
        )

    def slide(self, size: int, step: int, padding: str) -> ReceptiveAxis:
        """Lay windows over these positions as Keras does.

        Args:
            size: How many positions one spans.
            step: How many positions further the next one begins.
            padding: `"valid"`, or `"same"`: then the number of positions decides how
                much lies before the first one, and no less after the last one.

        Returns:
            The windows; none of them where there are too few positions for one.
        """
        if padding == "valid":
            return self.windows((self.positions - size) // step + 1, size, step, 0)
        count = -(-self.positions // step)
        missing = max(0, (count - 1) * step + size - self.positions)
        return self.windows(count, size, step, -(missing // 2))

    def gathered(self) -> ReceptiveAxis:
        """Put all positions together.

        Returns:
            One that sees what any of them sees, without the padding.
        """
        start = max(0, self.start)
        return ReceptiveAxis(
            self.length, 1, min(self.length, self.end) - start, 0, start
        )


def united(axes: Sequence[ReceptiveAxis]) -> ReceptiveAxis | None:
    """Put the same positions of several maps together.

    Args:
        axes: Each with as many positions, or with one, which then goes with all.

    Returns:
        What sees all that they see, from the first pixel to the last; None where the
        positions of some move on faster than those of others.
    """
    count = max(axis.positions for axis in axes)
    if any(axis.positions not in (1, count) for axis in axes):
        return None
    fixed = [replace(axis, stride=0) for axis in axes if axis.positions == 1]
    fixed += [axis for axis in axes if axis.positions > 1 and axis.stride == 0]
    moving = [axis for axis in axes if axis.positions > 1 and axis.stride > 0]
    if len({axis.stride for axis in moving}) > 1:
        return None
    if not fixed:
        return _hull(moving, count)
    whole = _hull(fixed, count)
    if all(_holds(whole, axis.gathered()) for axis in moving):
        return whole
    return None


def _hull(axes: Sequence[ReceptiveAxis], positions: int) -> ReceptiveAxis:
    """What sees all that positions with one stride see."""
    start = min(axis.start for axis in axes)
    end = max(axis.start + axis.size for axis in axes)
    return replace(axes[0], positions=positions, size=end - start, start=start)


def _holds(whole: ReceptiveAxis, part: ReceptiveAxis) -> bool:
    return whole.start <= part.start and part.end <= whole.start + whole.size
