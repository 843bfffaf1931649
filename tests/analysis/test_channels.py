from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_actviz.analysis.channels import (
    ChannelStatistics,
    channel_statistics,
    silent_channels,
    strongest_channels,
)

SCORES = ["max", "mean", "l2", "std", "abs_max"]


def root(x: Fraction) -> float:
    """Square root of an exact number that itself may be beyond a float."""
    half = (x.numerator.bit_length() - x.denominator.bit_length()) // 2
    try:
        return math.ldexp(math.sqrt(x / Fraction(4) ** half), half)
    except OverflowError:
        return math.inf


def slow_channel(values: np.ndarray) -> dict[str, object]:
    """Statistics of one feature map (H, W) in exact arithmetic."""
    places = [(v.item(), (y, x)) for (y, x), v in np.ndenumerate(values)]
    finite = [(v, place) for v, place in places if math.isfinite(v)]
    result: dict[str, object] = {
        "zero_share": sum(v == 0 for v, _ in places) / len(places),
        "nan_count": sum(math.isnan(v) for v, _ in places),
        "inf_count": sum(math.isinf(v) for v, _ in places),
    }
    if not finite:
        empty = dict.fromkeys(["minimum", "maximum", "mean", "std", "l2"], math.nan)
        return result | empty | {"peak": (-1, -1)}
    exact = [Fraction(v) for v, _ in finite]
    mean = sum(exact) / len(exact)
    largest = max(exact)
    return result | {
        "minimum": float(min(exact)),
        "maximum": float(largest),
        "mean": float(mean),
        "std": root(sum((v - mean) ** 2 for v in exact) / len(exact)),
        "l2": root(sum(v**2 for v in exact)),
        "peak": next(place for v, place in finite if v == largest),
    }


def slow_statistics(a: np.ndarray) -> dict[str, np.ndarray]:
    """The same per channel of (H, W, C)."""
    channels = [slow_channel(a[..., c]) for c in range(a.shape[2])]
    return {name: np.array([c[name] for c in channels]) for name in channels[0]}


def slow_strongest(a: np.ndarray, k: int, by: str) -> tuple[list[int], list[float]]:
    """The ranking of (H, W, C) by a sort of pairs."""
    name = {"max": "maximum"}.get(by, by)
    ranking = []
    for index in range(a.shape[2]):
        channel = slow_channel(a[..., index])
        channel["abs_max"] = max(
            abs(float(channel["minimum"])), abs(float(channel["maximum"]))
        )
        score = float(channel[name])
        ranking.append((math.inf if math.isnan(score) else -score, index))
    ranking.sort()
    return [i for _, i in ranking[:k]], [-score for score, _ in ranking[:k]]


def assert_statistics(found: ChannelStatistics, a: np.ndarray) -> None:
    """Compare with the exact ones of (H, W, C) or (N, H, W, C)."""
    if a.ndim == 4:
        parts = [slow_statistics(one) for one in a]
        expected = {name: np.stack([p[name] for p in parts]) for name in parts[0]}
    else:
        expected = slow_statistics(a)
    fields = dataclasses.asdict(found)
    assert fields.keys() == expected.keys()
    magnitude = np.fmax(abs(expected["minimum"]), abs(expected["maximum"]))
    for name, value in expected.items():
        assert fields[name].shape == value.shape
        assert fields[name].dtype == value.dtype
        if name in ("mean", "std"):
            with np.errstate(invalid="ignore"):
                error = abs(fields[name] / 2 - value / 2) / np.where(
                    magnitude > 0, magnitude, 1
                )
            np.testing.assert_array_equal(np.isnan(fields[name]), np.isnan(value))
            assert np.nan_to_num(error).max() < 1e-14
        elif name == "l2":
            np.testing.assert_allclose(fields[name], value, rtol=1e-14, atol=1e-320)
        else:
            np.testing.assert_array_equal(fields[name], value)


