"""What logging costs a training: `fit` with our callback beside `fit` without it.

    python benchmarks/callback.py [--backend jax] [--seconds 10] [--rounds 3]

The same network is trained again and again in one process, in turn without any
callback, with ours, and with the callback that everybody writes by hand. Each training
has several epochs, of at least so many seconds. Ratios are of the medians.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--backend", default="tensorflow")
arguments.add_argument("--seconds", type=float, default=10.0, help="of an epoch")
arguments.add_argument("--epochs", type=int, default=3, help="of a training")
arguments.add_argument("--rounds", type=int, default=3, help="trainings of each kind")
arguments.add_argument("--batch", type=int, default=32)
arguments.add_argument("--peer", action="store_true", help="the usual recipe too")
OPTIONS = arguments.parse_args()
os.environ["KERAS_BACKEND"] = OPTIONS.backend
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util.tensor_util import make_ndarray

import tb_actviz as av
from keras_models import SqueezeNet
from tb_actviz.capture.fixed import FixedInputs
from tb_actviz.capture.inputs import read_inputs
from tb_actviz.capture.layers import select_calls
from tb_actviz.capture.passes import ForwardPass

SIZE = 227


class Timed(keras.callbacks.Callback):
    """Passes the hooks of another callback on, and times them on this thread."""

    def __init__(self, inner: keras.callbacks.Callback) -> None:
        super().__init__()
        self.inner = inner
        self.async_safe = getattr(inner, "async_safe", False)
        self.held: list[float] = []

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

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        start = time.perf_counter()
        self.inner.on_epoch_end(epoch, logs)
        self.held.append(time.perf_counter() - start)

    def on_train_end(self, logs: Any = None) -> None:
        self.inner.on_train_end(logs)


class Usual(keras.callbacks.Callback):
    """The callback that everybody writes: a sub-model, `predict`, a loop of images."""

    def __init__(self, log_dir: Path, inputs: np.ndarray, layers: list[str]) -> None:
        super().__init__()
        import tensorflow as tf

        self.summary = tf.summary
        self.writer = tf.summary.create_file_writer(str(log_dir))
        self.inputs, self.layers = inputs, layers

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        outputs = [self.model.get_layer(name).output for name in self.layers]
        found = keras.Model(self.model.inputs, outputs).predict(self.inputs, verbose=0)
        with self.writer.as_default():
            for name, values in zip(self.layers, found, strict=True):
                maps = values[0]
                columns = math.ceil(math.sqrt(maps.shape[2]))
                rows = math.ceil(maps.shape[2] / columns)
                high, wide = maps.shape[:2]
                grid = np.zeros((rows * high, columns * wide), np.float32)
                for channel in range(maps.shape[2]):
                    row, column = divmod(channel, columns)
                    one = maps[:, :, channel]
                    one = (one - one.min()) / (one.max() - one.min() + 1e-9)
                    top, left = row * high, column * wide
                    grid[top : top + high, left : left + wide] = one
                self.summary.image(name, grid[None, :, :, None], step=epoch)
        self.writer.flush()


def main() -> None:
    """Print a table of seconds and ratios."""
    keras.utils.set_random_seed(0)
    net = SqueezeNet(weights=None, classes=10)
    net.compile("sgd", "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    probe = rng.integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    layers = [x.path for x in av.describe_layers(net) if x.class_name in KINDS]
    batch = rng.normal(0, 60, (OPTIONS.batch, SIZE, SIZE, 3)).astype(np.float32)
    net.fit(batch, np.zeros(len(batch)), verbose=0)
    seconds = timed(lambda: net.train_on_batch(batch, np.zeros(len(batch))))
    steps = math.ceil(1.1 * OPTIONS.seconds / seconds)
    x = np.concatenate([batch] * steps)
    y = rng.integers(0, 10, len(x))

    def fit(*callbacks: keras.callbacks.Callback) -> float:
        start = time.perf_counter()
        net.fit(
            *(x, y),
            batch_size=OPTIONS.batch,
            epochs=OPTIONS.epochs,
            verbose=0,
            callbacks=list(callbacks),
        )
        return time.perf_counter() - start

    with tempfile.TemporaryDirectory() as folder:
        ours = Timed(av.ActivationCallback(Path(folder, "ours"), probe))
        ways: list[tuple[str, list[keras.callbacks.Callback]]] = [
            ("fit alone", []),
            ("with ActivationCallback, as it comes", [ours]),
        ]
        if OPTIONS.peer:
            ready = net.preprocess_input(probe[None])
            usual = Usual(Path(folder, "usual"), ready, layers)
            ways.append(("with the usual recipe", [usual]))
        times: list[list[float]] = [[] for _ in ways]
        for _ in range(OPTIONS.rounds):
            for (_, callbacks), measured in zip(ways, times, strict=True):
                measured.append(fit(*callbacks))
        costs = last_scalars(Path(folder, "ours"))
    forward = forward_pass(net, probe)
    base = statistics.median(times[0])
    print(
        f"SqueezeNet {SIZE}×{SIZE}, {OPTIONS.backend}, batches of {OPTIONS.batch}, "
        f"epochs of {base / OPTIONS.epochs:.1f} s, one log of {len(layers)} layers "
        f"for one input after each; medians of {OPTIONS.rounds} trainings:"
    )
    for (name, _), measured in zip(ways, times, strict=True):
        middle = statistics.median(measured)
        spread = f"{min(measured):.2f}…{max(measured):.2f}"
        print(f"  {name:38} {middle:8.2f} s ({spread})  {middle / base:6.3f}×")
    held = statistics.median(ours.held)
    logs = len(ours.held) / OPTIONS.rounds
    print(f"  a forward pass of the probe            {forward * 1e3:8.1f} ms")
    print(
        f"  the training held by one log           {held * 1e3:8.1f} ms          "
        f"  {held / forward:6.2f}×"
    )
    worker = costs["tb_actviz/seconds_worker"] / (logs - 1)
    print(f"  worker thread, one log                 {worker * 1e3:8.1f} ms of CPU")
    print(f"  written, one log                       {costs['tb_actviz/bytes']:8.0f} B")
    print(f"  skipped to keep to the budget          {costs['tb_actviz/skipped']:8.0f}")


#: What is logged when no layers are named.
KINDS = ("Conv2D", "ReLU", "Activation", "Softmax")


def forward_pass(net: keras.Model, probe: np.ndarray) -> float:
    """Seconds of a compiled pass of the probe for the model's output alone."""
    output = net.layers[-1].name
    only = ForwardPass(net, lambda calls: select_calls(calls, output))
    ready = FixedInputs(only, read_inputs(probe, only.signature))
    ready.run()
    return statistics.median(timed(ready.run) for _ in range(15))


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def last_scalars(folder: Path) -> dict[str, float]:
    """The last value of each scalar."""
    found = {}
    for path in sorted(folder.glob("*tfevents*")):
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                if value.metadata.plugin_data.plugin_name == "scalars":
                    found[value.tag] = make_ndarray(value.tensor).item()
    return found


if __name__ == "__main__":
    main()
