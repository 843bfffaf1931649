"""Heat maps of sequences, and grids whose maps are made of slices."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tb_actviz.arrays import as_maps, slice_grid
from tb_actviz.imaging.colormap import NON_FINITE
from tb_actviz.imaging.grid import MAX_SIDE, draw_grid
from tb_actviz.imaging.heat_map import (
    axis_height,
    draw_heat_map,
    gutter_width,
    with_axes,
)
from tb_actviz.imaging.layout import BACKGROUND, GAP, blank, draw_line
from tb_actviz.imaging.scale import Scale

RNG = np.random.default_rng(6)
GREY = Scale(0.0, 1.0, "gray", "")


def sequence_of(positions: int, channels: int) -> np.ndarray:
    return RNG.random((positions, channels), dtype=np.float32)


def count(picture: np.ndarray, color: tuple[int, int, int]) -> int:
    return int((picture == np.array(NON_FINITE)).all(axis=2).sum())


@pytest.mark.parametrize(
    ("positions", "channels", "rows", "columns", "cell"),
    [
        (10, 1, 1, 1, (24, 64)),
        (100, 1, 1, 1, (24, 9)),
        (512, 1, 1, 1, (24, 1)),
        (10, 32, 32, 1, (24, 64)),
        (100, 32, 32, 1, (24, 8)),
        (512, 256, 256, 1, (3, 1)),
        (512, 768, 768, 1, (1, 1)),
        (10, 256, 86, 3, (11, 22)),
        (10, 4096, 820, 5, (1, 7)),
    ],
)
def test_every_value_of_a_sequence_stands_in_its_line(
    positions: int, channels: int, rows: int, columns: int, cell: tuple[int, int]
) -> None:
    sequence = sequence_of(positions, channels)
    drawn = draw_heat_map(as_maps(sequence), GREY)
    assert (drawn.rows, drawn.columns, drawn.cell) == (rows, columns, cell)
    size = drawn.text_size
    gutter = gutter_width(channels - 1, size)
    pitch = gutter + positions * cell[1] + 2 * GAP
    expected = blank(rows * cell[0] + axis_height(size), columns * pitch - 2 * GAP)
    for column in range(columns):
        numbers = range(column * rows, min(channels, (column + 1) * rows))
        colors = GREY.colorize(sequence[:, numbers].T)
        lines = colors.repeat(cell[0], axis=0).repeat(cell[1], axis=1)
        part = with_axes(lines, numbers, range(positions), size, gutter)
        left = column * pitch
        expected[: part.shape[0], left : left + part.shape[1]] = part
    np.testing.assert_array_equal(drawn.picture, expected, strict=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("positions", "channels"),
    [(16_000, 1), (16_000, 64), (30, 200_000), (4500, 4500), (2, 1_000_000)],
)
def test_sequences_too_large_shrink_to_the_largest_picture(
    positions: int, channels: int
) -> None:
    # A channel brightens over time: that is left, however small it gets.
    ramp = np.linspace(0, 1, positions, dtype=np.float32)
    maps = np.broadcast_to(ramp[None, :, None], (1, positions, channels))
    drawn = draw_heat_map(maps, GREY)
    assert max(drawn.picture.shape[:2]) <= MAX_SIDE
    assert min(drawn.cell) < 1
    gutter = gutter_width(channels - 1, drawn.text_size)
    top = draw_line("0", drawn.text_size).shape[0] // 2
    wide = max(1, int(positions * drawn.cell[1]))
    line = drawn.picture[top, gutter : gutter + wide].astype(int)
    assert (np.diff(line[:, 0]) >= 0).all()
    assert (line[:, 0] == line[:, 2]).all()


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("place", [(0, 0), (9999, 2), (15_999, 1)])
def test_one_value_that_is_not_finite_stays_visible_in_its_line_of_a_shrunk_sequence(
    value: float, place: tuple[int, int]
) -> None:
    sequence = np.full((16_000, 3), 0.4, np.float32)
    clean = draw_heat_map(as_maps(sequence), GREY).picture
    sequence[place] = value
    drawn = draw_heat_map(as_maps(sequence), GREY)
    rows, columns = np.nonzero((drawn.picture == np.array(NON_FINITE)).all(axis=2))
    assert len(set(columns.tolist())) in (1, 2)
    top = draw_line("0", drawn.text_size).shape[0] // 2 + 24 * place[1]
    assert sorted(set(rows.tolist())) == list(range(top, top + 24))
    around = gutter_width(2, drawn.text_size) + place[0] * drawn.cell[1]
    assert np.abs(columns - around).max() <= 2
    rows, columns = np.nonzero((drawn.picture != clean).any(axis=2))
    assert set(rows.tolist()) <= set(range(top, top + 24))
    assert np.ptp(columns) <= 8


@pytest.mark.slow
def test_channels_at_the_end_do_not_shrink_into_empty_places() -> None:
    # Several lines share a pixel, and places are left over below the last of them.
    channels = 999_989
    drawn = draw_heat_map(np.full((1, 2, channels), 1.0, np.float32), GREY)
    assert drawn.cell[0] < 1
    last = channels - (drawn.columns - 1) * drawn.rows
    assert last < drawn.rows
    top = draw_line("0", drawn.text_size).shape[0] // 2
    filled = math.ceil(int(drawn.rows * drawn.cell[0]) * last / drawn.rows)
    values = drawn.picture[top:, -int(2 * drawn.cell[1]) :]
    assert (values[:filled] == 255).all()
    assert (values[filled] == BACKGROUND).all()


def test_a_heat_map_of_too_many_channels_is_refused() -> None:
    maps = np.broadcast_to(np.float32(1), (1, 2, 1_000_001))
    with pytest.raises(ValueError, match=r"1,000,001 channels; .* at most 1,000,000"):
        draw_heat_map(maps, GREY)


@pytest.mark.parametrize(
    ("shape", "grid", "factor"),
    [
        ((8, 16, 16, 32), (8, 4), 3),
        ((7, 16, 16, 32), (16, 2), 4),
        ((2, 3, 4, 6, 5, 8), (3, 3), 10),
        ((3, 2, 2, 1), (1, 1), 64),
    ],
)
def test_every_slice_stands_in_its_tile_between_thin_lines(
    shape: tuple[int, ...], grid: tuple[int, int], factor: int
) -> None:
    activations = RNG.random(shape, dtype=np.float32)
    slices = slice_grid(shape)
    drawn = draw_grid(as_maps(activations), GREY, slices)
    assert (drawn.rows, drawn.columns, drawn.factor) == (*grid, factor)
    high, wide = shape[-3] * factor + 1, shape[-2] * factor + 1
    tile = slices[0] * high + 2, slices[1] * wide + 2
    expected = blank(grid[0] * tile[0] - 2, grid[1] * tile[1] - 2)
    flat = activations.reshape(-1, *shape[-3:])
    for channel in range(shape[-1]):
        for index in range(math.prod(shape[:-3])):
            row, column = divmod(channel, grid[1])
            slice_row, slice_column = divmod(index, slices[1])
            top = row * tile[0] + slice_row * high
            left = column * tile[1] + slice_column * wide
            colors = GREY.colorize(flat[index, :, :, channel])
            large = colors.repeat(factor, axis=0).repeat(factor, axis=1)
            expected[top : top + high - 1, left : left + wide - 1] = large
    picture = drawn.picture[:, -expected.shape[1] :]
    np.testing.assert_array_equal(picture, expected, strict=True)


def test_slices_that_have_to_shrink_have_no_lines_between_them() -> None:
    maps = RNG.random((4200, 10, 1), dtype=np.float32)
    drawn = draw_grid(maps, GREY, (2100, 5))
    assert drawn.factor < 1
    assert max(drawn.picture.shape[:2]) <= MAX_SIDE + 40
    np.testing.assert_array_equal(drawn.picture, draw_grid(maps, GREY).picture)


def test_tall_maps_are_not_enlarged_beyond_the_largest_picture() -> None:
    drawn = draw_grid(np.ones((10, 1, 4096), np.float32), GREY)
    assert max(drawn.picture.shape[:2]) <= MAX_SIDE
