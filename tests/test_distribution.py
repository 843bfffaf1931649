"""Trainings on several devices or in several processes are logged by one of them.

`Model.fit` of Keras 3 does not train under `MultiWorkerMirroredStrategy`; a loop of
one's own does, around `Model.train_step`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import pytest
from distributed import BATCHES, EPOCHS, FREQUENCIES, LAYERS, network, unbuilt
from events import event_files, values
from training import PROBES

from tb_actviz.records.codec import unpack
from tb_actviz.records.schema import decode_record

TESTS = Path(__file__).resolve().parent
#: Seconds after which a process counts as stuck: many times what any needs.
STUCK = 400


def free_ports(count: int) -> list[str]:
    """Ports of this machine that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [str(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def train(folder: Path, backend: str, *arguments: str, processes: int) -> Path:
    """Run a training to its end, in each of its processes; gives the folder back."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    ports = free_ports(2) if processes > 1 else []
    told = [folder / f"output-{rank}.txt" for rank in range(processes)]
    running = []
    try:
        for rank, output in enumerate(told):
            program = TESTS / "support" / f"distributed_{backend}.py"
            with output.open("w") as file:
                started = subprocess.Popen(
                    [sys.executable, program, *arguments, folder, str(rank), *ports],
                    env=environment(backend, rank, ports),
                    stdout=file,
                    stderr=subprocess.STDOUT,
                )
            running.append(started)
        ended = [one.wait(STUCK) for one in running]
        assert ended == [0] * processes, [path.read_text()[-3000:] for path in told]
    finally:
        for one in running:
            one.kill()
            one.wait()
    return folder


def environment(backend: str, rank: int, ports: list[str]) -> dict[str, str]:
    """What has to be settled before a back end is imported."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "CUDA_VISIBLE_DEVICES": ""}
    if backend == "tensorflow" and ports:
        workers = [f"127.0.0.1:{port}" for port in ports]
        task = {"type": "worker", "index": rank}
        config = {"cluster": {"worker": workers}, "task": task}
        environment["TF_CONFIG"] = json.dumps(config)
    if backend == "jax":
        devices = 1 if ports else 2
        environment["JAX_PLATFORMS"] = "cpu"
        environment["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={devices}"
    return environment


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What TensorFlow's MultiWorkerMirroredStrategy leaves behind."""
    folder = tmp_path_factory.mktemp("workers")
    return train(folder, "tensorflow", "workers", processes=2)


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes of JAX leave behind."""
    return train(tmp_path_factory.mktemp("processes"), "jax", processes=2)


def left(folder: Path, name: str, rank: int) -> list[np.ndarray]:
    """The variables that a process has left behind."""
    with np.load(folder / f"{name}-{rank}.npz") as stored:
        return [stored[f"arr_{index}"] for index in range(len(stored.files))]


def told(folder: Path, rank: int) -> list[str]:
    """What the callbacks of a process have told."""
    return json.loads((folder / f"told-{rank}.json").read_text())


def logged(folder: Path) -> dict[tuple[str, int], np.ndarray]:
    """(layer path, step) to activations for all inputs, out of the records."""
    found = {}
    for (tag, step), tensor in values(folder, "activations").items():
        record = decode_record(tensor.string_val)
        assert [one.name for one in record.inputs] == list(PROBES)
        if tag == ":input/activations":
            continue
        found[tag.removesuffix("/activations"), step] = np.stack(
            [unpack(one.packed).reshape(one.shape) for one in record.inputs]
        )
    return found


def expected(
    variables: list[np.ndarray], model: keras.Model, paths: Sequence[str] = LAYERS
) -> dict[str, np.ndarray]:
    """Activations with these weights, in this process alone and by Keras alone."""
    if not model.built:
        model.build((None, 12, 12, 3))
    for variable, value in zip(model.variables, variables, strict=False):
        variable.assign(value)
    outputs = {name: model.get_layer(name).output for name in paths}
    inputs = np.stack(list(PROBES.values())).astype(np.float32)
    found = keras.Model(model.inputs, outputs)(inputs, training=False)
    return {name: keras.ops.convert_to_numpy(one) for name, one in found.items()}


def assert_unharmed(folder: Path, processes: int) -> None:
    """No process has other weights with the callback than without, to the bit."""
    for rank in range(processes):
        without, watched = left(folder, "without", rank), left(folder, "with", rank)
        assert len(without) == len(watched)
        for one, other in zip(without, watched, strict=True):
            np.testing.assert_array_equal(one, other)


def assert_logged_by_the_chief(folder: Path, processes: int) -> None:
    """One file for each frequency, and in it what the chief's weights give."""
    assert [told(folder, rank) for rank in range(processes)] == [[]] * processes
    assert_unharmed(folder, processes)
    per_epoch, per_batch = (logged(folder / update_freq) for update_freq in FREQUENCIES)
    for update_freq in FREQUENCIES:
        assert len(event_files(folder / update_freq)) == 1
        assert event_files(folder / update_freq)[0].parent == folder / update_freq
    last = EPOCHS * BATCHES
    assert list(per_epoch) == [(name, e) for e in range(EPOCHS) for name in LAYERS]
    assert list(per_batch) == [(name, b) for b in range(last + 1) for name in LAYERS]
    for name, activations in expected(left(folder, "with", 0), network()).items():
        for found in (per_epoch[name, EPOCHS - 1], per_batch[name, last]):
            np.testing.assert_allclose(found, activations, rtol=1e-4, atol=1e-5)
        for epoch in range(EPOCHS):
            np.testing.assert_array_equal(
                per_epoch[name, epoch], per_batch[name, BATCHES * (epoch + 1)]
            )
        for batch in range(last):
            assert (per_batch[name, batch] != per_batch[name, batch + 1]).any()


def assert_told_and_unharmed(folder: Path, words: str) -> None:
    """The chief of two tells once for each callback why nothing is logged."""
    assert_unharmed(folder, 2)
    assert event_files(folder) == []
    messages = told(folder, 0)
    assert len(messages) == len(FREQUENCIES)
    for message in messages:
        assert message.startswith("Activations are not logged: ")
        assert words in message
        assert message.endswith(". Training goes on.")
    assert told(folder, 1) == []


@pytest.mark.slow
def test_two_devices_of_a_mirrored_strategy(tmp_path: Path) -> None:
    train(tmp_path, "tensorflow", "devices", processes=1)
    assert_logged_by_the_chief(tmp_path, 1)


@pytest.mark.slow
def test_two_workers_of_a_mirrored_strategy(two_workers: Path) -> None:
    assert_logged_by_the_chief(two_workers, 2)
    # Each worker goes by its own statistics of what it has seen.
    differ = {
        variable.path
        for variable, own, other in zip(
            network().variables,
            left(two_workers, "with", 0),
            left(two_workers, "with", 1),
            strict=False,
        )
        if (own != other).any()
    }
    assert differ == {"bn/moving_mean", "bn/moving_variance", "centre/mean"}


@pytest.mark.slow
def test_a_model_that_has_no_weights_yet_is_logged_once_its_training_made_them(
    two_workers: Path,
) -> None:
    folder = two_workers / "unbuilt"
    assert [told(folder, rank) for rank in range(2)] == [[], []]
    assert_unharmed(folder, 2)
    last = EPOCHS * BATCHES
    per_epoch, per_batch = (logged(folder / one) for one in FREQUENCIES)
    names = ("conv", "head")
    assert list(per_epoch) == [(name, e) for e in range(EPOCHS) for name in names]
    assert list(per_batch) == [(name, b + 1) for b in range(last) for name in names]
    weights = left(folder, "with", 0)
    for name, activations in expected(weights, unbuilt(), names).items():
        for found in (per_epoch[name, EPOCHS - 1], per_batch[name, last]):
            np.testing.assert_allclose(found, activations, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_two_devices_of_data_parallel(tmp_path: Path) -> None:
    train(tmp_path, "jax", processes=1)
    assert_logged_by_the_chief(tmp_path, 1)


@pytest.mark.slow
def test_two_processes_of_data_parallel(two_processes: Path) -> None:
    assert_logged_by_the_chief(two_processes, 2)


@pytest.mark.slow
def test_a_model_split_over_two_processes_is_not_logged_and_trains_on(
    two_processes: Path,
) -> None:
    folder = two_processes / "split"
    assert_told_and_unharmed(folder, "split over devices of several processes")


@pytest.mark.slow
def test_two_processes_of_distributed_data_parallel(tmp_path: Path) -> None:
    train(tmp_path, "torch", processes=2)
    assert_logged_by_the_chief(tmp_path, 2)
