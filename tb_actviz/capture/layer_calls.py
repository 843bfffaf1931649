"""One tensor inside a model, and the path it goes by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from tb_actviz.layer_paths import FUSED, INPUT_PATH


@dataclass(frozen=True, eq=False)
class LayerCall:
    """One tensor that one call of a layer produces.

    Args:
        path: Layer path, unique in the model: `conv1`, inside other models and layers
            `backbone/block3/conv1`; a repeated call is `conv1#2`, further outputs of
            one call are `lstm:0`, `lstm:1`; `conv1:pre` is the value before the
            activation that `conv1` applies itself.
        layer: The Keras layer (or operation, such as an addition) called.
        shape: Shape of the tensor as the model has it, with the batch axis; None where
            a size depends on the input.
        has_batch: True where the first axis counts the inputs of a batch; all that a
            tensor without such an axis holds belongs to an input that is run alone.
        dtype: Its dtype, as Keras names it.
        sources: Paths of the tensors it was computed from, as far as they have one; of
            a model or layer with layers inside, the path of what it hands on.
        times: Which call of the layer at this place it is, from 1.
        fused: True for the value before an activation inside the layer.
        channel_axis: Which axis its channels are; None where it is one map.
        axes: What its axes are, in words, once channels are last; empty where they are
            those of pictures, sequences or vectors.
        final: True where it is an output of the model.
        tensor: The symbolic tensor of the model's graph; None where it is in none.
        problem: Why its values cannot be captured; None where they can.
        part: Which part of the model it lies in, where that is run part by part.
    """

    path: str
    layer: Any
    shape: tuple[int | None, ...]
    dtype: str
    sources: tuple[str, ...] = ()
    times: int = 1
    has_batch: bool = True
    fused: bool = False
    channel_axis: int | None = -1
    axes: str = ""
    final: bool = False
    tensor: Any = field(default=None, repr=False)
    problem: str | None = None
    part: str = ""

    @property
    def sample_shape(self) -> tuple[int | None, ...]:
        """Shape for one input, channels last."""
        shape = self.shape
        if self.channel_axis is None:
            shape = (*shape, 1)
        elif self.channel_axis > 0:
            before, after = shape[: self.channel_axis], shape[self.channel_axis + 1 :]
            shape = (*before, *after, shape[self.channel_axis])
        return shape[1:] if self.has_batch else shape

    @property
    def channels_first(self) -> bool:
        """Whether its channels are axis 1."""
        return self.channel_axis == 1

    def channels_last(self, values: np.ndarray) -> np.ndarray:
        """Put the channels of its values last.

        Args:
            values: As the model gives them.

        Returns:
            A view of them; of one map with an axis for its only channel.
        """
        if self.channel_axis is None:
            return values[..., None]
        if self.channel_axis < 0:
            return values
        return np.moveaxis(values, self.channel_axis, -1)


class CallNames:
    """Hands out the names of the calls made inside one model or layer."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._calls: dict[Any, int] = {}
        self._taken = {INPUT_PATH, *taken}
        # An id means something only as long as its layer lives.
        self._layers: list[Any] = []

    def enter(self, layer: Any, *, is_lasting: bool = True) -> tuple[str, int]:
        """Name one more call of a layer.

        Args:
            layer: The layer.
            is_lasting: False for a layer that is made anew at every run, so that the
                number in an automatic name means nothing.

        Returns:
            The name, and which call of the layer it is, from 1.
        """
        self._layers.append(layer)
        name = str(layer.name)
        key: Any = id(layer)
        if not is_lasting:
            name = key = _without_number(name, type(layer).__name__)
        times = self._calls[key] = self._calls.get(key, 0) + 1
        return self._free(name if times == 1 else f"{name}#{times}"), times

    def outputs(self, name: str, count: int) -> list[str]:
        """Name the output tensors of one call.

        Args:
            name: The call's name, from `enter`.
            count: How many tensors it gave.

        Returns:
            The name itself for one tensor, numbered names for several.
        """
        if count == 1:
            return [name]
        return [self._free(f"{name}:{index}") for index in range(count)]

    def fused(self, name: str) -> str:
        """Name the value before the activation that a call applies itself.

        Args:
            name: The call's name, from `enter`.

        Returns:
            The name; numbered where the activation is applied several times.
        """
        return self._free(f"{name}{FUSED}")

    def _free(self, name: str) -> str:
        """The name itself, or with a number where another tensor has it already."""
        candidate, number = name, 1
        while candidate in self._taken:
            number += 1
            candidate = f"{name}~{number}"
        self._taken.add(candidate)
        return candidate


def _without_number(name: str, class_name: str) -> str:
    """An automatic name without the number that Keras counts up."""
    base = name.rstrip("0123456789").removesuffix("_")
    return base if base.replace("_", "") == class_name.lower() else name


def dtype_of(tensor: Any) -> str:
    """Name the dtype of a tensor as Keras does.

    Args:
        tensor: A tensor of any back end, or a symbolic one.

    Returns:
        Name such as `float32`.
    """
    return str(keras.backend.standardize_dtype(tensor.dtype))


def value_problem(shape: Sequence[int | None], dtype: str) -> str | None:
    """Say why a tensor cannot be captured, as far as its shape and dtype say.

    Args:
        shape: Its shape, with the batch axis.
        dtype: Its dtype as Keras names it.

    Returns:
        The reason; None where there is none.
    """
    if dtype.startswith(("string", "complex")):
        return f"it holds {dtype} values"
    return "it is one number for the whole batch" if len(shape) == 0 else None
