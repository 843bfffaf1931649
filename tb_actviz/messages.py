"""What is told to the user while a training runs."""

from __future__ import annotations

import logging

_LOGGER = logging.getLogger("tb_actviz")


class Messages:
    """Messages of which each is told once.

    They go through `logging`, as the logger `tb_actviz`: a warning of Python's own
    would become an exception where warnings are errors, and end the training.
    """

    def __init__(self) -> None:
        self._told: set[str] = set()

    def warn(self, text: str) -> None:
        """Tell something.

        Args:
            text: What to tell, for people.
        """
        # The error that it is about, if any, for those who want to know more.
        _LOGGER.debug("Told next:", exc_info=True)
        _LOGGER.warning("%s", text)

    def warn_once(self, kind: str, text: str) -> None:
        """Tell something, unless a message of its kind was told before.

        Args:
            kind: What it is about.
            text: What to tell, for people.
        """
        if kind not in self._told:
            self._told.add(kind)
            self.warn(text)
