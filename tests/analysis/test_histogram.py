"""Histograms against exact arithmetic, and against each other."""

from __future__ import annotations

import functools
import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_actviz.analysis.layer import Histogram, histogram

DTYPES = [
    *(np.float16, np.float32, np.float64),
    *(np.bool_, np.int8, np.uint8, np.int32, np.int64, np.uint64),
]
LIMITS = st.sampled_from([2, 3, 4, 7, 64, 512])
SHAPES = st.integers(1, 12)
# Any bits are a number: all magnitudes, subnormal ones, NaN and infinities.
wild = st.sampled_from(DTYPES).flatmap(lambda dtype: hnp.arrays(dtype, SHAPES))
layers = hnp.arrays(np.float32, SHAPES, elements=st.floats(-8, 8, width=16))


def finite(values: np.ndarray) -> list[float | int]:
    return [v for v in values.ravel().tolist() if math.isfinite(v)]


def number_of(value: float | Fraction, exponent: int) -> int:
    """Number of the bin in which a value lies, in exact arithmetic."""
    return math.floor(Fraction(value) / Fraction(2) ** exponent)


def content(found: Histogram) -> tuple[int, int, list[int], int]:
    return found.exponent, found.first, found.counts.tolist(), found.most


def spacing_exponent(values: np.ndarray) -> int:
    """Power of two between neighbouring numbers at the largest magnitude."""
    magnitude = max(map(abs, finite(values)))
    wide = values.dtype.itemsize > 4 or values.dtype.kind != "f"
    digits, smallest = (52, -1022) if wide else (23, -126)
    leading = math.frexp(magnitude)[1] - 1 if magnitude else smallest
    exponent = max(leading, smallest) - digits
    return exponent if values.dtype.kind == "f" else max(exponent, 0)


@given(wild, LIMITS)
def test_every_value_is_counted_in_its_bin(values: np.ndarray, most: int) -> None:
    found, expected = histogram(values, most), finite(values)
    if not expected:
        assert found is None
        return
    assert found is not None
    assert (found.counts.dtype, found.counts.ndim, found.most) == (np.int64, 1, most)
    assert 0 < len(found.counts) <= most
    bins = Counter(number_of(value, found.exponent) for value in expected)
    assert {
        found.first + i: count for i, count in enumerate(found.counts) if count
    } == bins
    assert (found.first, found.last) == (min(bins), max(bins))


@given(wild, LIMITS)
def test_the_width_is_the_finest_possible(values: np.ndarray, most: int) -> None:
    found, expected = histogram(values, most), finite(values)
    if found is None:
        return
    floor = spacing_exponent(values)
    assert found.exponent >= floor
    if found.exponent > floor:
        finer = found.exponent - 1
        low, high = number_of(min(expected), finer), number_of(max(expected), finer)
        assert high - low + 1 > most


@given(wild, LIMITS)
def test_edges_are_exact_and_enclose_the_values(values: np.ndarray, most: int) -> None:
    found, expected = histogram(values, most), finite(values)
    if found is None:
        return
    edges = found.edges()
    assert (edges.dtype, edges.shape) == (np.float64, (len(found.counts) + 1,))
    assert (edges[:-1] < edges[1:]).all()
    exact = edges.tolist()
    assert exact[0] <= min(expected) <= max(expected) < exact[-1]
    for number, edge in enumerate(exact, found.first):
        if math.isfinite(edge):
            assert Fraction(edge) == number * Fraction(2) ** found.exponent
        else:
            assert abs(number) * Fraction(2) ** found.exponent >= 2**1024


@given(layers)
def test_counts_equal_those_of_numpy(values: np.ndarray) -> None:
    found = histogram(values)
    assert found is not None
    expected, _ = np.histogram(values, found.edges())
    assert found.counts.tolist() == expected.tolist()


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_layer_in_several_blocks_equals_numpy(dtype: str) -> None:
    values = np.random.default_rng(0).normal(3, 40, (97, 61, 32)).astype(dtype)
    values[values < 0] = 0
    found = histogram(values)
    assert found is not None
    assert 256 < len(found.counts) <= 512
    expected, _ = np.histogram(values, found.edges())
    assert found.counts.tolist() == expected.tolist()


