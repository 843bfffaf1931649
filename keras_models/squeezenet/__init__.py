"""SqueezeNet 1.1: the network, its pictures, its classes and its weights files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras_models.lazy import lazy_names

if TYPE_CHECKING:
    from keras_models.squeezenet.architecture import MIN_SIZE
    from keras_models.squeezenet.caffemodel import read_caffemodel
    from keras_models.squeezenet.errors import WeightsError
    from keras_models.squeezenet.preprocessing import (
        class_names,
        decode_predictions,
        preprocess_input,
    )
    from keras_models.squeezenet.squeezenet import SqueezeNet

__all__ = [
    "MIN_SIZE",
    "SqueezeNet",
    "WeightsError",
    "class_names",
    "decode_predictions",
    "preprocess_input",
    "read_caffemodel",
]

_HOME = {
    "MIN_SIZE": "architecture",
    "SqueezeNet": "squeezenet",
    "WeightsError": "errors",
    "class_names": "preprocessing",
    "decode_predictions": "preprocessing",
    "preprocess_input": "preprocessing",
    "read_caffemodel": "caffemodel",
}


__getattr__, __dir__ = lazy_names(__name__, _HOME)
