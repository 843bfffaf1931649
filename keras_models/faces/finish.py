"""What a camera adds to a picture: light, blur, grain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter


def finish(picture: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Put a drawing into an uneven light and photograph it.

    Every step is the same for all that is drawn, and none carries a change further
    than two pixels or a hundredth of the side.

    Args:
        picture: (H, W, 3), float32, 0 … 255.
        rng: Source of chance.

    Returns:
        (H, W, 3), uint8.
    """
    size = picture.shape[0]
    slope = rng.normal(0, 0.09, 2)
    exposure = rng.normal(1.06, 0.09)
    warmth = rng.normal(0.01, 0.03)
    contrast = rng.uniform(0.85, 1.12)
    blur = float(rng.choice((0.0, rng.uniform(0.3, 0.7))))
    vignette = rng.uniform(0, 0.2) if rng.random() < 0.5 else 0.0
    grain = rng.uniform(0.5, 4.5)
    coarse = rng.uniform(0.0, 2.5)
    tick = np.linspace(-1, 1, size, dtype=np.float32)
    x, y = tick[None, :], tick[:, None]
    light = exposure + slope[0] * x + slope[1] * y - vignette * (x * x + y * y)
    tint = np.array([1 + warmth, 1.0, 1 - warmth], np.float32)
    if blur:
        sharp = Image.fromarray(picture.astype(np.uint8))
        lens = ImageFilter.BoxBlur(float(blur * max(1.0, size / 160)))
        picture = np.asarray(sharp.filter(lens), np.float32)
    # In place from here on: these few lines handle more numbers than all the drawing.
    photo = picture * light[..., None].astype(np.float32)
    photo *= tint
    photo -= 120
    photo *= np.float32(contrast)
    photo += 120
    photo += np.float32(grain) * rng.standard_normal((size, size, 1), np.float32)
    specks = rng.standard_normal((size // 2 + 1, size // 2 + 1, 3), np.float32)
    specks *= np.float32(coarse)
    photo += specks.repeat(2, axis=0).repeat(2, axis=1)[:size, :size]
    np.rint(photo, out=photo)
    np.clip(photo, 0, 255, out=photo)
    finished: NDArray[np.uint8] = photo.astype(np.uint8)
    return finished
