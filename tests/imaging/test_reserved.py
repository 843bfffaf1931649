"""No unusual value gets lost where maps are resized."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_actviz.imaging.resize import imresize
from tb_actviz.imaging.scale import non_finite_mask, resize_mask, shrink_usual


def test_the_mask_is_of_nan_and_infinities() -> None:
    maps = np.array([0.5, 2.0, np.nan, np.inf, -1.0])
    mask = non_finite_mask(maps)
    assert mask is not None
    assert mask.tolist() == [False, False, True, True, False]
    assert non_finite_mask(maps[:2]) is None


def covers(n_in: int, n_out: int, target: int, source: int) -> bool:
    """Whether the stretch of a pixel overlaps with one of the original pixels."""
    if n_out > n_in:
        return (2 * target + 1) * n_in // (2 * n_out) == source
    return target * n_in < (source + 1) * n_out and source * n_out < (
        (target + 1) * n_in
    )


@given(
    hnp.arrays(
        bool,
        st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 2)),
        elements=st.sampled_from([False, False, False, True]),
    ),
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
)
def test_resized_masks_equal_a_loop(mask: np.ndarray, size: tuple[int, int]) -> None:
    expected = np.zeros((*size, mask.shape[2]), bool)
    for row, column, channel in zip(*np.nonzero(mask), strict=True):
        for y in range(size[0]):
            for x in range(size[1]):
                expected[y, x, channel] |= covers(
                    mask.shape[0], size[0], y, int(row)
                ) and covers(mask.shape[1], size[1], x, int(column))
    np.testing.assert_array_equal(resize_mask(mask, size), expected, strict=True)


@given(st.data())
def test_what_is_unusual_leaves_the_others_alone(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(2, 15), st.integers(2, 15), st.just(1)))
    size = tuple(data.draw(st.integers(1, side)) for side in shape[:2])
    unusual = data.draw(
        hnp.arrays(bool, shape, elements=st.booleans(), fill=st.just(False))
    )
    rng = np.random.default_rng(0)
    maps = np.where(unusual, data.draw(st.sampled_from([np.nan, np.inf, 1e30])), 5.0)
    usual = ~resize_mask(unusual, size)
    np.testing.assert_allclose(shrink_usual(maps, unusual, size)[usual], 5.0, rtol=1e-5)
    plain = rng.random(shape)
    np.testing.assert_array_equal(
        shrink_usual(plain, np.zeros(shape, bool), size), imresize(plain, size)
    )
