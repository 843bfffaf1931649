"""How much memory there is."""

from __future__ import annotations

import os
import sys


def physical_memory() -> int:
    """Find the size of this machine's memory.

    Returns:
        Bytes; where the system does not tell, so many that nothing is refused.
    """
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return sys.maxsize
