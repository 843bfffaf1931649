"""What a person's hair looks like, and what is worn on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keras_models.faces.colours import (
    DARK_HAIR,
    DYED,
    HAIR,
    Colour,
    any_colour,
    darkness,
    pick,
)
from keras_models.faces.skin import Skin

SHORT = ("bald", "buzz", "short", "parted", "receding", "curly")
LONG = ("long", "wavy", "bob", "bun", "ponytail", "afro", "scarf")


@dataclass(frozen=True)
class Hair:
    """Looks of the hair; lengths in head units.

    Args:
        style: One of `SHORT` and `LONG`.
        colour: 0 … 255.
        volume: Thickness of the hair over the skull.
        hairline: Height (y) of the hairline in the middle of the forehead.
        parting: Where the hair parts, x.
        fringe: Lowest height that hair on the forehead reaches; equal to `hairline`
            for none.
        length: Height (y) where long hair ends.
        cover: Colour of a hat or scarf, or None.
    """

    style: str
    colour: Colour
    volume: float
    hairline: float
    parting: float
    fringe: float
    length: float
    cover: Colour | None


def sample_hair(rng: np.random.Generator, skin: Skin) -> Hair:
    """Draw hair at random.

    Args:
        rng: Source of chance.
        skin: Dark skin has dark hair.

    Returns:
        The looks.
    """
    style = str(rng.choice(SHORT if rng.random() < 0.5 else LONG))
    if style == "bald" and rng.random() < 0.4:
        style = "short"
    if style == "afro" and darkness(skin.tone) < 0.35:
        style = "wavy"
    colours = DARK_HAIR if rng.random() < 2 * darkness(skin.tone) - 0.35 else HAIR
    if rng.random() < 0.04:
        colours = DYED
    hairline = rng.uniform(-1.0, -0.78)
    fringed = style in ("short", "long", "bob", "bun") and rng.random() < 0.4
    hat = style in ("short", "long", "wavy", "bald") and rng.random() < 0.14
    return Hair(
        style=style,
        colour=pick(rng, colours, 6),
        volume=rng.uniform(0.07, 0.2),
        hairline=hairline,
        parting=float(rng.choice((-1, 1))) * rng.uniform(0.0, 0.5),
        fringe=rng.uniform(-0.55, -0.42) if fringed else hairline,
        length=rng.uniform(1.5, 2.4) if style != "bob" else rng.uniform(1.0, 1.35),
        cover=any_colour(rng, (0.2, 0.75), (0.25, 0.9))
        if hat or style == "scarf"
        else None,
    )
