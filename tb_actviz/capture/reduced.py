"""What of a batch's activations is reduced inside the pass, and a look at the rest.

Of many pictures mostly a few numbers for each channel are wanted. They are computed
where the activations are, and only these come back. The activations themselves stay
with the back end until the next batch, so that some maps can still be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture.compiled import on_host
from tb_actviz.capture.layer_calls import LayerCall

#: Makes one tensor of a layer's activations. It gets them with a batch axis and the
#: channels last, and the axes that count positions.
Reduction: TypeAlias = "Callable[[Any, tuple[int, ...]], Any]"


def largest(activations: Any, positions: tuple[int, ...]) -> Any:
    """Reduce each map to its largest value.

    Args:
        activations: (N, …, C), of any real dtype.
        positions: The axes between.

    Returns:
        (N, C); NaN where a map has NaN in it.
    """
    if not positions:
        return activations
    return keras.ops.max(activations, axis=positions)


def mean(activations: Any, positions: tuple[int, ...]) -> Any:
    """Reduce each map to the mean of its values.

    Args:
        activations: (N, …, C), of any real dtype.
        positions: The axes between.

    Returns:
        (N, C), computed in float32; NaN where a map has NaN in it.
    """
    activations = keras.ops.cast(activations, "float32")
    if not positions:
        return activations
    return keras.ops.mean(activations, axis=positions)


@dataclass(frozen=True, eq=False)
class LayerMaps:
    """The maps that a layer gave for a batch, wherever they are.

    Args:
        path: Layer path.
        reduced: What each reduction gave, one row for each input.
        shape: Shape of the activations of one input, channels last.
    """

    path: str
    reduced: tuple[np.ndarray, ...]
    shape: tuple[int, ...]
    _tensor: Any = field(repr=False)
    _call: LayerCall = field(repr=False)

    def of(self, inputs: np.ndarray, channels: np.ndarray) -> np.ndarray:
        """Look at some of the maps.

        Args:
            inputs: Rows of the batch, int, (P,).
            channels: A channel for each, int, (P,).

        Returns:
            A map for each, float32, (P, …) with the positions of a map.
        """
        values = on_host(self._tensor)
        if values is None:
            return self._from_device(inputs, channels)
        whole = self._channels_last(values)
        return np.asarray(whole[inputs, ..., channels], np.float32)

    def _channels_last(self, values: np.ndarray) -> np.ndarray:
        last = self._call.channels_last(values)
        return last if self._call.has_batch else last[None]

    def _from_device(self, inputs: np.ndarray, channels: np.ndarray) -> np.ndarray:
        """Copy these maps alone, of which there are few."""
        ops = keras.ops
        tensor = ops.cast(_last(self._tensor, self._call), "float32")
        rows = ops.moveaxis(tensor, -1, 1)
        rows = ops.reshape(rows, (rows.shape[0] * rows.shape[1], -1))
        wanted = inputs * self.shape[-1] + channels
        # Back ends compile anew for each length: there are few powers of two.
        padded = np.zeros(1 << int(len(wanted) - 1).bit_length(), np.int32)
        padded[: len(wanted)] = wanted
        taken = ops.convert_to_numpy(ops.take(rows, padded, axis=0))[: len(wanted)]
        return np.asarray(taken).reshape(len(wanted), *self.shape[:-1])


@dataclass(frozen=True, eq=False)
class Reducing:
    """What happens to the activations of some layers at the end of a pass.

    Args:
        calls: The layers.
        reductions: What is computed of each.
    """

    calls: Sequence[LayerCall]
    reductions: Sequence[Reduction]

    def inside(self, outputs: Sequence[Any]) -> list[Any]:
        """Compute the reductions, inside the pass.

        Args:
            outputs: What the layers gave.

        Returns:
            The same, and after it what is reduced of each.
        """
        reduced = []
        for call, output in zip(self.calls, outputs, strict=True):
            values = _last(output, call)
            if keras.backend.standardize_dtype(values.dtype) == "bool":
                values = keras.ops.cast(values, "float32")
            positions = tuple(range(1, len(values.shape) - 1))
            reduced += [reduce(values, positions) for reduce in self.reductions]
        return [*outputs, *reduced]

    def read(self, outputs: Sequence[Any]) -> list[LayerMaps]:
        """Take what a pass gave.

        Args:
            outputs: As from `inside`.

        Returns:
            The maps of each layer.
        """
        tensors, rest = outputs[: len(self.calls)], outputs[len(self.calls) :]
        reduced = [
            np.asarray(keras.ops.convert_to_numpy(one), np.float32) for one in rest
        ]
        each = len(self.reductions)
        return [
            LayerMaps(
                call.path,
                tuple(reduced[index * each : (index + 1) * each]),
                _shape_of_one(call, tensor.shape),
                tensor,
                call,
            )
            for index, (call, tensor) in enumerate(
                zip(self.calls, tensors, strict=True)
            )
        ]


def _last(tensor: Any, call: LayerCall) -> Any:
    """A tensor with a batch axis, channels last."""
    if call.channel_axis is None:
        tensor = keras.ops.expand_dims(tensor, -1)
    elif call.channel_axis > 0:
        tensor = keras.ops.moveaxis(tensor, call.channel_axis, -1)
    return tensor if call.has_batch else keras.ops.expand_dims(tensor, 0)


def _shape_of_one(call: LayerCall, shape: Sequence[int]) -> tuple[int, ...]:
    """Shape of the activations of one input, channels last."""
    sizes = list(shape[1:] if call.has_batch else shape)
    axis = call.channel_axis
    if axis is None:
        return (*sizes, 1)
    if axis > 0:
        sizes.append(sizes.pop(axis - call.has_batch))
    return tuple(sizes)
