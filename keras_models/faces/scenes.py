"""Things that are not faces: landscapes, fruit, plain heads, loose parts of faces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from keras_models.faces.canvas import Layer
from keras_models.faces.colours import (
    HAIR,
    Colour,
    any_colour,
    mix,
    pick,
    sample_skin,
    shaded,
)
from keras_models.faces.extras import draw_glasses, sample_extras
from keras_models.faces.eye_looks import sample_eyes
from keras_models.faces.eyes import EyeSocket
from keras_models.faces.features import (
    draw_ears,
    draw_mouth,
    draw_nose,
    sample_features,
)
from keras_models.faces.geometry import closed_curve, ellipse
from keras_models.faces.hair import draw_back_hair, draw_front_hair
from keras_models.faces.hair_looks import sample_hair
from keras_models.faces.pose import sample_pose
from keras_models.faces.skin import sample_skin_looks, shade_skin
from keras_models.faces.surroundings import draw_body, draw_things


def draw_clutter(layer: Layer, rng: np.random.Generator) -> None:
    """Draw nothing but background things."""
    for _ in range(int(rng.integers(0, 4))):
        draw_things(layer, rng, int(rng.integers(3, 10)))


def draw_landscape(layer: Layer, rng: np.random.Generator) -> None:
    """Draw hills with houses and trees under a sky."""
    if rng.random() < 0.6:
        sun = ellipse(rng.uniform(0.1, 0.9, 2) * (1, 0.4), (0.06, 0.06), 24)
        layer.polygon(sun, (255, 240, 200), 0.9)
    green = any_colour(rng, (0.2, 0.6), (0.3, 0.8))
    x = np.linspace(-0.05, 1.05, 24)
    for k, height in enumerate(np.sort(rng.uniform(0.35, 0.85, 3))):
        wave = 0.05 * np.sin(x * rng.uniform(3, 9) + rng.uniform(0, 6))
        ridge = np.stack([x, height + wave], axis=1)
        hill = np.concatenate([ridge, [(1.05, 1.05), (-0.05, 1.05)]])
        layer.polygon(hill, shaded(green, 1.15 - 0.22 * k))
        for at in rng.uniform(0, 1, int(rng.integers(0, 5))):
            foot = np.array([at, float(np.interp(at, x, ridge[:, 1])) + 0.03])
            size = float(rng.uniform(0.04, 0.1)) * (0.7 + 0.4 * k)
            if rng.random() < 0.5:
                _tree(layer, rng, foot, size)
            else:
                _house(layer, rng, foot, size)


def draw_fruit(layer: Layer, rng: np.random.Generator) -> None:
    """Draw balls, some in colours of skin with a cap in a colour of hair."""
    for _ in range(int(rng.integers(1, 6))):
        centre = rng.uniform(0.15, 0.85, 2)
        radii = rng.uniform(0.08, 0.32) * rng.uniform(0.75, 1.25, 2)
        skin = sample_skin(rng) if rng.random() < 0.7 else any_colour(rng)
        lamp = rng.uniform(-0.35, 0.35, 2)
        for k in range(7):
            disc = ellipse(centre + lamp * radii * k / 7, radii * (1 - k / 7), 28)
            layer.polygon(disc, shaded(skin, 0.72 + 0.06 * k))
        if rng.random() < 0.5:
            cap = ellipse(centre, radii * 1.06, 20, np.pi * 1.05, np.pi * 1.95)
            layer.polygon(cap, pick(rng, HAIR, 8))
        if rng.random() < 0.4:
            for spot in rng.normal(0, 0.35, (int(rng.integers(1, 6)), 2)):
                dot = ellipse(centre + spot * radii, 0.1 * radii, 10)
                layer.polygon(dot, shaded(skin, 0.4), 0.6)


def draw_plain_head(layer: Layer, rng: np.random.Generator) -> None:
    """Draw a head with hair and clothes on which there are no eyes and no mouth."""
    pose, skin = sample_pose(rng), sample_skin_looks(rng)
    hair, features = sample_hair(rng, skin), sample_features(rng, skin)
    draw_back_hair(layer, rng, hair, pose)
    draw_body(layer, rng, skin, pose)
    draw_ears(layer, features, skin, pose)
    if rng.random() < 0.25:
        # Seen from behind.
        back = ellipse((0, 0.05), (1.04, 1.4), 32)
        layer.polygon(pose.place(back), hair.colour)
    else:
        layer.field(shade_skin(skin, pose), pose.place(skin.outline()))
        draw_front_hair(layer, rng, hair, pose)


def draw_loose_parts(layer: Layer, rng: np.random.Generator) -> None:
    """Scatter eyes, noses, mouths and glasses, each with its patch of skin."""
    pose, skin = sample_pose(rng), sample_skin_looks(rng)
    eyes = sample_eyes(rng, skin, pick(rng, HAIR, 6))
    features = sample_features(rng, skin)
    extras = replace(
        sample_extras(rng, eyes.brow, bearded=False),
        glasses=any_colour(rng, (0.0, 0.5), (0.1, 0.6)),
    )
    field = shade_skin(skin, pose)
    for _ in range(int(rng.integers(2, 6))):
        kind = int(rng.integers(5))
        x, y = rng.uniform(0.12, 0.88, 2).tolist()
        centre = [(eyes.x, -0.05), (-eyes.x, -0.05), (0, features.nose_y)]
        centre += [(0, features.mouth_y), (0, 0)]
        turned = replace(pose, roll=float(rng.uniform(-1.5, 1.5)), yaw=0.0, pitch=0.0)
        offset = np.array((x, y)) - turned.place([centre[kind]])[0]
        here = replace(turned, x=turned.x + offset[0], y=turned.y + offset[1])
        wobble = rng.uniform(0.85, 1.15, (9, 1))
        patch = ellipse((0, 0), (0.48, 0.4), 9) * wobble + centre[kind]
        if kind < 4 and rng.random() < 0.8:
            layer.polygon(here.place(closed_curve(patch, 3)), _mean(field))
        if kind < 2:
            socket = EyeSocket(eyes, skin, here, 1 if kind == 0 else -1)
            (socket.draw_open if rng.random() < 0.5 else socket.draw_closed)(layer)
        elif kind == 2:
            draw_nose(layer, features, skin, here)
        elif kind == 3:
            draw_mouth(layer, features, skin, here)
        else:
            draw_glasses(layer, extras, eyes.x, here)


def _mean(field: NDArray[np.float32]) -> Colour:
    middle = field[20:40, 20:40].mean(axis=(0, 1))
    return (float(middle[0]), float(middle[1]), float(middle[2]))


def _tree(
    layer: Layer, rng: np.random.Generator, foot: NDArray[np.float64], size: float
) -> None:
    trunk = np.array([(-0.1, 0), (0.1, 0), (0.07, -1), (-0.07, -1)]) * size + foot
    layer.polygon(trunk, (92, 66, 46))
    leaves = mix((60, 110, 52), any_colour(rng, (0.3, 0.7)), 0.3)
    for dx, dy in ((-0.35, -1.1), (0.35, -1.1), (0, -1.5)):
        crown = ellipse(foot + np.array((dx, dy)) * size, (0.5 * size, 0.5 * size), 14)
        layer.polygon(crown, shaded(leaves, float(rng.uniform(0.8, 1.1))))


def _house(
    layer: Layer, rng: np.random.Generator, foot: NDArray[np.float64], size: float
) -> None:
    wall = np.array([(-0.7, 0), (0.7, 0), (0.7, -1), (-0.7, -1)]) * size + foot
    roof = np.array([(-0.85, -1), (0.85, -1), (0, -1.7)]) * size + foot
    layer.polygon(wall, any_colour(rng, (0.05, 0.4), (0.6, 0.95)))
    layer.polygon(roof, any_colour(rng, (0.3, 0.7), (0.3, 0.7)))
    pane = np.array([(-0.15, -0.4), (0.15, -0.4), (0.15, -0.75), (-0.15, -0.75)])
    for dx in (-0.35, 0.35):
        layer.polygon((pane + np.array((dx, 0))) * size + foot, (70, 84, 104))
