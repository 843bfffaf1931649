"""trackio."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tb_actviz.trackers.tracker import PREFIX, Histogram, Picture, Tracker
from tb_actviz.writing.names import Folder


def find(folder: Folder) -> Tracker | None:
    """Find the run of this thread.

    Args:
        folder: The folder that is logged to.

    Returns:
        The run, None where there is none.
    """
    trackio = sys.modules.get("trackio")
    run = None if trackio is None else trackio.context_vars.current_run.get()
    return None if run is None else _Trackio(trackio, run)


class _Trackio(Tracker):
    name = "trackio"

    def __init__(self, trackio: Any, run: Any) -> None:
        self._trackio = trackio
        self._run = run

    def parameters(self, values: Mapping[str, str]) -> None:
        # It is stored with the first values that the run gets.
        self._run.config[PREFIX] = dict(values)

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        if self._run._stop_flag.is_set():
            # It takes what comes, and may forget it.
            raise RuntimeError("the run was finished")
        self._run.log(dict(values), step=step)

    def image(self, picture: Picture, step: int) -> None:
        with picture.as_file() as path:
            self._run.log({picture.tag: self._trackio.Image(path)}, step=step)

    def histogram(self, histogram: Histogram, step: int) -> None:
        bins = (histogram.counts, histogram.edges)
        made = self._trackio.Histogram(np_histogram=bins)
        self._run.log({histogram.tag: made}, step=step)

    def artifact(self, page: Path) -> None:
        self._run.log({f"{PREFIX}/{page.stem}": self._trackio.Html(page)})

    def close(self) -> None:
        """Nothing is left: trackio stores on a thread of its own."""
