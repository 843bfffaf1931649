"""What each input of a model goes through before the model, decided in one place.

What is decided here is what is fed, and what is stated of it in records, captions,
descriptions and on the command line: nothing else applies or names a preprocessing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture.applications import Preprocessing, application_preprocessing
from tb_actviz.capture.graph import read_graph
from tb_actviz.capture.keras_graph import graph_inputs, has_graph
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import all_layers, is_model, is_own_of_keras
from tb_actviz.capture.signature import Signature
from tb_actviz.errors import InputError, near_matches

#: What turns one input into what a model was trained on.
PreprocessInput: TypeAlias = "Callable[[np.ndarray], Any] | str | None"
Preprocess: TypeAlias = "PreprocessInput | Mapping[str, PreprocessInput]"

_SCALING = (keras.layers.Rescaling, keras.layers.Normalization)
_AS_THEY_ARE = "none (inputs are fed as they are)"


@dataclass(frozen=True)
class InputPreprocessing:
    """What the inputs of a model go through.

    Args:
        applied: For each input of the model what it goes through; None for nothing.
        stated: That in words: the name of the function, or how it is without one; with
            several inputs, of each that is treated differently.
        caution: What a user should know who did not ask for it; empty for nothing.
    """

    applied: tuple[Preprocessing | None, ...]
    stated: str
    caution: str = ""

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is applied, and nothing inside the model prepares inputs."""
        return self.stated == _AS_THEY_ARE


def check_preprocess(preprocess: Preprocess) -> None:
    """Refuse what cannot be a preprocessing, whatever the model.

    Args:
        preprocess: `"auto"`, None, a callable, or a dict of input name to one of these.

    Raises:
        InputError: If it is something else.
    """
    given = preprocess.values() if isinstance(preprocess, Mapping) else [preprocess]
    for value in given:
        if not (value is None or callable(value) or _is_auto(value)):
            raise InputError(
                f"Received preprocess={preprocess!r}; expected 'auto', None, or a "
                "callable that takes a batch as it is given, float32 (pictures RGB, "
                "0…255, shape (N, H, W, C)), or a dict of input name to one of these."
            )


def decide_preprocessing(
    model: keras.Model, signature: Signature, preprocess: Preprocess
) -> InputPreprocessing:
    """Decide what each input of a model goes through.

    Args:
        model: The model that is going to be fed.
        signature: What it is called on.
        preprocess: `"auto"`, None, a callable, or a dict of input name to one of these.

    Returns:
        What is applied to each input, and the words for it. `"auto"` is the
        `preprocessor` that `model.predict` itself uses (KerasHub tasks), the
        `preprocess_input` of the model, or of the one inside it that the input goes to
        first, or the one of `keras.applications` for a network of its. A function that
        is not meant for an input by name goes to the model's picture input.

    Raises:
        InputError: If `preprocess` is something else, names an input that the model
            does not have, or it cannot be known which of several inputs is meant.
    """
    check_preprocess(preprocess)
    names = signature.names
    by_input: list[PreprocessInput] = [None] * len(names)
    if isinstance(preprocess, Mapping):
        for name, value in preprocess.items():
            if name not in names:
                raise InputError(
                    f"preprocess names the input {name!r}, which the model "
                    f"{model.name!r} does not have. {near_matches(str(name), names)}"
                )
            by_input[names.index(name)] = value
    elif callable(preprocess):
        by_input[_picture_input(model, signature, preprocess)] = preprocess
    else:
        by_input = [preprocess] * len(names)
    whole = _own_of_model(model, signature) if _is_auto(preprocess) else {}
    applied = tuple(
        whole.get(index) or _known(model, index) if _is_auto(value) else _given(value)
        for index, value in enumerate(by_input)
    )
    each = [_state(model, index, found) for index, found in enumerate(applied)]
    stated = (
        each[0]
        if len(set(each)) == 1
        else "; ".join(
            f"{name}: {words}" for name, words in zip(names, each, strict=True)
        )
    )
    caution = _unused_preprocessor(model, whole) if _is_auto(preprocess) else ""
    return InputPreprocessing(applied, stated, caution)


def _is_auto(value: object) -> bool:
    return isinstance(value, str) and value == "auto"


def _given(value: PreprocessInput) -> Preprocessing | None:
    if not callable(value):
        return None
    name = _name(value)
    is_known = name.startswith("keras.applications.")
    return Preprocessing(name, value, takes_rgb=is_known, keeps_shape=is_known)


def _state(model: keras.Model, index: int, applied: Preprocessing | None) -> str:
    if applied is not None:
        return applied.name
    inside = _scaling_layer(model, index)
    if inside is not None:
        return f"none (the model prepares inputs itself, in its layer {inside!r})"
    return _AS_THEY_ARE


