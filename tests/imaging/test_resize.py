from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_actviz.imaging.resize import imresize

METHODS = ["bicubic", "bilinear", "nearest"]
SMOOTH = METHODS[:2]


def keys_cubic(x: Fraction) -> Fraction:
    x, a = abs(x), Fraction(-1, 2)
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    if x < 2:
        return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a
    return Fraction(0)


def tent(x: Fraction) -> Fraction:
    return max(1 - abs(x), Fraction(0))


def mirrored(index: int, n: int) -> int:
    while not 0 <= index < n:
        index = -1 - index if index < 0 else 2 * n - 1 - index
    return index


def slow_weights(
    n_in: int, n_out: int, method: str, scale: Fraction | None = None
) -> list[dict[int, Fraction]]:
    """For each pixel of a line, the pixels it draws on and their exact weights."""
    scale = scale or Fraction(n_out, n_in)
    shrink = min(scale, Fraction(1))
    lines = []
    for k in range(n_out):
        centre = (k + Fraction(1, 2)) / scale - Fraction(1, 2)
        if method == "nearest":
            index = math.floor(centre + Fraction(1, 2))
            lines.append({mirrored(index, n_in): Fraction(1)})
            continue
        kernel = keys_cubic if method == "bicubic" else tent
        line: dict[int, Fraction] = {}
        reach = math.ceil(2 / shrink) + 1
        for tap in range(math.floor(centre) - reach, math.ceil(centre) + reach + 1):
            weight = kernel(shrink * (centre - tap))
            source = mirrored(tap, n_in)
            line[source] = line.get(source, Fraction(0)) + weight
        total = sum(line.values())
        lines.append({i: w / total for i, w in line.items() if w != 0})
    return lines


def slow_resize(
    a: np.ndarray,
    size: tuple[int, int],
    method: str,
    scale: Fraction | None = None,
) -> np.ndarray:
    """One channel of one picture, pixel by pixel, as float64 without rounding."""
    rows = slow_weights(a.shape[0], size[0], method, scale)
    cols = slow_weights(a.shape[1], size[1], method, scale)
    result = np.empty(size)
    for y, row in enumerate(rows):
        for x, col in enumerate(cols):
            taps = [
                (float(a[i, j]), float(u * v))
                for i, u in row.items()
                for j, v in col.items()
            ]
            lost = [value for value, _ in taps if not math.isfinite(value)]
            if lost:
                result[y, x] = sum(lost)  # inf - inf is NaN
            else:
                result[y, x] = math.fsum(value * weight for value, weight in taps)
    return result


def slow_batch(
    a: np.ndarray, size: tuple[int, int], method: str, scale: Fraction | None = None
) -> np.ndarray:
    """The same for each channel of (N, H, W, C)."""
    return np.stack(
        [
            np.stack(
                [
                    slow_resize(one[..., c], size, method, scale)
                    for c in range(a.shape[3])
                ],
                axis=-1,
            )
            for one in a
        ]
    )


sides = st.integers(1, 7)
targets = st.tuples(st.integers(1, 9), st.integers(1, 9))
methods = st.sampled_from(METHODS)
plain = st.floats(-100, 100, width=16)


def maps(elements: st.SearchStrategy, dtype: type = np.float64) -> st.SearchStrategy:
    shape = st.tuples(st.integers(1, 2), sides, sides, st.integers(1, 3))
    return shape.flatmap(lambda s: hnp.arrays(dtype, s, elements=elements))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("source", "size"),
    [
        ((5, 7), (10, 14)),
        ((6, 4), (3, 2)),
        ((5, 7), (13, 3)),
        ((9, 8), (4, 5)),
        ((7, 7), (2, 19)),
        ((1, 1), (4, 3)),
        ((1, 9), (3, 1)),
        ((12, 11), (1, 1)),
        ((3, 2), (3, 5)),
        ((16, 3), (5, 3)),
    ],
)
def test_equals_the_definition_per_pixel(
    source: tuple[int, int], size: tuple[int, int], method: str
) -> None:
    a = np.random.default_rng(1).normal(size=(2, *source, 3))
    expected = slow_batch(a, size, method)
    np.testing.assert_allclose(imresize(a, size, method), expected, atol=1e-13)
    single = imresize(a.astype(np.float32), size, method)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, atol=2e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("channels", [1, 16, 17, 40])
