"""Comet."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from tb_actviz.trackers.tracker import PREFIX, Histogram, Picture, Tracker
from tb_actviz.writing.names import Folder


def find(folder: Folder) -> Tracker | None:
    """Find the running experiment.

    Args:
        folder: The folder that is logged to.

    Returns:
        The experiment, None where there is none.
    """
    comet = sys.modules.get("comet_ml")
    experiment = None if comet is None else comet.get_running_experiment()
    return None if experiment is None else _Comet(comet, experiment)


class _Comet(Tracker):
    name = "comet"

    def __init__(self, comet: Any, experiment: Any) -> None:
        self._histogram = comet.data_structure.Histogram
        self._experiment = experiment

    def parameters(self, values: Mapping[str, str]) -> None:
        self._experiment.log_parameters(dict(values), prefix=PREFIX)

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        self._check()
        self._experiment.log_metrics(dict(values), step=step)

    def image(self, picture: Picture, step: int) -> None:
        self._check()
        self._experiment.log_image(BytesIO(picture.png), name=picture.tag, step=step)

    def histogram(self, histogram: Histogram, step: int) -> None:
        self._check()
        # Comet's has bins of its own, into which the middles of ours are counted.
        counted = self._histogram()
        middles = (histogram.edges[:-1] + histogram.edges[1:]) / 2
        counted.add(middles, counts=histogram.counts.astype("int64"))
        self._experiment.log_histogram_3d(counted, name=histogram.tag, step=step)

    def artifact(self, page: Path) -> None:
        # An open file is copied at once; one that is named is read when there is time.
        with page.open("rb") as file:
            self._experiment.log_asset(file, file_name=f"{PREFIX}/{page.name}")

    def close(self) -> None:
        """Nothing is left: Comet uploads on a thread of its own."""

    def _check(self) -> None:
        """Notice an experiment that was ended: Comet forgets what comes then."""
        if self._experiment.ended:
            raise RuntimeError("the experiment was ended")
