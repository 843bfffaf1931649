"""Numbers of float32 precision, and the few digits that distinguish them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain, islice

import numpy as np
from numpy.typing import ArrayLike

# Those that float64 holds exactly.
_TENS = np.array([float(f"1e{exponent}") for exponent in range(23)])


def as_float32(values: ArrayLike) -> tuple[float, ...]:
    """Round numbers to float32.

    Args:
        values: (C,), any real dtype.

    Returns:
        The numbers, NaN for what is not finite as float32. Each NaN is `math.nan`
        itself, so that equal numbers make equal tuples.
    """
    with np.errstate(over="ignore", under="ignore"):
        rounded = np.asarray(values, np.float32)
    numbers = rounded.tolist()
    if not np.isfinite(rounded).all():
        numbers = [x if math.isfinite(x) else math.nan for x in numbers]
    return tuple(numbers)


def few_digits(values: Sequence[float]) -> list[float | None]:
    """Find numbers with few digits that are the same as float32.

    Each is rounded to seven digits, else to eight, else to nine.

    Args:
        values: (C,), float32 in precision, finite or NaN.

    Returns:
        The numbers, which Python writes in that many digits; None for NaN.
    """
    exact = np.asarray(values, np.float64)
    size = np.abs(exact)
    first = np.floor(np.log10(np.where(size > 0, size, 1))).astype(int)
    short = exact.copy()
    with np.errstate(over="ignore", under="ignore"):
        for digits in (9, 8, 7):
            places = digits - 1 - first
            up, down = (_TENS.take(n, mode="clip") for n in (places, -places))
            rounded = np.rint(exact * up / down) / up * down
            np.copyto(short, rounded, where=rounded.astype(np.float32) == exact)
    # Outside of this, the powers of ten above are not exact; NumPy's own text is slow.
    far = (first < -14) | (first > 28)
    if far.any():
        short[far] = exact[far].astype(np.float32).astype(str).astype(np.float64)
    numbers: list[float | None] = short.tolist()
    for place in np.isnan(exact).nonzero()[0].tolist():
        numbers[place] = None
    return numbers


def few_digits_of_each(*lists: Sequence[float]) -> list[list[float | None]]:
    """Find such numbers for several lists at once, which takes a fraction of the time.

    Args:
        lists: Lists of numbers as `few_digits` takes them.

    Returns:
        What it gives for each list.
    """
    numbers = iter(few_digits([*chain.from_iterable(lists)]))
    return [[*islice(numbers, len(values))] for values in lists]
