from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_actviz.arrays import finite_limits
from tb_actviz.imaging.colormap import mat2gray

DTYPES = [
    *(np.float16, np.float32, np.float64),
    *(np.int8, np.uint8, np.int16, np.int32, np.uint32, np.int64, np.uint64, np.bool_),
]
any_array = hnp.arrays(
    st.sampled_from(DTYPES), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0)
)


def slow_limits(a: np.ndarray) -> tuple[float, float] | None:
    finite = [float(v) for v in a.ravel() if math.isfinite(v)]
    return (min(finite), max(finite)) if finite else None


def slow_gray(value: float, lo: float, hi: float) -> float:
    """One value, in exact arithmetic."""
    if math.isnan(value):
        return math.nan
    if math.isinf(value):
        return 1.0 if value > 0 else 0.0
    exact = Fraction(value)
    if lo != hi:
        exact = (exact - Fraction(lo)) / (Fraction(hi) - Fraction(lo))
    return float(min(max(exact, Fraction(0)), Fraction(1)))


def assert_is_gray(a: np.ndarray, limits: tuple[float, float] | None) -> None:
    before = a.copy()
    with np.errstate(all="raise", under="ignore"):
        gray = mat2gray(a, limits)
    np.testing.assert_array_equal(a, before)
    short = a.dtype in (np.float16, np.float32)
    assert gray.dtype == (np.float32 if short else np.float64)
    lo, hi = limits or slow_limits(a) or (0.0, 0.0)
    expected = np.array(
        [slow_gray(float(v), lo, hi) for v in a.ravel()], np.float64
    ).reshape(a.shape)
    np.testing.assert_allclose(
        gray, expected, rtol=0, atol=4 * float(np.finfo(gray.dtype).eps)
    )


@given(any_array)
def test_equals_exact_arithmetic_on_its_own_range(a: np.ndarray) -> None:
    assert_is_gray(a, None)


@given(any_array, st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 2))
def test_equals_exact_arithmetic_on_given_limits(
    a: np.ndarray, limits: tuple[float, float]
) -> None:
    assert_is_gray(a, (min(limits), max(limits)))


@given(any_array)
def test_finite_limits_are_those_of_a_loop(a: np.ndarray) -> None:
    assert finite_limits(a) == slow_limits(a)


@pytest.mark.parametrize(
    ("values", "limits", "expected"),
    [
        ([2, 4, 3], None, [0, 1, 0.5]),
        ([2, 4, 3], (0, 2), [1, 1, 1]),
        ([-2, 2, 0], (-1, 1), [0, 1, 0.5]),
        ([7, 7], None, [1, 1]),
        ([-7, -7], None, [0, 0]),
        ([0.25, 0.25], None, [0.25, 0.25]),
        ([0.25, -3, 5], (4, 4), [0.25, 0, 1]),
        ([0, 0], None, [0, 0]),
        ([np.nan, 1, 3], None, [np.nan, 0, 1]),
        ([np.inf, -np.inf, 1, 3, 2], None, [1, 0, 0, 1, 0.5]),
        ([np.inf, -np.inf, np.nan], None, [1, 0, np.nan]),
        ([np.nan, np.nan], None, [np.nan, np.nan]),
        ([np.nan, 5, 5], None, [np.nan, 1, 1]),
        ([], None, []),
        ([[True, False]], None, [[1, 0]]),
    ],
)
def test_known_answers(values: list, limits: tuple | None, expected: list) -> None:
    np.testing.assert_array_equal(mat2gray(values, limits), expected)


@pytest.mark.parametrize(
    ("values", "limits", "expected"),
    [
        ([-3.4e38, 0, 3.4e38], None, [0, 0.5, 1]),
        ([1e-45, 3e-45, 0], None, [0.5, 1, 0]),
        # float32 has no 16777217: rounded limits would give 0.5 and 1.
        ([16777218, 16777220], (16777217, 16777221), [0.25, 0.75]),
        ([0.5, 2], (0, 1e300), [5e-301, 2e-300]),
        ([1, 3e38], (-1e39, 1e39), [0.5, 0.65]),
    ],
)
def test_extreme_float32(values: list, limits: tuple | None, expected: list) -> None:
    gray = mat2gray(np.array(values, np.float32), limits)
    assert gray.dtype == np.float32
    np.testing.assert_allclose(gray, np.float32(expected), rtol=1e-6)


def test_range_wider_than_float64() -> None:
    largest = np.finfo(np.float64).max
    np.testing.assert_array_equal(
        mat2gray([-largest, 0.0, largest / 2, largest]), [0, 0.5, 0.75, 1]
    )


def test_bfloat16_becomes_float32() -> None:
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    gray = mat2gray(np.array([1, 2, 5, np.nan], bfloat16))
    assert gray.dtype == np.float32
    np.testing.assert_array_equal(gray, [0, 0.25, 1, np.nan])
    assert finite_limits(np.array([1, 5, np.inf], bfloat16)) == (1.0, 5.0)


@pytest.mark.parametrize("dtype", [np.complex64, object, "U1", "M8[s]", "m8[s]"])
def test_what_is_not_a_real_number_is_refused(dtype: object) -> None:
    for function in (mat2gray, finite_limits):
        with pytest.raises(TypeError, match=r"real numbers .* received dtype"):
            function(np.zeros(2, dtype))


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ((2, 1), r"ascend, received \(2.0, 1.0\). Write \(1.0, 2.0\)"),
        ((0, np.inf), "finite"),
        ((np.nan, 1), "finite"),
        ((1,), "two numbers"),
        ((1, 2, 3), "two numbers"),
        (3, "two numbers"),
        ("ab", "two numbers"),
    ],
)
def test_wrong_limits_are_refused(limits: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mat2gray([1.0], limits)
