"""Networks with readable layers, built and used as those of `keras.applications`.

Importing this package imports neither Keras nor NumPy; the first use of a name does.
Where Keras is imported already, the package's classes are made known to it at once,
so that `keras.saving.load_model` reads files with these networks.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keras_models import squeezenet
    from keras_models.squeezenet import SqueezeNet

__all__ = ["SqueezeNet", "squeezenet"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    package = importlib.import_module("keras_models.squeezenet")
    value = package if name == "squeezenet" else getattr(package, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if "keras" in sys.modules:
    importlib.import_module("keras_models.squeezenet.squeezenet")
