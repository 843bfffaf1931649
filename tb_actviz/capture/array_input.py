"""One array or nest of arrays -> one named input."""

from __future__ import annotations

import os
from collections.abc import Container, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from PIL import Image

from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.pictures import from_pillow, load_picture, picture_in
from tb_actviz.errors import InputError


def as_array(value: Any) -> np.ndarray:
    """Make an array of what stands for one of a model's inputs.

    Args:
        value: An array, a tensor on any device, a picture's path or a Pillow image, or
            a number.

    Returns:
        The array, in the dtype it has; pictures RGB, uint8, shape (H, W, 3).

    Raises:
        InputError: If a picture cannot be read.
    """
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, str | os.PathLike):
        return load_picture(os.fspath(value))[0]
    if isinstance(value, Image.Image):
        return from_pillow(value, "input")[0]
    if keras.ops.is_tensor(value):
        return np.asarray(keras.ops.convert_to_numpy(value))
    return np.asarray(value)


def input_of_parts(
    parts: Sequence[Any],
    name: str,
    keys: Sequence[str] | None = None,
    *,
    texts: Container[int] = (),
) -> NamedInput:
    """Make one input of what stands for each of a model's inputs.

    Args:
        parts: One for each, without the batch axis, as for `as_array`; None for an
            input that is left out.
        name: What to call the input.
        keys: The keys by which the model takes them, sorted; None for none.
        texts: Which of them are strings.

    Returns:
        The input, with the first of its parts that is a picture.

    Raises:
        InputError: If a part cannot be read, holds no numbers, or all are empty.
    """
    arrays = tuple(
        None
        if part is None
        else as_strings(part)
        if index in texts
        else _checked(as_array(part), name)
        for index, part in enumerate(parts)
    )
    given = [array for array in arrays if array is not None]
    if not any(array.size for array in given):
        shapes = " and ".join(str(array.shape) for array in given)
        raise InputError(f"The input {name!r} is empty: shape {shapes}.")
    shown = (picture_in(array) for array in given)
    picture, note = next((one for one in shown if one is not None), (None, ""))
    values: Any = arrays[0] if len(arrays) == 1 else arrays
    if keys is not None:
        values = dict(zip(keys, arrays, strict=True))
    notes = (note,) if note else ()
    return NamedInput(name=name, values=values, picture=picture, notes=notes)


def input_of_nest(nest: Any, name: str) -> NamedInput:
    """Make one input of a nest of arrays whose model does not say what it takes.

    Args:
        nest: An array, or a nest of them, without the batch axis.
        name: What to call the input.

    Returns:
        The input.

    Raises:
        InputError: As `input_of_parts`.
    """
    is_flat = isinstance(nest, Mapping) and not any(
        map(keras.tree.is_nested, nest.values())
    )
    keys = sorted(map(str, nest)) if is_flat else None
    return input_of_parts(keras.tree.flatten(nest), name, keys)


def as_strings(value: Any) -> np.ndarray:
    """Make an array of strings of what a model takes as text.

    Args:
        value: A string, a list of strings, an array or a tensor of them.

    Returns:
        The array, of objects: strings or bytes.
    """
    is_tensor = keras.ops.is_tensor(value)
    array = keras.ops.convert_to_numpy(value) if is_tensor else np.asarray(value)
    return np.asarray(array).astype(object)


def _checked(values: np.ndarray, name: str) -> np.ndarray:
    """The array, if it holds numbers, with floats as float32."""
    # bfloat16 and its like, from ml_dtypes, are of no kind that NumPy knows.
    small_float = values.dtype.kind == "V" and "float" in values.dtype.name
    if values.dtype.kind not in "uifb" and not small_float:
        raise InputError(
            f"The input {name!r} has dtype {values.dtype}; expected integers or floats."
        )
    if values.dtype.kind not in "fV":
        return values
    with np.errstate(over="ignore"):  # what is too large becomes infinite, as it is
        return values.astype(np.float32)
