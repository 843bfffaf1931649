"""Hats and headscarves."""

from __future__ import annotations

import numpy as np

from keras_models.faces.canvas import Layer
from keras_models.faces.colours import shaded
from keras_models.faces.geometry import Points, closed_curve, open_curve
from keras_models.faces.hair_looks import Hair
from keras_models.faces.pose import Pose


def draw_hat(layer: Layer, hair: Hair, pose: Pose) -> None:
    """Draw a knitted hat over the hair.

    Args:
        layer: What to draw on; the hair must be there.
        hair: The looks.
        pose: Where the head is.
    """
    colour = hair.cover or hair.colour
    v = 0.12 + 0.5 * hair.volume
    brim = -0.72
    crown = closed_curve(
        [
            (-1.04 - v, brim),
            (-0.98 - v, -1.1),
            (-0.55, -1.55 - v),
            (0.55, -1.55 - v),
            (0.98 + v, -1.1),
            (1.04 + v, brim),
            (0.5, brim + 0.08),
            (-0.5, brim + 0.08),
        ],
        4,
    )
    layer.polygon(pose.place(crown, 0.04), colour)
    for x in np.linspace(-0.8, 0.8, 7):
        rib = open_curve([(x, brim + 0.02), (1.05 * x, -1.1), (0.6 * x, -1.5 - v)], 3)
        layer.line(pose.place(rib, 0.04), shaded(colour, 0.75), 0.03 * pose.scale, 0.5)
    w = 1.06 + v
    band = [(-w, -0.95), (0, -0.78), (w, -0.95), (w, -0.62), (0, -0.5), (-w, -0.62)]
    curve = closed_curve(np.array(band), 4)
    layer.polygon(pose.place(curve, 0.06), shaded(colour, 0.88))


def draw_scarf_behind(layer: Layer, hair: Hair, pose: Pose) -> None:
    """Draw the part of a headscarf that is behind head and neck."""
    shape = [(-1.16, 0), (-1.0, 1.1), (-1.3, 2.3), (1.3, 2.3), (1.0, 1.1), (1.16, 0)]
    back = closed_curve([*shape, (0.75, -1.3), (-0.75, -1.3)], 4)
    colour = shaded(hair.cover or hair.colour, 0.72)
    layer.polygon(pose.body().place(back, -0.1), colour)


def draw_scarf(layer: Layer, hair: Hair, pose: Pose) -> None:
    """Draw a headscarf around the face and under the chin.

    Args:
        layer: What to draw on; the face must be there.
        hair: The looks.
        pose: Where the head is.
    """
    colour = hair.cover or hair.colour
    outer = open_curve(
        _hood([(0.0, -1.52), (0.7, -1.35), (1.15, -0.4), (1.1, 0.9), (0.7, 1.75)]),
        4,
    )
    inner = open_curve(
        _hood([(0.0, -0.98), (0.62, -0.85), (0.9, -0.2), (0.82, 0.9), (0.3, 1.5)]),
        4,
    )
    layer.polygon(pose.place(np.concatenate([outer, inner[::-1]]), 0.02), colour)
    for share, light in ((0.12, 0.6), (0.4, 0.85), (0.65, 1.12), (0.85, 0.9)):
        fold = inner + (outer - inner) * share
        layer.line(
            pose.place(fold, 0.02), shaded(colour, light), 0.05 * pose.scale, 0.45
        )
    throat = closed_curve([(-0.6, 1.38), (0.6, 1.38), (0.95, 2.4), (-0.95, 2.4)], 4)
    layer.polygon(pose.place(throat, -0.05), shaded(colour, 0.9))


def _hood(half: list[tuple[float, float]]) -> Points:
    """Complete a right half, given from the top down, to an arch from left to right."""
    left = [(-x, y) for x, y in half[:0:-1]]
    return np.array(left + half)
