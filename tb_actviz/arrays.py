"""What every part asks of arrays: real numbers, finite limits, and maps (H, W, C)."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Limits = tuple[float, float]


def as_real(a: ArrayLike) -> NDArray[Any]:
    """Return the array as booleans, integers, float32 or float64.

    Args:
        a: Any shape, any real dtype. Floats that float32 holds exactly
            (float16, bfloat16, float8) become float32, longer ones float64.

    Returns:
        The array itself where its dtype already is one of these.

    Raises:
        TypeError: For complex numbers, objects, strings and dates.
    """
    if isinstance(a, Mapping):
        layers = ", ".join(repr(name) for name in list(a)[:3])
        raise TypeError(
            f"Received a dict of {len(a)} arrays ({layers}, …); expected one array. "
            "Pass those of one layer: activations['…']."
        )
    values = np.asarray(a)
    dtype = values.dtype
    if dtype.kind in "biu" or dtype in (np.float32, np.float64):
        return values
    if dtype.kind not in "mM" and np.can_cast(dtype, np.float32):
        return values.astype(np.float32)
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return values.astype(np.float64)
    raise TypeError(
        f"Expected an array of real numbers (bool, integer or float), "
        f"received dtype {dtype}. Convert it first, for example with "
        f"`.astype('float32')`."
    )


def all_finite(values: NDArray[Any]) -> bool:
    """Return whether an array from `as_real` has neither NaN nor infinities."""
    return values.dtype.kind != "f" or bool(np.isfinite(values).all())


def finite_limits(a: ArrayLike) -> Limits | None:
    """Find the smallest and the largest finite value of an array.

    Args:
        a: Any shape, any real dtype.

    Returns:
        (smallest, largest) as floats, or None where nothing is finite.

    Raises:
        TypeError: If the values are not real numbers.
    """
    values = as_real(a)
    if values.size == 0:
        return None
    lo, hi = float(values.min()), float(values.max())
    if math.isfinite(lo) and math.isfinite(hi):
        return lo, hi
    values = values[np.isfinite(values)]
    if values.size == 0:
        return None
    return float(values.min()), float(values.max())


def check_limits(limits: Sequence[float]) -> Limits:
    """Return limits as two floats, once they are known to make sense.

    Args:
        limits: (lo, hi), finite, lo <= hi.

    Returns:
        The same as a tuple of Python floats.

    Raises:
        ValueError: If they are not two finite numbers in ascending order.
    """
    try:
        lo, hi = (float(limit) for limit in limits)
    except (TypeError, ValueError):
        raise ValueError(
            f"limits must be two numbers (lo, hi), received {limits!r}."
        ) from None
    if not (math.isfinite(lo) and math.isfinite(hi)):
        raise ValueError(f"limits must be finite, received ({lo}, {hi}).")
    if lo > hi:
        raise ValueError(
            f"limits must ascend, received ({lo}, {hi}). Write ({hi}, {lo})."
        )
    return lo, hi


def as_maps(
    activations: np.ndarray, token_grid: tuple[int, int] | None = None
) -> np.ndarray:
    """Give the activations of one input a height, a width and channels.

    Args:
        activations: Without the batch axis, channels last: (), (C,), (T, C),
            (H, W, C), (D, H, W, C) or any higher rank.
        token_grid: Rows and columns of the patches that the tokens of a sequence stand
            for, the last ones of it; those before them, class tokens, are left out.
            None leaves a sequence a sequence.

    Returns:
        Every value once, shape (H, W, C), a view where possible: a scalar as one
        channel, a vector as maps of one pixel, a sequence as one row of T pixels. The
        slices of a volume stand row by row in the full grid that makes the most square
        map; in higher ranks all axes before the last three count the slices, the last
        of them fastest. Tokens with a grid become maps of its rows and columns.

    Raises:
        ValueError: If there is a grid, and the activations are no sequence with as many
            tokens.

    Example:
        >>> sequence = np.zeros((20, 64))  # (T, C), as a Conv1D gives it
        >>> av.as_maps(sequence).shape
        (1, 20, 64)
        >>> av.as_maps(np.zeros(10)).shape
        (1, 1, 10)
        >>> tokens = np.zeros((65, 16))  # a class token and 8 rows of 8 patches
        >>> av.as_maps(tokens, token_grid=(8, 8)).shape
        (8, 8, 16)
    """
    if token_grid is not None:
        return _folded(activations, token_grid)
    if activations.ndim < 4:
        return activations.reshape(maps_shape(activations.shape))
    rows, columns = slice_grid(activations.shape)
    slices = activations.reshape(rows, columns, *activations.shape[-3:])
    return slices.swapaxes(1, 2).reshape(maps_shape(activations.shape))


def _folded(tokens: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """The last tokens of a sequence as the rows and columns of a picture."""
    rows, columns = grid
    if tokens.ndim != 2 or rows < 1 or columns < 1 or rows * columns > len(tokens):
        raise ValueError(
            f"Received activations of shape {tokens.shape} and token_grid={grid}; "
            f"expected a sequence (tokens, channels) of at least rows x columns tokens."
        )
    return tokens[len(tokens) - rows * columns :].reshape(rows, columns, -1)


def from_maps(maps: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Give activations the shape again that they had before `as_maps`.

    Args:
        maps: (H, W, C), from `as_maps`.
        shape: Shape of the activations of one input, any rank, channels last.

    Returns:
        Every value once, of that shape, a view where possible.

    Raises:
        ValueError: If `as_maps` does not make such maps of that shape.
    """
    # First the number of values: to find a grid for any more would take forever.
    if math.prod(shape) != maps.size or maps_shape(shape) != maps.shape:
        raise ValueError(
            f"Maps of shape {maps.shape} are not made of {tuple(shape)!r:.80}."
        )
    if len(shape) < 4:
        return maps.reshape(shape)
    rows, columns = slice_grid(shape)
    height, width, channels = shape[-3:]
    slices = maps.reshape(rows, height, columns, width, channels).swapaxes(1, 2)
    return slices.reshape(shape)


