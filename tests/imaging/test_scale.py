"""Scales, what is outside of them, and how their values are written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_actviz.imaging.scale import (
    Marks,
    Scale,
    common_scale,
    count_marks,
    format_value,
    stretch_channels,
    sum_marks,
)


def test_rectified_values_are_grey_from_zero() -> None:
    scale = common_scale(np.array([2.0, 5.0]), np.array([0.0, 7.0]), subject="both")
    assert scale == Scale(0.0, 7.0, "gray", "0 to maximum, both")


def test_one_negative_value_makes_it_symmetric_and_two_hued() -> None:
    scale = common_scale(np.array([2.0, 5.0]), np.array([-9.0, 7.0]), subject="both")
    assert scale == Scale(-9.0, 9.0, "signed", "symmetric, both")
    asked = common_scale(np.array([2.0, 5.0]), signed=True, subject="x")
    assert asked == Scale(-5.0, 5.0, "signed", "symmetric, x")


def test_fixed_limits_are_two_hued_only_around_zero() -> None:
    values = np.array([-1.0])
    assert common_scale(values, limits=(-3, 3), subject="") == Scale(
        -3, 3, "signed", "fixed scale"
    )
    assert common_scale(values, limits=(-1, 3), subject="").colormap == "gray"
    shared = common_scale(values, limits=(0, 3), limits_of="all steps", subject="")
    assert shared == Scale(0, 3, "gray", "one scale, all steps")


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ([0.0, -0.0], "every value is 0, x"),
        ([np.nan, np.inf], "nothing finite, x"),
        ([0.0, np.nan], "every finite value is 0, x"),
    ],
)
def test_zeros_and_nothing_finite_have_a_scale_that_claims_no_maximum(
    values: list[float], note: str
) -> None:
    array = np.array(values)
    assert common_scale(array, subject="x") == Scale(0.0, 1.0, "gray", note)
    assert common_scale(array, array, signed=True, subject="x") == Scale(
        -1.0, 1.0, "signed", note
    )


@pytest.mark.parametrize("dead", [0.0, np.nan, np.inf])
def test_a_dead_map_leaves_the_scale_to_the_living(dead: float) -> None:
    nothing, weak = np.full(4, dead), np.array([0.0, 0.01])
    assert common_scale(nothing, weak, subject="both") == Scale(
        0.0, 0.01, "gray", "0 to maximum, both"
    )
    assert common_scale(weak, nothing, signed=True, subject="both") == Scale(
        -0.01, 0.01, "signed", "symmetric, both"
    )
    assert common_scale(nothing, -weak, subject="both") == Scale(
        -0.01, 0.01, "signed", "symmetric, both"
    )


def test_marks_are_counted() -> None:
    values = np.array([np.nan, np.nan, np.inf, -np.inf, -1.0, 0.0, 1.0, 1.5])
    scale = Scale(0.0, 1.0, "gray", "")
    assert count_marks(values, scale) == Marks(2, 2, 2)
    assert count_marks(values) == Marks(2, 2, 0)
    assert count_marks(np.array([0.5]), scale) == Marks()
    assert sum_marks(Marks(1, 2, 3), Marks(10, 20, 30)) == Marks(11, 22, 33)


@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5)),
        elements=st.floats(-(2.0**100), 2.0**100, width=32)
        | st.sampled_from([np.nan, np.inf]),
    )
)
def test_stretched_channels_equal_each_on_its_own(maps: np.ndarray) -> None:
    stretched, scale = stretch_channels(maps)
    assert scale == Scale(
        0.0,
        1.0,
        "gray",
        "each channel from its own minimum to its maximum; constant ones as they are, "
        "clipped to 0…1",
    )
    for index in range(maps.shape[2]):
        channel = maps[:, :, index].astype(np.float64)
        expected = channel.copy()
        finite = np.isfinite(channel)
        if finite.any():
            low, high = channel[finite].min(), channel[finite].max()
            flat = low == high
            expected[finite] = np.clip(
                channel[finite] if flat else (channel[finite] - low) / (high - low),
                0,
                1,
            )
        np.testing.assert_allclose(stretched[:, :, index], expected, atol=1e-12)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1629.5, "1630"),
        (-659.071, "-659.1"),
        (123456.7, "123457"),
        (1234567.0, "1.235e+06"),
        (0.00004217, "4.217e-05"),
        (1.0, "1"),
    ],
)
def test_values_are_written_short(value: float, text: str) -> None:
    assert format_value(value) == text
