"""Hair, drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from keras_models.faces.canvas import Layer
from keras_models.faces.colours import shaded
from keras_models.faces.geometry import Points, closed_curve, ellipse, open_curve
from keras_models.faces.hair_looks import Hair
from keras_models.faces.headwear import draw_hat, draw_scarf, draw_scarf_behind
from keras_models.faces.pose import Pose


def draw_back_hair(
    layer: Layer, rng: np.random.Generator, hair: Hair, pose: Pose
) -> None:
    """Draw the hair behind head and neck."""
    dark, v = shaded(hair.colour, 0.62), hair.volume
    if hair.style == "scarf":
        draw_scarf_behind(layer, hair, pose)
    if hair.style in ("long", "wavy", "bob"):
        wide = 1.08 + 1.2 * v
        end = wide if hair.style == "bob" else wide + 0.12
        side = [(0.8, -1.05), (wide, -0.2), (wide + 0.02, 0.6), (end, hair.length)]
        side = [*side, (0.5, hair.length + 0.08)]
        left = [(-x, y) for x, y in side[::-1]]
        back = closed_curve([(0.0, -1.3), *side, *left], 5)
        if hair.style == "wavy":
            back[:, 0] += 0.06 * np.sin(7 * back[:, 1]) * np.sign(back[:, 0])
        layer.polygon(pose.place(back, -0.2), dark)
        for sign in (-1, 1):
            inner = open_curve(
                np.array([(0.75, -0.6), (0.85, 0.5), (0.7, hair.length)])
            )
            outer = open_curve(np.array(side)[[1, 2, 3]])
            if hair.style == "wavy":
                inner[:, 0] += 0.06 * np.sin(7 * inner[:, 1])
                outer[:, 0] += 0.06 * np.sin(7 * outer[:, 1])
            flip = np.array([sign, 1])
            _strands(layer, rng, hair, pose, inner * flip, outer * flip, 16, -0.2)
    if hair.style == "bun":
        knot = ellipse((0.25 * hair.parting, -1.62), (0.42, 0.36), 24)
        layer.polygon(pose.place(knot, -0.1), shaded(hair.colour, 0.8))
        swirl = ellipse((0.25 * hair.parting, -1.64), (0.28, 0.22), 16, 0.3, 4.4)
        layer.line(pose.place(swirl, -0.1), dark, 0.03 * pose.scale, 0.6)
    if hair.style == "ponytail":
        sign = 1 if hair.parting > 0 else -1
        tail = [(0.7, -0.9), (1.45, -0.5), (1.5, 0.6), (1.2, 1.5), (1.1, 0.4)]
        curve = closed_curve(np.array(tail) * (sign, 1), 5)
        layer.polygon(pose.place(curve, -0.3), shaded(hair.colour, 0.8))
    if hair.style == "afro":
        _curls(layer, rng, hair, pose, 1.25 + v, 46, (-3.6, 0.45))


def draw_front_hair(
    layer: Layer, rng: np.random.Generator, hair: Hair, pose: Pose
) -> None:
    """Draw the hair over the skull and forehead, or the hat.

    Args:
        layer: What to draw on; the face must be there.
        rng: Source of chance.
        hair: The looks.
        pose: Where the head is.
    """
    if hair.style == "scarf":
        draw_scarf(layer, hair, pose)
        return
    if hair.style != "bald":
        outer, inner = _cap(hair)
        area = pose.place(np.concatenate([outer, inner[::-1]]), 0.03)
        thin = hair.style == "buzz"
        layer.polygon(area, hair.colour, 0.5 if thin else 1.0)
        if hair.style in ("curly", "afro"):
            _curls(layer, rng, hair, pose, 1.06 + 0.5 * hair.volume, 34, (-3.3, 0.15))
        elif not thin:
            with layer.clipped(area) as inside:
                _strands(inside, rng, hair, pose, inner, outer, 34, 0.03)
        rim = pose.place(inner, 0.03)
        layer.line(rim, shaded(hair.colour, 0.5), 0.05 * pose.scale, 0.28)
    if hair.cover is not None:
        draw_hat(layer, hair, pose)


def _cap(hair: Hair) -> tuple[Points, Points]:
    """Return the hair's outer edge over the skull and the hairline, left to right."""
    v = hair.volume * (0.25 if hair.style in ("buzz", "receding") else 1.0)
    low = 0.35 if hair.style in ("long", "wavy", "bob") else -0.05
    outer = open_curve(
        [
            (-1.04 - 0.6 * v, low + 0.1),
            (-1.05 - v, -0.5),
            (-0.75 - 0.8 * v, -1.12 - 0.5 * v),
            (0.4 * hair.parting, -1.38 - v),
            (0.75 + 0.8 * v, -1.12 - 0.5 * v),
            (1.05 + v, -0.5),
            (1.04 + 0.6 * v, low + 0.1),
        ],
        5,
    )
    top, p = hair.hairline, hair.parting
    if hair.style == "receding":
        middle = [(-0.62, -1.05), (-0.2, top - 0.12), (0.2, top - 0.12), (0.62, -1.05)]
    elif hair.fringe != hair.hairline:
        f = hair.fringe
        middle = [(-0.72, f + 0.04), (-0.25, f), (0.25, f + 0.02), (0.72, f + 0.05)]
    elif hair.style in ("parted", "long", "wavy", "bob"):
        sweep = 0.3 if hair.style == "parted" else 0.12
        sign = 1 if p < 0 else -1
        middle = [
            (p - 0.45, top + 0.16 + (sweep if sign < 0 else 0)),
            (p, top - 0.08),
            (p + 0.45, top + 0.16 + (sweep if sign > 0 else 0)),
        ]
        middle[::2] = [(float(np.clip(x, -0.7, 0.7)), y) for x, y in middle[::2]]
    else:
        middle = [(-0.55, top + 0.08), (0.0, top), (0.55, top + 0.08)]
    temple = 0.86 if low > 0 else 0.93
    inner = open_curve(
        [
            (-0.99, low),
            (-temple, -0.3),
            (-0.84, -0.62),
            *middle,
            (0.84, -0.62),
            (temple, -0.3),
            (0.99, low),
        ],
        5,
    )
    return outer, inner


