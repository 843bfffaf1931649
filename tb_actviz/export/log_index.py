"""Where everything that the tab shows lies in the event files of a log directory.

Values stay in their files until they are needed, so that memory does not grow with
them.
"""

from __future__ import annotations

import math
import os
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util import tensor_util

from tb_actviz.errors import InputError
from tb_actviz.plugin.errors import UnreadableError
from tb_actviz.records.facts import MAX_INPUTS
from tb_actviz.records.schema import PLUGIN_NAME, TAG_SUFFIX
from tb_actviz.writing.event_file import FOOT, is_intact
from tb_actviz.writing.names import as_folder, is_remote
from tb_actviz.writing.reader import (
    DamagedFileError,
    Source,
    StoredEvent,
    StoredFile,
    runs_below,
    scan,
)
from tb_actviz.writing.stored_values import StoredValue, strings_in, values_in

_SCALARS = "scalars"
_SUFFIX = f"/{TAG_SUFFIX}"
#: More is kept of no tag for its plugin.
_LONGEST_CONTENT = 1 << 14
#: No number takes more, with all that may be said of it.
_LONGEST_SCALAR = 1 << 16


@dataclass(frozen=True, slots=True)
class LoggedRecord:
    """Where one record is.

    Args:
        file: The event file.
        event: The event that holds it.
        parts: Where each of its parts starts and ends; of a record that claims to have
            more than can be read, one more than that.
    """

    file: StoredFile
    event: StoredEvent
    parts: tuple[tuple[int, int], ...]

    @property
    def step(self) -> int:
        """Its step."""
        return self.event.step

    def read(self) -> list[bytes]:
        """Read its parts.

        Returns:
            The header, and the values of each input, deflated.

        Raises:
            UnreadableError: If it is damaged, or its file cannot be read.
        """
        start, end = self.event.start, self.event.end
        try:
            data = self.file.read(start, end + FOOT)
        except OSError as error:
            raise UnreadableError(f"Its file cannot be read: {error}.") from None
        if not is_intact(data[: end - start], data[end - start :]):
            raise UnreadableError("The record is damaged: its checksum is another one.")
        return [data[first - start : last - start] for first, last in self.parts]

    def readable(self) -> list[bytes]:
        """Read its parts, as far as that can be.

        Returns:
            As `read`; nothing where that fails.
        """
        try:
            return self.read()
        except UnreadableError:
            return []


#: Layer path to step to record.
Records = dict[str, dict[int, LoggedRecord]]


@dataclass(frozen=True)
class LoggedScalar:
    """A number over the steps of a run, as it was written.

    Args:
        steps: The step of each.
        wall_times: When each was written, in seconds since 1970.
        values: The numbers; NaN stands for what is none.
    """

    steps: array[int] = field(default_factory=lambda: array("q"))
    wall_times: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))


@dataclass
class LoggedRun:
    """What a run holds.

    Args:
        layers: Layer path to step to the record that was written last.
        contents: Layer path to what is kept of its tag for the plugin.
        scalars: Tag to its numbers.
        began: When its first event was written, in seconds since 1970; None where it
            has none.
    """

    layers: Records = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    scalars: dict[str, LoggedScalar] = field(default_factory=dict)
    began: float | None = None


@dataclass(frozen=True)
class Log:
    """What a log directory holds.

    Args:
        log_dir: The directory, as it was named.
        runs: Name of the run to what it holds.
        problems: What could not be read, in words.
    """

    log_dir: str
    runs: dict[str, LoggedRun]
    problems: tuple[str, ...]

    def renamed(self, log_dir: str, runs: Mapping[str, str]) -> Log:
        """Call it and some of its runs something else.

        Args:
            log_dir: What to call the directory.
            runs: Name of a run to what to call it.

        Returns:
            The same log under these names.
        """
        named = {runs.get(run, run): found for run, found in self.runs.items()}
        return Log(log_dir, named, self.problems)


def index_log(log_dir: str | os.PathLike[str]) -> Log:
    """Find all records and scalars of a log directory.

    A damaged file counts up to where it is damaged, and one that is still being written
    up to its last whole record.

    Args:
        log_dir: Folder with one run or many in it, a path or a URL.

    Returns:
        What there is.

    Raises:
        InputError: If there is no such folder.
        OSError: If another machine cannot be reached.
    """
    name = _as_text(os.fspath(log_dir))
    if not is_remote(log_dir) and not as_folder(log_dir).is_dir():
        raise InputError(
            f"The log directory {name!r} is not a folder. Name the one that was logged "
            "to, or one above it."
        )
    runs: dict[str, LoggedRun] = {}
    problems: list[str] = []
    for folder, files in runs_below(log_dir).items():
        run = _as_text(folder)
        runs[run] = LoggedRun()
        for file in files:
            try:
                _index_file(file, runs[run])
            except (OSError, DamagedFileError) as error:
                name_of_file = _as_text(file.name)
                problems.append(f"{name_of_file} of run {run} ends early: {error}")
    return Log(name, runs, tuple(problems))


def _as_text(name: str) -> str:
    """A name that can be shown, where a folder's bytes are no text."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _index_file(file: StoredFile, run: LoggedRun) -> None:
    with file.open() as opened:
        source = Source(opened, file.size)
        for event in scan(source):
            if run.began is None:
                run.began = event.wall_time
            for value in values_in(source, event):
                if value.plugin == PLUGIN_NAME:
                    _add_record(run, file, source, event, value)
                elif value.simple or value.plugin == _SCALARS:
                    _add_scalar(run, source, event, value)
                elif value.tag in run.scalars and value.tensor is not None:
                    # Of a tag that was described before.
                    _add_scalar(run, source, event, value)


def _add_record(
    run: LoggedRun,
    file: StoredFile,
    source: Source,
    event: StoredEvent,
    value: StoredValue,
) -> None:
    layer = value.tag.removesuffix(_SUFFIX)
    if layer == value.tag:
        return
    parts = tuple(_parts(source, value))
    of_layer = run.layers.setdefault(layer, {})
    of_layer[event.step] = LoggedRecord(file, event, parts)
    if layer not in run.contents:
        content = b""
        if value.content and value.content[1] - value.content[0] <= _LONGEST_CONTENT:
            content = source.read(*value.content)
        run.contents[layer] = content


def _parts(source: Source, value: StoredValue) -> Iterator[tuple[int, int]]:
    if value.tensor is None:
        return
    try:
        for count, part in enumerate(strings_in(source, value.tensor)):
            yield part
            if count > MAX_INPUTS:
                return
    except ValueError:
        return


def _add_scalar(
    run: LoggedRun, source: Source, event: StoredEvent, value: StoredValue
) -> None:
    if value.end - value.start > _LONGEST_SCALAR:
        return
    try:
        read = Summary.Value.FromString(source.read(value.start, value.end))
        number = (
            read.simple_value
            if value.simple
            else float(tensor_util.make_ndarray(read.tensor).item())
        )
    except (DecodeError, KeyError, TypeError, ValueError):
        number = math.nan
    scalar = run.scalars.setdefault(value.tag, LoggedScalar())
    scalar.steps.append(event.step)
    scalar.wall_times.append(event.wall_time)
    # As float32, which event files of TensorBoard hold.
    scalar.values.append(float(np.float32(number)))
