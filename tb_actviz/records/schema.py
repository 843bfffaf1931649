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
        "partner": "conv1",
        "parameters": 0,
        "receptive_field": {"size": [3, 3], "stride": [2, 2], "start": [0, 0]}
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
          "predictions": [[281, 0.5]],
          "predicted": ["tabby"]
        }
      ]
    }

Channels and classes count from 0. The statistics, `minimum` to `inf_count`, have an
entry for each channel, or none where they were left out. Numbers with a fraction are
float32: they are to be rounded to it when read, since they are written in as few digits
as distinguish float32. null stands for what is not a finite number, such as the minimum
of a channel without one. `packed` is what `codec.Packed` describes, and the
part of the input is its data. `facts` says what the others mean, and how many of each
there can be; the header takes at most 4 MiB, with the numbers of entries that
`strict_json` allows.

`parameters`, `receptive_field` and `predicted` may be missing or null, which says
nothing of them. Else `predicted` names the classes of `predictions`, or none.

So may `axes` and `token_grid` of a layer. `axes` says what the rows, the columns and
the channels of its maps count where they are not those of a picture:
`"axes": ["queries", "keys", "heads"]` are attention scores. `token_grid` says how the
tokens of a layer, whose `shape` is `[tokens, channels]`, lie on the picture: the first
`class_tokens` of them have no place, the others are its patches, row by row, `size`
being rows and columns; `patch` is null or says as a receptive field does which pixels
each patch is cut from. Values are stored as tokens all the same. Of attention scores it
is about the keys.

    "token_grid": {
      "size": [8, 8],
      "class_tokens": 1,
      "patch": {"size": [4, 4], "stride": [4, 4], "start": [0, 0]}
    }

The layer path `:input`, which no layer has, is that of what is fed to the model: its
record holds the inputs that can be shown, under their names. Pictures, of three axes,
are RGB, 0 to 255; signals, whose `shape` is `[time steps, channels]`, are as they are
fed. It is written where they change: at a step it is the last one up to it that counts.

What TensorBoard keeps of a tag beside its records is JSON too, `{"schema": 1}`. For a
pre-activation `activation` is the path of its other half, so that a list of layers can
show pairs without reading records.

A key that a reader does not know means nothing to it. What a reader of this schema
would take for something else gets a higher number of `schema`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tensorboard.compat.proto.summary_pb2 import (
    DATA_CLASS_BLOB_SEQUENCE,
    Summary,
    SummaryMetadata,
)
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING

from tb_actviz.records.facts import Record
from tb_actviz.records.header import SCHEMA_VERSION, read_header, write_header
from tb_actviz.records.strict_json import RecordError as RecordError
from tb_actviz.records.strict_json import parse_object

PLUGIN_NAME = "activations"

TAG_SUFFIX = "activations"

#: Bytes that are read of what is kept of a tag, at most.
_LONGEST_CONTENT = 1 << 14


def record_tag(layer: str) -> str:
    """Name the tag that a layer's records have.

    Returns:
        The tag.
    """
    return f"{layer}/{TAG_SUFFIX}"


def encode_record(record: Record) -> list[bytes]:
    """Return the parts of a record.

    Returns:
        The header, and the data of each input.

    Raises:
        ValueError: If the header is longer, or has more entries, than can be read.
    """
    return [write_header(record), *(facts.packed.data for facts in record.inputs)]


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
    record = read_header(parts[0], parts[1:])
    if len(parts) != 1 + len(record.inputs):
        raise RecordError(
            f"The record has {len(parts)} parts, expected a header and the values of "
            f"{len(record.inputs)} inputs."
        )
    return record


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
    metadata.plugin_data.content = _tag_content(record)
    return Summary(value=[Summary.Value(tag=tag, tensor=tensor, metadata=metadata)])


def activation_of_tag(content: bytes) -> str | None:
    """Read which layer is the activation of a tag's pre-activation.

    Args:
        content: What TensorBoard keeps of the tag for the plugin.

    Returns:
        The path of the layer; None where nothing says so.
    """
    if len(content) > _LONGEST_CONTENT:
        return None
    try:
        path = parse_object(content).get("activation")
    except RecordError:
        return None
    return path if isinstance(path, str) else None


def _tag_content(record: Record) -> bytes:
    content: dict[str, Any] = {"schema": SCHEMA_VERSION}
    if record.layer.kind == "pre-activation" and record.layer.partner is not None:
        content["activation"] = record.layer.partner
    return json.dumps(content).encode()
