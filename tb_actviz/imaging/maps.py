"""Activations of any rank -> maps that can be drawn."""

from __future__ import annotations

import numpy as np


def as_maps(activations: np.ndarray) -> np.ndarray:
    """Give the activations of one input a height, a width and channels.

    Args:
        activations: Without the batch axis, channels last: (C,), (T, C), (H, W, C) or
            (D, H, W, C).

    Returns:
        A view where possible, shape (H, W, C): a vector as maps of one pixel, a
        sequence as one column of T pixels, a volume as its slices below one another.

    Raises:
        ValueError: If there are no axes, or more than four.
    """
    if activations.ndim == 3:
        return activations
    if activations.ndim == 1:
        return activations[None, None]
    if activations.ndim == 2:
        return activations[:, None]
    if activations.ndim == 4:
        return activations.reshape(-1, *activations.shape[2:])
    raise ValueError(
        f"Received activations of shape {activations.shape}; expected (C,), (T, C), "
        "(H, W, C) or (D, H, W, C)."
    )
