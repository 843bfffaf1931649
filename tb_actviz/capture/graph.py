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
    """

    path: str
    layer: Any
    output: Any
    inputs: tuple[Any, ...]


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
            "layers from. Build it first: call it once on a batch, or start a "
            "Sequential with keras.Input(shape). Subclassed models are not "
            "supported yet; rewrite the model with the functional API."
        )
    nodes = _nodes_in_order(list(model.outputs), list(model.inputs))
    calls: list[Call] = []
    times_called: dict[int, int] = {}
    used_paths: dict[str, int] = {}
    for layer, node in nodes:
        times_called[id(layer)] = times_called.get(id(layer), 0) + 1
        path = layer.name
        if times_called[id(layer)] > 1:
            path = f"{path}#{times_called[id(layer)]}"
        # Two operations may carry one name: a path still names one tensor.
        used_paths[path] = used_paths.get(path, 0) + 1
        if used_paths[path] > 1:
            path = f"{path}~{used_paths[path]}"
        outputs = list(node.output_tensors)
        for index, output in enumerate(outputs):
            calls.append(
                Call(
                    path=f"{path}:{index}" if len(outputs) > 1 else path,
                    layer=layer,
                    output=output,
                    inputs=tuple(node.input_tensors),
                )
            )
    return calls


def _nodes_in_order(outputs: list[Any], inputs: list[Any]) -> list[tuple[Any, Any]]:
    """Depth first, inputs before users, without recursion (networks can be deep)."""
    ordered: list[tuple[Any, Any]] = []
    done: set[int] = set()
    entry = {id(tensor) for tensor in inputs}
    stack = [(tensor, False) for tensor in reversed(outputs)]
    while stack:
        tensor, inputs_done = stack.pop()
        history = tensor._keras_history
        node = history.operation._inbound_nodes[history.node_index]
        if id(node) in done:
            continue
        if inputs_done or id(tensor) in entry or not node.input_tensors:
            done.add(id(node))
            ordered.append((history.operation, node))
            continue
        stack.append((tensor, True))
        stack.extend((source, False) for source in reversed(node.input_tensors))
    return ordered
