"""Folders on other machines, reached through fsspec.

What is stored there cannot be appended to: files are written whole, and read in any
places.
"""

from __future__ import annotations

import os
import posixpath
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.errors import InputError
from tb_actviz.writing.event_file import (
    EventFile,
    EventWriter,
    check_step,
    summary_record,
    version_record,
)
from tb_actviz.writing.names import Folder, is_remote, newest_name, with_step


@dataclass(frozen=True)
class RemoteFile:
    """A file on another machine.

    Args:
        system: The fsspec file system it lies on.
        path: Its path there.
        size: Its size when it was listed, in bytes.
    """

    system: Any
    path: str
    size: int

    @property
    def name(self) -> str:
        """Its name, without its folder."""
        return posixpath.basename(self.path)

    def open(self) -> BinaryIO:
        """Open it for reading.

        Returns:
            The file.

        Raises:
            OSError: If it cannot be reached.
        """
        with _reaching(self.path):
            return cast(BinaryIO, self.system.open(self.path, "rb"))

    def read(self, start: int, end: int) -> bytes:
        """Read a stretch of it, and fetch no more.

        Args:
            start: Where its first byte is.
            end: Where the byte after its last one is, not beyond the end of the file.

        Returns:
            Its bytes.

        Raises:
            OSError: If it cannot be reached.
        """
        with _reaching(self.path):
            return bytes(self.system.cat_file(self.path, start=start, end=end))


class RemoteFolder:
    """A folder on another machine; it need not exist.

    Args:
        url: Where it is: `s3://bucket/run`, or any other URL that fsspec knows.

    Raises:
        InputError: If there is no such kind of URL, or a package for it is missing.
    """

    def __init__(self, url: str) -> None:
        scheme, separator, rest = url.partition("://")
        #: Its URL, without a slash at the end.
        self.url = f"{scheme}{separator}{rest.rstrip('/')}"
        self._system, path = _reach(self.url)
        self._path = path.rstrip("/")
        # Where there is no root, there are no folders, and uploads are whole or not at
        # all. The first part of a path is a bucket then, which no file makes.
        self._has_root = f"{self._system.root_marker}{path}".startswith("/")

    def check(self) -> None:
        """Refuse a folder that cannot be listed, or whose bucket does not exist.

        Raises:
            InputError: If that is so.
        """
        bucket = self._path.partition("/")[0]
        try:
            exists = bool(self.files()) or self._has_root
            exists = exists or bool(bucket and self._system.exists(bucket))
        except Exception as error:
            raise InputError(
                f"The log directory {self.url!r} cannot be read: {_in_words(error)}. "
                "Check the address and the credentials."
            ) from None
        if not exists:
            raise InputError(
                f"The log directory {self.url!r} cannot be written to: there is no "
                f"bucket {bucket!r}. Make it, or choose another one."
            )

    def files(self) -> list[RemoteFile]:
        """List the files right in it, as they are now.

        Returns:
            The files in any order, none where the folder does not exist.

        Raises:
            OSError: If it cannot be reached.
        """
        with _reaching(self.url), suppress(FileNotFoundError, NotADirectoryError):
            self._system.invalidate_cache(self._path)
            return self._as_files(self._system.ls(self._path, detail=True))
        return []

    def files_below(self) -> dict[str, list[RemoteFile]]:
        """List all files in it and in the folders in it, as they are now.

        Returns:
            The path of each folder below this one, `""` for itself, to its files.

        Raises:
            OSError: If it cannot be reached.
        """
        below: dict[str, list[RemoteFile]] = {}
        self.files()  # What cannot be listed is nothing to `find`.
        with _reaching(self.url), suppress(FileNotFoundError, NotADirectoryError):
            listed = self._system.find(self._path, detail=True)
            for file in self._as_files(list(listed.values())):
                inside = file.path.removeprefix(self._path).lstrip("/")
                below.setdefault(posixpath.dirname(inside), []).append(file)
        return below

    def upload(self, name: str, data: bytes) -> str:
        """Write a file whole.

        Args:
            name: Its name.
            data: What is to be in it.

        Returns:
            Its URL.

        Raises:
            OSError: If that fails. Nothing of the file is left, unless the machine
                cannot be reached any more.
        """
        path = f"{self._path}/{name}"
        try:
            with _reaching(self.url):
                if self._has_root:
                    self._system.makedirs(self._path, exist_ok=True)
                self._system.pipe_file(path, data)
        except BaseException:
            if self._has_root:
                with suppress(Exception):
                    self._system.rm_file(path)
            raise
        return f"{self.url}/{name}"

    def _as_files(self, infos: list[dict[str, Any]]) -> list[RemoteFile]:
        return [
            RemoteFile(self._system, info["name"], info["size"] or 0)
            for info in infos
            if info.get("type") == "file" and info["name"].rstrip("/") != self._path
        ]


def _reach(url: str) -> tuple[Any, str]:
    """Find the file system of a URL, and the path there."""
    try:
        from fsspec.core import url_to_fs

        system, path = url_to_fs(url)
    except ImportError as error:
        raise InputError(
            f"The log directory {url!r} is on another machine, and a package for it is "
            f"missing: {error}. `pip install 'tb-actviz[remote]'` brings what s3:// "
            "and gs:// need."
        ) from None
    except Exception as error:
        raise InputError(
            f"The log directory {url!r} cannot be reached: {_in_words(error)}. Name a "
            "folder on this machine, or a URL that fsspec knows."
        ) from None
    return system, path


@contextmanager
def _reaching(place: str) -> Iterator[None]:
    """Make whatever a library raises an error of the system."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{place} cannot be reached: {_in_words(error)}") from error


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(".")


class RemoteEventFile(EventWriter):
    """Event files of a run on another machine, each of them one step, uploaded whole.

    What is stored there cannot be appended to. What is added is kept in memory until
    `flush`, a summary of another step, or `close` ends the step. The name of a file
    sorts after those of all event files in the folder then, and holds its step.

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
        """Keep one summary until its step ends; as `EventWriter.add`."""
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


def open_event_file(
    log_dir: str | os.PathLike[str],
    when_deleted: Callable[[], Folder] | None = None,
) -> EventWriter:
    """Make what writes the summaries of a run.

    Args:
        log_dir: Folder of the run: a path, or a URL that fsspec knows.
        when_deleted: As for `EventFile`; a file on another machine never needs it.

    Returns:
        The event file. `flush` ends a step: on another machine, nothing of it can be
        read before.

    Raises:
        InputError: If the folder cannot be made, reached or written to.
    """
    if is_remote(log_dir):
        return RemoteEventFile(os.fspath(log_dir))
    return EventFile(log_dir, when_deleted)