wild = hnp.arrays(
    st.sampled_from(
        [np.float16, np.float32, np.float64, np.uint8, np.int64, np.uint64, np.bool_]
    ),
    st.tuples(*[st.integers(1, 4)] * 3)
    | st.tuples(st.integers(1, 3), *[st.integers(1, 3)] * 3),
)
tame = st.floats(-8, 8, width=16)
# Few distinct values, so that scores tie, and some that are not finite.
tied = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 6)),
    elements=st.sampled_from([0, 0, -1, 1, 2, np.nan, np.inf, -np.inf]),
)


@given(wild)
def test_statistics_equal_exact_arithmetic(a: np.ndarray) -> None:
    with np.errstate(under="ignore"):
        assert_statistics(channel_statistics(a), a)


@given(tied)
def test_statistics_leave_out_what_is_not_finite(a: np.ndarray) -> None:
    assert_statistics(channel_statistics(a), a)


def test_known_statistics() -> None:
    a = np.array([[[1, 0, np.nan], [3, 0, np.inf]], [[-4, 0, -np.inf], [8, 0, np.nan]]])
    found = channel_statistics(a)
    expected = ChannelStatistics(
        minimum=np.array([-4, 0, np.nan]),
        maximum=np.array([8, 0, np.nan]),
        mean=np.array([2, 0, np.nan]),
        std=np.array([math.sqrt(18.5), 0, np.nan]),
        l2=np.array([math.sqrt(90), 0, np.nan]),
        zero_share=np.array([0, 1, 0]),
        nan_count=np.array([0, 0, 2]),
        inf_count=np.array([0, 0, 2]),
        peak=np.array([[1, 1], [0, 0], [-1, -1]]),
    )
    for name, value in dataclasses.asdict(expected).items():
        np.testing.assert_allclose(getattr(found, name), value, rtol=1e-15)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.integers(1, 200))
def test_constant_channels_have_no_deviation(value: float, n: int) -> None:
    found = channel_statistics(np.full((n, 2, 3), value, np.float32))
    np.testing.assert_array_equal(found.std, np.zeros(3))
    np.testing.assert_array_equal(found.mean, np.full(3, value))
    np.testing.assert_array_equal(found.minimum, found.maximum)


@pytest.mark.parametrize("unit", [1e-310, 1e-200, 1e200, 4e307])
def test_magnitudes_whose_squares_no_float_holds(unit: float) -> None:
    a = np.array([[[3.0, -4, 1], [1, 4, 0], [1, 4, 0], [-1, -4, 0]]]) * unit
    found = channel_statistics(a)
    assert_statistics(found, a)
    np.testing.assert_allclose(found.mean, np.array([1, 0, 0.25]) * unit, rtol=1e-12)
    np.testing.assert_allclose(
        found.std, np.sqrt([2, 16, 0.1875]) * unit, rtol=1e-12, atol=1e-320
    )


def test_the_largest_number_is_its_own_mean() -> None:
    largest = np.finfo(np.float64).max
    found = channel_statistics(np.full((3, 3, 1), largest))
    assert (found.mean, found.std, found.l2) == (largest, 0, np.inf)


@pytest.mark.parametrize("places", [2, 3, 4, 7, 12])
def test_rounding_takes_nothing_beyond_the_largest_number(places: int) -> None:
    largest = np.finfo(np.float64).max
    a = np.zeros((places, 1, 2))
    a[0, 0], a[-1, 0, 1] = [-largest, largest], 1e3
    np.testing.assert_allclose(channel_statistics(a).l2, largest, rtol=1e-14)
    halves = np.full((2 * places, 1, 1), np.nextafter(largest, 0))
    halves[::2] *= -1
    np.testing.assert_allclose(channel_statistics(halves).std, largest, rtol=1e-15)


def test_a_layer_in_several_blocks() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(1e4, 1, size=(2, 97, 61, 64)).astype(np.float32)
    a[0, 3, 5, 7] = np.nan
    found = channel_statistics(a)
    wide = np.where(np.isfinite(a), a, np.nan).astype(np.float64)
    np.testing.assert_allclose(found.mean, np.nanmean(wide, (1, 2)), rtol=1e-14)
    np.testing.assert_allclose(found.std, np.nanstd(wide, (1, 2)), rtol=1e-11)
    np.testing.assert_allclose(
        found.l2, np.sqrt(np.nansum(wide**2, (1, 2))), rtol=1e-13
    )


