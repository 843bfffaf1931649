"""One training in one run folder: captured here, written by a worker thread."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.capture.execution import PreparedInputs
from tb_actviz.runs.budget_words import (
    about_full,
    about_interval,
    about_lost,
    about_the_last,
)
from tb_actviz.runs.followed_channels import describe_missing
from tb_actviz.runs.messages import Messages
from tb_actviz.runs.options import LogOptions, TrainingLimits
from tb_actviz.runs.schedule import Budget, cost_scalars, kept_for_last, seconds_spent
from tb_actviz.runs.silent_channels import FallenSilent, about_fallen
from tb_actviz.runs.standing_weights import watch_weights
from tb_actviz.runs.step_summaries import StepSummaries
from tb_actviz.runs.watched_layers import WatchedInputs
from tb_actviz.runs.watched_model import WatchedModel
from tb_actviz.runs.written_before import WrittenBefore
from tb_actviz.trackers.feed import TrackerFeed
from tb_actviz.writing.async_writer import Worker
from tb_actviz.writing.history import bytes_of, last_step
from tb_actviz.writing.names import Folder
from tb_actviz.writing.remote import open_event_file
from tb_actviz.writing.run_lock import RunFolder
from tb_actviz.writing.summaries import scalar_summary

#: What is drawn where the options leave it open.
TRAINING_VIEWS = ("channels",)
#: Seconds that the end of a training waits for what is not yet written.
PATIENCE = 60.0
#: Bytes that a file needs at most around each summary, and for a step's costs.
_FRAME, _COSTS = 64, 1024


class RunLog:
    """Logs one training: what is done on the thread that trains.

    The model is run here, while its weights stand still. A worker thread does the rest
    (`_StepWriter`): statistics, pictures, packing, writing.

    Args:
        watched: The model and its layers.
        prepared: The inputs, from `watched`.
        folder: The folder of the run.
        options: What to log of each layer.
        limits: What that may cost.
        messages: Where to report what happens.
        find_trackers: Finds the trackers that get the steps as well.

    Raises:
        OSError: If the folder cannot be read.
        InputError: If it cannot be written to.
    """

    def __init__(
        self,
        watched: WatchedModel,
        prepared: PreparedInputs,
        folder: RunFolder,
        options: LogOptions,
        limits: TrainingLimits,
        messages: Messages,
        find_trackers: Callable[[], TrackerFeed | None],
    ) -> None:
        #: The last step that the folder held before; None where it held none.
        self.last_step = last_step(folder.path)
        self._prepared = prepared
        self._standing = watch_weights(watched.model)
        self._place = folder
        self._messages = messages
        self._find_trackers = find_trackers
        used = bytes_of(folder.path)
        self._budget = Budget(limits.max_overhead, limits.max_bytes, used)
        self._writer = _StepWriter(
            watched.with_inputs(prepared.inputs),
            folder,
            options,
            limits,
            used,
            messages,
        )
        self._worker = Worker(when_full=limits.when_full)
        self._began = time.perf_counter()
        self._held = 0.0
        self._logs = self._done = 0

    @property
    def folder(self) -> Folder:
        """Where it is logged."""
        return self._place.path

    def log(
        self,
        step: int,
        position: dict[str, int],
        *,
        remaining: int | None,
        last: bool,
        asks_again: bool = True,
    ) -> bool:
        """Log one step that is due, if the budget allows it.

        Args:
            step: The step, larger than all before.
            position: Where in the training that is.
            remaining: How many more steps will be due; None where that is not known.
            last: It was due, left out, and turned out to be the last: log it after all.
            asks_again: Whether that is asked for whenever the last one is left out.

        Returns:
            Whether it is logged.

        Raises:
            Exception: Whatever failed, here or on the worker thread before.
        """
        self._raise_problem()
        self._budget.keeps_room = asks_again
        self._adapt(remaining)
        if self._budget.is_full:
            self._writer.warn_full(self._budget.usual_bytes)
        elif self._budget.exhausted and not last:
            self._messages.warn_once("max_bytes", about_the_last(self._budget))
        if self._writer.is_full:
            return False
        if not (self._budget.allows_last() if last else self._budget.allows()):
            return False
        begin = time.perf_counter()
        if not self._logs:
            # On this thread, and when all callbacks may have begun their runs.
            self._writer.trackers = self._find_trackers()
        captured = self._prepared.run()
        if self._standing is not None:
            note = self._standing.note(step, self._prepared.inputs)
            if note is not None:
                self._messages.warn_once("standing", note)
        self._logs += 1
        # What is handed over as the costs of this step has its pass in it.
        self._held += time.perf_counter() - begin
        begin = time.perf_counter()
        write = partial(self._writer.write, worker=self._worker, last=last)
        job = partial(write, step, position, captured, self._costs())
        taken = self._worker.submit(job)
        self._held += time.perf_counter() - begin
        if not taken:
            self._raise_problem()
        return taken

    def close(self) -> None:
        """Write what is waiting, for a bounded time, and end.

        Raises:
            Exception: Whatever failed on the worker thread.
        """
        left = self._worker.close(PATIENCE)
        try:
            if not self._worker.is_running and self._worker.problem is None:
                self._writer.write_held_back()
        finally:
            deleted = self._writer.is_deleted
            self._release()
        self._raise_problem()
        dropped = self._worker.dropped
        if left or dropped:
            self._messages.warn(about_lost(self._logs, left, dropped, PATIENCE))
        if deleted:
            self._messages.warn_once(
                "deleted", f"The activations logged to {self.folder} were deleted."
            )

    def abandon(self) -> None:
        """End after a failure; what was captured before it is still written."""
        self._worker.close(0 if self._worker.problem else PATIENCE)
        self._release()

    def _release(self) -> None:
        try:
            if not self._worker.is_running:
                # A thread that hangs in the system may still write to the file.
                self._writer.close()
        finally:
            self._place.release()
            if self._writer.trackers is not None:
                self._writer.trackers.close()

    def _raise_problem(self) -> None:
        problem, error = self._worker.problem, self._worker.error
        if isinstance(error, Exception):
            raise error
        if problem is not None:
            # What ends a thread, as SystemExit does, is not meant for this one.
            raise RuntimeError(problem)

    def _adapt(self, remaining: int | None) -> None:
        for size in self._writer.take_sizes():
            self._done += 1
            if size:
                self._budget.wrote(size)
        self._budget.waiting = self._logs - self._done - self._worker.dropped
        if not self._logs:
            return
        before = self._budget.interval
        spent = seconds_spent(self._held, self._writer.busy_seconds(self._worker))
        self._budget.adapt(self._seconds_training(), spent, self._logs, remaining)
        if before == 1 < self._budget.interval:
            bound = self._budget.stretched_by
            self._messages.warn_once(
                bound, about_interval(self._budget, spent / self._logs)
            )

    def _seconds_training(self) -> float:
        return time.perf_counter() - self._began - self._held

    def _costs(self) -> dict[str, float]:
        """What this thread knows now of the costs, for the worker to write."""
        return {
            "seconds_training": self._seconds_training(),
            "seconds_held": self._held,
            "interval": float(self._budget.interval),
            "skipped": float(self._budget.skipped),
        }


class _StepWriter:
    """Turns what was captured into files: what is done on the worker thread.

    It knows nothing of the budget, which belongs to the thread that trains, and counts
    for itself how many bytes there are.

    Args:
        watched: The inputs and layers.
        folder: The folder of the run.
        options: What to log of each layer.
        limits: What that may cost, and what is warned of.
        bytes_used: Bytes that the run's files take already.
        messages: Where to report what happens.
    """

    def __init__(
        self,
        watched: WatchedInputs,
        folder: RunFolder,
        options: LogOptions,
        limits: TrainingLimits,
        bytes_used: int,
        messages: Messages,
    ) -> None:
        #: Whether one more step would make the run too large.
        self.is_full = False
        #: Who gets what is written as well; known with the first step.
        self.trackers: TrackerFeed | None = None
        self._held_back: Callable[[], None] | None = None
        self._largest = 0
        self._watched = watched
        self._folder = folder
        self._options = options
        self._limits = limits
        self._bytes_used = bytes_used
        self._messages = messages
        self._before = WrittenBefore()
        self._fallen = FallenSilent(limits.silent_threshold)
        self._file = open_event_file(folder.path, folder.find_anew)
        self._sizes: SimpleQueue[int] = SimpleQueue()

    @property
    def is_deleted(self) -> bool:
        """Whether what was written was deleted."""
        return self._file.is_deleted

    def take_sizes(self) -> Iterator[int]:
        """Return the bytes of each step that was done since the last time.

        Yields:
            Bytes; 0 of one that was held back or did not fit.
        """
        with suppress(Empty):
            while True:
                yield self._sizes.get_nowait()

    def write(
        self,
        step: int,
        position: Mapping[str, int],
        captured: list[dict[str, np.ndarray]],
        costs: Mapping[str, float],
        worker: Worker,
        *,
        last: bool,
    ) -> None:
        """Write one step, unless it would make the run too large.

        A step that would take the room that is kept for the last one is held back, in
        case that it turns out to be that.

        Args:
            step: The step.
            position: Where in the training that is.
            captured: For each input layer path to activations; it is emptied.
            costs: What the training thread knew of the costs at the capture.
            worker: Whose thread this is, which knows the rest.
            last: Whether it is known to be the last step.
        """
        self._folder.step = step
        if self._file.is_deleted:
            self._before = WrittenBefore()
        views = self._options.views
        step_summaries = StepSummaries(
            self._watched,
            self._options,
            step,
            views=TRAINING_VIEWS if views is None else views,
            before=self._before,
            position=position,
        )
        summaries = []
        for activations in captured:
            for of_layer in step_summaries.add(activations):
                summaries += of_layer
            activations.clear()
        summaries += step_summaries.finish()
        if step_summaries.silent_changed:
            falls = self._fallen.find(step_summaries.logged.statistics)
            if falls:
                self._messages.warn(about_fallen(step, falls))
        missing = step_summaries.logged.missing_channels
        if missing:
            self._messages.warn_once("channels", describe_missing(missing))
        size = sum(summary.ByteSize() + _FRAME for summary in summaries) + _COSTS
        write = partial(self._write, step, summaries, costs, worker)
        most = self._limits.max_bytes
        free = math.inf if most is None else most - self._bytes_used
        kept = 0
        if self._largest and not last:  # the first one is written whatever comes
            kept = kept_for_last(max(self._largest, size))
        if size > free:
            self.is_full = True
            self.warn_full(size)
        elif size + kept > free:
            self._held_back = write
        else:
            self._held_back = None
            write()
            return
        self._before.forget(step)
        self._sizes.put(0)

    def write_held_back(self) -> None:
        """Write the step that was held back and turned out to be the last, if any."""
        write, self._held_back = self._held_back, None
        if write is not None:
            write()

    def _write(
        self,
        step: int,
        summaries: Sequence[Summary],
        costs: Mapping[str, float],
        worker: Worker,
    ) -> None:
        written = sum(self._file.add(summary, step) for summary in summaries)
        busy = self.busy_seconds(worker)
        scalars = cost_scalars(costs, busy, worker.dropped, written)
        summaries = [*summaries, scalar_summary(scalars)]
        written += self._file.add(summaries[-1], step)
        self._file.flush()
        if self.trackers is not None:
            self.trackers.log(summaries, step)
        self._bytes_used += written
        self._largest = max(self._largest, written)
        self._sizes.put(written)

    def busy_seconds(self, worker: Worker) -> float:
        """Processor time of the worker and of the trackers, in seconds."""
        trackers = self.trackers
        return worker.busy_seconds + (trackers.busy_seconds if trackers else 0.0)

    def warn_full(self, size: int) -> None:
        """Report, once, that the run has reached its size.

        Args:
            size: Bytes of the log that there is no room for.
        """
        most = self._limits.max_bytes
        self._messages.warn_once("full", about_full(size, self._folder.path, most))

    def close(self) -> None:
        """Close the file."""
        self._file.close()
