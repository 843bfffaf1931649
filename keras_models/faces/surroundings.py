"""What is behind a head and below it: backgrounds, neck and clothes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from keras_models.faces.canvas import Layer
from keras_models.faces.colours import any_colour, mix, shaded
from keras_models.faces.geometry import (
    Points,
    closed_curve,
    ellipse,
    mirrored,
    open_curve,
)
from keras_models.faces.pose import Pose
from keras_models.faces.skin import Skin

#: Cells of a background along a side.
CELLS = 64


def sample_background(rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw a background at random: a gradient, some with soft noise, stripes or weave.

    Returns:
        (64, 64, 3), float32, 0 … 255.
    """
    bright = (0.3, 0.97) if rng.random() < 0.8 else (0.06, 0.4)
    first = np.array(any_colour(rng, (0.0, 0.45), bright))
    second = np.array(any_colour(rng, (0.0, 0.45), bright))
    second = first + rng.uniform(0.1, 0.7) * (second - first)
    tick = np.linspace(-1, 1, CELLS)
    angle = rng.uniform(0, 2 * np.pi)
    x = tick[None, :] * np.cos(angle) + tick[:, None] * np.sin(angle)
    y = tick[:, None] * np.cos(angle) - tick[None, :] * np.sin(angle)
    kind = rng.choice(5, p=(0.35, 0.25, 0.2, 0.1, 0.1))
    if kind == 0:
        share = 0.5 + 0.5 * x
    elif kind == 1:
        centre = rng.uniform(-0.6, 0.6, 2)
        share = np.hypot(tick[None, :] - centre[0], tick[:, None] - centre[1]) / 1.6
    elif kind == 2:
        share = soft_noise(rng, int(rng.integers(3, 9)))
    elif kind == 3:
        share = 0.5 + 0.5 * np.sin(x * rng.uniform(4, 22))
    else:
        wave = rng.uniform(6, 18)
        share = 0.5 + 0.25 * (np.sin(x * wave) + np.sin(y * wave))
    share = np.clip(share, 0, 1)[..., None]
    return np.asarray(first + (second - first) * share, np.float32)


def soft_noise(rng: np.random.Generator, cells: int) -> NDArray[np.float64]:
    """Draw clouds: noise of two sizes, smoothly enlarged.

    Args:
        rng: Source of chance.
        cells: Number of clouds along a side.

    Returns:
        (64, 64), float64, mostly 0 … 1.
    """
    result = np.zeros((CELLS, CELLS))
    for count, weight in ((cells, 1.0), (3 * cells, 0.5)):
        values = rng.normal(0, 1, (count + 1, count + 1))
        at = np.linspace(0, count - 1e-6, CELLS)
        low = at.astype(int)
        share = at - low
        share = share * share * (3 - 2 * share)
        rows = values[low] * (1 - share[:, None]) + values[low + 1] * share[:, None]
        result += weight * (rows[:, low] * (1 - share) + rows[:, low + 1] * share)
    return 0.5 + 0.25 * result


def draw_things(layer: Layer, rng: np.random.Generator, count: int) -> None:
    """Draw things in the background: discs of light, frames, boards, leaves."""
    alpha = float(rng.uniform(0.25, 0.9))
    kind = int(rng.integers(4))
    for _ in range(count):
        x, y = rng.uniform(-0.05, 1.05, 2).tolist()
        w, h = rng.uniform(0.04, 0.22, 2).tolist()
        colour = any_colour(rng, (0.05, 0.6))
        if kind == 0:
            layer.polygon(ellipse((x, y), (w, w), 24), colour, 0.5 * alpha)
        elif kind == 1:
            layer.polygon(_box(x, y, 1.3 * w, 1.3 * h), shaded(colour, 0.6), alpha)
            layer.polygon(_box(x, y, 1.1 * w, 1.1 * h), colour, alpha)
        elif kind == 2:
            layer.polygon(_box(x, 0.5, 0.25 * w, 0.6), colour, alpha)
        else:
            turn = rng.uniform(0, np.pi)
            leaf = ellipse((0, 0), (w, 0.35 * w), 14)
            spin = np.array(
                [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
            )
            green = mix(colour, (70, 120, 60), 0.6)
            layer.polygon(leaf @ spin + (x, y), green, alpha)


def draw_body(layer: Layer, rng: np.random.Generator, skin: Skin, pose: Pose) -> None:
    """Draw neck, shoulders and clothes."""
    body = pose.body()
    cloth = any_colour(rng, (0.0, 0.8), (0.08, 0.95))
    neck = float(rng.uniform(0.48, 0.62))
    half = [(0.0, 0.6), (neck + 0.05, 0.6), (neck, 1.3), (neck + 0.04, 1.7)]
    half += [(neck + 0.5, 2.2), (0.0, 2.3)]
    lit = skin.ambient + 0.75 * (1 - skin.ambient)
    layer.polygon(body.place(closed_curve(mirrored(half), 4)), shaded(skin.tone, lit))
    shadow = [(0.0, 0.6), (neck, 0.6), (neck, skin.chin), (0.0, skin.chin + 0.32)]
    layer.polygon(
        body.place(closed_curve(mirrored(shadow), 4)), shaded(skin.tone, 0.35), 0.4
    )
    collar = _collar(rng, neck)
    shoulder = float(rng.uniform(1.75, 2.2))
    slope = float(rng.uniform(0.2, 0.42))
    edge = [*collar, (neck + 0.14, 1.62)]
    arm = open_curve(
        [
            edge[-1],
            (shoulder - 0.45, 1.68 + slope),
            (shoulder - 0.05, 2.1 + slope),
            (shoulder + 0.15, 3.2),
            (shoulder + 0.2, 5.0),
        ],
        4,
    )
    outline = np.concatenate([collar, arm, [(0.0, 5.0)]])
    shirt = body.place(mirrored(outline))
    second = any_colour(rng, (0.0, 0.8), (0.2, 0.95))
    striped = rng.random() < 0.3
    lamp = -np.sign(skin.light[0]) * 0.9
    with layer.clipped(shirt) as cut:
        cut.polygon(shirt, cloth)
        for y in np.arange(2.15, 4.5, 0.3) if striped else ():
            cut.polygon(body.place(_box(0, y, 2.6, 0.06)), second, 0.55)
        for shift in np.linspace(0, 0.9, 9):
            cut.polygon(
                body.place(_box(lamp * (1.4 + shift), 3.0, 1.0, 3.0)), (0, 0, 0), 0.04
            )
        cut.polygon(
            body.place(ellipse((0, 1.72), (neck + 0.34, 0.4), 20)), (0, 0, 0), 0.14
        )
    for side in (-1, 1):
        seam = body.place(np.array(edge) * (side, 1))
        layer.line(seam, shaded(cloth, 0.7), 0.06 * pose.scale, 0.9)


def _collar(rng: np.random.Generator, neck: float) -> list[tuple[float, float]]:
    kind = int(rng.integers(3))
    if kind == 0:
        return [(0.0, float(rng.uniform(2.1, 2.6)))]
    if kind == 1:
        return [(0.0, 1.98), (0.25, 1.95), (neck - 0.05, 1.82)]
    return [(0.0, 1.66), (0.3, 1.64), (neck, 1.58)]


def _box(x: float, y: float, w: float, h: float) -> Points:
    return np.array([(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)])
