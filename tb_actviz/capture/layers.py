"""Which layers a model has, how they belong together, and which ones were asked for."""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import keras

from tb_actviz.capture.graph import Call, list_calls
from tb_actviz.errors import InputError, near_matches

LayerSelection: TypeAlias = (
    "str | type | Callable[[Any], bool] | Iterable[str | type | Callable[[Any], bool]]"
)

_ACTIVATION_LAYERS = (
    keras.layers.Activation,
    keras.layers.ELU,
    keras.layers.LeakyReLU,
    keras.layers.PReLU,
    keras.layers.ReLU,
    keras.layers.Softmax,
)
_CONVOLUTIONS = (
    keras.layers.Conv1D,
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2D,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3D,
    keras.layers.Conv3DTranspose,
    keras.layers.DepthwiseConv1D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv1D,
    keras.layers.SeparableConv2D,
)
_GLOB_CHARACTERS = frozenset("*?[")


@dataclass(frozen=True)
class LayerInfo:
    """What there is to know about one layer before running the model.

    Args:
        path: Layer path, unique in the model.
        class_name: Class of the layer, such as `Conv2D`.
        output_shape: Shape of its output without the batch axis; None where the
            size depends on the input.
        channels: Size of the last axis; None if unknown or if there is none.
        parameters: Number of weights, trainable or not.
        kind: `"activation"` for a layer that only applies an activation function,
            `"pre-activation"` for the layer that feeds one, else `"other"`.
        partner: Path of the other half of such a pair.
        warnings: What a viewer of this layer should know.
    """

    path: str
    class_name: str
    output_shape: tuple[int | None, ...]
    channels: int | None
    parameters: int
    kind: str
    partner: str | None
    warnings: tuple[str, ...]


def describe_layers(model: keras.Model) -> list[LayerInfo]:
    """Describe every layer call of a model, in the order they run.

    Args:
        model: A functional model, or a sequential one whose input shape is known.

    Returns:
        One `LayerInfo` for each layer path.

    Raises:
        InputError: If the model has no graph to read layers from.
    """
    calls = list_calls(model)
    pairs = activation_pairs(calls)
    activations = {activation: before for before, activation in pairs}
    feeds = dict(reversed(pairs))
    return [_describe(call, activations, feeds) for call in calls]


def activation_pairs(calls: Sequence[Call]) -> list[tuple[str, str]]:
    """Pair each activation layer with the layer whose output it is applied to.

    Args:
        calls: The calls of one model, from `list_calls`.

    Returns:
        `(path of the pre-activation, path of the activation)`, in network order.
    """
    producers = {id(call.output): call for call in calls}
    pairs = []
    for call in calls:
        if isinstance(call.layer, _ACTIVATION_LAYERS) and len(call.inputs) == 1:
            before = producers.get(id(call.inputs[0]))
            if before is not None and not is_input(before):
                pairs.append((before.path, call.path))
    return pairs


def select_calls(calls: Sequence[Call], layers: LayerSelection) -> list[Call]:
    """Pick the calls that a selection names, in the order it names them.

    Args:
        calls: The calls of one model, from `list_calls`.
        layers: A path, a glob (`fire6-*`; `*` is every layer except the inputs), a
            layer, a layer class, a predicate on the layer, or a list of these. Within
            one of them the network's order holds; nothing comes twice.

    Returns:
        The chosen calls, at least one.

    Raises:
        InputError: If a part of the selection matches nothing; near matches are
            named.
    """
    parts = _parts(layers)
    if not parts:
        raise InputError(
            "No layers were asked for: `layers` is empty. Expected a path, a glob such "
            "as '*relu*', a layer class, a predicate, or a list of these."
        )
    chosen: dict[str, Call] = {}
    for part in parts:
        matching = _matching(calls, part)
        if not matching:
            raise InputError(_nothing_matches(calls, part))
        for call in matching:
            chosen.setdefault(call.path, call)
    return list(chosen.values())


