from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_actviz.imaging.colormap import (
    CLIPPED,
    COLORMAPS,
    NON_FINITE,
    colorize,
    default_limits,
)

NAMES = list(COLORMAPS)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def luminance(table: np.ndarray) -> np.ndarray:
    """Relative luminance of sRGB colours."""
    share = table / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_there_are_two_tables_nobody_can_change() -> None:
    assert NAMES == ["gray", "signed"]
    for table in COLORMAPS.values():
        assert (table.shape, table.dtype) == ((256, 3), np.uint8)
        with pytest.raises(ValueError, match="read-only"):
            table[0] = 1


def test_gray_is_the_identity() -> None:
    np.testing.assert_array_equal(COLORMAPS["gray"], np.arange(256)[:, None] + [0] * 3)


def test_ends_and_middles() -> None:
    assert tuple(COLORMAPS["gray"][0]) == BLACK
    assert tuple(COLORMAPS["gray"][-1]) == WHITE
    assert tuple(COLORMAPS["signed"][128]) == BLACK
    low, high = COLORMAPS["signed"][[0, -1]].tolist()
    assert 200 <= low[0] < low[1] < low[2] == 255  # pale cyan
    assert 255 == high[0] > high[1] > high[2] > 180  # warm white
    below, above = COLORMAPS["signed"][[80, 176]].tolist()
    assert below[2] > below[1] > below[0]  # blue
    assert above[0] > above[1] > above[2]  # orange


def test_luminance_rises_along_grey() -> None:
    assert (np.diff(luminance(COLORMAPS["gray"])) > 0).all()


def test_both_branches_of_signed_are_equally_light() -> None:
    signed, gray = luminance(COLORMAPS["signed"]), luminance(COLORMAPS["gray"])
    below, above = signed[127::-1], signed[128:]
    for branch in (below, above):
        assert branch[-1] > 0.8
        grey = np.rint(255 * np.linspace(0, 1, 128) ** 0.6).astype(int)
        expected = gray[grey] * branch[-1]
        np.testing.assert_allclose(branch, expected, atol=0.012)
        assert (np.diff(branch) > -0.001).all()


def test_reserved_colours_are_far_from_every_map() -> None:
    reserved = np.array([NON_FINITE, CLIPPED], float)
    for table in COLORMAPS.values():
        distance = np.linalg.norm(table[:, None] - reserved, axis=-1)
        assert distance.min() > 100
    assert np.linalg.norm(reserved[0] - reserved[1]) > 250


# Small whole numbers on a scale as wide as a power of two: every step is exact.
whole = st.integers(-40, 40).map(float)
rare = st.sampled_from([math.nan, math.inf, -math.inf])
exact_arrays = hnp.arrays(
    st.sampled_from([np.float16, np.float32, np.float64]),
    hnp.array_shapes(min_dims=0, min_side=0),
    elements=st.one_of(*[whole] * 6, rare),
)


def slow_colour(value: float, lo: float, hi: float, name: str) -> tuple[int, ...]:
    if not math.isfinite(value):
        return NON_FINITE
    if not lo <= value <= hi:
        return CLIPPED
    if lo == hi:
        gray = min(max(Fraction(value), Fraction(0)), Fraction(1))
    else:
        gray = (Fraction(value) - Fraction(lo)) / (Fraction(hi) - Fraction(lo))
    return tuple(int(c) for c in COLORMAPS[name][round(gray * 255)])


@given(
    a=exact_arrays,
    lo=st.integers(-40, 40),
    width=st.sampled_from([0, 1, 2, 8, 16, 64]),
    name=st.sampled_from(NAMES),
)
def test_colorize_equals_a_loop(a: np.ndarray, lo: int, width: int, name: str) -> None:
    before = a.copy()
    picture = colorize(a, (lo, lo + width), name)
    expected = [slow_colour(float(v), lo, lo + width, name) for v in a.ravel()]
    np.testing.assert_array_equal(
        picture, np.array(expected, np.uint8).reshape(*a.shape, 3), strict=True
    )
    np.testing.assert_array_equal(a, before)


def test_integers_and_booleans_have_colours_too() -> None:
    picture = colorize(np.array([0, 10, 11], np.uint8), (0, 10))
    assert picture.tolist() == [[0] * 3, [255] * 3, list(CLIPPED)]
    assert colorize([False, True], (0, 1)).tolist() == [[0] * 3, [255] * 3]


def test_limits_belong_to_the_scale_whatever_their_rounding() -> None:
    for limit in (0.1, 0.3, 1e-30, 12345.678):
        values = np.array([limit, -limit], np.float32)
        assert colorize(values, (-limit, limit)).tolist() == [[255] * 3, [0] * 3]
        beyond = values * np.float32(1 + 1e-5)
        assert colorize(beyond, (-limit, limit)).tolist() == [list(CLIPPED)] * 2


def test_rounding_noise_around_zero_is_not_marked() -> None:
    values = np.array([-1e-5, -1e-3], np.float32)
    assert colorize(values, (0, 1630)).tolist() == [[0] * 3, list(CLIPPED)]


def test_zero_of_a_symmetric_scale_is_black() -> None:
    for largest in (1.0, 0.1, 7e-39, 3e38):
        zero = np.zeros(1, np.float32)
        assert colorize(zero, (-largest, largest), "signed").tolist() == [[0, 0, 0]]


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([0, 1, 5], (0, 5)),
        ([2, 5], (0, 5)),
        ([-1, 5], (-5, 5)),
        ([-7, 5], (-7, 7)),
        ([-7, -1], (-7, 7)),
        ([0, 0], (0, 1)),
        ([-0.0], (0, 1)),
        ([], (0, 1)),
        ([np.nan, np.inf], (0, 1)),
        ([np.nan, -np.inf, 4], (0, 4)),
        ([np.inf, -2, 1], (-2, 2)),
        ([False, True], (0, 1)),
    ],
)
def test_default_scale(values: list, limits: tuple) -> None:
    assert default_limits(values) == limits


@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(),
        elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
    )
)
def test_the_default_scale_clips_nothing_and_shows_zero_as_black(
    a: np.ndarray,
) -> None:
    limits = default_limits(a)
    name = "signed" if limits[0] < 0 else "gray"
    picture = colorize(np.append(a, np.float32(0)), limits, name)
    assert not (picture == CLIPPED).all(axis=-1).any()
    assert not (picture == NON_FINITE).all(axis=-1).any()
    assert tuple(picture[-1]) == BLACK


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'grey' is not known.*mean 'gray'\?"):
        colorize([1.0], (0, 1), "grey")
    with pytest.raises(ValueError, match="there are 'gray', 'signed'"):
        colorize([1.0], (0, 1), "viridis")
    with pytest.raises(ValueError, match="limits must ascend"):
        colorize([1.0], (1, 0))
    with pytest.raises(TypeError, match="complex128"):
        colorize([1j], (0, 1))
