"""TensorBoard event files, written record by record without TensorFlow.

A record is: length (uint64), masked CRC-32C of the length, the serialised `Event`,
masked CRC-32C of the event; all little-endian.
"""

from __future__ import annotations

import itertools
import os
import socket
import struct
import tempfile
import time
from pathlib import Path
from types import TracebackType

import google_crc32c
import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.errors import InputError

_opened = itertools.count()


class EventFile:
    """One event file of a run, opened at the first summary and never appended to.

    Every opening makes a file of its own: two processes, or a run that goes on later,
    cannot get into each other's records. A process that is killed leaves complete
    records behind, since each is handed to the system in one piece.

    Args:
        log_dir: Folder of the run; made with the file where it does not exist.

    Raises:
        InputError: If the folder cannot be made or written to.
    """

    def __init__(self, log_dir: str | os.PathLike[str]) -> None:
        self.log_dir = _as_folder(log_dir)
        self.path: Path | None = None
        self._descriptor: int | None = None
        self._closed = False
        _check_writable(self.log_dir)

    def add(self, summary: Summary, step: int) -> None:
        """Write one summary.

        Args:
            summary: A `Summary` message of any values.
            step: Its step, at least 0.

        Raises:
            InputError: If the step is no integer from 0 to 2**63 - 1.
            ValueError: If the file is closed.
            OSError: If the system refuses, for example because the disk is full.
        """
        check_step(step)
        if self._closed:
            raise ValueError(f"The event file in {str(self.log_dir)!r} is closed.")
        if self._descriptor is None:
            self._open()
        self._write(Event(wall_time=time.time(), step=int(step), summary=summary))

    def close(self) -> None:
        """Close the file; closing again does nothing."""
        self._closed = True
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> EventFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> None:
        now = time.time()
        name = (
            f"events.out.tfevents.{int(now):010d}.{socket.gethostname()}"
            f".{os.getpid()}.{next(_opened)}.actviz"
        )
        self.log_dir.mkdir(parents=True, exist_ok=True)
        self.path = self.log_dir / name
        self._descriptor = os.open(
            self.path,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0),
            0o666,
        )
        self._write(Event(wall_time=now, file_version="brain.Event:2"))

    def _write(self, event: Event) -> None:
        if self._descriptor is None:
            raise ValueError("The event file is not open.")
        record = memoryview(frame(event.SerializeToString()))
        while record:
            record = record[os.write(self._descriptor, record) :]


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


def _masked_crc(data: bytes) -> int:
    """CRC-32C, rotated and offset as TFRecord files have it."""
    crc: int = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _check_writable(folder: Path) -> None:
    """Refuse a folder that cannot be made or written to, without making it."""
    try:
        existing = next(p for p in (folder, *folder.parents) if p.exists())
        if not existing.is_dir():
            raise InputError(
                f"The log directory {str(folder)!r} is, or lies in, something that is "
                "a file. Choose another one."
            )
        with tempfile.TemporaryFile(dir=existing):
            pass
    except NotADirectoryError:
        raise InputError(
            f"The log directory {str(folder)!r} lies in something that is a file. "
            "Choose another one."
        ) from None
    except OSError as error:
        raise InputError(
            f"The log directory {str(folder)!r} cannot be written to: "
            f"{error.strerror}. Choose another one, or change its permissions."
        ) from None


def _as_folder(log_dir: str | os.PathLike[str]) -> Path:
    text = os.fspath(log_dir)
    if not text or "\0" in text:
        raise InputError(f"The log directory {text!r} is no path. Name a folder.")
    if "://" in text:
        raise InputError(
            f"The log directory {text!r} is remote, which is not supported yet. Name a "
            "folder on this machine."
        )
    return Path(text).expanduser()
