"""What logging costs a training: `fit` with our callback beside `fit` without it.

    python benchmarks/callback.py [--backend jax] [--seconds 10] [--rounds 3] [--peer]

The same network is trained again and again in one process, in turn without any
callback, with ours as it comes, and with the one that everybody writes by hand; every
other round goes backwards. Each training has several epochs, of at least so many
seconds. A ratio is that of two trainings of one round, and the middle one of all rounds
is what counts: a machine that is slower for a while is so for both.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--backend", default="tensorflow")
arguments.add_argument("--seconds", type=float, default=10.0, help="of an epoch")
arguments.add_argument("--epochs", type=int, default=3, help="of a training")
arguments.add_argument("--rounds", type=int, default=5, help="trainings of each kind")
arguments.add_argument("--batch", type=int, default=32)
arguments.add_argument("--peer", action="store_true", help="the usual recipe too")
OPTIONS = arguments.parse_args()
os.environ["KERAS_BACKEND"] = OPTIONS.backend
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from measuring import SIZE, Held, batches, last_scalars, network, picture, timed

import tb_actviz as av
from tb_actviz.capture.default_selection import select_default
from tb_actviz.capture.forward_pass import ForwardPass
from tb_actviz.capture.inputs import read_inputs
from tb_actviz.capture.selection import known_calls, select_calls


class UsualCallback(keras.callbacks.Callback):
    """What everybody writes: a sub-model, `predict`, a loop that fills grids."""

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
                grid = loop_over_channels(values[0])
                self.summary.image(name, grid[None, :, :, None], step=epoch)
        self.writer.flush()


def loop_over_channels(maps: np.ndarray) -> np.ndarray:
    """A grid of channels, each stretched to 0…1."""
    height, width, channels = maps.shape
    columns = math.ceil(math.sqrt(channels))
    rows = math.ceil(channels / columns)
    grid = np.zeros((rows * height, columns * width), np.float32)
    for channel in range(channels):
        top, left = channel // columns * height, channel % columns * width
        one = maps[:, :, channel]
        one = (one - one.min()) / (one.max() - one.min() + 1e-9)
        grid[top : top + height, left : left + width] = one
    return grid


def main() -> None:
    """Print a table of seconds and ratios."""
    net, probe = network(), picture()
    layers = [call.path for call in select_default(known_calls(net))]
    x, y = batches(OPTIONS.batch, 1)
    net.fit(x, y, verbose=0)
    net.train_on_batch(x, y)  # compiled on its own
    each = statistics.median(timed(lambda: net.train_on_batch(x, y)) for _ in range(5))
    steps = math.ceil(1.1 * OPTIONS.seconds / each)
    x, y = batches(OPTIONS.batch, steps)

    def fit(*callbacks: keras.callbacks.Callback) -> tuple[float, float]:
        start, processor = time.perf_counter(), time.process_time()
        net.fit(
            *(x, y),
            batch_size=OPTIONS.batch,
            epochs=OPTIONS.epochs,
            verbose=0,
            callbacks=list(callbacks),
        )
        return time.perf_counter() - start, time.process_time() - processor

    with tempfile.TemporaryDirectory() as folder:
        ours = Held(av.ActivationCallback(Path(folder, "ours"), probe))
        ways: list[tuple[str, list[keras.callbacks.Callback]]] = [
            ("fit alone", []),
            ("with ActivationCallback, as it comes", [ours]),
        ]
        if OPTIONS.peer:
            ready = net.preprocess_input(probe[None])
            usual = UsualCallback(Path(folder, "usual"), ready, layers)
            ways.append(("with the usual recipe", [usual]))
        # Ways, rounds, and seconds on the clock and of the processors.
        times = np.zeros((len(ways), OPTIONS.rounds, 2))
        for number in range(OPTIONS.rounds):
            order = range(len(ways))
            for way in reversed(order) if number % 2 else order:
                times[way, number] = fit(*ways[way][1])
        costs = last_scalars(Path(folder, "ours"))
    base = np.median(times[0, :, 0])
    print(
        f"SqueezeNet {SIZE}×{SIZE}, {OPTIONS.backend}, batches of {OPTIONS.batch}, "
        f"epochs of {base / OPTIONS.epochs:.1f} s, one log of {len(layers)} layers "
        f"for one input after each; {OPTIONS.rounds} rounds; middle (least…most):"
    )
    for (name, _), measured in zip(ways, times, strict=True):
        clock, processors = (measured / times[0]).T
        print(
            f"  {name:38} {spread(measured[:, 0], 1)} s  {spread(clock, 3)}×  "
            f"of the processors' time {spread(processors, 3)}×"
        )
    forward, held = forward_pass(net, probe), statistics.median(ours.seconds)
    # The scalars of a log are written before its own work is counted.
    worker = costs["tb_actviz/seconds_worker"] / (OPTIONS.epochs - 1)
    print(f"  a forward pass of the probe            {forward * 1e3:8.1f} ms")
    print(
        f"  the training held by one log           {held * 1e3:8.1f} ms  "
        f"{held / forward:.2f} forward passes"
    )
    print(f"  worker thread, one log                 {worker * 1e3:8.1f} ms of CPU")
    print(f"  written, one log                       {costs['tb_actviz/bytes']:8.0f} B")
    print(f"  skipped to keep to the budget          {costs['tb_actviz/skipped']:8.0f}")


def spread(found: np.ndarray, places: int) -> str:
    """The middle of some numbers, and the ends."""
    middle, least, most = np.median(found), found.min(), found.max()
    return f"{middle:.{places}f} ({least:.{places}f}…{most:.{places}f})"


def forward_pass(net: keras.Model, probe: np.ndarray) -> float:
    """Seconds of a compiled pass of the probe for the model's output alone."""
    output = net.layers[-1].name
    only = ForwardPass(net, lambda calls: select_calls(calls, output))
    ready = only.prepare(read_inputs(probe, only.signature))
    ready.run()
    return statistics.median(timed(ready.run) for _ in range(15))


if __name__ == "__main__":
    main()
