"""Named inputs -> the arrays that a model is fed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from tb_actviz.capture.applications import Preprocessing
from tb_actviz.capture.inputs import Inputs, read_inputs
from tb_actviz.capture.named_input import Batch, NamedInput, with_own_values
from tb_actviz.capture.signature import Signature
from tb_actviz.capture.undisturbed import undisturbed
from tb_actviz.errors import InputError, describe_error, format_shape

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


@dataclass(frozen=True, eq=False)
class Feed:
    """What a model is fed with.

    Args:
        model_name: What to call the model in messages.
        signature: What it is called on.
        preprocessing: What each of its inputs goes through first; None for nothing.
        exact: Whether the model takes the sizes of the signature only.
    """

    model_name: str
    signature: Signature
    preprocessing: tuple[Preprocessing | None, ...]
    exact: bool
    #: What the shapes of inputs become on their way.
    _shapes_fed: dict[tuple[Any, ...], tuple[tuple[int, ...], ...]] = field(
        default_factory=dict, init=False
    )

    def read(self, inputs: Inputs, samples: int) -> list[NamedInput]:
        """Read inputs of a model that says what it takes.

        Args:
            inputs: As for `read_inputs`.
            samples: How many samples to take of a dataset or generator.

        Returns:
            The inputs; pictures with their own values, if the model takes such.

        Raises:
            InputError: As `read_inputs`.
        """
        applied = self.preprocessing
        reshaped = {i for i, one in enumerate(applied) if one and not one.keeps_shape}
        named = read_inputs(inputs, self.signature, samples=samples, reshaped=reshaped)
        if len(applied) > 1 or (applied[0] is not None and applied[0].takes_rgb):
            return named
        (shape,) = self.signature.shapes_last
        channels = (shape[-1] or 0) if len(shape) == 3 else 1
        return [with_own_values(read, channels) for read in named]

    def shapes(self, named: NamedInput) -> tuple[tuple[int, ...], ...]:
        """Get the shapes that an input has when the model is fed with it.

        Returns:
            A shape without the batch axis for each of the model's inputs, after its
            preprocessing.

        Raises:
            InputError: If they do not fit the model, or the preprocessing fails.
        """
        if len(named.parts) != len(self.signature.shapes):
            raise InputError(
                f"The input {named.name!r} has {len(named.parts)} arrays, but the "
                f"model {self.model_name!r} takes {len(self.signature.shapes)}: "
                f"{', '.join(self.signature.names)}."
            )
        given = tuple(
            (shape, str(getattr(part, "dtype", None)))
            for shape, part in zip(named.shapes, named.parts, strict=True)
        )
        if given not in self._shapes_fed:
            self._shapes_fed[given] = tuple(
                self._checked(named, index) for index in range(len(named.parts))
            )
        return self._shapes_fed[given]

    def _checked(self, named: NamedInput, index: int) -> tuple[int, ...]:
        """The shape that one part has when it is fed, if the model takes it."""
        if named.parts[index] is None:
            return ()
        prepared = self._prepared([named], index)
        shape = self.signature.shapes[index]
        fed = prepared.shape[1:]
        fits = len(fed) == len(shape) and (
            not self.exact
            or all(
                want is None or want == got
                for want, got in zip(shape, fed, strict=True)
            )
        )
        if fits:
            return fed
        several = len(self.signature.shapes) > 1
        of = f" (its {self.signature.names[index]!r})" if several else ""
        applied = self.preprocessing[index]
        after = "" if applied is None else f" after {applied.name}"
        last = _last(shape, self.signature.channels_first[index])
        raise InputError(
            f"The input {named.name!r}{of} has shape {format_shape(fed)}{after}, but "
            f"the model {self.model_name!r} takes {format_shape(shape)}. "
            + _how_to_fit(prepared.shape[1:], last)
        )

    def refuse_mixed_sizes(self, inputs: Sequence[NamedInput]) -> None:
        """Refuse inputs that cannot go through the model together.

        Args:
            inputs: At least one input.

        Raises:
            InputError: If they differ in size.
        """
        sizes = {named.shapes: named for named in inputs}
        if len(sizes) > 1:
            sizes_received = ", ".join(
                f"{named.name} {' and '.join(map(format_shape, shapes))}"
                for shapes, named in sizes.items()
            )
            raise InputError(
                f"Inputs of one pass must have one size; received {sizes_received}. "
                "Run them one by one, or resize them."
            )

    def batch(self, inputs: Sequence[NamedInput]) -> Batch:
        """Make one batch of inputs of one size.

        Args:
            inputs: At least one input; no more than the model takes at once. A model
                with a fixed batch size gets the last one repeated to fill it.

        Returns:
            An array for each of the model's inputs, in the dtype it takes; None for one
            that is left out.

        Raises:
            InputError: If an input looks preprocessed already, and is going to be.
        """
        filled = list(inputs)
        filled += filled[-1:] * ((self.signature.batch_size or 0) - len(filled))
        return [
            None if part is None else self._prepared(filled, index)
            for index, part in enumerate(filled[0].parts)
        ]

    def _prepared(self, inputs: Sequence[NamedInput], index: int) -> np.ndarray:
        """One of the model's inputs as it is fed, for inputs of one size."""
        shape = self.signature.shapes[index]
        first = self.signature.channels_first[index]
        batch = np.stack([named.parts[index] for named in inputs])
        preprocessing = self.preprocessing[index]
        if preprocessing is not None:
            for named in inputs:
                part = named.parts[index]
                is_colour = part.ndim == 3 and part.shape[-1] == 3
                if is_colour or preprocessing.takes_rgb:
                    _refuse_preprocessed(named.name, part)
            batch = _preprocessed(preprocessing, batch)
        batch = _moved(_fitted(batch, _last(shape, first)), shape, first)
        if index in self.signature.texts:
            return batch
        dtype = self.signature.dtypes[index] or _model_dtype(batch)
        return batch.astype(dtype, copy=False)


