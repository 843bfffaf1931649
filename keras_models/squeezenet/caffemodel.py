"""Reader of the learned values in Caffe's binary model files."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

from keras_models.squeezenet.errors import WeightsError

MAX_BYTES = 256 * 2**20
_MAX_AXES = 32
_MAX_DIMENSION = 2**31 - 1
_PACKAGE = "keras_models.caffe"
_LEGACY_DIMENSIONS = ("num", "channels", "height", "width")

_Field = descriptor_pb2.FieldDescriptorProto
#: Message -> fields (name, number, type, repeated), from `caffe.proto`; a type in
#: capitals is a message of this table.
_MESSAGES: dict[str, Sequence[tuple[str, int, Any, bool]]] = {
    "BlobShape": [("dim", 1, _Field.TYPE_INT64, True)],
    "BlobProto": [
        ("num", 1, _Field.TYPE_INT32, False),
        ("channels", 2, _Field.TYPE_INT32, False),
        ("height", 3, _Field.TYPE_INT32, False),
        ("width", 4, _Field.TYPE_INT32, False),
        ("data", 5, _Field.TYPE_FLOAT, True),
        ("shape", 7, "BlobShape", False),
        ("double_data", 8, _Field.TYPE_DOUBLE, True),
    ],
    "LayerParameter": [
        ("name", 1, _Field.TYPE_BYTES, False),
        ("blobs", 7, "BlobProto", True),
    ],
    "V1LayerParameter": [
        ("name", 4, _Field.TYPE_BYTES, False),
        ("blobs", 6, "BlobProto", True),
    ],
    "NetParameter": [
        ("layers", 2, "V1LayerParameter", True),
        ("layer", 100, "LayerParameter", True),
    ],
}


def read_caffemodel(path: str | os.PathLike[str]) -> dict[str, list[NDArray[Any]]]:
    """Read the learned values of a `.caffemodel` file (`NetParameter` of Caffe).

    Both generations of the format are read: `layer` and the older `layers`, shapes as
    `BlobShape` and as the older num, channels, height and width.

    Args:
        path: The file, 256 MiB at most.

    Returns:
        Layer name as in the file -> its blobs, float32 in the file's own shapes (a
        convolution's are (out, in, height, width) and (out,)), for every layer that
        has any, in the file's order.

    Raises:
        WeightsError: If the file is missing, too large, damaged, not a Caffe model,
            or contradicts itself.

    Example:
        >>> from keras_models.squeezenet import read_caffemodel
        >>> blobs = read_caffemodel("squeezenet_v1.1.caffemodel")
        >>> [blob.shape for blob in blobs["conv1"]]
        [(64, 3, 3, 3), (64,)]
    """
    path = Path(path)
    net = _parse(path)
    layers = [*net.layers, *net.layer]
    if not layers:
        raise WeightsError(
            f"{path} holds no layers: expected a Caffe model (.caffemodel), binary, "
            "not its .prototxt description"
        )
    values: dict[str, list[NDArray[Any]]] = {}
    for layer in layers:
        name = layer.name.decode("utf-8", "replace")
        if not layer.blobs:
            continue
        if name in values:
            raise WeightsError(f"{path} holds two sets of weights for layer {name!r}")
        values[name] = [
            _read_blob(blob, f"{path}: blob {index} of layer {name!r}")
            for index, blob in enumerate(layer.blobs)
        ]
    if not values:
        raise WeightsError(
            f"{path} describes {len(layers)} layers and holds weights of none of them"
        )
    return values


def _parse(path: Path) -> Any:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise WeightsError(
                f"{path} has {size:,} bytes, more than the {MAX_BYTES:,} that are read"
            )
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror or error}") from error
    try:
        return _net_parameter().FromString(content)
    except DecodeError as error:
        raise WeightsError(
            f"{path} ({len(content):,} bytes) is not a Caffe model, or is cut short "
            f"or damaged ({error})"
        ) from error


def _read_blob(blob: Any, where: str) -> NDArray[Any]:
    values = blob.double_data or blob.data
    if blob.HasField("shape"):
        shape = tuple(blob.shape.dim)
    elif any(blob.HasField(name) for name in _LEGACY_DIMENSIONS):
        shape = tuple(
            getattr(blob, name) if blob.HasField(name) else 1
            for name in _LEGACY_DIMENSIONS
        )
    else:
        shape = ()
    if len(shape) > _MAX_AXES:
        raise WeightsError(
            f"{where} has {len(shape)} axes, and Caffe allows {_MAX_AXES}"
        )
    if not all(1 <= size <= _MAX_DIMENSION for size in shape):
        raise WeightsError(
            f"{where} has the shape {shape}: sizes must lie in 1 … {_MAX_DIMENSION}"
        )
    if math.prod(shape) != len(values):
        raise WeightsError(
            f"{where} has the shape {shape}, that is {math.prod(shape):,} values, "
            f"and holds {len(values):,}"
        )
    return np.array(values, dtype=np.float32).reshape(shape)


@lru_cache(maxsize=1)
def _net_parameter() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="keras_models/caffe.proto", package=_PACKAGE, syntax="proto2"
    )
    for message_name, fields in _MESSAGES.items():
        message = file.message_type.add(name=message_name)
        for name, number, kind, repeated in fields:
            field = message.field.add(name=name, number=number)
            field.label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
            if isinstance(kind, str):
                field.type = _Field.TYPE_MESSAGE
                field.type_name = f".{_PACKAGE}.{kind}"
            else:
                field.type = kind
    # A pool of its own: a program may have loaded Caffe's whole description as well.
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName(f"{_PACKAGE}.NetParameter")
    )
