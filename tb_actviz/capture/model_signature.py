"""Finding out what a model is called on, without calling it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from tb_actviz.capture.graph import read_graph
from tb_actviz.capture.keras_graph import graph_inputs, has_graph, optional_inputs
from tb_actviz.capture.layer_kinds import all_layers, is_model, sublayers
from tb_actviz.capture.signature import Signature


def model_signature(model: keras.Model) -> Signature | None:
    """Find out what a model is called on, without calling it.

    Returns:
        The signature; None where only a call shows it, as for a subclassed model that
        was never called.
    """
    structure = graph_inputs(model)
    if structure is not None:
        return _from_graph(model, structure)
    config = model.get_build_config() if model.built else None
    shapes = (config or {}).get("input_shape")
    if shapes is None:
        return None
    marked = _mark_shapes(shapes)
    flat = [leaf.shape for leaf in keras.tree.flatten(marked)]
    # As many nodes as edges would be a batch of both.
    is_whole = len({shape[:1] for shape in flat} - {(None,), ()}) > 1
    return Signature(
        names=_names(marked),
        shapes=tuple(shape if is_whole else shape[1:] for shape in flat),
        # The shapes are of the call that built it: another batch will do.
        dtypes=(None,) * len(flat),
        structure=marked,
        channels_first=(_takes_channels_first(model),) * len(flat),
        optional=(False,) * len(flat),
        batch_size=1 if is_whole else None,
        is_whole=is_whole,
    )


def signature_of(samples: Any, model: keras.Model) -> Signature:
    """Take what is going to be fed for what the model takes.

    Args:
        samples: Nest of arrays, each one input without the batch axis.
        model: The model they are for.

    Returns:
        The signature; it takes arrays of these shapes only.
    """
    flat = [np.asarray(sample) for sample in keras.tree.flatten(samples)]
    return Signature(
        names=_names(samples),
        shapes=tuple(array.shape for array in flat),
        dtypes=(None,) * len(flat),
        structure=samples,
        channels_first=(_takes_channels_first(model),) * len(flat),
        optional=(False,) * len(flat),
    )


def _from_graph(model: keras.Model, structure: Any) -> Signature:
    tensors = keras.tree.flatten(structure)
    names = _names(structure)
    if not isinstance(structure, dict):
        # The names that the user gave to keras.Input.
        names = tuple(str(tensor.name) for tensor in tensors)
    # Inputs that say nothing come in batches as large as those that do.
    sizes = {tensor.shape[0] for tensor in tensors} - {None}
    return Signature(
        names=names,
        shapes=tuple(tuple(tensor.shape[1:]) for tensor in tensors),
        dtypes=tuple(keras.backend.standardize_dtype(t.dtype) for t in tensors),
        structure=structure,
        channels_first=_input_orders(model, tensors),
        optional=optional_inputs(model),
        batch_size=sizes.pop() if len(sizes) == 1 else None,
    )


def _input_orders(model: keras.Model, tensors: Sequence[Any]) -> tuple[bool, ...]:
    """For each input whether the layers that use it take channels first."""
    calls = read_graph(model)
    paths = {id(call.tensor): call for call in calls if call.tensor is not None}
    return tuple(
        (call := paths[id(tensor)]).channels_first
        or any(
            _takes_channels_first(user.layer)
            for user in calls
            if call.path in user.sources and sublayers(user.layer)
        )
        for tensor in tensors
    )


def _takes_channels_first(layer: Any) -> bool:
    if is_model(layer) and has_graph(layer):
        return any(_input_orders(layer, layer.inputs))
    orders = [getattr(inner, "data_format", None) for inner in all_layers(layer)]
    return "channels_first" in orders and "channels_last" not in orders


class _Shape:
    """A shape as one leaf: a tuple of sizes would itself be a nest."""

    def __init__(self, shape: Sequence[int | None]) -> None:
        self.shape = tuple(shape)


def _mark_shapes(shapes: Any) -> Any:
    if isinstance(shapes, dict):
        return {name: _mark_shapes(shape) for name, shape in shapes.items()}
    if isinstance(shapes, list | tuple):
        if all(size is None or isinstance(size, int) for size in shapes):
            return _Shape(shapes)
        return [_mark_shapes(shape) for shape in shapes]
    raise TypeError(f"no shape: {shapes!r}")


def _names(structure: Any) -> tuple[str, ...]:
    """A name for each leaf: its key, or its number."""
    paths = keras.tree.flatten_with_path(structure)
    return tuple("/".join(map(str, path)) or "input" for path, _ in paths)
