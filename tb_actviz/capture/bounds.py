"""Between which values an activation function stays."""

from __future__ import annotations

from typing import Any, TypeAlias

import keras
from keras import layers

from tb_actviz.capture.roles import fused_activation, is_own_of_keras

#: (low, high) in units of the activations; None where there is no such bound, or where
#: it is the zero of a rectifier, which is not saturation but sparsity.
Bounds: TypeAlias = "tuple[float | None, float]"

_BY_NAME: dict[str, Bounds] = {
    "hard_sigmoid": (0.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "relu6": (None, 6.0),
    "sigmoid": (0.0, 1.0),
    "softsign": (-1.0, 1.0),
    "sparse_sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
}


def activation_bounds(layer: Any) -> Bounds | None:
    """Find the bounds of the activation function that a layer applies last.

    Args:
        layer: A layer, or an operation such as `keras.ops.tanh` in a functional model.

    Returns:
        The bounds of sigmoids, hyperbolic tangents, soft signs and rectifiers with a
        maximum; None for what is not bounded, or not known to be, as what a layer of
        the user's computes.
    """
    if not _runs_as_in_keras(layer):
        return None
    if isinstance(layer, layers.ReLU):
        maximum = layer.max_value
        return None if maximum is None else (None, float(maximum))
    if isinstance(layer, layers.Activation):
        return _BY_NAME.get(_name(layer.activation))
    if isinstance(layer, keras.Layer):
        return _BY_NAME.get(_name(fused_activation(layer)))
    words = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(layer).__name__)
    return _BY_NAME.get(words.strip("_"))


def _runs_as_in_keras(layer: Any) -> bool:
    """Whether what runs is Keras' own, also in a class derived from one of its own."""
    defining = next(kind for kind in type(layer).__mro__ if "call" in vars(kind))
    return is_own_of_keras(defining)


def _name(function: Any) -> str:
    """Name of one of Keras' own functions; empty for any other."""
    name = getattr(function, "__name__", "")
    own = (keras.activations, keras.ops)
    return name if any(getattr(one, name, None) is function for one in own) else ""
