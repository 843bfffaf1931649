"""Faults for a training in progress, and every reader of what it logged."""

from __future__ import annotations

import functools
import hashlib
import os
import signal
import struct
import subprocess
import sys
import tempfile
import textwrap
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import keras
import numpy as np
import pytest
import tensorboard_data_server
from events import event_files
from networks import pictures
from tensorboard.backend.event_processing.plugin_event_multiplexer import (
    EventMultiplexer,
)
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.context import RequestContext
from tensorboard.data.grpc_provider import GrpcDataProvider, make_stub
from training import (
    PROBES,
    Subclassed,
    assert_equal,
    compiled,
    fit,
    nested,
    weights,
)

from tb_actviz import ActivationCallback

TESTS = Path(__file__).parent
LAYER = "backbone/conv"
#: How long anything may take that takes a moment, in seconds.
SOON = 120.0
#: Run to tag to the steps it has there.
Found = dict[str, dict[str, list[int]]]


class At(keras.callbacks.Callback):
    """Does something once, at the end of an epoch or after so many batches."""

    def __init__(
        self,
        action: Callable[[], object],
        *,
        epoch: int | None = None,
        batches: int | None = None,
    ) -> None:
        super().__init__()
        self.action = action
        self.epoch = epoch
        self.batches = batches
        self.seen = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.seen += 1
        if self.seen == self.batches:
            self.action()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch == self.epoch:
            self.action()


def logged_to(log_dir: Path, layers: Any = LAYER, **given: Any) -> ActivationCallback:
    """The callback without a budget: these trainings last milliseconds."""
    return ActivationCallback(
        log_dir, PROBES, layers, **{"max_overhead": None, **given}
    )


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the callback has told since it was last asked."""
    messages = [one.message for one in caplog.records if one.name == "tb_actviz"]
    caplog.clear()
    return messages


class Fragile(keras.layers.Layer):
    """Passes on what comes, and raises after so many runs for inference.

    Args:
        runs: How many succeed.
    """

    def __init__(self, runs: int, **given: Any) -> None:
        super().__init__(**given)
        self.runs = runs

    def call(self, x: Any, training: bool = False) -> Any:
        return x if training else _by_host(self._pass_on, x)

    def _pass_on(self, values: np.ndarray) -> np.ndarray:
        self.runs -= 1
        if self.runs < 0:
            raise RuntimeError("the sensor is gone")
        return values


def _by_host(function: Callable[[np.ndarray], np.ndarray], x: Any) -> Any:
    """Call a function of arrays whenever the model runs, also where it is traced."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        passed_on = tf.numpy_function(function, [x], x.dtype)
        passed_on.set_shape(x.shape)
        return passed_on
    if keras.backend.backend() == "jax":
        import jax

        return jax.pure_callback(function, jax.ShapeDtypeStruct(x.shape, x.dtype), x)
    if x.device.type != "meta":  # torch finds out shapes with tensors of no values
        function(x)
    return x


#: How often a fragile model can be run: twice before the training, once of it to see
#: whether its inputs meet in a layer, then for each log.
RUNS = 7


def fragile() -> keras.Model:
    """A model that draws random numbers, and then breaks, at inference."""
    keras.utils.set_random_seed(5)
    inputs = keras.Input((12, 12, 3))
    x = keras.layers.Rescaling(1 / 255, name="scale")(inputs)
    x = keras.layers.Conv2D(4, 3, activation="relu", name="conv")(x)
    x = keras.layers.GaussianNoise(0.5, name="noise")(x, training=True)
    x = Fragile(RUNS, name="fragile")(x)
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, keras.layers.Dense(2, name="head")(x), name="fragile")


class FragileSubclassed(Subclassed):
    """A model without a graph that does so."""

    def __init__(self) -> None:
        super().__init__()
        self.fragile = Fragile(RUNS, name="fragile")

    def call(self, x: Any, training: bool = False) -> Any:
        x = self.noise(self.mix(self.conv(self.scale(x))), training=True)
        return self.head(self.pool(self.fragile(x, training=training)))


def fragile_subclassed() -> keras.Model:
    """A subclassed model that was called once, in training."""
    keras.utils.set_random_seed(5)
    model = FragileSubclassed()
    model(pictures(2, (12, 12)).astype(np.float32), training=True)
    return model


@functools.cache
def undisturbed(
    build: Callable[[], keras.Model], epochs: int, batches: int, eager: bool
) -> list[np.ndarray]:
    """The weights after a training that nobody watches."""
    model = compiled(build(), run_eagerly=eager)
    fit(model, epochs=epochs, batches=batches)
    return weights(model)


def train_the_same(
    *callbacks: keras.callbacks.Callback,
    build: Callable[[], keras.Model] = nested,
    epochs: int = 6,
    batches: int = 2,
    eager: bool = False,
) -> keras.Model:
    """Train with callbacks, to the same weights as without them."""
    model = compiled(build(), run_eagerly=eager)
    fit(model, *callbacks, epochs=epochs, batches=batches)
    assert_equal(weights(model), undisturbed(build, epochs, batches, eager))
    return model


def digest(model: keras.Model) -> str:
    """What tells the weights of a model from any others."""
    return digest_of(weights(model))


