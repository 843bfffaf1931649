"""What goes into a page, as TensorBoard's data provider would give it to the plugin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from tensorboard.data.provider import (
    BlobReference,
    BlobSequenceDatum,
    BlobSequenceTimeSeries,
    DataProvider,
    Run,
    RunTagFilter,
    ScalarDatum,
    ScalarTimeSeries,
)

from tb_actviz.export.log_index import (
    Log,
    LoggedRecord,
    LoggedRun,
    LoggedScalar,
    Records,
)
from tb_actviz.export.repacking import Repacking, repacked
from tb_actviz.export.thinning import evenly
from tb_actviz.plugin.errors import UnreadableError
from tb_actviz.plugin.layer_scalars import LAYER_SCALARS
from tb_actviz.records.schema import record_tag

_Listed = dict[str, dict[str, Any]]
_Value = TypeVar("_Value")


class HeldProvider(DataProvider):  # type: ignore[misc]
    """Gives the records of a page, repacked, and the scalars of their log.

    Args:
        log: The log.
        held: Run to the records that the page holds.
        keeping: What is kept of each of them.
    """

    def __init__(
        self, log: Log, held: Mapping[str, Records], keeping: Repacking
    ) -> None:
        self._log = log
        self._keeping = keeping
        self._held = {
            run: {
                record_tag(layer): (layer, of_layer)
                for layer, of_layer in records.items()
            }
            for run, records in held.items()
        }
        #: Run to its scalars, without those of layers that the page does not hold.
        self._scalars = {
            run: _without_layers(found, held.get(run, {}))
            for run, found in log.runs.items()
        }
        self._records = [
            record
            for records in held.values()
            for of_layer in records.values()
            for record in of_layer.values()
        ]
        self._numbers = {id(record): n for n, record in enumerate(self._records)}
        #: The record that was read last, since its parts are asked for one by one.
        self._last: tuple[int, list[bytes]] = -1, []

    def list_runs(self, ctx: Any = None, *, experiment_id: str) -> list[Run]:
        """List the runs."""
        return [Run(run, run, found.began) for run, found in self._log.runs.items()]

    def list_blob_sequences(
        self,
        ctx: Any = None,
        *,
        experiment_id: str,
        plugin_name: str,
        run_tag_filter: RunTagFilter | None = None,
    ) -> _Listed:
        """Describe the tags that have records."""
        return {
            run: {
                tag: BlobSequenceTimeSeries(
                    max_step=max(of_layer),
                    # That of the same record, which the two name together.
                    max_wall_time=of_layer[max(of_layer)].event.wall_time,
                    max_length=max(len(one.parts) for one in of_layer.values()),
                    plugin_content=self._log.runs[run].contents[layer],
                    description="",
                    display_name="",
                )
                for tag, (layer, of_layer) in tags.items()
            }
            for run, tags in _chosen(self._held, run_tag_filter)
        }

    def read_blob_sequences(
        self,
        ctx: Any = None,
        *,
        experiment_id: str,
        plugin_name: str,
        downsample: int | None = None,
        run_tag_filter: RunTagFilter | None = None,
    ) -> _Listed:
        """Name the parts of records."""
        return {
            run: {
                tag: [self._datum(record) for record in of_layer.values()]
                for tag, (_, of_layer) in tags.items()
            }
            for run, tags in _chosen(self._held, run_tag_filter)
        }

    def read_blob(self, ctx: Any = None, *, blob_key: str) -> bytes:
        """Read a part of a record."""
        number, part = map(int, blob_key.split(" "))
        if self._last[0] != number:
            parts = repacked(self._records[number].read(), self._keeping)
            self._last = number, parts
        return self._last[1][part]

    def list_scalars(
        self,
        ctx: Any = None,
        *,
        experiment_id: str,
        plugin_name: str,
        run_tag_filter: RunTagFilter | None = None,
    ) -> _Listed:
        """Describe the tags that have scalars."""
        return {
            run: {
                tag: ScalarTimeSeries(
                    max_step=max(scalar.steps),
                    max_wall_time=max(scalar.wall_times),
                    plugin_content=b"",
                    description="",
                    display_name="",
                )
                for tag, scalar in scalars.items()
            }
            for run, scalars in _chosen(self._scalars, run_tag_filter)
        }

    def read_scalars(
        self,
        ctx: Any = None,
        *,
        experiment_id: str,
        plugin_name: str,
        downsample: int | None = None,
        run_tag_filter: RunTagFilter | None = None,
    ) -> _Listed:
        """Read scalars."""
        return {
            run: {tag: _points(scalar, downsample) for tag, scalar in scalars.items()}
            for run, scalars in _chosen(self._scalars, run_tag_filter)
        }

    def read_last_scalars(
        self,
        ctx: Any = None,
        *,
        experiment_id: str,
        plugin_name: str,
        run_tag_filter: RunTagFilter | None = None,
    ) -> _Listed:
        """Read the last point of each scalar."""
        return {
            run: {tag: points[-1] for tag, points in tags.items()}
            for run, tags in self.read_scalars(
                experiment_id=experiment_id,
                plugin_name=plugin_name,
                run_tag_filter=run_tag_filter,
            ).items()
        }

    def _datum(self, record: LoggedRecord) -> BlobSequenceDatum:
        number = self._numbers[id(record)]
        return BlobSequenceDatum(
            record.step,
            record.event.wall_time,
            tuple(
                BlobReference(f"{number} {part}")
                for part in range(self._parts(number, record))
            ),
        )

    def _parts(self, number: int, record: LoggedRecord) -> int:
        """How many parts a record has in the page."""
        if self._keeping.inputs is None:
            return len(record.parts)
        try:
            parts = repacked(record.read(), self._keeping)
        except UnreadableError:
            return len(record.parts)
        self._last = number, parts
        return len(parts)


def _without_layers(found: LoggedRun, held: Records) -> dict[str, LoggedScalar]:
    """The scalars of a run that are of the training, or of layers that are held."""
    hidden = {
        f"{layer}/{name}"
        for layer in found.layers.keys() - held.keys()
        for name in LAYER_SCALARS
    }
    return {tag: scalar for tag, scalar in found.scalars.items() if tag not in hidden}


def _chosen(
    by_run: Mapping[str, Mapping[str, _Value]], only: RunTagFilter | None
) -> Iterator[tuple[str, dict[str, _Value]]]:
    """The runs that a filter lets pass, with those of their tags that it does."""
    for run, by_tag in by_run.items():
        if only is None or only.runs is None or run in only.runs:
            yield (
                run,
                {
                    tag: value
                    for tag, value in by_tag.items()
                    if only is None or only.tags is None or tag in only.tags
                },
            )


def _points(scalar: LoggedScalar, most: int | None) -> list[ScalarDatum]:
    """All points, or so many at even distances, the last one among them."""
    count = len(scalar.steps)
    chosen = range(count) if most is None else evenly(range(count), max(1, most))
    return [
        ScalarDatum(scalar.steps[i], scalar.wall_times[i], scalar.values[i])
        for i in chosen
    ]
