"""A record with fewer inputs, or values that are stored less exactly."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tb_actviz.errors import InputError, near_matches
from tb_actviz.name_patterns import as_patterns, matching_names
from tb_actviz.plugin.errors import UnreadableError
from tb_actviz.records.codec import PRECISIONS, pack, unpack
from tb_actviz.records.facts import InputFacts, Record
from tb_actviz.records.schema import RecordError, decode_record, encode_record


@dataclass(frozen=True)
class Repacking:
    """What records of a page keep of those in the log.

    Args:
        inputs: Names of inputs, or globs; None for all.
        precision: The most exact way in which values are stored: those that are stored
            less exactly stay as they are. None leaves all as they are.
    """

    inputs: tuple[str, ...] | None = None
    precision: str | None = None


def as_repacking(
    inputs: str | Sequence[str] | None, precision: str | None
) -> Repacking:
    """Read what is to be kept of records.

    Args:
        inputs: Names of inputs, globs, or None for all.
        precision: One of `PRECISIONS`, or None for that of the log.

    Returns:
        What is kept.

    Raises:
        InputError: If it is something else.
    """
    if precision is not None and precision not in PRECISIONS:
        raise InputError(
            f"There is no precision {precision!r}. "
            f"{near_matches(str(precision), PRECISIONS)}"
        )
    names = as_patterns("input", inputs)
    return Repacking(None if names is None else tuple(names), precision)


def repacked(parts: Sequence[bytes], keeping: Repacking) -> list[bytes]:
    """Make the record that a page holds.

    Args:
        parts: Those of the record in the log.
        keeping: What is kept of it.

    Returns:
        Its parts; the same ones, bit by bit, where all is kept.

    Raises:
        UnreadableError: If it is no record, it has none of the inputs, or its values
            cannot be read.
    """
    if keeping == Repacking():
        return list(parts)
    try:
        record = decode_record(parts)
        kept = _with_inputs(record, keeping.inputs)
        inputs = tuple(_packed_as(facts, keeping.precision) for facts in kept.inputs)
        if kept is record and all(map(operator.is_, inputs, record.inputs)):
            return list(parts)
        return encode_record(replace(kept, inputs=inputs))
    except ValueError as error:
        raise UnreadableError(str(error)) from None


def input_names(parts: Sequence[bytes]) -> tuple[str, ...]:
    """Read the names of a record's inputs.

    Args:
        parts: Those of the record.

    Returns:
        The names; none where it cannot be read.
    """
    return tuple(facts.name for facts in _inputs(parts))


def stored_precision(parts: Sequence[bytes]) -> str | None:
    """Read how exactly the values of a record are stored.

    Args:
        parts: Those of the record.

    Returns:
        One of `PRECISIONS`, None where it cannot be read.
    """
    return next((facts.packed.precision for facts in _inputs(parts)), None)


def _inputs(parts: Sequence[bytes]) -> tuple[InputFacts, ...]:
    try:
        return decode_record(parts).inputs
    except RecordError:
        return ()


def _with_inputs(record: Record, wanted: tuple[str, ...] | None) -> Record:
    """The record with the inputs that are wanted, the record itself if all are."""
    if wanted is None:
        return record
    names = [facts.name for facts in record.inputs]
    chosen: set[str] = set()
    for pattern in wanted:
        try:
            chosen |= set(matching_names("input", [pattern], names, ""))
        except InputError:
            continue  # This record does not have it; others may.
    inputs = tuple(facts for facts in record.inputs if facts.name in chosen)
    if len(inputs) == len(record.inputs):
        return record
    if not inputs:
        raise ValueError("The record has none of the inputs that were chosen.")
    return replace(record, inputs=inputs, silent=_silent(inputs))


def _silent(inputs: Sequence[InputFacts]) -> tuple[int, ...]:
    """Channels that are zero everywhere for these inputs, as their statistics say."""
    zero_everywhere = [
        {channel for channel, share in enumerate(facts.zero_share) if share == 1}
        for facts in inputs
    ]
    return tuple(sorted(set.intersection(*zero_everywhere)))


def _packed_as(facts: InputFacts, precision: str | None) -> InputFacts:
    order = PRECISIONS.index
    stored = facts.packed.precision
    if precision is None or order(stored) >= order(precision):
        return facts
    return replace(facts, packed=pack(unpack(facts.packed), precision))
