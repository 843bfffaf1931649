"""SwanLab."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tb_actviz.trackers.tracker import PREFIX, Histogram, Picture, Tracker
from tb_actviz.writing.names import Folder


def find(folder: Folder) -> Tracker | None:
    """Find the active run.

    Args:
        folder: The folder that is logged to.

    Returns:
        The run, None where there is none.
    """
    swanlab = sys.modules.get("swanlab")
    if swanlab is None:
        return None
    # Before 0.8 there is none, and None is a run that there is not.
    has_run = getattr(swanlab, "has_run", lambda: True)
    run = swanlab.get_run() if has_run() else None
    return None if run is None else _SwanLab(swanlab, run)


class _SwanLab(Tracker):
    name = "swanlab"
    shows = "scalars and pictures"

    def __init__(self, swanlab: Any, run: Any) -> None:
        self._swanlab = swanlab
        self._run = run

    def parameters(self, values: Mapping[str, str]) -> None:
        self._run.config.update({PREFIX: dict(values)})

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        self._run.log(dict(values), step=step)

    def image(self, picture: Picture, step: int) -> None:
        self._run.log({picture.tag: self._swanlab.Image(picture.image())}, step=step)

    def histogram(self, histogram: Histogram, step: int) -> None:
        """SwanLab has no histograms."""

    def artifact(self, page: Path) -> None:
        self._run.log({f"{PREFIX}/{page.stem}": self._swanlab.Html(str(page))})

    def close(self) -> None:
        """Nothing is left: SwanLab stores on a thread of its own."""
