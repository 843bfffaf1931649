"""Files and folders that appear whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tb_actviz.errors import InputError


@contextmanager
def new_file(path: Path, force: bool) -> Iterator[BinaryIO]:
    """Write a file that appears at the end, if nothing was raised until then.

    Args:
        path: The file; folders above it are made.
        force: Whether it may take the place of another file.

    Yields:
        What to write to.

    Raises:
        InputError: If there is something else of that name.
        OSError: If it cannot be written.
    """
    check_free(path, force and not path.is_dir())
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name[:40]}.part")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(part, 0o666 & ~_umask())
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


@contextmanager
def new_folder(
    path: Path, is_ours: Callable[[Path], bool], force: bool
) -> Iterator[Path]:
    """Write a folder that appears at the end, if nothing was raised until then.

    Args:
        path: The folder; folders above it are made.
        is_ours: Whether a folder that is there is nothing else than one of these, and
            may be replaced.
        force: Whether it may take the place of such a folder.

    Yields:
        The folder to write into.

    Raises:
        InputError: If there is something else of that name.
        OSError: If it cannot be written.
    """
    check_free(path, force and path.is_dir() and is_ours(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=path.parent, prefix=f"{path.name[:40]}.part"))
    try:
        yield part
        os.chmod(part, 0o777 & ~_umask())
        if path.is_dir():
            shutil.rmtree(path)
        os.replace(part, path)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def check_free(path: Path, replaces: bool) -> None:
    """Refuse what is in the way.

    Args:
        path: What is to be written.
        replaces: Whether it may take the place of what is there.

    Raises:
        InputError: If something is in the way.
    """
    if not path.name:
        raise InputError(f"{str(path)!r} is not a name for what is to be written.")
    above = next(folder for folder in path.parents if folder.exists())
    if not above.is_dir():
        raise InputError(
            f"{str(path)!r} lies in {str(above)!r}, which is a file. Choose another "
            "name."
        )
    if replaces or not os.path.lexists(path):
        return
    what = "a folder" if path.is_dir() else "a file"
    hint = (
        "Choose another name."
        if path.is_dir()
        else "Choose another name, or replace it with --force (force=True)."
    )
    raise InputError(f"{str(path)!r} is {what} that is there already. {hint}")


def _umask() -> int:
    """What permissions new files shall not have."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