def test_a_map_with_more_rows_than_a_byte_counts() -> None:
    a = np.zeros((300, 2, 3), np.float32)
    a[299, 1, 0], a[:, :, 1], a[7, 0, 2] = 4, np.nan, np.inf
    assert_statistics(channel_statistics(a), a)


@pytest.mark.parametrize("shape", [(1, 700, 5), (700, 1, 5), (2, 1, 9, 130)])
def test_sequences_in_either_direction(shape: tuple[int, ...]) -> None:
    a = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    assert_statistics(channel_statistics(a), a)


def test_blocks_in_every_direction(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    for dtype in (np.float32, np.float64, np.int16):
        a = (100 * rng.normal(size=(3, 4, 5, 6))).astype(dtype)
        for values in (1, 7, 13, 31, 60, 125, 250):
            monkeypatch.setattr("tb_actviz.analysis.channels._BLOCK_VALUES", values)
            assert_statistics(channel_statistics(a), a)


@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 20), st.integers(1, 40), st.integers(1, 3)),
        elements=st.sampled_from([0, 1]),
    )
)
def test_the_peak_is_the_first_of_equal_places(a: np.ndarray) -> None:
    flat = a.reshape(-1, a.shape[2])
    places = [column.index(max(column)) for column in flat.T.tolist()]
    expected = [list(divmod(place, a.shape[1])) for place in places]
    assert channel_statistics(a).peak.tolist() == expected


def test_any_layout_in_memory_has_the_same_statistics() -> None:
    a = np.random.default_rng(0).normal(size=(7, 6, 5)).astype(np.float32)
    assert_statistics(channel_statistics(np.moveaxis(a, 0, -1)), np.moveaxis(a, 0, -1))
    assert_statistics(channel_statistics(a[::-1, ::2, ::3]), a[::-1, ::2, ::3])


@pytest.mark.slow
@given(a=tied, by=st.sampled_from(SCORES), data=st.data())
def test_ranking_equals_a_sort_of_pairs(
    a: np.ndarray, by: str, data: st.DataObject
) -> None:
    k = data.draw(st.integers(1, a.shape[2]))
    indices, scores = strongest_channels(a, k, by)
    assert (indices.dtype, scores.dtype) == (np.int64, np.float64)
    expected = slow_strongest(a, k, by)
    np.testing.assert_allclose(scores, expected[1], rtol=1e-12, atol=1e-12)
    if by in ("max", "abs_max"):
        assert indices.tolist() == expected[0]
    _, everything = strongest_channels(a, a.shape[2], by)
    assert (everything[:-1] >= everything[1:]).all()


@given(
    a=hnp.arrays(np.float32, (3, 2, 4, 5), elements=tame), by=st.sampled_from(SCORES)
)
def test_a_batch_is_ranked_input_by_input(a: np.ndarray, by: str) -> None:
    indices, scores = strongest_channels(a, 4, by)
    for n, one in enumerate(a):
        single = strongest_channels(one, 4, by)
        np.testing.assert_array_equal(indices[n], single[0])
        np.testing.assert_array_equal(scores[n], single[1])


@pytest.mark.parametrize(
    ("by", "indices", "scores"),
    [
        ("max", [1, 2, 0, 3], [5, 4, 3, -math.inf]),
        ("mean", [2, 0, 1, 3], [4, 3, -0.5, -math.inf]),
        ("l2", [1, 2, 0, 3], [math.sqrt(61), math.sqrt(32), math.sqrt(18), -math.inf]),
        ("std", [1, 0, 2, 3], [5.5, 0, 0, -math.inf]),
        ("abs_max", [1, 2, 0, 3], [6, 4, 3, -math.inf]),
    ],
)
def test_known_ranking(by: str, indices: list, scores: list) -> None:
    a = np.array([[[3, 5, 4, np.nan], [3, -6, 4, np.inf]]])
    found = strongest_channels(a, 4, by)
    np.testing.assert_array_equal(found[0], indices)
    np.testing.assert_allclose(found[1], scores, rtol=1e-15)