def _strands(
    layer: Layer,
    rng: np.random.Generator,
    hair: Hair,
    pose: Pose,
    inner: Points,
    outer: Points,
    count: int,
    lift: float,
) -> None:
    n = 13
    ticks = np.linspace(0, 1, n)
    a, b = (_resampled(curve, ticks) for curve in (inner, outer))
    share = rng.random(count)
    first = rng.integers(0, n - 5, count)
    last = first + rng.integers(4, 8, count)
    gloss = 1.0 + 0.5 * np.exp(-(((share - 0.6) / 0.18) ** 2))
    light = rng.uniform(0.6, 1.15, count) * gloss
    width = rng.uniform(0.015, 0.05, count) * pose.scale
    strands = pose.place(a + (b - a) * share[:, None, None], lift)
    for k in range(count):
        strand = strands[k, first[k] : last[k]]
        layer.line(strand, shaded(hair.colour, float(light[k])), float(width[k]), 0.5)


def _resampled(curve: Points, ticks: NDArray[np.float64]) -> Points:
    own = np.linspace(0, 1, len(curve))
    return np.stack([np.interp(ticks, own, curve[:, k]) for k in (0, 1)], axis=1)


def _curls(
    layer: Layer,
    rng: np.random.Generator,
    hair: Hair,
    pose: Pose,
    reach: float,
    count: int,
    arc: tuple[float, float],
) -> None:
    angles = rng.uniform(arc[0], arc[1], count)
    far = reach * rng.uniform(0.82, 1.0, count)
    x, y = far * np.cos(angles), -0.3 + 1.05 * far * np.sin(angles)
    radii = rng.uniform(0.13, 0.24, count)
    light = rng.uniform(0.7, 1.25, count)
    circle = ellipse((0, 0), (1, 1), 12)
    discs = circle * radii[:, None, None] + np.stack([x, y], axis=1)[:, None]
    in_face = (abs(x) < 0.8) & (y > hair.hairline - 0.1)
    placed = pose.place(discs, 0.02)
    for k in np.flatnonzero(~in_face):
        layer.polygon(placed[k], shaded(hair.colour, float(light[k])), 0.9)
