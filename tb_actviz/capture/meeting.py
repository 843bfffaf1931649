"""Layers in which the inputs of a batch meet, so that each depends on the others.

A standard deviation over the batch, normalisation by the batch's own statistics, or a
similarity of each with each. One rule holds everywhere: inputs of one size go through a
model together, up to `BATCH_SIZE` at once. They are run alone only where it cannot
matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np

from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.named_input import Batch, NamedInput

#: How many layers a message names.
_NAMED = 4


class _Prepared(Protocol):
    def run(self) -> list[dict[str, np.ndarray]]: ...


class _Pass(Protocol):
    """What there is to know of a `ForwardPass` here."""

    meeting: tuple[str, ...] | None

    def run(self, inputs: Sequence[NamedInput]) -> dict[str, np.ndarray]: ...

    def prepare(self, inputs: Sequence[NamedInput]) -> _Prepared: ...


def find_meeting(
    run: Callable[[Batch], list[np.ndarray]],
    calls: Sequence[LayerCall],
    batch: Batch,
    outputs: Sequence[np.ndarray],
) -> tuple[str, ...] | None:
    """Find the layers whose values for one input change with the others of its batch.

    The first input is run once more with others beside it. In a batch of the same size
    it is computed in the same way, so that every difference comes from them.

    Args:
        run: The pass, for the chosen calls.
        calls: The chosen calls.
        batch: A batch of more than one input.
        outputs: What the pass gave for it.

    Returns:
        Paths of the layers; None where the inputs are too much alike to tell.
    """
    arrays = [array for array in batch if array is not None]
    if len(arrays) < len(batch):
        return None
    others = [np.repeat(array[:1], len(array), axis=0) for array in arrays]
    if _equal(arrays, others):
        for array in others:
            array[1:] = 0
        if _equal(arrays, others):
            return None
    changed = _changed(calls, outputs, run(others))
    if not changed:
        return ()
    # What is drawn at random changes all the same.
    random = _changed(calls, outputs, run(arrays))
    return tuple(path for path in changed if path not in random)


def run_each(
    forward: _Pass, inputs: Sequence[NamedInput]
) -> Iterator[dict[str, np.ndarray]]:
    """Run inputs of any sizes, with the values of few of them in memory at a time.

    Args:
        forward: A `ForwardPass`.
        inputs: The inputs.

    Yields:
        For each input layer path to activations, float32, with a batch axis of one.
    """
    if forward.meeting is None:
        of_size: dict[tuple[tuple[int, ...], ...], list[NamedInput]] = {}
        for named in inputs:
            shapes = named.shapes
            of_size.setdefault(shapes, []).append(named)
        alike = max(of_size.values(), key=len)
        if len(alike) > 1:
            forward.run(alike[:2])
    if forward.meeting:
        yield from forward.prepare(inputs).run()
        return
    for named in inputs:
        yield forward.run([named])


def describe_meeting(
    layers: Sequence[str], batch_size: int, fixed: int | None
) -> str | None:
    """Say how inputs were batched, where that changes what layers give.

    Args:
        layers: Paths of the layers in which inputs meet.
        batch_size: How many inputs go through the model together.
        fixed: The batch size of a model that has a fixed one.

    Returns:
        Sentences; None where there are no such layers.
    """
    if not layers:
        return None
    paths = ", ".join(map(repr, layers[:_NAMED]))
    if len(layers) > _NAMED:
        paths += f" and {len(layers) - _NAMED} more"
    how = f"inputs of one size go through the model together, {batch_size} at once"
    if fixed is not None:
        how = (
            f"inputs go through the model in batches of {fixed}, which the last input "
            "fills, repeated, where there are fewer"
        )
    return (
        f"What these layers give for an input depends on the others of its batch: "
        f"{paths}. Here {how}."
    )


def _changed(
    calls: Sequence[LayerCall],
    outputs: Sequence[np.ndarray],
    others: Sequence[np.ndarray],
) -> list[str]:
    """Paths of the layers with other values for the first input of a batch."""
    return [
        call.path
        for call, output, other in zip(calls, outputs, others, strict=True)
        if call.has_batch and not np.array_equal(output[0], other[0], equal_nan=True)
    ]


def _equal(arrays: Sequence[np.ndarray], others: Sequence[np.ndarray]) -> bool:
    return all(map(np.array_equal, arrays, others))
