"""A whole face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keras_models.faces.canvas import Canvas
from keras_models.faces.extras import (
    draw_beard,
    draw_freckles,
    draw_glasses,
    sample_extras,
)
from keras_models.faces.eye_looks import sample_eyes
from keras_models.faces.eyes import EyeSocket
from keras_models.faces.features import (
    draw_ears,
    draw_mouth,
    draw_nose,
    sample_features,
)
from keras_models.faces.finish import finish
from keras_models.faces.hair import draw_back_hair, draw_front_hair
from keras_models.faces.hair_looks import LONG, sample_hair
from keras_models.faces.labels import Label
from keras_models.faces.pose import sample_pose
from keras_models.faces.skin import sample_skin_looks, shade_skin
from keras_models.faces.surroundings import (
    draw_body,
    draw_things,
    sample_background,
)

#: The size that SqueezeNet takes by default.
DEFAULT_SIZE = 227


@dataclass(frozen=True)
class DrawnFace:
    """A drawn face and what is known of it.

    "Left" is what is left in the picture.

    Args:
        picture: (size, size, 3), uint8, RGB.
        label: Index of the class, see `Label`.
        left_eye_open: State of the eye that is left in the picture.
        right_eye_open: State of the eye that is right in the picture.
        left_eye_box: Top, left, bottom, right in pixels, float; the same whether the
            eye is open or closed.
        right_eye_box: The same for the right eye.

    Example:
        >>> from keras_models.faces import draw_face
        >>> face = draw_face(seed=7, size=64, left_eye_open=False, right_eye_open=True)
        >>> face.label, face.left_eye_open
        (<Label.LEFT_CLOSED: 2>, False)
        >>> [round(edge) for edge in face.left_eye_box]  # top, left, bottom, right
        [27, 17, 36, 26]
    """

    picture: NDArray[np.uint8]
    label: int
    left_eye_open: bool
    right_eye_open: bool
    left_eye_box: tuple[float, float, float, float]
    right_eye_box: tuple[float, float, float, float]


def draw_face(
    seed: int,
    size: int = DEFAULT_SIZE,
    left_eye_open: bool | None = None,
    right_eye_open: bool | None = None,
) -> DrawnFace:
    """Draw a face.

    The same seed gives the same person in the same picture. With another state of an
    eye only pixels in this eye's box differ, or less than three pixels (or one
    hundredth of the side) beyond it.

    Args:
        seed: ≥ 0; which face.
        size: Side of the picture in pixels, ≥ 32.
        left_eye_open: Whether the eye that is left in the picture is open; None
            leaves it to chance.
        right_eye_open: The same for the right one.

    Returns:
        The picture, its label and the boxes of the eyes.

    Raises:
        ValueError: If seed or size is out of range, or a state is not one of these.

    Example:
        >>> from keras_models.faces import draw_face
        >>> face = draw_face(seed=7, size=64, left_eye_open=False, right_eye_open=True)
        >>> face.picture.shape, face.picture.dtype
        ((64, 64, 3), dtype('uint8'))
    """
    check_seed_and_size(seed, size)
    for name, state in (
        ("left_eye_open", left_eye_open),
        ("right_eye_open", right_eye_open),
    ):
        if state not in (None, True, False):
            raise ValueError(
                f"Received {name}={state!r}; expected True, False, or None for either."
            )
    # One stream of chance, and drawing an eye takes nothing from it: whatever comes
    # after the eyes is the same whether they are open or closed.
    rng = np.random.default_rng(seed)
    by_lot = (rng.random(2) < 0.5).tolist()
    left = by_lot[0] if left_eye_open is None else bool(left_eye_open)
    right = by_lot[1] if right_eye_open is None else bool(right_eye_open)

    pose = sample_pose(rng)
    skin = sample_skin_looks(rng)
    hair = sample_hair(rng, skin)
    eyes = sample_eyes(rng, skin, hair.colour)
    features = sample_features(rng, skin)
    extras = sample_extras(rng, eyes.brow, hair.style not in LONG)

    canvas = Canvas(size, sample_background(rng))
    if rng.random() < 0.45:
        draw_things(canvas, rng, int(rng.integers(3, 9)))
    draw_back_hair(canvas, rng, hair, pose)
    draw_body(canvas, rng, skin, pose)
    if hair.style != "scarf":
        draw_ears(canvas, features, skin, pose)
    canvas.field(shade_skin(skin, pose), pose.place(skin.outline()))
    draw_freckles(canvas, rng, skin, pose)
    draw_beard(canvas, rng, extras, features, skin, pose)
    draw_mouth(canvas, features, skin, pose)
    draw_nose(canvas, features, skin, pose)
    sockets = [EyeSocket(eyes, skin, pose, side) for side in (-1, 1)]
    for socket, is_open in zip(sockets, (left, right), strict=True):
        if is_open:
            socket.draw_open(canvas)
        else:
            socket.draw_closed(canvas)
        socket.draw_brow(canvas)
    draw_glasses(canvas, extras, eyes.x, pose)
    draw_front_hair(canvas, rng, hair, pose)

    boxes = [tuple((socket.box() * size).tolist()) for socket in sockets]
    return DrawnFace(
        picture=finish(canvas.finished(), rng),
        label=Label.of_eyes(left, right),
        left_eye_open=left,
        right_eye_open=right,
        left_eye_box=boxes[0],
        right_eye_box=boxes[1],
    )


def check_seed_and_size(seed: int, size: int) -> None:
    """Refuse a seed or a size that nothing can be drawn with.

    Args:
        seed: Must be ≥ 0.
        size: Must be ≥ 32.

    Raises:
        ValueError: If it is not.
    """
    if seed < 0:
        raise ValueError(f"seed must be an integer of 0 or more, received {seed!r}")
    if size < 32:
        raise ValueError(f"size must be 32 pixels or more, received {size!r}")
