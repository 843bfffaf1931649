"""TensorBoard's own provider in this process, and a run of one layer for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plugin.writing_records import maps, record, write_events
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import (
    EventMultiplexer,
)

from tb_actviz.records.schema import encode_record, record_summary

NAME = "events.out.tfevents.1700000000.host"


class Watched:
    """TensorBoard's provider, which counts what it is asked.

    `before` is called with the name of each method before it answers.
    """

    def __init__(self, log_dir: Path) -> None:
        self.log_dir = log_dir
        self.asked: Counter[str] = Counter()
        self.before: Callable[[str], object] = lambda name: None
        self.load()

    def load(self) -> None:
        """Forget everything and read what there is."""
        self.multiplexer = EventMultiplexer(tensor_size_guidance={"activations": 100})
        self.multiplexer.AddRunsFromDirectory(str(self.log_dir)).Reload()
        self.provider = MultiplexerDataProvider(self.multiplexer, str(self.log_dir))

    def list_runs(self, *values: Any, **arguments: Any) -> Any:
        return self.provider.list_runs(*values, **arguments)

    def list_blob_sequences(self, *values: Any, **arguments: Any) -> Any:
        self.note("list")
        return self.provider.list_blob_sequences(*values, **arguments)

    def read_blob_sequences(self, *values: Any, **arguments: Any) -> Any:
        self.note("series")
        return self.provider.read_blob_sequences(*values, **arguments)

    def read_blob(self, *values: Any, **arguments: Any) -> Any:
        self.note("part")
        return self.provider.read_blob(*values, **arguments)

    def read_scalars(self, *values: Any, **arguments: Any) -> Any:
        self.note("scalars")
        return self.provider.read_scalars(*values, **arguments)

    def note(self, name: str) -> None:
        self.asked[name] += 1
        self.before(name)

    def counted(self) -> dict[str, int]:
        counts, self.asked = dict(self.asked), Counter()
        return counts


def write(log_dir: Path, run: str, times: list[float], seed: int = 0) -> None:
    """A run of one layer `conv` with one step for each wall time."""
    write_events(
        log_dir / run / NAME,
        [
            (
                time,
                step,
                record_summary("conv", record("conv", step, inputs(seed, step))),
            )
            for step, time in enumerate(times)
        ],
    )


def inputs(seed: int, step: int) -> list[Any]:
    return [maps(seed + step), maps(seed + step + 1)]


def stored(seed: int, step: int) -> list[bytes]:
    return encode_record(record("conv", step, inputs(seed, step)))
