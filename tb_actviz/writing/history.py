"""What earlier event files of ours in a folder hold, without reading them through.

Of each record only its head and the first bytes of its event are read; checksums of
events are not computed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from tb_actviz.writing.framing import FOOT, HEAD, payload_length
from tb_actviz.writing.naming import OWN_SUFFIX, is_event_file

# An event begins with its wall time and, unless that is 0, its step; each field with
# a byte for its number and type. A step takes up to ten bytes, seven bits each.
_WALL_TIME, _STEP, _SUMMARY = 0x09, 0x10, 0x2A
_WALL_TIME_SIZE = 9
_STEP_SIZE = 11
_BEGINNING = HEAD + _WALL_TIME_SIZE + _STEP_SIZE + 1

# From a disk, a few records of some kB in one read are faster than one read for each.
_BUFFER = 32 * 1024


def last_step(folder: str | os.PathLike[str]) -> int | None:
    """Find the step at which an earlier run of ours stopped.

    A damaged or unreadable file counts as far as it can be read.

    Args:
        folder: Folder of the run; folders in it do not count. It may be missing.

    Returns:
        The largest step of all summaries in our files, None where there is none.
    """
    steps = (step for path in _own_files(folder) for step in _steps(path))
    return max(steps, default=None)


def bytes_of(folder: str | os.PathLike[str]) -> int:
    """Add up the sizes of our event files in a folder.

    Args:
        folder: Folder of the run; folders in it do not count. It may be missing.

    Returns:
        Bytes.
    """
    total = 0
    for path in _own_files(folder):
        try:
            total += os.stat(path).st_size
        except OSError:
            continue  # Deleted since the folder was listed.
    return total


def _own_files(folder: str | os.PathLike[str]) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [
                entry.path
                for entry in entries
                if is_event_file(entry.name)
                and entry.name.endswith(OWN_SUFFIX)
                and entry.is_file()
            ]
    except OSError:
        return []


def _steps(path: str) -> Iterator[int]:
    """The steps of the summaries of one file, up to the first damaged record."""
    try:
        with open(path, "rb", buffering=_BUFFER) as file:
            yield from _steps_in(file, os.fstat(file.fileno()).st_size)
    except OSError:
        return


def _steps_in(file: BinaryIO, size: int) -> Iterator[int]:
    position = 0
    while True:
        file.seek(position)
        beginning = file.read(_BEGINNING)
        length = payload_length(beginning)
        if length is None or position + HEAD + length + FOOT > size:
            return
        read = _step_and_next_field(beginning[HEAD : HEAD + length])
        if read is None:
            return
        step, field = read
        if field == _SUMMARY:
            yield step
        position += HEAD + length + FOOT


def _step_and_next_field(event: bytes) -> tuple[int, int | None] | None:
    """Read the beginning of an event.

    Args:
        event: Its first bytes up to that field, or all of a shorter one.

    Returns:
        The step, and the number and type of the field after it, None for no field; or
        None where this is no beginning of an event.
    """
    if len(event) < _WALL_TIME_SIZE or event[0] != _WALL_TIME:
        return None
    rest = event[_WALL_TIME_SIZE:]
    if not rest or rest[0] != _STEP:
        return 0, rest[0] if rest else None
    step = 0
    for index, byte in enumerate(rest[1:]):
        step |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            after = rest[index + 2 :]
            return (step, after[0] if after else None) if step < 2**63 else None
    return None
