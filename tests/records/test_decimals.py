"""Few digits, and the same float32."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tb_actviz.records.decimals import (
    as_float32,
    few_digits,
    few_digits_of_each,
)


@given(st.lists(st.floats(width=32, allow_infinity=False)))
def test_few_digits_are_the_same_float32(values: list[float]) -> None:
    short = few_digits(values)
    expected = [None if math.isnan(value) else value for value in values]
    assert [x if x is None else float(np.float32(x)) for x in short] == expected


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False)))
def test_nine_digits_are_enough(values: list[float]) -> None:
    for number in few_digits(values):
        assert float(f"{number:.8e}") == number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (1 / 3, "0.33333334"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (7.0, "7.0"),
        (-12769.25, "-12769.25"),
        (3.4028234663852886e38, "3.4028235e+38"),
        (1e-5, "1e-05"),
        (2.0**-149, "1e-45"),
        (1.1e-20, "1.1e-20"),
        (1e30, "1e+30"),
        (16777217, "16777216.0"),
    ],
)
def test_numbers_are_written_as_float32_writes_them(value: float, text: str) -> None:
    (rounded,) = as_float32([value])
    assert list(map(repr, few_digits([rounded]))) == [text]


def test_rounding_gives_equal_tuples_whatever_is_missing() -> None:
    values = np.array([0.1, math.nan, math.inf, -math.inf, 1e300, 1e-300, 3])
    rounded = as_float32(values)
    nan = math.nan
    assert rounded == (float(np.float32(0.1)), nan, nan, nan, nan, 0.0, 3.0)
    assert rounded == as_float32(rounded)
    assert as_float32([]) == ()


def test_lists_are_shortened_apart_as_they_are_together() -> None:
    third, tenth = as_float32([1 / 3, 0.1])
    lists = [[third, math.nan], [], (tenth,)]
    assert few_digits_of_each(*lists) == [[0.33333334, None], [], [0.1]]
    assert few_digits_of_each() == []
