"""The words below and above the panels of a view."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tb_actviz.imaging.scale import format_value


def peak(values: np.ndarray) -> str:
    """Say how large the largest value of a map is, and where.

    Args:
        values: One map, float, shape (H, W).

    Returns:
        Such as `max 1630 at row 6, column 4`; NaN and infinities take no part.
    """
    finite = np.isfinite(values)
    if not finite.any():
        return "nothing finite"
    only = np.where(finite, values, -np.inf)
    row, column = np.unravel_index(int(np.argmax(only)), values.shape)
    return f"max {format_value(float(only[row, column]))} at row {row}, column {column}"


def largest_change(first: np.ndarray, values: np.ndarray) -> str:
    """Say where a map differs most from another one.

    Args:
        first: One map, float, shape (H, W).
        values: The other, float.

    Returns:
        Such as `row 6, column 4: 1630 -> 1019`; empty where the sizes differ or
        nothing finite does.
    """
    if first.shape != values.shape:
        return ""
    with np.errstate(invalid="ignore"):
        change = np.abs(np.subtract(values, first, dtype=np.float64))
    change = np.where(np.isfinite(change), change, 0)
    row, column = np.unravel_index(int(np.argmax(change)), change.shape)
    if not change[row, column]:
        return ""
    was, now = float(first[row, column]), float(values[row, column])
    return f"row {row}, column {column}: {format_value(was)} -> {format_value(now)}"


def cut_share(before: np.ndarray, after: np.ndarray) -> float:
    """Find the share of the values that an activation cut to zero.

    Args:
        before: Any shape, float.
        after: Same shape.

    Returns:
        0…1: how many became 0 that were not, out of all.
    """
    return float(np.mean((before != 0) & (after == 0)))


def relu_labels(
    channel: int, before: np.ndarray, after: np.ndarray
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write what stands below a channel before and after its activation.

    Args:
        channel: Its number, from 0.
        before: Its map before, float, shape (H, W).
        after: Its map after, same shape.

    Returns:
        The labels of both panels.
    """
    cut = cut_share(before, after)
    name = f"channel {channel}"
    return (name, "before"), (name, f"after: {cut:.0%} cut")


def comparison_labels(
    channel: int, values: np.ndarray, first: np.ndarray | None
) -> tuple[str, ...]:
    """Write what stands below one input's map in a comparison.

    Args:
        channel: Its number, from 0.
        values: The map, float, shape (H, W).
        first: The first input's map of the same channel; None for that one itself.

    Returns:
        Channel, maximum, and what changed most if anything did.
    """
    change = "" if first is None else largest_change(first, values)
    return (f"channel {channel}", peak(values), *([change] if change else []))


def with_input(text: str, input_name: str) -> str:
    """Add the name of the input to a caption.

    Args:
        text: The caption.
        input_name: The name, may be empty.

    Returns:
        Both, in one line.
    """
    return f"{text} · input: {input_name}" if input_name else text


def listed(channels: Sequence[int]) -> str:
    """Write channel numbers.

    Args:
        channels: The numbers.

    Returns:
        Such as `13, 46`.
    """
    return ", ".join(str(channel) for channel in channels)


def inputs_shown(shown: int, given: int) -> str:
    """Say how many inputs a comparison has, and how many it leaves out.

    Args:
        shown: How many have a row.
        given: How many there are.

    Returns:
        Such as `12 inputs` or `first 40 of 300 inputs`.
    """
    return f"{given} inputs" if shown == given else f"first {shown} of {given} inputs"


def order_note(channels: int, rows: int, columns: int, factor: float) -> str:
    """Say where in a grid each channel stands, and how much larger than its map.

    Args:
        channels: How many there are.
        rows: Rows of the grid.
        columns: Columns of the grid.
        factor: How much larger a tile is than its map.

    Returns:
        Such as `channels 0-47, row by row, 6x8; enlarged 8 times`.
    """
    note = "channel 0"
    if channels > 1:
        note = f"channels 0-{channels - 1}, row by row, {rows}x{columns}"
    if factor > 1:
        note += f"; enlarged {factor:g} times"
    elif factor < 1:
        note += f"; shrunk to {factor:.0%}"
    return note


def resize_note(
    maps: tuple[int, ...], size: tuple[int, int], picture: np.ndarray | None
) -> str:
    """Say how maps were resized, and how large their input is where that differs.

    Args:
        maps: Height and width of the maps.
        size: Height and width they are drawn at.
        picture: The input, RGB, uint8, shape (H, W, 3), or None.

    Returns:
        One line.
    """
    note = f"maps of {maps[0]}x{maps[1]} resized to {size[0]}x{size[1]}, bicubic"
    if picture is not None and picture.shape[:2] != size:
        note += f"; the input has {picture.shape[0]}x{picture.shape[1]}"
    return note
