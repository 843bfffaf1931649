"""A tracker that notes what it is given."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tb_actviz.trackers.tracker import Histogram, Picture, Tracker


class Recorder(Tracker):
    """Notes what it is given, and by which thread."""

    name = "recorder"

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.threads: set[str] = set()

    def note(self, *what: Any) -> None:
        self.calls.append(what)
        self.threads.add(threading.current_thread().name)

    def parameters(self, values: Mapping[str, str]) -> None:
        self.note("parameters", dict(values))

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        self.note("scalars", dict(values), step)

    def image(self, picture: Picture, step: int) -> None:
        self.note("image", picture.tag, step)

    def histogram(self, histogram: Histogram, step: int) -> None:
        self.note("histogram", histogram.tag, step)

    def artifact(self, page: Path) -> None:
        self.note("artifact", page)

    def close(self) -> None:
        self.note("close")
