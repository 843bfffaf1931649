"""ClearML."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from tb_actviz.trackers.tracker import PREFIX, Histogram, Picture, Tracker
from tb_actviz.writing.names import Folder

#: ClearML keeps five pictures of a name unless it is told to keep all.
_ALL = -1


def find(folder: Folder) -> Tracker | None:
    """Find the current task.

    Args:
        folder: The folder that is logged to.

    Returns:
        The task, None where there is none.
    """
    clearml = sys.modules.get("clearml")
    task = None if clearml is None else clearml.Task.current_task()
    return None if task is None else _ClearML(task)


class _ClearML(Tracker):
    name = "clearml"

    def __init__(self, task: Any) -> None:
        self._task = task

    @cached_property
    def _logger(self) -> Any:
        return self._task.get_logger()

    def parameters(self, values: Mapping[str, str]) -> None:
        named = {f"{PREFIX}/{name}": value for name, value in values.items()}
        self._task.update_parameters(named)

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        self._check()
        for tag, value in values.items():
            title, series = _split(tag)
            self._logger.report_scalar(title, series, value, step)

    def image(self, picture: Picture, step: int) -> None:
        self._check()
        title, series = _split(picture.tag)
        self._logger.report_image(
            title,
            series,
            step,
            local_path=str(picture.file()),
            max_image_history=_ALL,
            delete_after_upload=True,
        )

    def histogram(self, histogram: Histogram, step: int) -> None:
        self._check()
        title, series = _split(histogram.tag)
        edges = histogram.edges
        self._logger.report_histogram(
            title,
            series,
            histogram.counts.tolist(),
            step,
            xlabels=[f"{middle:.4g}" for middle in (edges[:-1] + edges[1:]) / 2],
            xaxis="activation",
            yaxis="values",
        )

    def artifact(self, page: Path) -> None:
        # A stream is copied at once; a file is read when there is time.
        stream = BytesIO(page.read_bytes())
        self._logger.report_media(
            PREFIX, page.stem, 0, stream=stream, file_extension=page.suffix
        )

    def close(self) -> None:
        self._logger.flush()

    def _check(self) -> None:
        """Notice a task that is being closed.

        ClearML forgets what comes then, and its `close` may wait for ever.
        """
        if self._task._at_exit_called:
            raise RuntimeError("the task was closed")


def _split(tag: str) -> tuple[str, str]:
    """The title and the series that stand for a tag, with a slash between them."""
    title, _, series = tag.rpartition("/")
    return title, series
