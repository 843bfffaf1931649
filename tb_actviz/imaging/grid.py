"""All feature maps of a layer as one picture: a grid of tiles or a heat map."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tb_actviz.imaging.layout import (
    GAP,
    across,
    axis_height,
    blank,
    gutter_width,
    with_axes,
    with_seams,
)
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
from tb_actviz.imaging.tiling import balanced_grid, grid_shape, imtile, wrapped_lines

#: Grids of small maps are enlarged towards this width, each tile to at most TILE.
GRID_WIDTH, TILE = 960, 128
#: The values of a heat map are enlarged to at most this height and width.
CELL = 24, 64
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
    """

    picture: np.ndarray
    rows: int
    columns: int
    cell: tuple[float, float]


def draw_grid(maps: np.ndarray, scale: Scale, slices: tuple[int, int] = (1, 1)) -> Grid:
    """Draw every channel of a layer, row by row on a near-square grid.

    Args:
        maps: Float, shape (H, W, C).
        scale: What its values are drawn on.
        slices: Rows and columns of slices in each map, from `slice_grid`. They get a
            thin line between them unless the grid has to shrink.

    Returns:
        The grid. Small maps are enlarged by a whole factor, without smoothing; in
        shrunk ones a pixel that covers a clipped value, NaN or infinity is marked.

    Raises:
        ValueError: If there are more than `MAX_CHANNELS` channels.
    """
    height, width, channels = maps.shape
    _check_count(channels)
    if slices == (1, 1):
        grid = grid_shape(channels)
        factor = _factor((height, width), grid)
    else:
        grid = balanced_grid(channels, (height, width))
        factor = _factor((height, width), grid, slices)
        if factor < 1:
            slices = 1, 1
            factor = _factor((height, width), grid)
    size = _shrunk_side(height, factor), _shrunk_side(width, factor)
    tiles = _tiles(maps, scale, size, grid, (max(1, int(factor)),) * 2)
    if slices != (1, 1):
        tiles = with_seams(tiles, (grid[0] * slices[0], grid[1] * slices[1]))
    picture = _with_gaps(tiles, grid, channels)
    return Grid(_with_row_numbers(picture, *grid), *grid, factor)


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
    _check_count(channels)
    gutter = gutter_width(channels - 1)
    rows, columns, cell = wrapped_lines(
        channels,
        positions,
        margin=gutter + 2 * GAP,
        usual=GRID_WIDTH,
        most=MAX_SIDE - axis_height(),
        largest=CELL,
    )
    lines = maps[0].T
    if rows * columns > channels:
        # Repeated, so that values that have to shrink do not mix with others.
        lines = np.pad(lines, ((0, rows * columns - channels), (0, 0)), mode="edge")
    blocks = lines.reshape(columns, rows, positions).transpose(1, 2, 0)
    size = _shrunk_side(rows, cell[0]), _shrunk_side(positions, cell[1])
    factors = max(1, int(cell[0])), max(1, int(cell[1]))
    tiles = _tiles(blocks, scale, size, (1, columns), factors)
    parts = []
    for column, part in enumerate(np.split(tiles, columns, axis=1)):
        numbers = range(column * rows, min(channels, (column + 1) * rows))
        filled = math.ceil(part.shape[0] * len(numbers) / rows)
        parts.append(with_axes(part[:filled], numbers, range(positions), gutter))
    return HeatMap(across(parts, gap=2 * GAP), rows, columns, cell)


def _check_count(channels: int) -> None:
    if channels > MAX_CHANNELS:
        raise ValueError(
            f"Received maps of {channels:,} channels; a grid holds at most "
            f"{MAX_CHANNELS:,}. Draw a part of them: maps[:, :, :{MAX_CHANNELS}]."
        )


def _factor(
    size: tuple[int, int], grid: tuple[int, int], slices: tuple[int, int] = (1, 1)
) -> float:
    """A whole factor to enlarge by, or a fraction to shrink by."""
    (height, width), (rows, columns) = size, grid
    seams = (0, 0) if slices == (1, 1) else slices
    room = min(
        (MAX_SIDE / rows - _LINE - seams[0]) / height,
        (MAX_SIDE / columns - _LINE - seams[1]) / width,
    )
    if room < 1:
        return room
    largest_tile = TILE // max(height // slices[0], width // slices[1])
    return max(1, min(GRID_WIDTH // (columns * width), largest_tile, int(room)))


def _shrunk_side(side: int, factor: float) -> int:
    return max(1, int(side * factor)) if factor < 1 else side


def _tiles(
    maps: np.ndarray,
    scale: Scale,
    size: tuple[int, int],
    grid: tuple[int, int],
    factors: tuple[int, int],
) -> np.ndarray:
    """Maps in their colours side by side, shrunk to a size, then enlarged."""
    marked: dict[Color, np.ndarray] = {}
    if size != maps.shape[:2]:
        maps, marked = _shrunk(maps, scale, size)
    tiles = scale.colorize(imtile(maps, grid))
    for color, mask in marked.items():
        tiles[imtile(mask, grid)] = color
    # Columns first: then few pixels are repeated one by one, and rows as a whole.
    return np.repeat(np.repeat(tiles, factors[1], axis=1), factors[0], axis=0)


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


def _with_gaps(tiles: np.ndarray, grid: tuple[int, int], channels: int) -> np.ndarray:
    """Tiles with background between them and in empty places at the end."""
    rows, columns = grid
    height, width = tiles.shape[0] // rows, tiles.shape[1] // columns
    page = blank(rows * (height + _LINE), columns * (width + _LINE))
    places = page.reshape(rows, height + _LINE, columns, width + _LINE, 3)
    places[:, :height, :, :width] = tiles.reshape(rows, height, columns, width, 3)
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
