"""What users pass as inputs -> named inputs with a picture to show and one to feed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import keras
import numpy as np
from PIL import Image

from tb_actviz.capture.datasets import is_dataset, take_samples
from tb_actviz.capture.named_input import NamedInput, numbered
from tb_actviz.capture.pictures import from_pillow, load_picture, read_files
from tb_actviz.capture.signature import Signature
from tb_actviz.errors import InputError

Inputs: TypeAlias = (
    "NamedInput | np.ndarray | Image.Image | str | os.PathLike[str] | Sequence[Any] "
    "| Mapping[str, Any] | Iterable[Any]"
)

#: How many samples are taken of a dataset or generator.
SAMPLES = 8


def read_inputs(
    inputs: Inputs, signature: Signature | None = None, *, samples: int = SAMPLES
) -> list[NamedInput]:
    """Read inputs of any accepted kind; nothing is resized or normalised.

    Args:
        inputs: A path, a folder of pictures, a Pillow image, one array without or a
            batch with the batch axis ((H, W, C) or (N, H, W, C); channels last), a
            list of these, or a dict of name to one of these. For a model with several
            inputs a tuple or dict of arrays, one for each, takes the place of an array.
            A `tf.data.Dataset`, `keras.utils.PyDataset`, data loader or generator as
            for `fit` gives its first samples.
        signature: What the model is called on. Without one, arrays of three axes whose
            last has 1, 3 or 4 entries are one picture, others a batch.
        samples: How many samples to take of a dataset or generator, at least 1.

    Returns:
        At least one input. Files are named by their stem, with as many parent
        folders as it takes to make names differ; arrays `input_0`, `input_1`, …;
        samples of a dataset `sample_0`, `sample_1`, …

    Raises:
        InputError: If something is not an input, or a picture cannot be read.
    """
    reader = _Reader(signature, samples)
    if reader.is_one_nest(inputs):
        read = reader.read(inputs, "input")
    elif isinstance(inputs, Mapping):
        read = [
            named
            for name, value in inputs.items()
            for named in _under_name(str(name), reader.read(value, ""))
        ]
    elif isinstance(inputs, Sequence) and not isinstance(inputs, str | bytes):
        read = [
            named
            for index, value in enumerate(inputs)
            for named in reader.read(value, f"input_{index}")
        ]
    else:
        read = reader.read(inputs, "input")
    if not read:
        raise InputError("No inputs were given. Expected pictures, arrays or paths.")
    return numbered(read)


class _Reader:
    """Reads one input at a time for a model with a certain signature."""

    def __init__(self, signature: Signature | None, samples: int) -> None:
        self._names = ("input",) if signature is None else signature.names
        self._keys = None if signature is None else signature.names
        self._by_key = signature is not None and isinstance(signature.structure, dict)
        self._ndims = None if signature is None else [len(s) for s in signature.shapes]
        self._samples = samples

    def is_one_nest(self, value: Any) -> bool:
        """Whether a tuple, list or dict is one input of a model with several."""
        count = len(self._names)
        if self._ndims is None or isinstance(value, NamedInput):
            return False
        if isinstance(value, Mapping):
            is_wanted = count > 1 or self._by_key
            return is_wanted and set(map(str, value)) == set(self._names)
        if count == 1 or not isinstance(value, list | tuple) or len(value) != count:
            return False
        # A list of samples holds nests of its own.
        nests = (list, tuple, Mapping, NamedInput)
        return not any(isinstance(part, nests) for part in value)

    def read(self, value: Any, name: str) -> list[NamedInput]:
        """Read one array, picture, path, nest or dataset."""
        if isinstance(value, NamedInput):
            return [value]
        if isinstance(value, str | os.PathLike):
            self._refuse_one_for_several(name)
            return read_files(value)
        if isinstance(value, Image.Image):
            self._refuse_one_for_several(name)
            pixels, notes = from_pillow(value, name)
            return [NamedInput(name=name, values=pixels, picture=pixels, notes=notes)]
        # Anything may be a nest of inputs of a model that was never called.
        is_unknown_nest = self._ndims is None and isinstance(value, Mapping | tuple)
        if is_unknown_nest or self.is_one_nest(value):
            return self._from_nest(self._in_order(value), name, self._own_keys(value))
        if is_dataset(value):
            taken = take_samples(value, self._samples, self._ndims, self._keys)
            return [
                self._from_parts(
                    self._in_order(sample), f"sample_{index}", self._own_keys(sample)
                )
                for index, sample in enumerate(taken)
            ]
        if not (hasattr(value, "__array__") or keras.ops.is_tensor(value)):
            shown = " ".join(repr(value).split())
            raise InputError(
                f"Cannot use {type(value).__name__} {shown:.60} as an input. Expected "
                f"{self._expected()}, a list of these, or a dict of name to "
                "one of these."
            )
        self._refuse_one_for_several(name)
        return self._from_nest([value], name)

    def _from_nest(
        self, parts: Sequence[Any], name: str, keys: Sequence[str] | None = None
    ) -> list[NamedInput]:
        """Inputs from one array for each of the model's inputs, batched or not."""
        arrays = [_as_array(part) for part in parts]
        ndims = self._ndims or [_sample_ndim(array) for array in arrays]
        extra = {array.ndim - n for array, n in zip(arrays, ndims, strict=True)}
        if extra == {0}:
            return [self._from_parts(arrays, name, keys)]
        if extra != {1} or len({len(array) for array in arrays}) != 1:
            shapes = " and ".join(str(array.shape) for array in arrays)
            wanted = " and ".join(str(n) for n in ndims)
            raise InputError(
                f"The input {name!r} has shape {shapes}; expected {wanted} axes, or "
                "one more with the batch axis"
                + (", of one size in all." if len(arrays) > 1 else ".")
            )
        if len(arrays[0]) == 0:
            raise InputError(f"The input {name!r} is empty: shape {arrays[0].shape}.")
        count = len(arrays[0])
        names = [name] if count == 1 else [f"{name}_{i}" for i in range(count)]
        return [
            self._from_parts([array[index] for array in arrays], own_name, keys)
            for index, own_name in enumerate(names)
        ]

    def _from_parts(
        self, parts: Sequence[Any], name: str, keys: Sequence[str] | None
    ) -> NamedInput:
        arrays = tuple(_checked(_as_array(part), name) for part in parts)
        pictures = (_to_show(array) for array in arrays)
        picture = next((picture for picture in pictures if picture is not None), None)
        if keys is not None:
            by_key = dict(zip(keys, arrays, strict=True))
            return NamedInput(name=name, values=by_key, picture=picture)
        values = arrays[0] if len(arrays) == 1 else arrays
        return NamedInput(name=name, values=values, picture=picture)

    def _own_keys(self, nest: Any) -> list[str] | None:
        """The keys of a dict whose arrays the model does not know yet."""
        if self._ndims is None and isinstance(nest, Mapping):
            return sorted(map(str, nest))
        return None

    def _in_order(self, nest: Any) -> list[Any]:
        """The arrays of a nest in the order of the model's inputs."""
        if isinstance(nest, Mapping):
            by_name = {str(name): part for name, part in nest.items()}
            if set(by_name) == set(self._names):
                return [by_name[name] for name in self._names]
            if self._ndims is None:
                return [by_name[name] for name in sorted(by_name)]
        parts = keras.tree.flatten(nest)
        if self._ndims is not None and len(parts) != len(self._names):
            raise InputError(
                f"Received a sample of {len(parts)} arrays; expected "
                f"{self._expected()}."
            )
        return list(parts)

    def _refuse_one_for_several(self, name: str) -> None:
        if len(self._names) > 1:
            raise InputError(
                f"The input {name!r} is one array or picture, but the model takes "
                f"{len(self._names)}. Expected {self._expected()}."
            )

    def _expected(self) -> str:
        if len(self._names) > 1:
            names = ", ".join(repr(name) for name in self._names)
            return (
                f"a tuple of {len(self._names)} arrays or a dict with the keys {names}"
            )
        return "a path, a folder, an array (H, W, C) or (N, H, W, C), a dataset"


