"""Attention, and how what it computes is laid out.

Scores come as (heads, queries, keys), queries, keys and values as (positions, heads,
dimensions). As pictures people want a map for each head, so that heads are channels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
from keras import layers

from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import is_own_of_keras

_WITH_HEADS = (layers.MultiHeadAttention, layers.GroupQueryAttention)
_WITHOUT_HEADS = (layers.Attention, layers.AdditiveAttention)
#: What Keras calls the layers inside that make something for each head.
_PROJECTIONS = ("query", "key", "value", "gate")
#: Operations between a product and its softmax: scales and masks.
_BETWEEN = ("Add", "Divide", "Multiply", "Subtract", "TrueDivide", "Where")

SCORES = "channels are heads, queries downwards, keys to the right"
SCORES_OF_MAPS = "channels are heads, a slice of keys for each query"
SCORES_OF_ONE = "queries downwards, keys to the right"
PROJECTION = "channels are heads, positions downwards, dimensions to the right"

#: What the rows, columns and channels of its maps count, by the words for them.
AXES = {
    SCORES: ("queries", "keys", "heads"),
    SCORES_OF_ONE: ("queries", "keys", "heads"),
    PROJECTION: ("tokens", "dimensions", "heads"),
}

#: The axis of the channels, None where there is none; and what the axes are, in words.
Layout = tuple[int | None, str]

#: What the path of one of several outputs ends in.
_OUTPUT = re.compile(r":(\d+)(~\d+)?$")

_NO_MAP = (
    "its attention map is never there as a whole: without dropout, Keras computes "
    "attention in one go; call it with return_attention_scores=True to see the map"
)


def is_attention(layer: Any) -> bool:
    """Return whether a layer is attention, of Keras or, by its name, of someone else.

    Returns:
        True for attention layers.
    """
    if isinstance(layer, (*_WITH_HEADS, *_WITHOUT_HEADS)):
        return True
    return (
        isinstance(layer, keras.Layer)
        and not isinstance(layer, keras.Model)
        and "attention" in type(layer).__name__.lower()
    )


def attention_layout(
    call: LayerCall, owner: Any, calls: Mapping[str, LayerCall]
) -> Layout | None:
    """Find out how the tensor of a call is laid out, if it belongs to attention.

    Args:
        call: The call.
        owner: The layer that it is made in; None for the model itself.
        calls: All calls of the model, by path.

    Returns:
        The layout; None for any other tensor.
    """
    rank = len(call.shape)
    if isinstance(call.layer, (*_WITH_HEADS, *_WITHOUT_HEADS)):
        output = _OUTPUT.search(call.path)
        is_second = output is not None and output[1] == "1"
        return _of_scores(rank, call.layer) if is_second else None
    if isinstance(owner, _WITH_HEADS):
        if isinstance(call.layer, layers.Softmax):
            return _of_scores(rank, owner)
        is_projection = call.layer.name in _PROJECTIONS and rank > 3
        return (rank - 2, PROJECTION) if is_projection else None
    if _is_softmax(call.layer) and (
        is_attention(owner) or _is_of_products(call, calls)
    ):
        return _of_scores(rank, owner)
    return None


def without_map(calls: Sequence[LayerCall]) -> dict[str, str]:
    """Find attention whose map cannot be captured, because it is nowhere.

    Args:
        calls: The calls of one model.

    Returns:
        Path of the layer to the reason.
    """
    softmax = {
        call.path.rpartition("/")[0] for call in calls if _is_softmax(call.layer)
    }
    return {
        call.path: _NO_MAP
        for call in calls
        if isinstance(call.layer, (*_WITH_HEADS, *_WITHOUT_HEADS))
        and call.path not in softmax
        and not _OUTPUT.search(call.path)
    }


def _of_scores(rank: int, layer: Any) -> Layout | None:
    axes = _attended_axes(layer)
    heads = rank - 2 * axes - 1
    if heads < 0 or rank < 3:
        return None
    if heads == 0:
        return None, SCORES_OF_ONE
    return heads, SCORES if axes == 1 else SCORES_OF_MAPS


def _attended_axes(layer: Any) -> int:
    """Over how many axes it attends; Keras knows once it is built."""
    if not isinstance(layer, layers.MultiHeadAttention):
        return 1
    try:
        axes = layer.get_config()["attention_axes"]
    except Exception:  # a derived class may have no such config
        return 1
    return len(axes) if isinstance(axes, list | tuple) else 1


def _is_softmax(layer: Any) -> bool:
    """Whether a layer or operation is a softmax over its last axis."""
    if isinstance(layer, layers.Activation):
        return layer.activation is keras.activations.softmax
    is_one = isinstance(layer, layers.Softmax) or (
        type(layer).__name__ == "Softmax" and is_own_of_keras(type(layer))
    )
    return is_one and getattr(layer, "axis", -1) == -1


def _is_of_products(call: LayerCall, calls: Mapping[str, LayerCall]) -> bool:
    """Whether a softmax is taken of products of two tensors, each with each."""
    source = calls.get(call.sources[0]) if call.sources else None
    while source is not None and _stands_between(source.layer) and source.sources:
        source = calls.get(source.sources[0])
    if source is None:
        return False
    name = type(source.layer).__name__
    is_product = isinstance(source.layer, layers.Dot) or name in ("Matmul", "Einsum")
    return is_product and len(source.sources) == 2 and len(call.shape) > 2


def _stands_between(layer: Any) -> bool:
    return type(layer).__name__ in _BETWEEN


def owners(calls: Sequence[LayerCall]) -> Callable[[LayerCall], Any]:
    """Look up the layers in which calls are made.

    Args:
        calls: The calls of one model.

    Returns:
        From a call to the layer around it; to None where it is the model itself.
    """
    around = {_OUTPUT.sub("", call.path): call.layer for call in calls}
    return lambda call: around.get(call.path.rpartition("/")[0])