def _picture_input(model: keras.Model, signature: Signature, function: Any) -> int:
    """Which input a function is meant for that names none."""
    if len(signature.names) == 1:
        return 0
    channels = {
        index: shape[0] if first else shape[-1]
        for index, (shape, first) in enumerate(
            zip(signature.shapes, signature.channels_first, strict=True)
        )
        if len(shape) == 3
    }
    of_colour = [index for index, count in channels.items() if count == 3]
    candidates = of_colour or list(channels)
    if len(candidates) == 1:
        return candidates[0]
    names = ", ".join(repr(name) for name in signature.names)
    raise InputError(
        f"The model {model.name!r} has {len(signature.names)} inputs, {names}, and "
        f"{_name(function)} could be meant for any of "
        f"{'these' if not candidates else [signature.names[i] for i in candidates]}. "
        "Say for which: preprocess={"
        f"{signature.names[(candidates or [0])[0]]!r}: …}}."
    )


def _own_of_model(model: keras.Model, signature: Signature) -> dict[int, Preprocessing]:
    """What the model itself carries for its inputs, by their index."""
    preprocessor = getattr(model, "preprocessor", None)
    if isinstance(preprocessor, keras.Layer) and len(signature.names) == 1:
        name = f"{_name(type(preprocessor))}, as in predict"
        return {
            0: Preprocessing(
                name, preprocessor, takes_rgb=len(signature.shapes[0]) == 3
            )
        }
    function = getattr(model, "preprocess_input", None)
    if callable(function):
        index = _picture_input(model, signature, function)
        is_picture = len(signature.shapes[index]) == 3
        return {index: Preprocessing(_name(function), function, is_picture)}
    return {}


def _unused_preprocessor(model: keras.Model, applied: Mapping[int, Any]) -> str:
    preprocessor = getattr(model, "preprocessor", None)
    if applied or not isinstance(preprocessor, keras.Layer):
        return ""
    return (
        f"The model {model.name!r} has a preprocessor ({type(preprocessor).__name__}), "
        "which predict and fit apply and which is not applied here, since the model "
        "has several inputs. Give what it makes of your inputs: model.preprocessor(x)."
    )


def _known(model: keras.Model, index: int) -> Preprocessing | None:
    """What a network that an input goes to first was trained with."""
    for owner, inner in _fed_models(model, index):
        function = getattr(owner, "preprocess_input", None)
        if callable(function) and owner is not model:
            return Preprocessing(_name(function), function, takes_rgb=True)
        if _may_be_application(owner) and _scaling_layer(owner, inner) is None:
            # Operations too: arithmetic before the first layer prepares pictures.
            known = application_preprocessing(
                [operation.name for operation in owner.operations]
            )
            if known is not None:
                return known
    return None


def _may_be_application(model: keras.Model) -> bool:
    """Others build networks with the same names and train them on other pictures."""
    return (
        has_graph(model)
        and is_own_of_keras(type(model))
        and len(model.inputs) == 1
        and hasattr(model, "operations")
        and 3 in (model.inputs[0].shape[-1], model.inputs[0].shape[1])
    )


def _scaling_layer(model: keras.Model, index: int) -> str | None:
    """Name of the layer that scales an input, where the model begins with one."""
    for owner, inner in _fed_models(model, index):
        for call, _ in _fed(owner, inner):
            if isinstance(call.layer, _SCALING):
                return str(call.layer.name)
    return None


def _fed_models(model: keras.Model, index: int) -> list[tuple[keras.Model, int]]:
    """The model and those inside it that an input goes to unchanged; as which input."""
    models = [(model, index)]
    for owner, inner in models:
        models += [
            (call.layer, position)
            for call, position in _fed(owner, inner)
            if is_model(call.layer)
        ]
    return models


def _fed(model: keras.Model, index: int) -> list[tuple[LayerCall, int]]:
    """The calls that an input goes to; layers that only augment pass it on."""
    if not has_graph(model):
        return []
    tensor = keras.tree.flatten(graph_inputs(model))[index]
    calls = read_graph(model)
    paths = {call.path for call in calls if call.tensor is tensor}
    fed = []
    for call in calls:
        if call.fused or call.path in paths:
            continue
        position = next((i for i, s in enumerate(call.sources) if s in paths), None)
        if position is None:
            continue
        fed.append((call, position))
        if _only_augments(call.layer):
            paths.add(call.path)
    return fed


def _only_augments(layer: Any) -> bool:
    """Whether a layer does nothing in inference mode but hand on its input."""
    layers: Sequence[Any] = (
        [inner for inner in all_layers(layer) if not is_model(inner)]
        if is_model(layer)
        else [layer]
    )
    return all(
        is_own_of_keras(type(inner))
        and (
            type(inner).__name__.startswith("Random")
            or isinstance(inner, keras.layers.InputLayer)
        )
        for inner in layers
    )


def _name(function: Any) -> str:
    if isinstance(function, partial):
        return _name(function.func)
    name = getattr(function, "__qualname__", type(function).__name__)
    module = getattr(function, "__module__", None)
    # As users import it.
    return f"{module}.{name}".replace(".src.", ".") if module else str(name)
