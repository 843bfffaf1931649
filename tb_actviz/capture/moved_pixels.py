"""Where a function puts the pixels of pictures, found by changing some and looking.

Nobody can know what a function does that prepares pictures. It is called on pictures of
one colour in which every k-th line has another: those lines of the result that change
with it see one of these lines. Two such k without a common divisor say which one. What
is not found in this way, or not the same in all columns of a row, is not known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture.seen import Seen

#: So many numbers are put through a function to see what it does, at most.
_MOST_NUMBERS = 2**28
#: So many of them at once.
_NUMBERS_AT_ONCE = 2**22
#: Lines that the pictures with one of them in another colour are apart, at least.
_LEAST_APART = 16
#: The colour of the pictures, and of the lines in them.
_PLAIN, _LINE = 64.0, 192.0


@dataclass(frozen=True, eq=False)
class Lines:
    """Which lines of the pictures each line of the result is made of.

    Args:
        taps: Their numbers, (lines of the result, how many each).
        real: Which of the lines of the result are made of any, the same shape.
    """

    taps: np.ndarray
    real: np.ndarray


@dataclass(frozen=True, eq=False)
class MovedPixels:
    """What a function does with the rows and the columns of pictures.

    Args:
        rows: What the rows of the result are made of: rows, or columns if turned.
        columns: The same for its columns.
        turned: Whether rows become columns.
    """

    rows: Lines
    columns: Lines
    turned: bool

    def of(self, seen: Seen, axes: tuple[int, int]) -> Seen:
        """Find what the result sees that is made of a tensor.

        Args:
            seen: What the values of the tensor see.
            axes: Those of its axes that count rows and columns.

        Returns:
            What the values of the result see.
        """
        if self.turned:
            order = list(range(len(seen.shape)))
            order[axes[0]], order[axes[1]] = axes[1], axes[0]
            seen = seen.transposed(order)
        for axis, lines in zip(axes, (self.rows, self.columns), strict=True):
            seen = seen.taken(axis, lines.taps, lines.real)
        return seen


def find_moved(
    function: Callable[[np.ndarray], Any], shape: tuple[int, int, int]
) -> MovedPixels | None:
    """Find out where a function puts the pixels of pictures.

    Args:
        function: Takes pictures, float32, (N, H, W, C), and gives as many.
        shape: Of one picture, (H, W, C).

    Returns:
        What it does with them; None where that is not the same for all columns of a row
        and all rows of a column, not found, or the pictures are too large to try.
    """
    try:
        moved = _Trial(function, shape).moved()
    except Exception:  # a function of the user's can fail in any way
        return None
    return moved


class _Trial:
    def __init__(
        self, function: Callable[[np.ndarray], Any], shape: tuple[int, int, int]
    ) -> None:
        self._function = function
        self._shape = shape

    def moved(self) -> MovedPixels | None:
        if self._is_too_much(2 * _LEAST_APART):
            return None
        plain = np.full((1, *self._shape), _PLAIN, np.float32)
        plain[:, : self._shape[0] // 2] = _LINE
        once, again = self._run(plain), self._run(plain)
        if once.ndim != 4 or len(once) != 1 or not np.array_equal(once, again):
            return None
        down, across = (self._changed(axis, once.shape[1:3]) for axis in (0, 1))
        if down is None or across is None:
            return None
        straight = _lines(down, 0), _lines(across, 1)
        if straight[0] is not None and straight[1] is not None:
            return MovedPixels(straight[0], straight[1], turned=False)
        turned = _lines(across, 0), _lines(down, 1)
        if turned[0] is not None and turned[1] is not None:
            return MovedPixels(turned[0], turned[1], turned=True)
        return None

    def _is_too_much(self, pictures: int) -> bool:
        """Whether to try as many pictures, twice for those with more lines."""
        return 2 * pictures * math.prod(self._shape) > _MOST_NUMBERS

    def _run(self, pictures: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.asarray(keras.ops.convert_to_numpy(self._function(pictures)))

    def _changed(
        self, axis: int, out: tuple[int, ...]
    ) -> tuple[int, list[np.ndarray]] | None:
        """The number of lines, and for two k where each comb of k lines is seen.

        Those are (k, H, W), booleans.
        """
        length = self._shape[axis]
        shrinks = math.ceil(length / min(out))
        every = min(max(_LEAST_APART, math.isqrt(length) + 1, 12 * shrinks + 4), length)
        several = [every] if every == length else [every, every + 1]
        if self._is_too_much(sum(several)):
            return None
        found = []
        for k in several:
            changed = self._combs(axis, k)
            if changed is None:
                return None
            found.append(changed)
        return length, found

    def _combs(self, axis: int, k: int) -> np.ndarray | None:
        # As many lines in each, so that what goes by the whole picture, such as its
        # mean, is the same in all: a longer comb is two that share lines.
        length, combs = self._shape[axis], []
        for first in range(k):
            lines = np.arange(first, length, k)
            combs.append((first, lines[: length // k]))
            if first < length % k:
                combs.append((first, lines[-(length // k) :]))
        # Of few combs most may be seen by a pixel: then plain pictures are added.
        plain = len(combs) + 1 if k < 16 else 0
        values = self._run_combs(axis, [lines for _, lines in combs], plain)
        if plain and not np.isfinite(values[-plain:]).all():
            values = values[:-plain]
        if not np.isfinite(values).all():
            return None
        moved = np.abs(values - np.median(values, axis=0)).max(axis=3)
        largest = moved.max()
        if not largest:
            return None
        seen = np.zeros((k, *moved.shape[1:]), bool)
        for (first, _), by_comb in zip(combs, moved, strict=False):
            seen[first] |= by_comb > 1e-5 * largest
        return seen

    def _run_combs(self, axis: int, combs: list[np.ndarray], plain: int) -> np.ndarray:
        """The results for pictures with these lines, and for some without any."""
        count = len(combs) + plain
        at_once = max(1, min(count, _NUMBERS_AT_ONCE // math.prod(self._shape)))
        results = []
        for start in range(0, count, at_once):
            pictures = np.full((at_once, *self._shape), _PLAIN, np.float32)
            for index in range(at_once):
                number = (start + index) % count
                if number < len(combs):
                    np.moveaxis(pictures[index], axis, 0)[combs[number]] = _LINE
            results.append(self._run(pictures))
        return np.concatenate(results)[:count].astype(np.float32)


#: First line and the one after the last; () for none.
_Stretch: TypeAlias = "tuple[int, int] | tuple[()]"


def _lines(changed: tuple[int, list[np.ndarray]], axis: int) -> Lines | None:
    """What the lines of the result along an axis are made of; None if not lines."""
    length, combs = changed
    sets = []
    for hits in combs:
        by_line = hits.any(axis=2 - axis, keepdims=True)
        across = hits.any(axis=(0, axis + 1), keepdims=True)
        if not np.array_equal(hits, by_line & across):
            return None
        sets.append(np.squeeze(by_line, axis=2 - axis))
    stretches = []
    for line in range(sets[0].shape[1]):
        stretch = _stretch(length, [hits[:, line] for hits in sets])
        if stretch is None:
            return None
        stretches.append(stretch)
    return _as_lines(stretches) if any(stretches) else None


def _stretch(length: int, combs: list[np.ndarray]) -> _Stretch | None:
    """What a line is made of; None if that is not clear."""
    if not any(comb.any() for comb in combs):
        return ()
    if len(combs) == 1:
        hit = np.flatnonzero(combs[0])
        size = int(hit[-1]) + 1 - int(hit[0])
        return (int(hit[0]), int(hit[0]) + size) if 2 * len(hit) >= size else None
    runs = [_run_of(comb) for comb in combs]
    (first, size), (other, other_size) = (run or (0, 0) for run in runs)
    if not size or size != other_size:
        return None
    k = len(combs[0])
    # The only line with these two remainders: k and k + 1 have no common divisor.
    start = first + k * ((first - other) % (k + 1))
    return (start, start + size) if start + size <= length else None


def _run_of(comb: np.ndarray) -> tuple[int, int] | None:
    """Start and length of what is hit, around the end; None if it is most of it."""
    k, hit = len(comb), np.flatnonzero(comb)
    if not len(hit):
        return None
    gaps = np.diff(np.append(hit, hit[0] + k))
    widest = int(gaps.argmax())
    size = k - int(gaps[widest]) + 1
    # Lines far apart are not one place.
    is_one = size <= min(k // 2, 2 * len(hit))
    return (int(hit[(widest + 1) % len(hit)]), size) if is_one else None


def _as_lines(stretches: list[_Stretch]) -> Lines:
    """Lines that are made of none are where they would be if the picture went on."""
    made = [line for line, stretch in enumerate(stretches) if stretch]
    ends = np.array([stretches[line] for line in made])
    step = (ends[-1] - ends[0]) / max(1, made[-1] - made[0])
    lines = np.arange(len(stretches))[:, None]
    both = np.rint(ends[0] + (lines - made[0]) * step).astype(int)
    both[made] = ends
    widest = int(np.diff(both).max())
    taps = np.minimum(both[:, :1] + np.arange(widest), both[:, 1:] - 1)
    real = np.isin(lines, made)
    return Lines(taps, np.broadcast_to(real, taps.shape))