@given(wild, LIMITS, st.data())
def test_parts_merged_are_the_whole(
    values: np.ndarray, most: int, data: st.DataObject
) -> None:
    values = values.ravel()
    cuts = data.draw(st.lists(st.integers(0, values.size), max_size=4).map(sorted))
    parts = [histogram(part, most) for part in np.split(values, cuts)]
    parts = data.draw(st.permutations([part for part in parts if part is not None]))
    whole = histogram(values, most)
    if whole is None:
        assert parts == []
        return
    merged = functools.reduce(Histogram.merged, parts)
    assert content(merged) == content(whole)


histograms = wild.map(lambda values: histogram(values, 64)).filter(bool)


@pytest.mark.slow
@given(histograms, histograms, histograms)
def test_the_order_of_merging_does_not_matter(
    a: Histogram, b: Histogram, c: Histogram
) -> None:
    first, second = a.merged(b).merged(c), c.merged(a.merged(b))
    third = b.merged(a.merged(c))
    assert content(first) == content(second) == content(third)
    assert first.counts.sum() == sum(one.counts.sum() for one in (a, b, c))


@given(histograms, histograms)
def test_merging_uses_the_coarser_width_or_as_little_more_as_fits(
    a: Histogram, b: Histogram
) -> None:
    merged = a.merged(b)
    coarser = max(a.exponent, b.exponent)
    assert merged.exponent >= coarser
    assert len(merged.counts) <= 64
    if merged.exponent > coarser:
        up = merged.exponent - 1
        numbers = [
            number_of(number * Fraction(2) ** one.exponent, up)
            for one in (a, b)
            for number in (one.first, one.last)
        ]
        assert max(numbers) - min(numbers) + 1 > 64


@given(wild, LIMITS)
def test_coarsening_equals_counting_in_fewer_bins(
    values: np.ndarray, most: int
) -> None:
    fine, coarse = histogram(values), histogram(values, most)
    if fine is None or coarse is None:
        return
    assert content(fine.coarsened(most)) == (*content(coarse)[:3], 512)


@given(histograms)
def test_coarsening_in_steps_equals_coarsening_at_once(found: Histogram) -> None:
    assert content(found.coarsened(16).coarsened(4)) == content(found.coarsened(4))
    assert found.coarsened(64) is found


def test_a_known_histogram() -> None:
    found = histogram(np.array([[0, 0.5, 0.5], [1.75, np.nan, -0.25]], np.float32), 9)
    assert found is not None
    assert content(found) == (-2, -1, [1, 1, 0, 2, 0, 0, 0, 0, 1], 9)
    assert found.edges().tolist() == [x / 4 for x in range(-1, 9)]
    assert content(found.coarsened(4)) == (0, -1, [1, 3, 1], 9)
    assert content(found.coarsened(8)) == (-1, -1, [1, 1, 2, 0, 1], 9)


def test_a_known_merge() -> None:
    left = Histogram(-1, -3, np.array([1, 2, 3, 4]), 4)  # −1.5 … 0.5
    right = Histogram(0, 1, np.array([10, 20]), 4)  # 1 … 3
    assert content(left.merged(right)) == (1, -1, [6, 14, 20], 4)


def test_the_larger_limit_counts() -> None:
    few = histogram(np.float32([1, 2, 3]), 2)
    many = histogram(np.float32([0, 7]), 8)
    assert few is not None
    assert many is not None
    assert content(few.merged(many)) == content(many.merged(few))
    assert few.merged(many).most == 8


@pytest.mark.parametrize(
    ("value", "dtype", "exponent"),
    [
        (0, "f4", -149),
        (-0.0, "f8", -1074),
        (1.0, "f4", -23),
        (-1.0, "f8", -52),
        (1e-45, "f4", -149),
        (3.4e38, "f4", 104),
        (-1.7e308, "f8", 971),
        (7, "u1", 0),
        (0, "i4", 0),
        (2**62, "i8", 10),
        (2**64 - 1, "u8", 12),
    ],
)
def test_a_constant_has_one_narrow_bin(value: float, dtype: str, exponent: int) -> None:
    found = histogram(np.full((3, 2), value, dtype))
    assert found is not None
    number = number_of(np.array(value, dtype).item(), exponent)
    assert content(found) == (exponent, number, [6], 512)


