"""What is reported to the user while a training runs."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress

_LOGGER = logging.getLogger("tb_actviz")


class Messages:
    """Messages that are logged from any thread, each kind once.

    They go through `logging`, as the logger `tb_actviz`: a warning of Python's own
    would become an exception where warnings are errors, and end the training.
    """

    def __init__(self) -> None:
        self._logged: dict[str, object] = {}

    def warn(self, text: str) -> None:
        """Log a warning.

        Args:
            text: What to say, for people.
        """
        # A handler of the user's can fail in any way, and is not worth a training.
        with suppress(Exception):
            # The error that it is about, if any, for those who want to know more.
            _LOGGER.debug("What went wrong:", exc_info=True)
        with suppress(Exception):
            _LOGGER.warning("%s", text)

    def tell_once(self, kind: str, text: str) -> None:
        """Say what is no warning, unless something of its kind was said before.

        It goes through `logging`, too; to those who have not set that up, who would not
        see it, in a line on standard error.

        Args:
            kind: What it is about.
            text: What to say, for people.
        """
        mine = object()
        if self._logged.setdefault(kind, mine) is not mine:
            return
        with suppress(Exception):
            if _LOGGER.isEnabledFor(logging.INFO):
                _LOGGER.info("%s", text)
            else:
                sys.stderr.write(f"tb_actviz: {text}\n")

    def warn_once(self, kind: str, text: str) -> None:
        """Log a warning, unless one of its kind was logged before.

        Args:
            kind: What it is about.
            text: What to say, for people.
        """
        mine = object()
        if self._logged.setdefault(kind, mine) is mine:
            self.warn(text)
