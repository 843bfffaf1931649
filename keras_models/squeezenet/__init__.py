"""SqueezeNet 1.1: the network, its pictures, its classes and its weights files."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
