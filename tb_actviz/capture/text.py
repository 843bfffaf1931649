"""Shapes and errors as text."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TERMINAL_COLOURS = re.compile(r"\x1b\[\d*m")
_KERAS_WRAPPING = (
    "Could not automatically infer",
    "Exception encountered when calling",
    "Arguments received by",
    "Error encountered",
)


def by(shape: Sequence[int | None]) -> str:
    """Write a shape for people.

    Args:
        shape: Sizes; None for any.

    Returns:
        Text such as `227×227×3`.
    """
    return "×".join("any" if size is None else str(size) for size in shape)


def describe_error(error: BaseException | None) -> str:
    """Give the one line of an error that says most.

    Args:
        error: The error.

    Returns:
        Its class and the first line of its own words: Keras wraps what a layer raised
        in several sentences.
    """
    plain = _TERMINAL_COLOURS.sub("", str(error))
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    own = [line for line in lines if not line.startswith(_KERAS_WRAPPING)]
    text = own[0] if own else ""
    return f"{type(error).__name__}: {text}".rstrip(": ")
