"""Value ranges, and their linear map to [0, 1]."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Limits = tuple[float, float]


def as_real(a: ArrayLike) -> NDArray[Any]:
    """Return the array as booleans, integers, float32 or float64.

    Args:
        a: any shape, any real dtype. Floats that float32 holds exactly
            (float16, bfloat16, float8) become float32, longer ones float64.

    Returns:
        The array itself where its dtype already is one of these.

    Raises:
        TypeError: for complex numbers, objects, strings and dates.
    """
    values = np.asarray(a)
    dtype = values.dtype
    if dtype.kind in "biu" or dtype in (np.float32, np.float64):
        return values
    if dtype.kind not in "mM" and np.can_cast(dtype, np.float32):
        return values.astype(np.float32)
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return values.astype(np.float64)
    raise TypeError(
        f"Expected an array of real numbers (bool, integer or float), "
        f"received dtype {dtype}. Convert it first, for example with "
        f"`.astype('float32')`."
    )


def all_finite(values: NDArray[Any]) -> bool:
    """Tell whether an array from `as_real` has neither NaN nor infinities."""
    return values.dtype.kind != "f" or bool(np.isfinite(values).all())


def finite_limits(a: ArrayLike) -> Limits | None:
    """Find the smallest and the largest finite value of an array.

    Args:
        a: any shape, any real dtype.

    Returns:
        (smallest, largest) as floats, or None where nothing is finite.

    Raises:
        TypeError: if the values are not real numbers.
    """
    values = as_real(a)
    if values.size == 0:
        return None
    lo, hi = float(values.min()), float(values.max())
    if math.isfinite(lo) and math.isfinite(hi):
        return lo, hi
    values = values[np.isfinite(values)]
    if values.size == 0:
        return None
    return float(values.min()), float(values.max())


def check_limits(limits: Sequence[float]) -> Limits:
    """Return limits as two floats, once they are known to make sense.

    Args:
        limits: (lo, hi), finite, lo <= hi.

    Returns:
        The same as a tuple of Python floats.

    Raises:
        ValueError: if they are not two finite numbers in ascending order.
    """
    try:
        lo, hi = (float(limit) for limit in limits)
    except (TypeError, ValueError):
        raise ValueError(
            f"limits must be two numbers (lo, hi), received {limits!r}."
        ) from None
    if not (math.isfinite(lo) and math.isfinite(hi)):
        raise ValueError(f"limits must be finite, received ({lo}, {hi}).")
    if lo > hi:
        raise ValueError(
            f"limits must ascend, received ({lo}, {hi}). Write ({hi}, {lo})."
        )
    return lo, hi


def mat2gray(
    a: ArrayLike, limits: Sequence[float] | None = None
) -> NDArray[np.floating[Any]]:
    """Map values linearly to [0, 1] and clip what lies outside.

    A range without width (a constant array, or equal limits) leaves the values
    as they are, clipped to [0, 1]. Infinities become 1 and 0, NaN stays NaN.

    Args:
        a: any shape, any real dtype. It is not changed.
        limits: (lo, hi), the values that become 0 and 1. By default the
            smallest and the largest finite value of the whole array.

    Returns:
        Array of the same shape: float32 for float32 and shorter floats,
        float64 for everything else. Values in [0, 1] and NaN.

    Raises:
        TypeError: if the values are not real numbers.
        ValueError: if `limits` are not two finite numbers in ascending order.

    Source: `mat2gray` of MATLAB's Image Processing Toolbox.
    """
    values = as_real(a)
    scale = finite_limits(values) if limits is None else check_limits(limits)
    out_dtype = np.dtype(np.float32 if values.dtype == np.float32 else np.float64)
    if scale is None or scale[0] == scale[1]:
        gray = values.astype(out_dtype)
        return np.clip(gray, 0, 1, out=gray)
    exact = out_dtype == np.float64 or _float32_is_enough(*scale)
    work = out_dtype if exact else np.dtype(np.float64)
    lo, hi = np.asarray(scale, dtype=work)
    gray = values.astype(work)
    np.clip(gray, lo, hi, out=gray)
    # The width of a range can be beyond the largest float64; its half cannot.
    if scale[1] - scale[0] > np.finfo(np.float64).max:
        gray /= 2
        lo, hi = lo / 2, hi / 2
    gray -= lo
    # A quotient is 1 at most, but NumPy 1.26 also divides what lies beside the values.
    with np.errstate(over="ignore"):
        gray /= hi - lo
    return gray.astype(out_dtype, copy=False)


def _float32_is_enough(lo: float, hi: float) -> bool:
    """Tell whether limits and their distance survive float32 arithmetic."""
    if max(abs(lo), abs(hi), hi - lo) > float(np.finfo(np.float32).max):
        return False
    return float(np.float32(lo)) == lo and float(np.float32(hi)) == hi
