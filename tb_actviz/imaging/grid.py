"""All feature maps of a layer side by side in one grid."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tb_actviz.imaging.colormap import NON_FINITE
from tb_actviz.imaging.layout import (
    across,
    blank,
    draw_line,
    text_size_beside,
    with_seams,
)
from tb_actviz.imaging.scale import Scale, shrink_on_scale

GridShape = tuple[int, int]


def grid_shape(
    n_tiles: int, grid_size: Sequence[int | None] | None = None
) -> tuple[int, int]:
    """Choose the rows and columns of a grid.

    Without a wish, the most square grid that `n_tiles` fill exactly and that is
    at most twice as wide as high; where there is none, a square-like grid whose
    last places stay empty.

    Args:
        n_tiles: Number of tiles, at least 1.
        grid_size: (rows, cols) as wished; one of them may be None and follows
            from the other.

    Returns:
        (rows, cols) with rows * cols >= n_tiles.

    Raises:
        ValueError: If `n_tiles` is not positive or the grid has too few places.
    """
    n_tiles = _whole_number(n_tiles, "n_tiles")
    if grid_size is not None:
        return _wished_grid(n_tiles, grid_size)
    for rows in range(math.isqrt(n_tiles), 0, -1):
        if n_tiles > 2 * rows * rows:
            break
        if n_tiles % rows == 0:
            return rows, n_tiles // rows
    cols = math.isqrt(n_tiles - 1) + 1
    return -(-n_tiles // cols), cols


def balanced_grid(n_tiles: int, size: GridShape) -> GridShape:
    """Choose a grid of tiles of any shape that makes a near-square picture.

    Args:
        n_tiles: Number of tiles, at least 1.
        size: Height and width of a tile.

    Returns:
        (rows, cols) with rows * cols >= n_tiles, of which the longer side of the
        picture is shortest.
    """
    cols = np.arange(1, n_tiles + 1)
    rows = -(-n_tiles // cols)
    best = int(np.argmin(np.maximum(rows * size[0], cols * size[1])))
    return int(rows[best]), int(cols[best])


def imtile(
    a: ArrayLike,
    grid_size: Sequence[int | None] | None = None,
    border_size: int = 0,
    background: float = 0,
) -> NDArray[Any]:
    """Lay the feature maps of all channels out as one picture, row by row.

    Args:
        a: (H, W, C) or (N, H, W, C), any dtype, not empty.
        grid_size: (rows, cols) in tiles; one of them may be None and follows
            from the other. By default the most square grid without an empty place
            that is at most twice as wide as high; where there is none, one whose
            last places stay empty.
        border_size: Pixels of background between tiles, none around the grid.
        background: Value of the borders and of places without a tile.

    Returns:
        One grid of rows * H + (rows - 1) * border_size by
        cols * W + (cols - 1) * border_size pixels, of the input's dtype; for
        (N, H, W, C) one per input along a leading axis of length N.

    Raises:
        ValueError: If the shape is not one of these, if the grid has fewer
            places than there are channels, or if the dtype cannot hold
            `background`.

    Source: `imtile` of MATLAB's Image Processing Toolbox.

    Example:
        >>> acts = av.activations(model, "face.png", "conv1")
        >>> gray = av.mat2gray(acts["conv1"][0])
        >>> av.imtile(gray, grid_size=(2, 4), border_size=1).shape
        (129, 259)
    """
    maps = np.asarray(a)
    if maps.ndim not in (3, 4):
        raise ValueError(
            f"Expected activations of shape (H, W, C) or (N, H, W, C), received "
            f"shape {maps.shape}. A single map (H, W) becomes one channel with "
            f"`a[..., None]`."
        )
    height, width, channels = maps.shape[-3:]
    if 0 in (height, width, channels):
        raise ValueError(f"There is nothing to tile in an array of shape {maps.shape}.")
    border = _whole_number(border_size, "border_size", least=0)
    rows, cols = grid_shape(channels, grid_size)
    canvas = np.full(
        (
            *maps.shape[:-3],
            rows * (height + border) - border,
            cols * (width + border) - border,
        ),
        _fill_value(background, maps.dtype),
    )
    tiles = _tile_view(canvas, (rows, cols), (height, width), border)
    # (…, H, W, C) to (…, C, H, W), then whole rows of tiles, then the last row.
    maps = np.moveaxis(maps, -1, -3)
    whole, rest = divmod(channels, cols)
    split = whole * cols
    tiles[..., :whole, :, :, :] = maps[..., :split, :, :].reshape(
        *maps.shape[:-3], whole, cols, height, width
    )
    if rest:
        tiles[..., whole, :rest, :, :] = maps[..., split:, :, :]
    return canvas


def _tile_view(
    canvas: NDArray[Any], grid: GridShape, map_size: GridShape, border: int
) -> NDArray[Any]:
    """View the tiles of a canvas as (…, rows, cols, H, W), borders left out."""
    *lead, down, right = canvas.strides
    steps = ((map_size[0] + border) * down, (map_size[1] + border) * right)
    return np.lib.stride_tricks.as_strided(
        canvas,
        shape=(*canvas.shape[:-2], *grid, *map_size),
        strides=(*lead, *steps, down, right),
    )


def _wished_grid(n_tiles: int, grid_size: Sequence[int | None]) -> GridShape:
    try:
        rows, cols = grid_size
    except (TypeError, ValueError):
        raise ValueError(
            f"grid_size must be (rows, cols), received {grid_size!r}."
        ) from None
    if rows is None and cols is None:
        return grid_shape(n_tiles)
    if rows is None:
        cols = _whole_number(cols, "cols of grid_size")
        return -(-n_tiles // cols), cols
    rows = _whole_number(rows, "rows of grid_size")
    if cols is None:
        return rows, -(-n_tiles // rows)
    cols = _whole_number(cols, "cols of grid_size")
    if rows * cols < n_tiles:
        raise ValueError(
            f"grid_size=({rows}, {cols}) has {rows * cols} places for {n_tiles} "
            f"tiles, and none is ever dropped. Use ({rows}, None) or "
            f"(None, {cols}) to let the other side follow."
        )
    return rows, cols


def _whole_number(value: object, name: str, least: int = 1) -> int:
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ValueError(f"{name} must be an integer, received {value!r}.") from None
    if number < least:
        raise ValueError(f"{name} must be at least {least}, received {number}.")
    return number


def _fill_value(background: float, dtype: np.dtype[Any]) -> NDArray[Any]:
    with np.errstate(invalid="ignore", over="ignore"):
        fill = np.asarray(background).astype(dtype)
    if dtype.kind in "biu" and fill != background:
        raise ValueError(
            f"background={background!r} is not a value of dtype {dtype}. Choose "
            f"another one, or convert the maps to floats first."
        )
    return fill


#: Grids of small maps are enlarged towards these sides, each tile to at most TILE.
GRID_WIDTH, GRID_HEIGHT, TILE = 960, 1100, 128
#: No grid gets larger than this on either side; what is shrunk says so.
MAX_SIDE = 4096
#: More tiles than this would be a pixel or two each, and nobody could distinguish them.
MAX_CHANNELS = 1_000_000
_LINE = 2
#: Pixels between the number of a row and its first tile.
_NUMBER_GAP = 6


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


def draw_grid(maps: np.ndarray, scale: Scale, slices: tuple[int, int] = (1, 1)) -> Grid:
    """Draw every channel of a layer, row by row on a near-square grid.

    Args:
        maps: Float, shape (H, W, C).
        scale: What its values are drawn on.
        slices: Rows and columns of slices in each map, from `slice_grid`. They get a
            thin line between them unless the grid has to shrink.

    Returns:
        The grid. Small maps are enlarged by a whole factor, without smoothing; in
        shrunk ones a pixel that covers NaN or infinity is marked.

    Raises:
        ValueError: If there are more than `MAX_CHANNELS` channels.
    """
    height, width, channels = maps.shape
    check_channel_count(channels)
    if slices == (1, 1):
        grid = grid_shape(channels)
        factor = _factor((height, width), grid)
    else:
        grid = balanced_grid(channels, (height, width))
        factor = _factor((height, width), grid, slices)
        if factor < 1:
            slices = 1, 1
            factor = _factor((height, width), grid)
    size = shrunk_side(height, factor), shrunk_side(width, factor)
    tiles = colored_tiles(maps, scale, size, grid, (max(1, int(factor)),) * 2)
    if slices != (1, 1):
        tiles = with_seams(tiles, (grid[0] * slices[0], grid[1] * slices[1]))
    picture = _with_gaps(tiles, grid, channels)
    return Grid(_with_row_numbers(picture, *grid), *grid, factor)


def check_channel_count(channels: int) -> None:
    """Refuse more channels than one picture can show.

    Args:
        channels: How many there are.

    Raises:
        ValueError: If there are more than `MAX_CHANNELS`.
    """
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
    return max(
        1,
        min(
            GRID_WIDTH // (columns * width),
            GRID_HEIGHT // (rows * height),
            largest_tile,
            int(room),
        ),
    )


def shrunk_side(side: int, factor: float) -> int:
    """Find how long a side of a map is once it is shrunk.

    Args:
        side: Pixels.
        factor: To shrink by; 1 or more leaves it as it is.

    Returns:
        Pixels, at least 1.
    """
    return max(1, int(side * factor)) if factor < 1 else side


def colored_tiles(
    maps: np.ndarray,
    scale: Scale,
    size: tuple[int, int],
    grid: tuple[int, int],
    factors: tuple[int, int],
) -> np.ndarray:
    """Draw maps in their colours side by side, shrunk to a size, then enlarged.

    Args:
        maps: Float, shape (H, W, C).
        scale: What their values are drawn on.
        size: Height and width to shrink each to, none larger than its own.
        grid: Rows and columns of maps.
        factors: How many pixels high and wide each value is drawn then.

    Returns:
        RGB, uint8; in shrunk maps a pixel that covers NaN or infinity is marked.
    """
    marked = None
    if size != maps.shape[:2]:
        maps, marked = shrink_on_scale(maps, scale, size)
    tiles = scale.colorize(imtile(maps, grid))
    if marked is not None:
        tiles[imtile(marked, grid)] = NON_FINITE
    # Columns first: then few pixels are repeated one by one, and rows as a whole.
    return np.repeat(np.repeat(tiles, factors[1], axis=1), factors[0], axis=0)


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
    last = str((rows - 1) * columns)
    size = text_size_beside(
        picture.shape[1], lambda size: draw_line(last, size).shape[1] + _NUMBER_GAP
    )
    every = math.ceil(draw_line("0", size).shape[0] / pitch)
    numbers = {
        row: draw_line(str(row * columns), size) for row in range(0, rows, every)
    }
    gutter = blank(
        picture.shape[0], max(number.shape[1] for number in numbers.values())
    )
    for row, number in numbers.items():
        top = round(row * pitch)
        if top + number.shape[0] <= gutter.shape[0]:
            gutter[top : top + number.shape[0], -number.shape[1] :] = number
    return across([gutter, picture], gap=_NUMBER_GAP)
