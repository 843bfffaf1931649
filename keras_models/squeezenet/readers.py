"""Weights files of every kind, read into one form."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from keras_models.squeezenet.architecture import CONVOLUTIONS
from keras_models.squeezenet.caffemodel import read_caffemodel
from keras_models.squeezenet.errors import WeightsError
from keras_models.squeezenet.half_file import LayerValues, read_half


def read_weights(path: Path) -> LayerValues:
    """Read the convolutions of a SqueezeNet from a file.

    Args:
        path: A `.caffemodel`, `.weights.h5`, `.keras` file, or an `.npz` file of half
            precision.

    Returns:
        Layer name, as the Keras model has it -> kernel (height, width, in, out) and
        bias (out,).

    Raises:
        WeightsError: If the file is of another kind, or cannot be read.
    """
    for ending, read in _READERS.items():
        if path.name.lower().endswith(ending):
            return read(path)
    raise WeightsError(
        f"{path} is of no kind that holds weights here: expected a file that ends in "
        f"{', '.join(ENDINGS)}"
    )


def _read_caffemodel(path: Path) -> LayerValues:
    # The release's first convolution takes blue, green, red, as preprocess_input gives
    # them, so channels stay in their order.
    return {
        name.replace("/", "-"): [_kernel_or_bias(blob) for blob in blobs]
        for name, blobs in read_caffemodel(path).items()
    }


def _kernel_or_bias(blob: NDArray[Any]) -> NDArray[Any]:
    if blob.ndim == 4 and blob.shape[:3] == (1, 1, 1):
        return blob.reshape(-1)  # a bias, as the older files store it
    return blob.transpose(2, 3, 1, 0) if blob.ndim == 4 else blob


class Conv2D(keras.layers.Layer):  # type: ignore[misc]
    """Stands for a convolution and keeps what a weights file holds for it.

    Keras finds a layer in such a file by the name of its class and its rank among the
    layers of that class, hence this name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.values: list[NDArray[Any]] = []

    def call(self, inputs: Any) -> Any:
        """Pass the inputs on.

        Returns:
            The same tensor.
        """
        return inputs

    def load_own_variables(self, store: Any) -> None:
        """Keep what the file holds, whatever its shapes.

        Args:
            store: Mapping of `"0"`, `"1"` … to arrays.
        """
        self.values = [np.asarray(store[key]) for key in sorted(store.keys())]


def _read_weights_h5(path: Path) -> LayerValues:
    recorders = [Conv2D(name) for name in CONVOLUTIONS]
    stand_in = keras.Sequential([keras.Input((1,)), *recorders])
    try:
        stand_in.load_weights(path)
    except Exception as error:
        raise _unreadable(path, error) from error
    found = {layer.name: layer.values for layer in recorders if layer.values}
    if not found:
        raise WeightsError(
            f"{path} holds no convolutions where Keras stores those of a SqueezeNet: "
            "expected what its save_weights() wrote"
        )
    return found


def _read_keras(path: Path) -> LayerValues:
    if not zipfile.is_zipfile(path):
        raise WeightsError(
            f"cannot read {path}: it is not a .keras file (a zip archive), or it is "
            "cut short"
        )
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
        return _weights_by_layer(model)
    except Exception as error:
        raise _unreadable(path, error) from error


def _weights_by_layer(model: Any) -> LayerValues:
    """Weights of every layer, also of those inside models inside the model."""
    values: LayerValues = {}
    for layer in model.layers:
        if hasattr(layer, "layers"):
            values.update(_weights_by_layer(layer))
        elif layer.weights:
            values[layer.name] = layer.get_weights()
    return values


def _unreadable(path: Path, error: Exception) -> WeightsError:
    reason = " ".join(str(error).split())
    if len(reason) > 300:
        reason = reason[:300] + " …"
    return WeightsError(
        f"cannot read {path} ({type(error).__name__}: {reason or 'no reason given'})"
    )


def _read_half(path: Path) -> LayerValues:
    try:
        return read_half(path)
    except Exception as error:
        raise _unreadable(path, error) from error


_READERS = {
    ".caffemodel": _read_caffemodel,
    ".weights.h5": _read_weights_h5,
    ".keras": _read_keras,
    ".npz": _read_half,
}
ENDINGS = tuple(_READERS)
