"""Records -> what the tab asks for.

The tab names the wall time of the record it wants. Only then is what was read before
taken from a cache: where the parts of a tag's records are, as long as its last record
is the same, and what the header says of the values. So a run that is deleted and made
anew, with the same steps, is never answered for with what was known of the old one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tb_actviz.plugin.cache import BoundedCache
from tb_actviz.plugin.inflation import check_inflates, inflated_size
from tb_actviz.plugin.provider import MAX_PARTS, Asker, Kept, Provider, TagFacts
from tb_actviz.plugin.refusals import MalformedError, MissingError, UnreadableError
from tb_actviz.records.codec import Packed
from tb_actviz.records.schema import TAG_SUFFIX, RecordError, decode_record

# Of keys of parts, which take some 200 bytes each: 500 steps of 66 layers.
_CACHED_KEYS = 100_000
# Of headers that were read, in bytes; what is kept of them takes up to 8 times that.
_CACHED_HEADERS = 1 << 22
# Without the number, which may have more digits than Python writes.
_TOO_LONG = (
    "There is a record that claims to have more parts than a header and the values of "
    f"{MAX_PARTS - 1} inputs, which is the most that can be read."
)


@dataclass(frozen=True)
class Place:
    """Where a record lies.

    Args:
        run: Name of the run.
        tag: The tag.
        step: The step.
        wall_time: When it was written, in seconds since 1970; None for any.
    """

    run: str
    tag: str
    step: int
    wall_time: float | None = None


class ActivationData:
    """Answers what the tab asks for.

    Every method raises a `RefusalError` where it cannot.

    Args:
        provider: Where the records come from.
        limit: How many steps of each tag TensorBoard keeps; 0 for all, None if unknown.
    """

    def __init__(self, provider: Provider, limit: int | None) -> None:
        self._provider = provider
        self._limit = limit
        self._series: BoundedCache[tuple[Kept, ...]] = BoundedCache(_CACHED_KEYS)
        self._packed: BoundedCache[tuple[Packed, ...]] = BoundedCache(_CACHED_HEADERS)

    def runs(self, asker: Asker) -> dict[str, Any]:
        """List all runs that have records, with their tags.

        Args:
            asker: Who asks.

        Returns:
            What `http_api.md` says of `runs`.
        """
        listing = self._provider.tags(asker)
        runs = [
            {"run": run, "tags": _tags(tags), "unreadable": None}
            for run, tags in listing.tags.items()
        ] + [
            {"run": run, "tags": [], "unreadable": reason}
            for run, reason in listing.unlisted.items()
        ]
        return {
            "kept_at_most": self._limit or None,
            "runs": sorted(runs, key=lambda one: str(one["run"])),
        }

    def steps(self, asker: Asker, run: str, tag: str) -> dict[str, Any]:
        """List the records of a tag.

        Args:
            asker: Who asks.
            run: Name of the run.
            tag: The tag.

        Returns:
            What `http_api.md` says of `steps`.
        """
        facts = self._readable(asker, run, tag)
        series = self._read_series(asker, run, tag, facts)
        all_kept = self._limit is not None and not 0 < self._limit <= len(series)
        return {
            "run": run,
            "tag": tag,
            "logged": len(series) if all_kept else None,
            "steps": [
                {
                    "step": kept.step,
                    "wall_time": _finite(kept.wall_time),
                    "inputs": max(0, len(kept.keys) - 1),
                    "unreadable": "The step is negative."
                    if kept.step < 0
                    else _why_unreadable(len(kept.keys)),
                }
                for kept in series
            ],
        }

    def header(self, asker: Asker, place: Place) -> bytes:
        """Read the header of a record.

        Args:
            asker: Who asks.
            place: Where it lies.

        Returns:
            The header, strict JSON in UTF-8 as `records.schema` describes it.
        """
        return self._read_header(asker, place, self._find(asker, place))[0]

    def values(self, asker: Asker, place: Place, number: int) -> bytes:
        """Read the values of one input of a record.

        Args:
            asker: Who asks.
            place: Where it lies.
            number: Of the input, from 0.

        Returns:
            The values, deflated as `records.codec` describes it.
        """
        kept = self._find(asker, place)
        inputs = self._described(asker, place, kept)
        if number >= len(inputs):
            raise MalformedError(
                f"Received input={number}; expected 0 to {len(inputs) - 1}, which the "
                "record has."
            )
        size = inflated_size(inputs[number])
        key = kept.keys[1 + number]
        data = self._provider.part(asker, place.run, place.tag, key)
        check_inflates(data, size)
        return data

    def _readable(self, asker: Asker, run: str, tag: str) -> TagFacts:
        """Make sure that the records of a tag can be listed."""
        facts = self._provider.tag(asker, run, tag)
        if facts.most_parts > MAX_PARTS:
            raise UnreadableError(_TOO_LONG)
        return facts

    def _read_series(
        self, asker: Asker, run: str, tag: str, facts: TagFacts
    ) -> tuple[Kept, ...]:
        series = self._provider.kept(asker, run, tag)
        keys = sum(1 + len(kept.keys) for kept in series)
        self._series.put((asker.experiment, run, tag, facts), series, keys)
        return series

    def _find(self, asker: Asker, place: Place) -> Kept:
        """Find a record whose values may be readable."""
        facts = self._readable(asker, place.run, place.tag)
        found = None
        if place.wall_time is not None:
            key = asker.experiment, place.run, place.tag, facts
            found = _find_in(self._series.get(key) or (), place)
        if found is None:
            series = self._read_series(asker, place.run, place.tag, facts)
            found = _find_in(series, place)
        if found is None:
            another = "" if place.wall_time is None else " of that wall time"
            raise MissingError(
                f"Step {place.step} of tag {place.tag!r:.80} in run {place.run!r:.80} "
                f"has no record{another}, or it is no longer available."
            )
        reason = _why_unreadable(len(found.keys))
        if reason is not None:
            raise UnreadableError(reason)
        return found

    def _described(self, asker: Asker, place: Place, kept: Kept) -> tuple[Packed, ...]:
        """Tell how the values of each input are packed."""
        if place.wall_time is not None:
            known = self._packed.get((asker.experiment, place))
            if known is not None:
                return known
        return self._read_header(asker, place, kept)[1]

    def _read_header(
        self, asker: Asker, place: Place, kept: Kept
    ) -> tuple[bytes, tuple[Packed, ...]]:
        header = self._provider.part(asker, place.run, place.tag, kept.keys[0])
        try:
            record = decode_record([header, *[b""] * (len(kept.keys) - 1)])
        except RecordError as error:
            raise UnreadableError(str(error)) from None
        inputs = tuple(one.packed for one in record.inputs)
        if place.wall_time is not None:
            self._packed.put((asker.experiment, place), inputs, len(header))
        return header, inputs


def _tags(tags: dict[str, TagFacts]) -> list[dict[str, Any]]:
    return [
        {
            "tag": tag,
            "layer": tag.removesuffix(f"/{TAG_SUFFIX}"),
            "last_step": facts.last_step,
            "last_wall_time": _finite(facts.last_wall_time),
            "unreadable": _why_unreadable(facts.most_parts),
        }
        for tag, facts in sorted(tags.items())
    ]


def _find_in(series: Sequence[Kept], place: Place) -> Kept | None:
    for kept in series:
        if kept.step == place.step and place.wall_time in (None, kept.wall_time):
            return kept
    return None


def _why_unreadable(parts: int) -> str | None:
    """Tell from its number of parts alone why a record cannot be read, if so."""
    if parts > MAX_PARTS:
        return _TOO_LONG
    if parts == 1:
        return "The record is a header without values."
    return "The record is empty." if parts < 1 else None


def _finite(seconds: float) -> float | None:
    return seconds if math.isfinite(seconds) else None