def select_default(calls: Sequence[Call]) -> list[Call]:
    """Pick the layers worth seeing when none were named.

    Args:
        calls: The calls of one model, from `list_calls`.

    Returns:
        Convolutions and activation layers with maps; every layer but the inputs where
        there are none.
    """
    chosen = [
        call
        for call in calls
        if isinstance(call.layer, _CONVOLUTIONS + _ACTIVATION_LAYERS)
        and len(call.output.shape) > 2
    ]
    return chosen or [call for call in calls if not is_input(call)]


def is_input(call: Call) -> bool:
    """Tell whether a call is an input of the model rather than a computation.

    Args:
        call: A call from `list_calls`.

    Returns:
        True for input layers.
    """
    return isinstance(call.layer, keras.layers.InputLayer)


def _parts(layers: LayerSelection) -> list[Any]:
    if isinstance(layers, str | type) or callable(layers):  # a layer is callable too
        return [layers]
    try:
        return list(layers)
    except TypeError:
        raise InputError(
            f"Cannot select layers with {layers!r} ({type(layers).__name__}). Expected "
            "a path, a glob, a layer class, a predicate, or a list of these."
        ) from None


def _matching(calls: Sequence[Call], part: Any) -> list[Call]:
    if isinstance(part, str):
        exact = [call for call in calls if call.path == part]
        if exact or not _GLOB_CHARACTERS & set(part):
            return exact
        return [
            call
            for call in calls
            if fnmatch.fnmatchcase(call.path, part) and not is_input(call)
        ]
    if isinstance(part, type):
        return [call for call in calls if isinstance(call.layer, part)]
    if isinstance(part, keras.Layer):
        return [call for call in calls if call.layer is part]
    if callable(part):
        return [call for call in calls if not is_input(call) and part(call.layer)]
    raise InputError(
        f"Cannot select a layer with {part!r} ({type(part).__name__}). Expected a "
        "path, a glob, a layer class or a predicate."
    )


def _nothing_matches(calls: Sequence[Call], part: Any) -> str:
    paths = [call.path for call in calls]
    if isinstance(part, str):
        what = "glob" if _GLOB_CHARACTERS & set(part) else "path"
        wanted = part.strip("*?") or part
        return f"No layer has the {what} {part!r}. {near_matches(wanted, paths)}"
    if isinstance(part, type):
        classes = dict.fromkeys(type(call.layer).__name__ for call in calls)
        return f"No layer is a {part.__name__}. The model has: {', '.join(classes)}."
    if isinstance(part, keras.Layer):
        return f"The layer {part.name!r} is not called in this model."
    return f"The predicate {part!r} is true for none of the {len(paths)} layers."


def _describe(
    call: Call, activations: dict[str, str], feeds: dict[str, str]
) -> LayerInfo:
    layer = call.layer
    shape = tuple(call.output.shape[1:])
    if call.path in activations:
        kind, partner = "activation", activations[call.path]
    elif call.path in feeds:
        kind, partner = "pre-activation", feeds[call.path]
    else:
        kind, partner = "other", None
    return LayerInfo(
        path=call.path,
        class_name=type(layer).__name__,
        output_shape=shape,
        channels=shape[-1] if shape else None,
        parameters=sum(
            math.prod(weight.shape) for weight in getattr(layer, "weights", ())
        ),
        kind=kind,
        partner=partner,
        warnings=tuple(_warnings(call)),
    )


def _warnings(call: Call) -> list[str]:
    layer = call.layer
    warnings = []
    fused = getattr(layer, "activation", None)
    if (
        callable(fused)
        and not isinstance(layer, _ACTIVATION_LAYERS)
        and fused is not keras.activations.linear
    ):
        name = getattr(fused, "__name__", type(fused).__name__)
        warnings.append(f"{name} is fused: only values after it can be seen")
    if isinstance(layer, keras.Model):
        warnings.append("a model: its inner layers cannot be seen yet")
    if call.times > 1:
        warnings.append("a repeated call: weights are shared")
    return warnings
