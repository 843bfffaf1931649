"""What a model is called on: how many arrays, of which shapes, in which structure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import keras

#: More inputs whose dtypes nobody knows would take too many tries.
_MOST_UNKNOWN = 3


@dataclass(frozen=True)
class Signature:
    """What a model is called on.

    Args:
        names: Name of each input, in the order `keras.tree.flatten` gives.
        shapes: Shape of each without the batch axis; None where any size will do.
        dtypes: Dtype of each as Keras names it; None where the model does not say.
        structure: A nest with as many leaves, in which the model takes its inputs.
        batch_size: Size of the batches the model takes; None for any.
        is_whole: Whether the model takes one input as it is, without a batch axis: all
            nodes and edges of a graph.
        channels_first: For each input whether it has its channels first.
        optional: For each input whether it may be left out.
    """

    names: tuple[str, ...]
    shapes: tuple[tuple[int | None, ...], ...]
    dtypes: tuple[str | None, ...]
    structure: Any = field(repr=False)
    channels_first: tuple[bool, ...]
    optional: tuple[bool, ...]
    batch_size: int | None = None
    is_whole: bool = False

    @property
    def shapes_last(self) -> tuple[tuple[int | None, ...], ...]:
        """Shape of each input without the batch axis, channels last in any case."""
        return tuple(
            (*shape[1:], shape[0]) if first and len(shape) > 1 else shape
            for shape, first in zip(self.shapes, self.channels_first, strict=True)
        )

    @property
    def texts(self) -> frozenset[int]:
        """Which of the inputs are strings."""
        return frozenset(i for i, dtype in enumerate(self.dtypes) if dtype == "string")

    def pack(self, flat: Sequence[Any]) -> Any:
        """Put one tensor for each input into the structure the model takes.

        Args:
            flat: One for each input, in the order of `names`, with a batch axis.

        Returns:
            The nest of them.
        """
        if self.is_whole:
            flat = [tensor[0] for tensor in flat]
        return keras.tree.pack_sequence_as(self.structure, list(flat))


def with_dtypes(signature: Signature) -> Iterator[Signature]:
    """Suppose dtypes for inputs of which a model does not say any.

    Numbers of nodes, words or classes may go to what takes integers only.

    Args:
        signature: What the model is called on.

    Yields:
        The signature itself, and others to try where it fails.
    """
    yield signature
    unknown = [index for index, dtype in enumerate(signature.dtypes) if dtype is None]
    if not unknown:
        return
    tries = [("int32",) * len(unknown), ("int64",) * len(unknown)]
    if len(unknown) <= _MOST_UNKNOWN:
        mixed = product(("float32", "int32"), repeat=len(unknown))
        tries += [dtypes for dtypes in mixed if len(set(dtypes)) > 1]
    for dtypes in tries:
        known = list(signature.dtypes)
        for index, dtype in zip(unknown, dtypes, strict=True):
            known[index] = dtype
        yield replace(signature, dtypes=tuple(known))
