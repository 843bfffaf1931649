"""Lossless PNG files, encoded quickly."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_actviz.deflate import PICTURES, deflate

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB = 0, 2


def encode_png(image: NDArray[Any]) -> bytes:
    """Encode a picture as a PNG file.

    Feature maps hardly compress, so rows go unfiltered through a fast compression:
    without `isal` about twice as fast as a general encoder's fastest setting, with it
    several times. The compressor releases the interpreter lock.

    Args:
        image: (H, W) gray or (H, W, 3) RGB, uint8.

    Returns:
        The file's bytes; decoding gives exactly the same pixels.

    Raises:
        TypeError: If the dtype is not uint8.
        ValueError: If the shape is not one of these or there is no pixel.

    Source: PNG specification, third edition, W3C 2025.
    """
    pixels = np.asarray(image)
    if pixels.dtype != np.uint8:
        raise TypeError(
            f"Expected uint8 pixels, received dtype {pixels.dtype}. Draw values "
            f"with `colorize` first."
        )
    if pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise ValueError(
            f"Expected a picture of shape (H, W) or (H, W, 3), received {pixels.shape}."
        )
    if pixels.size == 0:
        raise ValueError(f"A picture of shape {pixels.shape} has no pixels to encode.")
    height, width = pixels.shape[:2]
    # Each row is preceded by the number of its filter; 0 is none.
    rows = np.zeros((height, 1 + pixels[0].size), np.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    color_type = _GRAY if pixels.ndim == 2 else _RGB
    header = struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0)
    return b"".join(
        [
            _SIGNATURE,
            *_chunk(b"IHDR", header),
            *_chunk(b"IDAT", deflate(rows.data, PICTURES)),
            *_chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, data: bytes) -> tuple[bytes, ...]:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)), kind, data, struct.pack(">I", checksum)
