"""Rows of a run of W&B, which are numbered by a counter that only rises."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tb_actviz.imaging.page import encode_png
from tb_actviz.trackers import wandb
from tb_actviz.trackers.tracker import Picture, Tracker

PICTURE = Picture("conv/channels/a", encode_png(np.zeros((2, 2, 3), np.uint8)))


class Run:
    """As W&B's run, as far as rows go."""

    def __init__(self) -> None:
        self.step = 0
        self.rows: dict[int, dict[str, Any]] = {}
        self.config = SimpleNamespace(update=lambda *_, **__: None)
        self._telemetry_obj = SimpleNamespace(
            feature=SimpleNamespace(set_step_log=False)
        )

    def define_metric(self, name: str, **_: Any) -> None:
        """Noted by W&B's page alone."""

    def log(
        self, values: dict[str, Any], step: int | None = None, commit: bool = True
    ) -> None:
        if step is not None:
            self._telemetry_obj.feature.set_step_log = True
            assert step >= self.step, "lost"
            self.step, commit = step, False
        self.rows.setdefault(self.step, {}).update(values)
        self.step += commit


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The active run."""
    module = ModuleType("wandb")
    module.run = Run()  # type: ignore[attr-defined]
    module.Image = lambda path: Path(path).read_bytes()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wandb", module)
    return module.run  # type: ignore[attr-defined, no-any-return]


def found() -> Tracker:
    tracker = wandb.find("runs/a")
    assert tracker is not None
    return tracker


def give(tracker: Tracker, step: int, run: Run, meanwhile: float | None = None) -> None:
    """Give one step; the user may log in the middle of it."""
    tracker.scalars({"conv/mean": step + 0.5}, step)
    if meanwhile is not None:
        run.log({"loss": meanwhile}, step=int(meanwhile))
    tracker.image(PICTURE, step)
    tracker.end_step(step)


def ours(step: int) -> dict[str, Any]:
    return {
        "conv/mean": step + 0.5,
        "conv/channels/a": PICTURE.png,
        "tb_actviz/step": step,
    }


def test_each_step_has_a_row_where_nobody_else_logs(run: Run) -> None:
    tracker = found()
    for step in (0, 5, 9):
        give(tracker, step, run)
    tracker.close()
    assert run.rows == {0: ours(0), 1: ours(5), 2: ours(9)}
    assert (run.step, tracker.caution) == (3, None)


def test_steps_go_into_the_rows_of_the_user(run: Run) -> None:
    tracker = found()
    for step in range(3):
        give(tracker, step, run)
        run.log({"loss": float(step)})
    tracker.close()
    assert run.rows == {step: {**ours(step), "loss": step} for step in range(3)}


def test_rows_that_the_user_numbers_keep_their_numbers(run: Run) -> None:
    tracker = found()
    for step in range(4):
        give(tracker, step, run, meanwhile=float(step))
    tracker.close()
    assert run.rows == {step: {**ours(step), "loss": step} for step in range(4)}
    assert tracker.caution is None


def test_a_step_waits_for_the_next_row_that_the_user_numbers(run: Run) -> None:
    tracker = found()
    give(tracker, 0, run, meanwhile=0.0)
    give(tracker, 1, run)  # before the user's row of this step
    run.log({"loss": 1.0}, step=1)
    give(tracker, 2, run)
    run.log({"loss": 2.0}, step=2)
    tracker.close()
    assert run.rows == {step: {**ours(step), "loss": step} for step in range(3)}
    assert tracker.caution is None


def test_it_is_said_where_there_are_too_few_rows(run: Run) -> None:
    tracker = found()
    give(tracker, 0, run, meanwhile=0.0)
    give(tracker, 1, run)
    assert tracker.caution is None
    give(tracker, 2, run)
    assert tracker.caution is not None
    run.log({"loss": 1.0}, step=1)
    tracker.close()
    assert run.rows == {0: {**ours(0), "loss": 0.0}, 1: {**ours(2), "loss": 1.0}}


def test_the_files_of_pictures_are_gone_in_the_end(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tracker = found()
    give(tracker, 0, run, meanwhile=0.0)
    for step in (1, 2, 3):
        give(tracker, step, run)
    assert len(list(tmp_path.iterdir())) == 1
    tracker.image(PICTURE, 4)
    tracker.close()
    assert list(tmp_path.iterdir()) == []
