"""Which tensors have an axis that counts the inputs of a batch.

A size is no evidence: ten inputs may meet a graph of ten nodes. What counts is how the
first axis behaves when the same model is run on batches of two sizes, and where no run
is needed, that all its layers are of a kind that keeps the inputs apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras
from keras import layers

from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import (
    is_activation,
    is_own_of_keras,
)

#: They run whatever a user gives them.
_FOREIGN = (
    layers.FlaxLayer,
    layers.JaxLayer,
    layers.Lambda,
    layers.TFSMLayer,
    layers.TorchModuleWrapper,
)
#: Operations that compute each value of what they give from those at its place.
_ELEMENTWISE = frozenset(
    {
        "Absolute",
        "Add",
        "Cast",
        "Clip",
        "Divide",
        "Exp",
        "Log",
        "Maximum",
        "Minimum",
        "Multiply",
        "Negative",
        "Power",
        "Sqrt",
        "Square",
        "Subtract",
        "TrueDivide",
    }
)

# The batch becomes smaller where the inputs become larger, so that nothing but a batch
# behaves like one; even ones, for models that take inputs in pairs.
_BATCHES = (4, 2)
_FIXED = "its first axis is not the batch, and the model's batch size is fixed"


def keep_inputs_apart(calls: Sequence[LayerCall]) -> bool:
    """Say whether layers are known to compute each input of a batch for itself.

    Args:
        calls: All calls of a model.

    Returns:
        True where every layer is one of Keras' own that keeps the batch axis and mixes
        nothing over it; False where one is someone else's or might do anything.
    """
    return all(_keeps_inputs_apart(call.layer, len(call.shape)) for call in calls)


def with_batch_axis(calls: Sequence[LayerCall]) -> list[LayerCall]:
    """Take the first axis of every tensor for the batch.

    Args:
        calls: Calls of layers that are known to keep it.

    Returns:
        The calls, with None as size of that axis.
    """
    return [replace(call, shape=(None, *call.shape[1:])) for call in calls]


def batches_to_try(batch_size: int | None) -> list[tuple[int, int]]:
    """Say with batches of which sizes to run a model on shapes alone.

    Many models that state a batch size take others as well; one that does not is run
    twice with its own.

    Args:
        batch_size: Size of the batches that the model states; None for any.

    Returns:
        Pairs for `compared`, the best first.
    """
    if batch_size is None:
        return [_BATCHES]
    return [(2 * batch_size, batch_size), (batch_size, batch_size)]


def without_trial(
    calls: Sequence[LayerCall], batch_size: int | None
) -> list[LayerCall]:
    """Go by the sizes that a graph states, where it cannot be run on shapes.

    Args:
        calls: The calls of a graph.
        batch_size: Size of the batches that it takes; None for any.

    Returns:
        The calls; those whose first axis has another size have no batch axis.
    """
    return compared(calls, calls, (batch_size, batch_size))


def compared(
    first: Sequence[LayerCall],
    second: Sequence[LayerCall],
    batches: tuple[int | None, int | None],
    batch_size: int | None = None,
) -> list[LayerCall]:
    """Compare the tensors of two runs with batches of two sizes.

    Inputs of a smaller batch must not be smaller themselves, so that no axis which
    grows with them behaves as the batch does. Of batches of one size, as a model may
    demand, less can be learnt: any axis of that size counts as the batch.

    Args:
        first: The calls of the first run, with its exact shapes.
        second: The calls of the second.
        batches: How many inputs the two runs had.
        batch_size: Size of the batches that the model is going to be fed; None for any.

    Returns:
        The first calls, with `has_batch` set, and None for every other size that the
        runs do not agree on. What cannot be told apart in a batch has a problem.
    """
    others = {call.path: call.shape for call in second}
    return [
        _compare(call, others[call.path], batches, batch_size)
        if len(others.get(call.path, ())) == len(call.shape) > 0
        else call
        for call in first
    ]


def _compare(
    call: LayerCall,
    other: tuple[int | None, ...],
    batches: tuple[int | None, int | None],
    batch_size: int | None,
) -> LayerCall:
    size = call.shape[0]
    rest = tuple(
        a if a == b else None for a, b in zip(call.shape[1:], other[1:], strict=True)
    )
    # Some layers, as those of text, state no size of it at all: a run will show.
    if (size, other[0]) in (batches, (None, None)):
        return replace(call, shape=(None, *rest), has_batch=True)
    if size == other[0] and batches[0] != batches[1]:
        # The same for any number of inputs.
        return replace(call, shape=(size, *rest), has_batch=False)
    if rest == call.shape[1:]:
        size = _of_one((size, other[0]), batches)
    problem = _FIXED if (batch_size or 1) > 1 else None
    return replace(
        call,
        shape=(size, *rest),
        has_batch=False,
        problem=call.problem or problem,
    )


def _of_one(sizes: Sequence[int | None], batches: Sequence[int | None]) -> int | None:
    """The size of an axis for one input, where it is so many times the batch."""
    times = {
        divmod(size, batch) if size and batch else None
        for size, batch in zip(sizes, batches, strict=True)
    }
    each = times.pop()
    return each[0] if not times and each is not None and each[1] == 0 else None


def _keeps_inputs_apart(layer: Any, rank: int) -> bool:
    if not is_own_of_keras(type(layer)) or isinstance(layer, _FOREIGN):
        return False
    axes = keras.tree.flatten([getattr(layer, name, None) for name in ("axis", "axes")])
    if any(axis in (0, -rank) for axis in axes):
        return False
    if not isinstance(layer, keras.Layer):
        return is_activation(layer) or type(layer).__name__ in _ELEMENTWISE
    if isinstance(layer, layers.RNN) and not all(
        is_own_of_keras(type(cell))
        for cell in getattr(layer.cell, "cells", [layer.cell])
    ):
        return False
    function = getattr(layer, "activation", None)
    return function is None or is_own_of_keras(function)
