"""What a layer or operation sees that is called on what sees that much."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import layers

from tb_actviz.capture.keras_graph import arguments_of, number_of_output
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import is_own_of_keras
from tb_actviz.capture.seen import Seen, united
from tb_actviz.capture.seen_operations import through_operation
from tb_actviz.capture.seen_rules import (
    along,
    joined_together,
    merged,
    reduced,
    reshaped_as,
    tried,
    with_channels,
)
from tb_actviz.capture.seen_windows import windows_of

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
    layers.SpatialDropout1D,
    layers.SpatialDropout2D,
    layers.SpatialDropout3D,
)
_ALONG_AN_AXIS = (
    layers.LayerNormalization,
    layers.RMSNormalization,
    layers.Softmax,
    layers.UnitNormalization,
)
_GLOBAL = (
    layers.GlobalAveragePooling1D,
    layers.GlobalAveragePooling2D,
    layers.GlobalAveragePooling3D,
    layers.GlobalMaxPooling1D,
    layers.GlobalMaxPooling2D,
    layers.GlobalMaxPooling3D,
)
#: Layers of networks that Keras brings; they scale, or do nothing but in training.
_OF_NETWORKS = {"LayerScale", "StochasticDepth"}
_RESHAPING = (layers.Flatten, layers.Reshape)
_RECURRENT = (layers.GRU, layers.LSTM, layers.SimpleRNN)
#: Activation functions that put the values along the last axis together.
_ALONG_THE_LAST = {"glu", "log_softmax", "softmax", "sparsemax"}
#: What only Keras knows how it moves pixels: it is tried.
_TRIED = (
    layers.CenterCrop,
    layers.Resizing,
    layers.UpSampling2D,
)


def through(
    call: LayerCall, sources: list[Seen], *, channels_first: Sequence[bool]
) -> Seen | None:
    """Find what a call sees.

    Args:
        call: A call of any layer or operation.
        sources: What the tensors see that it is called on.
        channels_first: For each of them whether its channels are axis 1.

    Returns:
        The same for what it gives; None if it is not understood.
    """
    if not sources:
        return None
    layer = call.layer
    if callable(getattr(layer, "receptive_windows", None)):
        return _told(call, sources, channels_first[0])
    if not is_own_of_keras(type(layer)):
        return None
    if isinstance(layer, keras.Layer):
        return _through_layer(call, sources, channels_first[0])
    return through_operation(call, sources, channels_first[0])


def through_activation(function: Any, seen: Seen) -> Seen | None:
    """Find what an activation function sees.

    Args:
        function: The function.
        seen: What the values see that it is applied to.

    Returns:
        The same for what it gives; None for one that is not Keras' own: nobody knows
        what that does.
    """
    name = getattr(function, "__name__", "")
    if getattr(keras.activations, name, None) is not function:
        return None
    return seen.gathered([-1], whole=False) if name in _ALONG_THE_LAST else seen


def _through_layer(
    call: LayerCall, sources: list[Seen], channels_first: bool
) -> Seen | None:
    layer, (first, *more) = call.layer, sources
    if isinstance(layer, layers.Concatenate):
        return joined_together(sources, layer.axis, channels_first)
    if isinstance(layer, _MERGING):
        return merged(sources)
    if isinstance(layer, layers.MultiHeadAttention | layers.Attention):
        return _attention(call, sources)
    if more:
        return None
    if isinstance(layer, _ELEMENT_WISE) or type(layer).__name__ in _OF_NETWORKS:
        return first
    if isinstance(layer, _ALONG_AN_AXIS):
        return along(first, layer.axis, channels_first)
    if isinstance(layer, layers.GroupNormalization):
        return first.gathered(range(1, len(first.shape)), whole=True)
    if isinstance(layer, layers.Activation):
        return through_activation(layer.activation, first)
    if isinstance(layer, _GLOBAL):
        return reduced(first, _positions(layer, first), layer.keepdims)
    if isinstance(layer, layers.Dense):
        return with_channels(along(first, -1, channels_first), call, -1)
    if isinstance(layer, _RESHAPING):
        return reshaped_as(layer, first, call)
    if isinstance(layer, layers.Permute):
        return first.transposed((0, *layer.dims))
    if isinstance(layer, layers.RepeatVector):
        seen = first.reshaped((first.shape[0], 1, *first.shape[1:]))
        return seen and seen.taken(1, np.zeros((layer.n, 1), int))
    if isinstance(layer, layers.TimeDistributed):
        return _in_each(call, first, channels_first)
    if isinstance(layer, _RECURRENT):
        return _recurrent(call, first, both_ways=layer.go_backwards)
    if isinstance(layer, layers.Bidirectional):
        inner = layer.forward_layer
        if isinstance(inner, _RECURRENT):
            return _recurrent(replace(call, layer=inner), first, both_ways=True)
        return None
    if isinstance(layer, _TRIED) or type(layer).__name__.startswith("Random"):
        return tried(_at_inference(layer), first, layer.data_format)
    return windows_of(call, first)


def _positions(layer: Any, seen: Seen) -> list[int]:
    """The axes that count positions."""
    count = len(seen.shape)
    first = layer.data_format == "channels_first"
    return [*range(2, count)] if first else [*range(1, count - 1)]


def _attention(call: LayerCall, sources: list[Seen]) -> Seen | None:
    """Each position of the query sees all positions of the value and of the key."""
    args, kwargs = arguments_of(call)
    masks = [kwargs.get(name) for name in ("attention_mask", "mask")]
    masked = kwargs.get("use_causal_mask") or any(mask is not None for mask in masks)
    most = 3 if isinstance(call.layer, layers.MultiHeadAttention) else 1
    query, *others = sources
    if masked or len(args) > most or len(sources) > 3 or number_of_output(call):
        return None
    axes = call.layer.get_config().get("attention_axes")
    count = len(query.shape)
    if axes is None:
        axes = range(1, count - 1)
    channels = [count - 1]
    parts = [query.gathered(channels)]
    for other in others or [query]:
        whole = other.gathered(axes, whole=True).gathered(channels)
        sides = [
            1 if axis in {*axes, *channels} else n for axis, n in enumerate(other.shape)
        ]
        parts.append(whole.with_shape(sides))
    parts[0] = parts[0].with_shape((*query.shape[:-1], 1))
    return with_channels(united(parts), call, -1)


def _recurrent(call: LayerCall, seen: Seen, *, both_ways: bool) -> Seen | None:
    """Each step sees the steps before it too."""
    layer = call.layer
    if layer.stateful or layer.return_state or len(seen.shape) != 3:
        return None
    batch, length, channels = seen.shape
    seen = seen.gathered([2])
    if not layer.return_sequences:
        last = seen.gathered([1], whole=True).with_shape((batch, 1, channels))
        found = last.reshaped((batch, channels))
        return found and with_channels(found, call, -1)
    if both_ways:
        return with_channels(seen.gathered([1], whole=True), call, -1)
    steps = np.arange(length)
    before = np.minimum(steps[None], steps[:, None])
    return with_channels(seen.taken(1, before), call, -1)


def _at_inference(layer: Any) -> Callable[[Any], Any]:
    if "training" in inspect.signature(layer.call).parameters:
        return partial(layer.call, training=False)
    return layer.call  # type: ignore[no-any-return]


def _in_each(call: LayerCall, seen: Seen, channels_first: bool) -> Seen | None:
    """A layer that is called on each step of a sequence by itself."""
    batch, steps, *sides = seen.shape
    inner = replace(call, layer=call.layer.layer, shape=(None, *call.shape[2:]))
    apart = seen.reshaped((batch * steps, *sides))
    first = getattr(call.layer.layer, "data_format", None) == "channels_first"
    found = apart and through(inner, [apart], channels_first=[first])
    return found and found.reshaped((batch, steps, *found.shape[1:]))


def _told(call: LayerCall, sources: list[Seen], channels_first: bool) -> Seen | None:
    """What a layer says itself of its windows."""
    if len(sources) != 1 or len(sources[0].shape) != 4:
        return None
    seen = sources[0]
    axes = (2, 3) if channels_first else (1, 2)
    channels = 1 if channels_first else 3
    told = call.layer.receptive_windows(*(seen.shape[axis] for axis in axes))
    seen = seen.gathered([channels])
    for axis, (count, size, step, start) in zip(axes, told, strict=True):
        taps = start + step * np.arange(count)[:, None] + np.arange(size)
        seen = seen.taken(axis, taps)
    return with_channels(seen, call, channels)
