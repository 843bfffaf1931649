"""Folders of runs: what may be one."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from tb_actviz.errors import InputError

#: The folder of a run: a path on this machine, or the URL of one on another.
Folder: TypeAlias = Path | str

_HERE = "file://"


def is_remote(log_dir: str | os.PathLike[str]) -> bool:
    """Return whether a folder of a run is named by a URL, as on another machine.

    Args:
        log_dir: A path or a URL. `file://` is a path.

    Returns:
        True if it is.
    """
    text = os.fspath(log_dir)
    return "://" in text and not text.startswith(_HERE)


def as_folder(log_dir: str | os.PathLike[str]) -> Path:
    """Read what a caller named as the folder of a run.

    Args:
        log_dir: A path on this machine; `~` is the user's home. `file://` may come
            before an absolute one.

    Returns:
        Its path.

    Raises:
        InputError: If it is not a path, or one on another machine.
    """
    text = os.fspath(log_dir)
    if not text or "\0" in text:
        raise InputError(f"The log directory {text!r} is not a path. Name a folder.")
    if is_remote(text):
        raise InputError(
            f"The log directory {text!r} is on another machine. Name a folder on this "
            "one."
        )
    if not text.startswith(_HERE):
        return Path(text).expanduser()
    path = Path(text.removeprefix(_HERE))
    if not path.is_absolute():
        raise InputError(
            f"The log directory {text!r} is not an absolute path. Write it with three "
            f"slashes: {_HERE}/path."
        )
    return path


def as_place(log_dir: str | os.PathLike[str]) -> Folder:
    """Read what a caller named as the folder of a run, on any machine.

    Args:
        log_dir: As for `as_folder`, or a URL that fsspec knows.

    Returns:
        Its path, or the URL.

    Raises:
        InputError: If it is neither.
    """
    return os.fspath(log_dir) if is_remote(log_dir) else as_folder(log_dir)


def check_writable(folder: Path) -> None:
    """Refuse a folder that cannot be made or written to, without making it.

    Args:
        folder: The folder.

    Raises:
        InputError: If it cannot be written to.
    """
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


#: How the names of our own files end.
OWN_SUFFIX = ".actviz"
_START = "events.out.tfevents."
_DIGITS = 10
_WITH_STEP = re.compile(rf"\.step([0-9]{{1,19}}){re.escape(OWN_SUFFIX)}")
_STAMP = re.compile(rf"(?<=\.)[0-9]{{{_DIGITS}}}")


def is_event_file(name: str) -> bool:
    """Return whether TensorBoard reads a file of this name.

    Args:
        name: Name without its folder.

    Returns:
        True if it does.
    """
    return "tfevents" in name


def newest_name(present: Iterable[str], now: int, writer: str) -> str:
    """Make a name that sorts after those of all event files in a folder.

    That is `events.out.tfevents.`, a stamp in seconds and the writer. The stamp is
    later than `now` where a file is stamped with this second or the future: after a
    clock was set back, or for a file of another machine. After a file that no stamp
    can follow, the name starts with that file's whole name.

    Args:
        present: Names of the files in the folder, of any kind.
        now: Seconds since 1970.
        writer: What tells this writer from others of the same second.

    Returns:
        The name.
    """
    last = max(filter(is_event_file, present), default="")
    start, stamp = _START, now
    if last >= _stamped(start, stamp):
        start, stamp = next(_later(last), (f"{last}.", now))
    return f"{_stamped(start, stamp)}.{writer}{OWN_SUFFIX}"


def with_step(writer: str, step: int) -> str:
    """Add to a writer, for `newest_name`, the one step that its file is going to hold.

    Args:
        writer: What tells this writer from others of the same second.
        step: The step.

    Returns:
        The writer, from which `step_in` reads the step again.
    """
    return f"{writer}.step{step}"


def step_in(name: str) -> int | None:
    """Read the step of a file that holds one alone.

    Args:
        name: Name of an event file.

    Returns:
        The step, None where the name says none.
    """
    stamp = _WITH_STEP.search(name)
    return int(stamp[1]) if stamp and stamp.end() == len(name) else None


def _stamped(start: str, stamp: int) -> str:
    return f"{start}{stamp:0{_DIGITS}d}"


def _later(name: str) -> Iterator[tuple[str, int]]:
    """What names with a later stamp begin with, and that stamp, best first."""
    # The first of more digits, as in milliseconds, count: names compare as text.
    for stamp in _STAMP.finditer(name):
        start, later = name[: stamp.start()], int(stamp[0]) + 1
        if is_event_file(start) and later < 10**_DIGITS:
            yield start, later
