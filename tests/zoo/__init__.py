"""Small models of every kind that users have, with their activations by hand."""

from __future__ import annotations

from zoo import convolutions, graphs, nested, precision, sequences, subclassed
from zoo.kind import Kind

KINDS: tuple[Kind, ...] = (
    *graphs.KINDS,
    *convolutions.KINDS,
    *nested.KINDS,
    *subclassed.KINDS,
    *sequences.KINDS,
    *precision.KINDS,
)

__all__ = ["KINDS", "Kind"]
