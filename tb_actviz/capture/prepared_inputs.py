"""Inputs made ready for one model once, and what a pass gives for each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.named_input import Batch, NamedInput
from tb_actviz.errors import InputError, format_shape

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


def rows_of_inputs(
    calls: Sequence[LayerCall],
    outputs: Sequence[np.ndarray],
    inputs: int,
    fixed: int | None,
    model_name: str,
) -> tuple[list[np.ndarray], list[int]]:
    """Cut what a pass gave for a batch into rows, one for each input.

    Args:
        calls: The calls that were chosen.
        outputs: What the pass gave for each of them.
        inputs: How many inputs the batch was made of.
        fixed: The batch size of a model that has a fixed one.
        model_name: What to call the model in messages.

    Returns:
        An array for each call, channels last, with a row for each input; and the
        indices of the calls without a batch axis, whose one row has everything.

    Raises:
        InputError: If a call turns out to have no batch axis, and the model takes
            batches of one size only.
    """
    rows: list[np.ndarray] = []
    whole: list[int] = []
    for call, output in zip(calls, outputs, strict=True):
        last = output if call.channel_axis == -1 else call.channels_last(output)
        if call.has_batch and len(output) == (fixed or inputs):
            rows.append(last[:inputs])
            continue
        if call.has_batch and (fixed or 1) > 1:
            raise InputError(
                f"The first axis of the layer {call.path!r} is not the batch, and "
                f"the model {model_name!r} takes batches of {fixed} only. Build it "
                "without a fixed batch size, or choose other layers."
            )
        whole.append(len(rows))
        rows.append(last[None])
    return rows, whole


def refuse_other_shape(path: str, first: np.ndarray, other: np.ndarray) -> None:
    """Refuse to put activations together that differ in shape.

    Args:
        path: Layer path.
        first: What the layer gave for one input, with the batch axis.
        other: What it gave for another.

    Raises:
        InputError: If they differ in any other axis than the batch.
    """
    if other.shape[1:] != first.shape[1:]:
        raise InputError(
            f"The layer {path!r} gives {format_shape(first.shape[1:])} for one input "
            f"and {format_shape(other.shape[1:])} for another. Run the inputs one by "
            "one."
        )
