"""Colours of people and things, and how to mix them."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]

#: From very light to very dark, each varied a little by `sample_skin`.
SKINS: tuple[Colour, ...] = (
    (250, 222, 205),
    (241, 205, 182),
    (232, 190, 160),
    (222, 173, 137),
    (205, 152, 112),
    (184, 130, 92),
    (158, 105, 72),
    (128, 84, 58),
    (98, 64, 46),
    (74, 50, 39),
)
DARK_HAIR: tuple[Colour, ...] = ((26, 22, 22), (42, 31, 27), (60, 42, 32))
HAIR: tuple[Colour, ...] = (
    *DARK_HAIR,
    (88, 58, 38),
    (120, 80, 48),
    (160, 112, 66),
    (204, 164, 104),
    (226, 198, 148),
    (150, 72, 36),
    (182, 92, 46),
    (140, 138, 138),
    (206, 204, 202),
)
DYED: tuple[Colour, ...] = ((92, 60, 140), (190, 84, 128), (52, 104, 150))
DARK_IRIS: tuple[Colour, ...] = ((58, 34, 20), (82, 50, 28), (44, 28, 20))
IRIS: tuple[Colour, ...] = (
    *DARK_IRIS,
    (118, 82, 42),
    (110, 110, 58),
    (84, 122, 88),
    (84, 128, 168),
    (112, 152, 184),
    (128, 140, 150),
)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Mix two colours.

    Args:
        a: First colour, 0 … 255.
        b: Second colour, 0 … 255.
        share: Share of the second, 0 … 1.

    Returns:
        The mixture.
    """
    return (
        a[0] + (b[0] - a[0]) * share,
        a[1] + (b[1] - a[1]) * share,
        a[2] + (b[2] - a[2]) * share,
    )


def shaded(colour: Colour, light: float) -> Colour:
    """Put a colour into another light; shadows turn warmer, as on skin.

    Args:
        colour: 0 … 255.
        light: 1 changes nothing, less is darker.

    Returns:
        The colour, clipped to 0 … 255.
    """
    # Close to light**0.85 and light**1.05, at a fraction of their time: this is called
    # hundreds of times per picture.
    warm = 0.15 * light * (1 - light)
    return (
        min(255.0, colour[0] * (light + warm)),
        min(255.0, colour[1] * light),
        min(255.0, colour[2] * max(0.0, light - 0.5 * warm)),
    )


def pick(
    rng: np.random.Generator, colours: tuple[Colour, ...], jitter: float
) -> Colour:
    """Draw a colour at random and vary it.

    Args:
        rng: Source of chance.
        colours: What there is to draw from.
        jitter: Standard deviation of each of its numbers.

    Returns:
        A colour, 0 … 255.
    """
    colour = np.asarray(colours[rng.integers(len(colours))], np.float64)
    return as_colour(colour + rng.normal(0, jitter) + rng.normal(0, jitter / 2, 3))


def sample_skin(rng: np.random.Generator) -> Colour:
    """Draw a skin tone at random, evenly from light to dark.

    Returns:
        A colour, 0 … 255.
    """
    place = rng.uniform(0, len(SKINS) - 1.001)
    low = int(place)
    tone = mix(SKINS[low], SKINS[low + 1], place - low)
    return as_colour(np.asarray(tone) + rng.normal(0, 4) + rng.normal(0, 2, 3))


def darkness(skin: Colour) -> float:
    """Return how dark a skin tone is.

    Args:
        skin: 0 … 255.

    Returns:
        0 for the lightest, 1 for the darkest.
    """
    return float(np.clip((240 - sum(skin) / 3) / 190, 0, 1))


def any_colour(
    rng: np.random.Generator,
    saturation: tuple[float, float] = (0.05, 0.7),
    value: tuple[float, float] = (0.2, 0.95),
) -> Colour:
    """Draw a colour of any hue at random.

    Args:
        rng: Source of chance.
        saturation: From … to, within 0 … 1.
        value: Brightness from … to, within 0 … 1.

    Returns:
        A colour, 0 … 255.
    """
    rgb = colorsys.hsv_to_rgb(
        rng.random(), rng.uniform(*saturation), rng.uniform(*value)
    )
    return (255 * rgb[0], 255 * rgb[1], 255 * rgb[2])


def as_colour(values: NDArray[np.float64]) -> Colour:
    """Clip three numbers to a colour.

    Args:
        values: (3,), any range.

    Returns:
        The colour, 0 … 255.
    """
    r, g, b = np.clip(values, 0, 255).tolist()
    return (r, g, b)
