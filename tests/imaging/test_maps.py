"""Activations of any rank become maps."""

from __future__ import annotations

import numpy as np
import pytest

from tb_actviz.imaging.maps import as_maps


def test_ranks() -> None:
    vector, sequence = np.arange(3.0), np.arange(6.0).reshape(2, 3)
    maps = np.arange(24.0).reshape(2, 4, 3)
    volume = np.arange(48.0).reshape(2, 2, 4, 3)
    np.testing.assert_array_equal(as_maps(vector), vector.reshape(1, 1, 3))
    np.testing.assert_array_equal(as_maps(sequence), sequence.reshape(2, 1, 3))
    assert as_maps(maps) is maps
    np.testing.assert_array_equal(as_maps(volume)[2:], volume[1])
    for wrong in (np.ones(()), np.ones((1,) * 5)):
        with pytest.raises(ValueError, match=r"expected \(C,\), \(T, C\)"):
            as_maps(wrong)
