"""Trains on two devices, or as one of two workers: `KIND FOLDER RANK`.

The cluster of the workers is in the environment, as TensorFlow wants it.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from distributed import BATCHES, EPOCHS, loop, network, report, unbuilt
from training import compiled, data, fit

KIND, FOLDER, RANK = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])

if KIND == "workers":
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
else:
    cpu = tf.config.list_physical_devices("CPU")[0]
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, two)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def train(
    build: Any, by_fit: bool, callbacks: list[keras.callbacks.Callback]
) -> list[np.ndarray]:
    with strategy.scope():
        model = compiled(build())
    if by_fit:
        fit(model, *callbacks, epochs=EPOCHS, batches=BATCHES)
    else:
        in_a_loop(model, callbacks)
    return [own(one) for one in (*model.variables, *model.optimizer.variables)]


def in_a_loop(model: keras.Model, callbacks: list[keras.callbacks.Callback]) -> None:
    """Train as `fit` would, which cannot train with several workers."""
    batches = [
        strategy.experimental_distribute_values_from_function(partial(part, batch))
        for batch in range(BATCHES)
    ]

    @tf.function
    def step(batch: Any) -> Any:
        return strategy.run(model.train_step, args=(batch,))

    loop(model, callbacks, lambda batch: step(batches[batch]))


def part(batch: int, context: Any) -> tuple[tf.Tensor, tf.Tensor]:
    """What one of the two replicas gets of a batch."""
    rows = slice(4 * batch + context.replica_id_in_sync_group, 4 * batch + 4, 2)
    x, y = data(BATCHES)
    return tf.constant(x[rows]), tf.constant(y[rows])


def own(variable: Any) -> np.ndarray:
    """The value as this process has it: of several workers, without the others."""
    value = variable.value
    if KIND == "workers" and isinstance(value, tf.distribute.DistributedValues):
        (value,) = strategy.experimental_local_results(value)
    return keras.ops.convert_to_numpy(value)


report(FOLDER, RANK, partial(train, network, KIND == "devices"))
if KIND == "workers":
    report(FOLDER / "unbuilt", RANK, partial(train, unbuilt, False), ("conv", "head"))
