"""What a model's layers see of a picture, found by changing its pixels one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from tb_actviz.arrays import as_maps


def positive(model: keras.Model) -> keras.Model:
    """Give a model weights with which zeros stay zeros, and all else is positive."""
    rng = np.random.default_rng(0)
    for layer in model.layers:
        for weight in layer.weights:
            kernel = rng.uniform(0.5, 1.5, weight.shape) / np.prod(weight.shape[:-1])
            ones = weight.name in ("gamma", "moving_variance")
            weight.assign(
                kernel if len(weight.shape) > 1 else np.full(kernel.shape, ones)
            )
    return model


def changed_by_pixels(
    run: Callable[[np.ndarray], Any],
    picture: np.ndarray,
    *,
    first: bool = False,
    axes: tuple[int, int] = (0, 1),
) -> np.ndarray:
    """Find which positions of maps change with which pixel of a picture.

    Args:
        run: What is run on a batch of pictures.
        picture: The picture, without the batch axis.
        first: Whether the maps have their channels first.
        axes: Those of its axes that count rows and columns.

    Returns:
        Booleans: rows of the map, columns of the map, rows and columns of the picture.
    """
    size = [picture.shape[axis] for axis in axes]
    batch = np.repeat(picture[None].astype(np.float32), 1 + size[0] * size[1], axis=0)
    pixels = np.moveaxis(batch, [axis + 1 for axis in axes], [1, 2])
    for number, (row, column) in enumerate(np.ndindex(*size), 1):
        pixels[number, row, column] += 64
    values = np.asarray(keras.ops.convert_to_numpy(run(batch)))
    values = np.moveaxis(values, 1, -1) if first else values
    maps = np.stack([as_maps(one) for one in values])
    # Of what does not change the last bits depend on the place in the batch.
    moved = np.abs(maps[1:] - maps[0]) > 1e-6 * (1 + np.abs(maps[0]))
    moved = moved.any(axis=-1).reshape(*size, *maps.shape[1:3])
    return np.moveaxis(moved, (0, 1), (2, 3))
