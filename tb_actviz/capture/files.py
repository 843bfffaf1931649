"""Picture files and folders of them -> inputs, without Keras."""

from __future__ import annotations

import os
from pathlib import Path

from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.pictures import list_pictures, load_picture
from tb_actviz.errors import InputError


def read_files(value: str | os.PathLike[str]) -> list[NamedInput]:
    """Read a picture file, or the pictures in a folder.

    Args:
        value: A path.

    Returns:
        At least one input, without a name yet.

    Raises:
        InputError: If a picture cannot be read, or a folder holds none.
    """
    return [_from_file(file) for file in _files(value)]


def _files(value: str | os.PathLike[str]) -> list[Path]:
    if not os.fspath(value):
        raise InputError("Received an empty path; expected a picture or a folder.")
    path = Path(value).expanduser()
    try:
        return list_pictures(path) if path.is_dir() else [path]
    except (OSError, ValueError) as error:
        raise InputError(f"{path!s:.200}: {error}") from None


def _from_file(path: Path) -> NamedInput:
    pixels, notes = load_picture(path)
    return NamedInput(
        name="", values=pixels, picture=pixels, source=path.absolute(), notes=notes
    )
