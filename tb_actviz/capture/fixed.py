"""The same inputs through a model again and again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.passes import ForwardPass, PreparedBatch


class FixedInputs:
    """Inputs that are prepared once; every run uses the model's current weights.

    Inputs of one size go through the model together.

    Args:
        forward_pass: The pass.
        inputs: At least one; sizes may differ.

    Raises:
        InputError: If one does not fit the model or looks preprocessed already, or all
            of them together need more memory than there is.
    """

    def __init__(self, forward_pass: ForwardPass, inputs: Sequence[NamedInput]) -> None:
        self.inputs = tuple(inputs)
        self._pass = forward_pass
        groups: dict[tuple[tuple[int, ...], ...], list[int]] = {}
        for index, one in enumerate(inputs):
            sizes = tuple(part.shape for part in one.parts)
            groups.setdefault(sizes, []).append(index)
        self._batches: list[tuple[list[int], PreparedBatch]] = []
        for group in groups.values():
            rest = list(group)
            for batch in forward_pass.prepare([inputs[index] for index in group]):
                size = len(batch.inputs)
                self._batches.append((rest[:size], batch))
                rest = rest[size:]

    def run(self) -> list[dict[str, np.ndarray]]:
        """Capture the activations for all inputs.

        Returns:
            For each input layer path to activations, float32, read-only, with a batch
            axis of one.

        Raises:
            InputError: If the model fails.
        """
        captured: list[dict[str, np.ndarray]] = [{} for _ in self.inputs]
        for indices, batch in self._batches:
            together = self._pass.run_prepared(batch)
            for row, index in enumerate(indices):
                captured[index] = {
                    path: _read_only(values[row : row + 1])
                    for path, values in together.items()
                }
        return captured


def _read_only(view: np.ndarray) -> np.ndarray:
    view.flags.writeable = False
    return view
