"""Nose, mouth and ears."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keras_models.faces.canvas import Layer
from keras_models.faces.colours import Colour, as_colour, darkness, mix, shaded
from keras_models.faces.geometry import bow, closed_curve, ellipse, open_curve
from keras_models.faces.pose import Pose
from keras_models.faces.skin import Skin, lid_colour

SMILES = ("neutral", "smile", "laugh", "talk", "frown")


@dataclass(frozen=True)
class Features:
    """Looks of nose, mouth and ears; lengths in head units.

    Args:
        nose_width: Half width of the nose.
        nose_y: Height of the nose's base.
        mouth_y: Height of the mouth.
        mouth_width: Half width of the mouth.
        lips: Colour, 0 … 255.
        upper_lip: Thickness of the upper lip.
        lower_lip: Thickness of the lower lip.
        expression: One of `SMILES`.
        curve: How far the mouth's corners are above its middle.
        gap: Height of an open mouth.
        ear: Size of the ears, 1 is usual.
        earring: Colour of earrings, or None.
    """

    nose_width: float
    nose_y: float
    mouth_y: float
    mouth_width: float
    lips: Colour
    upper_lip: float
    lower_lip: float
    expression: str
    curve: float
    gap: float
    ear: float
    earring: Colour | None


def sample_features(rng: np.random.Generator, skin: Skin) -> Features:
    """Draw nose, mouth and ears at random.

    Returns:
        The looks.
    """
    expression = str(rng.choice(SMILES, p=(0.3, 0.3, 0.2, 0.1, 0.1)))
    curve = {
        "neutral": rng.normal(0.005, 0.012),
        "smile": rng.uniform(0.04, 0.09),
        "laugh": rng.uniform(0.06, 0.11),
        "talk": rng.normal(0, 0.01),
        "frown": -rng.uniform(0.03, 0.06),
    }[expression]
    gap = {"laugh": rng.uniform(0.09, 0.2), "talk": rng.uniform(0.06, 0.16)}
    wide = {"smile": 1.12, "laugh": 1.22, "talk": 0.85}.get(expression, 1.0)
    painted = rng.random() < 0.22
    red = as_colour(np.array([176, 52, 66]) + rng.normal(0, 22, 3))
    natural = mix(shaded(skin.tone, 0.86), (168, 82, 82), 0.4)
    return Features(
        nose_width=rng.uniform(0.155, 0.23) + 0.03 * darkness(skin.tone),
        nose_y=rng.uniform(0.5, 0.6),
        mouth_y=rng.uniform(0.86, 0.95),
        mouth_width=rng.uniform(0.27, 0.36) * wide,
        lips=red if painted else natural,
        upper_lip=rng.uniform(0.04, 0.085),
        lower_lip=rng.uniform(0.06, 0.11),
        expression=expression,
        curve=curve,
        gap=gap.get(expression, 0.0),
        ear=rng.uniform(0.85, 1.2),
        earring=(226, 196, 120) if rng.random() < 0.15 else None,
    )


def draw_ears(layer: Layer, features: Features, skin: Skin, pose: Pose) -> None:
    """Draw both ears; the face is drawn over their inner halves."""
    size = features.ear
    for side in (-1, 1):
        lit = skin.ambient + (1 - skin.ambient) * max(0.0, 0.5 + side * skin.light[0])
        shape = [
            (0.9, -0.22 * size),
            (1.06, -0.26 * size),
            (1.15, -0.06 * size),
            (1.1, 0.24 * size),
            (1.02, 0.45 * size),
            (0.9, 0.42 * size),
        ]
        outer = np.array(shape) * (side, 1) + (0, 0.12)
        inner = (outer - (side, 0.2)) * (0.6, 0.62) + (side * 1.0, 0.19)
        tone = shaded(skin.tone, 0.55 + 0.4 * min(lit, 1.0))
        layer.polygon(pose.place(closed_curve(outer, 4), -0.12), tone)
        hollow = pose.place(closed_curve(inner, 4), -0.12)
        layer.polygon(hollow, lid_colour(skin), 0.3)
        if features.earring is not None:
            drop = ellipse((side * 1.02, 0.12 + 0.5 * size), (0.045, 0.055), 10)
            layer.polygon(pose.place(drop, -0.1), features.earring)


def draw_nose(layer: Layer, features: Features, skin: Skin, pose: Pose) -> None:
    """Draw the nose's wings and nostrils; its bridge is in the skin's shading.

    Args:
        layer: What to draw on; the skin must be there.
        features: The looks.
        skin: Colour and light.
        pose: Where the head is.
    """
    dark, unit = lid_colour(skin), pose.scale
    w, y = features.nose_width, features.nose_y
    for side in (-1, 1):
        wing = [
            (side * (w - 0.02), y - 0.13),
            (side * (w + 0.03), y - 0.05),
            (side * (w + 0.005), y + 0.03),
            (side * (w - 0.07), y + 0.035),
        ]
        curve = pose.place(open_curve(wing, 4), 0.08)
        layer.brush(curve, dark, unit * np.linspace(0.015, 0.045, len(curve)), 0.38)
        hole = ellipse((side * 0.5 * w, y + 0.025), (0.3 * w, 0.026), 12)
        layer.polygon(pose.place(hole, 0.14), shaded(dark, 0.6), 0.7)
    base = pose.place(bow((-0.32 * w, y + 0.05), (0.32 * w, y + 0.05), 0.03), 0.16)
    layer.line(base, dark, 0.025 * unit, 0.35)


def draw_mouth(layer: Layer, features: Features, skin: Skin, pose: Pose) -> None:
    """Draw the mouth, with teeth where it is open.

    Args:
        layer: What to draw on; the skin must be there.
        features: The looks.
        skin: Colour and light.
        pose: Where the head is.
    """
    f, unit = features, pose.scale
    w, top = f.mouth_width, f.mouth_y
    corner = top - f.curve
    low = top + f.gap
    upper = open_curve(
        [
            (-w, corner),
            (-0.5 * w, top - 0.72 * f.upper_lip - 0.35 * f.curve),
            (-0.16 * w, top - f.upper_lip),
            (0, top - 0.8 * f.upper_lip),
            (0.16 * w, top - f.upper_lip),
            (0.5 * w, top - 0.72 * f.upper_lip - 0.35 * f.curve),
            (w, corner),
        ],
        3,
    )
    sag = (low + 0.9 * f.lower_lip - corner) * 1.02
    lower = bow((w, corner), (-w, corner), sag, 13)
    seam_top = bow((-0.94 * w, corner), (0.94 * w, corner), top - corner, 13)
    seam_low = bow((0.94 * w, corner), (-0.94 * w, corner), low - corner, 13)
    layer.polygon(pose.place(np.concatenate([upper, lower])), f.lips, 0.88)
    darker = pose.place(np.concatenate([upper, seam_top[::-1]]))
    layer.polygon(darker, shaded(f.lips, 0.6), 0.35)
    if f.gap:
        inside = pose.place(np.concatenate([seam_top, seam_low]))
        with layer.clipped(inside) as hole:
            hole.polygon(inside, (62, 20, 24))
            depth = min(0.62 * f.gap, 0.1)
            edge = bow((w, corner + depth), (-w, corner + depth), top - corner, 13)
            teeth = pose.place(np.concatenate([seam_top, edge]))
            hole.polygon(teeth, (240, 235, 226), 0.96 if f.curve > 0.03 else 0.6)
            tongue = ellipse((0, low + 0.02), (0.5 * w, 0.4 * f.gap), 14)
            hole.polygon(pose.place(tongue), (186, 92, 92), 0.55)
    else:
        line = pose.place(seam_top)
        layer.line(line, shaded(f.lips, 0.35), 0.03 * unit, 0.75)
    shine = ellipse((0.05 * w, low + 0.52 * f.lower_lip), (0.3 * w, 0.018), 10)
    layer.polygon(pose.place(shine), (255, 235, 230), 0.22 * skin.shine + 0.05)
    dark = lid_colour(skin)
    for side in (-1, 1):
        dent = ellipse((side * (w + 0.01), corner), (0.025, 0.03), 8)
        layer.polygon(pose.place(dent), dark, 0.35)
        if f.curve > 0.05:
            fold = open_curve(
                [(side * 0.27, 0.52), (side * 0.42, 0.68), (side * (w + 0.13), top)],
                4,
            )
            curve = pose.place(fold)
            taper = np.sin(np.linspace(0.2, np.pi - 0.2, len(curve)))
            layer.brush(curve, dark, 0.035 * unit * taper, 0.3)
