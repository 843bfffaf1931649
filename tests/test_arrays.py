from __future__ import annotations

import numpy as np
import pytest

from tb_actviz.analysis.channels import channel_statistics
from tb_actviz.arrays import as_real


@pytest.mark.parametrize("dtype", ["?", "u1", "i2", "i8", "u8", "f4", "f8"])
def test_what_is_fast_as_it_is_remains_the_same_array(dtype: str) -> None:
    values = np.ones((2, 3), dtype)
    assert as_real(values) is values


def test_half_precision_becomes_single() -> None:
    found = as_real(np.array([[1.5, np.inf]], np.float16))
    assert found.dtype == np.float32
    assert found.tolist() == [[1.5, np.inf]]


def test_lists_become_arrays() -> None:
    assert as_real([[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("dtype", [complex, object, "U1", "M8[s]", "m8[s]"])
def test_what_is_not_a_real_number_is_refused(dtype: str) -> None:
    with pytest.raises(TypeError, match=r"Expected an array of real numbers .* dtype"):
        as_real(np.zeros(2, dtype))


def test_the_activations_of_all_layers_are_not_one_array() -> None:
    layers = {"conv1": np.zeros(3), "conv2": np.zeros(3)}
    with pytest.raises(TypeError, match=r"dict of 2 arrays \('conv1', 'conv2', …\)"):
        as_real(layers)
    with pytest.raises(TypeError, match=r"Pass those of one layer: activations\['…'\]"):
        channel_statistics(layers)
