"""Which arrays count as real numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def real_numbers(values: ArrayLike) -> NDArray[Any]:
    """Return values as an array that NumPy calculates with at full speed.

    Args:
        values: Any shape; bool, integer or float, small floats such as bfloat16
            included.

    Returns:
        The same values and shape; floats smaller than float32 become float32.

    Raises:
        TypeError: If the values are not real numbers.
    """
    array = np.asarray(values)
    if array.dtype.kind in "biuf" and array.dtype != np.float16:
        return array
    if array.dtype.kind in "mM" or not np.can_cast(array.dtype, np.float32):
        raise TypeError(
            f"Expected an array of real numbers (bool, integer or float), "
            f"received dtype {array.dtype}."
        )
    return array.astype(np.float32)
