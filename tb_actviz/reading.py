"""What was logged, read back from event files as arrays."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.arrays import from_maps
from tb_actviz.errors import InputError, near_matches
from tb_actviz.name_patterns import Steps, as_patterns, matching_names, step_predicate
from tb_actviz.notebook_output import html_table
from tb_actviz.records.codec import unpack
from tb_actviz.records.facts import Record
from tb_actviz.records.schema import PLUGIN_NAME, RecordError, decode_record, record_tag
from tb_actviz.writing.event_file import FOOT, is_intact
from tb_actviz.writing.names import as_folder, is_remote, step_in
from tb_actviz.writing.reader import (
    DamagedFileError,
    LocalFile,
    Source,
    StoredEvent,
    StoredFile,
    runs_below,
    scan,
)
from tb_actviz.writing.stored_values import values_in

_SUFFIX = record_tag("")


@dataclass(frozen=True)
class StoredActivations:
    """What one layer does for all inputs, at one step of one run.

    Args:
        run: Path of its folder below the log directory, `.` for the directory itself;
            TensorBoard's name for it.
        layer: Layer path; `:input` for the pictures that were fed to the model.
        step: The step.
        wall_time: When it was written, in seconds since 1970.
        record: All that was logged besides the values: class and kind of the layer,
            and for each input dtype, statistics, strongest channels, predictions.

    Example:
        >>> stored = next(av.read_records("runs", layers="conv1"))
        >>> stored.run, stored.layer, stored.step
        ('face', 'conv1', 0)
        >>> stored.activations["face"].shape
        (64, 64, 8)
    """

    run: str
    layer: str
    step: int
    wall_time: float
    record: Record = field(repr=False)

    @property
    def activations(self) -> Mapping[str, NDArray[np.float32]]:
        """Input name to activations: float32, in the layer's own shape, channels last.

        There is no batch axis: (H, W, C), (T, C), (C,) and so on. Values are inflated
        when one is asked for, each time anew. Those of a damaged record raise a
        `RecordError`, which is a `ValueError`.
        """
        return _Activations(self)


def read_records(
    log_dir: str | os.PathLike[str],
    *,
    runs: str | Sequence[str] | None = None,
    layers: str | Sequence[str] | None = None,
    steps: Steps = None,
) -> Iterator[StoredActivations]:
    """Read the activations that were logged.

    It needs neither Keras nor TensorFlow. The beginnings of all records are read at
    once, and each record when it is its turn. What other programs logged is passed
    over. A damaged file counts as far as it can be read, and a record that cannot be
    read is left out, both with a warning. A file that is still being written counts up
    to its last whole record.

    Args:
        log_dir: Folder with one run or many in it, a path or a URL.
        runs: A run's name, a glob, or a list of these; None for all.
        layers: A layer path, a glob, or a list of these; None for all.
        steps: A step, several steps such as `range(0, 1000, 100)`, a predicate, or None
            for all.

    Returns:
        What was logged: by name of the run, then by layer in the order in which the run
        has them, then by step. Where a step was logged several times, what was written
        last counts, that is, what the last file in the order of names holds. Pictures
        that were fed to the model are those of a layer `:input`. In a notebook it lists
        itself as a table, without reading them.

    Raises:
        InputError: If there is no such folder, if a run or layer matches nothing, or
            if an argument is something else.
        OSError: If another machine cannot be reached.

    Example:
        >>> for stored in av.read_records("runs", layers="*conv1", steps=range(100)):
        ...     maps = stored.activations["face"]
        ...     print(stored.run, stored.layer, stored.step, maps.shape)
        face conv1 0 (64, 64, 8)
        face relu_conv1 0 (64, 64, 8)
    """
    run_patterns, layer_patterns = (
        as_patterns("run", runs),
        as_patterns("layer", layers),
    )
    is_wanted = step_predicate(steps)
    if not is_remote(log_dir) and not as_folder(log_dir).is_dir():
        raise InputError(
            f"The log directory {os.fspath(log_dir)!r} is not a folder. Name the one "
            "that was logged to, or one above it."
        )
    files = runs_below(log_dir)
    chosen = matching_names("run", run_patterns, files, f"in {os.fspath(log_dir)!r}")
    by_run = {run: _find(files[run], is_wanted) for run in chosen}
    known = dict.fromkeys(layer for of_layers in by_run.values() for layer in of_layers)
    where = "in what was logged" + ("" if steps is None else " at these steps")
    wanted = set(matching_names("layer", layer_patterns, known, where))
    found = {
        run: {layer: steps for layer, steps in of_layers.items() if layer in wanted}
        for run, of_layers in by_run.items()
    }
    return StoredRecords({run: layers for run, layers in found.items() if layers})


@dataclass(frozen=True, slots=True)
class _Found:
    """Where one record is."""

    file: StoredFile
    event: StoredEvent
    #: Where the value of its summary starts and ends.
    value: tuple[int, int]


#: Step to its records, first written first.
_OfSteps: TypeAlias = dict[int, list[_Found]]


class StoredRecords(Iterator[StoredActivations]):
    """Records that are read one after another, listed as a table in a notebook.

    Args:
        found: Run to layer to step to its records.
    """

    def __init__(self, found: Mapping[str, Mapping[str, _OfSteps]]) -> None:
        self._found = found
        self._records = (
            stored
            for run, of_layers in found.items()
            for layer, of_steps in of_layers.items()
            for step in sorted(of_steps)
            for stored in _last_readable(run, layer, of_steps[step])
        )

    def __next__(self) -> StoredActivations:
        return next(self._records)

    def _repr_html_(self) -> str:
        rows = [
            (run, layer, len(steps), min(steps), max(steps))
            for run, of_layers in self._found.items()
            for layer, steps in of_layers.items()
        ]
        return html_table(("run", "layer", "steps", "first", "last"), rows)


class _Activations(Mapping[str, NDArray[np.float32]]):
    """Inflates the values of an input when asked for."""

    def __init__(self, stored: StoredActivations) -> None:
        self._of = f"{stored.layer!r} at step {stored.step} of run {stored.run!r}"
        self._inputs = {facts.name: facts for facts in stored.record.inputs}

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        if name not in self._inputs:
            raise KeyError(
                f"There is no input {name!r}. {near_matches(str(name), self._inputs)}"
            )
        try:
            facts = self._inputs[name]
            return from_maps(unpack(facts.packed), facts.shape)
        except ValueError as error:
            raise RecordError(
                f"The values of {self._of} for {name!r} cannot be read: {error}"
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._inputs)

    def __len__(self) -> int:
        return len(self._inputs)

    def __repr__(self) -> str:
        shapes = ", ".join(
            f"{name!r}: {tuple(facts.shape)}" for name, facts in self._inputs.items()
        )
        return f"<activations of {self._of}: {shapes}>"


def _find(
    files: Sequence[StoredFile], is_wanted: Callable[[int], object]
) -> dict[str, _OfSteps]:
    """Find the records of a run: layer to step to the records, first written first."""
    by_layer: dict[str, _OfSteps] = {}
    for file in files:
        # On other machines the step is in the name: no file is fetched in vain.
        named = None if isinstance(file, LocalFile) else step_in(file.name)
        if named is not None and not is_wanted(named):
            continue
        for layer, stored in _records_in(file):
            if is_wanted(stored.event.step):
                of_layer = by_layer.setdefault(layer, {})
                of_layer.setdefault(stored.event.step, []).append(stored)
    return by_layer


def _records_in(file: StoredFile) -> Iterator[tuple[str, _Found]]:
    try:
        with file.open() as opened:
            source = Source(opened, file.size)
            for event in scan(source):
                for value in values_in(source, event):
                    if value.plugin == PLUGIN_NAME and value.tag.endswith(_SUFFIX):
                        layer = value.tag.removesuffix(_SUFFIX)
                        yield layer, _Found(file, event, (value.start, value.end))
    except (OSError, DamagedFileError) as error:
        _warn(
            f"{file.path} cannot be read to its end: {error}. What comes before counts."
        )


def _last_readable(
    run: str, layer: str, several: Sequence[_Found]
) -> Iterator[StoredActivations]:
    """The last of several records of one step that can be read, if any."""
    for stored in reversed(several):
        step = stored.event.step
        try:
            record = _record(stored)
        except (OSError, RecordError) as error:
            _warn(
                f"The record of {layer!r} at step {step} of run {run!r}, in "
                f"{stored.file.path}, cannot be read: {error} It is left out."
            )
        else:
            yield StoredActivations(run, layer, step, stored.event.wall_time, record)
            return


def _record(stored: _Found) -> Record:
    start, end = stored.event.start, stored.event.end
    data = stored.file.read(start, end + FOOT)
    if not is_intact(data[: end - start], data[end - start :]):
        raise RecordError("It is damaged: its checksum is another one.")
    first, last = stored.value
    try:
        value = Summary.Value.FromString(data[first - start : last - start])
    except DecodeError as error:
        raise RecordError(f"It is not a summary: {error}.") from None
    return decode_record(value.tensor.string_val)


def _warn(text: str) -> None:
    warnings.warn(text, stacklevel=3)
