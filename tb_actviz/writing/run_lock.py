"""One writer per run folder at a time, without side files."""

from __future__ import annotations

import errno
import itertools
import os
import time
import weakref
from collections.abc import Callable
from pathlib import Path

from tb_actviz.writing.history import last_step
from tb_actviz.writing.names import Folder, as_folder, check_writable, is_remote

try:
    import fcntl
except ImportError:  # Windows has no such locks.
    fcntl = None  # type: ignore[assignment]

#: How long a new writer waits for one of this process that is ending, in seconds.
PATIENCE = 60.0
#: Seconds between two looks whether that has ended.
_GLANCE = 0.01
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
        self._held = _Held(descriptor)
        self._end = weakref.finalize(self, self._held.unlock)
        # A process that ends may still be writing; its death releases the lock.
        self._end.atexit = False
        _locks.add(self)

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

    @property
    def user(self) -> weakref.ref[object] | None:
        """For whom the folder is locked; garbage once nothing new will be written.

        What holds the lock may outlive it, to write what was waiting.
        """
        return self._held.user

    @user.setter
    def user(self, user: weakref.ref[object] | None) -> None:
        self._held.user = user

    def _leave_to_parent(self) -> None:
        """In a forked child: let go of the lock without ending the parent's."""
        if self._end.detach() is not None:
            self._held.close()


class _Held:
    """A lock that the system holds for this process, until it does no more.

    It is listed until then, also while the `RunLock` is gone already and the system is
    being told: a writer that looks in this moment has to wait, not to go elsewhere.

    Args:
        descriptor: Of the folder that is locked; None where the system has no locks.
    """

    def __init__(self, descriptor: int | None) -> None:
        self.user: weakref.ref[object] | None = None
        self._descriptor = descriptor
        self._stat = None if descriptor is None else os.fstat(descriptor)
        self._is_released = False
        if descriptor is not None:
            _held.add(self)

    @property
    def is_ending(self) -> bool:
        """Whether only what was waiting is still written, with no writer left."""
        return self._is_released or (self.user is not None and self.user() is None)

    def locks(self, folder: Path) -> bool:
        """Return whether it is this folder that is locked, however it is spelt.

        Args:
            folder: A folder, which need not exist.

        Returns:
            Whether it is the same one.
        """
        try:
            return self._stat is not None and os.path.samestat(
                self._stat, folder.stat()
            )
        except OSError:
            return False

    def unlock(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            self._is_released = True
            try:
                # Closing alone leaves the lock with children that have the descriptor.
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            finally:
                self.close()

    def close(self) -> None:
        """Close the folder; what others have of it goes on."""
        try:
            if self._descriptor is not None:
                os.close(self._descriptor)
        finally:
            _held.discard(self)


def own_folder(
    log_dir: str | os.PathLike[str], patience: float = PATIENCE
) -> tuple[Folder, RunLock]:
    """Find a folder of a run that nobody else writes to.

    Args:
        log_dir: The folder wanted. On another machine there are no locks: it is given
            as it is, and nobody is kept from writing there too.
        patience: How long to wait, in seconds, for a writer of this process that is
            ending: a training that was interrupted may still be writing its last step
            when it is started again.

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
    deadline = time.monotonic() + patience
    while True:
        # Asked before, since it may end in the moment between.
        ending = _is_ending(folder)
        if (lock := RunLock.acquire(folder)) is not None:
            return folder, lock
        if ending and time.monotonic() < deadline:
            time.sleep(_GLANCE)
        else:
            folder = wanted / str(next(numbers))


class RunFolder:
    """The folder that a run is written to, found anew where it was deleted meanwhile.

    Args:
        folder: The folder, from `own_folder`.
        lock: Its lock.
        warn: Called with a text where the run goes on elsewhere.
    """

    def __init__(
        self, folder: Folder, lock: RunLock, warn: Callable[[str], None]
    ) -> None:
        self.path = folder
        #: The step that is being written.
        self.step = 0
        self._lock = lock
        self._warn = warn

    def find_anew(self) -> Folder:
        """Find where to go on after what is there was deleted.

        Whoever deleted it may have begun another training in the same folder.

        Returns:
            The folder, now that of the run.

        Raises:
            InputError: If there is none that can be made or written to.
            RuntimeError: If it holds later steps, which these would get mixed up with.
        """
        before, user = self.path, self._lock.user
        self._lock.release()
        self.path, self._lock = own_folder(before)
        self._lock.user = user
        held = last_step(self.path)
        if held is not None and held >= self.step:
            raise RuntimeError(
                "The activations in it were deleted, and it holds those of another "
                f"training up to step {held} now"
            )
        self._warn(
            f"The activations logged to {before} before step {self.step} were deleted. "
            f"From there on they are logged to {self.path}."
        )
        return self.path

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()


def _is_ending(folder: Path) -> bool:
    """Whether the writer of a folder is of this process, and ending."""
    return any(held.is_ending and held.locks(folder) for held in list(_held))


def _leave_all_to_parent() -> None:
    for lock in list(_locks):
        lock._leave_to_parent()
    _held.clear()


_locks: weakref.WeakSet[RunLock] = weakref.WeakSet()
_held: set[_Held] = set()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_all_to_parent)
