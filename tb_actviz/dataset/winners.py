"""The samples that won, read once more, and what their positions see cut out."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tb_actviz.capture.seen_maps import Box
from tb_actviz.dataset.patches import Cuts, Fields
from tb_actviz.dataset.samples import Data, Sample, digest
from tb_actviz.dataset.survey import Survey

#: Layer path, channel, and place among the samples that fire it most.
At: TypeAlias = "tuple[str, int, int]"
#: What a position sees of its picture, and that part of it; None for what is not known.
CutOut: TypeAlias = "tuple[Box | None, np.ndarray | None]"

#: How many names a warning gives.
_NAMED = 3


def cut_winners(fields: Fields, dataset: Data, found: Survey) -> dict[At, CutOut]:
    """Read the samples that won again, and cut out what their positions see.

    A sample that is another one than before has no patch; a warning says so.

    Args:
        fields: What positions see.
        dataset: The data set.
        found: What was found in it.

    Returns:
        The patches, for those that have one.
    """
    numbers = {key: number for number, key in enumerate(found.known.keys)}
    winners = _Winners(found)
    wanted = {key for key, number in numbers.items() if winners.has(number)}
    again = dataset.again(frozenset(wanted))
    if again is None:
        warnings.warn(
            "The data can be read only once, so that the examples come without "
            "patches. Give something that can be read again, as a list, a folder or a "
            "tf.data.Dataset, or say patches=False.",
            stacklevel=3,
        )
        return {}
    cut_out: dict[At, CutOut] = {}
    for sample in again:
        number = numbers[sample.key]
        if digest(sample.named) == found.known.digests[number]:
            wanted.discard(sample.key)
            cut_out.update(_cut_sample(sample, winners.of(number), fields))
    if wanted:
        names = ", ".join(map(repr, sorted(wanted)[:_NAMED]))
        warnings.warn(
            f"{len(wanted)} samples are not what they were when the data are read "
            f"again, so that their examples come without patches: {names}. Give data "
            "that are the same each time they are read, without shuffling or "
            "augmentation.",
            stacklevel=3,
        )
    return cut_out


@dataclass(frozen=True, eq=False)
class _Won:
    """Where a sample won in a layer, one each in arrays of one length."""

    layer: str
    channels: np.ndarray
    places: np.ndarray
    rows: np.ndarray
    columns: np.ndarray


class _Winners:
    """Finds where samples won."""

    def __init__(self, found: Survey) -> None:
        self._found = found
        # By layer: places in the order of the samples' numbers, and those numbers.
        self._ordered = {}
        for path, state in found.layers.items():
            flat = state.samples.ravel()
            order = np.argsort(flat, kind="stable")
            self._ordered[path] = order, flat[order]

    def has(self, number: int) -> bool:
        """Whether a sample won anywhere."""
        return next(self.of(number), None) is not None

    def of(self, number: int) -> Iterator[_Won]:
        """Where a sample won, layer by layer."""
        for path, (order, numbers) in self._ordered.items():
            first, end = np.searchsorted(numbers, [number, number + 1])
            if first < end:
                state = self._found.layers[path]
                shape = state.samples.shape
                channels, places = np.unravel_index(order[first:end], shape)
                at = channels, places
                yield _Won(path, channels, places, state.rows[at], state.columns[at])


def _cut_sample(
    sample: Sample, won: Iterator[_Won], fields: Fields
) -> Iterator[tuple[At, CutOut]]:
    picture = sample.named.picture
    if picture is None:
        return
    cuts = Cuts(picture)
    for one in won:
        boxes = fields.of(sample.named, one.layer, one.channels, one.rows, one.columns)
        each = zip(one.channels.tolist(), one.places.tolist(), boxes, strict=True)
        for channel, place, box in each:
            yield (one.layer, channel, place), (box, cuts.of(box))