def test_every_number_of_channels(channels: int, method: str) -> None:
    a = np.random.default_rng(2).normal(size=(2, 4, 5, channels))
    expected = slow_batch(a, (7, 3), method)
    np.testing.assert_allclose(imresize(a, (7, 3), method), expected, atol=1e-13)
    np.testing.assert_allclose(imresize(a[0], (7, 3), method), expected[0], atol=1e-13)
    np.testing.assert_allclose(
        imresize(a[0, ..., 0], (7, 3), method), expected[0, ..., 0], atol=1e-13
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("factor", "size"), [(0.5, (3, 4)), (1.5, (8, 11)), (2, (10, 14)), (0.1, (1, 1))]
)
def test_a_factor_stays_the_scale_where_the_size_is_rounded_up(
    factor: float, size: tuple[int, int], method: str
) -> None:
    a = np.random.default_rng(3).normal(size=(1, 5, 7, 2))
    resized = imresize(a, factor, method)
    expected = slow_batch(a, size, method, scale=Fraction(str(factor)))
    np.testing.assert_allclose(resized, expected, atol=1e-13)


@pytest.mark.parametrize(
    ("line", "n", "method", "expected"),
    [
        ([0, 1], 4, "bilinear", [0, 0.25, 0.75, 1]),
        ([0, 1], 4, "bicubic", [-0.09375, 0.203125, 0.796875, 1.09375]),
        ([8, 0, 0, 0], 2, "bilinear", [4, 0]),
        ([0, 0, 8, 0], 2, "bilinear", [1, 3]),
        ([1, 2, 4], 1, "bilinear", [7 / 3]),
        ([10, 20, 30, 40], 2, "nearest", [20, 40]),
        ([10, 20, 30], 7, "nearest", [10, 10, 20, 20, 20, 30, 30]),
        ([10, 20, 30, 40, 50, 60], 2, "nearest", [20, 50]),
    ],
)
def test_lines_worked_out_by_hand(
    line: list, n: int, method: str, expected: list
) -> None:
    wide = np.array([line], np.float64)
    np.testing.assert_allclose(imresize(wide, (1, n), method), [expected], atol=1e-15)
    np.testing.assert_allclose(
        imresize(wide.T, (n, 1), method), np.array([expected]).T, atol=1e-15
    )


@pytest.mark.parametrize(
    ("dtype", "line", "n", "method", "expected"),
    [
        (np.uint8, [0, 100], 4, "bicubic", [0, 20, 80, 109]),
        (np.uint8, [255, 0], 4, "bicubic", [255, 203, 52, 0]),
        (np.uint8, [0, 1], 1, "bilinear", [1]),
        (np.int8, [0, -1], 1, "bilinear", [-1]),
        (np.int16, [-3, 0], 1, "bilinear", [-2]),
        (np.uint16, [65535, 65535], 3, "bicubic", [65535] * 3),
        (np.int64, [2**63 - 1, 2**63 - 1], 1, "bilinear", [2**63 - 1024]),
        (np.int64, [-(2**63), -(2**63)], 1, "bilinear", [-(2**63)]),
        (
            np.int64,
            [2**53 + 1, 2**53 + 3],
            4,
            "nearest",
            [2**53 + 1] * 2 + [2**53 + 3] * 2,
        ),
        (np.bool_, [False, True], 4, "bilinear", [False, False, True, True]),
        (np.bool_, [False, True], 1, "bilinear", [False]),
        (np.bool_, [True, False], 4, "nearest", [True, True, False, False]),
        (np.float16, [0, 1], 4, "bilinear", [0, 0.25, 0.75, 1]),
        (np.float16, [0, 65504], 4, "bicubic", [-6140, 13304, 52192, 65504]),
    ],
)
def test_dtype_is_kept_and_values_fit_it(
    dtype: type, line: list, n: int, method: str, expected: list
) -> None:
    resized = imresize(np.array([line], dtype), (1, n), method)
    np.testing.assert_array_equal(resized, np.array([expected], dtype), strict=True)


