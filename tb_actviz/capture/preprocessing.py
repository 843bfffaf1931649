"""What turns pictures into what a model was trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture.applications import Preprocessing, application_preprocessing
from tb_actviz.capture.graph import graph_inputs, has_graph, read_graph
from tb_actviz.capture.roles import all_layers, is_model, is_own_of_keras
from tb_actviz.errors import InputError

Preprocess: TypeAlias = "Callable[[np.ndarray], Any] | str | None"

_SCALING = (keras.layers.Rescaling, keras.layers.Normalization)


def find_preprocess(model: keras.Model, preprocess: Preprocess) -> Preprocessing | None:
    """Resolve the `preprocess` argument for a model.

    Args:
        model: The model that will be fed.
        preprocess: `"auto"`, None, or a callable.

    Returns:
        What pictures go through, with its name; None to feed them unchanged. For
        `"auto"` that is the `preprocess_input` of the model, or of the one inside it
        that the inputs go to first, or the one of `keras.applications` for a network
        of its.

    Raises:
        InputError: If `preprocess` is something else.
    """
    if isinstance(preprocess, str) and preprocess == "auto":
        return _known(model)
    if preprocess is None:
        return None
    if callable(preprocess):
        return Preprocessing(_name(preprocess), preprocess)
    raise InputError(
        f"Received preprocess={preprocess!r}; expected 'auto', None, or a callable "
        "that takes RGB pictures of shape (N, H, W, C), 0…255."
    )


def state_preprocess(model: keras.Model, found: Preprocessing | None) -> str:
    """Say what pictures go through before the layers of a model see them.

    Args:
        model: The model that is fed.
        found: From `find_preprocess`.

    Returns:
        Name of the function, or how it is without one.
    """
    if found is not None:
        return found.name
    inside = scaling_layer(model)
    if inside is not None:
        return f"none (the model prepares inputs itself, in its layer {inside!r})"
    return "none (inputs are fed as they are)"


def scaling_layer(model: keras.Model) -> str | None:
    """Find the layer that scales the inputs, where a model begins with one.

    Args:
        model: Any Keras model.

    Returns:
        Name of the layer; None where there is none.
    """
    for owner in _fed_models(model):
        layer = next((one for one in _fed(owner) if isinstance(one, _SCALING)), None)
        if layer is not None:
            return str(layer.name)
    return None


def _known(model: keras.Model) -> Preprocessing | None:
    for owner in _fed_models(model):
        own = getattr(owner, "preprocess_input", None)
        if callable(own):
            return Preprocessing(_name(own), own)
        if _may_be_application(owner) and scaling_layer(owner) is None:
            # Operations too: arithmetic before the first layer prepares pictures.
            known = application_preprocessing([one.name for one in owner.operations])
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


def _fed_models(model: keras.Model) -> list[keras.Model]:
    """The model and those inside it that the inputs go to unchanged."""
    found = [model]
    for one in found:
        found += [layer for layer in _fed(one) if is_model(layer)]
    return found


def _fed(model: keras.Model) -> list[Any]:
    """The layers that the inputs go to; layers that only augment pass them on."""
    if not has_graph(model):
        return []
    calls = read_graph(model)
    fed = {id(tensor) for tensor in keras.tree.flatten(graph_inputs(model))}
    paths = {call.path for call in calls if id(call.tensor) in fed}
    found = []
    for call in calls:
        if call.fused or call.path in paths or not paths.intersection(call.sources):
            continue
        found.append(call.layer)
        if _only_augments(call.layer):
            paths.add(call.path)
    return found


def _only_augments(layer: Any) -> bool:
    """Whether a layer does nothing in inference mode but hand on its input."""
    layers: Sequence[Any] = (
        [one for one in all_layers(layer) if not is_model(one)]
        if is_model(layer)
        else [layer]
    )
    return all(
        is_own_of_keras(type(one))
        and (
            type(one).__name__.startswith("Random")
            or isinstance(one, keras.layers.InputLayer)
        )
        for one in layers
    )


def _name(function: Any) -> str:
    own = getattr(function, "__qualname__", type(function).__name__)
    module = getattr(function, "__module__", None)
    return f"{module}.{own}" if module else str(own)
