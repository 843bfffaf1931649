"""Records -> what the tab asks for.

What a header says of the values is kept for those who name the wall time of the record,
as the tab does: a record of that wall time never says anything else.
"""

from __future__ import annotations

import math
import zlib
from typing import Any

from tb_actviz.plugin.errors import MalformedError, TooLargeError, UnreadableError
from tb_actviz.plugin.provider import Provider, RequestContext, StoredRecord, TagFacts
from tb_actviz.plugin.record_index import (
    BoundedCache,
    RecordAddress,
    RecordIndex,
    why_unreadable,
)
from tb_actviz.records.codec import Packed
from tb_actviz.records.schema import TAG_SUFFIX, RecordError, decode_record

#: Bytes of headers that are kept; what was read from them takes up to 8 times that.
_CACHED_HEADERS = 1 << 22


class ActivationData:
    """Answers what the tab asks for.

    Every method raises a `RefusalError` where it cannot.

    Args:
        provider: Where the records come from.
        finder: Finds them there.
        limit: How many steps of each tag TensorBoard keeps; 0 for all, None if unknown.
    """

    def __init__(
        self, provider: Provider, finder: RecordIndex, limit: int | None
    ) -> None:
        self._provider = provider
        self._finder = finder
        self._limit = limit
        self._packed: BoundedCache[tuple[Packed, ...]] = BoundedCache(_CACHED_HEADERS)

    def runs(self, asker: RequestContext) -> dict[str, Any]:
        """List all runs that have records, with their tags.

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
            "runs": sorted(runs, key=lambda of_run: str(of_run["run"])),
        }

    def steps(self, asker: RequestContext, run: str, tag: str) -> dict[str, Any]:
        """List the records of a tag.

        Returns:
            What `http_api.md` says of `steps`.
        """
        series = self._finder.series(asker, run, tag)
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
                    else why_unreadable(len(kept.keys)),
                }
                for kept in series
            ],
        }

    def header(self, asker: RequestContext, place: RecordAddress) -> bytes:
        """Read the header of a record.

        Returns:
            The header, strict JSON in UTF-8 as `records.schema` describes it.
        """
        return self._read_header(asker, place, self._finder.find(asker, place))[0]

    def values(self, asker: RequestContext, place: RecordAddress, number: int) -> bytes:
        """Read the values of one input of a record.

        Args:
            asker: Who asks.
            place: Where it lies.
            number: Number of the input, from 0.

        Returns:
            The values, deflated as `records.codec` describes it.
        """
        kept = self._finder.find(asker, place)
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

    def _described(
        self, asker: RequestContext, place: RecordAddress, kept: StoredRecord
    ) -> tuple[Packed, ...]:
        """Return how the values of each input are packed."""
        if place.wall_time is not None:
            known = self._packed.get((asker.experiment, place))
            if known is not None:
                return known
        return self._read_header(asker, place, kept)[1]

    def _read_header(
        self, asker: RequestContext, place: RecordAddress, kept: StoredRecord
    ) -> tuple[bytes, tuple[Packed, ...]]:
        header = self._provider.part(asker, place.run, place.tag, kept.keys[0])
        try:
            record = decode_record([header, *[b""] * (len(kept.keys) - 1)])
        except RecordError as error:
            raise UnreadableError(str(error)) from None
        inputs = tuple(facts.packed for facts in record.inputs)
        if place.wall_time is not None:
            self._packed.put((asker.experiment, place), inputs, len(header))
        return header, inputs


def _tags(tags: dict[str, TagFacts]) -> list[dict[str, Any]]:
    return [
        {
            "tag": tag,
            "layer": tag.removesuffix(f"/{TAG_SUFFIX}"),
            "activation": facts.activation,
            "last_step": facts.last_step,
            "last_wall_time": _finite(facts.last_wall_time),
            "unreadable": why_unreadable(facts.most_parts),
        }
        for tag, facts in sorted(tags.items())
    ]


def _finite(seconds: float) -> float | None:
    return seconds if math.isfinite(seconds) else None


#: What a browser is asked to inflate at most, in bytes.
MAX_INFLATED = 1 << 28
# How much is inflated at a time, and how much is handed to the inflater at a time.
_BLOCK, _SLICE = 1 << 20, 1 << 16


def inflated_size(packed: Packed) -> int:
    """Return how many bytes the values must inflate to.

    Args:
        packed: The description of the values.

    Returns:
        Bytes.

    Raises:
        TooLargeError: If they are more than `MAX_INFLATED`.
    """
    size = packed.inflated_bytes
    if size > MAX_INFLATED:
        raise TooLargeError(
            f"The values take {size} bytes inflated, at most {MAX_INFLATED} are sent. "
            "Log smaller inputs, or with a lower precision."
        )
    return size


def check_inflates(data: bytes, size: int) -> None:
    """Refuse values that are not what their description says.

    Args:
        data: The values, deflated.
        size: What they must inflate to, in bytes.

    Raises:
        UnreadableError: If they inflate to more or fewer, or the stream is damaged, cut
            off or followed by anything. No more is inflated than there must be.
    """
    stream, view = zlib.decompressobj(), memoryview(data)
    inflated = after = 0
    try:
        for start in range(0, len(view), _SLICE):
            compressed: bytes | memoryview = view[start : start + _SLICE]
            while compressed and not stream.eof:
                inflated += len(stream.decompress(compressed, _BLOCK))
                if inflated > size:
                    raise UnreadableError(
                        f"The values inflate to more than the {size} bytes that their "
                        "shape takes."
                    )
                compressed = stream.unconsumed_tail
            if stream.eof:
                after = max(0, len(view) - start - _SLICE) + len(stream.unused_data)
                break
    except zlib.error as error:
        raise UnreadableError(f"The values cannot be inflated: {error}.") from None
    if not stream.eof:
        raise UnreadableError("The values are cut off.")
    if inflated < size:
        raise UnreadableError(
            f"The values inflate to {inflated} bytes; their shape takes {size}."
        )
    if after:
        raise UnreadableError(f"{after} bytes follow the values.")
