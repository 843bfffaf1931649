"""From values to colours, with reserved ones for what is not finite."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tb_actviz.arrays import Limits, all_finite, as_real, check_limits, finite_limits
from tb_actviz.errors import near_matches

#: RGB of NaN and infinities: magenta.
NON_FINITE: Final = (255, 0, 255)

#: RGB of infinity, where shades distinguish it from NaN.
PLUS_INFINITY: Final = (255, 150, 255)

#: RGB of minus infinity, where shades distinguish it from NaN.
MINUS_INFINITY: Final = (150, 0, 150)

_RESERVED = np.array([NON_FINITE], np.uint8)

#: How many times smaller than the largest value the smallest is that a logarithm shows.
_RATIO = 10.0**4


def _table(red: ArrayLike, green: ArrayLike, blue: ArrayLike) -> NDArray[np.uint8]:
    """Join three curves over 256 steps, values in [0, 1], into a read-only table."""
    curves = np.stack([np.asarray(c) for c in (red, green, blue)], axis=1)
    table: NDArray[np.uint8] = np.rint(255 * np.clip(curves, 0, 1)).astype(np.uint8)
    table.flags.writeable = False
    return table


_LIFT = 0.6
_Color = tuple[float, float, float]


def _branch(*colors: _Color) -> NDArray[np.float64]:
    """128 colours from black through others, small magnitudes lifted.

    Each is as light as a grey (sRGB, IEC 61966-2-1): in signed layers nearly all values
    are far from the largest one.
    """
    greys = np.linspace(0, 1, 128) ** _LIFT
    return _along(colors, lambda last: _linear(greys) * last)


def _even(*colors: _Color) -> NDArray[np.uint8]:
    """A table from black through colours in equal steps of lightness.

    Lightness is L* of CIE 1976.
    """
    steps = np.linspace(0, 1, 256)

    def wanted(last: float) -> NDArray[np.float64]:
        share: NDArray[np.float64] = steps * (1.16 * np.cbrt(last) - 0.16)
        cube = ((share + 0.16) / 1.16) ** 3
        return np.where(share > 0.08, cube, share * 2700 / 24389)

    return _table(*_along(colors, wanted).T)


def _along(
    colors: Sequence[_Color], wanted: Callable[[float], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Colours on the straight lines from black through others, by luminance.

    `wanted` gives the luminance (Rec. 709 weights) of each for that of the last one.
    """
    along = np.linspace(0, len(colors), 4096)
    points = np.array([(0, 0, 0), *colors])
    path = np.stack([np.interp(along, range(len(points)), p) for p in points.T], axis=1)
    luminance = _linear(path) @ [0.2126, 0.7152, 0.0722]
    aims = wanted(luminance[-1])
    return np.stack([np.interp(aims, luminance, p) for p in path.T], axis=1)


