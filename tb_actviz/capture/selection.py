"""Which layers a model has, how they belong together, and which ones were asked for."""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import keras

from tb_actviz.capture.attention import without_map
from tb_actviz.capture.default_selection import is_meant_by_globs, select_default
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import (
    is_activation,
    is_input,
    is_normalization,
    sublayers,
)
from tb_actviz.capture.listing import list_calls
from tb_actviz.capture.model_signature import model_signature
from tb_actviz.capture.not_models import how_to_make_a_model
from tb_actviz.capture.parts import calls_in_part, find_parts, runs_itself
from tb_actviz.errors import InputError, near_matches
from tb_actviz.layer_paths import FUSED

LayerSelection: TypeAlias = (
    "str | type | Callable[[Any], bool] | Iterable[str | type | Callable[[Any], bool]]"
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
        parameters: Number of weights, trainable or not, that no layer inside it has;
            each weight counts once, at the first call that uses it.
        kind: `"activation"` for what an activation function gives, `"pre-activation"`
            for what goes to one, directly or through normalisation, else `"other"`.
        partner: Path of the other half of such a pair; for an activation, exactly what
            it is applied to.
        warnings: What a viewer of this layer should know.

    Example:
        >>> layers = {layer.path: layer for layer in av.describe_layers(model)}
        >>> conv1 = layers["conv1"]
        >>> conv1.class_name, conv1.output_shape, conv1.parameters
        ('Conv2D', (64, 64, 8), 224)
        >>> conv1.kind, conv1.partner
        ('pre-activation', 'relu_conv1')
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
        model: Any Keras model that knows the shape of its inputs: one with a graph, or
            one that was called or built.

    Returns:
        One `LayerInfo` for each layer path.

    Raises:
        InputError: If the model does not know the shape of its inputs, or fails when it
            is run on shapes alone.

    Example:
        >>> for layer in av.describe_layers(model)[2:5]:
        ...     print(layer.path, layer.class_name, layer.output_shape)
        conv1 Conv2D (64, 64, 8)
        relu_conv1 ReLU (64, 64, 8)
        pool1 MaxPooling2D (32, 32, 8)
    """
    return describe_calls(known_calls(model))


def known_calls(model: keras.Model) -> list[LayerCall]:
    """List the calls of a model that knows the shape of its inputs.

    Returns:
        The calls, in the order they run.

    Raises:
        InputError: If it is none, or does not know the shape of its inputs.
    """
    refuse_other_than_models(model)
    if not runs_itself(model):
        return _calls_of_parts(model)
    signature = model_signature(model)
    if signature is None:
        raise InputError(
            f"The layers of the model {model.name!r} ({type(model).__name__}) are not "
            "known before it was called once. Call it on a batch of inputs, or build "
            "it: model.build((None, height, width, channels))."
        )
    return list_calls(model, signature)


def _calls_of_parts(model: keras.Model) -> list[LayerCall]:
    calls = []
    parts = find_parts(model)
    for name, part in parts.items():
        signature = model_signature(part)
        if signature is not None:
            calls += calls_in_part(name, list_calls(part, signature))
    if calls:
        return calls
    raise InputError(
        f"The model {model.name!r} ({type(model).__name__}) has no call(), and none of "
        "the models that it holds knows the shape of its inputs yet"
        f" ({', '.join(parts) or 'it holds none'}). Call one on a batch of inputs."
    )


def refuse_other_than_models(model: object) -> None:
    """Refuse anything that is not a Keras model.

    Args:
        model: What was passed as a model.

    Raises:
        InputError: If it is none.
    """
    if not isinstance(model, keras.Model):
        raise InputError(
            f"Expected a keras.Model, received {type(model).__name__}: "
            f"{' '.join(repr(model).split()):.80}.{how_to_make_a_model(model)}"
        )


def describe_calls(calls: Sequence[LayerCall]) -> list[LayerInfo]:
    """Describe calls that were listed before.

    Args:
        calls: The calls of one model, in the order they run.

    Returns:
        One `LayerInfo` for each.
    """
    before = {after: before for before, after in activation_pairs(calls)}
    after = followed_by(calls)
    counted: set[int] = set()
    hidden = without_map(calls)
    infos = [_describe(call, before, after, counted) for call in calls]
    return [
        replace(info, warnings=(*info.warnings, hidden[info.path]))
        if info.path in hidden
        else info
        for info in infos
    ]


def activation_pairs(calls: Sequence[LayerCall]) -> list[tuple[str, str]]:
    """Pair each activation with the value that it is applied to.

    Args:
        calls: The calls of one model, in the order they run.

    Returns:
        `(path of the pre-activation, path of the activation)`, in network order: an
        activation layer and what feeds it, and a layer with an activation of its own
        and the value before that.
    """
    producers = {call.path: call for call in calls}
    pairs = []
    for call in calls:
        if call.fused or len(call.sources) != 1:
            continue
        before = producers.get(call.sources[0])
        if before is None or is_input(before.layer):
            continue
        if is_activation(call.layer) or (before.fused and before.layer is call.layer):
            pairs.append((before.path, call.path))
    return pairs


def followed_by(calls: Sequence[LayerCall]) -> dict[str, str]:
    """Find the activation that each pre-activation goes to.

    Args:
        calls: The calls of one model, in the order they run.

    Returns:
        Path to path of the first such activation. A layer that goes to it through
        normalisation only is among them: its response is seen after that activation.
    """
    producers = {call.path: call for call in calls}
    activation_of: dict[str, str] = {}
    for before, activation in activation_pairs(calls):
        call = producers[before]
        activation_of.setdefault(call.path, activation)
        while is_normalization(call.layer) and len(call.sources) == 1:
            call = producers[call.sources[0]]
            if is_input(call.layer):
                break
            activation_of.setdefault(call.path, activation)
    return activation_of


def select_calls(
    calls: Sequence[LayerCall], layers: LayerSelection | None
) -> list[LayerCall]:
    """Pick the calls that a selection names, in the order of the model.

    Args:
        calls: The calls of one model, from `list_calls`.
        layers: A path, a glob (`fire6-*`; `*` is every layer except the inputs), a
            layer, a layer class, a predicate on the layer, or a list of these. None
            takes the layers worth seeing: convolutions, activation layers and
            attention.

    Returns:
        The chosen calls, at least one, each once, in the order of `calls` however the
        selection is ordered.

    Raises:
        InputError: If a part of the selection matches nothing; near matches are
            named.
    """
    if layers is None:
        return select_default(calls)
    parts = _parts(layers)
    if not parts:
        raise InputError(
            "No layers were asked for: `layers` is empty. Expected a path, a glob such "
            "as '*relu*', a layer class, a predicate, or a list of these."
        )
    chosen: set[str] = set()
    for part in parts:
        matching = _matching(calls, part)
        if not matching:
            raise InputError(_nothing_matches(calls, part))
        chosen.update(call.path for call in matching)
    return [call for call in calls if call.path in chosen]


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


def _matching(calls: Sequence[LayerCall], part: Any) -> list[LayerCall]:
    if isinstance(part, str):
        exact = [call for call in calls if call.path == part]
        if exact:
            _refuse_problems(exact)
        if exact or not _GLOB_CHARACTERS & set(part):
            return exact
        # Values before a fused activation double what there is: only if asked for.
        meant = calls if part.endswith(FUSED) else [c for c in calls if not c.fused]
        matching = [call for call in meant if fnmatch.fnmatchcase(call.path, part)]
        return _without_problems([c for c in matching if not is_input(c.layer)])
    if isinstance(part, type):
        matching = [call for call in calls if isinstance(call.layer, part)]
        return _without_problems([call for call in matching if not call.fused])
    if isinstance(part, keras.Layer):
        matching = [call for call in calls if call.layer is part]
        return _without_problems([call for call in matching if not call.fused])
    if callable(part):
        return [c for c in calls if is_meant_by_globs(c) and part(c.layer)]
    raise InputError(
        f"Cannot select a layer with {part!r} ({type(part).__name__}). Expected a "
        "path, a glob, a layer class or a predicate."
    )


def _without_problems(calls: list[LayerCall]) -> list[LayerCall]:
    """The calls whose values can be captured; an error if there are only others."""
    usable = [call for call in calls if not call.problem]
    if calls and not usable:
        _refuse_problems(calls)
    return usable


def _refuse_problems(calls: Sequence[LayerCall]) -> None:
    for call in calls:
        if call.problem:
            raise InputError(
                f"The layer {call.path!r} cannot be captured: {call.problem}."
            )


def _nothing_matches(calls: Sequence[LayerCall], part: Any) -> str:
    if isinstance(part, str):
        paths = [call.path for call in calls if FUSED in part or not call.fused]
        what = "glob" if _GLOB_CHARACTERS & set(part) else "path"
        wanted = part.strip("*?") or part
        return f"No layer has the {what} {part!r}. {near_matches(wanted, paths)}"
    if isinstance(part, type):
        classes = dict.fromkeys(type(call.layer).__name__ for call in calls)
        return f"No layer is a {part.__name__}. The model has: {', '.join(classes)}."
    if isinstance(part, keras.Layer):
        return f"The layer {part.name!r} is not called in this model."
    return f"The predicate {part!r} is true for none of the layers."


def _describe(
    call: LayerCall, before: dict[str, str], after: dict[str, str], counted: set[int]
) -> LayerInfo:
    if call.path in before:
        kind, partner = "activation", before[call.path]
    elif call.path in after:
        kind, partner = "pre-activation", after[call.path]
    else:
        kind, partner = "other", None
    shape = call.sample_shape
    return LayerInfo(
        path=call.path,
        class_name=type(call.layer).__name__,
        output_shape=shape,
        channels=shape[-1] if shape else None,
        parameters=0 if call.fused else _own_parameters(call.layer, counted),
        kind=kind,
        partner=partner,
        warnings=tuple(_warnings(call)),
    )


def _own_parameters(layer: Any, counted: set[int]) -> int:
    """Weights that belong to no layer inside this one and were not counted before."""
    inner = {id(w) for inside in sublayers(layer) for w in inside.weights}
    uncounted = [
        weight
        for weight in getattr(layer, "weights", ())
        if id(weight) not in inner and id(weight) not in counted
    ]
    counted.update(map(id, uncounted))
    return sum(math.prod(weight.shape) for weight in uncounted)


def _warnings(call: LayerCall) -> list[str]:
    warnings = []
    if call.problem:
        warnings.append(f"cannot be captured: {call.problem}")
    if isinstance(call.layer, keras.layers.RNN):
        warnings.append("values inside its cell cannot be seen")
    if call.axes:
        warnings.append(call.axes)
    if call.times > 1:
        warnings.append("a repeated call: weights are shared")
    return warnings
