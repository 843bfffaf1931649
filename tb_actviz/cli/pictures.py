"""Pictures that are named on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tb_actviz.errors import InputError

if TYPE_CHECKING:
    from tb_actviz.capture.named_input import NamedInput


def read_pictures(
    paths: Sequence[str], size: tuple[int, int] | None
) -> list[NamedInput]:
    """Read pictures, and resize them if that is asked for.

    Args:
        paths: Picture files, or folders of them.
        size: Height and width in pixels; None leaves pictures as they are.

    Returns:
        The pictures, at least one.

    Raises:
        InputError: If one cannot be read, or the size is too large.
    """
    from tb_actviz.capture.input_files import read_files
    from tb_actviz.capture.named_input import numbered
    from tb_actviz.capture.pictures import MAX_PIXELS

    if size is not None and size[0] * size[1] > MAX_PIXELS:
        raise InputError(
            f"Received --size {size[0]}x{size[1]}; expected at most {MAX_PIXELS:,} "
            "pixels."
        )
    inputs = numbered([named for path in paths for named in read_files(path)])
    return inputs if size is None else [_resized(named, size) for named in inputs]


def _resized(named: NamedInput, size: tuple[int, int]) -> NamedInput:
    from tb_actviz.imaging.resize import imresize

    if named.picture is None:
        raise InputError(
            f"--size resizes pictures, and {str(named.source)!r} is an array file. "
            "Resize its arrays before, or leave --size out."
        )
    read = named.parts[0]
    height, width = read.shape[:2]
    note = f"resized from {height}×{width}"
    own = named.own_values
    return replace(
        named,
        values=imresize(read, size),
        picture=imresize(named.picture, size),
        notes=(*named.notes, note),
        own_values=None if own is None else imresize(own, size),
    )
