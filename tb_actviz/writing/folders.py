"""Folders of runs: what may be one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tb_actviz.errors import InputError


def as_folder(log_dir: str | os.PathLike[str]) -> Path:
    """Read what a caller named as the folder of a run.

    Args:
        log_dir: A path on this machine; `~` is the user's home.

    Returns:
        Its path.

    Raises:
        InputError: If it is no path, or one on another machine.
    """
    text = os.fspath(log_dir)
    if not text or "\0" in text:
        raise InputError(f"The log directory {text!r} is no path. Name a folder.")
    if "://" in text:
        raise InputError(
            f"The log directory {text!r} is remote, which is not supported yet. Name a "
            "folder on this machine."
        )
    return Path(text).expanduser()


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