def test_a_constant_does_not_spoil_a_merge() -> None:
    values = np.linspace(0, 2, 999, dtype=np.float32)
    whole, dead = histogram(values), histogram(np.zeros(5, np.float32))
    assert whole is not None
    assert dead is not None
    merged = dead.merged(whole)
    assert (merged.exponent, merged.first) == (whole.exponent, whole.first)
    assert (merged.counts - whole.counts).tolist() == [5] + [0] * whole.last


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([-3.4e38, -1e-45, 0, 1e-45, 3.4e38], "f4"),
        ([-1.79e308, -5e-324, -0.0, 5e-324, 1.79e308], "f8"),
        ([-5e-324, 5e-324, 1e-310], "f8"),
        ([-1e-45, 0, 1e-40], "f4"),
        ([-(2**63), -1, 0, 2**63 - 1], "i8"),
        ([0, 1, 2**63, 2**64 - 1], "u8"),
        ([2**64 - 1, 0], "u8"),
        ([2**62, 2**62 + 511 * 2**10], "i8"),
        ([-128, -1, 127], "i1"),
        ([1 - 2**-24, 1, 1 + 2**-23], "f4"),
    ],
)
@pytest.mark.parametrize("most", [2, 512])
def test_extremes_lie_in_their_bins(values: list, dtype: str, most: int) -> None:
    found = histogram(np.array(values, dtype), most)
    assert found is not None
    exact = np.array(values, dtype).tolist()
    bins = Counter(number_of(value, found.exponent) - found.first for value in exact)
    assert {i: n for i, n in enumerate(found.counts) if n} == bins
    assert len(found.counts) <= most


def test_edges_beyond_float64_are_infinite() -> None:
    found = histogram(np.array([-1.79e308, 1e308]), 4)
    assert found is not None
    assert found.edges().tolist() == [-math.inf, -(2.0**1023), 0, 2.0**1023, math.inf]


def test_a_tiny_negative_value_is_below_zero_in_any_width() -> None:
    for width in range(-140, 120):
        values = np.array([-1e-45, 0, 2.0**width], np.float32)
        found = histogram(values, 4)
        assert found is not None
        assert found.first == -1
        assert found.counts[:2].tolist() == [1, 1]


def test_zeros_of_a_relu_begin_at_zero() -> None:
    found = histogram(np.float32([0, 0, 0, 1.5]))
    assert found is not None
    assert (found.first, found.edges()[0], found.counts[0]) == (0, 0, 3)


@pytest.mark.parametrize(
    "values", [[], [np.nan], [np.inf, -np.inf, np.nan], np.zeros((0, 3))]
)
def test_nothing_finite_is_no_histogram(values: list) -> None:
    assert histogram(np.float32(values)) is None


@given(layers)
def test_what_is_not_finite_is_left_out(values: np.ndarray) -> None:
    spoilt = np.append(values.ravel(), np.float32([np.nan, np.inf, -np.inf]))
    found, expected = histogram(spoilt), histogram(values)
    assert found is not None
    assert expected is not None
    assert content(found) == content(expected)


def test_any_layout_in_memory_counts_alike() -> None:
    values = np.random.default_rng(1).normal(size=(6, 7, 8)).astype(np.float32)
    expected = content(histogram(values))
    assert content(histogram(np.moveaxis(values, 0, -1))) == expected
    assert content(histogram(np.repeat(values, 2, axis=1)[:, ::2])) == expected
    assert content(histogram(values.astype(">f4"))) == expected


def test_bfloat16() -> None:
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    values = np.array([1, np.nan, -3.5, 0], bfloat16)
    found, expected = histogram(values), histogram(values.astype(np.float32))
    assert content(found) == content(expected)


def test_the_argument_is_not_changed() -> None:
    values = np.float32([-1, np.nan, 2000, 1e-3])
    before = values.copy()
    histogram(values)
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize("most", [-1, 0, 1, 65537])
def test_impossible_limits_are_refused(most: int) -> None:
    with pytest.raises(ValueError, match=rf"most={most} bins .* Choose 2 to 65536"):
        histogram(np.zeros(3), most)
    with pytest.raises(ValueError, match=rf"most={most} bins .* Choose 2 to 65536"):
        Histogram(0, 0, np.ones(3, np.int64)).coarsened(most)


def test_the_largest_limit() -> None:
    values = np.arange(1 << 16, dtype=np.float32)
    found = histogram(values, 1 << 16)
    assert found is not None
    assert content(found) == (0, 0, [1] * (1 << 16), 1 << 16)


def test_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(TypeError, match="real numbers"):
        histogram(np.array(["a"]))
