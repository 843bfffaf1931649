"""Event files where they lie, on this machine or another one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from tb_actviz.writing.folders import as_folder, is_remote
from tb_actviz.writing.naming import is_event_file
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
    found: dict[str, list[StoredFile]] = {}
    if is_remote(folder):
        below = RemoteFolder(os.fspath(folder)).files_below()
        found = {run or ".": _in_order(files) for run, files in below.items()}
    else:
        found = dict(_local_runs(str(as_folder(folder))))
    return {run: found[run] for run in sorted(found) if found[run]}


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
    found = [file for file in files if is_event_file(file.name)]
    return sorted(found, key=lambda file: file.name)
