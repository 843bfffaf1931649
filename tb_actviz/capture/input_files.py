"""Files and folders -> inputs: pictures, and arrays."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from tb_actviz.capture.array_files import is_array_file, read_array_file
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.pictures import SUFFIXES, Picture, read_picture
from tb_actviz.errors import InputError


def read_files(value: str | os.PathLike[str]) -> list[NamedInput]:
    """Read a picture file, an array file, or the pictures in a folder.

    Returns:
        At least one input, without a name yet.

    Raises:
        InputError: If a file cannot be read, or a folder holds no pictures.
    """
    return [_from_file(file) for file in _files(value)]


def list_pictures(folder: str | Path) -> list[Path]:
    """List the picture files directly in a folder, by name.

    Args:
        folder: An existing folder.

    Returns:
        Paths with one of `SUFFIXES`, sorted.

    Raises:
        InputError: If there is none.
    """
    pictures = sorted(
        path
        for path in Path(folder).iterdir()
        if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    if not pictures:
        raise InputError(
            f"The folder {str(folder)!r} holds no pictures "
            f"({', '.join(sorted(SUFFIXES))}); folders in it are not searched."
        )
    return pictures


def input_of_picture(picture: Picture, name: str) -> NamedInput:
    """Make an input of a picture.

    Args:
        picture: The picture.
        name: What to call the input.

    Returns:
        The input; its values are RGB, unless its own have no known white.
    """
    values = picture.pixels
    if not picture.has_white and picture.own_values is not None:
        values = picture.own_values
    return NamedInput(
        name=name,
        values=values,
        picture=picture.pixels,
        notes=picture.notes,
        own_values=picture.own_values,
    )


def _files(value: str | os.PathLike[str]) -> list[Path]:
    if not os.fspath(value):
        raise InputError("Received an empty path; expected a picture or a folder.")
    path = Path(value).expanduser()
    try:
        return list_pictures(path) if path.is_dir() else [path]
    except (OSError, ValueError) as error:
        raise InputError(f"{path!s:.200}: {error}") from None


def _from_file(path: Path) -> NamedInput:
    if is_array_file(path):
        return read_array_file(path)
    picture = read_picture(path)
    return replace(input_of_picture(picture, ""), source=path.absolute())
