"""The header of a record: facts <-> strict JSON, as `schema` describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import chain, islice, repeat
from typing import Any

from tb_actviz.receptive_field import MAX_PIXELS, ReceptiveField, TokenGrid
from tb_actviz.records.codec import Packed
from tb_actviz.records.decimals import as_float32, few_digits
from tb_actviz.records.facts import (
    MAX_AXES,
    MAX_AXIS_NAME,
    MAX_CLASS_NAME,
    MAX_INPUTS,
    MAX_POSITION,
    MAX_PREDICTIONS,
    PER_CHANNEL_COUNTS,
    PER_CHANNEL_NUMBERS,
    InputFacts,
    LayerFacts,
    Record,
    check_inputs,
)
from tb_actviz.records.strict_json import Fields, RecordError, check_size, parse_object

SCHEMA_VERSION = 1

#: How long a header can be; the statistics of a channel take 40 to 60 bytes of it.
MAX_HEADER_BYTES = 1 << 22


def write_header(record: Record) -> bytes:
    """Write what a record says of its values.

    Returns:
        The header.

    Raises:
        ValueError: If it is longer, or has more entries, than can be read.
    """
    header = {
        "schema": SCHEMA_VERSION,
        "producer": record.producer,
        "step": int(record.step),
        "position": {name: int(n) for name, n in record.position.items()},
        "layer": _layer_header(record.layer),
        "preprocess": record.preprocess,
        "reduced": record.reduced,
        "dead": [int(channel) for channel in record.silent],
        "inputs": [_input_header(facts) for facts in record.inputs],
    }
    text = json.dumps(header, allow_nan=False, separators=(",", ":")).encode()
    if len(text) > MAX_HEADER_BYTES:
        raise ValueError(
            f"The header of the record takes {len(text)} bytes, at most "
            f"{MAX_HEADER_BYTES} can be read. Leave out statistics, or log fewer "
            "inputs together."
        )
    check_size(text)
    return text


def read_header(header: bytes, values: Sequence[bytes] = ()) -> Record:
    """Read what a record says of its values.

    Args:
        header: The header.
        values: Data of the inputs; those beyond have none.

    Returns:
        The record.

    Raises:
        RecordError: If the header is none that this version can read.
    """
    if len(header) > MAX_HEADER_BYTES:
        raise RecordError(
            f"The header takes {len(header)} bytes, at most {MAX_HEADER_BYTES} can be "
            "read."
        )
    fields = Fields(parse_object(header))
    schema = fields.integer("schema", lowest=1)
    if schema > SCHEMA_VERSION:
        raise RecordError(
            f"The record is of schema {schema}, newer than {SCHEMA_VERSION}: update "
            "tb_actviz to read it."
        )
    try:
        described = fields.parts("inputs", MAX_INPUTS)
        check_inputs(len(described))
        inputs = tuple(map(_input, described, chain(values, repeat(b""))))
        channels = max(facts.packed.shape[2] for facts in inputs)
        return Record(
            layer=_layer(fields.part("layer")),
            step=fields.integer("step"),
            inputs=inputs,
            position=fields.counts("position", MAX_POSITION),
            silent=fields.integers("dead", channels),
            preprocess=fields.text("preprocess"),
            reduced=fields.text("reduced"),
            producer=fields.text("producer"),
        )
    except RecordError:
        raise
    except ValueError as error:
        raise RecordError(str(error)) from None


def _input_header(facts: InputFacts) -> dict[str, Any]:
    packed = facts.packed
    numbers = _in_few_digits(
        {
            **{name: getattr(facts, name) for name in PER_CHANNEL_NUMBERS},
            "low": packed.low or (),
            "high": packed.high or (),
            "strongest": [score for _, score in facts.strongest],
            "predictions": [score for _, score in facts.predictions],
        }
    )
    return {
        "name": facts.name,
        "shape": facts.shape,
        "dtype": facts.dtype,
        "packed": {
            "precision": packed.precision,
            "shape": packed.shape,
            "exponent": packed.exponent,
            "low": numbers["low"] or None,
            "high": numbers["high"] or None,
            "levels": packed.levels,
        },
        **{name: numbers[name] for name in PER_CHANNEL_NUMBERS},
        **{name: getattr(facts, name) for name in PER_CHANNEL_COUNTS},
        "strongest": _paired(facts.strongest, numbers["strongest"]),
        "predictions": _paired(facts.predictions, numbers["predictions"]),
        "predicted": facts.predicted,
    }


def _layer_header(layer: LayerFacts) -> dict[str, Any]:
    header: dict[str, Any] = {
        "path": layer.path,
        "class_name": layer.class_name,
        "kind": layer.kind,
        "partner": layer.partner,
        "parameters": layer.parameters,
        "receptive_field": _field_header(layer.receptive_field),
    }
    # Most layers are pictures, of which there is nothing more to say.
    if layer.axes:
        header["axes"] = layer.axes
    if layer.token_grid is not None:
        header["token_grid"] = {
            "size": layer.token_grid.size,
            "class_tokens": layer.token_grid.class_tokens,
            "patch": _field_header(layer.token_grid.patch),
        }
    return header


def _field_header(field: ReceptiveField | None) -> dict[str, Any] | None:
    if field is None:
        return None
    return {"size": field.size, "stride": field.stride, "start": field.start}


def _in_few_digits(
    lists: Mapping[str, Sequence[float]],
) -> dict[str, list[float | None]]:
    """Shorten all numbers of an input at once, which takes a fraction of the time."""
    numbers = iter(few_digits([*chain.from_iterable(lists.values())]))
    return {name: [*islice(numbers, len(values))] for name, values in lists.items()}


def _paired(
    pairs: Sequence[tuple[int, float]], scores: Sequence[float | None]
) -> list[tuple[int, float | None]]:
    return [(number, score) for (number, _), score in zip(pairs, scores, strict=True)]


def _layer(fields: Fields) -> LayerFacts:
    return LayerFacts(
        path=fields.text("path"),
        class_name=fields.text("class_name"),
        kind=fields.text("kind"),
        partner=fields.text_or_none("partner"),
        parameters=fields.integer("parameters") if fields.says("parameters") else None,
        receptive_field=_field_or_none(fields, "receptive_field"),
        axes=fields.texts("axes", 3, MAX_AXIS_NAME) if fields.says("axes") else (),
        token_grid=_token_grid(fields.part("token_grid"))
        if fields.says("token_grid")
        else None,
    )


def _token_grid(fields: Fields) -> TokenGrid:
    return TokenGrid(
        fields.integers("size", 2),
        fields.integer("class_tokens"),
        _field_or_none(fields, "patch"),
    )


def _field_or_none(fields: Fields, key: str) -> ReceptiveField | None:
    return _field(fields.part(key)) if fields.says(key) else None


def _field(fields: Fields) -> ReceptiveField:
    size, stride = fields.integers("size", 2), fields.integers("stride", 2)
    start = fields.integers("start", 2, lowest=-MAX_PIXELS)
    return ReceptiveField(size, stride, start)


def _input(fields: Fields, data: bytes) -> InputFacts:
    try:
        name, dtype = fields.text("name"), fields.text("dtype")
        packed = _packed(fields.part("packed"), data)
        channels = packed.shape[2]
        return InputFacts(
            name=name,
            shape=fields.integers("shape", MAX_AXES),
            dtype=dtype,
            packed=packed,
            **{name: fields.numbers(name, channels) for name in PER_CHANNEL_NUMBERS},
            **{name: fields.integers(name, channels) for name in PER_CHANNEL_COUNTS},
            strongest=fields.pairs("strongest", channels),
            predictions=fields.pairs("predictions", MAX_PREDICTIONS),
            predicted=fields.texts("predicted", MAX_PREDICTIONS, MAX_CLASS_NAME)
            if fields.says("predicted")
            else (),
        )
    except RecordError:
        raise
    except ValueError as error:
        raise RecordError(f"{fields.place.rstrip('.')}: {error}") from None


def _packed(fields: Fields, data: bytes) -> Packed:
    shape = fields.integers("shape", 3)
    if len(shape) != 3:
        raise RecordError(f"{fields.place}shape has {len(shape)} entries, expected 3.")
    low = fields.numbers_or_none("low", shape[2])
    high = fields.numbers_or_none("high", shape[2])
    return Packed(
        precision=fields.text("precision"),
        shape=shape,
        exponent=fields.integer("exponent", lowest=-(2**63)),
        low=None if low is None else as_float32(low),
        high=None if high is None else as_float32(high),
        levels=fields.integer("levels"),
        data=data,
    )
