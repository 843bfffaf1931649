"""Records of an event file: how one is wrapped, and how its wrapping is read.

A record is: length (uint64), masked CRC-32C of the length, the serialised `Event`,
masked CRC-32C of the event; all little-endian.
"""

from __future__ import annotations

import struct

import google_crc32c

#: Bytes of a record before and after its event.
HEAD, FOOT = 12, 4


def frame(payload: bytes) -> bytes:
    """Wrap a payload as one record of an event file.

    Args:
        payload: A serialised `Event`.

    Returns:
        The record, 16 bytes longer.
    """
    length = struct.pack("<Q", len(payload))
    return b"".join(
        (
            length,
            struct.pack("<I", _masked_crc(length)),
            payload,
            struct.pack("<I", _masked_crc(payload)),
        )
    )


def payload_length(head: bytes) -> int | None:
    """Read how long the event of a record is.

    Args:
        head: The first `HEAD` bytes of the record; what follows them is ignored.

    Returns:
        The length in bytes, None where the head is damaged or not whole.
    """
    if len(head) < HEAD:
        return None
    length, crc = struct.unpack_from("<QI", head)
    return int(length) if crc == _masked_crc(head[:8]) else None


def is_intact(payload: bytes, foot: bytes) -> bool:
    """Tell whether an event is the one that was written.

    Args:
        payload: The event as it was read.
        foot: The `FOOT` bytes that follow it.

    Returns:
        True if the checksum says so.
    """
    return foot == struct.pack("<I", _masked_crc(payload))


def _masked_crc(data: bytes) -> int:
    """CRC-32C, rotated and offset as TFRecord files have it."""
    crc: int = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
