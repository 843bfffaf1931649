"""Trains on two devices, of one process or as one of two: `FOLDER RANK PORT`.

Without a port there is one process.
"""

from __future__ import annotations

import sys
from pathlib import Path

import jax
import keras
import numpy as np
from distributed import BATCHES, EPOCHS, network, report
from keras import distribution
from training import compiled, data

FOLDER, RANK = Path(sys.argv[1]), int(sys.argv[2])


def train(callbacks: list[keras.callbacks.Callback]) -> list[np.ndarray]:
    model = compiled(network())
    # Each process brings its own part of every batch.
    count = jax.process_count()
    x, y = data(BATCHES * count)
    fed = x[RANK::count], y[RANK::count]
    model.fit(*fed, 4, EPOCHS, verbose=0, callbacks=callbacks)
    return [
        np.asarray(variable.value.addressable_data(0))
        for variable in (*model.variables, *model.optimizer.variables)
    ]


if sys.argv[3:]:
    distribution.initialize(f"127.0.0.1:{sys.argv[3]}", 2, RANK)
assert jax.device_count() == 2
distribution.set_distribution(distribution.DataParallel(auto_shard_dataset=False))
report(FOLDER, RANK, train)

if sys.argv[3:]:
    mesh = distribution.DeviceMesh((1, 2), ("batch", "model"))
    layout = distribution.LayoutMap(mesh)
    layout["conv/kernel"] = (None, None, None, "model")
    distribution.set_distribution(
        distribution.ModelParallel(layout_map=layout, auto_shard_dataset=False)
    )
    report(FOLDER / "split", RANK, train)
