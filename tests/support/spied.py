"""What the layers of a model give, seen without any of what is under test."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np


def spied(model: keras.Layer, inputs: Any) -> dict[str, np.ndarray]:
    """Call a model once, eagerly and in inference mode, and look at every call in it.

    Args:
        model: A model that has its weights, or a layer. It is left as it was.
        inputs: What it is called on.

    Returns:
        What each call gave, in the order they ended, by the names of the layers from
        the outermost to the innermost: `backbone/conv`; `conv#2` is a second call of a
        layer at one place, `lstm:0` the first of several outputs. Cells of recurrent
        layers are left out. A layer that is made anew in each call goes by its kind.
        Of attention the heads are the last axis, whichever they are to Keras.
    """
    before = [(variable, np.array(variable)) for variable in model.variables]
    spy = _Spy(model)
    layer_call, operation_call = keras.Layer.__call__, keras.Operation.__call__

    def call_layer(layer: Any, /, *args: Any, **given: Any) -> Any:
        return spy.see(layer, lambda: layer_call(layer, *args, **given))

    def call_operation(operation: Any, /, *args: Any, **given: Any) -> Any:
        if id(operation) not in spy.operations:
            return operation_call(operation, *args, **given)
        return spy.see(operation, lambda: operation_call(operation, *args, **given))

    keras.Layer.__call__, keras.Operation.__call__ = call_layer, call_operation
    try:
        model(inputs, training=False)
    finally:
        keras.Layer.__call__, keras.Operation.__call__ = layer_call, operation_call
        for variable, value in before:
            variable.assign(value)
    return spy.seen


class _Spy:
    """Keeps what calls give, under the names of the layers they are made in."""

    def __init__(self, model: Any) -> None:
        self.seen: dict[str, np.ndarray] = {}
        #: Ids of what Keras has in graphs instead of layers: an addition, a slice.
        self.operations = {
            id(operation)
            for layer in model._flatten_layers()
            if isinstance(layer, keras.Model)
            for operation in getattr(layer, "operations", ())
            if not isinstance(operation, keras.Layer)
        }
        self._kept = {id(layer) for layer in model._flatten_layers()}
        self._prefixes: list[str] = []
        self._around: list[Any] = []
        self._times: dict[tuple[str, Any], int] = {}
        self._in_loop = False

    def see(self, operation: Any, call: Callable[[], Any]) -> Any:
        if self._in_loop:
            return call()
        if not self._prefixes:
            self._prefixes.append("")
            return call()
        prefix, name, key = self._prefixes[-1], operation.name, id(operation)
        if not {key} & (self._kept | self.operations):
            name = key = re.sub(r"_\d+$", "", name)
        times = self._times[prefix, key] = self._times.get((prefix, key), 0) + 1
        path = prefix + name + (f"#{times}" if times > 1 else "")
        around = self._around[-1:]
        self._prefixes.append(f"{path}/")
        self._around.append(operation)
        self._in_loop = isinstance(operation, keras.layers.RNN)
        try:
            outputs = call()
        finally:
            self._in_loop = False
            self._prefixes.pop()
            self._around.pop()
        tensors = keras.tree.flatten(outputs)
        for index, tensor in enumerate(tensors):
            own = path if len(tensors) == 1 else f"{path}:{index}"
            assert own not in self.seen, f"two layers are called {own}"
            values = np.array(keras.ops.convert_to_numpy(tensor))
            if around and isinstance(around[0], keras.layers.MultiHeadAttention):
                values = _heads_last(operation, values)
            self.seen[own] = values
        return outputs


def _heads_last(operation: Any, values: np.ndarray) -> np.ndarray:
    """Queries, keys, values and scores with their heads where channels are."""
    if isinstance(operation, keras.layers.Softmax | keras.layers.Dropout):
        return np.moveaxis(values, 1, -1)
    # What leaves the attention has no heads any more.
    return np.swapaxes(values, -1, -2) if values.ndim == 4 else values
