"""One pass over a data set: batches of one size, reduced, for all layers together."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from tb_actviz.capture.forward_pass import ForwardPass
from tb_actviz.capture.reduced import LayerMaps, Reduction
from tb_actviz.capture.reduced_pass import ReducedPass
from tb_actviz.dataset.samples import Data, KnownSamples, Sample
from tb_actviz.dataset.top_k import TopK
from tb_actviz.errors import InputError
from tb_actviz.progress import Report

#: So many samples may be known that are of no interest before they are forgotten.
_MOST_IDLE = 4096


@dataclass(eq=False)
class Survey:
    """What was found in a data set, or in a part of it.

    Args:
        k: How many samples are kept for each channel.
        per_source: How many of them may be of one source; None for any.
        known: The samples that were found.
        layers: Layer path to the samples that fire each of its channels most.
        count: How many samples there were.
    """

    k: int
    per_source: int | None = None
    known: KnownSamples = field(default_factory=KnownSamples)
    layers: dict[str, TopK] = field(default_factory=dict)
    count: int = 0

    def update(self, batch: list[Sample], layers: list[LayerMaps]) -> None:
        """Take a batch into account.

        Args:
            batch: The samples.
            layers: The maps of each layer, reduced to scores.

        Raises:
            InputError: If a layer has other channels than before.
        """
        numbers = self.known.add(batch)
        ranks = self.known.ranks()
        for maps in layers:
            channels = maps.shape[-1]
            state = self.layers.get(maps.path)
            if state is None:
                state = TopK.start(channels, self.k, self.per_source)
                self.layers[maps.path] = state
            if len(state.values) != channels:
                raise InputError(
                    f"The layer {maps.path!r} has {channels} channels for the sample "
                    f"{batch[0].key!r}, and {len(state.values)} for those before. "
                    "Choose other layers."
                )
            (scores,) = maps.reduced
            state.update(maps, scores, numbers, ranks, self.known.sources)
        self.count += len(batch)
        self._forget()

    def merge(self, other: Survey) -> None:
        """Take what was found in another part of the data set.

        Args:
            other: The survey of that part.

        Raises:
            InputError: If it is one of other layers, or keeps another number of
                samples.
        """
        if (other.k, other.per_source) != (self.k, self.per_source):
            raise InputError(
                f"Received parts of two surveys, of k={self.k} and k={other.k} samples "
                f"a channel, at most {self.per_source} and {other.per_source} of one "
                "source. Make all parts with the same arguments."
            )
        if self.count and other.count and self.layers.keys() != other.layers.keys():
            raise InputError(
                f"Received parts of two surveys, of the layers {[*self.layers]!r:.80} "
                f"and {[*other.layers]!r:.80}. Make all parts with the same arguments."
            )
        numbers = self.known.add_known(other.known)
        ranks = self.known.ranks()
        for path, state in other.layers.items():
            mine = self.layers.setdefault(
                path, TopK.start(len(state.values), self.k, self.per_source)
            )
            mine.merge(state, numbers, ranks, self.known.sources)
        self.count += other.count
        self._forget()

    def _forget(self) -> None:
        """Forget samples that fire no channel enough, once they are many."""
        numbers = [one.samples[one.samples >= 0] for one in self.layers.values()]
        if len(self.known.keys) <= _MOST_IDLE:
            return
        wanted = np.unique(np.concatenate(numbers))
        if len(self.known.keys) <= len(wanted) + _MOST_IDLE:
            return
        self.known, renumbered = self.known.only(wanted)
        for state in self.layers.values():
            is_some = state.samples >= 0
            state.samples[is_some] = renumbered[state.samples[is_some]]


def survey(
    forward: ForwardPass,
    data: Data,
    begin: Callable[[Sample, Mapping[str, int]], None],
    score: Reduction,
    *,
    k: int,
    batch_size: int,
    report: Report,
) -> Survey:
    """Go once through a data set.

    Args:
        forward: Takes inputs through the model.
        data: The data set.
        begin: Called with the first sample and how many channels each layer has.
        score: What says how much a map is fired.
        k: How many samples to keep for each channel.
        batch_size: As for `ReducedPass`.
        report: Called with (samples done, all samples).

    Returns:
        What was found.

    Raises:
        InputError: If no sample can be read, or the model fails.
    """
    found = Survey(k)
    reduced: ReducedPass | None = None
    for batch in _batches(data, batch_size, forward):
        named = [sample.named for sample in batch]
        is_first = reduced is None
        if reduced is None:
            _warn_of_meeting(forward, batch, batch_size)
            reduced = forward.reducing([score], batch_size)
        size = reduced.batch_size
        for start in range(0, len(batch), size):
            part = slice(start, start + size)
            maps = reduced(named[part])
            if is_first:
                begin(batch[0], {layer.path: layer.shape[-1] for layer in maps})
                is_first = False
            found.update(batch[part], maps)
        report(found.count, data.count or found.count)
    if not found.count:
        reasons = [f"{key}: {why}" for key, why in [*data.unreadable.items()][:3]]
        raise InputError(
            f"No sample of the data can be read. {' '.join(reasons)}".rstrip()
        )
    return found


def _batches(
    data: Data, batch_size: int, forward: ForwardPass
) -> Iterator[list[Sample]]:
    """Samples of one size together, in their order; at the end the rest."""
    waiting: dict[tuple[tuple[int, ...], ...], list[Sample]] = {}
    for sample in data:
        shapes = sample.named.shapes
        of_size = waiting.setdefault(shapes, [])
        if not of_size:
            forward.check(sample.named, batch_size)
        of_size.append(sample)
        if len(of_size) == batch_size:
            yield waiting.pop(shapes)
    yield from waiting.values()


def _warn_of_meeting(
    forward: ForwardPass, batch: list[Sample], batch_size: int
) -> None:
    if forward.meeting is None and len(batch) > 1:
        forward.run([sample.named for sample in batch[:2]])
    if note := forward.describe_batches(batch_size):
        warnings.warn(note, stacklevel=4)
