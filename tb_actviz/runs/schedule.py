"""When to log during training: what was asked for, and what its cost allows."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from tb_actviz.errors import InputError, near_matches

Frequency: TypeAlias = "str | int | Iterable[int] | Callable[[int], bool]"

_NAMES = ("epoch", "batch")
_MOST_LISTED = 20


@dataclass(frozen=True)
class Schedule:
    """Which steps are to be logged.

    Args:
        per_epoch: Whether steps are epochs, counted from 0 as `fit` does; else they are
            batches, counted from 1, and step 0 is before the first of them.
        is_due: Says whether a step of batches is to be logged.
        is_regular: Whether steps are due at an interval, so that the end of a training
            may be logged in the place of one that was left out.
        words: How often that is.
    """

    per_epoch: bool
    is_due: Callable[[int], bool]
    words: str
    is_regular: bool = True

    def any_due(self, after: int, until: int) -> bool:
        """Return whether a step is due among those that passed.

        Args:
            after: The last step that was asked for.
            until: The step now, larger.

        Returns:
            Whether one of the steps after the first and up to the second is due.
        """
        return any(self.is_due(step) for step in range(after + 1, until + 1))


def read_schedule(update_freq: Frequency) -> Schedule:
    """Understand how often to log.

    Args:
        update_freq: `"epoch"`, `"batch"`, a number n for every n-th batch, the numbers
            of the batches, or a function that says whether a batch is to be logged.

    Returns:
        The schedule.

    Raises:
        InputError: If it is none of these.
    """
    if isinstance(update_freq, str):
        if update_freq not in _NAMES:
            raise InputError(
                f"Received update_freq={update_freq!r}; expected 'epoch', 'batch', a "
                "number of batches, or the batches themselves. "
                f"{near_matches(update_freq, _NAMES)}"
            )
        return Schedule(
            update_freq == "epoch", lambda step: True, f"every {update_freq}"
        )
    if _is_integer(update_freq):
        every = int(update_freq)  # type: ignore[arg-type]
        if every < 1:
            raise InputError(
                f"Received update_freq={update_freq!r}; expected every n-th batch, at "
                "least 1."
            )
        return Schedule(False, lambda step: step % every == 0, f"every {every} batches")
    if callable(update_freq):
        is_due = update_freq
        return Schedule(
            False,
            lambda step: bool(is_due(step)),
            "batches of choice",
            is_regular=False,
        )
    try:
        steps = list(update_freq)  # type: ignore[arg-type]
    except TypeError:
        steps = []
    if not steps or not all(_is_integer(step) and step >= 0 for step in steps):
        raise InputError(
            f"Received update_freq={update_freq!r}; expected 'epoch', 'batch', a "
            "number of batches, a list of them (0 is before the first), or a function "
            "that says whether a batch is to be logged."
        )
    wanted = frozenset(int(step) for step in steps)
    listed = ", ".join(map(str, sorted(wanted)[:_MOST_LISTED]))
    more = ", …" if len(wanted) > _MOST_LISTED else ""
    words = f"batches {listed}{more}"
    return Schedule(False, wanted.__contains__, words, is_regular=False)


#: How much larger than all before it the last log may be and still find room.
_MARGIN = 1.25


def kept_for_last(largest: int) -> int:
    """Say how much room to keep for the last log.

    Args:
        largest: Bytes of the largest log so far.

    Returns:
        Bytes.
    """
    return math.ceil(_MARGIN * largest)


@dataclass
class Budget:
    """How many of the due steps are logged, so that their cost stays within bounds.

    The interval is stretched to every n-th due step, with the smallest n that keeps
    what logging costs below its share of the time spent training, and the event files
    below their size until the end.

    Args:
        max_overhead: Share of the training time that logging may cost, above 0; None
            for any.
        max_bytes: Size the files of the run may reach; None for any.
        bytes_used: Their size now.
    """

    max_overhead: float | None
    max_bytes: int | None
    bytes_used: int = 0
    #: Logs that were handed over, and are not counted by `wrote` yet.
    waiting: int = field(default=0, init=False)
    #: Whether room is kept for the last of all steps.
    keeps_room: bool = field(default=True, init=False)
    #: Every how many due steps one is logged now.
    interval: int = field(default=1, init=False)
    #: Which bound made the interval longer than 1.
    stretched_by: str = field(default="", init=False)
    #: Due steps that were not logged.
    skipped: int = field(default=0, init=False)
    _due: int = field(default=0, init=False)
    _since: int = field(default=0, init=False)
    _allowed: int = field(default=0, init=False)
    _sizes: list[int] = field(default_factory=list, init=False)

    def allows(self) -> bool:
        """Decide on one due step.

        Returns:
            Whether to log it.
        """
        self._due += 1
        self._since += 1
        if self.exhausted or (self._allowed and self._since < self.interval):
            self.skipped += 1
            return False
        self._since = 0
        self._allowed += 1
        return True

    def allows_last(self) -> bool:
        """Decide anew on the step that was due last, and was the last of all.

        Returns:
            Whether to log it: whenever there may be room.
        """
        if self.is_full:
            return False
        self.skipped -= 1
        self._allowed += 1
        return True

    @property
    def exhausted(self) -> bool:
        """Whether one more log as large as the usual one would get too large."""
        return self.usual_bytes > self._room

    @property
    def is_full(self) -> bool:
        """Whether not even a log as small as the smallest has room."""
        return min(self._sizes, default=0) > self._free

    @property
    def _free(self) -> float:
        """Bytes that are not used.

        What is on its way takes none of the room that is kept for the last log.
        """
        return math.inf if self.max_bytes is None else self.max_bytes - self.bytes_used

    @property
    def _room(self) -> float:
        """Bytes for all logs but the last."""
        kept = kept_for_last(max(self._sizes, default=0)) if self.keeps_room else 0
        return self._free - self.waiting * self.usual_bytes - kept

    def wrote(self, size: int) -> None:
        """Count one written log.

        Args:
            size: Its bytes.
        """
        self.bytes_used += size
        self._sizes.append(size)

    def adapt(
        self, seconds: float, cost: float, logs: int, remaining: int | None
    ) -> None:
        """Set the interval by what was measured.

        Args:
            seconds: Time spent training so far, without that for logging.
            cost: Seconds that the logs so far took from the training.
            logs: How many logs that were, at least 1.
            remaining: How many more steps will be due; None where that is not known.
        """
        self.stretched_by = ""
        interval = 1
        if self.max_overhead is not None and seconds > 0:
            # The step that is going to be due took its part of the time already.
            each = seconds / (self._due + 1)
            share = cost / logs / each
            # A cost that is just the share is within it, whatever rounding makes of it.
            interval = max(1, math.ceil(share / self.max_overhead - 1e-9))
            if interval > 1:
                self.stretched_by = "max_overhead"
        if self.max_bytes is not None and self.usual_bytes:
            # Without an end in sight as much may come as was there at the last log.
            expected = self._due - self._since
            if remaining is not None:
                expected = remaining - self.keeps_room
            fitting = int(self._room // self.usual_bytes)
            if fitting > 0 and expected > fitting * interval:
                interval = math.ceil(expected / fitting)
                self.stretched_by = "max_bytes"
        self.interval = interval

    @property
    def usual_bytes(self) -> int:
        """Bytes of one log, on average; 0 before the first."""
        return sum(self._sizes) // len(self._sizes) if self._sizes else 0


def seconds_spent(held: float, busy: float) -> float:
    """Say what logging takes from a training that keeps all processors busy.

    Args:
        held: Seconds that the training waited for it.
        busy: Seconds that another thread worked on it.

    Returns:
        Seconds.
    """
    return held + busy / (os.cpu_count() or 1)


def cost_scalars(
    costs: Mapping[str, float], busy: float, dropped: int, written: int
) -> dict[str, float]:
    """Collect what a step says of the costs of logging.

    Args:
        costs: What the thread that trains knew of them when it handed over the step.
        busy: Seconds that the other thread worked.
        dropped: Steps that were dropped.
        written: Bytes of the step.

    Returns:
        Tag to value.
    """
    spent = seconds_spent(costs["seconds_held"], busy)
    training = costs["seconds_training"]
    return {
        "tb_actviz/seconds_held": costs["seconds_held"],
        "tb_actviz/seconds_worker": busy,
        "tb_actviz/overhead": spent / training if training > 0 else 0.0,
        "tb_actviz/bytes": float(written),
        "tb_actviz/interval": costs["interval"],
        "tb_actviz/skipped": costs["skipped"],
        "tb_actviz/dropped": float(dropped),
    }


def _is_integer(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


@dataclass
class StepCounter:
    """Numbers the moments of one training after those that a run holds already.

    TensorBoard drops records whose steps come twice or go back, so that a step is
    written at most once.

    Args:
        last: The last step that the run holds; None for an empty one.
        begin: Where the training begins by its own count: the first epoch, or the
            number of batches that its optimizer has seen.
    """

    last: int | None
    begin: int

    @property
    def offset(self) -> int:
        """What to add to the training's own count.

        A training that begins anew goes on after what is there; one that resumes keeps
        its own count, since it is the same training.
        """
        if self.last is None or self.begin > 0:
            return 0
        return self.last + 1

    @property
    def repeats(self) -> bool:
        """Whether the training begins with steps that the run holds already."""
        return self.last is not None and 0 < self.begin <= self.last

    def step(self, count: int) -> int | None:
        """Number one moment.

        Args:
            count: The training's own count: an epoch, or batches seen.

        Returns:
            The step; None where the run holds it already.
        """
        step = count + self.offset
        return None if self.last is not None and step <= self.last else step
