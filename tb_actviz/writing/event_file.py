"""Records of an event file: how one is wrapped, and how its wrapping is read.

A record is: length (uint64), masked CRC-32C of the length, the serialised `Event`,
masked CRC-32C of the event; all little-endian.
"""

from __future__ import annotations

import itertools
import os
import socket
import struct
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import google_crc32c
import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.errors import InputError
from tb_actviz.writing.names import Folder, as_folder, check_writable, newest_name

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
    """Return whether an event is the one that was written.

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


_VERSION = "brain.Event:2"


def version_record(wall_time: float) -> bytes:
    """Make the record that an event file begins with.

    Args:
        wall_time: Seconds since 1970.

    Returns:
        The record.
    """
    return frame(Event(wall_time=wall_time, file_version=_VERSION).SerializeToString())


def summary_record(summary: Summary, step: int, wall_time: float) -> bytes:
    """Make the record of a summary.

    Args:
        summary: The summary.
        step: Its step.
        wall_time: Seconds since 1970.

    Returns:
        The record.
    """
    event = Event(wall_time=wall_time, step=int(step), summary=summary)
    return frame(event.SerializeToString())


_opened = itertools.count()


_Writer = TypeVar("_Writer", bound="EventWriter")


class EventWriter(ABC):
    """Writes the summaries of one run.

    - Summaries can be read in the order in which they were added, each whole or not at
      all; `flush` ends a step, all of which can be read from then on.
    - A failure closes the writer. What was flushed before it stays, and nothing
      follows, since readers would lose all that comes after a damaged record.
    - What was deleted meanwhile is not written to: what follows goes to a new file.
    """

    #: Where the last file is, None before anything was written.
    path: Path | str | None

    @abstractmethod
    def add(self, summary: Summary, step: int) -> int:
        """Write one summary.

        Args:
            summary: A `Summary` message of any values.
            step: Its step, at least 0.

        Returns:
            By how many bytes the run grows.

        Raises:
            InputError: If the step is not an integer from 0 to 2**63 - 1.
            ValueError: If the writer is closed, also by an earlier failure.
            OSError: If the system or the other machine refuses. The writer is closed
                then.
        """

    @abstractmethod
    def flush(self) -> None:
        """End the step, so that it can be read.

        Raises:
            OSError: If that fails. The writer is closed then.
        """

    @property
    @abstractmethod
    def is_deleted(self) -> bool:
        """Whether what was written was deleted, so that it has to be begun anew."""

    @abstractmethod
    def close(self) -> None:
        """Write what was added and end; closing again does nothing.

        Raises:
            OSError: If that fails.
        """

    def __enter__(self: _Writer) -> _Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class EventFile(EventWriter):
    """One event file of a run, opened at the first summary and never appended to.

    Every opening makes a file of its own: two processes, or a run that goes on later,
    cannot get into each other's records. Its name sorts after those of all event files
    in the folder, so that TensorBoard reads it after them. A process that is killed
    leaves complete records behind, since each is handed to the system in one piece.

    A failed write ends the file: half a record is cut off again where the system allows
    it, and nothing follows it, since readers would lose all that comes after.

    What is added to a file that was deleted would go nowhere: it goes to a new one.

    Args:
        log_dir: Folder of the run; made with the file where it does not exist.
        when_deleted: Called when the file turns out to be deleted; gives the folder of
            the new one. None takes `log_dir` again.

    Raises:
        InputError: If the folder cannot be made or written to.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        when_deleted: Callable[[], Folder] | None = None,
    ) -> None:
        self.log_dir = as_folder(log_dir)
        self.path: Path | None = None
        self._when_deleted = when_deleted
        self._descriptor: int | None = None
        self._size = 0
        self._closed = False
        check_writable(self.log_dir)

    def add(self, summary: Summary, step: int) -> int:
        """Write one summary; as `EventWriter.add`."""
        check_step(step)
        if self._closed:
            raise ValueError(f"The event file in {str(self.log_dir)!r} is closed.")
        now = time.time()
        record = summary_record(summary, step, now)
        try:
            if self.is_deleted:
                self._leave()
            before = self._size
            if self._descriptor is None:
                self._descriptor = self._open()
                self._write(self._descriptor, version_record(now))
            self._write(self._descriptor, record)
        except BaseException:
            self._cut_off_and_close()
            raise
        return self._size - before

    def flush(self) -> None:
        """Do nothing: what was added is with the system already."""

    @property
    def is_deleted(self) -> bool:
        """Whether the file was deleted, or its folder, while it is open."""
        if self._descriptor is None or self.path is None:
            return False
        # Some file systems do not count links: what has its name is not deleted.
        unlinked = os.fstat(self._descriptor).st_nlink == 0
        return unlinked and not os.path.exists(self.path)

    def close(self) -> None:
        """Close the file; closing again does nothing."""
        self._closed = True
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _leave(self) -> None:
        """Go on elsewhere."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)
        self._size = 0
        if self._when_deleted is not None:
            self.log_dir = as_folder(self._when_deleted())

    def _open(self) -> int:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        writer = f"{socket.gethostname()}.{os.getpid()}.{next(_opened)}"
        name = newest_name(os.listdir(self.log_dir), int(time.time()), writer)
        self.path = self.log_dir / name
        return os.open(
            self.path,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0),
            0o666,
        )

    def _write(self, descriptor: int, record: bytes) -> None:
        rest = memoryview(record)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        self._size += len(record)

    def _cut_off_and_close(self) -> None:
        """After a failed write: end the file with its last complete record."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
        self.close()


def check_step(step: int) -> None:
    """Refuse what cannot be a step in an event file.

    Args:
        step: What is to be the step.

    Raises:
        InputError: If it is not an integer from 0 to 2**63 - 1.
    """
    if isinstance(step, bool) or not isinstance(step, int | np.integer):
        raise InputError(f"Received step={step!r}; expected an integer, 0 or more.")
    if not 0 <= step < 2**63:
        raise InputError(f"Received step={step}; expected 0 to 2**63 - 1.")
