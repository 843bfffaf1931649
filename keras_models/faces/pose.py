"""Where a head is in its picture, and which way it looks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keras_models.faces.geometry import Points

#: The head as half an ellipsoid: half width, half height, depth, height of its centre.
HEAD = (1.06, 1.62, 0.72, 0.1)


@dataclass(frozen=True)
class Pose:
    """Position and direction of a head.

    The head has its own coordinates: x to the right in the picture, y down, the eyes
    near y = 0, and half the face's width is 1.

    Args:
        x: Where the head's origin is, share of the picture's width.
        y: The same, share of its height.
        scale: Half the face's width as a share of the picture's.
        roll: Tilt in radians, clockwise.
        yaw: Turn to the right in the picture, radians.
        pitch: Turn downwards, radians.
    """

    x: float
    y: float
    scale: float
    roll: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0

    @cached_property
    def axes(self) -> tuple[Points, Points, Points]:
        """Cosines and sines of yaw and pitch, (2,) each; roll and scale as (2, 2)."""
        turn = np.array([math.cos(self.yaw), math.cos(self.pitch)])
        push = np.array([math.sin(self.yaw), math.sin(self.pitch)])
        cos, sin = math.cos(self.roll), math.sin(self.roll)
        return turn, push, self.scale * np.array([[cos, sin], [-sin, cos]])

    def turned(self, points: ArrayLike, lift: float = 0.0) -> Points:
        """Turn points of the head by yaw and pitch, before the head is tilted.

        Args:
            points: (..., 2), head coordinates.
            lift: How far they stand out of the head's surface; negative: behind.

        Returns:
            (..., 2), head coordinates as seen.
        """
        p = np.asarray(points, np.float64)
        turn, push, _ = self.axes
        return p * turn + (surface(p) + lift)[..., None] * push

    def place(self, points: ArrayLike, lift: float = 0.0) -> Points:
        """Find where points of the head are in the picture.

        Args:
            points: (..., 2), head coordinates.
            lift: How far they stand out of the head's surface; negative: behind.

        Returns:
            (..., 2), shares of the picture's width and height.
        """
        placed: Points = self.turned(points, lift) @ self.axes[2]
        placed += (self.x, self.y)
        return placed

    def grid(self, size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the head coordinates, as seen, of a square grid over the picture.

        Args:
            size: Points along a side.

        Returns:
            X and y, (size, size) each, float32, of the cells' centres.
        """
        ticks = ((np.arange(size, dtype=np.float32) + 0.5) / size).astype(np.float32)
        dx = (ticks[None, :] - np.float32(self.x)) / np.float32(self.scale)
        dy = (ticks[:, None] - np.float32(self.y)) / np.float32(self.scale)
        cos, sin = np.float32(np.cos(self.roll)), np.float32(np.sin(self.roll))
        return dx * cos + dy * sin, dy * cos - dx * sin

    def body(self) -> Pose:
        """Return the pose of neck and shoulders, which follow the head only a little.

        Returns:
            A pose with the same place and scale.
        """
        return replace(self, roll=0.2 * self.roll, yaw=0.0, pitch=0.0)


def surface(points: ArrayLike) -> NDArray[np.float64]:
    """Return the depth of the head's surface.

    Args:
        points: (..., 2), head coordinates.

    Returns:
        (...), float64; 0 outside of the head.
    """
    p = np.asarray(points, np.float64)
    width, height, depth, middle = HEAD
    x, y = p[..., 0] * (1 / width), (p[..., 1] - middle) * (1 / height)
    result: NDArray[np.float64] = depth * np.sqrt(np.maximum(1 - x * x - y * y, 0))
    return result


def sample_pose(rng: np.random.Generator) -> Pose:
    """Draw a pose at random, with the face well inside of the picture.

    Returns:
        A pose.
    """
    scale = rng.uniform(0.19, 0.31)
    room = max(0.0, 0.5 - 1.35 * scale)
    yaw = float(np.clip(rng.normal(0, 0.15), -0.34, 0.34))
    return Pose(
        x=0.5 + rng.uniform(-room, room) * 0.8 - 0.3 * scale * yaw,
        y=rng.uniform(min(0.47, 1.42 * scale + 0.02), max(0.48, 0.88 - 1.35 * scale)),
        scale=scale,
        roll=float(np.clip(rng.normal(0, 0.11), -0.3, 0.3)),
        yaw=yaw,
        pitch=float(np.clip(rng.normal(0, 0.07), -0.15, 0.15)),
    )
