"""What a person's eyes and brows look like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keras_models.faces.colours import (
    DARK_IRIS,
    IRIS,
    Colour,
    any_colour,
    darkness,
    mix,
    pick,
)
from keras_models.faces.skin import Skin


@dataclass(frozen=True)
class Eyes:
    """Looks of a pair of eyes; lengths in head units.

    Args:
        x: Distance of an eye's middle from the middle of the face.
        width: Half width of an eye.
        opening: Height of the upper lid's arch above the line between the corners.
        slant: How much higher the outer corner is.
        iris: Colour, 0 … 255.
        pupil: Radius of the pupil as a share of the iris'.
        gaze: (x, y) shift of the iris, share of its radius.
        lashes: Strength of the lashes, 0 … 1.
        crease: Height of the fold above the upper lid, share of `opening`.
        sag: How far a closed eye's line of lashes hangs down, head units.
        shadow: Colour put on the lids, or None.
        brow: Colour of the brows.
        brow_height: Distance of the brows above the eyes.
        brow_width: Thickness of the brows.
        brow_tilt: How much lower the inner ends are.
    """

    x: float
    width: float
    opening: float
    slant: float
    iris: Colour
    pupil: float
    gaze: tuple[float, float]
    lashes: float
    crease: float
    sag: float
    shadow: Colour | None
    brow: Colour
    brow_height: float
    brow_width: float
    brow_tilt: float


def sample_eyes(rng: np.random.Generator, skin: Skin, hair: Colour) -> Eyes:
    """Draw the looks of a pair of eyes at random.

    Args:
        rng: Source of chance.
        skin: The skin around them; dark skin has dark eyes.
        hair: Colour of the hair, which the brows follow.

    Returns:
        The looks.
    """
    made_up = rng.random() < 0.25
    irises = DARK_IRIS if rng.random() < 2.2 * darkness(skin.tone) - 0.4 else IRIS
    gaze = rng.normal(0, 0.22, 2).clip(-0.5, 0.5)
    dark_hair = mix(hair, (40, 28, 22), 0.35 + 0.3 * rng.random())
    return Eyes(
        x=rng.uniform(0.39, 0.45),
        width=rng.uniform(0.19, 0.235),
        opening=rng.uniform(0.085, 0.13),
        slant=rng.normal(0.012, 0.02),
        iris=pick(rng, irises, 8),
        pupil=rng.uniform(0.38, 0.55),
        gaze=(float(gaze[0]), 0.5 * float(gaze[1])),
        lashes=rng.uniform(0.6, 1.0) if made_up else rng.uniform(0.0, 0.6),
        crease=rng.uniform(1.25, 1.6),
        sag=rng.uniform(0.03, 0.075),
        shadow=any_colour(rng, (0.2, 0.5), (0.35, 0.75))
        if made_up and rng.random() < 0.6
        else None,
        brow=dark_hair,
        brow_height=rng.uniform(0.25, 0.34),
        brow_width=rng.uniform(0.05, 0.1),
        brow_tilt=rng.normal(-0.012, 0.025),
    )
