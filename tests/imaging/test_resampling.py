"""Long axes are resized block by block, and give what one matrix gives."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from tb_actviz.imaging import resize
from tb_actviz.imaging.resize import axis_weights, imresize


def dense(axis: resize.Axis, n_in: int) -> np.ndarray:
    matrix = np.zeros((axis.length, n_in))
    for block in axis.blocks:
        matrix[block.target, block.window] += block.matrix
    return matrix


@pytest.mark.parametrize("method", ["bicubic", "bilinear"])
@pytest.mark.parametrize(
    ("n_in", "n_out", "extent"),
    [(100, 37, 100), (37, 100, 37), (3, 200, 3), (200, 1, 200), (64, 33, 66.0)],
)
def test_blocks_hold_the_same_weights_as_one_matrix(
    n_in: int,
    n_out: int,
    extent: float,
    method: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (whole,) = axis_weights(n_in, n_out, extent, method).blocks
    assert whole.matrix.shape == (n_out, n_in) or n_out < n_in
    expected = dense(axis_weights(n_in, n_out, extent, method), n_in)
    monkeypatch.setattr(resize, "_SMALL", 0)
    monkeypatch.setattr(resize, "_BLOCK", 5)
    found = axis_weights(n_in, n_out, extent, method)
    assert [block.start for block in found.blocks] == sorted(
        {block.start for block in found.blocks}
    )
    np.testing.assert_allclose(dense(found, n_in), expected, rtol=0, atol=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("channels", [1, 20])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pictures_resized_in_blocks_are_the_same(
    channels: int, dtype: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = np.random.default_rng(0).random((2, 61, 47, channels)).astype(dtype)
    picture[0, 30, 20, 0], picture[1, 0, 46, 0] = np.nan, np.inf
    for size in ((20, 90), (150, 11)):
        expected = imresize(picture, size)
        with monkeypatch.context() as patch:
            patch.setattr(resize, "_SMALL", 0)
            np.testing.assert_allclose(
                imresize(picture, size), expected, rtol=0, atol=1e-6
            )


@pytest.mark.parametrize(
    ("shape", "size"), [((1, 20_000), (1, 10_000)), ((10_000, 1), (20_000, 1))]
)
def test_a_long_axis_takes_memory_by_its_length(
    shape: tuple[int, int], size: tuple[int, int]
) -> None:
    picture = np.ones(shape, np.float32)
    tracemalloc.start()
    try:
        resized = imresize(picture, size)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    np.testing.assert_allclose(resized, np.ones(size), atol=1e-6)
    assert peak < 50e6  # one matrix takes 1.6 GB
    assert kept < 2e6
