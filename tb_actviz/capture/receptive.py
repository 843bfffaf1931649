"""Which pixels of the input each position of a layer's maps sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

import keras
from keras import layers

from tb_actviz.capture.graph import has_graph, read_graph
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import (
    fused_activation,
    is_activation,
    is_model,
    is_own_of_keras,
)
from tb_actviz.receptive_field import ReceptiveAxis, ReceptiveField, united

_CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D)
_POOLINGS = (layers.AveragePooling2D, layers.MaxPooling2D)
_GATHERING = (layers.Flatten, layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D)

#: Rows and columns of maps.
_Maps: TypeAlias = tuple[ReceptiveAxis, ReceptiveAxis]


def receptive_fields(
    model: keras.Model, shapes: Sequence[tuple[int, ...]]
) -> dict[str, ReceptiveField]:
    """Find the receptive fields of a model's layers, at one size of its input.

    The common layers of Keras are understood. A layer of someone else's may have a
    method `receptive_windows(height, width)`: called with the size of the maps that the
    layer is called on, it gives for rows and for columns how many windows there are,
    the size of one, the step to the next one, and where the first begins.

    Args:
        model: Any Keras model.
        shapes: Shape of each of its inputs as it is fed, without the batch axis.

    Returns:
        Layer path to receptive field. Layers are left out that see anything but the
        model's only picture, or see it through what is not understood; all of them
        where the model has no graph.
    """
    if not has_graph(model):
        return {}
    fed = [_as_fed(*pair) for pair in zip(_inputs(model), shapes, strict=True)]
    if sum(maps is not None for maps in fed) != 1:
        return {}
    seen: dict[str, _Maps | None] = {}
    _walk(model, fed, "", seen)
    return {
        path: ReceptiveField(
            size=(rows.size, columns.size),
            stride=(rows.stride, columns.stride),
            start=(rows.start, columns.start),
        )
        for path, maps in seen.items()
        if maps is not None
        for rows, columns in [maps]
    }


def _inputs(model: keras.Model) -> list[LayerCall]:
    by_tensor = {id(call.tensor): call for call in read_graph(model)}
    return [by_tensor[id(tensor)] for tensor in model.inputs]


def _as_fed(call: LayerCall, shape: tuple[int, ...]) -> _Maps | None:
    if len(shape) != 3:
        return None
    height, width = shape[1:] if call.channels_first else shape[:2]
    return ReceptiveAxis(height, height), ReceptiveAxis(width, width)


def _walk(
    model: keras.Model,
    fed: Sequence[_Maps | None],
    prefix: str,
    seen: dict[str, _Maps | None],
) -> _Maps | None:
    """Find what the layers of a model see, when it is fed with what sees that much."""
    calls = {call.path: call for call in read_graph(model)}
    inputs = [call.path for call in _inputs(model)]
    by_path: dict[str, _Maps | None] = {}
    for path, call in calls.items():
        sources = [by_path[source] for source in call.sources]
        known = [maps for maps in sources if maps is not None]
        if path in inputs:
            maps = fed[inputs.index(path)]
        elif len(known) < len(sources) or not _is_of_one_rank(call, calls):
            maps = None
        elif _is_graph_of(call.layer, len(known)):
            maps = _walk(call.layer, known, f"{prefix}{path}/", seen)
        elif _is_after_fused(call, calls):
            function = fused_activation(call.layer)
            maps = known[0] if is_applied_apart(function, call) else None
        else:
            maps = _through(call, known)
        by_path[path] = seen[f"{prefix}{path}"] = maps if _fits(maps, call) else None
    final = [by_path[path] for path, call in calls.items() if call.final]
    return final[0] if len(final) == 1 else None


def _is_of_one_rank(call: LayerCall, calls: dict[str, LayerCall]) -> bool:
    """Whether all that a call is made on has as many axes, and there is something."""
    return len({len(calls[source].shape) for source in call.sources}) == 1


def _is_graph_of(layer: Any, inputs: int) -> bool:
    return is_model(layer) and has_graph(layer) and len(layer.inputs) == inputs


def _is_after_fused(call: LayerCall, calls: dict[str, LayerCall]) -> bool:
    before = calls[call.sources[0]]
    return before.fused and before.layer is call.layer


def _fits(maps: _Maps | None, call: LayerCall) -> bool:
    """Whether there are as many positions as the graph says, where it does."""
    if maps is None:
        return False
    counts = tuple(axis.positions for axis in maps)
    if len(call.shape) == 2:
        return counts == (1, 1)
    return (
        len(call.shape) == 4
        and min(counts) > 0
        and min(axis.size for axis in maps) > 0
        and all(
            size in (None, count)
            for size, count in zip(_spatial(call), counts, strict=True)
        )
    )


def _spatial(call: LayerCall) -> tuple[int | None, ...]:
    return call.shape[2:] if call.channels_first else call.shape[1:3]


def _through(call: LayerCall, sources: list[_Maps]) -> _Maps | None:
    """What a layer sees that is called on what sees that much."""
    layer, (first, *more) = call.layer, sources
    count_windows = getattr(layer, "receptive_windows", None)
    if callable(count_windows) and not more:
        counts = [axis.positions for axis in first]
        laid = [
            axis.windows(*n)
            for axis, n in zip(first, count_windows(*counts), strict=True)
        ]
        return laid[0], laid[1]
    if not is_own_of_keras(type(layer)):
        return None
    if merges_positions(call):
        both = [united([maps[axis] for maps in sources]) for axis in (0, 1)]
        return None if both[0] is None or both[1] is None else (both[0], both[1])
    if more:
        return None
    if keeps_positions_apart(call):
        return first
    rows, columns = first
    if isinstance(layer, _GATHERING):
        return rows.gathered(), columns.gathered()
    if isinstance(layer, layers.Dense):
        # It puts the columns together where maps have their channels first.
        return None if call.channels_first else first
    if isinstance(layer, layers.Reshape | layers.Permute):
        return _rearranged(call, first)
    each = _windows(layer)
    return None if each is None else (each[0](rows), each[1](columns))


def _windows(layer: Any) -> tuple[Callable[[ReceptiveAxis], ReceptiveAxis], ...] | None:
    """What a layer lays over rows and over columns; None if it is not such a layer."""
    if isinstance(layer, _CONVOLUTIONS):
        sizes = [
            (size - 1) * rate + 1
            for size, rate in zip(layer.kernel_size, layer.dilation_rate, strict=True)
        ]
    elif isinstance(layer, _POOLINGS):
        sizes = list(layer.pool_size)
    elif isinstance(layer, layers.ZeroPadding2D):
        return tuple(partial(_grown, by=by) for by in layer.padding)
    elif isinstance(layer, layers.Cropping2D):
        return tuple(
            partial(_grown, by=(-before, -after)) for before, after in layer.cropping
        )
    else:
        return None
    return tuple(
        partial(ReceptiveAxis.slide, size=size, step=step, padding=layer.padding)
        for size, step in zip(sizes, layer.strides, strict=True)
    )


def _grown(axis: ReceptiveAxis, by: tuple[int, int]) -> ReceptiveAxis:
    """More or fewer positions before the first and after the last one."""
    before, after = by
    return axis.windows(axis.positions + before + after, 1, 1, -before)


def _rearranged(call: LayerCall, maps: _Maps) -> _Maps | None:
    """Values in another order, which all have to see the same."""
    if any(axis.positions > 1 and axis.stride > 0 for axis in maps):
        return None
    height, width = _spatial(call) if len(call.shape) == 4 else (1, 1)
    if height is None or width is None:
        return None
    rows, columns = (replace(axis, stride=0) for axis in maps)
    return replace(rows, positions=height), replace(columns, positions=width)


_MERGING = (
    layers.Add,
    layers.Average,
    layers.Maximum,
    layers.Minimum,
    layers.Multiply,
    layers.Subtract,
)
#: What is done to each value by itself; when it is not trained, nothing by some.
_ELEMENT_WISE = (
    layers.ActivityRegularization,
    layers.AlphaDropout,
    layers.BatchNormalization,
    layers.Dropout,
    layers.ELU,
    layers.GaussianDropout,
    layers.GaussianNoise,
    layers.Identity,
    layers.LeakyReLU,
    layers.Normalization,
    layers.PReLU,
    layers.ReLU,
    layers.Rescaling,
    layers.SpatialDropout2D,
)
_ALONG_AN_AXIS = (
    layers.LayerNormalization,
    layers.RMSNormalization,
    layers.Softmax,
    layers.UnitNormalization,
)
#: Activation functions that put the values along the last axis together.
_ALONG_THE_LAST = {"glu", "log_softmax", "softmax", "sparsemax"}
#: What `+`, `*` and the like are in a graph.
_MERGING_OPERATIONS = {
    *("Add", "Divide", "Maximum", "Minimum", "Multiply", "Subtract", "TrueDivide"),
}


def merges_positions(call: LayerCall) -> bool:
    """Return whether a call puts the same positions of several maps together.

    Args:
        call: A call of a layer that Keras brings.

    Returns:
        True for sums, products and the like, and where channels are joined.
    """
    layer = call.layer
    if type(layer).__name__ == "Concatenate":
        return _is_channel_axis(layer.axis, call)
    if isinstance(layer, keras.Layer):
        return isinstance(layer, _MERGING)
    return type(layer).__name__ in _MERGING_OPERATIONS


def keeps_positions_apart(call: LayerCall) -> bool:
    """Return whether what a call gives at a position depends on that position alone.

    Args:
        call: A call of a layer that Keras brings, on one tensor.

    Returns:
        True for activations, normalisations along the channels, and what is done to
        each value by itself.
    """
    layer = call.layer
    if isinstance(layer, _ALONG_AN_AXIS):
        return _is_channel_axis(layer.axis, call)
    if isinstance(layer, layers.Activation):
        return is_applied_apart(layer.activation, call)
    if not isinstance(layer, keras.Layer):
        axis = getattr(layer, "axis", -1)
        return is_activation(layer) and _is_channel_axis(axis, call)
    return isinstance(layer, _ELEMENT_WISE)


def is_applied_apart(function: Any, call: LayerCall) -> bool:
    """Return the same for an activation function alone.

    Args:
        function: The function.
        call: The call that applies it.

    Returns:
        False for one that is not Keras' own: nobody knows what it does.
    """
    name = getattr(function, "__name__", "")
    if getattr(keras.activations, name, None) is not function:
        return False
    return name not in _ALONG_THE_LAST or _is_channel_axis(-1, call)


def _is_channel_axis(axes: Any, call: LayerCall) -> bool:
    rank = len(call.shape)
    wanted = 1 if call.channels_first or rank == 2 else rank - 1
    numbers = [axes] if isinstance(axes, int) else list(axes)
    return [axis % rank for axis in numbers] == [wanted]
