"""MLflow."""

from __future__ import annotations

import hashlib
import re
import sys
import time
from collections.abc import Mapping
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from tb_actviz.trackers.tracker import PREFIX, Histogram, Picture, Tracker
from tb_actviz.writing.names import Folder

#: What a request may hold.
_MOST_METRICS = 1000
#: Names of pictures become names of files, with a date and more behind them.
_LONGEST_KEY = 120


def find(folder: Folder) -> Tracker | None:
    """Find the active run of this thread.

    Args:
        folder: The folder that is logged to.

    Returns:
        The run, None where there is none.
    """
    mlflow = sys.modules.get("mlflow")
    run = None if mlflow is None else mlflow.active_run()
    return None if mlflow is None or run is None else _Mlflow(mlflow, run)


class _Mlflow(Tracker):
    name = "mlflow"
    shows = "scalars and pictures"

    def __init__(self, mlflow: Any, run: Any) -> None:
        self._mlflow = mlflow
        self._place = mlflow.get_tracking_uri()
        self._run = run.info.run_id
        self._keys: dict[str, str] = {}
        # Before, it cannot show a picture again that has a slash in its name.
        version = re.findall(r"\d+", mlflow.__version__)
        self._has_slashes = tuple(map(int, version[:2])) >= (3, 11)

    @cached_property
    def _client(self) -> Any:
        """Made on the thread that calls: it may go to a server or a database."""
        return self._mlflow.MlflowClient(self._place)

    def parameters(self, values: Mapping[str, str]) -> None:
        # As tags: MLflow writes all parameters above each picture, and cuts off that.
        tag = self._mlflow.entities.RunTag
        tags = [tag(f"{PREFIX}/{name}", value) for name, value in values.items()]
        self._client.log_batch(self._run, tags=tags)

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        now = int(time.time() * 1000)
        metric = self._mlflow.entities.Metric
        metrics = iter(
            [metric(self._key(tag), value, now, step) for tag, value in values.items()]
        )
        while some := list(islice(metrics, _MOST_METRICS)):
            self._client.log_batch(self._run, metrics=some)

    def image(self, picture: Picture, step: int) -> None:
        key = self._key(picture.tag)
        if not self._has_slashes:
            key = key.replace("/", " ")
        self._client.log_image(self._run, picture.image(), key=key, step=step)

    def histogram(self, histogram: Histogram, step: int) -> None:
        """MLflow has no histograms."""

    def artifact(self, page: Path) -> None:
        self._client.log_artifact(self._run, str(page), PREFIX)

    def close(self) -> None:
        """Nothing is left: all calls wait until it is stored."""

    def _key(self, tag: str) -> str:
        """A tag in letters that MLflow takes, another for each tag."""
        if tag not in self._keys:
            key = re.sub(r"[^a-zA-Z0-9_\-./ ]", "_", tag)
            if len(key) > _LONGEST_KEY or key in self._keys.values():
                digest = hashlib.blake2b(tag.encode(), digest_size=4).hexdigest()
                key = f"{key[: _LONGEST_KEY - 9]}-{digest}"
            self._keys[tag] = key
        return self._keys[tag]
