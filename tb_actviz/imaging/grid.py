"""All feature maps of a layer as one picture, tile by tile."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tb_actviz.imaging.layout import across, blank
from tb_actviz.imaging.normalize import finite_limits
from tb_actviz.imaging.reserved import (
    Color,
    reserved_masks,
    resize_mask,
    shrink_usual,
)
from tb_actviz.imaging.resize import imresize
from tb_actviz.imaging.scale import Scale
from tb_actviz.imaging.text import draw_line
from tb_actviz.imaging.tiling import grid_shape, imtile

#: Grids of small maps are enlarged towards this width, each tile to at most TILE.
GRID_WIDTH, TILE = 960, 128
#: No grid gets larger than this on either side; what is shrunk says so.
MAX_SIDE = 4096
#: More tiles than this would be a pixel or two each, and none could be told apart.
MAX_CHANNELS = 1_000_000
_LINE = 2


@dataclass(frozen=True)
class Grid:
    """A drawn grid of feature maps.

    Args:
        picture: RGB, uint8, shape (H, W, 3), with the first channel of each row
            written at its left.
        rows: Rows of tiles.
        columns: Tiles in a row.
        factor: How much larger a tile is than its map: 1, a whole number, or less
            than 1 where the grid had to shrink.
    """

    picture: np.ndarray
    rows: int
    columns: int
    factor: float


def draw_grid(maps: np.ndarray, scale: Scale) -> Grid:
    """Draw every channel of a layer, row by row on a near-square grid.

    Args:
        maps: Float, shape (H, W, C).
        scale: What its values are drawn on.

    Returns:
        The grid. Small maps are enlarged by a whole factor, without smoothing; in
        shrunk ones a pixel that covers a clipped value, NaN or infinity is marked.

    Raises:
        ValueError: If there are more than `MAX_CHANNELS` channels.
    """
    height, width, channels = maps.shape
    if channels > MAX_CHANNELS:
        raise ValueError(
            f"Received maps of {channels:,} channels; a grid holds at most "
            f"{MAX_CHANNELS:,}. Draw a part of them: maps[:, :, :{MAX_CHANNELS}]."
        )
    rows, columns = grid_shape(channels)
    factor = _factor(height, width, rows, columns)
    marked: dict[Color, np.ndarray] = {}
    if factor < 1:
        size = max(1, int(height * factor)), max(1, int(width * factor))
        maps, marked = _shrunk(maps, scale, size)
    tiles = scale.colorize(imtile(maps, (rows, columns)))
    for color, mask in marked.items():
        tiles[imtile(mask, (rows, columns))] = color
    picture = _with_gaps(tiles, (rows, columns), channels, max(1, int(factor)))
    return Grid(_with_row_numbers(picture, rows, columns), rows, columns, factor)


def _factor(height: int, width: int, rows: int, columns: int) -> float:
    """A whole factor to enlarge by, or a fraction to shrink by."""
    room = (MAX_SIDE / rows - _LINE) / height, (MAX_SIDE / columns - _LINE) / width
    if min(room) < 1:
        return min(room)
    largest_tile = TILE // max(height, width)
    return max(1, min(GRID_WIDTH // (columns * width), largest_tile))


def _shrunk(
    maps: np.ndarray, scale: Scale, size: tuple[int, int]
) -> tuple[np.ndarray, dict[Color, np.ndarray]]:
    """Smaller maps inside the range of the usual values, and where others were."""
    masks = reserved_masks(maps, scale)
    if not masks:
        low, high = finite_limits(maps) or (scale.low, scale.high)
        return np.clip(imresize(maps, size), low, high), masks
    unusual = np.logical_or.reduce(list(masks.values()))
    small = np.clip(shrink_usual(maps, unusual, size), scale.low, scale.high)
    return small, {color: resize_mask(mask, size) for color, mask in masks.items()}


def _with_gaps(
    tiles: np.ndarray, grid: tuple[int, int], channels: int, factor: int
) -> np.ndarray:
    """Tiles enlarged, with background between them and in empty places at the end."""
    rows, columns = grid
    height = tiles.shape[0] // rows * factor
    width = tiles.shape[1] // columns * factor
    large = np.repeat(np.repeat(tiles, factor, axis=0), factor, axis=1)
    page = blank(rows * (height + _LINE), columns * (width + _LINE))
    places = page.reshape(rows, height + _LINE, columns, width + _LINE, 3)
    places[:, :height, :, :width] = large.reshape(rows, height, columns, width, 3)
    empty = blank(1, 1)[0, 0]
    places[-1, :, channels - (rows - 1) * columns :] = empty
    return page[: page.shape[0] - _LINE, : page.shape[1] - _LINE]


def _with_row_numbers(picture: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """At the left of each row the number of its first channel, where there is room."""
    if rows == 1:
        return picture
    pitch = picture.shape[0] / rows
    every = math.ceil(draw_line("0", 13).shape[0] / pitch)
    numbers = {row: draw_line(str(row * columns), 13) for row in range(0, rows, every)}
    gutter = blank(
        picture.shape[0], max(number.shape[1] for number in numbers.values())
    )
    for row, number in numbers.items():
        top = round(row * pitch)
        if top + number.shape[0] <= gutter.shape[0]:
            gutter[top : top + number.shape[0], -number.shape[1] :] = number
    return across([gutter, picture], gap=6)
