"""From values to colours, with reserved ones for what a scale cannot show."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tb_actviz.imaging.normalize import (
    Limits,
    all_finite,
    as_real,
    check_limits,
    finite_limits,
    mat2gray,
)

NON_FINITE: Final = (255, 0, 255)
"""RGB of NaN and infinities: magenta."""

CLIPPED: Final = (0, 200, 80)
"""RGB of finite values outside the stated scale: green."""

_RESERVED = np.array([CLIPPED, NON_FINITE], np.uint8)


def _table(red: ArrayLike, green: ArrayLike, blue: ArrayLike) -> NDArray[np.uint8]:
    """Join three curves over 256 steps, values in [0, 1], into a read-only table."""
    curves = np.stack([np.asarray(c) for c in (red, green, blue)], axis=1)
    table: NDArray[np.uint8] = np.rint(255 * np.clip(curves, 0, 1)).astype(np.uint8)
    table.flags.writeable = False
    return table


_LIFT = 0.6


def _branch(*colors: tuple[float, float, float]) -> NDArray[np.float64]:
    """128 colours from black through others, their lightness rising steadily.

    Along the straight lines between the colours, each step is put where its luminance
    is that of a grey (sRGB, IEC 61966-2-1; Rec. 709 weights). Small magnitudes are
    lifted: in signed layers nearly all values are far from the largest one.
    """
    along = np.linspace(0, len(colors), 4096)
    points = np.array([(0, 0, 0), *colors])
    path = np.stack([np.interp(along, range(len(points)), p) for p in points.T], axis=1)
    luminance = _linear(path) @ [0.2126, 0.7152, 0.0722]
    wanted = _linear(np.linspace(0, 1, 128) ** _LIFT) * luminance[-1]
    return np.stack([np.interp(wanted, luminance, p) for p in path.T], axis=1)


def _linear(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light behind sRGB values in [0, 1]."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _signed_table() -> NDArray[np.uint8]:
    # Zero of a symmetric scale falls on step 128 (127.5, halves to even).
    negative = _branch((0.10, 0.42, 0.95), (0.80, 0.95, 1.0))
    positive = _branch((0.90, 0.38, 0.05), (1.0, 0.93, 0.75))
    return _table(*np.concatenate([negative[::-1], positive]).T)


_RAMP = np.linspace(0, 1, 256)

COLORMAPS: Final[dict[str, NDArray[np.uint8]]] = {
    "gray": _table(_RAMP, _RAMP, _RAMP),
    "signed": _signed_table(),
}
"""Colour tables, uint8 (256, 3), from the low to the high end of a scale.

`gray` goes from black to white. `signed` is black in the middle, blue to pale
cyan below and orange to a warm white above, which colour-blind readers tell
apart, and both branches are equally light. Luminance rises steadily along each
branch.
"""


def colorize(
    a: ArrayLike, limits: Sequence[float], colormap: str = "gray"
) -> NDArray[np.uint8]:
    """Draw raw values on a stated scale.

    On a scale without width (lo == hi) the value itself is drawn as `mat2gray`
    maps it, clipped to [0, 1], and every other one counts as outside.

    Args:
        a: any shape, any real dtype. It is not changed.
        limits: (lo, hi), the values at the two ends of the colour map. They
            belong to the scale, and so does what differs by rounding alone.
        colormap: a key of `COLORMAPS`.

    Returns:
        RGB, uint8, shape (..., 3); finite values outside the scale in
        `CLIPPED`, NaN and infinities in `NON_FINITE`.

    Raises:
        TypeError: if the values are not real numbers.
        ValueError: if `limits` are not two finite numbers in ascending order,
            or if there is no such colour map.
    """
    values = as_real(a)
    lo, hi = check_limits(limits)
    gray = mat2gray(values, (lo, hi))
    lost = None if all_finite(values) else ~np.isfinite(values)
    return _draw(gray, colormap, lost, outside_scale(values, (lo, hi)))


def outside_scale(a: ArrayLike, limits: Sequence[float]) -> NDArray[np.bool_] | None:
    """Find the values that a scale cannot show.

    Args:
        a: any shape, any real dtype.
        limits: (lo, hi); they belong to the scale, and so does what differs by
            rounding alone.

    Returns:
        Mask of the same shape, infinities included and NaN not; None where it
        would be empty for every finite value.

    Raises:
        TypeError: if the values are not real numbers.
        ValueError: if `limits` are not two finite numbers in ascending order.
    """
    values = as_real(a)
    seen = finite_limits(values)
    least, most = _with_slack(*check_limits(limits), values.dtype)
    if seen is None or (seen[0] >= least and seen[1] <= most):
        return None
    return (values < np.float64(least)) | (values > np.float64(most))


def _draw(
    gray: NDArray[np.floating[Any]],
    colormap: str,
    lost: NDArray[np.bool_] | None,
    outside: NDArray[np.bool_] | None,
) -> NDArray[np.uint8]:
    """Colour values in [0, 1], in place; masks say which get a reserved colour."""
    if colormap not in COLORMAPS:
        near = difflib.get_close_matches(str(colormap), COLORMAPS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"colormap={colormap!r} is not known; there are "
            f"{', '.join(map(repr, COLORMAPS))}.{hint}"
        )
    gray *= 255
    steps = np.rint(gray, out=gray)
    if outside is not None:
        np.copyto(steps, 256, where=outside)
    if lost is not None:
        np.copyto(steps, 257, where=lost)
    table = np.concatenate([COLORMAPS[colormap], _RESERVED])
    picture: NDArray[np.uint8] = np.take(table, steps.astype(np.intp), axis=0)
    return picture


def _with_slack(lo: float, hi: float, dtype: np.dtype[Any]) -> Limits:
    """Widen a scale by what rounding in the dtype of the values may add."""
    precision = np.finfo(dtype if dtype.kind == "f" else np.float64).eps
    slack = 2 * float(precision) * max(abs(lo), abs(hi))
    return lo - slack, hi + slack


def default_limits(a: ArrayLike) -> Limits:
    """Choose the scale on which values show best, with zero always at black.

    Args:
        a: any shape, any real dtype.

    Returns:
        (0, largest value) where no finite value is negative, otherwise
        (-m, m) with the largest magnitude m. (0, 1) where every finite value
        is zero or none is there, so that nothing shows as black.

    Raises:
        TypeError: if the values are not real numbers.
    """
    lo, hi = finite_limits(a) or (0.0, 0.0)
    if lo < 0:
        largest = max(-lo, hi)
        return -largest, largest
    return 0.0, hi or 1.0
