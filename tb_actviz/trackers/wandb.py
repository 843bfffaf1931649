"""Weights & Biases.

Rows of a run are numbered by one counter, its step, which only rises: a row that a user
logs with `step=` is lost where the counter is beyond it. What is logged here goes along
with the user's rows, and has a step of its own to be drawn over. W&B's own reader of
event files would take rows for itself, and misses what ends too soon after it began.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tb_actviz.trackers.tracker import PREFIX, Histogram, Picture, Tracker
from tb_actviz.writing.names import Folder

_STEP = f"{PREFIX}/step"
_CROWDED = (
    "wandb: your rows have steps of your own, which leave room for one step of "
    "activations between two of them: of several, the last is there. The event files "
    "have all. Log your values without step=, and all arrive."
)


def find(folder: Folder) -> Tracker | None:
    """Find the active run.

    Args:
        folder: The folder that is logged to.

    Returns:
        The run, None where there is none.
    """
    wandb = sys.modules.get("wandb")
    run = getattr(wandb, "run", None)
    return None if wandb is None or run is None else _Wandb(wandb, run)


@dataclass
class _Step:
    """What goes into a row in one piece, and the files that it is read from."""

    values: dict[str, Any] = field(default_factory=dict)
    files: ExitStack = field(default_factory=ExitStack)


class _Wandb(Tracker):
    name = "wandb"

    def __init__(self, wandb: Any, run: Any) -> None:
        self._wandb = wandb
        self._run = run
        self._now = _Step()
        #: A step for which there is no row yet.
        self._waiting: _Step | None = None
        #: The row that has the last step, as long as nobody went on to another.
        self._row: int | None = None
        self._defined: set[str] = set()

    def parameters(self, values: Mapping[str, str]) -> None:
        self._run.define_metric(_STEP, hidden=True)
        self._run.config.update({PREFIX: dict(values)}, allow_val_change=True)

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        self._now.values |= values

    def image(self, picture: Picture, step: int) -> None:
        path = self._now.files.enter_context(picture.as_file())
        self._now.values[picture.tag] = self._wandb.Image(path)

    def histogram(self, histogram: Histogram, step: int) -> None:
        counts, edges = histogram.counts.tolist(), histogram.edges.tolist()
        made = self._wandb.Histogram(np_histogram=(counts, edges))
        self._now.values[histogram.tag] = made

    def end_step(self, step: int) -> None:
        self._now.values[_STEP] = step
        now, self._now = self._now, _Step()
        if self._waiting is not None and self._has_room():
            self._put(self._waiting)
            self._waiting = None
        if self._waiting is None and self._has_room():
            self._put(now)
            return
        if self._waiting is not None:
            self.caution = _CROWDED
            self._waiting.files.close()
        self._waiting = now

    def artifact(self, page: Path) -> None:
        made = self._wandb.Html(str(page), inject=False)
        self._run.log({f"{PREFIX}/{page.stem}": made}, commit=False)

    def close(self) -> None:
        self._now.files.close()
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            if not self._has_room():
                self.caution = _CROWDED
            self._put(waiting)
        self._has_room()

    def _has_room(self) -> bool:
        """Whether there is a row without a step of ours; makes one if it may."""
        if self._row is None or self._run.step != self._row:
            return True
        if self._run._telemetry_obj.feature.set_step_log:
            return False  # The user's rows have numbers: none of them is to be lost.
        self._run.log({}, commit=True)
        return True

    def _put(self, step: _Step) -> None:
        """Put a step into the row that the user's next values come to as well."""
        for tag in step.values.keys() - self._defined:
            self._run.define_metric(tag, step_metric=_STEP)
            self._defined.add(tag)
        with step.files:
            self._run.log(step.values, commit=False)
        self._row = self._run.step
