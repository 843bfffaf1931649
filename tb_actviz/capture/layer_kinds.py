"""What a layer is: a convolution, an activation, something with layers inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import keras
from keras import layers

ACTIVATION_LAYERS = (
    layers.Activation,
    layers.ELU,
    layers.LeakyReLU,
    layers.PReLU,
    layers.ReLU,
    layers.Softmax,
)
CONVOLUTIONS = (
    layers.Conv1D,
    layers.Conv1DTranspose,
    layers.Conv2D,
    layers.Conv2DTranspose,
    layers.Conv3D,
    layers.Conv3DTranspose,
    layers.DepthwiseConv1D,
    layers.DepthwiseConv2D,
    layers.SeparableConv1D,
    layers.SeparableConv2D,
)
_NORMALIZATIONS = (
    layers.BatchNormalization,
    layers.GroupNormalization,
    layers.LayerNormalization,
    layers.RMSNormalization,
    layers.UnitNormalization,
)


def is_input(layer: Any) -> bool:
    """Return whether a layer is an input of a model rather than a computation.

    Returns:
        True for input layers.
    """
    return isinstance(layer, layers.InputLayer)


def is_own_of_keras(kind: Any) -> bool:
    """Return whether a class or function is one that Keras brings.

    Args:
        kind: Class of a layer, model or operation, or an activation function.

    Returns:
        False for classes of others, also where they derive from one of Keras.
    """
    return str(getattr(kind, "__module__", "")).split(".")[0] == "keras"


def is_model(layer: Any) -> bool:
    """Return whether a layer is itself a model.

    Returns:
        True for models.
    """
    return isinstance(layer, keras.Model)


def is_activation(layer: Any) -> bool:
    """Return whether a layer does nothing but apply an activation function.

    Args:
        layer: A layer, or an operation such as `keras.ops.relu` in a functional model.

    Returns:
        True for activation layers and for operations that `keras.activations` has.
    """
    if isinstance(layer, keras.Layer):
        return isinstance(layer, ACTIVATION_LAYERS)
    name = type(layer).__name__
    words = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).strip("_")
    return callable(getattr(keras.activations, words, None))


def is_normalization(layer: Any) -> bool:
    """Return whether a layer only normalises.

    Returns:
        True for batch, group, layer, RMS and unit normalisation.
    """
    return isinstance(layer, _NORMALIZATIONS)


def fused_activation(layer: Any) -> Callable[[Any], Any] | None:
    """Get the activation function that a layer applies to its own result.

    Returns:
        The function; None where there is none, where it is linear, and for layers that
        are nothing but an activation.
    """
    # A recurrent layer has a property that only forwards its cell's.
    function = getattr(layer, "activation", None)
    if (
        not callable(function)
        or hasattr(type(layer), "activation")
        or function is keras.activations.linear
        or is_activation(layer)
    ):
        return None
    return function  # type: ignore[no-any-return]


def sublayers(layer: Any) -> list[keras.Layer]:
    """Find the layers that a layer holds, directly or in lists and dicts.

    Returns:
        The layers, each once; none for recurrent layers, whose cells run in a loop.
    """
    if not isinstance(layer, keras.Layer) or isinstance(layer, layers.RNN):
        return []
    layers_inside = {
        id(inner): inner for value in vars(layer).values() for inner in _in(value)
    }
    return list(layers_inside.values())


def all_layers(layer: keras.Layer) -> list[keras.Layer]:
    """Find every layer inside a layer, to any depth, and the layer itself.

    Args:
        layer: A layer or model.

    Returns:
        The layers, each once.
    """
    collected: dict[int, keras.Layer] = {}
    pending = [layer]
    while pending:
        inner = pending.pop()
        if id(inner) not in collected:
            collected[id(inner)] = inner
            pending += sublayers(inner)
    return list(collected.values())


def _in(value: Any) -> Iterator[keras.Layer]:
    if isinstance(value, keras.Layer):
        yield value
    elif isinstance(value, list | tuple | set):
        for item in value:
            yield from _in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _in(item)


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
    modules = (keras.activations, keras.ops)
    is_theirs = any(getattr(module, name, None) is function for module in modules)
    return name if is_theirs else ""
