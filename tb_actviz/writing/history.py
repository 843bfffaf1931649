"""What earlier event files of ours in a folder hold, without reading them through.

On other machines that is in their names, so that they are only listed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from tb_actviz.writing.names import OWN_SUFFIX, step_in
from tb_actviz.writing.reader import (
    DamagedFileError,
    LocalFile,
    Source,
    StoredFile,
    event_files,
    scan,
)


def last_step(folder: str | os.PathLike[str]) -> int | None:
    """Find the step at which an earlier run of ours stopped.

    Args:
        folder: As for `steps_of`.

    Returns:
        The largest step of all summaries in our files, None where there is none.

    Raises:
        InputError: As `steps_of`.
        OSError: As `steps_of`.
    """
    return max(steps_of(folder), default=None)


def steps_of(folder: str | os.PathLike[str]) -> set[int]:
    """Find the steps that earlier runs of ours logged.

    A damaged or unreadable file on this machine counts as far as it can be read.

    Args:
        folder: Folder of the run, a path or a URL; folders in it do not count. It may
            be missing.

    Returns:
        Every step of the summaries in our files.

    Raises:
        InputError: If a package for the URL is missing.
        OSError: If another machine cannot be reached.
    """
    return {step for file in _own_files(folder) for step in _steps(file)}


def bytes_of(folder: str | os.PathLike[str]) -> int:
    """Add up the sizes of our event files in a folder.

    Args:
        folder: As for `steps_of`.

    Returns:
        Bytes.

    Raises:
        InputError: As `steps_of`.
        OSError: As `steps_of`.
    """
    return sum(file.size for file in _own_files(folder))


def _own_files(folder: str | os.PathLike[str]) -> list[StoredFile]:
    return [file for file in event_files(folder) if file.name.endswith(OWN_SUFFIX)]


def _steps(file: StoredFile) -> Iterator[int]:
    """The steps of the summaries of one file, up to the first damaged record."""
    named = step_in(file.name)
    if isinstance(file, LocalFile) or named is None:
        yield from _steps_within(file)
    else:
        yield named


def _steps_within(file: StoredFile) -> Iterator[int]:
    try:
        with file.open() as opened:
            for event in scan(Source(opened, file.size)):
                if event.summary is not None:
                    yield event.step
    except (OSError, DamagedFileError):
        return