def _as_array(value: Any) -> np.ndarray:
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, str | os.PathLike):
        return load_picture(os.fspath(value))[0]
    if isinstance(value, Image.Image):
        return from_pillow(value, "input")[0]
    if keras.ops.is_tensor(value):
        return np.asarray(keras.ops.convert_to_numpy(value))
    return np.asarray(value)


def _sample_ndim(array: np.ndarray) -> int:
    """Axes of one input where the model does not say."""
    is_picture = array.ndim == 3 and array.shape[-1] in (1, 3, 4)
    return array.ndim if is_picture or array.ndim < 2 else array.ndim - 1


def _checked(values: np.ndarray, name: str) -> np.ndarray:
    """The array, if it holds numbers, with floats as float32."""
    # bfloat16 and its like, from ml_dtypes, are of no kind that NumPy knows.
    small_float = values.dtype.kind == "V" and "float" in values.dtype.name
    if values.dtype.kind not in "uifb" and not small_float:
        raise InputError(
            f"The input {name!r} has dtype {values.dtype}; expected integers or floats."
        )
    if values.size == 0:
        raise InputError(f"The input {name!r} is empty: shape {values.shape}.")
    if values.dtype.kind not in "fV":
        return values
    with np.errstate(over="ignore"):  # what is too large becomes infinite, as it is
        return values.astype(np.float32)


def _to_show(values: np.ndarray) -> np.ndarray | None:
    """RGB of an array that is a picture: one or three channels, 0…255 or 0…1."""
    if values.ndim != 3 or values.shape[-1] not in (1, 3):
        return None
    if values.dtype != np.uint8:
        low, high = float(values.min()), float(values.max())
        if not (low >= 0 and high <= 255):
            return None
        values = np.rint(values * (255.0 if high <= 1.0 else 1.0)).astype(np.uint8)
    return np.broadcast_to(values, (*values.shape[:2], 3))


def _under_name(name: str, inputs: list[NamedInput]) -> Iterable[NamedInput]:
    if len(inputs) == 1:
        return [replace(inputs[0], name=name)]
    return [
        replace(named, name=f"{name}/{named.source.stem if named.source else index}")
        for index, named in enumerate(inputs)
    ]
