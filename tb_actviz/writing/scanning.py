"""Event files read from record to record, past what is long and not asked for.

Of each record only its head and the beginnings of the fields in its event are read. No
length in a file makes anything be allocated, and checksums of events are not computed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from tb_actviz.writing.framing import FOOT, HEAD, payload_length

# Keys of fields of `Event`: their number and, in the last three bits, their type.
_WALL_TIME, _STEP, _SUMMARY = 0x09, 0x10, 0x2A
# Types of fields: how their value is stored.
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED_SIZES = {_FIXED64: 8, _FIXED32: 4}
# Numbers of variable length have seven bits in each of up to ten bytes.
_SHIFTS = range(0, 70, 7)
# The key of a field, and its length or its value.
_BEGINNING = 20
# Of most records it holds all that is looked at.
_WINDOW = 512


class DamagedFileError(ValueError):
    """An event file cannot be read on; the text says where and why."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it lies in a file.

    Args:
        start: Where its first byte is.
        end: Where the byte after its last one is, the first one of its checksum.
        wall_time: Seconds since 1970.
        step: Its step.
        summary: Where its summary starts and ends, None where it holds none.
    """

    start: int
    end: int
    wall_time: float
    step: int
    summary: tuple[int, int] | None


class Source:
    """A file that is read in places, near ones in one piece.

    Args:
        file: The file.
        size: How many bytes of it count.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.size = size
        self._file = file
        self._start = 0
        self._data = b""

    def read(self, start: int, end: int) -> bytes:
        """Read a stretch of the file.

        Args:
            start: Where its first byte is.
            end: Where the byte after its last one is; what lies in the file of it takes
                memory.

        Returns:
            Its bytes, fewer where the file ends before.
        """
        first, last = start - self._start, end - self._start
        if first < 0 or last > len(self._data):
            self._file.seek(start)
            count = min(max(end, start + _WINDOW), self.size) - start
            self._data, self._start = self._file.read(count), start
            first, last = 0, end - start
        return self._data[first:last]


def scan(source: Source) -> Iterator[StoredEvent]:
    """Go through the events of a file.

    Args:
        source: The file.

    Yields:
        Each event, up to the first that is not whole, as in a file that is being
        written.

    Raises:
        DamagedFileError: At the first record that is damaged, or holds no event.
    """
    position = 0
    while position + HEAD <= source.size:
        start = position + HEAD
        length = payload_length(source.read(position, start))
        if length is None:
            raise DamagedFileError(f"the record at byte {position} is damaged")
        if start + length + FOOT > source.size:
            return
        try:
            yield _event(source, start, start + length)
        except ValueError as error:
            raise DamagedFileError(
                f"the record at byte {position} holds no event: {error}"
            ) from None
        position = start + length + FOOT


def fields(source: Source, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Go through the fields of a protocol buffer message, without reading their values.

    Args:
        source: The file it lies in.
        start: Where its first byte is.
        end: Where the byte after its last one is.

    Yields:
        The key of each field, where its value starts, and where that ends.

    Raises:
        ValueError: At the first that cannot be a field.
    """
    while start < end:
        beginning = source.read(start, min(start + _BEGINNING, end))
        key, size = _varint(beginning, 0)
        kind = key & 7
        if kind == _BYTES:
            length, size = _varint(beginning, size)
        elif kind == _VARINT:
            length = _varint(beginning, size)[1] - size
        elif kind in _FIXED_SIZES:
            length = _FIXED_SIZES[kind]
        else:
            raise ValueError(f"a field has the type {kind}")
        start += size
        if key < 8 or start + length > end:
            raise ValueError("a field is damaged")
        yield key, start, start + length
        start += length


def _event(source: Source, start: int, end: int) -> StoredEvent:
    wall_time, step, summary = 0.0, 0, None
    for key, first, last in fields(source, start, end):
        if key == _SUMMARY:
            summary = first, last
        elif key == _WALL_TIME:
            (wall_time,) = struct.unpack("<d", source.read(first, last))
        elif key == _STEP:
            step, _ = _varint(source.read(first, last), 0)
    if step >= 2**63:
        raise ValueError("its step is negative")
    return StoredEvent(start, end, wall_time, step, summary)


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """Read a number of variable length; give it and where it ends."""
    number = 0
    for shift in _SHIFTS:
        if position == len(data):
            break
        byte = data[position]
        position += 1
        if byte < 0x80:
            return number | byte << shift, position
        number |= (byte & 0x7F) << shift
    raise ValueError("a number has no end")
