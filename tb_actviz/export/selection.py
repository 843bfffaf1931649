"""What of a log goes into a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tb_actviz.errors import InputError
from tb_actviz.export.log_index import Log, LoggedRecord, Records
from tb_actviz.export.repacking import input_names
from tb_actviz.export.thinning import records_at
from tb_actviz.layer_paths import INPUT_PATH
from tb_actviz.name_patterns import (
    Steps,
    as_patterns,
    matching_names,
    step_predicate,
)


@dataclass(frozen=True)
class Selection:
    """What is wanted of a log.

    Args:
        runs: Names of runs, globs, or None for all that have activations.
        layers: Layer paths, globs, or None for all.
        steps: A step, several, a predicate, or None for all.
    """

    runs: str | Sequence[str] | None = None
    layers: str | Sequence[str] | None = None
    steps: Steps = None


def select(log: Log, wanted: Selection) -> dict[str, Records]:
    """Find the records that are wanted.

    Args:
        log: What there is.
        wanted: What is wanted of it.

    Returns:
        Run to its records, the layers in the order in which they were logged; with them
        the inputs' own pictures, as they are at these steps.

    Raises:
        InputError: If there are none, or a name matches nothing.
    """
    where = f"in {log.log_dir!r}"
    with_activations = [run for run, found in log.runs.items() if _layers(found.layers)]
    if not with_activations:
        raise InputError(
            f"There are no activations {where}. Name a folder that ActivationCallback, "
            "ActivationLogger or `tb-actviz log` has written to, or one above it."
        )
    runs = matching_names(
        "run", as_patterns("run", wanted.runs), with_activations, where
    )
    known = dict.fromkeys(
        layer for run in runs for layer in _layers(log.runs[run].layers)
    )
    patterns = as_patterns("layer", wanted.layers)
    layers = set(matching_names("layer", patterns, known, where))
    is_wanted = step_predicate(wanted.steps)
    found = {run: _of_run(log.runs[run].layers, layers, is_wanted) for run in runs}
    found = {run: records for run, records in found.items() if records}
    if not found:
        steps = sorted(
            {
                step
                for run in runs
                for of_layer in log.runs[run].layers.values()
                for step in of_layer
            }
        )
        raise InputError(
            f"No layer was logged at these steps. There are steps from {steps[0]} to "
            f"{steps[-1]}, {len(steps)} of them."
        )
    return found


def _layers(layers: Records) -> list[str]:
    return [layer for layer in layers if layer != INPUT_PATH]


def _of_run(
    layers: Records, wanted: set[str], is_wanted: Callable[[int], object]
) -> Records:
    records: Records = {}
    for layer, of_layer in layers.items():
        if layer in wanted:
            chosen = {step: one for step, one in of_layer.items() if is_wanted(step)}
            if chosen:
                records[layer] = dict(sorted(chosen.items()))
    steps = sorted({step for of_layer in records.values() for step in of_layer})
    inputs = layers.get(INPUT_PATH)
    if records and inputs:
        at = records_at(sorted(inputs), steps)
        records[INPUT_PATH] = {step: inputs[step] for step in at}
    return records


def with_inputs(
    held: dict[str, Records], patterns: Sequence[str] | None
) -> dict[str, Records]:
    """Leave out records of other inputs.

    Args:
        held: Run to its records.
        patterns: Names of inputs, globs, or None for all.

    Returns:
        The same without the records that have none of these inputs; those that cannot
        be read stay.

    Raises:
        InputError: If a name matches no input.
    """
    if patterns is None:
        return held
    names = {
        id(record): input_names(record.readable())
        for records in held.values()
        for of_layer in records.values()
        for record in of_layer.values()
    }
    known = dict.fromkeys(name for of_record in names.values() for name in of_record)
    chosen = {*matching_names("input", patterns, known, "in what was logged")}

    def stays(record: LoggedRecord) -> bool:
        of_record = names[id(record)]
        return not of_record or not chosen.isdisjoint(of_record)

    kept: dict[str, Records] = {}
    for run, records in held.items():
        of_run = {
            layer: {step: one for step, one in of_layer.items() if stays(one)}
            for layer, of_layer in records.items()
        }
        of_run = {layer: of_layer for layer, of_layer in of_run.items() if of_layer}
        if _layers(of_run):
            kept[run] = of_run
    return kept