def test_bfloat16_is_kept() -> None:
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    for method in METHODS:
        resized = imresize(np.array([[0, 4]], bfloat16), (1, 1), method)
        assert resized.dtype == bfloat16
        assert float(resized[0, 0]) == (4 if method == "nearest" else 2)


@given(
    a=maps(st.integers(0, 255), np.uint8),
    size=targets,
    method=st.sampled_from(SMOOTH),
)
@settings(max_examples=30)
def test_bytes_are_the_definition_rounded_and_clipped(
    a: np.ndarray, size: tuple[int, int], method: str
) -> None:
    exact = slow_batch(a, size, method).clip(0, 255)
    resized = imresize(a, size, method)
    assert resized.dtype == np.uint8
    assert np.abs(resized - exact).max() <= 0.5 + 1e-9


@given(a=maps(plain), size=targets, method=methods)
@settings(max_examples=50)
def test_equals_the_definition(
    a: np.ndarray, size: tuple[int, int], method: str
) -> None:
    before = a.copy()
    np.testing.assert_allclose(
        imresize(a, size, method), slow_batch(a, size, method), rtol=0, atol=1e-11
    )
    np.testing.assert_array_equal(a, before)


non_finite = st.sampled_from([np.nan, np.inf, -np.inf])


@given(
    a=maps(st.one_of(*[plain] * 7, non_finite)),
    size=targets,
    method=methods,
    single=st.booleans(),
)
@settings(max_examples=60)
def test_nan_and_infinities_reach_as_far_as_their_weights(
    a: np.ndarray, size: tuple[int, int], method: str, single: bool
) -> None:
    resized = imresize(a.astype(np.float32) if single else a, size, method)
    if size == a.shape[1:3]:
        np.testing.assert_array_equal(resized, a)
        return
    expected = slow_batch(a, size, method)
    np.testing.assert_allclose(
        resized, expected, rtol=0, atol=1e-3 if single else 1e-11
    )


def test_one_nan_marks_its_neighbourhood_in_its_channel_alone() -> None:
    a = np.zeros((20, 20, 2), np.float32)
    a[10, 10, 0] = np.nan
    lost = np.isnan(imresize(a, (40, 40)))
    assert not lost[..., 1].any()
    np.testing.assert_array_equal(
        np.argwhere(lost[..., 0]),
        [(y, x) for y in range(17, 25) for x in range(17, 25)],
    )


@given(
    value=st.floats(-1e30, 1e30),
    source=st.tuples(sides, sides),
    size=targets,
    method=methods,
)
def test_constant_pictures_stay_constant(
    value: float, source: tuple[int, int], size: tuple[int, int], method: str
) -> None:
    np.testing.assert_allclose(
        imresize(np.full(source, value), size, method),
        np.full(size, value),
        rtol=1e-13,
        atol=1e-300,
    )


@pytest.mark.slow
@given(data=st.data(), size=targets, method=methods, factor=plain)
def test_linear(
    data: st.DataObject, size: tuple[int, int], method: str, factor: float
) -> None:
    a = data.draw(maps(plain))
    b = data.draw(hnp.arrays(np.float64, a.shape, elements=plain))
    np.testing.assert_allclose(
        imresize(a + factor * b, size, method),
        imresize(a, size, method) + factor * imresize(b, size, method),
        atol=1e-9,
    )


@given(a=maps(plain), size=targets, method=methods)
def test_all_channels_at_once_equal_one_by_one(
    a: np.ndarray, size: tuple[int, int], method: str
) -> None:
    together = imresize(a, size, method)
    for n, one in enumerate(a):
        for c in range(a.shape[3]):
            np.testing.assert_allclose(
                together[n, ..., c], imresize(one[..., c], size, method), atol=1e-12
            )


