"""Records and other events, as anyone may write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import (
    DATA_CLASS_BLOB_SEQUENCE,
    Summary,
    SummaryMetadata,
)
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING

from tb_actviz.records.codec import pack
from tb_actviz.records.facts import InputFacts, LayerFacts, Record
from tb_actviz.records.schema import encode_record, record_summary, record_tag
from tb_actviz.writing.event_file import frame


def maps(seed: int, shape: tuple[int, int, int] = (3, 4, 2)) -> np.ndarray:
    """Some activations."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def record(
    layer: str,
    step: int,
    inputs: Sequence[np.ndarray],
    precision: str = "float32",
    class_name: str = "Conv2D",
) -> Record:
    """A record without statistics."""
    return Record(
        layer=LayerFacts(layer, class_name, "activation"),
        step=step,
        inputs=tuple(
            InputFacts(
                name=f"input {number}",
                shape=one.shape,
                dtype=str(one.dtype),
                packed=pack(one, precision),
            )
            for number, one in enumerate(inputs)
        ),
    )


def summary(layer: str, step: int, seed: int = 0, count: int = 1) -> Summary:
    """A summary of a small record."""
    inputs = [maps(seed + number) for number in range(count)]
    return record_summary(record_tag(layer), record(layer, step, inputs))


def parts(layer: str = "conv", step: int = 0) -> list[bytes]:
    """The parts of a small record of one input."""
    return encode_record(record(layer, step, [maps(0)]))


def strings(
    tag: str, values: Sequence[bytes], shape: Sequence[int] | None = None, **tensor: Any
) -> Summary:
    """A summary of our plugin of any strings, which may claim any shape."""
    sizes = [len(values)] if shape is None else shape
    proto = TensorProto(
        tensor_shape=TensorShapeProto(
            dim=[TensorShapeProto.Dim(size=size) for size in sizes]
        ),
        **{"dtype": DT_STRING, "string_val": values, **tensor},
    )
    return Summary(value=[Summary.Value(tag=tag, tensor=proto, metadata=metadata())])


def metadata(plugin: str = "activations") -> SummaryMetadata:
    found = SummaryMetadata(data_class=DATA_CLASS_BLOB_SEQUENCE)
    found.plugin_data.plugin_name = plugin
    return found


def write_events(path: Path, events: Iterable[tuple[float, int, Summary]]) -> None:
    """Write an event file with wall times of its own.

    Args:
        path: The file.
        events: Wall time in seconds, step and summary of each event.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    first = Event(wall_time=0.0, file_version="brain.Event:2")
    records = [first.SerializeToString()] + [
        Event(wall_time=when, step=step, summary=found).SerializeToString()
        for when, step, found in events
    ]
    path.write_bytes(b"".join(map(frame, records)))
