"""What fits into a page, by what a few records of each layer take."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tb_actviz.export.log_index import Log, LoggedRecord, Records
from tb_actviz.export.repacking import Repacking, repacked, stored_precision
from tb_actviz.export.thinning import Plan, Sizes, evenly, records_at, thin
from tb_actviz.layer_paths import INPUT_PATH
from tb_actviz.plugin.errors import UnreadableError
from tb_actviz.records.codec import PRECISIONS

#: How many records of each layer are looked at; what they hold changes in a training.
_SAMPLES = 5
#: A curve repeats most numbers of the headers.
_HEADER_AND_CURVE = 1.35
#: What the index and the element of an answer take, in bytes.
_ENTRY = 70
_BASE64 = 4 / 3
#: What a point of a scalar takes, deflated and in base64, and how many are held of one.
_POINT, _MOST_POINTS = 9, 1000


def fit(
    log: Log,
    held: Mapping[str, Records],
    keeping: Repacking,
    room: float,
    *,
    in_base64: bool,
) -> Plan:
    """Find what fits into a page.

    Args:
        log: What was logged.
        held: Run to the records that were chosen.
        keeping: What is kept of each of them.
        room: Bytes that there are beside the tab itself.
        in_base64: Whether they stand in the page, and not beside it.

    Returns:
        What stays.

    Raises:
        NothingFitsError: If nothing does.
    """
    left = room - _scalars(log, held)
    first = PRECISIONS.index(most_exact(held, keeping))
    exact = PRECISIONS[first : first + 1]
    sizes = estimate(held, keeping, exact, in_base64=in_base64)
    everything = sum(
        size
        for layers in sizes.values()
        for of_layer in layers.values()
        for size in of_layer[exact[0]].values()
    )
    if everything <= left:
        return thin(sizes, exact, left, INPUT_PATH)
    # To know what other precisions take costs time.
    precisions = PRECISIONS[first:]
    sizes = estimate(held, keeping, precisions, in_base64=in_base64)
    return thin(sizes, precisions, left, INPUT_PATH)


def most_exact(held: Mapping[str, Records], keeping: Repacking) -> str:
    """Find the most exact precision that a page could have.

    Args:
        held: Run to its records.
        keeping: What is kept of them.

    Returns:
        The most exact in which the largest records of layers are stored, or that is
        asked for, if that is less exact.
    """
    asked = PRECISIONS.index(keeping.precision or PRECISIONS[0])
    stored = [
        stored_precision(_largest(of_layer).readable())
        for records in held.values()
        for layer, of_layer in records.items()
        if layer != INPUT_PATH
    ]
    found = min((PRECISIONS.index(one) for one in stored if one), default=0)
    return PRECISIONS[max(asked, found)]


def fitting(held: Mapping[str, Records], plan: Plan) -> dict[str, Records]:
    """Take what fits.

    Args:
        held: Run to its records.
        plan: What stays.

    Returns:
        Run to the records that stay.
    """
    kept: dict[str, Records] = {}
    for run, records in held.items():
        steps = plan.steps[run]
        of_run = {
            layer: {step: of_layer[step] for step in records_at([*of_layer], steps)}
            for layer, of_layer in records.items()
            if layer not in plan.left_out
        }
        of_run = {layer: of_layer for layer, of_layer in of_run.items() if of_layer}
        if of_run.keys() - {INPUT_PATH}:
            kept[run] = of_run
    return kept


def _largest(of_layer: Mapping[int, LoggedRecord]) -> LoggedRecord:
    """The record that matters most: others may hold next to nothing."""
    return max(
        of_layer.values(), key=lambda record: record.event.end - record.event.start
    )


def _scalars(log: Log, held: Mapping[str, Records]) -> float:
    return sum(
        _POINT * min(len(scalar.steps), _MOST_POINTS)
        for run in held
        for scalar in log.runs[run].scalars.values()
    )


@dataclass(frozen=True)
class _Measured:
    """What is left of the bytes of a record of a layer, as a share."""

    header: float
    values: float


def estimate(
    held: Mapping[str, Records],
    keeping: Repacking,
    precisions: Sequence[str],
    *,
    in_base64: bool,
) -> dict[str, dict[str, Sizes]]:
    """Estimate what records take in a page.

    Args:
        held: Run to its records.
        keeping: What is kept of them.
        precisions: Those that are asked about; the first one is the most exact that is
            kept.
        in_base64: Whether they stand in the page, and not beside it.

    Returns:
        Run to layer to precision to step to bytes.
    """
    factor = _BASE64 if in_base64 else 1.0
    sizes: dict[str, dict[str, Sizes]] = {}
    for run, records in held.items():
        sizes[run] = {}
        for layer, of_layer in records.items():
            samples = {
                step: _measure(of_layer[step], keeping, precisions)
                for step in evenly([*of_layer], _SAMPLES)
            }
            sizes[run][layer] = {
                precision: {
                    step: _bytes(record, _nearest(samples, step)[precision], factor)
                    for step, record in of_layer.items()
                }
                for precision in precisions
            }
    return sizes


def _nearest(
    samples: Mapping[int, dict[str, _Measured]], step: int
) -> dict[str, _Measured]:
    """What was measured at the step that is nearest to one."""
    return samples[min(samples, key=lambda sample: abs(sample - step))]


def _bytes(record: LoggedRecord, measured: _Measured, factor: float) -> float:
    """What a record takes, with `factor` for how bodies are written."""
    header, *values = (end - start for start, end in record.parts or [(0, 0)])
    bodies = _HEADER_AND_CURVE * measured.header * header + measured.values * sum(
        values
    )
    return factor * bodies + _ENTRY * len(record.parts)


def _measure(
    record: LoggedRecord, keeping: Repacking, precisions: Sequence[str]
) -> dict[str, _Measured]:
    whole = dict.fromkeys(precisions, _Measured(1.0, 1.0))
    try:
        parts = record.read()
        stored = sum(map(len, parts[1:]))
        if not stored:
            return whole
        found = {}
        for precision in precisions:
            header, *values = repacked(parts, replace(keeping, precision=precision))
            found[precision] = _Measured(
                len(zlib.compress(header)) / len(parts[0]),
                sum(map(len, values)) / stored,
            )
        return found
    except UnreadableError:
        return whole
