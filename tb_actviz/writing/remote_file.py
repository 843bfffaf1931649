"""Event files on other machines, one for each step, without TensorFlow."""

from __future__ import annotations

import os
import secrets
import socket
import time
from types import TracebackType

from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.writing.event_file import check_step
from tb_actviz.writing.event_records import summary_record, version_record
from tb_actviz.writing.naming import newest_name, with_step
from tb_actviz.writing.remote import RemoteFolder


class RemoteEventFile:
    """Event files of a run on another machine, each of them one step, uploaded whole.

    What is stored there cannot be appended to. What is added is kept in memory until
    `flush`, a summary of another step, or `close` ends the step. The name of a file
    sorts after those of all event files in the folder then, and tells its step.

    A failed upload ends the writing.

    Args:
        log_dir: URL of the run's folder.

    Raises:
        InputError: If the URL cannot be reached, or a package for it is missing.
    """

    def __init__(self, log_dir: str) -> None:
        self._folder = RemoteFolder(log_dir)
        #: URL of the run's folder.
        self.log_dir = self._folder.url
        #: URL of the last file that was uploaded, None before.
        self.path: str | None = None
        self._writer = f"{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(4)}"
        self._step = 0
        self._records: list[bytes] = []
        self._closed = False
        self._folder.check()

    def add(self, summary: Summary, step: int) -> int:
        """Take one summary.

        Args:
            summary: A `Summary` message of any values.
            step: Its step, at least 0.

        Returns:
            How many bytes it is going to take.

        Raises:
            InputError: If the step is no integer from 0 to 2**63 - 1.
            ValueError: If the file is closed, also by an earlier failure.
            OSError: If the step before could not be uploaded.
        """
        check_step(step)
        if self._closed:
            raise ValueError(f"The event file in {self.log_dir!r} is closed.")
        now = time.time()
        record = summary_record(summary, step, now)
        if step != self._step:
            self.flush()
        before = [] if self._records else [version_record(now)]
        self._step = int(step)
        self._records += [*before, record]
        return sum(map(len, before)) + len(record)

    def flush(self) -> None:
        """End the step, and upload it; nothing where nothing was added.

        Raises:
            OSError: If that fails. What was added is forgotten and the file is closed.
        """
        records, self._records = self._records, []
        if not records:
            return
        try:
            present = [file.name for file in self._folder.files()]
            writer = with_step(self._writer, self._step)
            name = newest_name(present, int(time.time()), writer)
            self.path = self._folder.upload(name, b"".join(records))
        except BaseException:
            self._closed = True
            raise

    @property
    def is_deleted(self) -> bool:
        """False: what is added later goes to a new file in any case."""
        return False

    def close(self) -> None:
        """Upload what was added; closing again does nothing.

        Raises:
            OSError: If that fails.
        """
        self._closed = True
        self.flush()

    def __enter__(self) -> RemoteEventFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
