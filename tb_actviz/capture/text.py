"""Shapes as text."""

from __future__ import annotations

from collections.abc import Sequence


def by(shape: Sequence[int | None]) -> str:
    """Write a shape for people.

    Args:
        shape: Sizes; None for any.

    Returns:
        Text such as `227×227×3`.
    """
    return "×".join("any" if size is None else str(size) for size in shape)
