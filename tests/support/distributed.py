"""What the programs that train on several devices or in several processes share."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from training import PROBES

from tb_actviz import ActivationCallback, LogOptions

EPOCHS, BATCHES = 3, 2
FREQUENCIES = ("epoch", "batch")
LAYERS = ("conv", "bn", "centre", "head")


class Centre(layers.Layer):
    """Subtracts a running mean that each replica follows on its own."""

    def build(self, shape: Any) -> None:
        self.mean = keras.Variable(
            np.zeros(shape[-1], np.float32),
            trainable=False,
            synchronization="on_read",
            aggregation="mean",
            name="mean",
        )

    def call(self, x: Any, training: bool = False) -> Any:
        if training:
            axes = tuple(range(len(x.shape) - 1))
            now = keras.ops.stop_gradient(keras.ops.mean(x, axes))
            self.mean.assign(self.mean * 0.5 + now * 0.5)
        return x - keras.ops.convert_to_tensor(self.mean)


def network() -> keras.Model:
    """Batch normalisation, dropout, and a variable of each replica's own."""
    keras.utils.set_random_seed(5)
    inputs = keras.Input((12, 12, 3))
    x = layers.Rescaling(1 / 255, name="scale")(inputs)
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(x)
    x = layers.BatchNormalization(momentum=0.5, name="bn")(x)
    x = layers.Dropout(0.5, name="drop")(x)
    x = Centre(name="centre")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, layers.Dense(2, name="head")(x), name="network")


def unbuilt() -> keras.Model:
    """A model that has no weights before its first batch."""
    keras.utils.set_random_seed(5)
    conv = layers.Conv2D(4, 3, activation="relu", name="conv")
    pool = layers.GlobalAveragePooling2D(name="pool")
    head = layers.Dense(2, name="head")
    return keras.Sequential([conv, pool, head], name="unbuilt")


def callbacks(folder: Path, paths: Sequence[str]) -> list[keras.callbacks.Callback]:
    """One callback for each frequency, with a folder of its own below this one."""
    return [
        ActivationCallback(
            folder / update_freq,
            PROBES,
            [*paths],
            update_freq=update_freq,
            max_overhead=None,
            options=LogOptions(precision="float32", views=()),
        )
        for update_freq in FREQUENCIES
    ]


def loop(
    model: Any, given: Sequence[keras.callbacks.Callback], step: Callable[[int], Any]
) -> None:
    """A training loop of one's own, with all that `fit` tells callbacks."""
    told = keras.callbacks.CallbackList(
        list(given), model=model, epochs=EPOCHS, steps=BATCHES
    )
    told.on_train_begin()
    for epoch in range(EPOCHS):
        told.on_epoch_begin(epoch)
        for batch in range(BATCHES):
            told.on_train_batch_begin(batch)
            step(batch)
            told.on_train_batch_end(batch)
        told.on_epoch_end(epoch)
    told.on_train_end()


def report(
    folder: Path,
    rank: int,
    train: Callable[..., list[np.ndarray]],
    paths: Sequence[str] = LAYERS,
) -> None:
    """Train without and with the callback, and leave behind what came of it.

    Args:
        folder: Where to: `weights-RANK.npz` and `told-RANK.json`, besides the logs.
        rank: Number of this process.
        train: Trains with the given callbacks; gives the values of the model's
            variables in this process, and of all others that may have changed.
        paths: The layers to log.
    """
    folder.mkdir(exist_ok=True)
    listener = _Listener()
    logging.getLogger("tb_actviz").addHandler(listener)
    for name, given in (("without", []), ("with", callbacks(folder, paths))):
        np.savez(folder / f"{name}-{rank}.npz", *train(given))
    logging.getLogger("tb_actviz").removeHandler(listener)
    (folder / f"told-{rank}.json").write_text(json.dumps(listener.told))


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())
