"""What a pass gives -> one row of activations for each input, channels last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.errors import InputError, format_shape


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
