"""A worker does its jobs in order, and no fault of theirs reaches the caller."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest
from waiting import PATIENCE, soon

from tb_actviz.errors import InputError
from tb_actviz.writing.async_writer import Worker

#: In seconds, what a machine that is busy with other things may take for anything that
#: does not wait, which is less than what does.
AT_ONCE = PATIENCE / 3


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())

    def are_gone() -> bool:
        return set(threading.enumerate()) <= before

    yield
    # A third of a second where much is imported, and seldom of any use.
    if not soon(are_gone, 0.2):
        gc.collect()
    assert soon(are_gone)


class Gate:
    """A job that goes on when it is opened, and is known to have begun."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.opened = threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        assert self.opened.wait(PATIENCE)


def held(worker: Worker) -> Gate:
    """Keep a worker busy with a job."""
    gate = Gate()
    assert worker.submit(gate)
    assert gate.begun.wait(PATIENCE)
    return gate


def fail() -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority here")
def test_the_thread_leaves_the_processors_to_others() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    found: list[int] = []
    worker = Worker()
    worker.submit(lambda: found.append(os.getpriority(os.PRIO_PROCESS, 0)))
    assert worker.close(10) == 0
    assert found == [max(own, 10)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == own


def test_jobs_are_done_in_order_on_one_other_thread() -> None:
    done: list[tuple[int, int]] = []
    worker = Worker()
    for number in range(50):
        assert worker.submit(
            lambda number=number: done.append((number, threading.get_ident()))
        )
    assert worker.close(PATIENCE) == 0
    assert [number for number, _ in done] == list(range(50))
    (thread,) = {thread for _, thread in done}
    assert thread != threading.get_ident()
    assert (worker.problem, worker.error, worker.dropped) == (None, None, 0)


def test_the_thread_is_joined_when_all_is_done() -> None:
    before = set(threading.enumerate())
    worker = Worker()
    (thread,) = set(threading.enumerate()) - before
    assert thread.daemon
    assert worker.is_running
    assert worker.close(PATIENCE) == 0
    assert set(threading.enumerate()) == before
    assert not worker.is_running


def test_a_closed_worker_takes_nothing_and_closes_again() -> None:
    worker = Worker()
    assert worker.close(PATIENCE) == 0
    assert worker.submit(fail) is False
    assert worker.close(0) == 0
    assert (worker.problem, worker.error) == (None, None)


def test_a_full_worker_waits_for_room() -> None:
    done: list[int] = []
    worker = Worker(capacity=1, patience=PATIENCE)
    gate = held(worker)
    assert worker.submit(lambda: done.append(1))
    begin = time.monotonic()
    threading.Timer(0.1, gate.opened.set).start()
    assert worker.submit(lambda: done.append(2))
    assert 0.05 < time.monotonic() - begin < AT_ONCE
    assert worker.close(PATIENCE) == 0
    assert done == [1, 2]


def test_a_worker_that_makes_no_room_is_stuck_until_it_does() -> None:
    done: list[int] = []
    worker = Worker(capacity=2, patience=0.5)
    gate = held(worker)
    assert worker.submit(lambda: done.append(1))
    assert worker.submit(lambda: done.append(2))
    assert worker.problem is None
    begin = time.monotonic()
    assert worker.submit(lambda: done.append(3)) is False
    assert 0.5 <= time.monotonic() - begin < AT_ONCE
    assert worker.problem == "the writing thread made no room for 0.5 s"
    # The next ones do not wait again, which would take 50 seconds.
    begin = time.monotonic()
    assert not any(worker.submit(lambda: done.append(4)) for _ in range(100))
    assert time.monotonic() - begin < AT_ONCE
    gate.opened.set()
    assert soon(lambda: done == [1, 2])
    assert worker.submit(lambda: done.append(5))
    assert worker.problem is None
    assert worker.close(PATIENCE) == 0
    assert done == [1, 2, 5]


def test_the_oldest_waiting_job_is_dropped_and_counted() -> None:
    done: list[int] = []
    worker = Worker(capacity=2, patience=PATIENCE, when_full="drop_oldest")
    gate = held(worker)
    begin = time.monotonic()
    for number in range(6):
        assert worker.submit(lambda number=number: done.append(number))
    assert time.monotonic() - begin < AT_ONCE
    assert (worker.dropped, worker.problem) == (4, None)
    gate.opened.set()
    assert worker.close(PATIENCE) == 0
    assert done == [4, 5]
    assert worker.dropped == 4


def test_under_pressure_every_job_is_done_or_dropped_in_order() -> None:
    done: list[int] = []
    worker = Worker(capacity=3, when_full="drop_oldest")
    for number in range(5000):
        assert worker.submit(lambda number=number: done.append(number))
    assert worker.close(PATIENCE) == 0
    assert done == sorted(set(done))
    assert done[-1] == 4999
    assert len(done) + worker.dropped == 5000


class Stop(BaseException):
    """Nothing that `except Exception` catches."""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left"), "OSError: [Errno 28] No space left"),
        (SystemExit(3), "SystemExit: 3"),
        (Stop(), "test_async_writer.Stop"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
)
def test_the_first_exception_ends_the_worker(error: BaseException, words: str) -> None:
    def throw() -> None:
        raise error

    done: list[int] = []
    worker = Worker(capacity=5)
    gate = held(worker)
    assert worker.submit(throw)
    assert worker.submit(lambda: done.append(1))
    assert worker.submit(fail)
    gate.opened.set()
    assert soon(lambda: not worker.is_running)
    assert worker.error is error
    assert worker.problem is not None
    assert worker.problem.startswith("the writing thread ended with ")
    assert worker.problem.endswith(words)
    assert worker.submit(lambda: done.append(2)) is False
    # The failed one and the two after it.
    assert worker.close(PATIENCE) == 3
    assert worker.close(PATIENCE) == 3
    assert done == []


def test_a_caller_that_waits_for_room_notices_a_failure() -> None:
    worker = Worker(capacity=1, patience=PATIENCE)
    gate = held(worker)
    assert worker.submit(fail)
    threading.Timer(0.1, gate.opened.set).start()
    begin = time.monotonic()
    # There may be room for a moment, when the failing job has been taken.
    worker.submit(lambda: None)
    assert time.monotonic() - begin < AT_ONCE
    assert soon(lambda: worker.error is not None)
    assert worker.submit(lambda: None) is False
    worker.close(PATIENCE)


def throw_into(worker_thread: threading.Thread, error: type[BaseException]) -> None:
    """What a notebook's or a test runner's time limit does."""
    hit = ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(worker_thread.ident or 0), ctypes.py_object(error)
    )
    assert hit == 1


