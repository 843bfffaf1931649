"""What users pass as inputs -> named inputs with a picture to show and one to feed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from PIL import Image

from tb_actviz.capture.pictures import from_pillow, list_pictures, load_picture
from tb_actviz.errors import InputError

Inputs: TypeAlias = (
    "NamedInput | np.ndarray | Image.Image | str | os.PathLike[str] | Sequence[Any] "
    "| Mapping[str, Any]"
)


@dataclass(frozen=True, eq=False)
class NamedInput:
    """One probe input: what is fed to the model and what is shown of it.

    Args:
        name: Name in tags and captions, unique among the inputs read together.
        values: What the model gets before preprocessing: uint8 or float32 array
            without the batch axis; (H, W, C) for pictures.
        picture: RGB to show beside the activations, uint8, shape (H, W, 3); None
            where the values are no picture.
        source: The file it was read from, if any.
        notes: What was done to the picture when it was read.
    """

    name: str
    values: np.ndarray = field(repr=False)
    picture: np.ndarray | None = field(repr=False)
    source: Path | None = None
    notes: tuple[str, ...] = ()


def read_inputs(inputs: Inputs, sample_ndim: int = 3) -> list[NamedInput]:
    """Read inputs of any accepted kind; nothing is resized or normalised.

    Args:
        inputs: A path, a folder of pictures, a Pillow image, one array without or a
            batch with the batch axis ((H, W, C) or (N, H, W, C); uint8 or float,
            channels last), a list of these, or a dict of name to one of these.
        sample_ndim: Number of axes of one input without the batch axis; 3 for
            pictures.

    Returns:
        At least one input. Files are named by their stem, with as many parent
        folders as it takes to tell them apart; arrays `input_0`, `input_1`, …

    Raises:
        InputError: If something is no input, or a picture cannot be read.
    """
    if isinstance(inputs, Mapping):
        found = [
            named
            for name, value in inputs.items()
            for named in _under_name(str(name), _read_one(value, "", sample_ndim))
        ]
    elif isinstance(inputs, Sequence) and not isinstance(inputs, str | bytes):
        found = [
            named
            for index, value in enumerate(inputs)
            for named in _read_one(value, f"input_{index}", sample_ndim)
        ]
    else:
        found = _read_one(inputs, "input", sample_ndim)
    if not found:
        raise InputError("No inputs were given. Expected pictures, arrays or paths.")
    return _numbered(found)


def _read_one(value: Any, name: str, sample_ndim: int) -> list[NamedInput]:
    if isinstance(value, NamedInput):
        return [value]
    if isinstance(value, str | os.PathLike):
        return [_from_file(file) for file in _files(value)]
    if isinstance(value, Image.Image):
        pixels, notes = from_pillow(value, name)
        return [NamedInput(name=name, values=pixels, picture=pixels, notes=notes)]
    if not hasattr(value, "__array__"):
        raise InputError(
            f"Cannot use {type(value).__name__} {value!r:.60} as an input. Expected a "
            "path, a folder, an array (H, W, C) or (N, H, W, C), a list of these, or a "
            "dict of name to one of these."
        )
    array = np.asarray(value)
    if array.ndim == sample_ndim + 1:
        names = (
            [name] if len(array) == 1 else [f"{name}_{i}" for i in range(len(array))]
        )
        return [_from_array(*pair) for pair in zip(array, names, strict=True)]
    if array.ndim == sample_ndim:
        return [_from_array(array, name)]
    raise InputError(
        f"The input {name!r} has shape {array.shape}; expected {sample_ndim} axes, or "
        f"{sample_ndim + 1} with the batch axis."
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
    pixels, notes = load_picture(path)
    return NamedInput(
        name="", values=pixels, picture=pixels, source=path.absolute(), notes=notes
    )


def _from_array(values: np.ndarray, name: str) -> NamedInput:
    if values.dtype.kind not in "uifb":
        raise InputError(
            f"The input {name!r} has dtype {values.dtype}; expected integers or floats."
        )
    if values.size == 0:
        raise InputError(f"The input {name!r} is empty: shape {values.shape}.")
    if values.dtype != np.uint8:
        values = values.astype(np.float32)
    return NamedInput(name=name, values=values, picture=_to_show(values))


def _to_show(values: np.ndarray) -> np.ndarray | None:
    """RGB of an array that is a picture: one or three channels, 0…255 or 0…1."""
    if values.ndim != 3 or values.shape[-1] not in (1, 3):
        return None
    if values.dtype != np.uint8:
        low, high = float(values.min()), float(values.max())
        if not (low >= 0 and high <= 255):
            return None
        values = np.rint(values * (255.0 if high <= 1.0 else 1.0)).astype(np.uint8)
    return np.broadcast_to(values, (*values.shape[:2], 3))


def _under_name(name: str, inputs: list[NamedInput]) -> Iterable[NamedInput]:
    if len(inputs) == 1:
        return [replace(inputs[0], name=name)]
    return [
        replace(one, name=f"{name}/{one.source.stem if one.source else index}")
        for index, one in enumerate(inputs)
    ]


def _numbered(inputs: list[NamedInput]) -> list[NamedInput]:
    """Name the files that have no name yet; number what then still has one name."""
    files = {one.source for one in inputs if one.source and not one.name}
    short = _shortest_names(files)
    seen: Counter[str] = Counter()
    named = []
    for one in inputs:
        name = one.name or short[one.source] if one.source else one.name
        seen[name] += 1
        if seen[name] > 1:
            name = f"{name}#{seen[name]}"
        named.append(replace(one, name=name))
    return named


def _shortest_names(paths: Iterable[Path]) -> dict[Path, str]:
    """Give each path its stem, or what more it takes to be unique.

    First the ending tells files apart, then as many parent folders as needed.
    """
    paths = list(paths)
    stems = Counter(path.with_suffix("") for path in paths)
    whole = {p: p if stems[p.with_suffix("")] > 1 else p.with_suffix("") for p in paths}
    kept = dict.fromkeys(paths, 1)
    while True:
        names = {p: "/".join(whole[p].parts[-n:]) for p, n in kept.items()}
        uses = Counter(names.values())
        longer = [
            path
            for path, name in names.items()
            if uses[name] > 1 and kept[path] < len(path.parts) - 1
        ]
        if not longer:
            return names
        for path in longer:
            kept[path] += 1
