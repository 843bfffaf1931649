"""Sequences as heat maps: a line for each channel, positions to the right."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tb_actviz.imaging.grid import (
    GRID_WIDTH,
    MAX_SIDE,
    check_channel_count,
    colored_tiles,
    shrunk_side,
)
from tb_actviz.imaging.layout import (
    FAINT_TEXT,
    GAP,
    MARGIN,
    TEXT_SIZE,
    across,
    blank,
    draw_line,
    text_size,
)
from tb_actviz.imaging.scale import Scale


def wrapped_lines(
    n_lines: int,
    length: int,
    *,
    margin: int,
    usual: int,
    most: int,
    largest: tuple[int, int],
) -> tuple[int, int, tuple[float, float]]:
    """Choose how the lines of a heat map stand below one another and side by side.

    Few columns read best, but not with values much smaller than they could be: there
    are as few as leave them at least two thirds of that.

    Args:
        n_lines: Number of lines, at least 1.
        length: Values in a line, at least 1.
        margin: Pixels that each column of lines needs beside its values.
        usual: Pixels that both sides should have.
        most: Pixels that they may have rather than shrink values below one pixel.
        largest: Height and width that values are enlarged to at most.

    Returns:
        Rows, columns, and the height and width of a value: whole pixels, or a
        fraction of one where not even `most` is enough.
    """
    for side in (usual, most):
        cols = np.arange(1, max(1, min(n_lines, side // (margin + 1))) + 1)
        rows = -(-n_lines // cols)
        room = side / rows, (side / cols - margin) / length
        pixels = np.minimum(np.minimum(*room), min(largest))
        whole = pixels.max() >= 1
        pixels = np.floor(pixels) if whole else pixels
        n_rows = int(rows[np.argmax(pixels >= pixels.max() * 2 / 3)])
        if whole:
            break
    n_cols = -(-n_lines // n_rows)
    height = _pixels(usual / n_rows, most / n_rows, largest[0])
    width = _pixels(
        (usual / n_cols - margin) / length,
        (most / n_cols - margin) / length,
        largest[1],
    )
    return n_rows, n_cols, (height, width)


def _pixels(usual: float, most: float, largest: int) -> float:
    """Whole pixels inside the usual room, else one, else the part there is room for."""
    return float(min(int(usual), largest)) if usual >= 1 else min(1.0, most)


#: The values of a heat map are enlarged to at most this height and width.
CELL = 24, 64


@dataclass(frozen=True)
class HeatMap:
    """Sequences drawn as lines: one for each channel, positions to the right.

    Args:
        picture: RGB, uint8, shape (H, W, 3), with the numbers of the channels at the
            left and of the positions below.
        rows: Channels below one another.
        columns: How many stretches of that many channels stand side by side.
        cell: Height and width of a value: whole pixels, or less than 1 where that
            side had to shrink.
        text_size: Height of the numbers' font in pixels.
    """

    picture: np.ndarray
    rows: int
    columns: int
    cell: tuple[float, float]
    text_size: int


def draw_heat_map(maps: np.ndarray, scale: Scale) -> HeatMap:
    """Draw every channel of a sequence as one line of a heat map.

    Args:
        maps: Float, shape (1, T, C).
        scale: What its values are drawn on.

    Returns:
        The heat map, its channels in several columns where the lines would get too
        thin to see. Values are enlarged and shrunk as by `draw_grid`, but along each
        side for itself.

    Raises:
        ValueError: If there are more than `MAX_CHANNELS` channels.
    """
    _, positions, channels = maps.shape
    check_channel_count(channels)
    size = wanted = TEXT_SIZE
    # Numbers that can be read make the picture wider, and so have to be larger.
    for _ in range(4):
        size = wanted
        gutter = gutter_width(channels - 1, size)
        rows, columns, cell = wrapped_lines(
            channels,
            positions,
            margin=gutter + 2 * GAP,
            usual=GRID_WIDTH,
            most=MAX_SIDE - axis_height(size),
            largest=CELL,
        )
        shown = shrunk_side(positions, cell[1]) * max(1, int(cell[1]))
        wanted = text_size(columns * (gutter + shown + 2 * GAP) + 2 * MARGIN)
    lines = maps[0].T
    if rows * columns > channels:
        # Repeated, so that values that have to shrink do not mix with others.
        lines = np.pad(lines, ((0, rows * columns - channels), (0, 0)), mode="edge")
    blocks = lines.reshape(columns, rows, positions).transpose(1, 2, 0)
    values = shrunk_side(rows, cell[0]), shrunk_side(positions, cell[1])
    factors = max(1, int(cell[0])), max(1, int(cell[1]))
    tiles = colored_tiles(blocks, scale, values, (1, columns), factors)
    parts = []
    for column, part in enumerate(np.split(tiles, columns, axis=1)):
        numbers = range(column * rows, min(channels, (column + 1) * rows))
        filled = math.ceil(part.shape[0] * len(numbers) / rows)
        parts.append(with_axes(part[:filled], numbers, range(positions), size, gutter))
    return HeatMap(across(parts, gap=2 * GAP), rows, columns, cell, size)


def with_axes(
    picture: np.ndarray, rows: range, columns: range, size: int, gutter: int
) -> np.ndarray:
    """Number the rows of a heat map at its left and its columns below it.

    Args:
        picture: RGB, uint8, shape (H, W, 3).
        rows: Numbers of the rows that share its height, at least one.
        columns: Numbers of the columns that share its width, at least one.
        size: Height of the font in pixels.
        gutter: Pixels for the numbers at the left, from `gutter_width`.

    Returns:
        RGB, uint8, shape (H + `axis_height(size)`, W + gutter, 3). Numbered are the
        first row and column, and as many multiples of 1, 2 or 5 times a power of ten
        as there is room for.
    """
    height, width = picture.shape[:2]
    line, tick = draw_line("0", size).shape[0], tick_length(size)
    thick = max(1, size // TEXT_SIZE)
    top = line // 2
    page = blank(height + axis_height(size), width + gutter)
    page[top : top + height, gutter:] = picture
    for row, pixel in _numbered(rows, height, line):
        number = draw_line(str(row), size)
        right = gutter - tick - 2
        page[pixel : pixel + line, right - number.shape[1] : right] = number
        middle = top + pixel - thick // 2
        page[middle : middle + thick, gutter - tick : gutter - 1] = FAINT_TEXT
    widest = draw_line(str(columns[-1]), size).shape[1]
    for column, pixel in _numbered(columns, width, 2 * widest):
        number = draw_line(str(column), size)
        left = gutter + min(pixel - number.shape[1] // 2, width - number.shape[1])
        left = max(left, 0)
        page[-line:, left : left + number.shape[1]] = number
        below, middle = top + height + 1, gutter + pixel - thick // 2
        page[below : below + tick - 1, middle : middle + thick] = FAINT_TEXT
    return page


def gutter_width(largest: int, size: int) -> int:
    """Find how much room `with_axes` needs at the left.

    Args:
        largest: The largest number of a row.
        size: Height of the font in pixels.

    Returns:
        Pixels.
    """
    return int(draw_line(str(largest), size).shape[1]) + tick_length(size) + 2


def axis_height(size: int) -> int:
    """Find how much height `with_axes` adds.

    Args:
        size: Height of the font in pixels.

    Returns:
        Pixels.
    """
    line = int(draw_line("0", size).shape[0])
    return line // 2 + 1 + tick_length(size) + line


def tick_length(size: int) -> int:
    """Find how long the ticks beside numbers are.

    Args:
        size: Height of the font in pixels.

    Returns:
        Pixels.
    """
    return max(4, size * 2 // 7)


def _numbered(numbers: range, length: int, room: int) -> Iterator[tuple[int, int]]:
    """The numbers to write along a side, each with the pixel in the middle of it."""
    pitch = length / len(numbers)
    step = _round_step(room / pitch)
    for index, number in enumerate(numbers):
        if index == 0 or (number % step == 0 and index * pitch >= room):
            yield number, int((index + 0.5) * pitch)


def _round_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50… that is not smaller than this."""
    power = int(10 ** max(0, math.ceil(math.log10(least)) - 1))
    return next(power * n for n in (1, 2, 5, 10) if power * n >= least)
