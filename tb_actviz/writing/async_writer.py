"""Jobs of a training loop, done in order by one thread beside it."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable
from contextlib import suppress
from numbers import Real
from queue import Empty, SimpleQueue

from tb_actviz.errors import InputError, near_matches

#: What `submit` can do when no more jobs may wait.
WHEN_FULL = ("block", "drop_oldest")
#: How long all workers together may hold up the end of the interpreter, in seconds.
EXIT_SECONDS = 10.0
#: The thread's, 0…19: about a tenth of a processor that others want, too.
_NICENESS = 10
#: How often a caller that waits for room looks for it, in seconds.
_GLANCE = 0.002

Job = Callable[[], object]


class Worker:
    """A thread that does jobs in order and cannot harm whoever submits them.

    Nothing waits without a bound, no exception of a job reaches the caller, and a
    thread that is gone is noticed. The first exception ends the worker. Without
    `close`, the waiting jobs are still done when the worker is garbage, and at the end
    of the interpreter within `EXIT_SECONDS`. What a job holds is let go as soon as it
    is done, discarded or has failed; only what a failed function encloses stays, with
    the traceback of `error`.

    Args:
        capacity: How many jobs may wait besides the one being done, at least 1.
        when_full: What `submit` does when so many wait: "block" waits for room,
            "drop_oldest" discards the one that has waited longest.
        patience: How long "block" waits, in seconds.

    Raises:
        InputError: If an argument cannot be used.
        RuntimeError: If the system starts no further thread.
    """

    def __init__(
        self,
        capacity: int = 2,
        when_full: str = "block",
        patience: float = 30.0,
    ) -> None:
        _check(capacity, when_full, patience)
        self._capacity = capacity
        self._when_full = when_full
        self._patience = patience
        self._accepted = 0
        self._dropped = 0
        self._stuck = False
        # Never held while waiting and never by the thread, which may die anywhere.
        self._submitting = threading.Lock()
        self._thread = _Thread()
        self._thread.start()
        weakref.finalize(self, self._thread.finish).atexit = False
        _threads.add(self._thread)
        # Last in, first out: jobs may need what was loaded before this worker was made.
        atexit.unregister(_finish_all)
        atexit.register(_finish_all)

    def submit(self, job: Job) -> bool:
        """Hand over a job to be done later.

        Args:
            job: Called without arguments; what it returns is ignored.

        Returns:
            True if it was taken; False after `close`, or when `problem` says why.
        """
        deadline = time.monotonic() + (0 if self._stuck else self._patience)
        while not self._thread.is_ending and self._failure() is None:
            if self._try(job):
                self._stuck = False
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                self._stuck = True
                return False
            time.sleep(min(_GLANCE, left))
        return False

    def close(self, timeout: float) -> int:
        """Take no more jobs and wait for those there are; may be called again.

        Args:
            timeout: How long to wait at most, in seconds. Jobs that wait longer are
                discarded; one being done goes on.

        Returns:
            How many jobs were taken, not dropped, and not done by now. 0 in a forked
            child, whose parent does them.
        """
        if self._thread.is_elsewhere():
            return 0
        self._thread.finish()
        self._thread.join(min(max(timeout, 0), threading.TIMEOUT_MAX))
        if self._thread.is_alive():
            self._thread.discard()
            self._thread.finish()
        return self._accepted - self._dropped - self._thread.done

    @property
    def problem(self) -> str | None:
        """What is wrong, in words; None while all is well, also after `close`."""
        failure = self._failure()
        if failure is None and self._stuck and self._thread.is_alive():
            return f"the writing thread made no room for {self._patience:g} s"
        return failure

    @property
    def is_running(self) -> bool:
        """Whether the thread is there, and may be doing a job."""
        return self._thread.is_alive()

    @property
    def error(self) -> BaseException | None:
        """What ended the worker, None while nothing did."""
        return self._thread.error

    @property
    def dropped(self) -> int:
        """How many jobs "drop_oldest" has discarded."""
        return self._dropped

    @property
    def busy_seconds(self) -> float:
        """Processor time that the jobs done so far took in the thread, in seconds."""
        return self._thread.busy_seconds

    def _try(self, job: Job) -> bool:
        """Queue a job if there is, or can be made, room for it."""
        with self._submitting:
            full = self._thread.jobs.qsize() >= self._capacity
            if full and not (self._when_full == "drop_oldest" and self._drop_oldest()):
                return False
            self._accepted += 1
            self._thread.jobs.put(job)
        if self._thread.ended:  # It may have ended before it could discard this job.
            self._thread.discard()
        return True

    def _drop_oldest(self) -> bool:
        try:
            oldest = self._thread.jobs.get_nowait()
        except Empty:  # The thread was faster.
            return False
        if oldest is None:  # Closed by another thread in this moment.
            self._thread.finish()
            return False
        self._dropped += 1
        return True

    def _failure(self) -> str | None:
        """Why no job can be done any more, if so."""
        thread = self._thread
        if thread.is_elsewhere():
            return "the writing thread stayed with the process this one was forked from"
        if thread.error is not None:
            error = traceback.format_exception_only(thread.error)[-1].strip()
            return f"the writing thread ended with {error}"
        if not thread.is_ending and (thread.ended or not thread.is_alive()):
            return "the writing thread is gone"
        return None


class _Thread(threading.Thread):
    """Does jobs until it is asked to finish.

    It does not know its worker, so that this can become garbage. It takes no lock that
    others wait for, since it can be killed at any point.
    """

    def __init__(self) -> None:
        super().__init__(name="tb-actviz writer", daemon=True)
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        self.done = 0
        self.busy_seconds = 0.0
        self.error: BaseException | None = None
        #: Whether it was asked to finish, and whether it has ended, however.
        self.is_ending = False
        self.ended = False
        self._process = os.getpid()

    def run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            _let_go(error)
            self.error = error
        finally:
            # In this order: whoever queues a job looks for the end afterwards.
            self.ended = True
            self.discard()

    def finish(self) -> None:
        """End after the jobs that wait now."""
        if not self.is_elsewhere():
            self.is_ending = True
            self.jobs.put(None)

    def discard(self) -> int:
        """Forget the jobs that wait; returns how many."""
        count = 0
        while True:
            try:
                count += self.jobs.get_nowait() is not None
            except Empty:
                return count

    def is_elsewhere(self) -> bool:
        """Whether this is a copy of the object in a forked process."""
        return os.getpid() != self._process

    def _work(self) -> None:
        _step_back()
        while (job := self.jobs.get()) is not None:
            job()
            job = None  # The next one may be long in coming.
            self.done += 1
            self.busy_seconds = time.thread_time()


def _step_back() -> None:
    """Leave the processors to the training where both want them."""
    if sys.platform == "linux":  # elsewhere only a process as a whole can
        thread = threading.get_native_id()
        with suppress(OSError):
            niceness = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, max(niceness, _NICENESS))


def _let_go(error: BaseException) -> None:
    """Release the variables of the functions that an exception passed through."""
    link: BaseException | None = error
    seen = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        traceback.clear_frames(link.__traceback__)
        link = link.__cause__ or link.__context__


def _check(capacity: int, when_full: str, patience: float) -> None:
    if isinstance(capacity, bool) or not isinstance(capacity, int) or capacity < 1:
        raise InputError(f"Received capacity={capacity!r}; expected an integer from 1.")
    if when_full not in WHEN_FULL:
        hint = near_matches(str(when_full), WHEN_FULL)
        raise InputError(f"when_full={when_full!r} is not known. {hint}")
    if not isinstance(patience, Real) or not patience >= 0:
        raise InputError(f"Received patience={patience!r}; expected 0 seconds or more.")


def _finish_all() -> None:
    """At the end of the interpreter: let the threads do what waits, for a while."""
    deadline = time.monotonic() + EXIT_SECONDS
    unfinished = list(_threads)
    for thread in unfinished:
        thread.finish()
    for thread in unfinished:
        thread.join(max(0, deadline - time.monotonic()))


_threads: weakref.WeakSet[_Thread] = weakref.WeakSet()
