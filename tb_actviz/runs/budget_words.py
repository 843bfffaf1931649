"""How the bounds of a training's log are told to people."""

from __future__ import annotations

from tb_actviz.runs.schedule import Budget
from tb_actviz.writing.names import Folder

_ADVICE = "Fewer layers, inputs or views cost less; None lifts the bound."


def about_interval(budget: Budget, seconds: float) -> str:
    """Say why only some of the due steps are logged.

    Args:
        budget: What bounds them, with an interval longer than 1.
        seconds: What one log takes of the training.

    Returns:
        Sentences.
    """
    bound = _about_bytes(budget)
    if budget.stretched_by == "max_overhead":
        bound = (
            f"max_overhead={budget.max_overhead:g} of the training time (one log "
            f"takes {seconds:.2g} s)"
        )
    return (
        f"To stay within {bound}, activations are logged at every "
        f"{_ordinal(budget.interval)} of the steps asked for, and at the last. "
        f"{_ADVICE}"
    )


def about_the_last(budget: Budget) -> str:
    """Say that there is room for one more log, the last.

    Args:
        budget: What bounds them.

    Returns:
        Sentences.
    """
    return (
        f"To stay within {_about_bytes(budget)}, of the steps to come only the last "
        f"one is logged, if it fits. {_ADVICE}"
    )


def about_full(size: int, folder: Folder, most: int | None) -> str:
    """Say that nothing more is logged.

    Args:
        size: Bytes of the log that there is no room for.
        folder: The folder of the run.
        most: How large its files may get.

    Returns:
        Sentences.
    """
    return (
        f"One more log of {size} bytes would make the event files in {folder} larger "
        f"than max_bytes={most}: no more activations are logged. Raise it, or choose "
        "fewer layers, inputs or views."
    )


def _about_bytes(budget: Budget) -> str:
    usual = f"one log takes {budget.usual_bytes} bytes"
    return f"max_bytes={budget.max_bytes} ({usual})"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number % 100 < 14 else ending}"


def about_lost(steps: int, unwritten: int, dropped: int, patience: float) -> str:
    """Say which steps did not get written.

    Args:
        steps: How many there were.
        unwritten: How many of them the end of the training did not wait for.
        dropped: How many of them were dropped before.
        patience: How long it waited, in seconds.

    Returns:
        A sentence.
    """
    lost = []
    if unwritten:
        lost.append(f"{unwritten} not written within {patience:g} s")
    if dropped:
        lost.append(f"{dropped} dropped to keep the training going")
    return (
        f"Writing could not keep up: of {steps} steps of activations, "
        f"{' and '.join(lost)}."
    )
