"""What the benchmarks of trainings share: a network, and how things are measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util.tensor_util import make_ndarray

from keras_models import SqueezeNet

SIZE = 227


def network() -> keras.Model:
    """A SqueezeNet of ten classes, compiled for training, the same each time."""
    keras.utils.set_random_seed(0)
    net = SqueezeNet(weights=None, classes=10)
    net.compile("sgd", "sparse_categorical_crossentropy")
    return net


def batches(size: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs as if preprocessed, the same batch again and again, and classes."""
    rng = np.random.default_rng(0)
    one = rng.normal(0, 60, (size, SIZE, SIZE, 3)).astype(np.float32)
    return np.concatenate([one] * count), rng.integers(0, 10, size * count)


def picture() -> np.ndarray:
    """An input to log the activations for."""
    return np.random.default_rng(1).integers(0, 256, (SIZE, SIZE, 3), np.uint8)


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def last_scalars(folder: Path) -> dict[str, float]:
    """The last value of each scalar in the event files of a folder."""
    found = {}
    for path in sorted(folder.glob("*tfevents*")):
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                if value.metadata.plugin_data.plugin_name == "scalars":
                    found[value.tag] = make_ndarray(value.tensor).item()
    return found


class Held(keras.callbacks.Callback):
    """Passes the hooks of a callback on, and times how long they hold the training.

    Args:
        inner: The callback.
    """

    def __init__(self, inner: keras.callbacks.Callback) -> None:
        super().__init__()
        self.inner = inner
        self.async_safe = getattr(inner, "async_safe", False)
        #: Seconds of each hook at the end of an epoch or batch.
        self.seconds: list[float] = []

    def set_model(self, model: keras.Model) -> None:
        super().set_model(model)
        self.inner.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        self.inner.set_params(params)

    def on_train_begin(self, logs: Any = None) -> None:
        self.inner.on_train_begin(logs)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.inner.on_epoch_begin(epoch, logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if not self.async_safe:
            self._time(lambda: self.inner.on_train_batch_end(batch, logs))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._time(lambda: self.inner.on_epoch_end(epoch, logs))

    def on_train_end(self, logs: Any = None) -> None:
        self.inner.on_train_end(logs)

    def _time(self, call: Callable[[], object]) -> None:
        self.seconds.append(timed(call))
