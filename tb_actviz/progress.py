"""How far something is: a bar for people where people can see it, or a call."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

#: Called with (done, all).
Report: TypeAlias = "Callable[[int, int], None]"
#: Whether to show a progress bar, or what to call instead.
Progress: TypeAlias = "bool | Report"

#: Seconds after which a progress bar is worth showing.
_UNSEEN = 0.5


@contextmanager
def reporting(progress: Progress, description: str) -> Iterator[Report]:
    """Show how far something is.

    Args:
        progress: True shows a progress bar on standard error, if that is a terminal;
            False shows nothing; a function is called instead.
        description: What is being done, beside the bar.

    Yields:
        A function to call with (done, all).
    """
    if callable(progress):
        yield progress
        return
    if not progress or not sys.stderr.isatty():
        yield report_nothing
        return
    bar = _DelayedBar(description)
    try:
        yield bar.report
    finally:
        bar.stop()


class _DelayedBar:
    """A progress bar for what takes long enough to be looked at."""

    def __init__(self, description: str) -> None:
        self._description = description
        self._begin = time.monotonic()
        self._bar: Any = None

    def report(self, done: int, total: int) -> None:
        """Move the bar."""
        if self._bar is None:
            if time.monotonic() - self._begin < _UNSEEN:
                return
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self._description)
            self._bar.start()
        self._bar.update(self._task, completed=done, total=total)

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


def report_nothing(done: int, total: int) -> None:
    """Report to nobody.

    Args:
        done: How much is done.
        total: How much there is.
    """
