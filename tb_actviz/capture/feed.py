"""Named inputs -> the arrays that a model is fed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np

from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.preprocessing import Preprocessing
from tb_actviz.capture.signature import Signature
from tb_actviz.errors import InputError, describe_error, format_shape

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


@dataclass(frozen=True)
class Feed:
    """What a model is fed with.

    Args:
        model_name: What to call the model in messages.
        signature: What it is called on.
        preprocess: What pictures go through first; None for nothing.
        exact: Whether the model takes the sizes of the signature only.
    """

    model_name: str
    signature: Signature
    preprocess: Preprocessing | None
    exact: bool

    def shapes(self, named: NamedInput) -> tuple[tuple[int, ...], ...]:
        """Get the shapes that an input has when the model is fed with it.

        Returns:
            A shape without the batch axis for each of the model's inputs.

        Raises:
            InputError: If they do not fit the model.
        """
        wanted = self.signature.shapes
        if len(named.parts) != len(wanted):
            raise InputError(
                f"The input {named.name!r} has {len(named.parts)} arrays, but the "
                f"model {self.model_name!r} takes {len(wanted)}: "
                f"{', '.join(self.signature.names)}."
            )
        fed = []
        for part, name, shape, first in zip(
            named.parts,
            self.signature.names,
            wanted,
            self.signature.channels_first,
            strict=True,
        ):
            fitted = _moved(_fitted(part, _last(shape, first)), shape, first).shape
            if len(fitted) != len(shape) or (
                self.exact
                and any(
                    want is not None and want != got
                    for want, got in zip(shape, fitted, strict=True)
                )
            ):
                of = f" (its {name!r})" if len(wanted) > 1 else ""
                raise InputError(
                    f"The input {named.name!r}{of} has shape {format_shape(fitted)}, "
                    f"but the model {self.model_name!r} takes {format_shape(shape)}. "
                    "Resize the input to fit (on the command line: --size)."
                )
            fed.append(fitted)
        return tuple(fed)

    def refuse_mixed_sizes(self, inputs: Sequence[NamedInput]) -> None:
        """Refuse inputs that cannot go through the model together.

        Args:
            inputs: At least one input.

        Raises:
            InputError: If they differ in size.
        """
        sizes = {tuple(part.shape for part in named.parts): named for named in inputs}
        if len(sizes) > 1:
            sizes_received = ", ".join(
                f"{named.name} {' and '.join(map(format_shape, shapes))}"
                for shapes, named in sizes.items()
            )
            raise InputError(
                f"Inputs of one pass must have one size; received {sizes_received}. "
                "Run them one by one, or resize them."
            )

    def batch(self, inputs: Sequence[NamedInput]) -> list[np.ndarray]:
        """Make one batch of inputs of one size.

        Args:
            inputs: At least one input; no more than the model takes at once. A model
                with a fixed batch size gets the last one repeated to fill it.

        Returns:
            An array for each of the model's inputs, in the dtype it takes.

        Raises:
            InputError: If an input looks preprocessed already, and is going to be.
        """
        filled = list(inputs)
        filled += filled[-1:] * ((self.signature.batch_size or 0) - len(filled))
        arrays = []
        for index, (shape, dtype, first) in enumerate(
            zip(
                self.signature.shapes,
                self.signature.dtypes,
                self.signature.channels_first,
                strict=True,
            )
        ):
            parts = [
                _fitted(named.parts[index], _last(shape, first)) for named in filled
            ]
            batch = np.stack(parts)
            if self.preprocess is not None and batch.ndim == 4:
                for named in inputs:
                    _refuse_preprocessed(named.name, named.parts[index])
                batch = self._preprocessed(self.preprocess, batch)
            batch = np.stack([_moved(part, shape, first) for part in batch])
            arrays.append(batch.astype(dtype or _model_dtype(batch), copy=False))
        return arrays

    def _preprocessed(self, preprocess: Preprocessing, batch: np.ndarray) -> np.ndarray:
        """The pictures after a function of the user's, which can do anything."""
        try:
            ready = preprocess.function(batch.astype(np.float32))
            array = np.asarray(keras.ops.convert_to_numpy(ready))
        except Exception as error:
            raise InputError(
                f"preprocess={preprocess.name} failed on pictures of shape "
                f"{batch.shape}: {describe_error(error)}"
            ) from error
        if array.ndim != 4 or len(array) != len(batch) or array.dtype.kind not in "uif":
            raise InputError(
                f"preprocess={preprocess.name} gave {array.dtype} of shape "
                f"{array.shape} for pictures of shape {batch.shape}; expected as many "
                "pictures, (N, H, W, C), of numbers."
            )
        return array


def _last(shape: tuple[int | None, ...], first: bool) -> tuple[int | None, ...]:
    """The shape with channels last, whatever the model takes."""
    return (*shape[1:], shape[0]) if first and len(shape) > 1 else shape


def _moved(part: np.ndarray, shape: tuple[int | None, ...], first: bool) -> np.ndarray:
    """The array with channels where the model takes them."""
    if not first or part.ndim < 2:
        return part
    fits_as_it_is = all(
        want in (None, got) for want, got in zip(shape, part.shape, strict=False)
    )
    fits_moved = shape[0] in (None, part.shape[-1])
    return part if fits_as_it_is and not fits_moved else np.moveaxis(part, -1, 0)


def _fitted(part: np.ndarray, shape: tuple[int | None, ...]) -> np.ndarray:
    """A colour picture as luminance where the model takes one channel."""
    if shape and shape[-1] == 1 and part.ndim == 3 and part.shape[-1] == 3:
        return np.asarray(part @ _LUMINANCE)[..., None]
    return part


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
            "about to be preprocessed as an RGB picture, 0…255. If it is preprocessed "
            "already, pass preprocess=None; if it is scaled to 0…1, multiply it by "
            "255; if it has 16 bits, divide it by 257."
        )
