from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tb_actviz.imaging.grid import balanced_grid, grid_shape, imtile
from tb_actviz.imaging.heat_map import wrapped_lines


def slow_tile(
    a: np.ndarray, grid: tuple[int, int], border: int, background: float
) -> np.ndarray:
    """One input, pixel by pixel."""
    height, width, channels = a.shape
    rows, cols = grid
    shape = rows * (height + border) - border, cols * (width + border) - border
    canvas = np.full(shape, background, a.dtype)
    for channel in range(channels):
        top = (channel // cols) * (height + border)
        left = (channel % cols) * (width + border)
        for y in range(height):
            for x in range(width):
                canvas[top + y, left + x] = a[y, x, channel]
    return canvas


def distinct(shape: tuple[int, ...], dtype: object = np.int64) -> np.ndarray:
    return np.arange(1, 1 + np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


@pytest.mark.parametrize(
    ("n", "grid"),
    [
        (1, (1, 1)),
        (2, (1, 2)),
        (3, (2, 2)),
        (5, (2, 3)),
        (6, (2, 3)),
        (7, (3, 3)),
        (10, (3, 4)),
        (16, (4, 4)),
        (48, (6, 8)),
        (64, (8, 8)),
        (96, (8, 12)),
        (128, (8, 16)),
        (256, (16, 16)),
        (997, (32, 32)),
        (1000, (25, 40)),
    ],
)
def test_grid_of_known_layers(n: int, grid: tuple[int, int]) -> None:
    assert grid_shape(n) == grid


@given(st.integers(1, 3000))
def test_grid_is_the_most_square_exact_one_or_nearly_square(n: int) -> None:
    exact = [
        (r, n // r) for r in range(1, n + 1) if n % r == 0 and r <= n // r <= 2 * r
    ]
    rows, cols = grid_shape(n)
    if exact:
        assert (rows, cols) == max(exact)
    else:
        assert (cols - 1) ** 2 < n <= cols**2
        assert (rows - 1) * cols < n <= rows * cols


@pytest.mark.parametrize(
    ("wish", "grid"),
    [
        ((2, 5), (2, 5)),
        ((4, 5), (4, 5)),
        ((None, 4), (3, 4)),
        ((4, None), (4, 3)),
        ((None, 100), (1, 100)),
        ([3, np.int64(4)], (3, 4)),
        ((None, None), (3, 4)),
    ],
)
def test_wished_grid_for_ten_tiles(wish: tuple, grid: tuple[int, int]) -> None:
    assert grid_shape(10, wish) == grid


@given(
    shape=st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 30)),
    n=st.none() | st.integers(0, 3),
    extra=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    cols=st.none() | st.integers(1, 6),
    border=st.integers(0, 3),
    dtype=st.sampled_from([np.float32, np.uint8, np.int64, np.float16]),
)
def test_equals_a_loop_over_pixels(
    shape: tuple[int, int, int],
    n: int | None,
    extra: tuple[int, int],
    cols: int | None,
    border: int,
    dtype: type,
) -> None:
    a = distinct(shape if n is None else (n, *shape), dtype)
    rows, cols = grid_shape(shape[2], None if cols is None else (None, cols))
    grid = rows + extra[0], cols + extra[1]
    tiled = imtile(a, grid, border, background=7)
    assert tiled.dtype == dtype
    assert tiled.flags.c_contiguous
    inputs = [slow_tile(one, grid, border, 7) for one in (a if n is not None else [a])]
    if n == 0:
        assert tiled.shape == (0, *slow_tile(np.zeros(shape), grid, border, 7).shape)
    else:
        np.testing.assert_array_equal(tiled, inputs[0] if n is None else inputs)


def test_known_picture() -> None:
    a = np.array([[[1, 2, 3], [4, 5, 6]]])  # one row of two pixels, three channels
    np.testing.assert_array_equal(
        imtile(a, border_size=1, background=9),
        [[1, 4, 9, 2, 5], [9, 9, 9, 9, 9], [3, 6, 9, 9, 9]],
    )
    np.testing.assert_array_equal(imtile(a, (1, 3)), [[1, 4, 2, 5, 3, 6]])


def test_thousand_channels_of_one_pixel() -> None:
    tiled = imtile(distinct((1, 1, 1000)))
    np.testing.assert_array_equal(tiled, distinct((25, 40)))


def test_transposed_and_strided_input() -> None:
    a = distinct((5, 3, 8)).transpose(1, 0, 2)[:, ::2, ::-1]
    np.testing.assert_array_equal(imtile(a), slow_tile(a, (2, 4), 0, 0))


def test_background_of_each_dtype() -> None:
    maps = np.ones((1, 1, 3))
    np.testing.assert_array_equal(
        imtile(maps, background=np.nan), [[1, 1], [1, np.nan]]
    )
    assert imtile(maps > 0, background=False).tolist() == [[True, True], [True, False]]
    for dtype, background in ((np.uint8, 256), (np.uint8, np.nan), (np.int8, 0.5)):
        with pytest.raises(ValueError, match="is not a value of dtype"):
            imtile(maps.astype(dtype), background=background)


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((2, 2), {}, r"\(H, W, C\).*received shape \(2, 2\)"),
        ((2, 2, 0), {}, "nothing to tile"),
        ((0, 2, 3), {}, "nothing to tile"),
        ((1, 2, 2, 10), {"grid_size": (3, 3)}, r"\(3, 3\) has 9 places for 10 tiles"),
        ((2, 2, 3), {"grid_size": 3}, r"grid_size must be \(rows, cols\)"),
        ((2, 2, 3), {"grid_size": (0, 3)}, "rows of grid_size must be at least 1"),
        ((2, 2, 3), {"grid_size": (None, 1.5)}, "cols of grid_size must be an integer"),
        ((2, 2, 3), {"border_size": -1}, "border_size must be at least 0"),
    ],
)
def test_what_cannot_be_tiled_is_refused(
    shape: tuple, options: dict, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        imtile(np.zeros(shape), **options)


def test_no_tiles_are_refused() -> None:
    with pytest.raises(ValueError, match="n_tiles must be at least 1, received 0"):
        grid_shape(0)


@pytest.mark.parametrize(
    ("n", "size", "grid"),
    [
        (32, (32, 64), (8, 4)),
        (32, (16, 112), (16, 2)),
        (8, (24, 30), (3, 3)),
        (16, (8, 8), (4, 4)),
        (1, (5, 900), (1, 1)),
        (3, (100, 1), (1, 3)),
    ],
)
def test_a_balanced_grid_makes_a_near_square_picture(
    n: int, size: tuple[int, int], grid: tuple[int, int]
) -> None:
    assert balanced_grid(n, size) == grid


LAYOUT = {"margin": 40, "usual": 960, "most": 4000, "largest": (24, 64)}


@pytest.mark.parametrize(
    ("lines", "length", "expected"),
    [
        (1, 10, (1, 1, (24, 64))),
        (1, 100, (1, 1, (24, 9))),
        (32, 10, (32, 1, (24, 64))),
        (32, 100, (32, 1, (24, 9))),
        (256, 100, (256, 1, (3, 9))),
        (256, 512, (256, 1, (3, 1))),
        (768, 512, (768, 1, (1, 1))),
        (768, 10, (154, 5, (6, 15))),
        (50_000, 100, (3847, 13, (1, 1))),
        (32, 2000, (32, 1, (24, 1))),
        (64, 16_000, (64, 1, (15, 3960 / 16_000))),
    ],
)
def test_lines_of_known_sequences(
    lines: int, length: int, expected: tuple[int, int, tuple[float, float]]
) -> None:
    assert wrapped_lines(lines, length, **LAYOUT) == expected  # type: ignore[arg-type]


@given(lines=st.integers(1, 10**6), length=st.integers(2, 10**5))
def test_lines_never_leave_the_largest_picture(lines: int, length: int) -> None:
    rows, cols, (height, width) = wrapped_lines(lines, length, **LAYOUT)  # type: ignore[arg-type]
    assert (cols - 1) * rows < lines <= cols * rows
    assert rows * height <= 4000 + 1e-6
    assert cols * (length * width + 40) <= 4000 + 1e-6
    for pixels, largest in ((height, 24), (width, 64)):
        assert 0 < pixels <= largest
        assert pixels < 1 or pixels == int(pixels)
