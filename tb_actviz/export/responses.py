"""What layers do for inputs, read from event files one record after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tb_actviz.arrays import as_maps, from_maps
from tb_actviz.errors import InputError
from tb_actviz.export.log_index import Records
from tb_actviz.name_patterns import matching_names
from tb_actviz.plugin.errors import UnreadableError
from tb_actviz.records.codec import unpack
from tb_actviz.records.facts import InputFacts, Record
from tb_actviz.records.schema import decode_record


@dataclass(frozen=True)
class Response:
    """What one layer does for one input at one step.

    Args:
        run: Name of the run.
        layer: Layer path.
        step: The step.
        facts: What its record says of the input.
        maps: The activations, (H, W, C); tokens that are patches of a picture in their
            rows and columns.
        is_last: Whether it is the last of its record.
    """

    run: str
    layer: str
    step: int
    facts: InputFacts
    maps: np.ndarray
    is_last: bool

    @property
    def activations(self) -> np.ndarray:
        """In the layer's own shape."""
        return from_maps(unpack(self.facts.packed), self.facts.shape)


@dataclass(frozen=True)
class Responses:
    """The responses that are wanted, read one after another.

    Args:
        held: Run to the records that are wanted.
        inputs: Names of the inputs that are wanted, or globs; None for all.
        problems: What cannot be read, in words; it grows while they are read.
    """

    held: Mapping[str, Records]
    inputs: tuple[str, ...] | None
    problems: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many records there are."""
        return sum(len(of) for records in self.held.values() for of in records.values())

    def all(self) -> Iterator[Response]:
        """Read those of all runs and layers.

        Yields:
            Each; what cannot be read is left out.
        """
        for run, records in self.held.items():
            for layer in records:
                yield from self.of(run, layer)

    def of(self, run: str, layer: str) -> Iterator[Response]:
        """Read those of one layer.

        Args:
            run: Name of the run.
            layer: Layer path.

        Yields:
            Each, step by step; what cannot be read is left out.
        """
        for step, stored in self.held[run][layer].items():
            try:
                record = decode_record(stored.read())
                names = [facts.name for facts in record.inputs]
                wanted = [f for f in record.inputs if self._is_wanted(f.name, names)]
                for facts in wanted:
                    maps = _maps(record, facts)
                    last = facts is wanted[-1]
                    yield Response(run, layer, step, facts, maps, last)
            except (ValueError, UnreadableError) as error:
                self._note(f"step {step} of layer {layer} of run {run}: {error}")

    def _is_wanted(self, name: str, names: Sequence[str]) -> bool:
        if self.inputs is None:
            return True
        for pattern in self.inputs:
            try:
                if name in matching_names("input", [pattern], names, ""):
                    return True
            except InputError:
                continue
        return False

    def _note(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def _maps(record: Record, facts: InputFacts) -> np.ndarray:
    maps = unpack(facts.packed)
    grid = record.layer.token_grid
    if grid is None or record.layer.axes or len(facts.shape) != 2:
        return maps
    rows, columns = grid.size
    return as_maps(from_maps(maps, facts.shape), (rows, columns))
