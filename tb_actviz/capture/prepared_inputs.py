"""Inputs made ready for one model once, to be run any number of times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tb_actviz.capture.named_input import Batch, NamedInput

#: Runs a model over inputs and the arrays it is fed for them: the activations of each
#: layer, one row for each input.
RunBatch: TypeAlias = "Callable[[Sequence[NamedInput], Batch], list[np.ndarray]]"


@dataclass(frozen=True, eq=False)
class PreparedBatch:
    """Inputs of one size that go through a model together.

    Args:
        indices: Which inputs, of all that were prepared.
        arrays: What the model is fed for them, preprocessed, in the dtype it takes.
        layers: Paths of the layers that a run gives.
        run_batch: Runs the model.
    """

    indices: tuple[int, ...]
    arrays: Batch
    layers: tuple[str, ...]
    run_batch: RunBatch


@dataclass(frozen=True, eq=False)
class PreparedInputs:
    """Inputs of any sizes, made ready for one model once.

    Args:
        inputs: The inputs, in their order.
        batches: Those of one size together.
    """

    inputs: tuple[NamedInput, ...]
    batches: tuple[PreparedBatch, ...]

    def run(self) -> list[dict[str, np.ndarray]]:
        """Run the model over the inputs, with its current weights.

        Returns:
            For each input layer path to activations, float32, read-only, with a batch
            axis of one.

        Raises:
            InputError: If the model fails.
        """
        captured: list[dict[str, np.ndarray]] = [{} for _ in self.inputs]
        for batch in self.batches:
            named = [self.inputs[index] for index in batch.indices]
            rows = batch.run_batch(named, batch.arrays)
            for path, values in zip(batch.layers, rows, strict=True):
                for row, index in enumerate(batch.indices):
                    view = values[row : row + 1]
                    view.flags.writeable = False
                    captured[index][path] = view
        return captured


def indices_by_size(inputs: Sequence[NamedInput]) -> Iterable[list[int]]:
    """Put inputs together that can go through a model together.

    Args:
        inputs: Inputs of any sizes.

    Returns:
        For each size the indices of its inputs, in their order.
    """
    of_size: dict[tuple[tuple[int, ...], ...], list[int]] = {}
    for index, named in enumerate(inputs):
        of_size.setdefault(named.shapes, []).append(index)
    return of_size.values()
