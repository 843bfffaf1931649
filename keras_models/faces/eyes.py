"""Eyes, open or closed, and their brows."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keras_models.faces.canvas import Layer
from keras_models.faces.colours import Colour, mix
from keras_models.faces.eye_looks import Eyes
from keras_models.faces.geometry import Points, ellipse, open_curve
from keras_models.faces.pose import Pose
from keras_models.faces.skin import Skin, lid_colour


class EyeSocket:
    """One eye's place on a head.

    Args:
        eyes: Looks of the pair.
        skin: The skin around it.
        pose: Where the head is.
        side: -1 for the eye that is left in the picture, 1 for the right one.
    """

    def __init__(self, eyes: Eyes, skin: Skin, pose: Pose, side: int) -> None:
        self._eyes, self._skin, self._pose, self._side = eyes, skin, pose, side
        self._line = lid_colour(skin)
        self._lash = mix((22, 17, 16), self._line, 0.45 - 0.4 * eyes.lashes)

    def box(self) -> NDArray[np.float64]:
        """Return the box around lids and lashes, which open and closed eye share.

        Returns:
            (4,), float64: top, left, bottom, right as shares of the picture's side.
        """
        e = self._eyes
        high = -e.crease * e.opening - 0.035
        corners = [(u, v) for u in (-1.22, 0, 1.22) for v in (high, e.sag + 0.09)]
        p = self._place(corners)
        (left, top), (right, bottom) = p.min(axis=0), p.max(axis=0)
        return np.array([top, left, bottom, right])

    def draw_open(self, layer: Layer) -> None:
        """Draw the eye open.

        Args:
            layer: What to draw on; the skin must be there.
        """
        e, unit = self._eyes, self._pose.scale
        upper, lower = self._lids()
        self._draw_lid(layer, upper)
        ball = np.concatenate([upper, lower[::-1]])
        white = mix((240, 236, 232), self._skin.tone, 0.14)
        with layer.clipped(ball) as inside:
            inside.polygon(ball, white)
            self._draw_iris(inside)
            shade = self._place([(-1, 0.02), (1, 0.02)])[0] - upper[0]
            inside.line(upper + 0.4 * shade, (30, 18, 16), 0.075 * unit, 0.22)
            inside.polygon(
                self._place(ellipse((-0.95, 0.0), (0.13, 0.03), 10)),
                (196, 120, 112),
                0.7,
            )
        layer.line(lower, self._line, 0.018 * unit, 0.55)
        thick = (0.03 + 0.028 * e.lashes) * unit
        widths = thick * np.linspace(0.5, 1.1, len(upper))
        layer.brush(upper, self._lash, widths, 0.95)
        self._draw_lashes(layer, (0.55, 0.72, 0.88, 1.0), upward=True)

    def draw_closed(self, layer: Layer) -> None:
        """Draw the eye closed.

        Args:
            layer: What to draw on; the skin must be there.
        """
        e, unit = self._eyes, self._pose.scale
        seam = self._seam()
        self._draw_lid(layer, seam)
        glow = mix(self._skin.tone, (255, 245, 235), 0.35)
        for radius, alpha in ((0.62, 0.10), (0.4, 0.12)):
            bulge = ellipse((0.0, -0.35 * e.opening), (radius, 0.42 * e.opening), 14)
            layer.polygon(self._place(bulge), glow, alpha)
        below = seam + np.array((0.0, 0.028 * unit))
        layer.line(below, self._line, 0.03 * unit, 0.3)
        ends = 0.35 + 0.65 * np.sin(np.linspace(0.15, np.pi - 0.15, len(seam)))
        widths = (0.032 + 0.02 * e.lashes) * unit * ends
        layer.brush(seam, mix(self._lash, self._line, 0.25), widths, 0.95)
        self._draw_lashes(layer, (-0.5, -0.1, 0.3, 0.62, 0.88), upward=False)

    def draw_brow(self, layer: Layer) -> None:
        """Draw the brow.

        Args:
            layer: What to draw on; the skin must be there.
        """
        e = self._eyes
        high = -e.brow_height
        spine = [
            (-1.12, high - 0.005 + e.brow_tilt),
            (-0.4, high - 0.03),
            (0.4, high - 0.05),
            (1.25, high + 0.04),
        ]
        curve = open_curve(self._place(spine), 5)
        widths = np.interp(
            np.linspace(0, 1, len(curve)),
            [0, 0.12, 0.5, 1],
            [0.45, 1, 0.95, 0.15],
        )
        unit = e.brow_width * self._pose.scale
        layer.brush(curve, e.brow, 1.25 * unit * widths, 0.35)
        layer.brush(curve, e.brow, 0.85 * unit * widths, 0.75)

    def _place(self, points: ArrayLike) -> Points:
        """Place points given with x in half widths, outwards, and y in head units."""
        e = self._eyes
        p = np.array(points, np.float64)
        p[..., 1] -= e.slant * p[..., 0]
        p[..., 0] = self._side * (e.x + p[..., 0] * e.width)
        return self._pose.place(p)

    def _lids(self) -> tuple[Points, Points]:
        h = self._eyes.opening
        upper = [(-1, 0.015), (-0.55, -0.72 * h), (0.1, -h), (0.65, -0.62 * h), (1, 0)]
        lower = [(-1, 0.015), (-0.4, 0.42 * h), (0.3, 0.52 * h), (1, 0)]
        return open_curve(self._place(upper), 4), open_curve(self._place(lower), 5)

    def _seam(self) -> Points:
        s = self._eyes.sag
        seam = [(-1, 0.02), (-0.5, 0.75 * s), (0.1, s), (0.65, 0.7 * s), (1.02, 0.0)]
        return open_curve(self._place(seam), 4)

    def _crease(self) -> Points:
        h = self._eyes.opening * self._eyes.crease
        fold = [(-0.98, -0.1 * h), (-0.5, -0.8 * h), (0.1, -h), (0.7, -0.68 * h)]
        return open_curve(self._place([*fold, (1.08, -0.1 * h)]), 4)

    def _draw_lid(self, layer: Layer, edge: Points) -> None:
        crease, unit = self._crease(), self._pose.scale
        lid = np.concatenate([edge, crease[::-1]])
        if self._eyes.shadow is not None:
            layer.polygon(lid, self._eyes.shadow, 0.35)
        layer.polygon(lid, self._line, 0.1)
        layer.line(crease, self._line, 0.022 * unit, 0.5)

    def _draw_iris(self, layer: Layer) -> None:
        e = self._eyes
        radius = 0.105
        wide = radius / e.width
        x = self._side * e.gaze[0] * wide
        y = -0.2 * e.opening + e.gaze[1] * radius
        # Both eyes mirror the same lamp, so the glint is on the same side of each.
        glint = -0.38 if self._skin.light[0] < 0 else 0.38
        centres = np.array([(0, 0)] * 4 + [(self._side * glint, -0.38)])
        sizes = np.array([1.0, 0.84, 0.6, e.pupil, 0.26])
        discs = ellipse((0, 0), (1, 1), 18) * sizes[:, None, None] + centres[:, None]
        colours: tuple[tuple[Colour, float], ...] = (
            (mix(e.iris, (15, 12, 12), 0.6), 0.95),
            (e.iris, 1.0),
            (mix(e.iris, (255, 225, 180), 0.16), 0.6),
            ((12, 10, 10), 1.0),
            ((255, 255, 255), 0.92),
        )
        placed = self._place(discs * (wide, radius) + (x, y))
        for disc, (colour, alpha) in zip(placed, colours, strict=True):
            layer.polygon(disc, colour, alpha)

    def _draw_lashes(self, layer: Layer, at: tuple[float, ...], upward: bool) -> None:
        e = self._eyes
        if e.lashes < 0.3:
            return
        length = 0.055 * e.lashes
        u = np.array(at)
        if upward:
            y = -e.opening * (1 - abs(u - 0.1) ** 1.8 / 0.9**1.8)
            foot, tip = (u, y), (1.16 * u + 0.03, y - length * (1.15 - 0.5 * u))
        else:
            y = e.sag * (1 - ((u - 0.1) / 1.05) ** 2)
            foot, tip = (u, y), (1.14 * u, y + 0.9 * length)
        for lash in self._place(np.stack([foot, tip]).transpose(2, 0, 1)):
            layer.line(lash, self._lash, 0.014 * self._pose.scale, 0.8)
