"""What one record says: the activations of one layer at one step, for all inputs.

A record is the parts `[header, values of input 0, values of input 1, …]`. The header is
strict JSON in UTF-8, for example (a record's own has no spaces):

    {
      "schema": 1,
      "producer": "tb_actviz 0.1.0",
      "step": 400,
      "position": {"epoch": 3, "batch": 400},
      "layer": {
        "path": "relu_conv1",
        "class_name": "ReLU",
        "kind": "activation",
        "partner": "conv1"
      },
      "preprocess": "squeezenet",
      "reduced": "",
      "dead": [1],
      "inputs": [
        {
          "name": "face",
          "shape": [113, 113, 2],
          "dtype": "float32",
          "packed": {
            "precision": "uint8",
            "shape": [113, 113, 2],
            "exponent": 0,
            "low": [0.0, 0.0],
            "high": [17.25, 0.0],
            "levels": 252
          },
          "minimum": [0.0, null],
          "maximum": [17.25, null],
          "mean": [0.1, null],
          "zero_share": [0.75, 0.0],
          "nan_count": [1, 12769],
          "inf_count": [0, 0],
          "strongest": [[0, 17.25], [1, null]],
          "predictions": [[281, 0.5]]
        }
      ]
    }

Channels and classes count from 0. The statistics, `minimum` to `inf_count`, have an
entry for each channel, or none where they were left out. Numbers with a fraction are
float32: they are to be rounded to it when read, since they are written in as few digits
as tell float32 apart. null stands for what is no finite number, such as the minimum of
a channel without one. `packed` is what `codec.Packed` describes, and the
part of the input is its data.

A key that a reader does not know means nothing to it. What a reader of this schema
would take for something else gets a higher number of `schema`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from typing import Any

from numpy.typing import NDArray
from tensorboard.compat.proto.summary_pb2 import (
    DATA_CLASS_BLOB_SEQUENCE,
    Summary,
    SummaryMetadata,
)
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING

from tb_actviz import __version__
from tb_actviz.records.codec import Packed
from tb_actviz.records.decimals import as_float32, few_digits
from tb_actviz.records.strict_json import Fields, check_size, parse_object
from tb_actviz.records.strict_json import RecordError as RecordError

SCHEMA_VERSION = 1

PLUGIN_NAME = "activations"

TAG_SUFFIX = "activations"

KINDS = ("activation", "pre-activation", "input", "other")
"""What a layer is; of a pair, an activation and what goes to it."""

MAX_INPUTS = 256
"""How many inputs one record can hold."""

MAX_HEADER_BYTES = 1 << 22
"""How long a header can be; the statistics of a channel take 40 to 60 bytes of it."""

MAX_PREDICTIONS = 1000
"""How many classes one record can name for an input."""

MAX_POSITION = 16
"""How many numbers can say where in a training a record is."""

# No array of NumPy has more axes.
_MAX_AXES = 64
_PER_CHANNEL_NUMBERS = ("minimum", "maximum", "mean", "zero_share")
_PER_CHANNEL_COUNTS = ("nan_count", "inf_count")


@dataclass(frozen=True)
class LayerFacts:
    """The layer of a record.

    Args:
        path: Layer path.
        class_name: Class of the layer, such as `Conv2D`.
        kind: One of `KINDS`.
        partner: Path of the other half of a pair of pre-activation and activation.

    Raises:
        ValueError: If there is no such kind.
    """

    path: str
    class_name: str
    kind: str
    partner: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(
                f"There is no kind {self.kind!r:.80} of layer; there are "
                f"{', '.join(KINDS)}."
            )


@dataclass(frozen=True)
class InputFacts:
    """The activations for one input.

    Statistics have one entry per channel, or none where they are not to be stated, and
    leave out NaN and infinities. Arrays and any other sequences become tuples,
    fractions float32, and what is not finite, NaN.

    Args:
        name: Name of the input.
        shape: Shape of the activations in the model, without the batch axis.
        dtype: Dtype that the model computes them in, such as `"bfloat16"`.
        packed: The values, (H, W, C).
        minimum: Smallest value; NaN where nothing is finite, as in the next two.
        maximum: Largest value.
        mean: Mean.
        zero_share: Share of positions that are zero, 0 to 1.
        nan_count: How many positions are NaN.
        inf_count: How many positions are infinite.
        strongest: Channels and their scores, strongest first.
        predictions: Classes and their scores, best first; empty where unknown.

    Raises:
        ValueError: If the numbers of channels differ, a channel does not exist, or
            there are more strongest channels than channels, or more predictions than
            `MAX_PREDICTIONS`.
    """

    name: str
    shape: Sequence[int]
    dtype: str
    packed: Packed
    minimum: Sequence[float] | NDArray[Any] = ()
    maximum: Sequence[float] | NDArray[Any] = ()
    mean: Sequence[float] | NDArray[Any] = ()
    zero_share: Sequence[float] | NDArray[Any] = ()
    nan_count: Sequence[int] | NDArray[Any] = ()
    inf_count: Sequence[int] | NDArray[Any] = ()
    strongest: Sequence[tuple[int, float]] = ()
    predictions: Sequence[tuple[int, float]] = ()

    def __post_init__(self) -> None:
        for name in _PER_CHANNEL_NUMBERS:
            object.__setattr__(self, name, as_float32(getattr(self, name)))
        for name in ("shape", *_PER_CHANNEL_COUNTS):
            object.__setattr__(self, name, tuple(map(int, getattr(self, name))))
        for name in ("strongest", "predictions"):
            numbers = [int(number) for number, _ in getattr(self, name)]
            scores = as_float32([score for _, score in getattr(self, name)])
            pairs = tuple(zip(numbers, scores, strict=True))
            object.__setattr__(self, name, pairs)
        channels = self.packed.shape[2]
        for name in (*_PER_CHANNEL_NUMBERS, *_PER_CHANNEL_COUNTS):
            if len(getattr(self, name)) not in (0, channels):
                raise ValueError(
                    f"There are {len(getattr(self, name))} entries of {name} for "
                    f"{channels} channels."
                )
        _check_count("strongest channels", len(self.strongest), channels)
        _check_count("predictions", len(self.predictions), MAX_PREDICTIONS)
        _check_count("axes of the shape", len(self.shape), _MAX_AXES)
        for channel, _ in self.strongest:
            if not 0 <= channel < channels:
                raise ValueError(
                    f"The strongest channel {channel} is none of {channels}."
                )


@dataclass(frozen=True)
class Record:
    """One layer at one step.

    Args:
        layer: The layer.
        step: The step, at least 0.
        inputs: The activations for each input, 1 to `MAX_INPUTS`.
        position: Where in a training that is, such as the `epoch` and the `batch`;
            empty outside of one.
        dead: Channels that are zero everywhere for every input, ascending.
        preprocess: What pictures went through before the model, or why nothing.
        reduced: What was left out of the values and how; empty where nothing was.
        producer: What wrote the record.

    Raises:
        ValueError: If there are too many inputs or none, more than `MAX_POSITION`
            numbers of the position, or more dead channels than channels.
    """

    layer: LayerFacts
    step: int
    inputs: tuple[InputFacts, ...]
    position: Mapping[str, int] = field(default_factory=dict)
    dead: tuple[int, ...] = ()
    preprocess: str = ""
    reduced: str = ""
    producer: str = f"tb_actviz {__version__}"

    def __post_init__(self) -> None:
        _check_inputs(len(self.inputs))
        channels = max(one.packed.shape[2] for one in self.inputs)
        _check_count("dead channels", len(self.dead), channels)
        _check_count("numbers of the position", len(self.position), MAX_POSITION)


def _check_inputs(count: int) -> None:
    if not 1 <= count <= MAX_INPUTS:
        raise ValueError(f"A record holds 1 to {MAX_INPUTS} inputs, not {count}.")


def _check_count(what: str, count: int, most: int) -> None:
    if count > most:
        raise ValueError(f"There are {count} {what}, at most {most} can be.")


def record_tag(layer: str) -> str:
    """Name the tag that a layer's records have.

    Args:
        layer: Layer path.

    Returns:
        The tag.
    """
    return f"{layer}/{TAG_SUFFIX}"


def encode_record(record: Record) -> list[bytes]:
    """Give the parts of a record.

    Args:
        record: The record.

    Returns:
        The header, and the data of each input.

    Raises:
        ValueError: If the header is longer, or has more entries, than can be read.
    """
    header = {
        "schema": SCHEMA_VERSION,
        "producer": record.producer,
        "step": int(record.step),
        "position": {name: int(n) for name, n in record.position.items()},
        "layer": {
            "path": record.layer.path,
            "class_name": record.layer.class_name,
            "kind": record.layer.kind,
            "partner": record.layer.partner,
        },
        "preprocess": record.preprocess,
        "reduced": record.reduced,
        "dead": [int(channel) for channel in record.dead],
        "inputs": [_input_header(one) for one in record.inputs],
    }
    text = json.dumps(header, allow_nan=False, separators=(",", ":")).encode()
    if len(text) > MAX_HEADER_BYTES:
        raise ValueError(
            f"The header of the record takes {len(text)} bytes, at most "
            f"{MAX_HEADER_BYTES} can be read. Leave out statistics, or log fewer "
            "inputs together."
        )
    check_size(text)
    return [text, *(one.packed.data for one in record.inputs)]


def decode_record(parts: Sequence[bytes]) -> Record:
    """Read a record; its values are not inflated yet.

    Args:
        parts: The header, and the data of each input.

    Returns:
        The record.

    Raises:
        RecordError: If they are none that this version can read.
    """
    if not parts:
        raise RecordError("The record is empty.")
    for index, part in enumerate(parts):
        if not isinstance(part, bytes):
            raise RecordError(
                f"Part {index} of the record is {type(part).__name__}, expected bytes."
            )
    record = _read(parts[0], parts[1:])
    if len(parts) != 1 + len(record.inputs):
        raise RecordError(
            f"The record has {len(parts)} parts, expected a header and the values of "
            f"{len(record.inputs)} inputs."
        )
    return record


def decode_header(header: bytes) -> Record:
    """Read what a record says of its values.

    Args:
        header: The first part of a record.

    Returns:
        The record without the data of its inputs.

    Raises:
        RecordError: If it is none that this version can read.
    """
    return _read(header)


def record_summary(tag: str, record: Record, description: str = "") -> Summary:
    """Make a summary that the Activations tab shows.

    Args:
        tag: Its tag.
        record: The record.
        description: Markdown shown with the tag.

    Returns:
        The summary.

    Raises:
        ValueError: If the header is longer, or has more entries, than can be read.
    """
    parts = encode_record(record)
    tensor = TensorProto(
        dtype=DT_STRING,
        string_val=parts,
        tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=len(parts))]),
    )
    metadata = SummaryMetadata(
        summary_description=description, data_class=DATA_CLASS_BLOB_SEQUENCE
    )
    metadata.plugin_data.plugin_name = PLUGIN_NAME
    metadata.plugin_data.content = json.dumps({"schema": SCHEMA_VERSION}).encode()
    return Summary(value=[Summary.Value(tag=tag, tensor=tensor, metadata=metadata)])


def _input_header(one: InputFacts) -> dict[str, Any]:
    packed = one.packed
    numbers = _in_few_digits(
        {
            **{name: getattr(one, name) for name in _PER_CHANNEL_NUMBERS},
            "low": packed.low or (),
            "high": packed.high or (),
            "strongest": [score for _, score in one.strongest],
            "predictions": [score for _, score in one.predictions],
        }
    )
    return {
        "name": one.name,
        "shape": one.shape,
        "dtype": one.dtype,
        "packed": {
            "precision": packed.precision,
            "shape": packed.shape,
            "exponent": packed.exponent,
            "low": numbers["low"] or None,
            "high": numbers["high"] or None,
            "levels": packed.levels,
        },
        **{name: numbers[name] for name in _PER_CHANNEL_NUMBERS},
        **{name: getattr(one, name) for name in _PER_CHANNEL_COUNTS},
        "strongest": _paired(one.strongest, numbers["strongest"]),
        "predictions": _paired(one.predictions, numbers["predictions"]),
    }


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


def _read(header: bytes, values: Sequence[bytes] = ()) -> Record:
    """Read a header, and give its inputs as many data as there are."""
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
        found = fields.parts("inputs", MAX_INPUTS)
        _check_inputs(len(found))
        inputs = tuple(map(_input, found, chain(values, repeat(b""))))
        channels = max(one.packed.shape[2] for one in inputs)
        return Record(
            layer=_layer(fields.part("layer")),
            step=fields.integer("step"),
            inputs=inputs,
            position=fields.counts("position", MAX_POSITION),
            dead=fields.integers("dead", channels),
            preprocess=fields.text("preprocess"),
            reduced=fields.text("reduced"),
            producer=fields.text("producer"),
        )
    except RecordError:
        raise
    except ValueError as error:
        raise RecordError(str(error)) from None


def _layer(fields: Fields) -> LayerFacts:
    return LayerFacts(
        path=fields.text("path"),
        class_name=fields.text("class_name"),
        kind=fields.text("kind"),
        partner=fields.text_or_none("partner"),
    )


def _input(fields: Fields, data: bytes) -> InputFacts:
    try:
        name, dtype = fields.text("name"), fields.text("dtype")
        packed = _packed(fields.part("packed"), data)
        channels = packed.shape[2]
        return InputFacts(
            name=name,
            shape=fields.integers("shape", _MAX_AXES),
            dtype=dtype,
            packed=packed,
            **{name: fields.numbers(name, channels) for name in _PER_CHANNEL_NUMBERS},
            **{name: fields.integers(name, channels) for name in _PER_CHANNEL_COUNTS},
            strongest=fields.pairs("strongest", channels),
            predictions=fields.pairs("predictions", MAX_PREDICTIONS),
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
