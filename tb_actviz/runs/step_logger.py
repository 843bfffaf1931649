"""Logs activations step by step, on the calling thread."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.arrays import Limits, finite_limits
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.errors import InputError
from tb_actviz.progress import Report
from tb_actviz.runs.logged_step import LoggedStep
from tb_actviz.runs.messages import Messages
from tb_actviz.runs.options import VIEWS, LogOptions
from tb_actviz.runs.step_summaries import StepSummaries
from tb_actviz.runs.tracker_feed import PageWriter, open_feed
from tb_actviz.runs.views import SharedScale
from tb_actviz.runs.watched_layers import Watched
from tb_actviz.runs.written_before import WrittenBefore
from tb_actviz.trackers.contents import is_for_trackers
from tb_actviz.trackers.feed import TrackerFeed
from tb_actviz.writing.event_file import check_step
from tb_actviz.writing.names import as_place
from tb_actviz.writing.remote import open_event_file


class StepLogger:
    """Writes the activations for inputs to one run, a step at a time.

    Args:
        log_dir: Folder of the run: a path, or a URL that fsspec knows.
        options: What is logged of each layer.
        write_page: Writes the page of a run, which the options may ask for.

    Raises:
        InputError: If the folder cannot be written to.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        options: LogOptions,
        write_page: PageWriter,
    ) -> None:
        self._write_page = write_page
        self._options = options
        self._views = tuple(VIEWS) if options.views is None else options.views
        self._file = open_event_file(log_dir)
        self._folder = as_place(log_dir)
        self._trackers: TrackerFeed | None = None
        self._messages = Messages()
        self._before = WrittenBefore()

    @property
    def event_file(self) -> str | None:
        """Path or URL of the event file, None before anything was written."""
        return None if self._file.path is None else str(self._file.path)

    def log(
        self,
        source: Watched,
        inputs: Sequence[NamedInput],
        step: int,
        report: Report,
        shared: SharedScale | None = None,
    ) -> LoggedStep:
        """Write what is to be logged of inputs and layers.

        Args:
            source: What gives the activations: a model, or arrays that were given.
            inputs: Those that it gives them for, at least one.
            step: Step to log at, at least 0.
            report: Called with (responses drawn, all responses).
            shared: Scales that these pictures share with those of other steps; None
                for the scales of the options.

        Returns:
            What was logged.

        Raises:
            InputError: If the step cannot be one, or nothing of these inputs and layers
                is to be logged.
        """
        check_step(step)
        self._check_something_to_log(source, len(inputs))
        if self._file.is_deleted:
            self._before = WrittenBefore()
        watched = source.with_inputs(inputs)
        summaries = StepSummaries(
            watched,
            self._options,
            step,
            views=self._views,
            before=self._before,
            shared=shared,
        )
        total = sum(len(watched.layers_of[named.part]) for named in inputs)
        # Mapped, so that the activations of one input are gone before those of the next
        # are computed.
        layers = chain.from_iterable(map(summaries.add, source.run_each(inputs)))
        if self._trackers is None:
            self._trackers = open_feed(
                self._options,
                self._folder,
                source,
                inputs,
                self._messages,
                self._write_page,
            )
        kept: list[Summary] = []
        for done, of_layer in enumerate(layers, start=1):
            kept += self._written(of_layer, step)
            report(done, total)
        kept += self._written(summaries.finish(), step)
        self._file.flush()
        if self._trackers is not None:
            self._trackers.log(kept, step)
        return summaries.logged

    def _written(self, summaries: Iterable[Summary], step: int) -> Iterator[Summary]:
        """Write them; yields those that trackers are given as well."""
        for summary in summaries:
            self._file.add(summary, step)
            if self._trackers is not None and is_for_trackers(summary):
                yield summary

    def close(self) -> None:
        """Close the event file, and wait for trackers; again, it does nothing."""
        self._file.close()
        trackers, self._trackers = self._trackers, None
        if trackers is not None:
            trackers.close()

    def _check_something_to_log(self, source: Watched, inputs: int) -> None:
        """Refuse views that show nothing of these inputs and layers."""
        some = {
            "channels": True,
            "strongest": True,
            "chosen": any(layer.channels for layer in source.layers),
            "relu": any(layer.before for layer in source.layers),
            "inputs": inputs > 1,
        }
        options = self._options
        if not (
            self._views or options.records or options.scalars or options.histograms
        ):
            raise InputError(
                "There is nothing to log: the options ask for no views, records, "
                "scalars or histograms."
            )
        if self._views and not any(some[view] for view in self._views):
            raise InputError(
                f"There is nothing to draw of {', '.join(self._views)}: chosen "
                "needs channels, relu an activation layer, inputs two inputs."
            )


def value_ranges(
    source: Watched, inputs: Sequence[NamedInput]
) -> dict[str, Limits | None]:
    """Find between which values the activations lie, without logging them.

    Args:
        source: What gives the activations.
        inputs: Those that it gives them for, at least one.

    Returns:
        Layer path to the smallest and largest finite value over all inputs, None
        where nothing is finite; also for the layers before activations that are
        shown with them.

    Raises:
        InputError: If the model fails on an input.
    """
    shown = source.shown
    ranges: dict[str, Limits | None] = dict.fromkeys(shown)
    for captured in source.run_each(inputs):
        for path in shown & captured.keys():
            limits = finite_limits(captured[path])
            ranges[path] = joined_ranges(ranges[path], limits)
    return ranges


def joined_ranges(first: Limits | None, second: Limits | None) -> Limits | None:
    """Find the range that holds two others.

    Args:
        first: (smallest, largest), or None for nothing.
        second: Another one.

    Returns:
        The range of both, None where both are nothing.
    """
    if first is None or second is None:
        return first or second
    return min(first[0], second[0]), max(first[1], second[1])