@pytest.mark.parametrize("when_full", ["block", "drop_oldest"])
def test_a_thread_that_was_killed_while_it_waited_is_noticed(when_full: str) -> None:
    before = set(threading.enumerate())
    worker = Worker(patience=PATIENCE, when_full=when_full)
    (thread,) = set(threading.enumerate()) - before
    assert worker.submit(lambda: None)
    assert soon(lambda: worker.busy_seconds > 0)
    throw_into(thread, SystemExit)
    # It dies when it wakes, with the first job in its hands.
    worker.submit(lambda: None)
    thread.join(PATIENCE)
    assert not worker.is_running
    begin = time.monotonic()
    assert [worker.submit(lambda: None) for _ in range(5)] == [False] * 5
    assert time.monotonic() - begin < AT_ONCE
    assert worker.problem == "the writing thread ended with SystemExit"
    assert worker.close(PATIENCE) == 1


def test_a_thread_that_was_killed_in_a_job_is_noticed() -> None:
    def work_on() -> None:
        begun.set()
        while True:
            time.sleep(0.001)

    begun = threading.Event()
    before = set(threading.enumerate())
    worker = Worker(capacity=1)
    (thread,) = set(threading.enumerate()) - before
    assert worker.submit(work_on)
    assert begun.wait(PATIENCE)
    assert worker.submit(fail)
    throw_into(thread, SystemExit)
    assert worker.submit(fail) is False
    assert worker.problem == "the writing thread ended with SystemExit"
    assert worker.close(PATIENCE) == 2


def test_a_thread_that_is_killed_at_any_point_never_blocks_its_caller() -> None:
    """Exceptions land between any two steps of the thread."""
    for attempt in range(60):
        before = set(threading.enumerate())
        worker = Worker(capacity=1, patience=PATIENCE)
        (thread,) = set(threading.enumerate()) - before
        begin = time.monotonic()
        for number in range(1000):
            if number == attempt % 20:
                throw_into(thread, SystemExit)
            if not worker.submit(lambda: None):
                break
        assert number < 999
        assert time.monotonic() - begin < AT_ONCE
        assert worker.problem is not None
        worker.close(PATIENCE)
        assert not worker.is_running


