"""One probe input, and the names that inputs read together go by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

#: What a model is fed: an array for each of its inputs, None for one that is left out.
Batch: TypeAlias = "Sequence[np.ndarray | None]"


@dataclass(frozen=True, eq=False)
class NamedInput:
    """One probe input: what is fed to the model and what is shown of it.

    Args:
        name: Name in tags and captions, unique among the inputs read together.
        values: What the model gets before preprocessing, without the batch axis: an
            array ((H, W, C) for pictures), or for a model with several inputs a tuple
            of arrays, one for each, or a dict of them by name. Integers and booleans
            keep their dtype, floats are float32.
        picture: RGB to show beside the activations, uint8, shape (H, W, 3); None
            where the values are not a picture.
        source: The file it was read from, if any.
        notes: What was done to the picture when it was read.
        part: Which part of the model it is for, where that is run part by part.
        own_values: A picture's own values where RGB does not hold them, shape
            (H, W, C), for a model that takes so many channels; else None.
        may_be_batch: Whether the values may have a batch axis, as those of an array
            file, so that the model has to say whether they are one input or several.

    Example:
        >>> with av.ActivationLogger("runs/new", model, "conv1") as log:
        ...     face, noise = log.read({"face": "face.png", "noise": x[0]})
        >>> face.name, face.source.name, face.picture.shape
        ('face', 'face.png', (64, 64, 3))
    """

    name: str
    values: np.ndarray | tuple[np.ndarray, ...] | dict[str, np.ndarray] = field(
        repr=False
    )
    picture: np.ndarray | None = field(repr=False)
    source: Path | None = None
    notes: tuple[str, ...] = ()
    part: str = ""
    own_values: np.ndarray | None = field(default=None, repr=False)
    may_be_batch: bool = False

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shape of the array for each of the model's inputs; () for one left out."""
        return tuple(() if part is None else part.shape for part in self.parts)

    @property
    def parts(self) -> tuple[np.ndarray, ...]:
        """The arrays for each of the model's inputs."""
        if isinstance(self.values, dict):
            # As keras.tree.flatten has it.
            return tuple(self.values[name] for name in sorted(self.values))
        return self.values if isinstance(self.values, tuple) else (self.values,)


def with_own_values(named: NamedInput, channels: int) -> NamedInput:
    """Feed a picture's own values to a model that takes as many channels as it has.

    Args:
        named: An input.
        channels: How many channels the model takes; 1 where it takes none.

    Returns:
        The input, with its own values where they are of so many channels.
    """
    own = named.own_values
    if own is None or own.shape[-1] != channels:
        return named
    low, high = float(own.min()), float(own.max())
    notes = (*named.notes, f"fed as it is, {low:g} to {high:g}")
    return replace(named, values=own, own_values=None, notes=notes)


def numbered(inputs: Sequence[NamedInput]) -> list[NamedInput]:
    """Name the files that have no name yet; number what then still has one name.

    Args:
        inputs: Inputs that are going to be used together.

    Returns:
        The same inputs; no name comes twice.
    """
    files = {given.source for given in inputs if given.source and not given.name}
    short = _shortest_names(files)
    taken: set[str] = set()
    named = []
    for given in inputs:
        short_name = given.name or short[given.source] if given.source else given.name
        name, number = short_name, 1
        while name in taken:
            number += 1
            name = f"{short_name}#{number}"
        taken.add(name)
        named.append(replace(given, name=name))
    return named


def _shortest_names(paths: Iterable[Path]) -> dict[Path, str]:
    """Give each path its stem, or what more it takes to be unique.

    First the ending makes names differ, then as many parent folders as needed.
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
