"""What can go wrong with weights."""

from __future__ import annotations


class WeightsError(ValueError):
    """Weights cannot be found, read, downloaded or used; the message says why."""
