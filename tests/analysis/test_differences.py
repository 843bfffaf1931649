"""Where channels differ between two inputs, against obvious loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_actviz.analysis.differences import ChannelDifference, channel_differences

SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 4))


def test_one_blob_is_found_with_its_place_and_box() -> None:
    first = np.zeros((4, 8, 2))
    second = first.copy()
    first[1, 2:4, 1] = 10.0, 6.0
    first[3, 7, 1] = 9.0  # as strong, but elsewhere
    second[0, 0, 0] = 1.0
    assert channel_differences(first, second) == [
        ChannelDifference(1, 1, 2, 10.0, 0.0, (1, 2, 2, 4)),
        ChannelDifference(0, 0, 0, 0.0, 1.0, (0, 0, 1, 1)),
    ]
    assert [one.change for one in channel_differences(first, second)] == [-10.0, 1.0]


def test_a_change_in_the_other_direction_is_outside_the_box() -> None:
    first, second = np.zeros((1, 3, 1)), np.array([[[-8.0], [10.0], [4.9]]])
    (one,) = channel_differences(first, second)
    assert one.box == (0, 1, 1, 2)


@pytest.mark.slow
@given(
    st.data(),
    SHAPES,
)
def test_ranking_equals_loops(data: st.DataObject, shape: tuple[int, ...]) -> None:
    values = hnp.arrays(
        np.float32,
        shape,
        elements=st.integers(-9, 9).map(float) | st.sampled_from([np.nan, np.inf]),
    )
    first, second = data.draw(values), data.draw(values)
    found = channel_differences(first, second)
    assert sorted(one.channel for one in found) == list(range(shape[2]))
    expected = []
    for channel in range(shape[2]):
        best = 0.0
        for row in range(shape[0]):
            for column in range(shape[1]):
                change = float(second[row, column, channel]) - float(
                    first[row, column, channel]
                )
                if np.isfinite(change):
                    best = max(best, abs(change))
        expected.append((-best, channel))
    order = [channel for _, channel in sorted(expected)]
    assert [one.channel for one in found] == order
    for one in found:
        size = -{c: b for b, c in expected}[one.channel]
        if size:
            assert abs(one.change) == size
            assert one.first == first[one.row, one.column, one.channel]
            top, left, bottom, right = one.box
            assert 0 <= top <= one.row < bottom <= shape[0]
            assert 0 <= left <= one.column < right <= shape[1]
        else:
            assert one.box == (0, 0, *shape[:2])


@pytest.mark.parametrize(
    ("first", "second"),
    [((2, 2, 3), (2, 3, 3)), ((2, 2), (2, 2)), ((0, 2, 1), (0, 2, 1))],
)
def test_shapes_must_be_alike(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"expected one shape \(H, W, C\)"):
        channel_differences(np.ones(first), np.ones(second))