@given(a=maps(plain), size=targets, method=st.sampled_from(METHODS[1:]))
def test_bilinear_and_nearest_stay_in_range(
    a: np.ndarray, size: tuple[int, int], method: str
) -> None:
    resized = imresize(a, size, method)
    assert resized.min() >= a.min() - 1e-12
    assert resized.max() <= a.max() + 1e-12


@given(a=maps(st.floats(width=32, allow_nan=False, allow_infinity=False), np.float32))
def test_no_overshoot_becomes_infinite(a: np.ndarray) -> None:
    for method in SMOOTH:
        assert np.isfinite(imresize(a, (5, 8), method)).all()
        assert np.isfinite(imresize(a.astype(np.float64) * 5e269, (5, 8), method)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_overshoot_at_the_end_of_a_dtype_is_clipped(dtype: type) -> None:
    largest = np.finfo(dtype).max
    for sign in (1, -1):
        resized = imresize(np.array([[0, sign * largest]], dtype), (1, 4))
        np.testing.assert_allclose(
            resized / largest,
            [[-sign * 0.09375, sign * 0.203125, sign * 0.796875, sign]],
        )


@pytest.mark.parametrize("method", SMOOTH)
@pytest.mark.parametrize("times", [2, 3, 5])
def test_ramps_survive_enlarging_and_shrinking(times: int, method: str) -> None:
    y, x = np.mgrid[:12, :15]
    ramp = 3.0 * y - 2.0 * x
    large = imresize(ramp, (12 * times, 15 * times), method)
    centres = [(np.arange(n * times) + 0.5) / times - 0.5 for n in ramp.shape]
    inner = slice(2 * times, -2 * times)
    np.testing.assert_allclose(
        large[inner, inner],
        (3.0 * centres[0][:, None] - 2.0 * centres[1])[inner, inner],
        atol=1e-11,
    )
    back = imresize(large, ramp.shape, method)
    np.testing.assert_allclose(back[4:-4, 4:-4], ramp[4:-4, 4:-4], atol=1e-11)


def test_same_size_is_an_equal_copy() -> None:
    a = np.array([[1.0, np.nan], [np.inf, 1e300]])
    for size in ((2, 2), 1, 1.0):
        same = imresize(a, size)
        np.testing.assert_array_equal(same, a)
        assert not np.shares_memory(same, a)


@pytest.mark.parametrize("shape", [(0, 4, 5, 3), (2, 4, 5, 0), (4, 5, 0)])
def test_nothing_to_resize(shape: tuple[int, ...]) -> None:
    first = len(shape) - 3
    for method in METHODS:
        resized = imresize(np.zeros(shape, np.float32), (6, 2), method)
        assert resized.shape == (*shape[:first], 6, 2, shape[-1])


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((0, 3), r"at least \(1, 1\), received \(0, 3\)"),
        ((3, -1), r"at least \(1, 1\)"),
        (
            (2.0, 3.0),
            r"\(rows, cols\) as integers or one factor, received \(2.0, 3.0\)",
        ),
        ((2, 3, 4), "as integers or one factor"),
        ("ab", "as integers or one factor"),
        (None, "as integers or one factor"),
        (0.0, "positive and finite"),
        (-1, "positive and finite"),
        (math.nan, "positive and finite"),
    ],
)
def test_impossible_sizes_are_refused(size: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        imresize(np.zeros((4, 4)), size)


def test_other_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no method 'bicubc'\. .*mean 'bicubic'"):
        imresize(np.zeros((4, 4)), (2, 2), "bicubc")
    with pytest.raises(ValueError, match=r"received \(4,\)"):
        imresize(np.zeros(4), (2, 2))
    with pytest.raises(ValueError, match="without pixels"):
        imresize(np.zeros((4, 0)), (2, 2))
    with pytest.raises(TypeError, match="complex128"):
        imresize(np.zeros((4, 4), complex), (2, 2))
