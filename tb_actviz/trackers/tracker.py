"""What every tracker can be given."""

from __future__ import annotations

import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import numpy as np
from PIL import Image

#: What this project adds of its own is called after it, in every tracker.
PREFIX = "tb_actviz"


@dataclass(frozen=True)
class Picture:
    """A picture as it stands in the event file.

    Args:
        tag: Its tag.
        png: The picture, encoded as PNG.
    """

    tag: str
    png: bytes

    def image(self) -> Image.Image:
        """Decode it.

        Returns:
            The picture, RGB.
        """
        return Image.open(BytesIO(self.png)).convert("RGB")

    def file(self) -> Path:
        """Write it to a file of its own, for trackers that take nothing else.

        Returns:
            The path of a temporary file, which belongs to the caller.
        """
        descriptor, path = tempfile.mkstemp(prefix="tb_actviz-", suffix=".png")
        with os.fdopen(descriptor, "wb") as file:
            file.write(self.png)
        return Path(path)

    @contextmanager
    def as_file(self) -> Iterator[str]:
        """Write it to a file for a while.

        Yields:
            The path of a temporary file, which is deleted afterwards.
        """
        path = self.file()
        try:
            yield str(path)
        finally:
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Histogram:
    """How often values lie in bins.

    Args:
        tag: Its tag.
        edges: Edges of the k bins, (k + 1,), float64, rising.
        counts: How many values lie in each bin, (k,), float64.
    """

    tag: str
    edges: np.ndarray
    counts: np.ndarray


class Tracker(ABC):
    """A run of an experiment tracker.

    It is made on the thread that trains, where it may wait for nobody. All is called on
    one other thread, and whatever is raised ends what the tracker gets, nothing else.
    """

    #: What it is called in options and messages.
    name: ClassVar[str]
    #: Which of the contents of event files it shows, in words.
    shows: ClassVar[str] = "scalars, pictures and histograms"
    #: What its user has to know since the last step, in words; None for nothing.
    caution: str | None = None

    @abstractmethod
    def parameters(self, values: Mapping[str, str]) -> None:
        """Keep what the run was logged with.

        Args:
            values: Name to value, in words.
        """

    @abstractmethod
    def scalars(self, values: Mapping[str, float], step: int) -> None:
        """Log numbers.

        Args:
            values: Tag to number, which may be NaN.
            step: The step.
        """

    @abstractmethod
    def image(self, picture: Picture, step: int) -> None:
        """Log a picture.

        Args:
            picture: The picture.
            step: The step.
        """

    @abstractmethod
    def histogram(self, histogram: Histogram, step: int) -> None:
        """Log a histogram, where the tracker has such things.

        Args:
            histogram: The histogram.
            step: The step.
        """

    def end_step(self, step: int) -> None:  # noqa: B027 - most have nothing to do
        """Take a step for whole: all of it was given.

        Args:
            step: The step.
        """

    @abstractmethod
    def artifact(self, page: Path) -> None:
        """Keep an HTML page beside the run, where people can open it.

        Args:
            page: The file of the page.
        """

    @abstractmethod
    def close(self) -> None:
        """Hand over what is left; the tracker's run goes on, it is the user's."""
