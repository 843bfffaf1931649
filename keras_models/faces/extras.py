"""What some people wear or grow: glasses, beards, freckles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keras_models.faces.canvas import Layer
from keras_models.faces.colours import Colour, any_colour, mix, shaded
from keras_models.faces.features import Features
from keras_models.faces.geometry import (
    Points,
    bow,
    closed_curve,
    ellipse,
    mirrored,
)
from keras_models.faces.pose import Pose
from keras_models.faces.skin import Skin, lid_colour

BEARDS = ("none", "full", "goatee", "moustache")


@dataclass(frozen=True)
class Extras:
    """Glasses and beard.

    Args:
        glasses: Colour of the frame, or None.
        lens: (half width, half height) of a lens, head units.
        square: 0 for round lenses … 1 for nearly rectangular ones.
        frame: Thickness of the frame, head units.
        reflection: Strength of the reflections on the lenses, 0 … 1.
        beard: One of `BEARDS`.
        beard_colour: Colour, 0 … 255.
    """

    glasses: Colour | None
    lens: tuple[float, float]
    square: float
    frame: float
    reflection: float
    beard: str
    beard_colour: Colour


def sample_extras(rng: np.random.Generator, hair: Colour, bearded: bool) -> Extras:
    """Draw glasses and beard at random.

    Args:
        rng: Source of chance.
        hair: Colour of the hair, which the beard follows.
        bearded: Whether there may be a beard.

    Returns:
        The looks.
    """
    frames = ((24, 22, 24), (96, 60, 36), (196, 164, 96), (150, 152, 158))
    frame: Colour | None = None
    if rng.random() < 0.24:
        choice = int(rng.integers(len(frames) + 1))
        frame = (
            frames[choice] if choice < 4 else any_colour(rng, (0.4, 0.9), (0.3, 0.8))
        )
    width = rng.uniform(0.31, 0.37)
    grown = bearded and rng.random() < 0.45
    return Extras(
        glasses=frame,
        lens=(width, rng.uniform(0.22, 0.31)),
        square=rng.uniform(0, 1),
        frame=rng.uniform(0.025, 0.06),
        reflection=rng.uniform(0, 1) if rng.random() < 0.6 else 0.0,
        beard=str(rng.choice(BEARDS[1:], p=(0.5, 0.25, 0.25))) if grown else "none",
        beard_colour=mix(hair, (70, 45, 32), 0.25),
    )


def draw_freckles(
    layer: Layer, rng: np.random.Generator, skin: Skin, pose: Pose
) -> None:
    """Sprinkle freckles over nose and cheeks.

    Args:
        layer: What to draw on; the skin must be there.
        rng: Source of chance.
        skin: How many, and their colour.
        pose: Where the head is.
    """
    spots = rng.normal((0, 0.36), (0.42, 0.13), (skin.freckles, 1, 2))
    radii = 0.014 + 0.01 * rng.random((skin.freckles, 1, 1))
    for dot in pose.place(spots + radii * ellipse((0, 0), (1, 1), 6)):
        layer.polygon(dot, lid_colour(skin), 0.4)


def draw_glasses(layer: Layer, extras: Extras, eye_x: float, pose: Pose) -> None:
    """Draw glasses, if there are any, over the eyes.

    Args:
        layer: What to draw on.
        extras: The looks.
        eye_x: Distance of an eye's middle from the middle of the face.
        pose: Where the head is.
    """
    if extras.glasses is None:
        return
    width = extras.frame * pose.scale
    for side in (-1, 1):
        rim = ellipse((0, 0), (1, 1), 28)
        power = 1 - 0.55 * extras.square
        rim = np.sign(rim) * np.abs(rim) ** power * extras.lens
        rim += (side * (eye_x + 0.01), 0.04)
        lens = pose.place(rim, 0.1)
        layer.polygon(lens, (235, 242, 248), 0.07)
        if extras.reflection:
            with layer.clipped(lens) as glass:
                slope = np.array([(-0.22, 0.3), (-0.02, 0.3), (0.2, -0.3), (0.0, -0.3)])
                streak = slope + np.array((side * eye_x + 0.12, 0))
                glass.polygon(
                    pose.place(streak, 0.1), (255, 255, 255), 0.16 * extras.reflection
                )
        layer.line(np.concatenate([lens, lens[:2]]), extras.glasses, width)
        hinge = (side * (eye_x + extras.lens[0]), -0.04)
        temple = np.stack(
            [pose.place([hinge], 0.1)[0], pose.place([(side * 1.03, -0.03)], -0.1)[0]]
        )
        layer.line(temple, shaded(extras.glasses, 0.8), 0.9 * width)
    inner = eye_x - extras.lens[0] + 0.01
    bridge = bow((-inner, 0.0), (inner, 0.0), -0.05)
    layer.line(pose.place(bridge, 0.14), extras.glasses, width)


def draw_beard(
    layer: Layer,
    rng: np.random.Generator,
    extras: Extras,
    features: Features,
    skin: Skin,
    pose: Pose,
) -> None:
    """Draw the beard, if there is one, under the mouth that is drawn later.

    Args:
        layer: What to draw on; the skin must be there.
        rng: Source of chance.
        extras: The looks.
        features: Where mouth and nose are.
        skin: The outline of the jaw.
        pose: Where the head is.
    """
    if extras.beard == "none":
        return
    y, w, chin = features.mouth_y, features.mouth_width, skin.chin
    if extras.beard == "full":
        half = [
            (0, features.nose_y + 0.13),
            (0.2, features.nose_y + 0.14),
            (w + 0.12, y - 0.08),
            (0.66, y - 0.22),
            (0.93, 0.25),
            (skin.cheek + 0.03, 0.7),
            (skin.jaw + 0.03, 1.14),
            (0.3, chin + 0.03),
            (0, chin + 0.07),
        ]
        _hairy(layer, rng, extras, pose, np.array(half))
    if extras.beard == "goatee":
        half = [(0, y + 0.14), (0.2, y + 0.16), (0.24, chin - 0.1), (0, chin + 0.06)]
        _hairy(layer, rng, extras, pose, np.array(half))
    if extras.beard in ("goatee", "moustache"):
        top = features.nose_y + 0.12
        half = [(0, top), (0.2, top + 0.03), (w + 0.06, y + 0.02), (0.12, y - 0.03)]
        _hairy(layer, rng, extras, pose, np.array([*half, (0, y - 0.05)]))


def _hairy(
    layer: Layer,
    rng: np.random.Generator,
    extras: Extras,
    pose: Pose,
    half: Points,
) -> None:
    unit, colour = pose.scale, extras.beard_colour
    area = closed_curve(mirrored(half), 4)
    layer.polygon(pose.place(area, 0.01), colour, 0.45)
    layer.polygon(pose.place(area * (0.96, 1) + (0, 0.015), 0.01), colour, 0.6)
    low, high = area.min(axis=0), area.max(axis=0)
    start = rng.uniform(low, high, (40, 1, 2))
    growth = np.array([(1, 0), (1.04, 0.07), (1.02, 0.14)])
    hairs = start * np.stack([growth[:, 0], np.ones(3)], axis=1)
    hairs[..., 1] += growth[:, 1]
    tints = (shaded(colour, 0.65), shaded(colour, 1.35))
    with layer.clipped(pose.place(area, 0.01)) as inside:
        for k, hair in enumerate(pose.place(hairs)):
            inside.line(hair, tints[k % 2], 0.016 * unit, 0.45)