def digest_of(arrays: list[np.ndarray]) -> str:
    """What tells some arrays from any others."""
    found = hashlib.sha256()
    for values in arrays:
        found.update(values.tobytes())
    return found.hexdigest()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of so many bytes at a folder, or skip the test."""
    folder.mkdir()
    _system("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S607


def make_read_only(disk: Path) -> None:
    """Let nobody write to a mounted file system any more."""
    _system("mount", "-o", "remount,ro", str(disk))


def _system(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted: {done.stderr.strip()}")


class Child:
    """A process with a training in it.

    Args:
        program: What it runs, after imports of the names that trainings need.
        *arguments: More of its command line.
        flags: Of the interpreter.
    """

    def __init__(self, program: str, *arguments: object, flags: str = "") -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, *flags.split(), "-c"),
                f"{_NAMES}{textwrap.dedent(program)}",
                *map(str, arguments),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            start_new_session=True,
        )

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def send_line(self) -> None:
        """Let it go on, if it waits for that."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self, seconds: float = 400) -> tuple[int, str, str]:
        """Wait for its end: exit status, what it printed, what it told."""
        try:
            out, errors = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        return self.process.returncode, out, errors


_NAMES = """
import logging, os, signal, sys, threading, time
from pathlib import Path
import keras
from faults import At, digest, logged_to
from training import compiled, data, fit, nested
logging.basicConfig(format="%(name)s: %(message)s")
run = Path(sys.argv[1])
"""


def messages(errors: str) -> list[str]:
    """What the callback told in another process, of all that this wrote."""
    mark = "tb_actviz: "
    lines = errors.splitlines()
    return [line.removeprefix(mark) for line in lines if line.startswith(mark)]


def complete_events(path: Path) -> Iterator[Event]:
    """The events of all complete records of a file, whatever they hold."""
    data, position = path.read_bytes(), 0
    while position + 8 <= len(data):
        (length,) = struct.unpack_from("<Q", data, position)
        end = position + 12 + length + 4
        if end > len(data):
            return
        yield Event.FromString(data[position + 12 : end - 4])
        position = end


def stored(log_dir: Path) -> Found:
    """What is in the files, read record by record."""
    found: Found = defaultdict(lambda: defaultdict(list))
    for path in event_files(log_dir):
        run = path.parent.relative_to(log_dir).as_posix()
        for event in complete_events(path):
            for value in event.summary.value:
                found[run][value.tag].append(event.step)
    return {run: dict(tags) for run, tags in found.items()}


def wait_until_stored(log_dir: Path, step: int) -> None:
    """Wait until all of a step is in the files: its costs are the last of it."""
    deadline = time.monotonic() + SOON
    while step not in stored(log_dir).get(".", {}).get("tb_actviz/bytes", ()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def steps_in_all_loaders(log_dir: Path) -> dict[str, list[int]]:
    """The steps of every run, once it is sure that no loader misses anything."""
    expected = stored(log_dir)
    assert _by_python(log_dir) == expected
    with _data_server(log_dir) as provider:
        deadline = time.monotonic() + SOON
        while (found := _by_rust(provider)) != expected:
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
    assert found == expected
    return {run: _steps_of_layers(tags) for run, tags in expected.items()}


def _steps_of_layers(tags: dict[str, list[int]]) -> list[int]:
    """The steps of any layer; pictures of the inputs are there where they changed."""
    of_layers = (
        steps
        for tag, steps in tags.items()
        if tag.endswith("/activations") and tag != ":input/activations"
    )
    return next(of_layers, [])


def _by_python(log_dir: Path) -> Found:
    """What TensorBoard's loader in Python reads."""
    multiplexer = EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(log_dir))
    multiplexer.Reload()
    return {
        run: {
            tag: [event.step for event in multiplexer.Tensors(run, tag)]
            for tag in content["tensors"]
        }
        for run, content in multiplexer.Runs().items()
    }


_PLUGINS = ("scalars", "images", "histograms", "text", "activations")


@contextmanager
def _data_server(log_dir: Path) -> Iterator[GrpcDataProvider]:
    """TensorBoard's loader in Rust, all of whose records can be asked for."""
    scratch = tempfile.TemporaryDirectory()
    port = Path(scratch.name) / "port"
    samples = ",".join(f"{plugin}=all" for plugin in _PLUGINS)
    process = subprocess.Popen(
        [
            str(tensorboard_data_server.server_binary()),
            *(f"--logdir={log_dir}", "--reload=1", f"--samples-per-plugin={samples}"),
            *("--port=0", f"--port-file={port}"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + SOON
        while not (port.exists() and port.read_text().endswith("\n")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        address = f"localhost:{port.read_text().strip()}"
        with grpc.insecure_channel(address) as channel:
            yield GrpcDataProvider(address, make_stub(channel))
    finally:
        process.kill()
        process.wait()
        scratch.cleanup()


def _by_rust(provider: GrpcDataProvider) -> Found:
    found: Found = defaultdict(dict)
    for plugin in _PLUGINS:
        for read in (
            provider.read_scalars,
            provider.read_tensors,
            provider.read_blob_sequences,
        ):
            runs = read(
                RequestContext(), experiment_id="", plugin_name=plugin, downsample=10**6
            )
            for run, tags in runs.items():
                for tag, values in tags.items():
                    found[run][tag] = [value.step for value in values]
    return dict(found)
