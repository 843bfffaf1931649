"""Folders of pictures as data sets, the classes in folders of their own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tb_actviz.capture.forward_pass import ForwardPass
from tb_actviz.capture.input_files import input_of_picture
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.pictures import SUFFIXES, read_picture
from tb_actviz.dataset.labels import GivenLabels
from tb_actviz.dataset.samples import Sample
from tb_actviz.errors import InputError
from tb_actviz.imaging.resize import imresize


class _File(NamedTuple):
    key: str
    path: Path
    label: str | None


class PictureFiles:
    """Picture files, and folders of them as `image_dataset_from_directory` reads them.

    The folders directly in a folder are its classes; whatever lies below is of that
    class. Names that begin with a dot are passed over. Where the model takes pictures
    of one size, those of other sizes are resized.

    Args:
        paths: Files and folders.
        forward: Takes inputs through the model.
        labels: Classes that are given beside them.
        size: Height and width to resize pictures to; None for what the model takes, or
            to leave them as they are.
        strict: Whether to stop at the first picture that cannot be read.

    Raises:
        InputError: If a path does not exist, or there are no pictures.
    """

    def __init__(
        self,
        paths: Sequence[str | os.PathLike[str]],
        forward: ForwardPass,
        labels: GivenLabels,
        *,
        size: tuple[int, int] | None,
        strict: bool,
    ) -> None:
        self._files = _files([Path(path).expanduser() for path in paths])
        self._forward = forward
        self._labels = labels
        self._size = size
        self._strict = strict
        self.count: int | None = len(self._files)
        self.unreadable: dict[str, str] = {}

    def __iter__(self) -> Iterator[Sample]:
        count = 0
        for index, file in enumerate(self._files):
            try:
                named = self._read(file)
            except InputError as error:
                if self._strict:
                    raise
                self.unreadable[file.key] = str(error)
                continue
            label = file.label
            if self._labels.are_given:
                label = self._labels.of(file.key, index)
            count += 1
            yield Sample(file.key, named, label)
        self._labels.check(count, self.unreadable)

    def again(self, keys: Collection[str]) -> Iterator[Sample]:
        """Read some of the pictures once more; see `Data`."""
        wanted = set(keys)
        for file in self._files:
            if file.key not in wanted:
                continue
            try:
                named = self._read(file)
            except InputError:
                continue
            yield Sample(file.key, named, file.label)

    def _read(self, file: _File) -> NamedInput:
        # Not on other threads: what is warned of there cannot be left out safely.
        picture = input_of_picture(read_picture(file.path), file.key)
        named = replace(picture, source=file.path.absolute())
        size = self._size or _size_of(self._forward)
        if size is not None:
            named = _resized(named, size)
        (named,) = self._forward.read(named)
        return named


def _files(paths: Sequence[Path]) -> list[_File]:
    files: list[_File] = []
    for path in paths:
        found = _in_folder(path) if path.is_dir() else [_File(path.name, path, None)]
        if not found:
            raise InputError(
                f"The folder {str(path)!r} and those in it hold no pictures "
                f"({', '.join(sorted(SUFFIXES))})."
            )
        files += found
    if not files:
        raise InputError("No pictures were given. Expected files or folders of them.")
    if len(paths) == 1:
        return files
    # Those of several folders can have one name.
    names = Counter(file.key for file in files)
    return [
        file if names[file.key] == 1 else file._replace(key=file.path.as_posix())
        for file in files
    ]


def _in_folder(folder: Path) -> list[_File]:
    """The pictures in a folder and below it, by name."""
    files = []
    try:
        for above, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(above, name)
                if name.startswith(".") or path.suffix.lower() not in SUFFIXES:
                    continue
                inside = path.relative_to(folder)
                label = inside.parts[0] if len(inside.parts) > 1 else None
                files.append(_File(inside.as_posix(), path, label))
    except OSError as error:
        raise InputError(f"{folder!s:.200}: {error}") from None
    return files


def _size_of(forward: ForwardPass) -> tuple[int, int] | None:
    """Height and width of the pictures that a model takes, if it is one size."""
    shapes = () if forward.signature is None else forward.signature.shapes_last
    if len(shapes) != 1 or len(shapes[0]) not in (2, 3):
        return None
    height, width = shapes[0][:2]
    return None if height is None or width is None else (height, width)


def _resized(named: NamedInput, size: tuple[int, int]) -> NamedInput:
    if named.picture is None or named.picture.shape[:2] == size:
        return named
    own = named.own_values
    return replace(
        named,
        values=imresize(named.parts[0], size),
        picture=imresize(named.picture, size),
        own_values=None if own is None else imresize(own, size),
    )
