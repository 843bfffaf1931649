"""Caffe's binary format written by hand, so that the reader is not its own judge."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np

Array = np.ndarray


def varint(value: int) -> bytes:
    value &= 2**64 - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def nested(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def blob(
    values: Array, shape: Sequence[int] | None = None, packed: bool = True
) -> bytes:
    """Encode a BlobProto; `shape` is what it claims, by default the truth."""
    dimensions = b"".join(varint(n) for n in (values.shape if shape is None else shape))
    raw = values.astype("<f4").tobytes()
    if packed:
        data = nested(5, raw)
    else:
        one = varint(5 << 3 | 5)
        data = b"".join(one + raw[i : i + 4] for i in range(0, len(raw), 4))
    return nested(7, nested(1, dimensions)) + data


def double_blob(values: Array) -> bytes:
    dimensions = b"".join(varint(n) for n in values.shape)
    return nested(7, nested(1, dimensions)) + nested(8, values.astype("<f8").tobytes())


def legacy_blob(values: Array, dimensions: Sequence[int]) -> bytes:
    head = b"".join(number(i + 1, n) for i, n in enumerate(dimensions))
    floats = struct.pack(f"<{values.size}f", *values.ravel())
    return head + nested(5, floats)


def layer(name: str, *blobs: bytes) -> bytes:
    body = nested(1, name.encode()) + nested(2, b"Convolution")
    return nested(100, body + b"".join(nested(7, one) for one in blobs))


def old_layer(name: str, *blobs: bytes) -> bytes:
    body = b"".join(nested(6, one) for one in blobs) + nested(4, name.encode())
    return nested(2, body)


def network(layers: Mapping[str, Sequence[Array]]) -> bytes:
    """Encode a NetParameter of float32 arrays in Caffe's axis order."""
    head = nested(1, b"SqueezeNet") + layer("data")
    return head + b"".join(
        layer(name, *(blob(values) for values in blobs))
        for name, blobs in layers.items()
    )
