"""Which layers put positions of maps together, and which leave them apart."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from tb_actviz.capture.calls import Call
from tb_actviz.capture.roles import is_activation

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


def merges_positions(call: Call) -> bool:
    """Tell whether a call puts the same positions of several maps together.

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


def keeps_positions_apart(call: Call) -> bool:
    """Tell whether what a call gives at a position depends on that position alone.

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


def is_applied_apart(function: Any, call: Call) -> bool:
    """Tell the same of an activation function alone.

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


def _is_channel_axis(axes: Any, call: Call) -> bool:
    rank = len(call.shape)
    wanted = 1 if call.channels_first or rank == 2 else rank - 1
    numbers = [axes] if isinstance(axes, int) else list(axes)
    return [axis % rank for axis in numbers] == [wanted]
