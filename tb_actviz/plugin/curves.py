"""What the records of a tag say of each channel, for all steps at once.

That takes the header of each record, some 24 kB for 512 channels and one input. They
are read a few at a time: to one request after another the data server often answers
40 ms late. What a header says is kept, as the text that is sent of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from tb_actviz.plugin.errors import (
    MalformedError,
    MissingError,
    TooLargeError,
    UnreadableError,
)
from tb_actviz.plugin.provider import Provider, RequestContext, StoredRecord
from tb_actviz.plugin.record_index import BoundedCache, RecordIndex, why_unreadable
from tb_actviz.records.decimals import few_digits_of_each
from tb_actviz.records.facts import PER_CHANNEL_NUMBERS
from tb_actviz.records.schema import RecordError, decode_record

#: How many numbers one answer has at most; each takes some 10 bytes.
MOST_NUMBERS = 4_000_000
#: How many bytes of headers are read for one answer at most.
MOST_BYTES = 1 << 28
#: Bytes of texts that are kept.
_CACHED_TEXTS = 1 << 25
# More is no faster, and headers may be large.
_AT_A_TIME = 2


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Args:
        run: Name of the run.
        tag: The tag.
        number: Number of the input, from 0.
        statistics: Some of `PER_CHANNEL_NUMBERS`.
    """

    run: str
    tag: str
    number: int
    statistics: tuple[str, ...] = PER_CHANNEL_NUMBERS


@dataclass(frozen=True)
class _Row:
    """What one record says of an input.

    Args:
        names: Names of all inputs of the record.
        texts: JSON of each of `PER_CHANNEL_NUMBERS`; none where there is no such input.
        channels: How many numbers each text has at most.
        size: Bytes of the header.
        unreadable: Why nothing is known, else None.
    """

    names: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    channels: int = 0
    size: int = 0
    unreadable: str | None = None


class Curves:
    """Answers what the tab asks for of many steps.

    Args:
        provider: Where the records come from.
        finder: Finds them there.
    """

    def __init__(self, provider: Provider, finder: RecordIndex) -> None:
        self._provider = provider
        self._finder = finder
        self._rows: BoundedCache[_Row] = BoundedCache(_CACHED_TEXTS)

    def curve(self, asker: RequestContext, wanted: Wanted) -> bytes:
        """Return the statistics of each channel at all steps that were kept.

        Args:
            asker: Who asks.
            wanted: What is asked for.

        Returns:
            What `http_api.md` says of `curve`, JSON in UTF-8.

        Raises:
            RefusalError: If there is no such tag or input, or too much of it.
        """
        series = self._finder.series(asker, wanted.run, wanted.tag)
        rows = self._read(asker, wanted, series)
        names = [row.names for row in rows if row.names]
        if names and wanted.number >= max(map(len, names)):
            raise MalformedError(
                f"Received input={wanted.number}; expected 0 to {len(names[-1]) - 1}, "
                "which the last record has."
            )
        facts = json.dumps(
            {
                "run": wanted.run,
                "tag": wanted.tag,
                "input": wanted.number,
                "inputs": names[-1] if names else [],
                "steps": [kept.step for kept in series],
                "wall_times": [_finite(kept.wall_time) for kept in series],
                "names": [_name(row, wanted.number) for row in rows],
                "unreadable": [row.unreadable for row in rows],
            },
            allow_nan=False,
            separators=(",", ":"),
        )
        lists = ",".join(_list(rows, name) for name in wanted.statistics)
        return f'{facts[:-1]},"statistics":{{{lists}}}}}'.encode()

    def _read(
        self, asker: RequestContext, wanted: Wanted, series: Sequence[StoredRecord]
    ) -> list[_Row]:
        rows: list[_Row] = []
        numbers = size = 0
        pool = ThreadPoolExecutor(_AT_A_TIME)
        try:
            # The last one first, which says whether the others are too many.
            for row in pool.map(partial(self._row, asker, wanted), series[::-1]):
                rows.append(row)
                numbers += row.channels * len(wanted.statistics)
                size += row.size
                share = len(rows) / len(series)
                _check_size(round(numbers / share), round(size / share))
        finally:
            pool.shutdown(cancel_futures=True)
        return rows[::-1]

    def _row(self, asker: RequestContext, wanted: Wanted, kept: StoredRecord) -> _Row:
        place = wanted.run, wanted.tag, kept.step, kept.wall_time
        key = asker.experiment, place, wanted.number
        known = self._rows.get(key)
        if known is not None:
            return known
        reason = why_unreadable(len(kept.keys))
        if reason is not None:
            return _Row(unreadable=reason)
        try:
            header = self._provider.part(asker, wanted.run, wanted.tag, kept.keys[0])
        except (MissingError, TooLargeError, UnreadableError) as refusal:
            return _Row(unreadable=str(refusal))
        row = _row_of(header, len(kept.keys), wanted.number)
        self._rows.put(key, row, sum(map(len, (*row.names, *row.texts))))
        return row


def _row_of(header: bytes, parts: int, number: int) -> _Row:
    """Read what a header says of an input."""
    try:
        inputs = decode_record([header, *[b""] * (parts - 1)]).inputs
    except RecordError as error:
        return _Row(size=len(header), unreadable=str(error))
    names = tuple(facts.name for facts in inputs)
    if number >= len(inputs):
        return _Row(names, size=len(header))
    # In the few digits that they were written in.
    lists = few_digits_of_each(
        *(getattr(inputs[number], name) for name in PER_CHANNEL_NUMBERS)
    )
    return _Row(
        names,
        tuple(json.dumps(numbers or None, separators=(",", ":")) for numbers in lists),
        max(map(len, lists)),
        len(header),
    )


def _check_size(numbers: int, size: int) -> None:
    """Refuse more than can be sent, or be read in reasonable time."""
    if numbers > MOST_NUMBERS:
        raise TooLargeError(
            f"The answer has some {numbers} numbers, at most {MOST_NUMBERS} are sent. "
            "Ask for one statistic, or have TensorBoard keep fewer steps: "
            "--samples_per_plugin activations=100."
        )
    if size > MOST_BYTES:
        raise TooLargeError(
            f"The headers of all records take some {size} bytes, at most {MOST_BYTES} "
            "are read at a time. Log fewer inputs together, or have TensorBoard keep "
            "fewer steps: --samples_per_plugin activations=100."
        )


def _list(rows: Sequence[_Row], statistic: str) -> str:
    """Write a statistic of all steps as a member of an object."""
    index = PER_CHANNEL_NUMBERS.index(statistic)
    texts = (row.texts[index] if row.texts else "null" for row in rows)
    return f'"{statistic}":[{",".join(texts)}]'


def _name(row: _Row, number: int) -> str | None:
    return row.names[number] if number < len(row.names) else None


def _finite(seconds: float) -> float | None:
    return seconds if math.isfinite(seconds) else None
