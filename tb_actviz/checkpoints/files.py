"""Which files are checkpoints, and which step each of them belongs to."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tb_actviz.errors import InputError
from tb_actviz.writing.event_file import check_step

Checkpoints: TypeAlias = (
    "str | os.PathLike[str] | Sequence[str] | Sequence[os.PathLike[str]]"
)

#: What the names of checkpoints end in; the last two are Keras' legacy format.
ENDINGS = (".weights.h5", ".keras", ".h5", ".hdf5")

# Numbers with a point are losses or scores, never steps.
_NUMBER = re.compile(r"(\d+(?:\.\d+)+|\d+)")
# One name alone may hold a number of another kind, as in resnet50 or model_v2.
_ALONE = re.compile(r"(?<![^\W_])\d+(?![^\W_])")


@dataclass(frozen=True)
class Checkpoint:
    """A file and the step it belongs to.

    Args:
        step: The step, at least 0.
        path: The file.

    Example:
        >>> model.save_weights("ckpt-07.weights.h5")
        >>> done = av.log_checkpoints("runs/ckpts", model, "*.h5", "face.png", "conv1")
        >>> checkpoint = done.checkpoints[0]
        >>> print(checkpoint.step, checkpoint.path)
        7 ckpt-07.weights.h5
    """

    step: int
    path: Path


def find_checkpoints(checkpoints: Checkpoints) -> list[Path]:
    """Find the files that a list, glob or folder means.

    Args:
        checkpoints: A file, a glob, a folder, or a list of these. A glob or folder
            means the files in it whose names end as those of checkpoints do, in the
            natural order of their names (2 before 10).

    Returns:
        At least one existing file.

    Raises:
        InputError: If there is none, one does not exist, or is not a checkpoint by
            its name.
    """
    if isinstance(checkpoints, str | os.PathLike):
        checkpoints = [os.fspath(checkpoints)]
    paths = [path for named in checkpoints for path in _expanded(os.fspath(named))]
    if not paths:
        raise InputError(
            "No checkpoints were given. Expected a list of files, a glob or a folder."
        )
    return paths


def number_checkpoints(
    paths: Sequence[Path], steps: Sequence[int] | None = None
) -> tuple[list[Checkpoint], str]:
    """Give every checkpoint its step.

    The step is the one whole number that differs between names which are equal
    otherwise, as in `ckpt-01.keras` or `model.01-0.52.keras`. Where there is not
    exactly one such number, or it comes twice, the steps are 0, 1, 2, … in the order of
    the files: a wrong step would be worse than none.

    Args:
        paths: The files, at least one.
        steps: One for each of them instead.

    Returns:
        The checkpoints, by step, and in words where the steps are from.

    Raises:
        InputError: If `steps` are not as many different steps as there are files.
    """
    if steps is not None:
        numbers, origin = _checked_steps(paths, list(steps)), "as given"
    else:
        named, doubt = _named_steps(_names(paths))
        numbers = named or list(range(len(paths)))
        origin = doubt and f"the order of the files, because {doubt}"
        origin = origin or "the names of the files"
    pairs = sorted(zip(numbers, paths, strict=True), key=lambda pair: pair[0])
    return [Checkpoint(int(step), path) for step, path in pairs], origin


def _expanded(text: str) -> list[Path]:
    path = Path(text).expanduser()
    if path.is_dir():
        everything = list(path.iterdir())
        inside = sorted(_with_ending(everything), key=_natural)
        if not inside:
            raise InputError(
                f"The folder {text!r} holds no checkpoints, which end in "
                f"{', '.join(ENDINGS)}.{_other_formats([path, *everything])}"
            )
        return inside
    if not path.exists() and glob.has_magic(text):
        matches = map(Path, glob.glob(str(path), recursive=True))
        matched = sorted(_with_ending(matches), key=_natural)
        if not matched:
            raise InputError(
                f"Nothing that {text!r} matches is a checkpoint, which end in "
                f"{', '.join(ENDINGS)}."
            )
        return matched
    if not os.path.lexists(path):
        indices = [one for one in [Path(f"{path}.index")] if one.is_file()]
        raise InputError(
            f"There is no checkpoint {text!r}. Expected a file, a glob or a folder."
            f"{_other_formats(indices)}"
        )
    if not path.name.endswith(ENDINGS):
        raise InputError(
            f"{text!r} is not a checkpoint by its name; expected a file that ends in "
            f"{', '.join(ENDINGS)}.{_other_formats([path])}"
        )
    return [path]


def _with_ending(paths: Iterable[Path]) -> list[Path]:
    """What has the name of a checkpoint; what is no file is told when it is read."""
    return [path for path in paths if path.name.endswith(ENDINGS)]


def _other_formats(paths: Sequence[Path]) -> str:
    """What there is instead: the formats that Keras 2 chose by itself."""
    if any(path.name.endswith(".index") for path in paths):
        what = "Checkpoints of TensorFlow (.index, .data-…)"
    elif any((path / "saved_model.pb").exists() for path in paths):
        what = "SavedModel folders"
    else:
        return ""
    return (
        f" {what} are not read by Keras 3: load them with the Keras that wrote them, "
        "and save them with model.save_weights('….weights.h5')."
    )


def _natural(path: Path) -> list[tuple[bool, int, str]]:
    """A key that puts 2 before 10."""
    parts = re.split(r"(\d+)", str(path))
    return [(p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in parts]


def _checked_steps(paths: Sequence[Path], steps: list[int]) -> list[int]:
    if len(steps) != len(paths):
        raise InputError(
            f"Received {len(steps)} steps for {len(paths)} checkpoints; expected one "
            "for each."
        )
    for step in steps:
        check_step(step)
    if len(set(steps)) < len(steps):
        raise InputError(f"Received steps {steps}; expected each of them once.")
    return steps


def _names(paths: Sequence[Path]) -> list[str]:
    """The paths below the folder that all of them share, without their endings."""
    folder = os.path.commonpath([path.absolute().parent for path in paths])
    names = [path.absolute().relative_to(folder).as_posix() for path in paths]
    return [
        name.removesuffix(next(end for end in ENDINGS if name.endswith(end)))
        for name in names
    ]


def _named_steps(names: Sequence[str]) -> tuple[list[int], str]:
    """The steps that the names hold, or none and why."""
    if len(names) == 1:
        alone = [n for n in _NUMBER.findall(names[0]) if n in _ALONE.findall(names[0])]
        columns = [[int(number)] for number in alone]
    else:
        parts = [_NUMBER.split(name) for name in names]
        if len({tuple(_words(name_parts)) for name_parts in parts}) > 1:
            return [], "their names differ in more than numbers"
        columns = [
            [int(number) for number in column]
            for column in zip(*(name_parts[1::2] for name_parts in parts), strict=True)
            if len(set(column)) > 1 and not any("." in number for number in column)
        ]
    if not columns:
        return [], "no whole number in their names says the step"
    if len(columns) > 1:
        return [], "several numbers in their names could be the step"
    (steps,) = columns
    if len(set(steps)) < len(steps):
        return [], "the number in their names comes more than once"
    if max(steps) >= 2**63:
        return [], "the number in their names is too large for a step"
    return steps, ""


def _words(parts: Sequence[str]) -> list[str]:
    """What stands between the numbers of a name, and which of them have a point."""
    return [
        ("." if "." in part else "") if index % 2 else part
        for index, part in enumerate(parts)
    ]
