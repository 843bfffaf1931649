"""The parts of a model that is not run itself, such as an encoder and a decoder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras

from tb_actviz.capture.keras_graph import has_graph
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import is_model


def runs_itself(model: keras.Model) -> bool:
    """Return whether a model can be called.

    Returns:
        False for one that has no `call` of its own, whose training step runs its parts:
        a GAN, an autoencoder, a diffusion model.
    """
    return has_graph(model) or type(model).call is not keras.Model.call


def find_parts(model: keras.Model) -> dict[str, keras.Model]:
    """Find the models that a model without a `call` holds.

    Args:
        model: A model that is not run itself.

    Returns:
        Name to model, in the order Keras tracks them. The name is that of the
        attribute which holds it; in a list or dict with the index or key, as in
        `critics/0`; of a part's part with its own, as in `gan/critic`.
    """
    names: dict[int, str] = {}
    for name, value in _attributes(model):
        names.setdefault(id(value), name)
    parts: dict[str, keras.Model] = {}
    for layer in model.layers:
        name = names.get(id(layer), str(layer.name))
        if not is_model(layer):
            continue
        if runs_itself(layer):
            parts[name] = layer
        else:
            inner = find_parts(layer)
            parts |= {in_part(name, path): part for path, part in inner.items()}
    return parts


def in_part(part: str, path: str) -> str:
    """Make a path inside a part one inside the whole model.

    Args:
        part: Name of the part; empty for the model itself.
        path: Path of a layer in it.

    Returns:
        The path.
    """
    return f"{part}/{path}" if part else path


def calls_in_part(part: str, calls: Sequence[LayerCall]) -> list[LayerCall]:
    """Give the calls of a part the paths that they have in the whole model.

    Args:
        part: Name of the part.
        calls: Its calls.

    Returns:
        The same calls.
    """
    return [
        replace(
            call,
            part=part,
            path=in_part(part, call.path),
            sources=tuple(in_part(part, source) for source in call.sources),
        )
        for call in calls
    ]


def _attributes(model: keras.Model) -> Iterator[tuple[str, Any]]:
    """Name and value of each attribute, and of what is in lists and dicts."""
    attributes = dict(vars(model))
    # Where torch keeps the modules among them.
    attributes |= attributes.get("_modules", {})
    for name, value in attributes.items():
        yield name, value
        if name.startswith("_"):
            continue
        if isinstance(value, Mapping):
            yield from ((f"{name}/{key}", item) for key, item in value.items())
        elif isinstance(value, list | tuple):
            yield from ((f"{name}/{i}", item) for i, item in enumerate(value))
