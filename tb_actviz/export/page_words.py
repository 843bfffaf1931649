"""What a page says of itself: what it was made of, and what is not in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tb_actviz.export.log_index import Log, Records
from tb_actviz.export.repacking import Repacking
from tb_actviz.export.thinning import Plan
from tb_actviz.layer_paths import INPUT_PATH


def chosen_words(
    log: Log, held: Mapping[str, Records], keeping: Repacking
) -> tuple[str, ...]:
    """Say what of a log was chosen.

    Args:
        log: The log.
        held: Run to the records that were chosen.
        keeping: What was chosen of each of them.

    Returns:
        A few words for each way in which it is less than all.
    """
    runs = [run for run, found in log.runs.items() if _layers(found.layers)]
    all_of = {run: log.runs[run].layers for run in held}
    words = [
        _share(len(held), len(runs), "run"),
        _share(
            _count(map(_layers, held.values())),
            _count(map(_layers, all_of.values())),
            "layer",
        ),
        _share(
            _count(map(_steps, held.values())),
            _count(map(_steps, all_of.values())),
            "step",
        ),
    ]
    if keeping.inputs is not None:
        words.append(f"inputs {', '.join(keeping.inputs)}")
    if keeping.precision is not None:
        words.append(f"values as {keeping.precision} at most")
    return tuple(word for word in words if word)


def loss_words(
    held: Mapping[str, Records], plan: Plan, precision: str
) -> tuple[str, ...]:
    """Say what did not fit into a page.

    Args:
        held: Run to the records that were chosen.
        plan: What of them fits.
        precision: The most exact precision of what was chosen.

    Returns:
        A few words for each loss.
    """
    words = []
    for run, records in held.items():
        share = _share(len(plan.steps[run]), len(_steps(records)), "step")
        if share:
            words.append(f"{share} of run {run}" if len(held) > 1 else share)
    if plan.precision != precision:
        words.append(f"values as {plan.precision} instead of {precision}")
    if plan.left_out:
        words.append(f"without {', '.join(plan.left_out)}")
    return tuple(words)


def _layers(records: Records) -> list[str]:
    return [layer for layer in records if layer != INPUT_PATH]


def _steps(records: Records) -> set[int]:
    return {step for layer in _layers(records) for step in records[layer]}


def _count(several: Iterable[Iterable[object]]) -> int:
    """How many there are in all of them together."""
    return len({one for of_run in several for one in of_run})


def _share(count: int, total: int, what: str) -> str:
    if count == total:
        return ""
    return f"{count} of {total} {what}{'' if total == 1 else 's'}"
