"""A few recent answers, kept in a bounded amount of memory."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tb_actviz.plugin.errors import MissingError, UnreadableError
from tb_actviz.plugin.provider import (
    MAX_PARTS,
    Provider,
    RequestContext,
    StoredRecord,
    TagFacts,
)

_Value = TypeVar("_Value")


class BoundedCache(Generic[_Value]):
    """Keeps the values that were used last, for any number of threads.

    Args:
        capacity: What the costs of all values kept may add up to.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._used = 0
        self._entries: OrderedDict[Hashable, tuple[_Value, int]] = OrderedDict()
        # Held for moments only, never while anything is read.
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> _Value | None:
        """Find a value.

        Args:
            key: What it was kept under.

        Returns:
            The value, None if it is not kept, or no longer.
        """
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def put(self, key: Hashable, value: _Value, cost: int) -> None:
        """Keep a value, in place of those that were not used for longest.

        Args:
            key: What to keep it under.
            value: The value; not kept if it costs more than there is room for.
            cost: What it takes of the capacity.
        """
        with self._lock:
            _, before = self._entries.pop(key, (None, 0))
            self._used -= before
            if cost > self._capacity:
                return
            self._entries[key] = value, cost
            self._used += cost
            while self._used > self._capacity:
                _, (_, oldest) = self._entries.popitem(last=False)
                self._used -= oldest


#: For how long a listing is believed, in seconds.
BELIEVED = 1.0
#: Tags that are kept; each takes little.
_CACHED_TAGS = 10_000
#: Keys of parts that are kept, some 200 bytes each: 500 steps of 66 layers.
_CACHED_KEYS = 100_000
# Without the number, which may have more digits than Python writes.
_TOO_LONG = (
    "There is a record that claims to have more parts than a header and the values of "
    f"{MAX_PARTS - 1} inputs, which is the most that can be read."
)


@dataclass(frozen=True)
class RecordAddress:
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


class RecordIndex:
    """Finds records.

    Every method raises a `RefusalError` where it cannot.

    Args:
        provider: Where the records come from.
        clock: Seconds that never go back.
    """

    def __init__(
        self, provider: Provider, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._provider = provider
        self._clock = clock
        self._listed: BoundedCache[tuple[float, TagFacts]] = BoundedCache(_CACHED_TAGS)
        self._series: BoundedCache[tuple[StoredRecord, ...]] = BoundedCache(
            _CACHED_KEYS
        )

    def series(
        self, asker: RequestContext, run: str, tag: str
    ) -> tuple[StoredRecord, ...]:
        """List the records of a tag, as they are now.

        Returns:
            The records, by step.
        """
        return self._read(asker, run, tag, self._list(asker, run, tag))

    def find(self, asker: RequestContext, place: RecordAddress) -> StoredRecord:
        """Find a record whose values may be readable.

        Returns:
            The record.
        """
        record = self._remembered(asker, place, self._believed(asker, place))
        if record is None:
            facts = self._list(asker, place.run, place.tag)
            record = self._remembered(asker, place, facts)
            if record is None:
                series = self._read(asker, place.run, place.tag, facts)
                record = _find_in(series, place)
        if record is None:
            another = "" if place.wall_time is None else " of that wall time"
            raise MissingError(
                f"Step {place.step} of tag {place.tag!r:.80} in run {place.run!r:.80} "
                f"has no record{another}, or it is no longer available."
            )
        reason = why_unreadable(len(record.keys))
        if reason is not None:
            raise UnreadableError(reason)
        return record

    def _list(self, asker: RequestContext, run: str, tag: str) -> TagFacts:
        """Ask what is known of a tag, and make sure that its records can be listed."""
        now = self._clock()
        facts = self._provider.tag(asker, run, tag)
        if facts.most_parts > MAX_PARTS:
            raise UnreadableError(_TOO_LONG)
        self._listed.put((asker.experiment, run, tag), (now, facts), 1)
        return facts

    def _read(
        self, asker: RequestContext, run: str, tag: str, facts: TagFacts
    ) -> tuple[StoredRecord, ...]:
        series = self._provider.kept(asker, run, tag)
        keys = sum(1 + len(kept.keys) for kept in series)
        self._series.put((asker.experiment, run, tag, facts), series, keys)
        return series

    def _believed(self, asker: RequestContext, place: RecordAddress) -> TagFacts | None:
        """Remember what was known of a tag a moment ago."""
        listed = self._listed.get((asker.experiment, place.run, place.tag))
        if listed is None or self._clock() - listed[0] >= BELIEVED:
            return None
        return listed[1]

    def _remembered(
        self, asker: RequestContext, place: RecordAddress, facts: TagFacts | None
    ) -> StoredRecord | None:
        """Find a record without asking, if its wall time says which one it is."""
        if place.wall_time is None or facts is None:
            return None
        key = asker.experiment, place.run, place.tag, facts
        return _find_in(self._series.get(key) or (), place)


def why_unreadable(parts: int) -> str | None:
    """Say, from its number of parts alone, why a record cannot be read.

    Args:
        parts: How many it has, or claims to have.

    Returns:
        Why, None where it may be readable.
    """
    if parts > MAX_PARTS:
        return _TOO_LONG
    if parts == 1:
        return "The record is a header without values."
    return "The record is empty." if parts < 1 else None


def _find_in(
    series: Sequence[StoredRecord], place: RecordAddress
) -> StoredRecord | None:
    for kept in series:
        if kept.step == place.step and place.wall_time in (None, kept.wall_time):
            return kept
    return None
