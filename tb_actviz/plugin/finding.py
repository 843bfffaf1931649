"""Where records lie, asked of the provider as seldom as may be.

The tab names the wall time of the record it wants. Only then is taken from memory what
was read before: for a second, what a listing said of the tag; and where the parts of
its records are, as long as a listing says the same of its last one. So who moves
through steps waits for one answer of the data server at a time, not for two, of which
the second one often comes 40 ms late.

A second that is out of date does no harm. A run that is deleted and made anew has other
wall times, also where its steps are the same ones. Who lists its steps gets these, and
from then on the old ones are refused. Only who asks for an old one without having
listed them may, within that second, be given what lies in its place, under an address
that no page asks for once it has listed. And what is not found in memory is looked for
anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tb_actviz.plugin.cache import BoundedCache
from tb_actviz.plugin.provider import MAX_PARTS, Asker, Kept, Provider, TagFacts
from tb_actviz.plugin.refusals import MissingError, UnreadableError

#: For how long a listing is believed, in seconds.
BELIEVED = 1.0
# Of tags, of which little is kept.
_CACHED_TAGS = 10_000
# Of keys of parts, which take some 200 bytes each: 500 steps of 66 layers.
_CACHED_KEYS = 100_000
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


class Finder:
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
        self._series: BoundedCache[tuple[Kept, ...]] = BoundedCache(_CACHED_KEYS)

    def series(self, asker: Asker, run: str, tag: str) -> tuple[Kept, ...]:
        """List the records of a tag, as they are now.

        Args:
            asker: Who asks.
            run: Name of the run.
            tag: The tag.

        Returns:
            The records, by step.
        """
        return self._read(asker, run, tag, self._list(asker, run, tag))

    def find(self, asker: Asker, place: Place) -> Kept:
        """Find a record whose values may be readable.

        Args:
            asker: Who asks.
            place: Where it lies.

        Returns:
            The record.
        """
        found = self._remembered(asker, place, self._believed(asker, place))
        if found is None:
            facts = self._list(asker, place.run, place.tag)
            found = self._remembered(asker, place, facts)
            if found is None:
                series = self._read(asker, place.run, place.tag, facts)
                found = _find_in(series, place)
        if found is None:
            another = "" if place.wall_time is None else " of that wall time"
            raise MissingError(
                f"Step {place.step} of tag {place.tag!r:.80} in run {place.run!r:.80} "
                f"has no record{another}, or it is no longer available."
            )
        reason = why_unreadable(len(found.keys))
        if reason is not None:
            raise UnreadableError(reason)
        return found

    def _list(self, asker: Asker, run: str, tag: str) -> TagFacts:
        """Ask what is known of a tag, and make sure that its records can be listed."""
        now = self._clock()
        facts = self._provider.tag(asker, run, tag)
        if facts.most_parts > MAX_PARTS:
            raise UnreadableError(_TOO_LONG)
        self._listed.put((asker.experiment, run, tag), (now, facts), 1)
        return facts

    def _read(
        self, asker: Asker, run: str, tag: str, facts: TagFacts
    ) -> tuple[Kept, ...]:
        series = self._provider.kept(asker, run, tag)
        keys = sum(1 + len(kept.keys) for kept in series)
        self._series.put((asker.experiment, run, tag, facts), series, keys)
        return series

    def _believed(self, asker: Asker, place: Place) -> TagFacts | None:
        """Remember what was known of a tag a moment ago."""
        listed = self._listed.get((asker.experiment, place.run, place.tag))
        if listed is None or self._clock() - listed[0] >= BELIEVED:
            return None
        return listed[1]

    def _remembered(
        self, asker: Asker, place: Place, facts: TagFacts | None
    ) -> Kept | None:
        """Find a record without asking, if its wall time tells which one it is."""
        if place.wall_time is None or facts is None:
            return None
        key = asker.experiment, place.run, place.tag, facts
        return _find_in(self._series.get(key) or (), place)


def why_unreadable(parts: int) -> str | None:
    """Tell from its number of parts alone why a record cannot be read, if so.

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


def _find_in(series: Sequence[Kept], place: Place) -> Kept | None:
    for kept in series:
        if kept.step == place.step and place.wall_time in (None, kept.wall_time):
            return kept
    return None
