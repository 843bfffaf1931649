"""Which trackers are in use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from tb_actviz.errors import InputError, describe_error, near_matches
from tb_actviz.trackers import clearml, comet, mlflow, swanlab, trackio, wandb
from tb_actviz.trackers.tracker import Tracker
from tb_actviz.writing.names import Folder

#: Which trackers get what is logged: those in use, none, or those named.
Trackers: TypeAlias = "str | Sequence[str] | None"

#: Name to what finds its active run. None of them imports anything: who has a run has
#: imported the tracker.
FINDERS: dict[str, Callable[[Folder], Tracker | None]] = {
    "wandb": wandb.find,
    "mlflow": mlflow.find,
    "clearml": clearml.find,
    "comet": comet.find,
    "trackio": trackio.find,
    "swanlab": swanlab.find,
}


def check_trackers(asked: Trackers) -> Trackers:
    """Refuse what names no trackers.

    Args:
        asked: `"auto"`, None, or names.

    Returns:
        The same; names as a tuple.

    Raises:
        InputError: If it is something else.
    """
    if asked is None or asked == "auto":
        return asked
    if isinstance(asked, str):
        near = near_matches(asked, ("auto", *FINDERS))
        raise InputError(
            f"Received trackers={asked!r}; expected 'auto', None, or a tuple of names, "
            f"such as ('mlflow',). {near}"
        )
    names = tuple(asked) if isinstance(asked, Iterable) else (asked,)
    for name in names:
        if name not in FINDERS:
            raise InputError(
                f"There is no tracker {name!r:.80}. {near_matches(str(name), FINDERS)}"
            )
    return names


def find_trackers(asked: Trackers, folder: Folder) -> tuple[list[Tracker], list[str]]:
    """Find the trackers that are to get what is logged, and have an active run.

    Args:
        asked: From `check_trackers`.
        folder: The folder of the run.

    Returns:
        The trackers; and what is wrong with others, in words.
    """
    trackers, problems = [], []
    names = FINDERS if asked == "auto" else asked or ()
    for name in names:
        try:
            tracker = FINDERS[name](folder)
        except Exception as error:  # other versions, other modules of that name
            problems.append(f"{name} gets no activations: {describe_error(error)}")
            continue
        if tracker is not None:
            trackers.append(tracker)
        elif asked != "auto":
            problems.append(
                f"{name} gets no activations: it has no active run. Start one before "
                "the first step is logged."
            )
    return trackers, problems
