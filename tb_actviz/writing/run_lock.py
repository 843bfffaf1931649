"""One writer per run folder at a time, without side files."""

from __future__ import annotations

import errno
import itertools
import os
import weakref
from pathlib import Path

from tb_actviz.writing.folders import (
    Folder,
    as_folder,
    check_writable,
    is_remote,
)

try:
    import fcntl
except ImportError:  # Windows has no such locks.
    fcntl = None  # type: ignore[assignment]

_NO_LOCKS_HERE = {
    errno.EBADF,  # a network file system that wants to write to what it locks
    errno.EINVAL,
    errno.ENOLCK,
    errno.ENOSYS,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
}


class RunLock:
    """The right to be the only writer of a run's folder.

    It is the system's lock on the folder itself, and ends with `release`, with the
    process, however that dies, or with the last reference to the object. It binds only
    those who ask for it. It protects nothing where the system or the file system has
    no such locks, as on Windows; over a network, it may hold among the processes of one
    machine only.

    A child made by `os.fork` or `multiprocessing` does not have the lock, and neither
    has a program started with `subprocess`. Two children do, and can keep it after the
    parent's death, though not after its `release`: one that a library forks without
    Python, and one that another thread forks in the moment of acquiring.

    Made by `acquire`.
    """

    def __init__(self, folder: Folder, descriptor: int | None) -> None:
        self.folder = folder
        self._descriptor = descriptor
        self._end = weakref.finalize(self, _unlock, descriptor)
        # A process that ends may still be writing; its death releases the lock.
        self._end.atexit = False
        _held.add(self)

    @classmethod
    def acquire(cls, folder: str | os.PathLike[str]) -> RunLock | None:
        """Take the lock of a folder, without waiting for it.

        Args:
            folder: The folder; it is made where it does not exist.

        Returns:
            The lock, or None if another live writer, in this process or another, has
            it.

        Raises:
            OSError: If the folder cannot be made or opened.
        """
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        if fcntl is None:
            return cls(path, None)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, BlockingIOError):
                return None
            if error.errno in _NO_LOCKS_HERE:
                return cls(path, None)
            raise
        return cls(path, descriptor)

    def release(self) -> None:
        """Give the lock back; releasing again does nothing."""
        self._end()

    def _leave_to_parent(self) -> None:
        """In a forked child: let go of the lock without ending the parent's."""
        if self._end.detach() is not None and self._descriptor is not None:
            os.close(self._descriptor)


def own_folder(log_dir: str | os.PathLike[str]) -> tuple[Folder, RunLock]:
    """Find a folder of a run that nobody else writes to.

    Args:
        log_dir: The folder wanted. On another machine there are no locks: it is given
            as it is, and nobody is kept from writing there too.

    Returns:
        `log_dir` and its lock, or, where another live writer has it, the first free one
        of `log_dir/2`, `log_dir/3`, …, which TensorBoard shows as runs of their own.

    Raises:
        InputError: If the folder cannot be made or written to.
        OSError: If the system refuses for another reason.
    """
    if is_remote(log_dir):
        return os.fspath(log_dir), RunLock(os.fspath(log_dir), None)
    wanted = folder = as_folder(log_dir)
    check_writable(wanted)
    numbers = itertools.count(2)
    while (lock := RunLock.acquire(folder)) is None:
        folder = wanted / str(next(numbers))
    return folder, lock


def _unlock(descriptor: int | None) -> None:
    if descriptor is not None:
        # Closing alone leaves the lock with children that have the descriptor.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _leave_all_to_parent() -> None:
    for lock in list(_held):
        lock._leave_to_parent()


_held: weakref.WeakSet[RunLock] = weakref.WeakSet()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_all_to_parent)
