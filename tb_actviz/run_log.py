"""One training in one run folder: captured here, written by a worker thread."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import keras
import numpy as np

from tb_actviz.analysis.layer import LayerStatistics
from tb_actviz.capture.fixed import FixedInputs
from tb_actviz.contents import StepContents
from tb_actviz.input_pictures import InputPictures
from tb_actviz.messages import Messages
from tb_actviz.options import LogOptions
from tb_actviz.schedule import Budget
from tb_actviz.watch import Watch
from tb_actviz.writing.async_writer import Worker
from tb_actviz.writing.folders import Folder
from tb_actviz.writing.history import bytes_of, last_step
from tb_actviz.writing.opening import open_event_file
from tb_actviz.writing.run_lock import RunLock, own_folder
from tb_actviz.writing.summaries import scalar_summary

#: What is drawn where the options leave it open.
TRAINING_VIEWS = ("channels",)
#: Seconds that the end of a training waits for what is not yet written.
PATIENCE = 60.0
#: How many dead channels a message names.
_NAMED = 12


@dataclass(frozen=True, eq=False)
class Watched:
    """A model, and what of it is logged for which inputs."""

    model: keras.Model
    watch: Watch
    fixed: FixedInputs


class _Place:
    """The folder of a run and the right to write there.

    Args:
        folder: The folder.
        lock: The right.
        messages: Where to tell that another folder had to be found.
    """

    def __init__(self, folder: Folder, lock: RunLock, messages: Messages) -> None:
        self.folder = folder
        #: The step that is being written.
        self.step = 0
        self._lock = lock
        self._messages = messages

    def find_anew(self) -> Folder:
        """Find where to go on after what is there was deleted.

        Whoever deleted it may have begun another training in the same folder.

        Returns:
            The folder, now that of the run.

        Raises:
            InputError: If there is none that can be made or written to.
            RuntimeError: If it holds later steps, which these would get mixed up with.
        """
        before, user = self.folder, self._lock.user
        self._lock.release()
        self.folder, self._lock = own_folder(before)
        self._lock.user = user
        held = last_step(self.folder)
        if held is not None and held >= self.step:
            raise RuntimeError(
                "The activations in it were deleted, and it holds those of another "
                f"training up to step {held} now"
            )
        self._messages.warn_once(
            "deleted",
            f"The activations logged to {before} before step {self.step} were deleted. "
            f"From there on they are logged to {self.folder}.",
        )
        return self.folder

    def release(self) -> None:
        """Give the right back."""
        self._lock.release()


class RunLog:
    """Logs one training.

    The model is run on the calling thread, while its weights stand still. A worker
    thread does the rest: statistics, pictures, packing, writing.

    Args:
        watched: What to log.
        folder: Folder of the run.
        lock: The right to write there.
        options: What to log of each layer.
        max_overhead: Share of the training time that logging may cost; None for any.
        messages: Where to tell what happens.

    Raises:
        OSError: If the folder cannot be read.
        InputError: If it cannot be written to.
    """

    def __init__(
        self,
        watched: Watched,
        folder: Folder,
        lock: RunLock,
        options: LogOptions,
        max_overhead: float | None,
        messages: Messages,
    ) -> None:
        #: The last step that the folder held before; None where it held none.
        self.last_step = last_step(folder)
        self._watched = watched
        self._layers = watched.watch.layers_for(watched.fixed.inputs)
        self._pictures = InputPictures()
        self._options = options
        self._messages = messages
        self._budget = Budget(max_overhead, options.max_bytes, bytes_of(folder))
        self._place = _Place(folder, lock, messages)
        self._file = open_event_file(folder, self._place.find_anew)
        self._worker = Worker(when_full=options.when_full)
        self._began = time.perf_counter()
        self._held = 0.0
        self._logs = 0
        # The worker's own count: the budget belongs to the training thread.
        self._written: list[int] = []
        self._is_full = False

    @property
    def folder(self) -> Folder:
        """Where it is logged."""
        return self._place.folder

    def log(
        self, step: int, position: dict[str, int], *, remaining: int | None, last: bool
    ) -> bool:
        """Log one step that is due, if the budget allows it.

        Args:
            step: The step, larger than all before.
            position: Where in the training that is.
            remaining: How many more steps will be due; None where that is not known.
            last: It was due, left out, and turned out to be the last: log it after all.

        Returns:
            Whether it is logged.

        Raises:
            Exception: Whatever failed, here or on the worker thread before.
        """
        self._raise_problem()
        self._adapt(remaining)
        if self._budget.exhausted:
            self._tell_full(self._budget.usual_bytes)
        if self._is_full:
            return False
        if not (self._budget.allows_last() if last else self._budget.allows()):
            return False
        begin = time.perf_counter()
        captured = self._watched.fixed.run()
        self._logs += 1
        taken = self._worker.submit(partial(self._write, step, position, captured))
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
        deleted = self._file.is_deleted
        self._release()
        self._raise_problem()
        lost = []
        if left:
            lost.append(f"{left} not written within {PATIENCE:g} s")
        if self._worker.dropped:
            lost.append(f"{self._worker.dropped} dropped to keep the training going")
        if lost:
            self._messages.warn(
                f"Writing could not keep up: of {self._logs} steps of activations, "
                f"{' and '.join(lost)}."
            )
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
                self._file.close()
        finally:
            self._place.release()

    def _raise_problem(self) -> None:
        problem, error = self._worker.problem, self._worker.error
        if isinstance(error, Exception):
            raise error
        if problem is not None:
            # What ends a thread, as SystemExit does, is not meant for this one.
            raise RuntimeError(problem)

    def _adapt(self, remaining: int | None) -> None:
        while self._written:
            self._budget.wrote(self._written.pop(0))
        if not self._logs:
            return
        before = self._budget.interval
        seconds, cost = self._seconds_training(), self._seconds_spent()
        self._budget.adapt(seconds, cost, self._logs, remaining)
        if before == 1 < self._budget.interval:
            bound = self._budget.stretched_by
            self._messages.warn_once(bound, self._about_interval(cost))

    def _seconds_training(self) -> float:
        return time.perf_counter() - self._began - self._held

    def _seconds_spent(self) -> float:
        """What logging takes from a training that keeps all processors busy."""
        return self._held + self._worker.busy_seconds / (os.cpu_count() or 1)

    def _about_interval(self, cost: float) -> str:
        budget = self._budget
        if budget.stretched_by == "max_bytes":
            bound = (
                f"max_bytes={budget.max_bytes} (one log takes "
                f"{budget.usual_bytes} bytes)"
            )
        else:
            bound = (
                f"max_overhead={budget.max_overhead:g} of the training time (one log "
                f"takes {cost / self._logs:.2g} s)"
            )
        return (
            f"To stay within {bound}, activations are logged at every "
            f"{_ordinal(budget.interval)} of the steps asked for, and at the last. "
            "Fewer layers, inputs or views cost less; None lifts the bound."
        )

    def _tell_full(self, size: int) -> None:
        self._messages.warn_once(
            "full",
            f"One more log of {size} bytes would make the event files in "
            f"{self.folder} larger than max_bytes={self._options.max_bytes}: no more "
            "activations are logged. Raise it, or choose fewer layers, inputs or "
            "views.",
        )

    def _write(
        self,
        step: int,
        position: Mapping[str, int],
        captured: list[dict[str, np.ndarray]],
    ) -> None:
        """All that is done on the worker thread."""
        self._place.step = step
        if self._file.is_deleted:
            self._pictures = InputPictures()
        watch = self._watched.watch
        views = self._options.views
        contents = StepContents(
            self._layers,
            self._watched.fixed.inputs,
            self._options,
            step=step,
            views=TRAINING_VIEWS if views is None else views,
            output=watch.output,
            preprocess=watch.preprocess,
            pictures=self._pictures,
            position=position,
        )
        summaries = []
        for one in captured:
            for of_layer in contents.add(one):
                summaries += of_layer
            one.clear()
        summaries += contents.finish()
        self._tell_dead(step, contents.logged.statistics)
        size = sum(summary.ByteSize() for summary in summaries)
        if self._options.max_bytes is not None:
            used = self._budget.bytes_used + sum(self._written)
            if used + size > self._options.max_bytes:
                self._is_full = True
                self._tell_full(size)
                return
        written = 0
        for summary in summaries:
            written += self._file.add(summary, step)
        written += self._file.add(scalar_summary(self._costs(written)), step)
        self._file.flush()
        self._written.append(written)

    def _costs(self, written: int) -> dict[str, float]:
        training, spent = self._seconds_training(), self._seconds_spent()
        return {
            "tb_actviz/seconds_held": self._held,
            "tb_actviz/seconds_worker": self._worker.busy_seconds,
            "tb_actviz/overhead": spent / training if training > 0 else 0.0,
            "tb_actviz/bytes": float(written),
            "tb_actviz/interval": float(self._budget.interval),
            "tb_actviz/skipped": float(self._budget.skipped),
            "tb_actviz/dropped": float(self._worker.dropped),
        }

    def _tell_dead(self, step: int, statistics: Mapping[str, LayerStatistics]) -> None:
        threshold = self._options.dead_threshold
        if threshold is None:
            return
        dying = [
            f"{path!r} {len(found.dead)} of {found.channels} ({_listed(found.dead)})"
            for path, found in statistics.items()
            if found.dead_share >= threshold
        ]
        if dying:
            self._messages.warn_once(
                "dead",
                f"At step {step}, channels of these layers are dead, zero everywhere "
                f"for every input: {'; '.join(dying)}.",
            )


def _listed(channels: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, channels[:_NAMED]))
    return f"{shown}, …" if len(channels) > _NAMED else shown


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number % 100 < 14 else ending}"
