"""Networks with readable layers, built and used as those of `keras.applications`.

Importing this package imports neither Keras nor NumPy; the first use of a name does.
Where Keras is imported already, the package's classes are made known to it at once,
so that `keras.saving.load_model` reads files with these networks.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from keras_models.lazy import lazy_names

if TYPE_CHECKING:
    from keras_models import squeezenet
    from keras_models.squeezenet import SqueezeNet

__all__ = ["SqueezeNet", "squeezenet"]


_HOME = {"SqueezeNet": "squeezenet", "squeezenet": "squeezenet"}

__getattr__, __dir__ = lazy_names(__name__, _HOME)


if "keras" in sys.modules:
    importlib.import_module("keras_models.squeezenet.squeezenet")
