"""The one error that means: the caller's input is wrong, not our code."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Something a caller passed cannot be used; the text says what and what to do."""


def near_matches(name: str, known: Iterable[str]) -> str:
    """Say which known names are closest to a misspelt one.

    Args:
        name: The name that was not found.
        known: The names that exist.

    Returns:
        A sentence to append to an error, or the first known names where nothing
        is close.
    """
    names = list(dict.fromkeys(known))
    # The last part of a path alone is how people call a layer inside a model.
    folded = {name.lower().rpartition("/")[2]: name for name in reversed(names)}
    folded |= {name.lower(): name for name in reversed(names)}
    close = difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.6)
    if close:
        matches = dict.fromkeys(folded[match] for match in close)
        return f"Did you mean {_either(matches)}?"
    shown = ", ".join(repr(candidate) for candidate in names[:8])
    rest = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"There are: {shown}{rest}."


def _either(names: Iterable[str]) -> str:
    quoted = [repr(name) for name in names]
    return (
        quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
    )
