"""One tensor inside a model, and the path it goes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import keras

from tb_actviz.capture.roles import is_input

#: What a path ends in where it means the value before an activation inside the layer.
FUSED = ":pre"

_MOVES_AXES = (keras.layers.Permute, keras.layers.Reshape)


@dataclass(frozen=True, eq=False)
class Call:
    """One tensor that one call of a layer produces.

    Args:
        path: Layer path, unique in the model: `conv1`, inside other models and layers
            `backbone/block3/conv1`; a repeated call is `conv1#2`, further outputs of
            one call are `lstm:1`, `lstm:2`; `conv1:pre` is the value before the
            activation that `conv1` applies itself.
        layer: The Keras layer (or operation, such as an addition) called.
        shape: Shape of the tensor as the model has it, with the batch axis; None where
            a size depends on the input.
        dtype: Its dtype, as Keras names it.
        sources: Paths of the tensors it was computed from, as far as they have one; of
            a model or layer with layers inside, the path of what it hands on.
        times: Which call of the layer at this place it is, from 1.
        fused: True for the value before an activation inside the layer.
        channels_first: True where its channels are axis 1.
        final: True where it is an output of the model.
        tensor: The symbolic tensor of the model's graph; None where it is in none.
        problem: Why its values cannot be captured; None where they can.
    """

    path: str
    layer: Any
    shape: tuple[int | None, ...]
    dtype: str
    sources: tuple[str, ...] = ()
    times: int = 1
    fused: bool = False
    channels_first: bool = False
    final: bool = False
    tensor: Any = field(default=None, repr=False)
    problem: str | None = None

    @property
    def sample_shape(self) -> tuple[int | None, ...]:
        """Shape for one input, channels last."""
        shape = self.shape[1:] if self.shape and self.shape[0] is None else self.shape
        return (*shape[1:], shape[0]) if self.channels_first else shape


class Names:
    """Hands out the names of the calls made inside one model or layer."""

    def __init__(self) -> None:
        self._calls: dict[int, int] = {}
        self._taken: set[str] = set()

    def enter(self, layer: Any) -> tuple[str, int]:
        """Name one more call of a layer.

        Args:
            layer: The layer; it must live as long as this object.

        Returns:
            The name, and which call of the layer it is, from 1.
        """
        times = self._calls[id(layer)] = self._calls.get(id(layer), 0) + 1
        name = str(layer.name) if times == 1 else f"{layer.name}#{times}"
        return self._free(name), times

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


def with_channel_order(calls: Sequence[Call]) -> list[Call]:
    """Find out which tensors have their channels first.

    Only some layers say so themselves; the others keep the order of what they are
    called on, as long as they keep the number of axes and do not permute them. Inputs
    have the order of the layers that use them.

    Args:
        calls: The calls of one model, in the order they run.

    Returns:
        The same calls, with `channels_first` set.
    """
    ranks = {call.path: len(call.shape) for call in calls}
    said = {call.path: _said_order(call) for call in calls}
    first: dict[str, bool] = {}
    # Backwards for the inputs: a user of theirs, or a user of its result, says it.
    wanted: set[str] = set()
    for call in reversed(calls):
        if said[call.path] or (said[call.path] is None and call.path in wanted):
            wanted.update(s for s in call.sources if ranks.get(s) == ranks[call.path])
    for call in calls:
        own = said[call.path]
        if own is None:
            own = any(
                first.get(source, False) and ranks[source] == ranks[call.path]
                for source in call.sources
            ) or (not call.sources and is_input(call.layer) and call.path in wanted)
        first[call.path] = own
    return [
        replace(call, channels_first=True) if first[call.path] else call
        for call in calls
    ]


def _said_order(call: Call) -> bool | None:
    """Whether a call's layer says that channels are first; None where it is silent."""
    if len(call.shape) < 3 or isinstance(call.layer, _MOVES_AXES):
        return False
    order = getattr(call.layer, "data_format", None)
    return None if order is None else order == "channels_first"
