from __future__ import annotations

import base64
import math
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_actviz.imaging.colormap import (
    COLORMAPS,
    MINUS_INFINITY,
    NON_FINITE,
    PLUS_INFINITY,
    colorize,
    default_limits,
    outside_scale,
)

FRONTEND = Path(__file__).parents[2] / "frontend"
NAMES = list(COLORMAPS)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def luminance(table: np.ndarray) -> np.ndarray:
    """Relative luminance of sRGB colours."""
    share = table / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_there_are_four_tables_nobody_can_change() -> None:
    assert NAMES == ["gray", "signed", "heat", "ice"]
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


@pytest.mark.parametrize("name", ["gray", "heat", "ice"])
def test_luminance_rises_along_a_map_of_one_sign(name: str) -> None:
    assert (np.diff(luminance(COLORMAPS[name])) > 0).all()


@pytest.mark.parametrize("name", ["heat", "ice"])
def test_heat_and_ice_have_equal_steps_of_lightness(name: str) -> None:
    light = luminance(COLORMAPS[name])
    found = np.where(light > 216 / 24389, 116 * np.cbrt(light) - 16, light * 24389 / 27)
    assert found[-1] > 96
    np.testing.assert_allclose(found, np.linspace(0, found[-1], 256), rtol=0, atol=0.25)


@pytest.mark.parametrize("name", NAMES)
def test_the_tab_has_the_same_tables(name: str) -> None:
    # The tab's own tests compare its tables with what stands in this file.
    vectors = (FRONTEND / "tests/drawing/vectors.ts").read_text()
    literal = re.search(rf"^  {name}:\n((?: +\"\S+\" ?\+?,?\n)+)", vectors, re.M)
    assert literal is not None
    table = "".join(re.findall(r'"(\S+)"', literal[1]))
    assert base64.b64decode(table) == COLORMAPS[name].tobytes()


def test_both_branches_of_signed_are_equally_light() -> None:
    signed, gray = luminance(COLORMAPS["signed"]), luminance(COLORMAPS["gray"])
    below, above = signed[127::-1], signed[128:]
    for branch in (below, above):
        assert branch[-1] > 0.8
        grey = np.rint(255 * np.linspace(0, 1, 128) ** 0.6).astype(int)
        expected = gray[grey] * branch[-1]
        np.testing.assert_allclose(branch, expected, atol=0.012)
        assert (np.diff(branch) > -0.001).all()


def test_the_reserved_colour_is_far_from_every_map() -> None:
    for table in COLORMAPS.values():
        assert np.linalg.norm(table - np.array(NON_FINITE, float), axis=-1).min() > 100


# Small whole numbers on a scale as wide as a power of two: every step is exact.
whole = st.integers(-40, 40).map(float)
rare = st.sampled_from([math.nan, math.inf, -math.inf])
exact_arrays = hnp.arrays(
    st.sampled_from([np.float16, np.float32, np.float64]),
    hnp.array_shapes(min_dims=0, min_side=0),
    elements=st.one_of(*[whole] * 6, rare),
)


@st.composite
def exact_scales(draw: st.DrawFn) -> tuple[str, int, int]:
    """A colour map and limits; of `signed` only the larger magnitude is the width."""
    name = draw(st.sampled_from(NAMES))
    if name != "signed":
        lo = draw(st.integers(-40, 40))
        return name, lo, lo + draw(st.sampled_from([0, 1, 2, 8, 16, 64]))
    most = draw(st.sampled_from([0, 1, 2, 8, 16, 64]))
    other = draw(st.integers(-most, most))
    return name, *draw(st.sampled_from([(-most, other), (other, most)]))


def slow_colour(value: float, lo: float, hi: float, name: str) -> tuple[int, ...]:
    if not math.isfinite(value):
        return NON_FINITE
    value = min(max(value, lo), hi) if lo < hi else value
    if name == "signed":
        most = max(abs(lo), abs(hi))
        lo, hi = -most, most
    if lo == hi:
        inside = min(max(Fraction(value), Fraction(0)), Fraction(1))
        gray = Fraction(1, 2) if name == "signed" else inside
    else:
        inside = min(max(Fraction(value), Fraction(lo)), Fraction(hi))
        gray = (inside - Fraction(lo)) / (Fraction(hi) - Fraction(lo))
    return tuple(int(c) for c in COLORMAPS[name][round(gray * 255)])


@given(a=exact_arrays, scale=exact_scales())
def test_colorize_equals_a_loop(a: np.ndarray, scale: tuple[str, int, int]) -> None:
    name, lo, hi = scale
    before = a.copy()
    picture = colorize(a, (lo, hi), name)
    expected = [slow_colour(float(v), lo, hi, name) for v in a.ravel()]
    np.testing.assert_array_equal(
        picture, np.array(expected, np.uint8).reshape(*a.shape, 3), strict=True
    )
    np.testing.assert_array_equal(a, before)


