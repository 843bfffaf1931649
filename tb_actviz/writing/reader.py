"""Event files where they lie, on this machine or another one."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from tb_actviz.writing.event_file import FOOT, HEAD, payload_length
from tb_actviz.writing.names import as_folder, is_event_file, is_remote
from tb_actviz.writing.remote import RemoteFolder

# From a disk, a few records of some kB in one read are faster than one read for each.
_BUFFER = 32 * 1024


class StoredFile(Protocol):
    """A file of which any stretch can be read."""

    @property
    def name(self) -> str:
        """Its name, without its folder."""

    @property
    def path(self) -> str:
        """Where it is."""

    @property
    def size(self) -> int:
        """Its size when it was listed, in bytes."""

    def open(self) -> BinaryIO:
        """Open it for reading."""

    def read(self, start: int, end: int) -> bytes:
        """Read from one byte to before another one."""


@dataclass(frozen=True)
class LocalFile:
    """A file on this machine.

    Args:
        path: Its path.
        size: Its size when it was listed, in bytes.
    """

    path: str
    size: int

    @property
    def name(self) -> str:
        """Its name, without its folder."""
        return os.path.basename(self.path)

    def open(self) -> BinaryIO:
        """Open it for reading.

        Returns:
            The file.

        Raises:
            OSError: If the system refuses.
        """
        return open(self.path, "rb", buffering=_BUFFER)

    def read(self, start: int, end: int) -> bytes:
        """Read a stretch of it.

        Args:
            start: Where its first byte is.
            end: Where the byte after its last one is, not beyond the end of the file.

        Returns:
            Its bytes.

        Raises:
            OSError: If the system refuses.
        """
        with open(self.path, "rb", buffering=0) as file:
            file.seek(start)
            return file.read(end - start)


def event_files(folder: str | os.PathLike[str]) -> list[StoredFile]:
    """Find the event files right in a folder.

    Args:
        folder: A path or a URL. It may be missing.

    Returns:
        The files, in the order in which TensorBoard reads them. Those of a folder on
        this machine that cannot be read are none.

    Raises:
        InputError: If a package for the URL is missing.
        OSError: If another machine cannot be reached.
    """
    if is_remote(folder):
        return _in_order(RemoteFolder(os.fspath(folder)).files())
    return _in_order(_listed(str(as_folder(folder)))[0])


def runs_below(folder: str | os.PathLike[str]) -> dict[str, list[StoredFile]]:
    """Find all event files in a folder and in the folders in it.

    Args:
        folder: A path or a URL. It may be missing.

    Returns:
        The name that TensorBoard gives to each run, which is the path of its folder
        below this one, `.` for itself, to its files in the order in which TensorBoard
        reads them. Links are followed, unless they lead into a circle.

    Raises:
        InputError: If a package for the URL is missing.
        OSError: If another machine cannot be reached.
    """
    runs: dict[str, list[StoredFile]] = {}
    if is_remote(folder):
        below = RemoteFolder(os.fspath(folder)).files_below()
        runs = {run or ".": _in_order(files) for run, files in below.items()}
    else:
        runs = dict(_local_runs(str(as_folder(folder))))
    return {run: runs[run] for run in sorted(runs) if runs[run]}


def _local_runs(top: str) -> Iterator[tuple[str, list[StoredFile]]]:
    waiting = [(top, ".", frozenset[str]())]
    while waiting:
        folder, run, above = waiting.pop()
        real = os.path.realpath(folder)
        if real in above:
            continue
        files, folders = _listed(folder)
        yield run, _in_order(files)
        for name in folders:
            below = name if run == "." else f"{run}/{name}"
            waiting.append((os.path.join(folder, name), below, above | {real}))


def _listed(folder: str) -> tuple[list[LocalFile], list[str]]:
    """The files in a folder, and the names of the folders in it."""
    files: list[LocalFile] = []
    folders: list[str] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):  # Deleted since the folder was opened.
                if entry.is_dir():
                    folders.append(entry.name)
                elif is_event_file(entry.name) and entry.is_file():
                    files.append(LocalFile(entry.path, entry.stat().st_size))
    return files, folders


def _in_order(files: Iterable[StoredFile]) -> list[StoredFile]:
    event_files = [file for file in files if is_event_file(file.name)]
    return sorted(event_files, key=lambda file: file.name)


# Keys of fields of `Event`: their number and, in the last three bits, their type.
_WALL_TIME, _STEP, _SUMMARY = 0x09, 0x10, 0x2A
# Types of fields: how their value is stored.
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED_SIZES = {_FIXED64: 8, _FIXED32: 4}
# Numbers of variable length have seven bits in each of up to ten bytes.
_SHIFTS = range(0, 70, 7)
#: Bytes of the key of a field, and its length or its value.
_BEGINNING = 20
#: Bytes that hold all that is looked at in most records.
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