def maps_shape(shape: Sequence[int]) -> tuple[int, int, int]:
    """Find the shape that `as_maps` gives.

    Args:
        shape: Shape of the activations of one input, any rank, channels last.

    Returns:
        Height, width and channels.
    """
    height, width, channels = (1, 1, 1, *shape)[-3:] if shape else (1, 1, 1)
    rows, columns = slice_grid(shape)
    return rows * height, columns * width, channels


def slice_grid(shape: Sequence[int]) -> tuple[int, int]:
    """Choose how the slices of a volume stand in a map.

    Args:
        shape: Shape of the activations of one input, any rank, channels last.

    Returns:
        Rows and columns of slices, without an empty place: of all such grids the one
        that makes the most square map; 1 and 1 up to rank 3.
    """
    if len(shape) < 4:
        return 1, 1
    count = math.prod(shape[:-3])
    height, width = (max(1, side) for side in shape[-3:-1])
    divisors = [d for d in range(1, math.isqrt(count) + 1) if count % d == 0] or [1]
    grids = {(d, count // d) for d in divisors} | {(count // d, d) for d in divisors}
    return min(grids, key=lambda grid: _elongation(grid[0] * height, grid[1] * width))


def shape_before(
    maps: tuple[int, int, int], shape: Sequence[int] | None
) -> tuple[int, ...]:
    """Return the shape of the activations that maps were made of.

    Args:
        maps: Shape of the maps.
        shape: What is said about it, of all channels or of some; None where they are
            activations themselves.

    Returns:
        The shape before `as_maps`, with as many channels as the maps.

    Raises:
        ValueError: If maps of this size are not made of that shape.
    """
    if shape is None:
        return maps
    if maps_shape(shape)[:2] != maps[:2]:
        raise ValueError(
            f"Received maps of shape {maps} and shape={tuple(shape)}, of which "
            f"`as_maps` makes {maps_shape(shape)}. Pass the shape of the activations "
            "before `as_maps`, without the batch axis."
        )
    return (*shape[:-1], maps[2])


def is_sequence(shape: Sequence[int]) -> bool:
    """Say whether maps are one row of positions, as `as_maps` makes of a sequence.

    Args:
        shape: Shape of the maps: height, width and more.

    Returns:
        Whether the height is 1 and the width is not.
    """
    return shape[0] == 1 < shape[1]


def _elongation(height: int, width: int) -> tuple[float, bool]:
    """How far from square; of two that are as far, the wide one comes first."""
    shorter, longer = sorted((height, width))
    return longer / max(1, shorter), height > width


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
        advice = {4: " Pass those of one input: maps[0].", 1: " Use `as_maps` first."}
        raise ValueError(
            f"Received maps of shape {maps.shape}; expected (H, W, C), none of them 0."
            f"{advice.get(maps.ndim, '')}"
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
    if isinstance(picture, str | os.PathLike):
        raise ValueError(
            f"Received the path {os.fspath(picture)!r:.80}; expected pixels. Read it: "
            "np.array(keras.utils.load_img(path))."
        )
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
