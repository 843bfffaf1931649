"""Joins capture, analysis, imaging, records and writing: inputs in, summaries out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from types import TracebackType

import keras

from tb_actviz.arrays import Limits, finite_limits
from tb_actviz.capture.execution import Capture
from tb_actviz.capture.inputs import SAMPLES, Inputs
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.preprocessing import Preprocess
from tb_actviz.capture.selection import LayerSelection
from tb_actviz.errors import InputError
from tb_actviz.runs.layer_records import InputPictures
from tb_actviz.runs.options import VIEWS, LogOptions
from tb_actviz.runs.step_summaries import LoggedStep, StepSummaries
from tb_actviz.runs.views import SharedScale
from tb_actviz.runs.watched_model import WatchedModel
from tb_actviz.writing.event_file import check_step
from tb_actviz.writing.remote import open_event_file


class ActivationLogger:
    """Logs a model's activations for TensorBoard.

    Pictures go to the Images tab, statistics and histograms of each layer to the
    Scalars and Histograms tabs, and the values themselves into records for the
    Activations tab. The event file is made when the first of them is written. Use it in
    a `with` statement, or call `close`.

    Args:
        log_dir: Folder of the run: a path, or a URL that fsspec knows, such as
            `s3://bucket/run`, where each step becomes a file of its own.
        model: Any Keras model; one that was never called is built by the first inputs.
        layers: A path, a glob, a layer class, a predicate, or a list of these; None
            takes the convolutions and the activation layers.
        preprocess: `"auto"`, None, or a callable, as for `FeatureExtractor`.
        options: What is logged of each layer.

    Raises:
        InputError: If a layer or channel does not exist, or the folder cannot be
            written to.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        model: keras.Model,
        layers: LayerSelection | None = None,
        *,
        preprocess: Preprocess = "auto",
        options: LogOptions | None = None,
    ) -> None:
        self.options = options or LogOptions()
        self._views = tuple(VIEWS) if self.options.views is None else self.options.views
        self._watched = WatchedModel(
            model,
            layers,
            preprocess=preprocess,
            channels=tuple(self.options.channels),
            class_names=self.options.class_names,
        )
        self._file = open_event_file(log_dir)
        self._pictures = InputPictures()

    @property
    def layers(self) -> tuple[str, ...]:
        """Paths of the layers; empty before the first inputs of an unbuilt model."""
        return tuple(layer.path for layer in self._watched.layers)

    def __call__(
        self,
        inputs: Inputs,
        step: int = 0,
        progress: Callable[[int, int], None] | None = None,
        *,
        samples: int = SAMPLES,
        shared: SharedScale | None = None,
    ) -> LoggedStep:
        """Run the inputs through the model and log every layer.

        All inputs are read and checked before anything is run or written.

        Args:
            inputs: As for `read_inputs`; sizes may differ. Of a dataset or generator
                samples are taken the first time; as long as the same one is passed,
                these samples are used.
            step: Step to log at, at least 0.
            progress: Called with (responses drawn, all responses) while this works.
            samples: How many samples to take of a dataset or generator.
            shared: Scales that these pictures share with those of other steps; None
                for the scales of the options.

        Returns:
            What was written and found.

        Raises:
            InputError: If an input cannot be read or does not fit the model, the step
                cannot be one, or nothing of these inputs and layers is to be logged.
        """
        check_step(step)
        named = self.read(inputs, samples=samples)
        self._check_something_to_log(len(named))
        if self._file.is_deleted:
            self._pictures = InputPictures()
        summaries = StepSummaries(
            self._watched.with_inputs(named),
            self.options,
            step,
            views=self._views,
            pictures=self._pictures,
            shared=shared,
        )
        done, total = 0, len(named) * len(self.layers)
        for read in named:
            # In one expression, so that the activations of one input are gone before
            # those of the next are computed.
            for of_layer in summaries.add(self._watched.run(read)):
                for summary in of_layer:
                    self._file.add(summary, step)
                done += 1
                if progress is not None:
                    progress(done, total)
        for summary in summaries.finish():
            self._file.add(summary, step)
        self._file.flush()
        return summaries.logged

    def read(self, inputs: Inputs, *, samples: int = SAMPLES) -> list[NamedInput]:
        """Read inputs and check that they fit; a model never called is built by them.

        Args:
            inputs: As for a call of the logger.
            samples: How many samples to take of a dataset or generator.

        Returns:
            The inputs, which may be logged any number of times.

        Raises:
            InputError: If an input cannot be read or does not fit the model.
        """
        return self._watched.read(inputs, samples=samples)

    def value_ranges(self, inputs: Sequence[NamedInput]) -> dict[str, Limits | None]:
        """Find between which values the activations lie, without logging them.

        Args:
            inputs: From `read`.

        Returns:
            Layer path to the smallest and largest finite value over all inputs, None
            where nothing is finite; also for the layers before activations that are
            shown with them.

        Raises:
            InputError: If the model fails on an input.
        """
        shown = self._watched.shown
        found: dict[str, Limits | None] = dict.fromkeys(shown)
        for named in inputs:
            captured = self._watched.run(named)
            for path in shown:
                found[path] = joined_ranges(found[path], finite_limits(captured[path]))
        return found

    def recompile(self) -> None:
        """Forget the compiled pass.

        It follows the model's weights by itself, but not values that a layer makes
        constants of, such as the statistics of `Normalization`.
        """
        self._watched.recompile()

    @property
    def event_file(self) -> str | None:
        """Path of the event file, None before anything was written.

        On another machine it is the URL of the last one.
        """
        return None if self._file.path is None else str(self._file.path)

    def describe(self) -> Capture:
        """Tell how the activations are captured; printed, it is text for people.

        Returns:
            As `FeatureExtractor.describe`.

        Raises:
            InputError: If that is not known before the first inputs.
        """
        return self._watched.describe()

    def close(self) -> None:
        """Close the event file; closing again does nothing."""
        self._file.close()

    def __enter__(self) -> ActivationLogger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _check_something_to_log(self, inputs: int) -> None:
        """Refuse views that show nothing of these inputs and layers."""
        some = {
            "channels": True,
            "strongest": True,
            "chosen": bool(self.options.channels),
            "relu": any(layer.before for layer in self._watched.layers),
            "inputs": inputs > 1,
        }
        options = self.options
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
