"""Small models of every kind that users have, with their activations by hand."""

from __future__ import annotations

from zoo import convolutions, graphs, nested, precision, sequences, subclassed
from zoo.kind import Kind

GROUPS: tuple[tuple[Kind, ...], ...] = (
    graphs.KINDS,
    convolutions.KINDS,
    nested.KINDS,
    subclassed.KINDS,
    sequences.KINDS,
    precision.KINDS,
)
KINDS = tuple(kind for group in GROUPS for kind in group)
#: What stands for all where time is short.
QUICK_KINDS = tuple(kind for group in GROUPS for kind in group[:2])

__all__ = ["KINDS", "QUICK_KINDS", "Kind"]
