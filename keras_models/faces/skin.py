"""The skin of a head: its outline, and its colour under a light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keras_models.faces.colours import Colour, darkness, sample_skin
from keras_models.faces.geometry import Points, closed_curve, mirrored
from keras_models.faces.pose import HEAD, Pose, surface

#: Cells of the shading along a side of the picture.
CELLS = 60


@dataclass(frozen=True)
class Skin:
    """Shape and colour of a face.

    Args:
        tone: Colour in full light, 0 … 255.
        cheek: Half width at the height of the mouth, head units.
        jaw: Half width between mouth and chin.
        chin: Height (y) of the chin's lowest point.
        light: Direction that the light comes from: x, y, z; length 1.
        ambient: Share of the light that comes from everywhere, 0 … 1.
        blush: Strength of the red of the cheeks, 0 … 1.
        tired: Strength of the shadows under the eyes, 0 … 1.
        freckles: Number of freckles.
        shine: Strength of highlights, 0 … 1.
        stubble: Strength of a shaved beard's shadow, 0 … 1.
    """

    tone: Colour
    cheek: float
    jaw: float
    chin: float
    light: tuple[float, float, float]
    ambient: float
    blush: float
    tired: float
    freckles: int
    shine: float
    stubble: float

    def outline(self) -> Points:
        """Return the face's outline.

        Returns:
            (n, 2), head coordinates.
        """
        half = [
            (0.0, -1.36),
            (0.5, -1.25),
            (0.86, -0.9),
            (0.99, -0.35),
            (0.97, 0.15),
            (self.cheek, 0.7),
            (self.jaw, 1.12),
            (0.3, self.chin - 0.05),
            (0.0, self.chin),
        ]
        return closed_curve(mirrored(half), 4)


def sample_skin_looks(rng: np.random.Generator) -> Skin:
    """Draw shape and colour of a face at random.

    Returns:
        The looks.
    """
    tone = sample_skin(rng)
    chin = rng.uniform(1.32, 1.55)
    cheek = rng.uniform(0.82, 0.94)
    direction = np.array([rng.normal(0, 0.55), rng.uniform(-0.75, 0.05), 1.0])
    x, y, z = (direction / np.linalg.norm(direction)).tolist()
    return Skin(
        tone=tone,
        cheek=cheek,
        jaw=cheek - rng.uniform(0.16, 0.34),
        chin=chin,
        light=(x, y, z),
        ambient=rng.uniform(0.42, 0.75),
        blush=rng.beta(1.5, 3),
        tired=rng.uniform(0.1, 0.7),
        freckles=int(rng.integers(20, 60)) if rng.random() < 0.1 else 0,
        shine=rng.uniform(0.1, 0.8),
        stubble=rng.uniform(0.3, 1.0) if rng.random() < 0.2 else 0.0,
    )


def shade_skin(skin: Skin, pose: Pose) -> NDArray[np.float32]:
    """Colour the skin: a rounded head with sockets, nose, cheeks and chin.

    Returns:
        (60, 60, 3), float32, 0 … 255: skin colour all over the picture, to be cut out.
    """
    x, y = pose.grid(CELLS)
    light = _lambert(skin, x, y) + _spots(pose, x, y, _relief(skin))
    light = np.clip(light, 0.14, 1.22)[..., None]
    # Shadows on skin are redder than its lit parts.
    colour = np.asarray(skin.tone, np.float32) * light ** np.array(
        [0.88, 1.0, 1.06], np.float32
    )
    blush = 0.2 * skin.blush
    red = _spots(
        pose,
        x,
        y,
        [
            (-0.55, 0.42, 0.26, 0.2, 0, blush),
            (0.55, 0.42, 0.26, 0.2, 0, blush),
            (0, 0.5, 0.14, 0.1, 0.15, 0.7 * blush),
        ],
    )
    colour *= 1 - red[..., None] * np.array([0.0, 0.75, 0.6], np.float32)
    if skin.stubble:
        jaw = _spots(
            pose,
            x,
            y,
            [(0, 1.12, 0.75, 0.42, 0, 0.3), (0, 0.9, 0.28, 0.1, 0, -0.18)],
        )
        amount = skin.stubble * np.clip(jaw, 0, 0.3)[..., None]
        colour += amount * (0.35 * colour.mean(axis=-1, keepdims=True) - colour)
    shaded: NDArray[np.float32] = np.clip(colour, 0, 255).astype(np.float32)
    return shaded


def lid_colour(skin: Skin) -> Colour:
    """Return the colour of fine lines in the skin: lids, wrinkles, nostrils.

    Returns:
        A colour, 0 … 255.
    """
    deep = 0.5 - 0.15 * darkness(skin.tone)
    r, g, b = skin.tone
    return (r * deep * 1.05, g * deep * 0.85, b * deep * 0.8)


# x, y, width, height, lift, amount: a soft spot on the head, in its coordinates.
_Spot = tuple[float, float, float, float, float, float]


def _relief(skin: Skin) -> list[_Spot]:
    """List what stands out of the head or lies in it, as light and shadow."""
    hard, shine = 1.0 - skin.ambient, skin.shine
    shady = -1.0 if skin.light[0] > 0 else 1.0
    spots: list[_Spot] = [
        (shady * 0.17, 0.3, 0.09, 0.22, 0.1, -0.08 - 0.12 * hard),
        (-shady * 0.03, 0.28, 0.06, 0.26, 0.14, 0.06 + 0.1 * shine),
        (-shady * 0.03, 0.5, 0.07, 0.06, 0.2, 0.11 * shine),
        (0, 0.67, 0.22, 0.06, 0, -0.12),
        (-shady * 0.2, -0.75, 0.35, 0.22, 0, 0.08 * shine),
        (0, 1.13, 0.22, 0.05, 0, -0.1),
        (0, skin.chin - 0.16, 0.16, 0.08, 0, 0.05),
    ]
    for side in (-1, 1):
        spots += [
            (side * 0.42, -0.1, 0.27, 0.17, 0, -0.1 - 0.1 * hard),
            (side * 0.42, 0.19, 0.2, 0.06, 0, -0.09 * skin.tired),
            (side * 0.2, -0.02, 0.07, 0.22, 0.06, -0.05 - 0.06 * hard),
            (side * 0.52, 0.38, 0.2, 0.15, 0, 0.05),
            (side * 0.5, 0.72, 0.1, 0.2, 0, -0.06),
        ]
    return spots


def _lambert(
    skin: Skin, x: NDArray[np.float32], y: NDArray[np.float32]
) -> NDArray[np.float32]:
    width, height, _, middle = HEAD
    nx, ny = x / width, (y - middle) / height
    nz = np.sqrt(np.clip(1 - nx**2 - ny**2, 0.02, 1))
    lit = nx * skin.light[0] + ny * skin.light[1] + nz * skin.light[2]
    rim = 0.1 * (1 - nz) ** 2
    direct = (1.04 - skin.ambient) * np.clip(lit, 0, 1)
    result: NDArray[np.float32] = (skin.ambient + direct - rim).astype(np.float32)
    return result


def _spots(
    pose: Pose,
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    spots: Sequence[_Spot],
) -> NDArray[np.float32]:
    """Add up soft spots, each falling like a bell from its middle."""
    s = np.array(spots)
    turn, push, _ = pose.axes
    centres = s[:, :2] * turn + (surface(s[:, :2]) + s[:, 4])[:, None] * push
    slopes = np.sqrt(0.5) / s[:, 2:4]
    cx, cy, sx, sy = np.hstack([centres, slopes]).astype(np.float32).T[..., None, None]
    dx, dy = (x - cx) * sx, (y - cy) * sy
    bells = np.exp(-(dx * dx + dy * dy))
    return np.tensordot(s[:, 5].astype(np.float32), bells, 1)
