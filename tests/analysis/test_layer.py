"""Statistics of a layer against NumPy on all values at once."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_actviz.analysis.channels import channel_statistics
from tb_actviz.analysis.layer import LayerStatistics, layer_statistics, saturated_share


def combined(*inputs: np.ndarray) -> LayerStatistics:
    """Statistics of a layer by way of those of its channels; inputs are (H, W, C)."""
    return layer_statistics(
        [channel_statistics(one) for one in inputs],
        [one.shape[0] * one.shape[1] for one in inputs],
    )


def assert_combined(*inputs: np.ndarray) -> None:
    found = combined(*inputs)
    channels = inputs[0].shape[2]
    values = np.concatenate([one.reshape(-1, channels) for one in inputs])
    finite = values[np.isfinite(values)].astype(np.float64)
    expected = LayerStatistics(
        minimum=finite.min() if finite.size else math.nan,
        maximum=finite.max() if finite.size else math.nan,
        mean=finite.mean() if finite.size else math.nan,
        std=finite.std() if finite.size else math.nan,
        zero_share=np.count_nonzero(values == 0) / values.size,
        nan_count=np.count_nonzero(np.isnan(values)),
        inf_count=np.count_nonzero(np.isinf(values)),
        silent=tuple(c for c in range(channels) if not values[:, c].any()),
        channels=channels,
        inputs=len(inputs),
    )
    near = 1e-14 * max(abs(finite), default=0.0)
    for name, value in dataclasses.asdict(expected).items():
        answer = getattr(found, name)
        assert isinstance(answer, int | float | tuple)
        if name in ("mean", "std"):
            assert answer == pytest.approx(value, rel=1e-12, abs=near, nan_ok=True)
        else:
            np.testing.assert_array_equal(answer, value)


@st.composite
def inputs(draw: st.DrawFn, elements: st.SearchStrategy) -> list[np.ndarray]:
    """One to four inputs of one layer, (H, W, C) each, sizes differ."""
    channels = draw(st.integers(1, 4))
    sides = st.integers(1, 4)
    shapes = st.tuples(sides, sides, st.just(channels))
    arrays = shapes.flatmap(
        lambda shape: hnp.arrays(np.float32, shape, elements=elements)
    )
    return draw(st.lists(arrays, min_size=1, max_size=4))


@pytest.mark.slow
@given(inputs(st.floats(-100, 100, width=32)))
def test_inputs_combined_equal_numpy_on_all_values(layer: list[np.ndarray]) -> None:
    assert_combined(*layer)


@given(inputs(st.sampled_from([0, 0, 0, -1, 2.5, np.nan, np.inf, -np.inf])))
def test_what_is_not_finite_is_counted_and_left_out(layer: list[np.ndarray]) -> None:
    assert_combined(*layer)


def test_large_layers_of_different_sizes() -> None:
    rng = np.random.default_rng(0)
    layer = [
        rng.normal(mean, 3, (side, side + 1, 48)).astype(np.float32)
        for mean, side in ((0, 40), (1e4, 7), (-20, 1))
    ]
    assert_combined(*layer)


def test_known_statistics() -> None:
    first = np.float32([[[0, 2, np.nan], [0, 0, 4]]])
    second = np.float32([[[0, -2, np.inf]]])
    assert combined(first, second) == LayerStatistics(
        minimum=-2.0,
        maximum=4.0,
        mean=4 / 7,
        std=math.sqrt(24 / 7 - (4 / 7) ** 2),
        zero_share=4 / 9,
        nan_count=1,
        inf_count=1,
        silent=(0,),
        channels=3,
        inputs=2,
    )
    assert combined(first, second).silent_share == 1 / 3


def test_a_channel_is_silent_only_if_it_is_for_every_input() -> None:
    asleep, awake = np.zeros((2, 2, 3)), np.zeros((1, 1, 3))
    awake[0, 0, 1] = 1e-30
    assert combined(asleep).silent == (0, 1, 2)
    assert combined(asleep).silent_share == 1
    assert combined(asleep, awake).silent == (0, 2)
    assert combined(awake, asleep).silent == (0, 2)
    asleep[0, 0, 2] = np.nan
    assert combined(asleep, awake).silent == (0,)


def test_nothing_finite_has_no_statistics() -> None:
    found = combined(np.full((2, 1, 3), np.nan), np.full((1, 1, 3), np.inf))
    numbers = (found.minimum, found.maximum, found.mean, found.std)
    assert all(map(math.isnan, numbers))
    assert (found.nan_count, found.inf_count, found.zero_share) == (6, 3, 0)
    assert (found.silent, found.channels, found.silent_share) == ((), 3, 0)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 9))
def test_a_constant_layer_has_no_deviation(value: float, side: int) -> None:
    found = combined(np.full((side, 3, 2), value), np.full((2, side, 2), value))
    assert (found.minimum, found.maximum, found.mean) == (value, value, value)
    assert found.std == 0


@pytest.mark.parametrize("unit", [1e-310, 1e-200, 1e200, 4e307])
def test_magnitudes_whose_squares_no_float_holds(unit: float) -> None:
    first = np.array([[[3.0, -4.0]], [[1.0, 0.0]]])
    second = np.array([[[-2.0, 4.0]]])
    expected = np.array([3.0, -4, 1, 0, -2, 4])
    found = combined(first * unit, second * unit)
    assert found.mean == pytest.approx(expected.mean() * unit, rel=1e-12, abs=1e-322)
    assert found.std == pytest.approx(expected.std() * unit, rel=1e-12, abs=1e-322)


def test_no_deviation_is_more_than_half_of_the_range() -> None:
    less = float(np.nextafter(1.0, 0.0))
    values = [(1.0, 4), (1.0, 5), (less, 7), (1.0, 6), (less, 5)]
    found = combined(*(np.full((1, many, 1), value) for value, many in values))
    assert found.minimum <= found.mean <= found.maximum
    assert 0 < found.std <= (1.0 - less) / 2


def test_zeros_are_counted_exactly() -> None:
    a = np.ones((11, 2, 3))
    a.reshape(22, 3)[:15] = 0  # 15 / 22 * 22 is less than 15 in floating point
    assert combined(a).zero_share == 45 / 66


def test_both_ends_of_the_range() -> None:
    largest = np.finfo(np.float64).max
    found = combined(np.full((2, 2, 1), largest), np.full((2, 2, 1), -largest))
    assert (found.mean, found.std) == (0, largest)


def test_inputs_that_do_not_fit_are_refused() -> None:
    two, three = (channel_statistics(np.zeros((1, 1, c))) for c in (2, 3))
    batch = channel_statistics(np.zeros((4, 1, 1, 3)))
    with pytest.raises(ValueError, match="at least one input"):
        layer_statistics([], [])
    with pytest.raises(ValueError, match=r"shapes \[\(2,\), \(3,\)\]; expected one"):
        layer_statistics([three, two], [1, 1])
    with pytest.raises(ValueError, match=r"shapes \[\(4, 3\)\]; expected one shape"):
        layer_statistics([batch], [1])
    with pytest.raises(ValueError, match=r"Received 1 inputs .* of 2; expected one"):
        layer_statistics([three], [1, 1])


@pytest.mark.parametrize(
    ("low", "high", "share"),
    [
        (0, 1, 6 / 10),  # a sigmoid: everything 0.01 from a bound
        (-1, 1, 4 / 10),  # a hyperbolic tangent: everything 0.02 from a bound
        (-0.5, 1, 5 / 10),
        (None, 1, 3 / 10),  # a rectifier with a maximum
        (None, 6, 1 / 10),
        (0, None, 2 / 10),  # a share of zero is zero
        (-0.5, None, 1 / 10),
    ],
)
def test_known_shares_at_the_bounds(
    low: float | None, high: float | None, share: float
) -> None:
    values = np.array([0, 0.005, 0.5, 0.95, 0.9875, 0.9925, 1, np.inf, -0.5, np.nan])
    assert saturated_share(values, low, high) == share
    assert saturated_share(values.astype(np.float16).reshape(5, 2), low, high) == share


def test_infinity_is_saturated_only_beyond_a_bound() -> None:
    assert saturated_share([-np.inf, np.inf, np.nan, 0.5], 0, 1) == 0.5
    assert saturated_share([-np.inf, np.inf, np.nan, 0.5], None, 1) == 0.25
    assert saturated_share([-np.inf, np.inf, np.nan, 0.5], 0, None) == 0.25


def test_the_tolerance_is_a_share_of_the_distance() -> None:
    values = np.arange(-10, 11)
    assert saturated_share(values, -10, 10, tolerance=0) == 2 / 21
    assert saturated_share(values, -10, 10, tolerance=0.1) == 6 / 21
    assert saturated_share(values, None, 10, tolerance=0.1) == 2 / 21
    assert saturated_share(values, -10, None, tolerance=0.2) == 3 / 21


@given(
    hnp.arrays(np.float32, (3, 4), elements=st.floats(-1, 1, width=32)),
    st.floats(0, 0.24),
)
def test_shares_at_each_bound_add_up(values: np.ndarray, tolerance: float) -> None:
    both = saturated_share(values, -1, 1, tolerance)
    low = saturated_share(values, -1, None, 2 * tolerance)
    high = saturated_share(values, None, 1, 2 * tolerance)
    assert both == pytest.approx(low + high)


@pytest.mark.parametrize("bounds", [(None, None), (1, 1), (1, 0)])
def test_impossible_bounds_are_refused(bounds: tuple[float | None, ...]) -> None:
    with pytest.raises(ValueError, match="expected low < high, or None for one"):
        saturated_share(np.zeros(3), *bounds)


def test_other_impossible_requests_are_refused() -> None:
    for tolerance in (-0.1, 0.5, math.nan):
        with pytest.raises(ValueError, match=f"tolerance={tolerance}; expected at"):
            saturated_share(np.zeros(3), 0, 1, tolerance)
    with pytest.raises(ValueError, match=r"shape \(0, 3\) hold none"):
        saturated_share(np.zeros((0, 3)), 0, 1)
    with pytest.raises(TypeError, match="real numbers"):
        saturated_share(np.array(["a"]), 0, 1)
