"""Steps of a run on their way to the trackers, beside the event file."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.errors import describe_error
from tb_actviz.trackers.contents import Contents, read_contents
from tb_actviz.trackers.tracker import Tracker
from tb_actviz.writing.async_writer import Worker

#: Seconds that a call of a tracker may take, and that all trackers have at the end.
PATIENCE, LONGEST_END = 20.0, 60.0
#: How many steps may wait for a tracker, beside the one that it is given.
_WAITING = 4

#: What a page of the run is called.
_PAGE = "activations.html"

#: Says something to the user: what it is about, and the text.
Say = Callable[[str, str], None]


class TrackerFeed:
    """Hands each step to every tracker, on a thread for each.

    Nobody waits for a tracker but `close`, for a bounded time. A tracker that fails, or
    does not return from a call, gets no more, which is said once. Steps that a slow
    tracker has no time for are left out, the oldest first, and counted.

    Args:
        trackers: The trackers.
        parameters: What the run is logged with: name to value, in words.
        say: Reports what happens.
        write_page: Writes a page of the run to a path, at the end; None for none.
    """

    def __init__(
        self,
        trackers: Sequence[Tracker],
        parameters: Mapping[str, str],
        say: Say,
        write_page: Callable[[Path], object] | None = None,
    ) -> None:
        self._page = None if write_page is None else _Page(write_page, say)
        self._lines = [
            _Line(tracker, parameters, say, self._page) for tracker in trackers
        ]

    @property
    def busy_seconds(self) -> float:
        """Processor time that the trackers took on their threads, in seconds."""
        return sum(line.busy_seconds for line in self._lines)

    def log(self, summaries: Iterable[Summary], step: int) -> None:
        """Hand over one step; returns at once.

        Args:
            summaries: All that was written of the step.
            step: The step.
        """
        lines = [line for line in self._lines if line.is_open()]
        if lines:
            contents = read_contents(summaries)
            for line in lines:
                line.log(contents, step)

    def close(self, patience: float = LONGEST_END) -> None:
        """Wait, for a bounded time, until the trackers have what was handed over.

        Args:
            patience: Seconds that all of them together have.
        """
        deadline = time.monotonic() + patience
        for line in self._lines:
            line.finish()
        for line in self._lines:
            line.close(deadline)
        if self._page is not None:
            self._page.forget()


class _Page:
    """A page of the run, made by the first tracker that is given it.

    Args:
        write: Writes it to a path.
        say: Reports what happens.
    """

    def __init__(self, write: Callable[[Path], object], say: Say) -> None:
        self._write = write
        self._say = say
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._path: Path | None = None
        self._is_over = False

    def path(self) -> Path | None:
        """Make it, once; None where that fails, which is said."""
        with self._lock:
            if self._folder is None and not self._is_over:
                self._folder = Path(tempfile.mkdtemp(prefix="tb_actviz-"))
                self._path = self._made(self._folder / _PAGE)
            return self._path

    def forget(self) -> None:
        """Delete it: trackers keep copies."""
        self._is_over = True
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _made(self, path: Path) -> Path | None:
        try:
            self._write(path)
        except Exception as error:  # the log may be gone, or the disk full
            if not self._is_over:
                self._say(
                    "page",
                    "There is no page of the activations for the trackers: "
                    f"{describe_error(error).rstrip('.')}. The event files have them "
                    "all.",
                )
            return None
        finally:
            # Whoever waited for it may have stopped.
            if self._is_over:
                shutil.rmtree(path.parent, ignore_errors=True)
        return path


class _Line:
    """One tracker, and the thread that speaks to it."""

    def __init__(
        self,
        tracker: Tracker,
        parameters: Mapping[str, str],
        say: Say,
        page: _Page | None,
    ) -> None:
        self._page = page
        self.worker = Worker(when_full="drop_oldest")
        self.busy_seconds = 0.0
        self._tracker = tracker
        self._parameters: Mapping[str, str] | None = parameters
        self._say = say
        self._waiting: deque[tuple[Contents, int]] = deque()
        self._steps = self._left_out = 0
        self._since: float | None = None
        self._has_ended = False
        self._is_done = threading.Event()

    def is_open(self) -> bool:
        """Whether the tracker still takes steps; notices where it hangs."""
        began = self._since
        if began is not None and time.monotonic() - began > PATIENCE:
            self._end(f"it has not answered for {PATIENCE:g} s")
        elif self.worker.problem is not None:
            self._end(self.worker.problem)
        return not self._has_ended

    def log(self, contents: Contents, step: int) -> None:
        """Queue one step, in place of the oldest where too many wait."""
        self._steps += 1
        self._waiting.append((contents, step))
        if len(self._waiting) > _WAITING:
            self._waiting.popleft()
            self._left_out += 1
        # A job does all that waits, so that it matters to none if one is dropped.
        self.worker.submit(self._hand_over_all)

    def finish(self) -> None:
        """Queue the end."""
        self.worker.submit(self._finish)

    def close(self, deadline: float) -> None:
        """Wait for the end, and say what did not get there."""
        while not self._is_done.wait(0.05) and self.is_open():
            if time.monotonic() > deadline:
                self._end(f"it has not taken all within {LONGEST_END:g} s")
        if self._left_out and not self._has_ended:
            self._say(
                f"{self._tracker.name} slow",
                f"{self._tracker.name} did not keep up: {self._left_out} of "
                f"{self._steps} steps of activations are in the event files alone.",
            )
        self._has_ended = True
        self.worker.close(0)

    def _hand_over_all(self) -> None:
        with suppress(IndexError):
            while not self._has_ended:
                self._hand_over(*self._waiting.popleft())

    def _finish(self) -> None:
        self._hand_over_all()
        # One that was given nothing has no steps to show.
        if self._page is not None and self._steps and not self._has_ended:
            page = self._page.path()
            if page is not None:
                self._call(partial(self._give, page))
        self._call(self._tracker.close)
        self._pass_on_caution()
        self._is_done.set()

    def _give(self, page: Path) -> None:
        """Give it the page, without which it has all the rest."""
        try:
            self._tracker.artifact(page)
        except Exception as error:  # some versions have no pages
            name, why = self._tracker.name, describe_error(error).rstrip(".")
            self._say(f"{name} page", f"{name} has no page of the activations: {why}.")

    def _hand_over(self, contents: Contents, step: int) -> None:
        tracker = self._tracker
        parameters, self._parameters = self._parameters, None
        if parameters is not None:
            self._call(tracker.parameters, parameters)
        if contents.scalars:
            self._call(tracker.scalars, contents.scalars, step)
        for picture in contents.pictures:
            self._call(tracker.image, picture, step)
        for histogram in contents.histograms:
            self._call(tracker.histogram, histogram, step)
        self._call(tracker.end_step, step)
        self._pass_on_caution()

    def _pass_on_caution(self) -> None:
        if self._tracker.caution is not None:
            self._say(f"{self._tracker.name} caution", self._tracker.caution)

    def _call(self, call: Callable[..., None], *arguments: object) -> None:
        if self._has_ended:
            return
        self._since = time.monotonic()
        try:
            call(*arguments)
        except Exception as error:  # a tracker can fail in any way
            self._end(describe_error(error))
        finally:
            self._since = None
            # Not left to the worker, whose jobs take as long as steps are waiting.
            self.busy_seconds = time.thread_time()

    def _end(self, why: str) -> None:
        if self._has_ended:
            return
        self._has_ended = True
        self._waiting.clear()
        name = self._tracker.name
        self._say(
            f"{name} ended",
            f"{name} gets no more activations: {why.rstrip('.')}. The event files have "
            "them all.",
        )