def test_closing_is_bounded_and_counts_what_is_left() -> None:
    done: list[int] = []
    worker = Worker(capacity=3)
    gate = held(worker)
    for number in range(3):
        assert worker.submit(lambda number=number: done.append(number))
    begin = time.monotonic()
    assert worker.close(0.2) == 4
    assert 0.2 <= time.monotonic() - begin < AT_ONCE
    assert worker.is_running
    assert worker.submit(lambda: done.append(3)) is False
    gate.opened.set()
    assert soon(lambda: not worker.is_running)
    # The one that was being done is now done; the others are gone.
    assert worker.close(PATIENCE) == 3
    assert not worker.is_running
    assert worker.close(0) == 3
    assert (done, worker.problem) == ([], None)


@pytest.mark.parametrize("timeout", [-1, 0, float("inf")])
def test_any_time_limit_will_do(timeout: float) -> None:
    worker = Worker()
    assert worker.submit(lambda: None)
    assert soon(lambda: worker.busy_seconds > 0)
    assert worker.close(timeout) == 0


class Burden:
    """Something a job holds."""

    def __init__(self) -> None:
        self.values = np.zeros(10)


def burdened(
    job: Callable[[Burden], object],
) -> tuple[Callable[[], object], weakref.ref[Burden]]:
    burden = Burden()
    return lambda: job(burden), weakref.ref(burden)


def test_what_a_job_holds_is_let_go_when_it_is_done() -> None:
    worker = Worker()
    job, burden = burdened(lambda it: it.values)
    assert worker.submit(job)
    del job
    # The thread is there and waits.
    assert soon(lambda: burden() is None)
    assert worker.is_running
    worker.close(PATIENCE)


def test_what_a_job_holds_is_let_go_when_it_is_dropped_or_left() -> None:
    worker = Worker(capacity=1, when_full="drop_oldest")
    gate = held(worker)
    job, dropped = burdened(lambda it: it.values)
    assert worker.submit(job)
    job, left = burdened(lambda it: it.values)
    assert worker.submit(job)
    del job
    assert dropped() is None
    assert left() is not None
    assert worker.close(0) == 2
    assert left() is None
    gate.opened.set()


def test_what_a_failed_job_and_those_after_it_hold_is_let_go() -> None:
    def throw(burden: Burden) -> None:
        values = burden.values
        try:
            raise KeyError(len(values))
        except KeyError as cause:
            raise ValueError("too many") from cause

    worker = Worker()
    gate = held(worker)
    burden = Burden()
    failed = weakref.ref(burden)
    assert worker.submit(partial(throw, burden))
    job, after = burdened(lambda it: it.values)
    assert worker.submit(job)
    del burden, job
    gate.opened.set()
    assert soon(lambda: not worker.is_running)
    assert failed() is None
    assert after() is None
    # The places are kept, for whoever reports them.
    assert worker.error is not None
    text = "".join(traceback.format_exception(worker.error))
    assert "in throw" in text
    assert "KeyError: 10" in text


def test_an_exception_that_is_its_own_cause_ends_the_thread_too() -> None:
    def throw() -> None:
        error = ValueError("circle")
        raise error from error

    worker = Worker()
    assert worker.submit(throw)
    assert soon(lambda: not worker.is_running)
    worker.close(PATIENCE)


def test_a_worker_that_is_garbage_ends_its_thread_after_what_waits() -> None:
    done: list[int] = []
    before = set(threading.enumerate())
    worker = Worker()
    gate = held(worker)
    assert worker.submit(lambda: done.append(1))
    reference = weakref.ref(worker)
    del worker
    assert reference() is None
    gate.opened.set()
    assert soon(lambda: set(threading.enumerate()) == before)
    assert done == [1]


def test_the_processor_time_of_the_thread_is_counted() -> None:
    def work() -> None:
        begin = time.thread_time()
        while time.thread_time() - begin < 0.1:
            pass

    worker = Worker()
    assert worker.busy_seconds == 0
    # The time that passes meanwhile is what must not be counted.
    assert worker.submit(lambda: time.sleep(0.5))
    assert worker.submit(work)
    assert worker.close(PATIENCE) == 0
    assert 0.1 <= worker.busy_seconds < 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"when_full": "drop"},
            "when_full='drop' .* There are: 'block', 'drop_oldest'",
        ),
        ({"when_full": "drop-old"}, "'drop-old' .* Did you mean 'drop_oldest'"),
        ({"when_full": "blok"}, "when_full='blok' .* Did you mean 'block'"),
        ({"when_full": None}, "when_full=None .* There are: 'block', 'drop_oldest'"),
        ({"capacity": 0}, "capacity=0; expected an integer from 1"),
        ({"capacity": 1.5}, "capacity=1.5; expected"),
        ({"capacity": True}, "capacity=True; expected"),
        ({"patience": -1}, "patience=-1; expected 0 seconds or more"),
        ({"patience": float("nan")}, "patience=nan; expected"),
        ({"patience": "long"}, "patience='long'; expected"),
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Worker(**arguments)  # type: ignore[arg-type]


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def test_what_waits_at_the_end_of_the_interpreter_is_done() -> None:
    done = run(
        """
        import time
        from tb_actviz.writing.async_writer import Worker

        worker = Worker(capacity=9)
        for number in range(5):
            worker.submit(lambda number=number: (time.sleep(0.05), print(number)))
        garbage = Worker()
        garbage.submit(lambda: (time.sleep(0.3), print("garbage")))
        del garbage
        raise RuntimeError("fit failed")
        """
    )
    assert done.returncode == 1
    assert done.stdout.splitlines() == [*"01234", "garbage"]
    assert done.stderr.splitlines()[-1] == "RuntimeError: fit failed"


