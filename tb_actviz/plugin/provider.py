"""TensorBoard's data provider, asked so that no answer can do harm.

There are two: one asks the data server, which is written in Rust, the other one looks
into what Python has loaded. They differ in order, in errors, and in what they make of
malformed tensors.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tensorboard.data.provider import DataProvider, RunTagFilter

from tb_actviz.plugin.errors import GONE, MissingError, UnreadableError, translated
from tb_actviz.records.facts import MAX_INPUTS
from tb_actviz.records.schema import PLUGIN_NAME, activation_of_tag

#: A header and the values of each input.
MAX_PARTS = 1 + MAX_INPUTS
# More than is ever kept: 0, which means all elsewhere, would give none here.
_ALL = 2**31 - 1
# The Python loader names a tag a moment before it has its first record.
_ATTEMPTS, _MOMENT = 3, 0.02
_NO_STRINGS = "The record is not a list of strings"

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class RequestContext:
    """Who asks for what experiment, as TensorBoard reads it from a request.

    Args:
        context: TensorBoard's context of the request.
        experiment: TensorBoard's name of the experiment, often empty.
    """

    context: Any
    experiment: str


@dataclass(frozen=True)
class TagFacts:
    """What is known of the records of a tag without reading any.

    Args:
        last_step: The largest step.
        last_wall_time: The latest wall time, in seconds since 1970.
        most_parts: How many parts the longest record has, or claims to have.
        activation: Path of the layer that is the activation of this pre-activation;
            None where nothing says so.
    """

    last_step: int
    last_wall_time: float
    most_parts: int
    activation: str | None = None


@dataclass(frozen=True)
class StoredRecord:
    """One record, not yet read.

    Args:
        step: Its step.
        wall_time: When it was written, in seconds since 1970.
        keys: What the provider knows its parts by.
    """

    step: int
    wall_time: float
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Listing:
    """All runs.

    Args:
        tags: Run to tag to what is known of it.
        unlisted: Run to why its tags are not known.
    """

    tags: dict[str, dict[str, TagFacts]]
    unlisted: dict[str, str]


class Provider:
    """Asks the data provider for records.

    Every method raises a `RefusalError` where it cannot answer: `UnavailableError`
    where the provider cannot, `TooLargeError` where the answer does not fit through.

    Args:
        provider: TensorBoard's.
    """

    def __init__(self, provider: DataProvider) -> None:
        self._provider = provider

    def tags(self, asker: RequestContext) -> Listing:
        """List the tags of all runs.

        Returns:
            The tags that have records, in any order.
        """
        try:
            return Listing(patiently(lambda: self._list(asker, None)), {})
        except KeyError:
            return self._tags_run_by_run(asker)

    def tag(self, asker: RequestContext, run: str, tag: str) -> TagFacts:
        """Return what is known of a tag.

        Returns:
            What is known.

        Raises:
            MissingError: If there is no such run or tag.
        """
        only = RunTagFilter(runs=[run], tags=[tag])
        try:
            tags = patiently(lambda: self._list(asker, only))
        except KeyError:
            raise MissingError(f"Run {run!r:.80}, tag {tag!r:.80}: {GONE}") from None
        if tag not in tags.get(run, {}):
            raise MissingError(f"There is no tag {tag!r:.80} in a run {run!r:.80}.")
        return tags[run][tag]

    def tags_of(self, asker: RequestContext, run: str) -> list[str]:
        """List the tags of one run that have records.

        Returns:
            The tags, in any order.

        Raises:
            MissingError: If there is no such run, or it has none.
            UnreadableError: If they are not known.
        """
        only = RunTagFilter(runs=[run], tags=None)
        try:
            tags = patiently(lambda: self._list(asker, only))
        except KeyError as error:
            raise UnreadableError(_unlisted(error)) from None
        if not tags.get(run):
            raise MissingError(f"There is no run {run!r:.80} with activations.")
        return [*tags[run]]

    def kept(
        self, asker: RequestContext, run: str, tag: str
    ) -> tuple[StoredRecord, ...]:
        """List the records of a tag that TensorBoard kept.

        The time and memory this takes grow with what records claim to hold: look at
        `TagFacts.most_parts` first.

        Returns:
            The records, by step.

        Raises:
            MissingError: If there is no such run or tag.
        """
        try:
            with translated():
                by_run = self._provider.read_blob_sequences(
                    asker.context,
                    experiment_id=asker.experiment,
                    plugin_name=PLUGIN_NAME,
                    downsample=_ALL,
                    run_tag_filter=RunTagFilter(runs=[run], tags=[tag]),
                )
            series = by_run[run][tag]
        except KeyError:
            raise MissingError(f"Run {run!r:.80}, tag {tag!r:.80}: {GONE}") from None
        return tuple(
            StoredRecord(
                datum.step,
                datum.wall_time,
                tuple(part.blob_key for part in datum.values),
            )
            for datum in sorted(series, key=lambda datum: datum.step)
        )

    def part(self, asker: RequestContext, run: str, tag: str, key: str) -> bytes:
        """Read one part of a record.

        Args:
            asker: Who asks.
            run: Name of the run.
            tag: The tag.
            key: From `StoredRecord` of that run and tag, never from a request.

        Returns:
            The part.

        Raises:
            MissingError: If it is gone.
            UnreadableError: If it is something else than bytes.
        """
        try:
            with translated():
                data = self._provider.read_blob(asker.context, blob_key=key)
        except (IndexError, TypeError, ValueError) as error:
            # A tensor of another shape than it says, or of a type that is unknown.
            reason = str(error).rstrip(".")
            raise UnreadableError(f"{_NO_STRINGS}: {reason:.200}.") from None
        except KeyError:
            # It is gone, or the Python loader has no word for the tensor's type.
            self.tag(asker, run, tag)
            raise UnreadableError(f"{_NO_STRINGS}.") from None
        if not isinstance(data, bytes):
            raise UnreadableError(f"{_NO_STRINGS}, but of {type(data).__name__}.")
        return data

    def _list(
        self, asker: RequestContext, only: RunTagFilter | None
    ) -> dict[str, dict[str, TagFacts]]:
        with translated():
            by_run = self._provider.list_blob_sequences(
                asker.context,
                experiment_id=asker.experiment,
                plugin_name=PLUGIN_NAME,
                run_tag_filter=only,
            )
        return {
            run: {
                tag: TagFacts(
                    facts.max_step,
                    facts.max_wall_time,
                    facts.max_length,
                    activation_of_tag(facts.plugin_content),
                )
                for tag, facts in tags.items()
                if facts.max_length is not None  # else all its records were purged
            }
            for run, tags in by_run.items()
        }

    def _tags_run_by_run(self, asker: RequestContext) -> Listing:
        """Leave out the runs that the Python loader fails at."""
        with translated():
            runs = self._provider.list_runs(
                asker.context, experiment_id=asker.experiment
            )
        listing = Listing({}, {})
        for run in runs:
            only = RunTagFilter(runs=[run.run_name], tags=None)
            try:
                listing.tags.update(self._list(asker, only))
            except KeyError as error:
                listing.unlisted[run.run_name] = _unlisted(error)
        return listing


def _unlisted(error: KeyError) -> str:
    return f"TensorBoard cannot list it: a tag has no data ({error!s:.80})."


def patiently(ask: Callable[[], _Answer]) -> _Answer:
    """Ask again where what was just listed is not there.

    Args:
        ask: Asks the data provider.

    Returns:
        The answer.

    Raises:
        KeyError: If it is still not there.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return ask()
        except KeyError:
            time.sleep(_MOMENT)
    return ask()
