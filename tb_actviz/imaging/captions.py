"""The words below and above the panels of a view."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tb_actviz.arrays import is_sequence, maps_shape, slice_grid
from tb_actviz.imaging.scale import format_value


def place(index: int, shape: tuple[int, ...], slices: tuple[int, int] = (1, 1)) -> str:
    """Name a place in a map.

    Args:
        index: Where it is in the flattened map.
        shape: Height and width of the map.
        slices: Rows and columns of slices in it.

    Returns:
        Such as `row 6, column 4`, `position 12` in a sequence or
        `slice 5, row 1, column 4`; empty where there is only one place.
    """
    if shape == (1, 1):
        return ""
    row, column = divmod(index, shape[1])
    if is_sequence(shape):
        return f"position {column}"
    if slices == (1, 1):
        return f"row {row}, column {column}"
    slice_row, row = divmod(row, shape[0] // slices[0])
    slice_column, column = divmod(column, shape[1] // slices[1])
    number = slice_row * slices[1] + slice_column
    return f"slice {number}, row {row}, column {column}"


def peak(values: np.ndarray, slices: tuple[int, int] = (1, 1)) -> str:
    """Say how large the largest value of a map is, and where.

    Args:
        values: One map, float, shape (H, W).
        slices: Rows and columns of slices in it.

    Returns:
        Such as `max 1630 at row 6, column 4`, or `value 1630` of a map with no other;
        NaN and infinities take no part.
    """
    finite = np.isfinite(values)
    if not finite.any():
        return "nothing finite"
    only = np.where(finite, values, -np.inf)
    index = int(np.argmax(only))
    largest = format_value(float(only.flat[index]))
    where = place(index, values.shape, slices)
    return f"max {largest} at {where}" if where else f"value {largest}"


def largest_change(
    first: np.ndarray, values: np.ndarray, slices: tuple[int, int] = (1, 1)
) -> str:
    """Say where a map differs most from another one.

    Args:
        first: One map, float, shape (H, W).
        values: The other, float.
        slices: Rows and columns of slices in them.

    Returns:
        Such as `row 6, column 4: 1630 -> 1019`; empty where the sizes differ or
        nothing finite does.
    """
    if first.shape != values.shape:
        return ""
    with np.errstate(invalid="ignore"):
        change = np.abs(np.subtract(values, first, dtype=np.float64))
    change = np.where(np.isfinite(change), change, 0)
    index = int(np.argmax(change))
    if not change.flat[index]:
        return ""
    was, now = float(first.flat[index]), float(values.flat[index])
    where = place(index, values.shape, slices)
    words = f"{format_value(was)} -> {format_value(now)}"
    return f"{where}: {words}" if where else words


def cut_share(before: np.ndarray, after: np.ndarray) -> float:
    """Find the share of the values that an activation cut to zero.

    The tab counts in the same way. NaN and infinities are not 0, so that they are cut
    where they become 0.

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
    channel: int,
    values: np.ndarray,
    first: np.ndarray | None,
    slices: tuple[int, int] = (1, 1),
) -> tuple[str, ...]:
    """Write what stands below one input's map in a comparison.

    Args:
        channel: Its number, from 0.
        values: The map, float, shape (H, W).
        first: The first input's map of the same channel; None for that one itself.
        slices: Rows and columns of slices in the maps.

    Returns:
        Channel, maximum, and what changed most if anything did.
    """
    change = "" if first is None else largest_change(first, values, slices)
    return (f"channel {channel}", peak(values, slices), *([change] if change else []))


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


def maps_note(shape: Sequence[int]) -> str:
    """Say what there is of each channel.

    Args:
        shape: Shape of the activations of one input, any rank, channels last.

    Returns:
        Such as `48 maps of 14x14`, `10 channels, one value each`,
        `32 channels x 100 positions` or `32 maps of 8 slices of 16x16`.
    """
    height, width, channels = maps_shape(shape)
    noun = "channel" if channels == 1 else "channels"
    if (height, width) == (1, 1):
        return f"{channels} {noun}, one value{' each' if channels > 1 else ''}"
    if is_sequence((height, width)):
        return f"{channels} {noun} x {width} positions"
    return f"{channels} maps of {_parts(shape)}"


def heat_map_note(
    channels: int,
    positions: int,
    rows: int,
    columns: int,
    cell: tuple[float, float],
) -> str:
    """Say where in a heat map each channel and position stands, and how large.

    Args:
        channels: How many there are.
        positions: How many values each has.
        rows: Channels below one another.
        columns: How many such columns there are.
        cell: Height and width of a value in pixels.

    Returns:
        Such as `channels 0 to 31 downwards, positions 0 to 99 to the right; each value
        24x9 pixels`.
    """
    note = "channel 0"
    if channels > 1:
        note = f"channels 0 to {channels - 1} downwards"
    if columns > 1:
        note += f" in {columns} columns of {rows}"
    note += f", positions 0 to {positions - 1} to the right"
    shrunk = [
        f"; {name} shrunk to {_percent(pixels)}"
        for name, pixels in zip(("channels", "positions"), cell, strict=True)
        if pixels < 1
    ]
    size = f"; each value {cell[0]:g}x{cell[1]:g} pixels"
    return note + ("".join(shrunk) or size)


def order_note(channels: int, rows: int, columns: int, factor: float) -> str:
    """Say where in a grid each channel stands, and how much larger than its map.

    Args:
        channels: How many there are.
        rows: Rows of the grid.
        columns: Columns of the grid.
        factor: How much larger a tile is than its map.

    Returns:
        Such as `channels 0 to 47, row by row, 6x8; enlarged 8 times`.
    """
    note = "channel 0"
    if channels > 1:
        note = f"channels 0 to {channels - 1}, row by row, {rows}x{columns}"
    return note + _factor(factor)


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
    return note + input_note(picture, size)


def input_note(picture: np.ndarray | None, size: tuple[int, int] | None) -> str:
    """Say how large an input is where it is drawn at another size.

    Args:
        picture: The input, RGB, uint8, shape (H, W, 3), or None.
        size: Height and width it is drawn at, or None.

    Returns:
        Such as `; the input has 1280x640`, or nothing.
    """
    if picture is None or picture.shape[:2] == size:
        return ""
    return f"; the input has {picture.shape[0]}x{picture.shape[1]}"


def frame_note(shape: Sequence[int], size: tuple[int, int]) -> str:
    """Say how panels show activations that are not pictures.

    Args:
        shape: Shape of the activations of one input, any rank, channels last.
        size: Height and width of a panel.

    Returns:
        One line; empty for maps, whose caption depends on the view.
    """
    height, width, _ = maps_shape(shape)
    if (height, width) == (1, 1):
        return "one value for each channel"
    if is_sequence((height, width)):
        return f"positions 0 to {width - 1} to the right{_factor(size[1] / width)}"
    slices = slice_grid(shape)
    if slices != (1, 1):
        return f"maps of {_parts(shape)}{_factor((size[1] - slices[1] + 1) / width)}"
    return ""


def _parts(shape: Sequence[int]) -> str:
    """What a map consists of."""
    *leading, height, width, _ = shape
    rows, columns = slice_grid(shape)
    if rows * columns == 1:
        return f"{height}x{width}"
    count = "x".join(str(side) for side in leading)
    return f"{count} slices of {height}x{width}, row by row, {rows}x{columns}"


def _factor(factor: float) -> str:
    if factor < 1:
        return f"; shrunk to {_percent(factor)}"
    return f"; enlarged {factor:g} times" if factor > 1 else ""


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else f"{100 * share:.1g}%"
