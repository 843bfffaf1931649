"""The right kind of event file for a folder."""

from __future__ import annotations

import os
from collections.abc import Callable

from tb_actviz.writing.event_file import EventFile
from tb_actviz.writing.folders import Folder, is_remote
from tb_actviz.writing.remote_file import RemoteEventFile


def open_event_file(
    log_dir: str | os.PathLike[str],
    when_deleted: Callable[[], Folder] | None = None,
) -> EventFile | RemoteEventFile:
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
