"""All feature maps of a layer as one picture, tile by tile."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tb_actviz.imaging.layout import across, blank
from tb_actviz.imaging.resize import imresize
from tb_actviz.imaging.scale import Scale
from tb_actviz.imaging.text import draw_line
from tb_actviz.imaging.tiling import grid_shape, imtile

#: Grids of small maps are enlarged towards this width, each tile to at most TILE.
GRID_WIDTH, TILE = 960, 128
#: No grid gets larger than this on either side; what is shrunk says so.
MAX_SIDE = 4096
_LINE = 1


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
        The grid. Small maps are enlarged by a whole factor, without smoothing.
    """
    height, width, channels = maps.shape
    rows, columns = grid_shape(channels)
    factor = _factor(height, width, rows, columns)
    if factor < 1:
        maps = _shrunk(
            maps, (max(1, int(height * factor)), max(1, int(width * factor)))
        )
    tiles = scale.colorize(imtile(maps, (rows, columns), border_size=_LINE))
    _paint_gaps(tiles, maps.shape, rows, columns)
    if factor > 1:
        tiles = np.repeat(np.repeat(tiles, int(factor), axis=0), int(factor), axis=1)
    return Grid(_with_row_numbers(tiles, rows, columns), rows, columns, factor)


def _factor(height: int, width: int, rows: int, columns: int) -> float:
    """A whole factor to enlarge by, or a fraction to shrink by."""
    room = (MAX_SIDE / rows - _LINE) / height, (MAX_SIDE / columns - _LINE) / width
    if min(room) < 1:
        return min(room)
    largest_tile = TILE // max(height, width)
    return max(1, min(GRID_WIDTH // (columns * width), largest_tile))


def _shrunk(maps: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Smaller maps that stay inside the range of the original ones."""
    small = imresize(maps, size)
    finite = maps[np.isfinite(maps)]
    return np.clip(small, finite.min(), finite.max()) if finite.size else small


def _paint_gaps(
    tiles: np.ndarray, shape: tuple[int, ...], rows: int, columns: int
) -> None:
    """Background between tiles and in the empty places at the end."""
    down_step, across_step = shape[0] + _LINE, shape[1] + _LINE
    empty = blank(1, 1)[0, 0]
    for row in range(1, rows):
        tiles[row * down_step - _LINE : row * down_step] = empty
    for column in range(1, columns):
        tiles[:, column * across_step - _LINE : column * across_step] = empty
    in_last_row = shape[2] - (rows - 1) * columns
    if in_last_row < columns:
        tiles[(rows - 1) * down_step :, in_last_row * across_step - _LINE :] = empty


def _with_row_numbers(picture: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """At the left of each row the number of its first channel, where there is room."""
    if rows == 1:
        return picture
    numbers = [draw_line(str(row * columns), 13) for row in range(rows)]
    gutter = blank(picture.shape[0], max(number.shape[1] for number in numbers))
    pitch = picture.shape[0] / rows
    every = math.ceil(numbers[0].shape[0] / pitch)
    for row in range(0, rows, every):
        number = numbers[row]
        top = round(row * pitch)
        if top + number.shape[0] <= gutter.shape[0]:
            gutter[top : top + number.shape[0], -number.shape[1] :] = number
    return across([gutter, picture], gap=6)
