"""Texts on the command line -> what they mean."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def integers(text: str) -> tuple[int, ...]:
    """Read integers such as `13,46`.

    Args:
        text: Text of an argument.

    Returns:
        The integers.

    Raises:
        argparse.ArgumentTypeError: If it is something else.
    """
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"received {text!r}; expected numbers such as 13,46"
        ) from None


def steps(text: str) -> Callable[[int], bool]:
    """Read steps such as `0,100` and ranges of them such as `0:1000:100`.

    Args:
        text: Text of an argument.

    Returns:
        Whether a step is one of these; the last one of a range is.

    Raises:
        argparse.ArgumentTypeError: If it is something else.
    """
    try:
        several = [_range(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"received {text!r}; expected steps such as 0,100 or ranges such as "
            "0:1000:100"
        ) from None
    return lambda step: any(step in one for one in several)


def _range(text: str) -> range:
    first, *rest = (int(number) for number in text.split(":"))
    last, by, *more = [*rest, *(first, 1)[len(rest) :]]
    if more:
        raise ValueError("There are more than three numbers.")
    return range(first, last + 1, by)


def channels(text: str) -> tuple[str, tuple[int, ...]]:
    """Read channels such as `13,46`, or of some layers as in `fire6*:13,46`.

    Args:
        text: Text of an argument.

    Returns:
        A layer path or glob, and the channels; paths may have colons themselves.

    Raises:
        argparse.ArgumentTypeError: If it is something else.
    """
    pattern, colon, numbers = text.rpartition(":")
    if colon and not pattern:
        raise argparse.ArgumentTypeError(
            f"received {text!r}; expected channels such as 13,46, or those of some "
            "layers, as in 'fire6*:13,46'"
        )
    return pattern or "*", integers(numbers)


def size(text: str) -> tuple[int, int]:
    """Read a size such as `227` or `227x300`.

    Args:
        text: Text of an argument.

    Returns:
        Height and width.

    Raises:
        argparse.ArgumentTypeError: If it is something else.
    """
    return _sides(text, "a size such as 227 or 227x300 (height x width)")


def token_grid(text: str) -> tuple[int, int]:
    """Read how patches lie on a picture, such as `14` or `14x14`.

    Args:
        text: Text of an argument.

    Returns:
        Rows and columns.

    Raises:
        argparse.ArgumentTypeError: If it is something else.
    """
    return _sides(text, "rows and columns of patches such as 14x14, or 14 for both")


def _sides(text: str, expected: str) -> tuple[int, int]:
    """Two numbers of at least 1; one alone is that of both sides."""
    first, _, second = text.lower().partition("x")
    try:
        sides = int(first), int(second or first)
    except ValueError:
        sides = 0, 0
    if min(sides) < 1:
        raise argparse.ArgumentTypeError(f"received {text!r}; expected {expected}")
    return sides
