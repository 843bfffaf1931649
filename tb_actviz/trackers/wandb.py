"""Weights & Biases.

Rows of a run are numbered by one counter, its step, which only rises: a row that a user
logs with `step=` is lost where the counter is beyond it. What is logged here goes along
with the user's rows, and has a step of its own to be drawn over.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tb_actviz.trackers.tracker import PREFIX, Histogram, Picture, Tracker
from tb_actviz.writing.names import Folder, is_remote

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
    if wandb is None or run is None:
        return None
    if wandb.patched["tensorboard"] and not is_remote(folder):
        return _FolderWatched(run, str(Path(folder).absolute()))
    return _Rows(wandb, run)


class _Wandb(Tracker):
    name = "wandb"

    def __init__(self, run: Any) -> None:
        self._run = run

    def parameters(self, values: Mapping[str, str]) -> None:
        self._run.config.update({PREFIX: dict(values)}, allow_val_change=True)


class _FolderWatched(_Wandb):
    """A run with `sync_tensorboard=True`: it reads the event files by itself."""

    def __init__(self, run: Any, folder: str) -> None:
        super().__init__(run)
        # What W&B's patched writers do when they are made. Making one would leave a
        # file behind, after which TensorBoard looks no more at those before it.
        run._tensorboard_callback(folder, save=False, root_logdir=folder)

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        """Nothing: they are read from the event file."""

    def image(self, picture: Picture, step: int) -> None:
        """Nothing: it is read from the event file."""

    def histogram(self, histogram: Histogram, step: int) -> None:
        """Nothing: it is read from the event file."""

    def artifact(self, page: Path) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is left."""


class _Rows(_Wandb):
    """A run that is given rows."""

    def __init__(self, wandb: Any, run: Any) -> None:
        super().__init__(run)
        self._wandb = wandb
        self._step: int | None = None
        self._row = 0
        self._defined: set[str] = set()
        run.define_metric(_STEP, hidden=True)

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        self._add(dict(values), step)

    def image(self, picture: Picture, step: int) -> None:
        with picture.as_file() as path:
            self._add({picture.tag: self._wandb.Image(path)}, step)

    def histogram(self, histogram: Histogram, step: int) -> None:
        counts, edges = histogram.counts.tolist(), histogram.edges.tolist()
        made = self._wandb.Histogram(np_histogram=(counts, edges))
        self._add({histogram.tag: made}, step)

    def artifact(self, page: Path) -> None:
        self._add({f"{PREFIX}/{page.stem}": self._wandb.Html(str(page))}, 0)

    def close(self) -> None:
        if self._step is not None and not self._has_own_steps():
            self._run.log({}, commit=True)

    def _add(self, values: dict[str, Any], step: int) -> None:
        """Put values into the row that the user's next ones come to as well."""
        if step != self._step:
            self._begin(step)
        for tag in values.keys() - self._defined:
            self._run.define_metric(tag, step_metric=_STEP)
            self._defined.add(tag)
        self._run.log({**values, _STEP: step}, commit=False)

    def _begin(self, step: int) -> None:
        is_taken = self._step is not None and self._run.step == self._row
        if is_taken and self._has_own_steps():
            self.caution = _CROWDED
        elif is_taken:
            self._run.log({}, commit=True)
        self._step, self._row = step, self._run.step

    def _has_own_steps(self) -> bool:
        """Whether the user has logged rows with `step=`."""
        return bool(self._run._telemetry_obj.feature.set_step_log)
