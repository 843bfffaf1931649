"""What the views ask of maps, pictures and channel numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def checked_maps(maps: np.ndarray) -> np.ndarray:
    """Return maps once they are known to be drawable.

    Args:
        maps: Any dtype, shape (H, W, C).

    Returns:
        The same.

    Raises:
        ValueError: If the shape is another one or has nothing in it.
    """
    maps = np.asarray(maps)
    if maps.ndim != 3 or 0 in maps.shape:
        raise ValueError(
            f"Received maps of shape {maps.shape}; expected (H, W, C), none of them 0."
        )
    return maps


def checked_picture(picture: np.ndarray | None) -> np.ndarray | None:
    """Return an input once it is known to be a picture, or none.

    Args:
        picture: RGB, uint8, shape (H, W, 3), or None.

    Returns:
        The same.

    Raises:
        ValueError: If it is not like this.
    """
    if picture is None:
        return None
    picture = np.asarray(picture)
    right = picture.ndim == 3 and picture.shape[2] == 3 and picture.size
    if not right or picture.dtype != np.uint8:
        raise ValueError(
            f"Received a picture of shape {picture.shape} and dtype {picture.dtype}; "
            "expected RGB, uint8 from 0 to 255, shape (H, W, 3). Pillow converts "
            "others: np.asarray(image.convert('RGB'))."
        )
    return picture


def existing_channels(channels: Sequence[int], count: int) -> list[int]:
    """Return channel numbers once they are known to exist.

    Args:
        channels: From 0, at least one.
        count: How many channels there are.

    Returns:
        The same as Python integers.

    Raises:
        ValueError: If one does not exist, or there are none.
    """
    wrong = [channel for channel in channels if not 0 <= channel < count]
    if wrong or not len(channels):
        raise ValueError(
            f"Received channels {list(channels)}; expected at least one, from 0 to "
            f"{count - 1}."
        )
    return [int(channel) for channel in channels]