def test_the_end_of_the_interpreter_is_held_up_for_a_bounded_time() -> None:
    begin = time.monotonic()
    done = run(
        """
        import time
        from tb_actviz.writing import async_writer

        async_writer.EXIT_SECONDS = 0.5
        workers = [async_writer.Worker() for _ in range(4)]
        for worker in workers:
            worker.submit(lambda: time.sleep(60))
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert 0.5 <= time.monotonic() - begin < AT_ONCE


def test_jobs_at_the_end_come_before_what_was_loaded_before_the_worker() -> None:
    done = run(
        """
        import atexit
        from tb_actviz.writing.async_writer import Worker

        first = Worker()
        atexit.register(print, "a library ends")
        worker = Worker()
        worker.submit(lambda: __import__("time").sleep(0.2) or print("written"))
        """
    )
    assert done.stdout.splitlines() == ["written", "a library ends"]


@pytest.mark.parametrize("when_full", ["block", "drop_oldest"])
def test_nothing_is_taken_after_the_end_of_the_interpreter(when_full: str) -> None:
    begin = time.monotonic()
    done = run(
        f"""
        import atexit, time
        from tb_actviz.writing import async_writer

        def submit_late():
            print(worker.submit(lambda: print("late")), worker.problem)

        atexit.register(submit_late)
        async_writer.EXIT_SECONDS = 0.2
        worker = async_writer.Worker(capacity=1, when_full="{when_full}")
        worker.submit(lambda: time.sleep(60))
        """
    )
    assert (done.stdout, done.stderr) == ("False None\n", "")
    assert time.monotonic() - begin < AT_ONCE


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_worker_inherited_over_a_fork_takes_nothing() -> None:
    done = run(
        """
        import os, sys, threading, time, warnings
        from tb_actviz.writing.async_writer import Worker

        warnings.simplefilter("ignore")  # from 3.12 on Python warns of forks
        worker = Worker(capacity=1, patience=60)
        gate = threading.Event()
        worker.submit(gate.wait)
        worker.submit(lambda: print("by the parent", flush=True))
        pid = os.fork()
        if pid == 0:
            print(worker.submit(print), worker.problem)
            print(worker.is_running, worker.close(60))
            own = Worker()
            print(own.submit(lambda: print("by the child")), own.close(60))
            sys.exit(7)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
        gate.set()
        print(worker.close(60), worker.problem)
        """
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "False the writing thread stayed with the process this one was forked from",
        "False 0",
        "by the child",
        "True 0",
        "7",
        "by the parent",
        "0 None",
    ]


def test_an_interrupted_caller_can_close() -> None:
    """A user who stops a training while it waits for the writer."""
    done = run(
        """
        import os, signal, threading, time
        from tb_actviz.writing.async_writer import Worker

        worker = Worker(capacity=1, patience=60)
        gate = threading.Event()
        worker.submit(gate.wait)
        worker.submit(lambda: print("written"))
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        begin = time.monotonic()
        try:
            worker.submit(lambda: print("never"))
        except KeyboardInterrupt:
            print(time.monotonic() - begin < 30, worker.problem, flush=True)
        gate.set()
        print(worker.close(60))
        """
    )
    assert done.stdout.splitlines() == ["True None", "written", "0"]


def test_a_killed_process_does_not_wait_for_its_jobs() -> None:
    program = """
        import time
        from tb_actviz.writing.async_writer import Worker

        worker = Worker()
        worker.submit(lambda: time.sleep(60))
        print("ready", flush=True)
        time.sleep(60)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait(AT_ONCE) == -signal.SIGKILL
