"""TensorBoard event files, written record by record without TensorFlow."""

from __future__ import annotations

import itertools
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.errors import InputError
from tb_actviz.writing.event_records import summary_record, version_record
from tb_actviz.writing.folders import Folder, as_folder, check_writable
from tb_actviz.writing.naming import newest_name

_opened = itertools.count()


class EventFile:
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
        """Write one summary.

        Args:
            summary: A `Summary` message of any values.
            step: Its step, at least 0.

        Returns:
            By how many bytes the file grew.

        Raises:
            InputError: If the step is no integer from 0 to 2**63 - 1.
            ValueError: If the file is closed, also by an earlier failure.
            OSError: If the system refuses, for example because the disk is full. The
                file is closed then.
        """
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

    def __enter__(self) -> EventFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

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
        InputError: If it is no integer from 0 to 2**63 - 1.
    """
    if isinstance(step, bool) or not isinstance(step, int | np.integer):
        raise InputError(f"Received step={step!r}; expected an integer, 0 or more.")
    if not 0 <= step < 2**63:
        raise InputError(f"Received step={step}; expected 0 to 2**63 - 1.")
