"""Which pixels of the input positions of maps see, and tokens are: geometry alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: How many pixels a receptive field can have in a row or column.
MAX_PIXELS = 2**31 - 1


@dataclass(frozen=True)
class ReceptiveField:
    """Which pixels of the picture that was given each position of a layer's maps sees.

    The position (i, j) sees the rows from `start[0] + i * stride[0]` up to, without it,
    that plus `size[0]`, and columns in the same way. Some of them may lie outside of
    the picture, in its padding; at the edges of the maps before it, some in theirs.
    Maps that no such numbers describe have none, as mirrored ones and tokens.

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
class TokenGrid:
    """Where on a picture the tokens of a sequence are.

    The first `class_tokens` stand for no place. Those after them are the patches of the
    picture, row by row.

    Args:
        size: Rows and columns of patches, at least 1.
        class_tokens: How many tokens come before the patches.
        patch: Which pixels each patch is cut from; None where that is not known.

    Raises:
        ValueError: If the size is not a pair, or a number is out of range.

    Example:
        >>> av.TokenGrid((8, 8), class_tokens=1).tokens
        65
    """

    size: Sequence[int]
    class_tokens: int = 0
    patch: ReceptiveField | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", tuple(map(int, self.size)))
        if len(self.size) != 2:
            raise ValueError(
                f"A token grid has {len(self.size)} sides, expected rows and columns."
            )
        if not all(1 <= side <= MAX_PIXELS for side in self.size):
            raise ValueError(f"A token grid cannot have the size {self.size!r:.80}.")
        if not 0 <= self.class_tokens <= MAX_PIXELS:
            raise ValueError(
                f"A token grid cannot have {self.class_tokens!r:.80} class tokens."
            )

    @property
    def patches(self) -> int:
        """How many tokens are patches of the picture."""
        rows, columns = self.size
        return rows * columns

    @property
    def tokens(self) -> int:
        """How many tokens there are in all."""
        return self.class_tokens + self.patches
