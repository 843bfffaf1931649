"""The calls in the graph of a functional or sequential model, read and not run."""

from __future__ import annotations

import keras

from tb_actviz.capture.channel_order import with_channel_order
from tb_actviz.capture.keras_graph import steps
from tb_actviz.capture.layer_calls import (
    CallNames,
    LayerCall,
    dtype_of,
    value_problem,
)
from tb_actviz.capture.layer_kinds import (
    fused_activation,
    is_model,
    is_own_of_keras,
    sublayers,
)


def is_flat(model: keras.Model) -> bool:
    """Return whether the graph of a model shows every layer there is in it.

    Args:
        model: A model with a graph.

    Returns:
        False where it holds models, layers with layers inside, or layers of someone
        else's that have an activation of their own, so that only a run can show it.
    """
    return not any(
        is_model(layer)
        or sublayers(layer)
        or (fused_activation(layer) and not is_own_of_keras(type(layer)))
        for layer, _, _ in steps(model)
    )


def read_graph(model: keras.Model) -> list[LayerCall]:
    """List the calls in a model's own graph, in the order Keras runs them.

    The list is read off the graph, not off `model.layers`, so that a layer shared with
    another model or called twice gives the tensors of this model. Models inside it are
    single calls.

    Args:
        model: A model with a graph.

    Returns:
        The calls, inputs first. Layers that Keras brings and that apply an activation
        themselves have a call for the value before it.
    """
    names = CallNames()
    calls: list[LayerCall] = []
    paths: dict[int, str] = {}
    final = {id(tensor) for tensor in model.outputs}
    for layer, outputs, inputs in steps(model):
        name, times = names.enter(layer)
        sources = tuple(paths[id(x)] for x in inputs if id(x) in paths)
        if (
            fused_activation(layer)
            and is_own_of_keras(type(layer))
            and len(outputs) == 1
        ):
            fused = names.fused(name)
            calls.append(
                LayerCall(
                    path=fused,
                    layer=layer,
                    shape=tuple(outputs[0].shape),
                    dtype=dtype_of(outputs[0]),
                    sources=sources,
                    times=times,
                    fused=True,
                )
            )
            sources = (fused,)
        for path, output in zip(
            names.outputs(name, len(outputs)), outputs, strict=True
        ):
            paths[id(output)] = path
            calls.append(
                LayerCall(
                    path=path,
                    layer=layer,
                    shape=tuple(output.shape),
                    dtype=dtype_of(output),
                    sources=sources,
                    times=times,
                    final=id(output) in final,
                    tensor=output,
                    problem=value_problem(output.shape, dtype_of(output)),
                )
            )
    return with_channel_order(calls)