def _linear(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light behind sRGB values in [0, 1]."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _signed_table() -> NDArray[np.uint8]:
    # Zero of a symmetric scale falls on step 128 (127.5, halves to even).
    negative = _branch((0.10, 0.42, 0.95), (0.80, 0.95, 1.0))
    positive = _branch((0.90, 0.38, 0.05), (1.0, 0.93, 0.75))
    return _table(*np.concatenate([negative[::-1], positive]).T)


_RAMP = np.linspace(0, 1, 256)

#: Colour tables, uint8 (256, 3), from the low to the high end of a scale.
#:
#: `gray` goes from black to white. `signed` is black in the middle, blue to pale cyan
#: below and orange to a warm white above, which colour-blind readers distinguish, and
#: both branches are equally light. `heat` goes from black through red and orange to a
#: warm white, `ice` through blue to a cold one, both in equal steps of lightness.
#: Luminance rises steadily along each map or branch.
COLORMAPS: Final[dict[str, NDArray[np.uint8]]] = {
    "gray": _table(_RAMP, _RAMP, _RAMP),
    "signed": _signed_table(),
    "heat": _even(
        (0.45, 0.04, 0.04), (0.86, 0.30, 0.05), (1.0, 0.68, 0.22), (1.0, 0.97, 0.82)
    ),
    "ice": _even(
        (0.05, 0.13, 0.42), (0.10, 0.42, 0.78), (0.40, 0.74, 0.95), (0.88, 0.98, 1.0)
    ),
}


def colorize(
    a: ArrayLike,
    limits: Sequence[float],
    colormap: str = "gray",
    *,
    gamma: float = 1.0,
    log: bool = False,
    shades: bool = False,
) -> NDArray[np.uint8]:
    """Draw raw values on a stated scale.

    What is beyond the limits has the colour of the nearer one. `"signed"` has zero in
    its middle: its ends are then the larger magnitude of the limits. On a scale without
    width (lo == hi) the value itself is drawn as `mat2gray` maps it, clipped to [0, 1].

    Args:
        a: Any shape, any real dtype. It is not changed.
        limits: (lo, hi), the values at the two ends of the colour map.
        colormap: `"gray"`, `"signed"`, `"heat"` or `"ice"`.
        gamma: Exponent of the position on the scale, 0 to 1, above 0; of
            `"signed"` that of its distance from the middle. Below 1 small values
            are lifted.
        log: Whether positions are logarithmic, over four powers of ten that begin at
            the low end (of `"signed"` in the middle); `gamma` is not used then.
        shades: Tell NaN and infinities apart, as the Activations tab does.

    Returns:
        RGB, uint8, shape (..., 3); NaN and infinities magenta. With `shades` infinity
        is light and minus infinity dark magenta.

    Raises:
        TypeError: If the values are not real numbers.
        ValueError: If `limits` are not two finite numbers in ascending order,
            if `gamma` is not above 0, or if there is no such colour map.

    Example:
        >>> acts = av.activations(model, "face.png", "conv1")
        >>> channel = acts["conv1"][0, :, :, 3]
        >>> av.colorize(channel, limits=(-3, 3), colormap="signed").shape
        (64, 64, 3)
        >>> av.colorize(np.array([0, 30, 31, np.nan]), limits=(0, 30)).tolist()
        [[0, 0, 0], [255, 255, 255], [255, 255, 255], [255, 0, 255]]
    """
    values = as_real(a)
    lo, hi = check_limits(limits)
    table = _table_of(colormap)
    if not (math.isfinite(gamma) and gamma > 0):
        raise ValueError(f"gamma must be a number above 0, received {gamma!r}.")
    signed = colormap == "signed"
    # In float64 the entries are the tab's to the last, in float32 they cost half.
    drawn = values.astype(np.float64) if shades or log or gamma != 1 else values
    place = _signed_place(drawn, (lo, hi)) if signed else mat2gray(drawn, (lo, hi))
    if log or gamma != 1:
        place = np.asarray(_bent(place, None if log else gamma, signed))
    lost = None if all_finite(values) else ~np.isfinite(values)
    picture = _draw(place, table, lost)
    if shades and lost is not None:
        picture[values == np.inf] = PLUS_INFINITY
        picture[values == -np.inf] = MINUS_INFINITY
    return picture


def _signed_place(values: NDArray[Any], limits: Limits) -> NDArray[np.floating[Any]]:
    """Where values are on a scale with zero in its middle, 0 to 1."""
    most = max(abs(limit) for limit in limits)
    if most > 0:
        place = mat2gray(values, (-most, most))
        if limits[0] == limits[1]:
            return place
        low, high = mat2gray(np.array(limits), (-most, most)).tolist()
        return np.clip(place, low, high, out=place)
    return np.where(np.isnan(values), np.nan, 0.5)


def _bent(
    place: NDArray[np.floating[Any]], gamma: float | None, signed: bool
) -> NDArray[np.floating[Any]]:
    """Move places by an exponent, else along a logarithm."""
    if not signed:
        return _curve(place, gamma)
    away = 2 * place - 1
    bent: NDArray[np.floating[Any]] = (
        1 + np.sign(away) * _curve(np.abs(away), gamma)
    ) / 2
    return bent


def _curve(
    share: NDArray[np.floating[Any]], gamma: float | None
) -> NDArray[np.floating[Any]]:
    if gamma is not None:
        return share**gamma
    bent: NDArray[np.floating[Any]] = np.log1p(share * (_RATIO - 1)) / math.log(_RATIO)
    return bent


def outside_scale(a: ArrayLike, limits: Sequence[float]) -> NDArray[np.bool_] | None:
    """Find the values that are beyond a scale.

    Args:
        a: Any shape, any real dtype.
        limits: (lo, hi); they belong to the scale, and so does what differs by
            rounding alone.

    Returns:
        Mask of the same shape, infinities included and NaN not; None where it
        would be empty for every finite value.

    Raises:
        TypeError: If the values are not real numbers.
        ValueError: If `limits` are not two finite numbers in ascending order.
    """
    values = as_real(a)
    seen = finite_limits(values)
    least, most = _with_slack(*check_limits(limits), values.dtype)
    if seen is None or (seen[0] >= least and seen[1] <= most):
        return None
    return (values < np.float64(least)) | (values > np.float64(most))


def _table_of(colormap: str) -> NDArray[np.uint8]:
    if colormap in COLORMAPS:
        return COLORMAPS[colormap]
    raise ValueError(
        f"There is no colormap {colormap!r}. {near_matches(str(colormap), COLORMAPS)}"
    )


def _draw(
    gray: NDArray[np.floating[Any]],
    table: NDArray[np.uint8],
    lost: NDArray[np.bool_] | None,
) -> NDArray[np.uint8]:
    """Colour values in [0, 1], in place; a mask says which get the reserved colour."""
    gray *= 255
    steps = np.rint(gray, out=gray)
    if lost is not None:
        np.copyto(steps, 256, where=lost)
    colors = np.concatenate([table, _RESERVED])
    picture: NDArray[np.uint8] = np.take(colors, steps.astype(np.intp), axis=0)
    return picture


def _with_slack(lo: float, hi: float, dtype: np.dtype[Any]) -> Limits:
    """Widen a scale by what rounding in the dtype of the values may add."""
    precision = np.finfo(dtype if dtype.kind == "f" else np.float64).eps
    slack = 2 * float(precision) * max(abs(lo), abs(hi))
    return lo - slack, hi + slack


def default_limits(a: ArrayLike) -> Limits:
    """Choose the scale on which values show best, with zero always at black.

    Args:
        a: Any shape, any real dtype.

    Returns:
        (0, largest value) where no finite value is negative, otherwise
        (-m, m) with the largest magnitude m. (0, 1) where every finite value
        is zero or none is there, so that nothing shows as black.

    Raises:
        TypeError: If the values are not real numbers.
    """
    lo, hi = finite_limits(a) or (0.0, 0.0)
    if lo < 0:
        largest = max(-lo, hi)
        return -largest, largest
    return 0.0, hi or 1.0


def mat2gray(
    a: ArrayLike, limits: Sequence[float] | None = None
) -> NDArray[np.floating[Any]]:
    """Map values linearly to [0, 1] and clip what lies outside.

    A range without width (a constant array, or equal limits) leaves the values
    as they are, clipped to [0, 1]. Infinities become 1 and 0, NaN stays NaN.

    Args:
        a: Any shape, any real dtype. It is not changed.
        limits: (lo, hi), the values that become 0 and 1. By default the
            smallest and the largest finite value of the whole array.

    Returns:
        Array of the same shape: float32 for float32 and shorter floats,
        float64 for everything else. Values in [0, 1] and NaN.

    Raises:
        TypeError: If the values are not real numbers.
        ValueError: If `limits` are not two finite numbers in ascending order.

    Source: `mat2gray` of MATLAB's Image Processing Toolbox.

    Example:
        >>> av.mat2gray(np.array([-2.0, 0.0, 2.0]))
        array([0. , 0.5, 1. ])
        >>> av.mat2gray(np.array([-2.0, 0.0, 2.0]), limits=(0, 4))
        array([0. , 0. , 0.5])
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
    """Return whether limits and their distance survive float32 arithmetic."""
    if max(abs(lo), abs(hi), hi - lo) > float(np.finfo(np.float32).max):
        return False
    return float(np.float32(lo)) == lo and float(np.float32(hi)) == hi
