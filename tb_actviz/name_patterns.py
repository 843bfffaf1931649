"""Names of what is logged: which runs, layers, inputs and steps are meant."""

from __future__ import annotations

import fnmatch
import operator
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeAlias

import numpy as np

from tb_actviz.errors import InputError, near_matches

#: A step, several of them, a predicate, or None for all.
Steps: TypeAlias = int | Iterable[int] | Callable[[int], object] | None

_GLOB_CHARACTERS = set("*?[")


def as_patterns(what: str, asked: str | Sequence[str] | None) -> list[str] | None:
    """Read which names are asked for.

    Args:
        what: What the names are of, such as `run`.
        asked: A name, a glob, a list of these, or None for all.

    Returns:
        The names and globs, None for all.

    Raises:
        InputError: If it is something else, or an empty list.
    """
    if asked is None:
        return None
    names = [asked] if isinstance(asked, str) else asked
    several = isinstance(names, Iterable) and list(names)
    if not several or not all(isinstance(name, str) for name in several):
        raise InputError(
            f"Received {what}s={asked!r}; expected a name, a glob, a list of these, or "
            "None for all."
        )
    return several


def matching_names(
    what: str, patterns: Sequence[str] | None, known: Collection[str], where: str
) -> list[str]:
    """Find the names that patterns mean.

    Args:
        what: What the names are of, such as `run`.
        patterns: From `as_patterns`. What is a name means that alone, whatever
            characters are in it.
        known: The names there are.
        where: Where they are, in words, for errors.

    Returns:
        The names, in the order in which they are known.

    Raises:
        InputError: If a pattern matches none.
    """
    if patterns is None:
        return list(known)
    chosen: set[str] = set()
    for pattern in patterns:
        matching = {pattern} & set(known)
        if not matching and _GLOB_CHARACTERS & set(pattern):
            matching = {name for name in known if fnmatch.fnmatchcase(name, pattern)}
        if not matching:
            hint = near_matches(pattern, known) if known else "There is none at all."
            raise InputError(f"There is no {what} {pattern!r} {where}. {hint}")
        chosen |= matching
    return [name for name in known if name in chosen]


def step_predicate(steps: Steps) -> Callable[[int], object]:
    """Read which steps are asked for.

    Args:
        steps: A step, several of them, a predicate, or None for all.

    Returns:
        Whether a step is meant.

    Raises:
        InputError: If it is something else.
    """
    if steps is None:
        return lambda step: True
    if callable(steps):
        return steps
    if isinstance(steps, range):
        return steps.__contains__
    try:
        several = [steps] if isinstance(steps, int | np.integer) else list(steps)
        return set(map(operator.index, several)).__contains__
    except TypeError:
        raise InputError(
            f"Received steps={steps!r}; expected a step, several steps, a predicate, "
            "or None for all."
        ) from None