def _preprocessed(preprocessing: Preprocessing, batch: np.ndarray) -> np.ndarray:
    """A batch after a function of the user's, which can do anything."""
    is_picture = batch.dtype == np.uint8 or batch.dtype.kind == "f"
    # A copy: functions may work in place.
    given = batch.astype(np.float32) if is_picture else batch.copy()
    try:
        with undisturbed(preprocessing.code):
            ready = preprocessing.function(given)
            array = np.asarray(keras.ops.convert_to_numpy(ready))
    except Exception as error:
        raise InputError(
            f"preprocess={preprocessing.name} failed on {_described(batch)}: "
            f"{describe_error(error)}"
        ) from error
    if array.ndim < 1 or len(array) != len(batch) or array.dtype.kind not in "uifb":
        raise InputError(
            f"preprocess={preprocessing.name} gave {array.dtype} of shape "
            f"{array.shape} for {_described(batch)}; expected numbers, and as many "
            "inputs, (N, …), as it is given."
        )
    # A view with a negative stride is refused by torch.from_numpy.
    return np.ascontiguousarray(array)


def _described(batch: np.ndarray) -> str:
    what = "pictures" if batch.ndim == 4 else "inputs"
    return f"{what} of shape {batch.shape}"


def _last(shape: tuple[int | None, ...], first: bool) -> tuple[int | None, ...]:
    """The shape with channels last, whatever the model takes."""
    return (*shape[1:], shape[0]) if first and len(shape) > 1 else shape


def _moved(batch: np.ndarray, shape: tuple[int | None, ...], first: bool) -> np.ndarray:
    """The batch with channels where the model takes them."""
    if not first or batch.ndim < 3:
        return batch
    fits_as_it_is = all(
        want in (None, got) for want, got in zip(shape, batch.shape[1:], strict=False)
    )
    fits_moved = shape[0] in (None, batch.shape[-1])
    if fits_as_it_is and not fits_moved:
        return batch
    return np.ascontiguousarray(np.moveaxis(batch, -1, 1))


def _fitted(batch: np.ndarray, shape: tuple[int | None, ...]) -> np.ndarray:
    """Grey pictures and others with or without a last axis, as the model takes them.

    Where it takes one channel or none, a colour picture becomes its luminance. An axis
    of one number is added or left out, as `model.predict` does.
    """
    axes, wanted = batch.ndim - 1, len(shape)
    takes_one = wanted > 0 and shape[-1] == 1
    is_colour = axes == 3 and batch.shape[-1] == 3
    if is_colour and ((takes_one and wanted == 3) or wanted == 2):
        batch = np.asarray(batch @ _LUMINANCE)[..., None]
    if axes == wanted + 1 and batch.shape[-1] == 1:
        return batch[..., 0]
    if axes == wanted - 1 and takes_one:
        return batch[..., None]
    return batch


def _how_to_fit(fed: tuple[int, ...], wanted: tuple[int | None, ...]) -> str:
    """What to do with an input whose shape, channels last, does not fit."""
    if len(fed) != len(wanted):
        return (
            f"Give an array with {len(wanted)} axes for each input, without the batch "
            "axis."
        )
    fits = [want is None or want == got for want, got in zip(wanted, fed, strict=True)]
    if len(wanted) == 3 and not fits[-1]:
        return (
            f"Give {wanted[-1]} channels, or a preprocess that makes them of {fed[-1]}."
        )
    if len(wanted) == 3:
        return "Resize the input to fit (on the command line: --size)."
    return "Give an array of that shape."


def _model_dtype(batch: np.ndarray) -> str:
    """What a model that says nothing of its inputs is fed: pictures are floats."""
    if batch.dtype.kind in "iu" and batch.dtype != np.uint8:
        fits = np.iinfo(np.int32).min <= batch.min() and (
            batch.max() <= np.iinfo(np.int32).max
        )
        return "int32" if fits else "int64"
    return "bool" if batch.dtype == bool else "float32"


def _refuse_preprocessed(name: str, values: np.ndarray) -> None:
    """Preprocessing twice is the classic mistake, and its pictures look plausible."""
    if values.dtype == np.uint8:
        return
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= 255) or 0 < high <= 1:
        raise InputError(
            f"The input {name!r} has values from {low:g} to {high:g}, but is "
            "about to be preprocessed as an RGB picture, 0…255. If that is what the "
            "model is trained on, or it is preprocessed already, pass preprocess=None; "
            "else, if it is scaled to 0…1, multiply it by 255; if it has 16 bits, "
            "divide it by 257."
        )
