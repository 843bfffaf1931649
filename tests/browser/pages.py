"""An exported page as one more host of the tab: what tests ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tb_actviz as av

#: As large as any page of the tests.
MOST_MEGABYTES = 1000


class PageHost:
    """A page on the disk, opened as people open it.

    Args:
        log_dir: What it is made of.
    """

    #: What is opened of it, below its own address.
    path = ""

    def __init__(self, log_dir: Path) -> None:
        self.log_dir = log_dir
        page = log_dir.parent / f"{log_dir.name}.html"
        av.export_html(log_dir, page, max_mb=MOST_MEGABYTES, force=True)
        #: Its address.
        self.url = page.as_uri()

    def wait_for(self, run: str, tag: str, step: int) -> None:
        """Nothing is on its way: all is there."""

    wait_for_scalar = wait_for


@contextmanager
def in_a_page(log_dir: Path, *_: str) -> Iterator[PageHost]:
    """A page of a log directory, where else a server shows it."""
    yield PageHost(log_dir)