def test_vectors_count_as_maps_of_one_pixel() -> None:
    batch = np.array([[1, 9, 4], [7, 2, 7]], np.float32)
    indices, scores = strongest_channels(batch, 2)
    assert indices.tolist() == [[1, 2], [0, 2]]
    assert scores.tolist() == [[9, 4], [7, 7]]
    assert strongest_channels(batch[0])[0].tolist() == [1]
    assert channel_statistics(batch).peak.tolist() == [[[0, 0]] * 3] * 2
    assert channel_statistics(batch[1]).mean.tolist() == [7, 2, 7]
    assert silent_channels([[0, 1, 0], [0, 0, 2]]).tolist() == [0]
    assert silent_channels([0.0, 1.0]).tolist() == [0]


def test_three_axes_are_rows_columns_and_channels() -> None:
    assert strongest_channels(np.zeros((5, 6, 7)), 7)[0].tolist() == list(range(7))


def test_thousand_channels_of_one_pixel() -> None:
    a = np.roll(np.arange(1000.0), 17).reshape(1, 1, 1000)
    indices, scores = strongest_channels(a, 3)
    assert (indices.tolist(), scores.tolist()) == ([16, 15, 14], [999, 998, 997])


def test_bfloat16() -> None:
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    a = np.array([[[1, np.nan, 3]], [[5, np.inf, 0]]], bfloat16)
    assert_statistics(channel_statistics(a), a.astype(np.float32))
    assert strongest_channels(a, 3, "mean")[0].tolist() == [0, 2, 1]


@given(
    hnp.arrays(
        np.float32,
        st.tuples(*[st.integers(1, 3)] * 3, st.integers(1, 5)),
        elements=st.sampled_from([0, 0, 0, 0, -0.0, 1, np.nan]),
    )
)
def test_silent_channels_are_those_a_loop_finds(a: np.ndarray) -> None:
    channels = range(a.shape[3])
    dead = [c for c in channels if all(v == 0 for v in a[..., c].ravel())]
    found = silent_channels(a)
    assert found.dtype == np.int64
    assert found.tolist() == dead
    one = [c for c in channels if all(v == 0 for v in a[0, ..., c].ravel())]
    assert silent_channels(a[0]).tolist() == one


def test_a_constant_channel_is_not_silent() -> None:
    assert silent_channels(np.full((2, 2, 1), 3)).tolist() == []


def test_arguments_are_not_changed() -> None:
    a = np.array([[[1.0, np.nan], [np.inf, 2.0]]])
    before = a.copy()
    strongest_channels(a, 2, "std")
    channel_statistics(a)
    silent_channels(a)
    np.testing.assert_array_equal(a, before)


def test_impossible_requests_are_refused() -> None:
    a = np.zeros((2, 2, 3))
    with pytest.raises(ValueError, match=r"k=4 channels .* the layer has 3"):
        strongest_channels(a, 4)
    with pytest.raises(ValueError, match="Choose 1 to 3"):
        strongest_channels(a, 0)
    with pytest.raises(ValueError, match=r"k must be an integer, received 1\.5"):
        strongest_channels(a, 1.5)
    with pytest.raises(ValueError, match=r"ranked by 'maximum'\. .*mean 'max'\?"):
        strongest_channels(a, by="maximum")


@pytest.mark.parametrize(
    "function", [strongest_channels, channel_statistics, silent_channels]
)
def test_what_is_not_a_layer_is_refused(function: object) -> None:
    with pytest.raises(ValueError, match=r"\(2, 0, 3\) hold no values"):
        function(np.zeros((2, 0, 3)))
    for shape in ((), (1, 2, 3, 4, 5)):
        with pytest.raises(ValueError, match="Expected activations of shape"):
            function(np.zeros(shape))
    for dtype in (complex, object, "U1", "M8[s]"):
        with pytest.raises(TypeError, match="real numbers"):
            function(np.zeros((2, 2, 3), dtype))
