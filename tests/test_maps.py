"""Activations of any rank become maps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tb_actviz.arrays import (
    as_maps,
    from_maps,
    is_sequence,
    maps_shape,
    shape_before,
    slice_grid,
)

SHAPES = st.lists(st.integers(0, 4), max_size=6).map(tuple)


def numbered(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape, dtype=int)).reshape(shape)


def test_ranks() -> None:
    scalar, vector, sequence = np.array(7.0), numbered(3), numbered(2, 3)
    maps, volume = numbered(2, 4, 3), numbered(2, 2, 4, 3)
    np.testing.assert_array_equal(as_maps(scalar), [[[7.0]]], strict=True)
    np.testing.assert_array_equal(as_maps(vector), [[[0, 1, 2]]], strict=True)
    np.testing.assert_array_equal(
        as_maps(sequence), [[[0, 1, 2], [3, 4, 5]]], strict=True
    )
    np.testing.assert_array_equal(as_maps(maps), maps, strict=True)
    np.testing.assert_array_equal(
        as_maps(volume), np.concatenate(list(volume)), strict=True
    )
    for viewed in (scalar, vector, sequence, maps, volume):
        assert np.shares_memory(as_maps(viewed), viewed)


def test_slices_stand_row_by_row() -> None:
    slices = numbered(6, 2, 2, 1)
    expected = [
        [0, 1, 4, 5, 8, 9],
        [2, 3, 6, 7, 10, 11],
        [12, 13, 16, 17, 20, 21],
        [14, 15, 18, 19, 22, 23],
    ]
    np.testing.assert_array_equal(as_maps(slices)[:, :, 0], expected)
    deeper = slices.reshape(2, 1, 3, 2, 2, 1)
    np.testing.assert_array_equal(as_maps(deeper)[:, :, 0], expected)


@pytest.mark.parametrize(
    ("shape", "grid"),
    [
        ((), (1, 1)),
        ((10,), (1, 1)),
        ((100, 32), (1, 1)),
        ((14, 14, 48), (1, 1)),
        ((1, 16, 16, 32), (1, 1)),
        ((8, 16, 16, 32), (2, 4)),
        ((7, 16, 16, 32), (1, 7)),
        ((4, 4, 64, 8), (4, 1)),
        ((16, 112, 112, 16), (4, 4)),
        ((2, 8, 8, 8, 16), (4, 4)),
        ((2, 3, 4, 6, 5, 8), (4, 6)),
        ((0, 4, 4, 3), (0, 1)),
    ],
)
def test_slices_make_the_most_square_map(
    shape: tuple[int, ...], grid: tuple[int, int]
) -> None:
    assert slice_grid(shape) == grid


@given(shape=SHAPES)
def test_maps_of_any_rank_hold_every_value_once_and_their_channel(
    shape: tuple[int, ...],
) -> None:
    values = numbered(*shape)
    maps = as_maps(values)
    assert maps.shape == maps_shape(shape)
    places = int(np.prod(shape[:-1], dtype=int))
    channels = shape[-1] if shape else 1
    found = maps.reshape(places, channels)
    np.testing.assert_array_equal(
        np.sort(found, axis=0), values.reshape(places, channels)
    )


@given(shape=SHAPES)
def test_activations_come_back_from_maps(shape: tuple[int, ...]) -> None:
    values = numbered(*shape)
    np.testing.assert_array_equal(
        from_maps(as_maps(values), shape), values, strict=True
    )


def test_maps_of_another_shape_do_not_become_activations() -> None:
    maps = np.zeros((4, 6, 2))
    for shape in [(4, 6), (6, 4, 2), (48,), (2, 4, 6, 1), (), (2**40, 2**40, 1, 1, 1)]:
        with pytest.raises(ValueError, match=r"Maps of shape \(4, 6, 2\) are not made"):
            from_maps(maps, shape)
    with pytest.raises(ValueError, match="maximum supported dimension"):
        from_maps(np.zeros((1, 1, 1)), (1,) * 1000)


def test_one_row_of_positions_is_a_sequence() -> None:
    assert is_sequence((1, 100, 32))
    assert not is_sequence((1, 1, 32))
    assert not is_sequence((100, 1, 32))
    assert not is_sequence((2, 100, 32))


def test_the_shape_before_is_the_one_said_with_the_channels_there_are() -> None:
    assert shape_before((1, 100, 32), None) == (1, 100, 32)
    assert shape_before((32, 64, 32), (8, 16, 16, 32)) == (8, 16, 16, 32)
    assert shape_before((32, 64, 3), (8, 16, 16, 32)) == (8, 16, 16, 3)
    assert shape_before((1, 1, 1), ()) == (1,)
    with pytest.raises(
        ValueError,
        match=r"shape \(32, 32, 3\) and shape=\(8, 16, 16, 3\), .* \(32, 64, 3\)\.",
    ):
        shape_before((32, 32, 3), (8, 16, 16, 3))