@given(a=exact_arrays, scale=exact_scales())
def test_shades_tell_what_is_not_finite_apart(
    a: np.ndarray, scale: tuple[str, int, int]
) -> None:
    name, lo, hi = scale
    shades = {math.inf: PLUS_INFINITY, -math.inf: MINUS_INFINITY}
    expected = [
        shades.get(value, slow_colour(value, lo, hi, name))
        for value in map(float, a.ravel())
    ]
    np.testing.assert_array_equal(
        colorize(a, (lo, hi), name, shades=True),
        np.array(expected, np.uint8).reshape(*a.shape, 3),
        strict=True,
    )


NORMAL = np.random.default_rng(3).normal(size=100_000).astype(np.float32)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("gamma", [0.2, 0.5, 1, 2.2])
@pytest.mark.parametrize(
    ("lo", "hi"), [(-1.5, 2.25), (-0.3, 4.7), (0.1, 0.7), (-3.3, -0.2)]
)
def test_with_shades_entries_are_those_of_float64(
    name: str, gamma: float, lo: float, hi: float
) -> None:
    values = NORMAL[(lo < NORMAL) & (hi > NORMAL)].astype(np.float64)
    if name == "signed":
        most = max(abs(lo), abs(hi))
        place = 0.5 + np.sign(values) * (np.abs(values) / most) ** gamma / 2
    else:
        place = ((values - lo) / (hi - lo)) ** gamma
    expected = COLORMAPS[name][np.rint(255 * place).astype(int)]
    found = colorize(
        values.astype(np.float32), (lo, hi), name, gamma=gamma, shades=True
    )
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_logarithm_spreads_four_powers_of_ten(name: str) -> None:
    values = np.array([0, 1, 10, 100, 1000, 10_000])
    share = np.log1p(values * 0.9999) / math.log(10_000)
    found = colorize(values, (0, 10_000), name, log=True, gamma=5)
    place = 0.5 + share / 2 if name == "signed" else share
    np.testing.assert_array_equal(
        found, COLORMAPS[name][np.rint(255 * place).astype(int)]
    )
    if name == "signed":
        both = colorize(np.stack([values, -values]), (-10_000, 10_000), name, log=True)
        np.testing.assert_array_equal(both[0], found)
        expected = COLORMAPS[name][255 - np.rint(255 * place).astype(int)]
        np.testing.assert_array_equal(both[1, 1:], expected[1:])


def test_gamma_alone_marks_as_without() -> None:
    values = [-1, 0, 0.25, 1, 2, math.inf, -math.inf, math.nan]
    found = colorize(values, (0, 1), gamma=0.5).tolist()
    grey = [[0] * 3, [128] * 3, [255] * 3]
    lost = [list(NON_FINITE)] * 3
    assert found == [[0] * 3, *grey, [255] * 3, *lost]
    assert colorize(0.25, (0, 1), gamma=2, shades=True).tolist() == [16] * 3


def test_integers_and_booleans_have_colours_too() -> None:
    picture = colorize(np.array([0, 10, 11], np.uint8), (0, 10))
    assert picture.tolist() == [[0] * 3, [255] * 3, [255] * 3]
    assert colorize([False, True], (0, 1)).tolist() == [[0] * 3, [255] * 3]


def test_limits_belong_to_the_scale_whatever_their_rounding() -> None:
    for limit in (0.1, 0.3, 1e-30, 12345.678):
        values = np.array([limit, -limit], np.float32)
        assert outside_scale(values, (-limit, limit)) is None
        beyond = outside_scale(values * np.float32(1 + 1e-5), (-limit, limit))
        assert beyond is not None
        assert beyond.all()


def test_rounding_noise_around_zero_is_not_counted() -> None:
    values = np.array([-1e-5, -1e-3], np.float32)
    outside = outside_scale(values, (0, 1630))
    assert outside is not None
    assert outside.tolist() == [False, True]


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
    assert outside_scale(a, limits) is None
    assert not (picture == NON_FINITE).all(axis=-1).any()
    assert tuple(picture[-1]) == BLACK


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no colormap 'grey'\. .*mean 'gray'\?"):
        colorize([1.0], (0, 1), "grey")
    with pytest.raises(ValueError, match="There are: 'gray', 'signed'"):
        colorize([1.0], (0, 1), "viridis")
    with pytest.raises(ValueError, match="limits must ascend"):
        colorize([1.0], (1, 0))
    for gamma in (0, -1, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"gamma must be .*, received {gamma}"):
            colorize([1.0], (0, 1), gamma=gamma)
    with pytest.raises(TypeError, match="complex128"):
        colorize([1j], (0, 1))
