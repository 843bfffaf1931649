"""All feature maps of a layer side by side in one grid."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Grid = tuple[int, int]


def grid_shape(
    n_tiles: int, grid_size: Sequence[int | None] | None = None
) -> tuple[int, int]:
    """Choose the rows and columns of a grid.

    Without a wish, the most square grid that `n_tiles` fill exactly and that is
    at most twice as wide as high; where there is none, a square-like grid whose
    last places stay empty.

    Args:
        n_tiles: number of tiles, at least 1.
        grid_size: (rows, cols) as wished; one of them may be None and follows
            from the other.

    Returns:
        (rows, cols) with rows * cols >= n_tiles.

    Raises:
        ValueError: if `n_tiles` is not positive or the grid has too few places.
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


def balanced_grid(n_tiles: int, size: Grid) -> Grid:
    """Choose a grid of tiles of any shape that makes a near-square picture.

    Args:
        n_tiles: number of tiles, at least 1.
        size: height and width of a tile.

    Returns:
        (rows, cols) with rows * cols >= n_tiles, of which the longer side of the
        picture is shortest.
    """
    cols = np.arange(1, n_tiles + 1)
    rows = -(-n_tiles // cols)
    best = int(np.argmin(np.maximum(rows * size[0], cols * size[1])))
    return int(rows[best]), int(cols[best])


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
        n_lines: number of lines, at least 1.
        length: values in a line, at least 1.
        margin: pixels that each column of lines needs beside its values.
        usual: pixels that both sides should have.
        most: pixels that they may have rather than shrink values below one pixel.
        largest: height and width that values are enlarged to at most.

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
            from the other. By default `grid_shape` of the number of channels.
        border_size: pixels of background between tiles, none around the grid.
        background: value of the borders and of places without a tile.

    Returns:
        One grid of rows * H + (rows - 1) * border_size by
        cols * W + (cols - 1) * border_size pixels, of the input's dtype; for
        (N, H, W, C) one per input along a leading axis of length N.

    Raises:
        ValueError: if the shape is not one of these, if the grid has fewer
            places than there are channels, or if the dtype cannot hold
            `background`.

    Source: `imtile` of MATLAB's Image Processing Toolbox.
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
    canvas: NDArray[Any], grid: Grid, map_size: Grid, border: int
) -> NDArray[Any]:
    """View the tiles of a canvas as (…, rows, cols, H, W), borders left out."""
    *lead, down, right = canvas.strides
    steps = ((map_size[0] + border) * down, (map_size[1] + border) * right)
    return np.lib.stride_tricks.as_strided(
        canvas,
        shape=(*canvas.shape[:-2], *grid, *map_size),
        strides=(*lead, *steps, down, right),
    )


def _wished_grid(n_tiles: int, grid_size: Sequence[int | None]) -> Grid:
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
