"""The graph that Keras keeps of a functional or sequential model.

Keras shows which call made which tensor only by private attributes
(`Functional._nodes_by_depth`, `Sequential._functional`, `Operation._inbound_nodes` and
what a node holds); nothing outside this module reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras

from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import is_own_of_keras


def has_graph(model: keras.Model) -> bool:
    """Return whether a model runs exactly the graph that Keras keeps of it.

    Returns:
        True for functional models and sequential ones whose input shape is known,
        unless a subclass has a `call` of its own.
    """
    if _functional(model) is None:
        return False
    owner = next(owner for owner in type(model).__mro__ if "call" in vars(owner))
    return is_own_of_keras(owner)


def steps(model: keras.Model) -> Iterator[tuple[Any, list[Any], list[Any]]]:
    """Walk through the calls of a graph, in the order Keras runs them.

    Args:
        model: A model with a graph.

    Yields:
        Layer, outputs and inputs of each call.
    """
    by_depth = _functional(model)._nodes_by_depth
    for depth in sorted(by_depth, reverse=True):
        for node in by_depth[depth]:
            yield node.operation, list(node.output_tensors), list(node.input_tensors)


def graph_inputs(model: keras.Model) -> Any:
    """Get the structure of symbolic tensors that a model was made with.

    Returns:
        One tensor, or a nest of them; None for models that were made without.
    """
    if _functional(model) is None:
        return None
    if isinstance(model, keras.Sequential):
        return model.inputs[0]
    return model.input


def optional_inputs(model: keras.Model) -> tuple[bool, ...]:
    """For each input of a graph return whether the model runs without it.

    Args:
        model: A model with a graph.

    Returns:
        One for each input, in the order that `keras.tree.flatten` gives.
    """
    layers = {id(out[0]): layer for layer, out, inputs in steps(model) if not inputs}
    return tuple(
        bool(getattr(layers.get(id(tensor)), "optional", False))
        for tensor in keras.tree.flatten(graph_inputs(model))
    )


def is_in_graph(operation: Any) -> bool:
    """Return whether an operation belongs to a graph.

    Returns:
        False for one that was made on the fly, as some functions of `keras.ops` do.
    """
    return bool(operation._inbound_nodes)


def arguments_of(call: LayerCall) -> tuple[list[Any], dict[str, Any]]:
    """Get what an operation or layer was called with in the graph.

    Args:
        call: A call that gave a tensor of the graph.

    Returns:
        Positional arguments, and those by keyword; tensors are symbolic.
    """
    arguments = _node_of(call).arguments
    return list(arguments.args), dict(arguments.kwargs)


def run_again(call: LayerCall, values: Any) -> Any:
    """Run an operation on other values than in the graph.

    Args:
        call: A call of an operation on one tensor.
        values: Takes the place of the tensor.

    Returns:
        What takes the place of the tensor that the call gave.
    """
    node = _node_of(call)
    fed = {id(tensor): values for tensor in node.input_tensors}
    args, kwargs = node.arguments.fill_in(fed)
    results = keras.tree.flatten(node.operation(*args, **kwargs))
    return results[number_of_output(call)]


def number_of_output(call: LayerCall) -> int:
    """Return which of the tensors that were given together is that of a call.

    Args:
        call: A call that gave a tensor of the graph.
    """
    return int(call.tensor._keras_history.tensor_index)


def _node_of(call: LayerCall) -> Any:
    history = call.tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def _functional(model: keras.Model) -> Any:
    """The object that holds the graph; a sequential model keeps it inside."""
    inner = getattr(model, "_functional", None)
    holder = model if inner is None else inner
    return holder if getattr(holder, "_nodes_by_depth", None) else None
