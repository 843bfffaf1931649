"""Whatever fails, the training goes on, its user is told once, the log stays whole."""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from events import event_files, scalars, values
from faults import (
    LAYER,
    PROBES,
    RUNS,
    SOON,
    At,
    Child,
    digest_of,
    fragile,
    fragile_subclassed,
    logged_to,
    make_read_only,
    messages,
    small_disk,
    steps_in_all_loaders,
    stored,
    told,
    train_the_same,
    undisturbed,
    wait_until_stored,
)
from plugin.serving import LOADERS, Host, serving
from training import assert_equal, compiled, fit, nested, weights
from waiting import soon

from tb_actviz import ActivationCallback, InputError, LogOptions
from tb_actviz.records.codec import unpack
from tb_actviz.records.schema import decode_record
from tb_actviz.writing.event_file import EventFile
from tb_actviz.writing.run_lock import RunLock
from tb_actviz.writing.summaries import scalar_summary

mounts = pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs")
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")

#: What takes the worker thread longer than a batch of these trainings.
SLOW = LogOptions(views=("channels", "strongest", "inputs"))


@pytest.mark.slow
@mounts
@pytest.mark.every_backend
def test_a_full_disk_ends_the_logging_until_there_is_room(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with small_disk(tmp_path / "disk", "512k") as disk:
        run = disk / "run"
        (disk / "something else").write_bytes(bytes(350_000))
        callback = logged_to(run, update_freq="batch")
        train_the_same(callback, epochs=10)
        (message,) = told(caplog)
        assert message.startswith(f"Logging activations to {run} ended at step ")
        assert message.endswith("No space left on device. Training goes on.")
        steps = steps_in_all_loaders(run)["."]
        assert steps == list(range(len(steps)))
        assert 3 < len(steps) < 20

        train_the_same(callback, epochs=10)
        (message,) = told(caplog)
        assert message.endswith("No space left on device. Training goes on.")
        (disk / "something else").unlink()
        train_the_same(callback, epochs=2)
        assert told(caplog) == []
        after = steps_in_all_loaders(run)["."]
        assert after[: len(steps)] == steps
        assert np.diff(after[-5:]).tolist() == [1] * 4


@pytest.mark.slow
def test_a_file_in_the_way_is_told_and_nothing_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken").write_text("important")
    train_the_same(logged_to(tmp_path / "taken" / "run"))
    (message,) = told(caplog)
    assert message == (
        "Activations are not logged: The log directory "
        f"{str(tmp_path / 'taken' / 'run')!r} is, or lies in, something that is a "
        "file. Choose another one. Training goes on."
    )
    assert (tmp_path / "taken").read_text() == "important"


@pytest.mark.slow
@mounts
def test_a_read_only_folder_is_told_and_nothing_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with small_disk(tmp_path / "disk", "256k") as disk:
        make_read_only(disk)
        for folder in (disk, disk / "run" / "below"):
            train_the_same(logged_to(folder))
            (message,) = told(caplog)
            assert message == (
                f"Activations are not logged: The log directory {str(folder)!r} cannot "
                "be written to: Read-only file system. Choose another one, or change "
                "its permissions. Training goes on."
            )
        assert list(disk.iterdir()) == []


@pytest.mark.slow
@mounts
def test_a_folder_that_becomes_read_only_ends_the_logging(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with small_disk(tmp_path / "disk", "256k") as disk:
        run = disk / "run"
        # No file is open before the first log; the system would refuse otherwise.
        lock_it = At(lambda: make_read_only(disk), batches=3)
        train_the_same(lock_it, logged_to(run, update_freq=[5, 7, 9]))
        (message,) = told(caplog)
        assert message.startswith(f"Logging activations to {run} ended at step ")
        assert "Read-only file system" in message
        assert stored(run) == {}


def delete(run: Path, last: int) -> Callable[[], None]:
    """Delete a folder once a step is there."""

    def act() -> None:
        wait_until_stored(run, last)
        shutil.rmtree(run)

    return act


@pytest.mark.slow
@pytest.mark.every_backend
def test_a_deleted_folder_is_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = tmp_path / "deep" / "run"
    train_the_same(
        At(lambda: (delete(run, 1)(), run.parent.rmdir()), epoch=2),
        At(delete(run, 3), epoch=4),
        logged_to(run),
        epochs=8,
    )
    (message,) = told(caplog)
    assert message == (
        f"The activations logged to {run} before step 2 were deleted. From there on "
        f"they are logged to {run}."
    )
    assert steps_in_all_loaders(run) == {".": [4, 5, 6, 7]}


@pytest.mark.slow
def test_what_is_deleted_at_the_end_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = tmp_path / "run"
    train_the_same(logged_to(run), At(delete(run, 5), epoch=5))
    (message,) = told(caplog)
    assert message == f"The activations logged to {run} were deleted."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_another_training_in_the_place_of_a_deleted_one_is_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = tmp_path / "run"
    others: list[RunLock | None] = []

    def replace() -> None:
        delete(run, 1)()
        others.append(RunLock.acquire(run))
        with EventFile(run) as file:
            file.add(scalar_summary({"loss": 1.0}), 20)

    train_the_same(At(replace, epoch=2), logged_to(run))
    (message,) = told(caplog)
    assert message.endswith(f"From there on they are logged to {run / '2'}.")
    assert stored(run)["."] == {"loss": [20]}
    assert steps_in_all_loaders(run) == {".": [], "2": [2, 3, 4, 5]}
    (other,) = others
    assert other is not None
    other.release()


@pytest.mark.slow
def test_steps_are_not_mixed_with_those_of_a_training_in_the_same_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = tmp_path / "run"

    def replace() -> None:
        delete(run, 1)()
        with EventFile(run) as file:
            file.add(scalar_summary({"loss": 1.0}), 20)

    train_the_same(At(replace, epoch=2), logged_to(run))
    (message,) = told(caplog)
    assert "holds those of another training up to step 20 now" in message
    assert stored(run) == {".": {"loss": [20]}}
    assert steps_in_all_loaders(run) == {".": []}


def throw_into_the_worker(error: type[BaseException]) -> None:
    """What a notebook's or a test runner's time limit does."""
    (worker,) = (one for one in threading.enumerate() if one.name.startswith("tb-actv"))
    assert ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(worker.ident or 0), ctypes.py_object(error)
    )


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("error", [SystemExit, MemoryError, KeyboardInterrupt])
def test_a_worker_that_is_killed_ends_the_logging(
    error: type[BaseException], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def kill() -> None:
        wait_until_stored(tmp_path, 2)
        throw_into_the_worker(error)

    train_the_same(At(kill, epoch=3), logged_to(tmp_path))
    (message,) = told(caplog)
    assert message.startswith(f"Logging activations to {tmp_path} ended at step ")
    assert error.__name__ in message
    assert message.endswith(". Training goes on.")
    assert steps_in_all_loaders(tmp_path) == {".": [0, 1, 2]}


@pytest.mark.slow
def test_a_worker_can_be_killed_at_any_moment(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for attempt in range(4):

        def kill(wait: float = 0.012 * attempt) -> None:
            time.sleep(wait)
            throw_into_the_worker(SystemExit)

        run = tmp_path / str(attempt)
        callback = logged_to(run, update_freq="batch", options=SLOW)
        train_the_same(callback, At(kill, batches=3), epochs=3)
        (message,) = told(caplog)
        assert "the writing thread ended with SystemExit" in message
    for steps in steps_in_all_loaders(tmp_path).values():
        assert steps == list(range(len(steps)))
        assert len(steps) <= 4


@pytest.mark.slow
@pytest.mark.every_backend
def test_what_cannot_be_written_ends_the_logging(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # As Python names a file whose name is not text.
    inputs = {"gr\udcfcn": PROBES["one"]}
    train_the_same(ActivationCallback(tmp_path, inputs, LAYER, max_overhead=None))
    (message,) = told(caplog)
    assert message.startswith(f"Logging activations to {tmp_path} ended at step ")
    assert "UnicodeEncodeError" in message
    assert stored(tmp_path) == {}


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize("build", [fragile, fragile_subclassed])
def test_a_model_that_fails_at_inference_ends_the_logging(
    build: Callable[[], keras.Model],
    eager: bool,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    callback = logged_to(tmp_path, ["conv", "head"], update_freq="batch", options=SLOW)
    train_the_same(callback, build=build, eager=eager)
    (message,) = told(caplog)
    assert f"ended at step {RUNS - 2}: The model " in message
    assert "fails on these inputs." in message
    if keras.backend.backend() == "tensorflow":
        assert "RuntimeError: the sensor is gone. Training goes on." in message
    # What was captured before is written, although the training did not wait for it.
    assert steps_in_all_loaders(tmp_path) == {".": list(range(RUNS - 2))}


class MuteError(Exception):
    """Has no text to tell."""

    def __str__(self) -> str:
        raise AttributeError(self.args)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ZeroDivisionError, "ZeroDivisionError: of the user's"),
        (InputError, "of the user's"),
        (MuteError, "MuteError"),
    ],
)
@pytest.mark.parametrize(
    ("at", "what"),
    [(0, "Activations are not logged"), (4, "Activations are not logged any more")],
)
def test_a_predicate_that_raises_ends_the_logging(
    at: int,
    what: str,
    error: type[Exception],
    words: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def is_due(batch: int) -> bool:
        if batch == at:
            raise error("of the user's")
        return True

    train_the_same(logged_to(tmp_path, update_freq=is_due))
    assert told(caplog) == [f"{what}: {words}. Training goes on."]
    if at:
        assert steps_in_all_loaders(tmp_path) == {".": list(range(at))}
    else:
        assert stored(tmp_path) == {}


def test_a_preprocess_that_raises_is_told_before_the_training(tmp_path: Path) -> None:
    def preprocess(picture: Any) -> Any:
        raise ZeroDivisionError

    model = compiled(nested())
    before = weights(model)
    with pytest.raises(InputError, match="ZeroDivisionError"):
        fit(model, logged_to(tmp_path, preprocess=preprocess))
    assert_equal(before, weights(model))
    assert event_files(tmp_path) == []


class Poison(keras.callbacks.Callback):
    """Gives one channel, and then all, such weights as diverged trainings have."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if 1 <= epoch <= 2:
            conv = self.model.get_layer("backbone").get_layer("conv")
            kernel, bias = conv.get_weights()
            kernel[..., : 1 if epoch == 1 else None] = self.value
            conv.set_weights([kernel, bias])


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize(
    ("value", "precision"), [(float("nan"), "uint8"), (float("inf"), "float16")]
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_training_that_diverges_is_logged_as_it_is(
    value: float, precision: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    without = compiled(nested())
    fit(without, Poison(value), epochs=5)
    watched = compiled(nested())
    options = LogOptions(
        views=("channels", "strongest", "relu", "inputs"), precision=precision
    )
    fit(watched, Poison(value), logged_to(tmp_path, "*", options=options), epochs=5)
    assert_equal(weights(without), weights(watched))
    assert told(caplog) == []
    assert steps_in_all_loaders(tmp_path) == {".": [0, 1, 2, 3, 4]}

    found = scalars(tmp_path)
    means = [found[f"{LAYER}/mean", step] for step in range(5)]
    assert np.isfinite(means).tolist() == [True, True, False, False, False]
    records = values(tmp_path, "activations")
    for step, channels in [(0, 0), (1, 1), (4, 4)]:
        record = decode_record(records[f"{LAYER}/activations", step].string_val)
        for one in record.inputs:
            maps = unpack(one.packed)
            odd = ~np.isfinite(maps).reshape(-1, 4).all(axis=0)
            assert odd.sum() == channels
            counted = np.add(one.nan_count, one.inf_count)
            assert counted.tolist() == [100 if is_odd else 0 for is_odd in odd]


@pytest.mark.slow
@pytest.mark.every_backend
def test_a_step_that_is_dropped_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained, write = threading.Event(), os.write

    def write_after_the_training(descriptor: int, data: bytes) -> int:
        if threading.current_thread().name.startswith("tb-actviz"):
            assert trained.wait(SOON)
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", write_after_the_training)
    options = LogOptions(views=SLOW.views)
    train_the_same(
        logged_to(
            tmp_path,
            "*",
            update_freq="batch",
            options=options,
            when_full="drop_oldest",
        ),
        At(trained.set, batches=12),
    )
    logged = steps_in_all_loaders(tmp_path)["."]
    dropped = 13 - len(logged)
    assert dropped > 0
    assert logged[-1] == 12
    assert scalars(tmp_path)["tb_actviz/dropped", 12] == dropped
    (message,) = told(caplog)
    assert message == (
        f"Writing could not keep up: of 13 steps of activations, {dropped} dropped to "
        "keep the training going."
    )


@pytest.mark.slow
@pytest.mark.every_backend
def test_a_training_that_waits_for_the_writer_loses_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    callback = logged_to(tmp_path, update_freq="batch", options=SLOW)
    train_the_same(callback)
    assert steps_in_all_loaders(tmp_path) == {".": list(range(13))}
    assert scalars(tmp_path)["tb_actviz/dropped", 12] == 0
    assert told(caplog) == []


@pytest.mark.slow
@pytest.mark.every_backend
def test_two_callbacks_of_one_training_do_not_share_a_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    train_the_same(
        logged_to(tmp_path, update_freq="batch"),
        logged_to(tmp_path, update_freq="batch"),
    )
    (message,) = told(caplog)
    assert message.startswith(f"{tmp_path} is being logged to by another training")
    assert f"logs to {tmp_path / '2'}." in message
    everything = list(range(13))
    assert steps_in_all_loaders(tmp_path) == {".": everything, "2": everything}


@pytest.mark.slow
def test_an_interrupted_training_leaves_its_folder_to_the_next(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def interrupt() -> None:
        wait_until_stored(tmp_path, 2)
        raise KeyboardInterrupt

    callback = logged_to(tmp_path)
    # By means that do not keep the callback alive with the traceback.
    with suppress(KeyboardInterrupt):
        fit(compiled(nested()), At(interrupt, epoch=3), callback, epochs=5)
    callback = logged_to(tmp_path)
    with suppress(KeyboardInterrupt):
        fit(compiled(nested()), At(interrupt, epoch=3), callback, epochs=5)
    train_the_same(callback)
    assert told(caplog) == []
    assert steps_in_all_loaders(tmp_path) == {".": list(range(3 + 3 + 6))}


def falling_silent() -> keras.Model:
    """A model with a layer of which the worker thread tells that it fell silent."""
    model = nested()
    conv = model.get_layer("backbone").get_layer("conv")
    # With the first batch, so that the step before it is another one.
    conv.bias.constraint = lambda bias: 0 * keras.ops.convert_to_tensor(bias) - 1e6
    return model


class Blocking(logging.Handler):
    """A handler of the user's that takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.leave = threading.Event(), threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if "are silent" in record.getMessage():
            self.entered.set()
            assert self.leave.wait(SOON)


@pytest.mark.slow
@pytest.mark.every_backend
def test_a_training_that_was_still_written_leaves_its_folder_to_the_next(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logger, handler = logging.getLogger("tb_actviz"), Blocking()

    def interrupt() -> None:
        assert handler.entered.wait(SOON)
        raise KeyboardInterrupt

    logger.addHandler(handler)
    try:
        callback = logged_to(tmp_path, update_freq="batch")
        with suppress(KeyboardInterrupt):
            fit(compiled(falling_silent()), callback, At(interrupt, batches=1))
        del callback
        # Until then the first training's worker is in the middle of a step.
        threading.Timer(1.0, handler.leave.set).start()
        fit(compiled(nested()), logged_to(tmp_path), epochs=2)
    finally:
        handler.leave.set()
        logger.removeHandler(handler)
    (message,) = told(caplog)
    assert "are silent" in message
    assert steps_in_all_loaders(tmp_path) == {".": [0, 1, 2, 3]}


class Failing(logging.Handler):
    """A handler of the user's that is broken."""

    def emit(self, record: logging.LogRecord) -> None:
        raise ConnectionError("the chat does not answer")


@pytest.mark.slow
def test_a_log_handler_that_raises_harms_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("tb_actviz")
    handler = Failing()
    logger.addHandler(handler)
    try:
        # Told by the worker thread.
        callback = logged_to(tmp_path / "run", update_freq="batch")
        train_the_same(callback, build=falling_silent)
        # Told by the training thread.
        (tmp_path / "file").write_text("")
        train_the_same(logged_to(tmp_path / "file"), build=falling_silent)
    finally:
        logger.removeHandler(handler)
    assert steps_in_all_loaders(tmp_path / "run") == {".": list(range(1 + 6 * 2))}


KILLED = """
    sys.stdin.readline()
    started = At(lambda: print("trains", flush=True), batches=1)
    callback = logged_to(run, ["backbone/conv", "head"], update_freq="batch")
    fit(compiled(nested()), callback, started, epochs=200, batches=10)
"""
KILLED_AFTER = [0.0, 0.83, 0.21, 1.37, 0.52, 0.09]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of six trainings killed one after another, and one that was not."""
    run = tmp_path_factory.mktemp("killed") / "run"
    children = [Child(KILLED, run) for _ in KILLED_AFTER]
    for seconds, child in zip(KILLED_AFTER, children, strict=True):
        child.send_line()
        assert child.line() == "trains"
        time.sleep(seconds)
        child.process.send_signal(signal.SIGKILL)
        status, _, errors = child.end()
        assert status == -signal.SIGKILL
        assert messages(errors) == []
    before = steps_in_all_loaders(run)["."]
    # The system may have been writing when the last one was killed.
    last = event_files(run)[-1]
    os.truncate(last, last.stat().st_size - 7)
    train_the_same(logged_to(run, [LAYER, "head"], update_freq="batch"))
    after = steps_in_all_loaders(run)["."]
    assert after[: len(before)] == before
    assert len(after) == len(before) + 13
    return run


@pytest.mark.slow
def test_a_killed_training_leaves_what_was_complete(killed: Path) -> None:
    assert len(event_files(killed)) == len(KILLED_AFTER) + 1
    steps = stored(killed)["."][f"{LAYER}/activations"]
    assert np.all(np.diff(steps) >= 1)
    # Of each killed training no more than the step in the making is missing.
    assert np.diff(steps).max() <= 2
    assert len(steps) > 2 * len(KILLED_AFTER) + 13


@pytest.mark.slow
@pytest.mark.parametrize("loader", LOADERS)
def test_tensorboard_serves_what_killed_trainings_left(
    killed: Path, loader: str
) -> None:
    expected = stored(killed)["."]
    picture = next(tag for tag in expected if tag.startswith(f"{LAYER}/channels/"))
    samples = "--samples_per_plugin=images=10000,scalars=10000"
    with serving(killed, loader, samples) as host:
        for route, tag in [
            ("scalars/scalars", f"{LAYER}/mean"),
            ("images/images", picture),
        ]:
            assert served(host, route, tag, expected[tag]) == expected[tag]


def served(host: Host, route: str, tag: str, expected: list[int]) -> list[int]:
    """The steps that a tab gets, once they are those expected or it is late."""

    def steps() -> list[int]:
        answer = host.of_another(route, run=".", tag=tag, sample=0)
        listed = [] if answer.status == 404 else answer.json()
        return [one["step"] if isinstance(one, dict) else one[1] for one in listed]

    soon(lambda: steps() == expected)
    return steps()


@pytest.mark.slow
def test_two_processes_in_one_folder_do_not_share_a_run(tmp_path: Path) -> None:
    run = tmp_path / "run"
    program = """
        sys.stdin.readline()
        model = compiled(nested())
        fit(model, logged_to(run, update_freq="batch"), epochs=6, batches=5)
        print(digest(model))
    """
    children = [Child(program, run) for _ in range(2)]
    for child in children:
        child.send_line()
    ends = [child.end() for child in children]
    whole = digest_of(undisturbed(nested, 6, 5, False))
    assert [(status, out) for status, out, _ in ends] == [(0, f"{whole}\n")] * 2
    (message,) = (line for _, _, errors in ends for line in messages(errors))
    assert f"{run} is being logged to by another training; this one logs to " in message
    everything = list(range(31))
    assert steps_in_all_loaders(run) == {".": everything, "2": everything}


HANGING = """
    from functools import partial
    from faults import wait_until_stored
    from tb_actviz.runs import run_log
    from tb_actviz.writing import async_writer

    # The bounds are as they are, only shorter.
    run_log.PATIENCE = async_writer.EXIT_SECONDS = 1.0
    run_log.Worker = partial(async_writer.Worker, patience=1.0)
    hangs, write = threading.Event(), os.write

    def write_if_possible(descriptor, data):
        if hangs.is_set() and threading.current_thread().name.startswith("tb-actviz"):
            threading.Event().wait()
        return write(descriptor, data)

    os.write = write_if_possible
    def hang():
        wait_until_stored(run / "a", 1)  # however slow the machine
        hangs.set()

    begin = time.monotonic()
    for folder, epochs, action in [("a", 5, hang), ("b", 9, hangs.set)]:
        model = compiled(nested())
        fit(model, At(action, epoch=2), logged_to(run / folder), epochs=epochs)
        print(digest(model), flush=True)
    print(time.monotonic() - begin)
    print(time.time())
"""


@pytest.mark.slow
def test_a_write_that_hangs_holds_nothing_up_for_ever(tmp_path: Path) -> None:
    child = Child(HANGING, tmp_path)
    status, out, errors = child.end()
    first, second, seconds, ended = out.split()
    assert status == 0
    # A second to close, or to wait for room; the rest is training, however slow the
    # machine. A write that is waited for never ends.
    assert float(seconds) < 120
    assert time.time() - float(ended) < 60
    assert first == digest_of(undisturbed(nested, 5, 2, False))
    assert second == digest_of(undisturbed(nested, 9, 2, False))
    late, no_room = messages(errors)
    assert late.startswith("Writing could not keep up: of 5 steps of activations, ")
    assert late.endswith(" not written within 1 s.")
    assert "the writing thread made no room for 1 s. Training goes on." in no_room
    assert "Traceback" not in errors


INTERRUPTED = """
    from faults import stored
    from tb_actviz import LogOptions

    def interrupt():
        print(len(stored(run).get(".", {}).get("tb_actviz/bytes", ())), flush=True)
        if sys.argv[2] == "SIGINT":
            signal.raise_signal(signal.SIGINT)
        raise ValueError("the user's own")

    options = LogOptions(views=("channels", "strongest", "inputs"))
    callback = logged_to(run, ["backbone/*"], update_freq="batch", options=options)
    fit(compiled(nested()), callback, At(interrupt, batches=6), epochs=5, batches=4)
"""


@pytest.mark.slow
def test_an_interrupted_training_writes_what_it_has_when_the_process_ends(
    tmp_path: Path,
) -> None:
    how = {"SIGINT": (-signal.SIGINT, "KeyboardInterrupt"), "error": (1, "ValueError")}
    children = {name: Child(INTERRUPTED, tmp_path / name, name) for name in how}
    for name, child in children.items():
        status, out, errors = child.end()
        assert status == how[name][0]
        assert errors.strip().splitlines()[-1].startswith(how[name][1])
        assert messages(errors) == []
        # Some of it was not written when the training was interrupted.
        assert int(out) < 7
        assert steps_in_all_loaders(tmp_path / name) == {".": list(range(7))}


FORKING = """
    from tb_actviz import LogOptions

    def fork():
        pid = os.fork()
        if not pid:
            # It goes on as if it were the training.
            callback.on_train_batch_end(5)
            callback.on_train_end()
            sys.stderr.flush()
            os._exit(7)  # TensorFlow hangs at the end of a forked process
        children.append(pid)

    children = []
    options = LogOptions(views=("channels", "strongest", "inputs"))
    callback = logged_to(run, update_freq="batch", options=options)
    model = compiled(nested())
    fit(model, callback, At(fork, batches=5), epochs=2, batches=6)
    (child,) = children
    print("child", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    print(digest(model))
"""


@forks
@pytest.mark.slow
def test_a_forked_child_writes_nothing_and_blocks_nobody(tmp_path: Path) -> None:
    run = tmp_path / "run"
    status, out, errors = Child(FORKING, run).end()
    assert status == 0
    assert out == f"child 7\n{digest_of(undisturbed(nested, 2, 6, False))}\n"
    (message,) = messages(errors)
    assert "stayed with the process this one was forked from" in message
    assert len(event_files(run)) == 1
    assert steps_in_all_loaders(run) == {".": list(range(13))}


LOADED_BY_PROCESSES = """
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 6

        def __getitem__(self, index):
            return tuple(part[4 * index : 4 * index + 4] for part in data(6))

    def train(*callbacks):
        batches = Batches(workers=2, use_multiprocessing=True, max_queue_size=4)
        model = compiled(nested())
        model.fit(batches, epochs=4, shuffle=False, verbose=0, callbacks=callbacks)
        return digest(model)

    print(train() == train(logged_to(run, update_freq="batch")))
"""


@forks
@pytest.mark.slow
def test_processes_that_load_data_do_not_disturb_the_log(tmp_path: Path) -> None:
    run = tmp_path / "run"
    status, out, errors = Child(LOADED_BY_PROCESSES, run).end()
    assert (status, out) == (0, "True\n")
    assert messages(errors) == []
    assert len(event_files(run)) == 1
    assert steps_in_all_loaders(run) == {".": list(range(25))}


ALL_WARNINGS = """
    import warnings

    (run.parent / "file").write_text("")
    for folder in (run, run.parent / "file"):
        model = compiled(nested())
        fit(model, logged_to(folder, update_freq="batch"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            print(digest(model))
"""


@pytest.mark.slow
def test_warnings_that_are_errors_change_nothing(tmp_path: Path) -> None:
    run = tmp_path / "run"
    status, out, errors = Child(ALL_WARNINGS, run, flags="-W error").end()
    assert status == 0, errors
    assert out == 2 * f"{digest_of(undisturbed(nested, 2, 2, False))}\n"
    (message,) = messages(errors)
    assert "something that is a file" in message
    assert steps_in_all_loaders(run) == {".": list(range(5))}
