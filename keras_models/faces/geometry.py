"""Curves of a drawing, as points."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]


def closed_curve(points: ArrayLike, steps: int = 6) -> Points:
    """Lead a smooth closed curve through points (Catmull–Rom).

    Args:
        points: (n, 2), n ≥ 3, any unit.
        steps: Points of the result for each one given, ≥ 1.

    Returns:
        (n * steps, 2), float64; every `steps`-th is one of those given.
    """
    p = np.asarray(points, np.float64)
    return _spline(np.concatenate([p[-1:], p, p[:2]]), steps)


def open_curve(points: ArrayLike, steps: int = 6) -> Points:
    """Lead a smooth curve from the first of some points to the last.

    Args:
        points: (n, 2), n ≥ 2, any unit.
        steps: Points of the result between two given ones, ≥ 1.

    Returns:
        ((n - 1) * steps + 1, 2), float64.
    """
    p = np.asarray(points, np.float64)
    ends = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    return np.concatenate([_spline(ends, steps), p[-1:]])


def ellipse(
    centre: ArrayLike,
    radii: ArrayLike,
    n: int = 24,
    start: float = 0.0,
    end: float = 2 * np.pi,
) -> Points:
    """Return points on an ellipse.

    Args:
        centre: (x, y).
        radii: (half width, half height).
        n: Number of points.
        start: Angle of the first point in radians; 0 is right, π/2 below.
        end: Angle behind the last point.

    Returns:
        (n, 2), float64.
    """
    circle = _circle(n, start, end)
    points: Points = circle * np.asarray(radii) + np.asarray(centre)
    return points


def mirrored(half: ArrayLike) -> Points:
    """Complete a right half, given from top to bottom, to a symmetric outline.

    Args:
        half: (n, 2); points with x = 0 are not doubled.

    Returns:
        The right half downwards, then the left half upwards, (≤ 2 n, 2), float64.
    """
    right = np.asarray(half, np.float64)
    left = right[::-1] * (-1, 1)
    return np.concatenate([right, left[left[:, 0] != 0]])


def bow(start: Sequence[float], end: Sequence[float], sag: float, n: int = 9) -> Points:
    """Return a parabola between two points.

    Args:
        start: (x, y).
        end: (x, y).
        sag: How far its middle lies below the straight line, in y.
        n: Number of points.

    Returns:
        (n, 2), float64.
    """
    t = np.linspace(0.0, 1.0, n)[:, None]
    line = np.asarray(start) * (1 - t) + np.asarray(end) * t
    line[:, 1] += sag * 4 * t[:, 0] * (1 - t[:, 0])
    return line


@lru_cache(maxsize=64)
def _circle(n: int, start: float, end: float) -> Points:
    angle = np.linspace(start, end, n, endpoint=end - start < 2 * np.pi)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _spline(p: Points, steps: int) -> Points:
    basis = _basis(steps)
    # (span, step): the same weights for each span between two points.
    spans = np.stack([p[:-3], p[1:-2], p[2:-1], p[3:]], axis=1)
    curve: Points = (basis @ spans).reshape(-1, 2)
    return curve


@lru_cache(maxsize=16)
def _basis(steps: int) -> Points:
    t = np.arange(steps) / steps
    basis: Points = 0.5 * np.stack(
        [
            -t + 2 * t**2 - t**3,
            2 - 5 * t**2 + 3 * t**3,
            t + 4 * t**2 - 3 * t**3,
            -(t**2) + t**3,
        ],
        axis=1,
    )
    return basis
