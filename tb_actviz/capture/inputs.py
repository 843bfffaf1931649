"""What users pass as inputs -> named inputs with a picture to show and one to feed."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import keras
import numpy as np
from PIL import Image

from tb_actviz.capture.array_files import is_array_file
from tb_actviz.capture.array_input import as_array, as_strings, input_of_parts
from tb_actviz.capture.batch_or_single import is_batch, looks_batched
from tb_actviz.capture.datasets import take_samples
from tb_actviz.capture.input_files import input_of_picture, read_files
from tb_actviz.capture.named_input import NamedInput, numbered
from tb_actviz.capture.pictures import picture_of
from tb_actviz.capture.signature import Signature
from tb_actviz.capture.stream_elements import is_dataset
from tb_actviz.errors import InputError

Inputs: TypeAlias = (
    "NamedInput | np.ndarray | Image.Image | str | os.PathLike[str] | Sequence[Any] "
    "| Mapping[str, Any] | Iterable[Any]"
)

#: How many samples are taken of a dataset or generator.
SAMPLES = 8


def read_inputs(
    inputs: Inputs,
    signature: Signature | None = None,
    *,
    samples: int = SAMPLES,
    reshaped: Container[int] = (),
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
        reshaped: Which of the model's inputs go through a preprocessing that may give
            them other shapes, so that theirs need not be those of the model.

    Returns:
        At least one input. Files are named by their stem, with as many parent
        folders as it takes to make names differ; arrays `input_0`, `input_1`, …;
        samples of a dataset `sample_0`, `sample_1`, …

    Raises:
        InputError: If something is not an input, or a picture cannot be read.
    """
    reader = _Reader(signature, samples, reshaped)
    if reader.takes_text and _is_text(inputs):
        return numbered(reader.read(as_strings(inputs), "input"))
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

    def __init__(
        self, signature: Signature | None, samples: int, reshaped: Container[int]
    ) -> None:
        self._signature = signature
        self._names = ("input",) if signature is None else signature.names
        self._by_key = signature is not None and isinstance(signature.structure, dict)
        self._texts = frozenset() if signature is None else signature.texts
        self._samples = samples
        self._reshaped = reshaped

    @property
    def takes_text(self) -> bool:
        """Whether the model's only input is strings."""
        return self._texts == {0} and len(self._names) == 1

    def is_one_nest(self, value: Any) -> bool:
        """Whether a tuple, list or dict is one input of a model with several."""
        count = len(self._names)
        if self._signature is None or isinstance(value, NamedInput):
            return False
        if isinstance(value, Mapping):
            is_wanted = count > 1 or self._by_key
            return is_wanted and self._has_all_inputs(value)
        if count == 1 or not isinstance(value, list | tuple) or len(value) != count:
            return False
        # A list of samples holds nests of its own.
        nests = (list, tuple, Mapping, NamedInput)
        return not any(isinstance(part, nests) for part in value)

    def read(self, value: Any, name: str) -> list[NamedInput]:
        """Read one array, picture, path, nest or dataset."""
        if isinstance(value, NamedInput):
            return self._from_arrays(value) if value.may_be_batch else [value]
        if self.takes_text and _is_text(value):
            return self._from_nest([value], name)
        if isinstance(value, str | os.PathLike):
            if not is_array_file(value):
                self._refuse_one_for_several(name)
            read = read_files(value)
            if not any(named.may_be_batch for named in read):
                return read
            return [one for named in read for one in self._from_arrays(named)]
        if isinstance(value, Image.Image):
            self._refuse_one_for_several(name)
            return [input_of_picture(picture_of(value), name)]
        # Anything may be a nest of inputs of a model that was never called.
        is_unknown_nest = self._signature is None and isinstance(value, Mapping | tuple)
        if is_unknown_nest or self.is_one_nest(value):
            return self._from_nest(self._in_order(value), name, self._own_keys(value))
        if is_dataset(value):
            return self._from_dataset(value)
        if not (hasattr(value, "__array__") or keras.ops.is_tensor(value)):
            shown = " ".join(repr(value).split())
            raise InputError(
                f"Cannot use {type(value).__name__} {shown:.60} as an input. Expected "
                f"{self._expected()}, a list of these, or a dict of name to "
                "one of these."
            )
        self._refuse_one_for_several(name)
        return self._from_nest([value], name)

    def _from_arrays(self, file: NamedInput) -> list[NamedInput]:
        """Inputs of an array file, now that the model says what one of them is."""
        name = file.name or (file.source.stem if file.source else "input")
        values = file.values
        if not isinstance(values, dict) or self.is_one_nest(values):
            if not isinstance(values, dict):
                self._refuse_one_for_several(name)
            read = self._from_nest(self._in_order(values), name)
        else:
            self._refuse_one_for_several(name)
            read = [
                named
                for key, array in values.items()
                for named in self._from_nest([array], f"{name}/{key}")
            ]
        return [replace(named, source=file.source) for named in read]

    def _from_dataset(self, stream: Any) -> list[NamedInput]:
        keys = None if self._signature is None else self._names
        shapes = None if self._signature is None else self._signature.shapes_last
        taken = take_samples(
            stream,
            self._samples,
            shapes,
            keys,
            reshaped=self._reshaped,
            may_be_text=bool(self._texts),
        )
        return [
            input_of_parts(
                self._in_order(sample),
                f"sample_{index}",
                self._own_keys(sample),
                texts=self._texts,
            )
            for index, sample in enumerate(taken)
        ]

    def _from_nest(
        self, parts: Sequence[Any], name: str, keys: Sequence[str] | None = None
    ) -> list[NamedInput]:
        """Inputs from one array for each of the model's inputs, batched or not."""
        arrays = [
            None
            if part is None
            else as_strings(part)
            if index in self._texts
            else as_array(part)
            for index, part in enumerate(parts)
        ]
        given = [array for array in arrays if array is not None]
        if not self._is_batch(arrays, name):
            return [input_of_parts(arrays, name, keys, texts=self._texts)]
        count = len(given[0])
        if count == 0:
            raise InputError(f"The input {name!r} is empty: shape {given[0].shape}.")
        names = [name] if count == 1 else [f"{name}_{i}" for i in range(count)]
        return [
            input_of_parts(
                [None if array is None else array[index] for array in arrays],
                own_name,
                keys,
                texts=self._texts,
            )
            for index, own_name in enumerate(names)
        ]

    def _is_batch(self, arrays: Sequence[np.ndarray | None], name: str) -> bool:
        """Whether arrays for each of the model's inputs are batches."""
        if self._signature is None:
            answers = {array is not None and looks_batched(array) for array in arrays}
            answer = answers.pop() if len(answers) == 1 else None
        else:
            answer = is_batch(arrays, self._signature.shapes_last, self._reshaped)
        if answer and len({len(array) for array in arrays if array is not None}) > 1:
            answer = None
        if answer is not None:
            return answer
        shapes = " and ".join(str(getattr(array, "shape", None)) for array in arrays)
        expected = "arrays that all have a batch axis, or none of them"
        if self._signature is not None:
            axes = " and ".join(str(len(shape)) for shape in self._signature.shapes)
            expected = f"{axes} axes, or one more with the batch axis"
        raise InputError(
            f"The input {name!r} has shape {shapes}; expected {expected}"
            + (", of one size in all." if len(arrays) > 1 else ".")
        )

    def _own_keys(self, nest: Any) -> list[str] | None:
        """The keys of a dict whose arrays the model does not know yet."""
        if self._signature is None and isinstance(nest, Mapping):
            return sorted(map(str, nest))
        return None

    def _in_order(self, nest: Any) -> list[Any]:
        """The arrays of a nest in the order of the model's inputs."""
        if isinstance(nest, Mapping):
            by_name = {str(name): part for name, part in nest.items()}
            if self._signature is None:
                return [by_name[name] for name in sorted(by_name)]
            if self._has_all_inputs(by_name):
                return [by_name.get(name) for name in self._names]
        parts = keras.tree.flatten(nest)
        if self._signature is not None and len(parts) != len(self._names):
            raise InputError(
                f"Received a sample of {len(parts)} arrays; expected "
                f"{self._expected()}."
            )
        return list(parts)

    def _has_all_inputs(self, nest: Mapping[Any, Any]) -> bool:
        """Whether a dict has the model's inputs, all but those that may be left out."""
        if self._signature is None:
            return False
        optional = zip(self._names, self._signature.optional, strict=True)
        needed = {name for name, may_be_left_out in optional if not may_be_left_out}
        return needed <= set(map(str, nest)) <= set(self._names)

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


def _is_text(value: Any) -> bool:
    """Whether a value is a string, or lists of strings to any depth."""
    if isinstance(value, list | tuple):
        return bool(value) and all(map(_is_text, value))
    return isinstance(value, str | bytes)


def _under_name(name: str, inputs: list[NamedInput]) -> Iterable[NamedInput]:
    if len(inputs) == 1:
        return [replace(inputs[0], name=name)]
    return [
        replace(named, name=f"{name}/{named.source.stem if named.source else index}")
        for index, named in enumerate(inputs)
    ]
