"""What one kind of model is, and the few tools to work out its activations by hand."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

Values = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of model that users have.

    Args:
        name: What it is.
        build: Makes the model, each time with the same weights.
        inputs: What the model is called on: a nest of arrays, two samples each.
        expected: From the model and its inputs, the activations under each layer path:
            float32 (N, ...), channels last, of a run with `training=False`. All paths
            are there, inputs aside, unless `complete` is False. Layers that have no
            weights yet get them by it.
        tolerance: Largest difference to them, as a share of the path's largest
            magnitude.
        graph: True where Keras keeps a graph of the model as built.
        complete: False where activations are left out because they are random.
        backends: The back ends on which Keras can build it.
        channels_first: True where layers have their channels first, which not every
            back end can compute on every processor.
    """

    name: str
    build: Callable[[], keras.Model]
    inputs: Callable[[], Any]
    expected: Callable[[keras.Model, Any], dict[str, np.ndarray]]
    tolerance: float = 1e-5
    graph: bool = True
    complete: bool = True
    backends: tuple[str, ...] = ("tensorflow", "jax", "torch")
    channels_first: bool = False


@functools.cache
def runs_channels_first() -> bool:
    """Whether convolutions with channels first can be computed here.

    On a CPU TensorFlow needs oneDNN for them.
    """
    kernel = np.ones((1, 1, 1, 1), np.float32)
    try:
        ops.conv(
            np.ones((1, 1, 2, 2), np.float32), kernel, data_format="channels_first"
        )
    except Exception as error:  # of a class of the back end's own
        if "NHWC" in str(error):
            return False
        raise
    return True


def fresh() -> None:
    """Number automatic names from the start, and draw the same weights each time."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(1)


def varied(model: keras.Model) -> keras.Model:
    """Leave no bias at zero and no statistics neutral, so that each of them shows."""
    rng = np.random.default_rng(2)
    for weight in model.weights:
        change = rng.uniform(-0.3, 0.3, weight.shape)
        weight.assign((weight.numpy() + change).astype(np.float32))
    return model


def noise(*shape: int, seed: int = 3) -> np.ndarray:
    """Two samples of normal noise, float32."""
    return np.random.default_rng(seed).standard_normal((2, *shape)).astype(np.float32)


def tokens(length: int = 5) -> np.ndarray:
    """Two sequences of whole numbers from 0 to 6, int32; one ends in zeros."""
    sequences = np.random.default_rng(4).integers(1, 7, (2, length), dtype=np.int32)
    sequences[1, -2:] = 0
    return sequences


def arrays(values: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Tensors as float32 arrays."""
    return {
        path: ops.convert_to_numpy(ops.cast(value, "float32"))
        for path, value in values.items()
    }


def last(values: Mapping[str, Any]) -> Any:
    """The value that was put in last."""
    return next(reversed(values.values()))


def in_turn(
    find: Callable[[str], keras.Layer], x: Any, *names: str, inside: str = ""
) -> Values:
    """Call layers one after another.

    Args:
        find: Gives the layer of a name.
        x: What the first is called on.
        names: Names of the layers. `conv:pre` is no call: the value before the
            activation in `conv`, which must come next.
        inside: What to put before the names to make them paths.

    Returns:
        What each gives, under its path.
    """
    found = {}
    for name in names:
        if name.endswith(":pre"):
            found[inside + name] = before_activation(find(name[: -len(":pre")]), x)
        else:
            x = found[inside + name] = find(name)(x)
    return found


def before_activation(layer: keras.Layer, x: Any) -> Any:
    """Compute from a layer's weights what its own activation is applied to."""
    x = ops.cast(x, layer.compute_dtype)

    def weight(name: str) -> Any:
        return ops.cast(getattr(layer, name), layer.compute_dtype)

    if isinstance(layer, layers.Dense):
        return ops.matmul(x, weight("kernel")) + weight("bias")
    window = (layer.strides, layer.padding)
    order = layer.data_format
    if isinstance(layer, layers.SeparableConv2D):
        kernels = weight("depthwise_kernel"), weight("pointwise_kernel")
        y = ops.separable_conv(x, *kernels, *window, order)
    elif isinstance(layer, layers.DepthwiseConv2D):
        y = ops.depthwise_conv(x, weight("kernel"), *window, order)
    elif isinstance(layer, layers.Conv2DTranspose):
        y = ops.conv_transpose(x, weight("kernel"), *window, None, order)
    else:
        y = ops.conv(x, weight("kernel"), *window, order)
    if order == "channels_first":
        return y + ops.reshape(weight("bias"), (-1, *[1] * (len(y.shape) - 2)))
    return y + weight("bias")
