"""The calls inside a Keras model, as one list in the order they run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from tb_actviz.errors import InputError


@dataclass(frozen=True, eq=False)
class Call:
    """One tensor that one call of a layer produces.

    Args:
        path: Layer path, unique in the model: `conv1`, a repeated call is
            `conv1#2`, further outputs of one call are `lstm:1`, `lstm:2`.
        layer: The Keras layer (or operation, such as an addition) called.
        output: The symbolic tensor it produced.
        inputs: The symbolic tensors it was called on.
        times: Which call of the layer in this model it is, from 1.
    """

    path: str
    layer: Any
    output: Any
    inputs: tuple[Any, ...]
    times: int = 1


def list_calls(model: keras.Model) -> list[Call]:
    """List every layer call that leads from a model's inputs to its outputs.

    The list is read off the symbolic tensors, not off `model.layers`, so that a
    layer shared with another model or called twice gives the tensors of this model.

    Args:
        model: A functional model, or a sequential one whose input shape is known.

    Returns:
        The calls in the order they run, input layers first.

    Raises:
        InputError: If the model has no symbolic graph.
    """
    if not isinstance(model, keras.Model):
        raise InputError(
            f"Expected a keras.Model, received {type(model).__name__}: {model!r:.80}."
        )
    if not getattr(model, "outputs", None):
        raise InputError(
            f"The model {model.name!r} ({type(model).__name__}) has no graph to read "
            "layers from. Start a Sequential with keras.Input(shape); rewrite a "
            "subclassed model with the functional API."
        )
    calls: list[Call] = []
    times_called: dict[int, int] = {}
    taken: set[str] = set()
    for layer, outputs, inputs in _steps(list(model.outputs), list(model.inputs)):
        times = times_called[id(layer)] = times_called.get(id(layer), 0) + 1
        name = layer.name if times == 1 else f"{layer.name}#{times}"
        for index, output in enumerate(outputs):
            path = _free(name if len(outputs) == 1 else f"{name}:{index}", taken)
            calls.append(Call(path, layer, output, tuple(inputs), times))
    return calls


def _free(path: str, taken: set[str]) -> str:
    """The path itself, or with a number where another tensor has it already."""
    candidate, number = path, 1
    while candidate in taken:
        number += 1
        candidate = f"{path}~{number}"
    taken.add(candidate)
    return candidate


def _steps(
    outputs: list[Any], inputs: list[Any]
) -> list[tuple[Any, list[Any], list[Any]]]:
    """Layer, outputs and inputs of each call: depth first, inputs before users.

    Keras tells which call made a tensor only by `_keras_history` and the layer's
    `_inbound_nodes`; `layer.output` knows but one call, and that of any model. Nothing
    else here reads them. No recursion: networks can be deep.
    """
    ordered: list[tuple[Any, list[Any], list[Any]]] = []
    done: set[int] = set()
    entry = {id(tensor) for tensor in inputs}
    stack = [(tensor, False) for tensor in reversed(outputs)]
    while stack:
        tensor, inputs_done = stack.pop()
        history = tensor._keras_history
        node = history.operation._inbound_nodes[history.node_index]
        if id(node) in done:
            continue
        sources = list(node.input_tensors)
        if inputs_done or id(tensor) in entry or not sources:
            done.add(id(node))
            ordered.append((history.operation, list(node.output_tensors), sources))
            continue
        stack.append((tensor, True))
        stack.extend((source, False) for source in reversed(sources))
    return ordered
