"""Waiting for facts, never for time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

#: In seconds, more than anything takes on a machine that is busy with other things.
PATIENCE = 90.0

Answer = TypeVar("Answer")


def soon(fact: Callable[[], Answer], seconds: float = PATIENCE) -> Answer:
    """What holds at last: asked again and again until it is true, or it is late.

    Gives the last answer, whatever it is, for the caller to assert.
    """
    deadline, pause = time.monotonic() + seconds, 0.001
    while not (found := fact()) and time.monotonic() < deadline:
        time.sleep(pause)
        pause = min(2 * pause, 0.1)
    return found
