"""Pictures in which there is no face."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from keras_models.faces.canvas import Canvas, Layer
from keras_models.faces.face import DEFAULT_SIZE, check_seed_and_size, draw_face
from keras_models.faces.finish import finish
from keras_models.faces.scenes import (
    draw_clutter,
    draw_fruit,
    draw_landscape,
    draw_loose_parts,
    draw_plain_head,
)
from keras_models.faces.surroundings import draw_things, sample_background

_PAINTERS: tuple[Callable[[Layer, np.random.Generator], None], ...] = (
    draw_clutter,
    draw_landscape,
    draw_fruit,
    draw_plain_head,
    draw_loose_parts,
)


def draw_not_face(seed: int, size: int = DEFAULT_SIZE) -> NDArray[np.uint8]:
    """Draw a picture that is not a face.

    It shows a background with things, a landscape, balls in colours of skin, a head
    without eyes and mouth, loose parts of faces, or a face that was cut up and put
    together wrongly: neither colour nor single parts give it away.

    Args:
        seed: ≥ 0; which picture.
        size: Side of the picture in pixels, ≥ 32.

    Returns:
        (size, size, 3), uint8, RGB.

    Raises:
        ValueError: If seed or size is out of range.

    Example:
        >>> from keras_models.faces import draw_not_face
        >>> draw_not_face(seed=7, size=64).shape
        (64, 64, 3)
    """
    check_seed_and_size(seed, size)
    rng = np.random.default_rng([seed, 100])
    kind = int(rng.integers(len(_PAINTERS) + 1))
    if kind == len(_PAINTERS):
        return _scrambled(draw_face(seed, size).picture, rng)
    canvas = Canvas(size, sample_background(rng))
    if rng.random() < 0.3:
        draw_things(canvas, rng, int(rng.integers(2, 7)))
    _PAINTERS[kind](canvas, rng)
    return finish(canvas.finished(), rng)


def _scrambled(
    picture: NDArray[np.uint8], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Shuffle the tiles of a picture; none stays in its place."""
    count = int(rng.integers(4, 7))
    side = picture.shape[0] // count
    order = rng.permutation(count * count)
    result = picture.copy()
    for k, source in enumerate(order.tolist()):
        target = int(order[(k + 1) % order.size])
        r, c = divmod(source, count)
        tile = picture[r * side : (r + 1) * side, c * side : (c + 1) * side]
        r, c = divmod(target, count)
        result[r * side : (r + 1) * side, c * side : (c + 1) * side] = tile
    return result
