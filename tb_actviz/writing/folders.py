"""Folders of runs: what may be one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TypeAlias

from tb_actviz.errors import InputError

Folder: TypeAlias = Path | str
"""Of a run: a path on this machine, or the URL of one on another."""

_HERE = "file://"


def is_remote(log_dir: str | os.PathLike[str]) -> bool:
    """Tell whether a folder of a run is named by a URL, as on another machine.

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
        InputError: If it is no path, or one on another machine.
    """
    text = os.fspath(log_dir)
    if not text or "\0" in text:
        raise InputError(f"The log directory {text!r} is no path. Name a folder.")
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
            f"The log directory {text!r} is no absolute path. Write it with three "
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
