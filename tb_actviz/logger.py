"""Joins capture, analysis, imaging and writing: pictures in, image summaries out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any

import keras
import numpy as np

from tb_actviz.analysis.channels import strongest_channels
from tb_actviz.capture.calls import Call
from tb_actviz.capture.description import Capture
from tb_actviz.capture.inputs import SAMPLES, Inputs, read_inputs
from tb_actviz.capture.layers import (
    LayerSelection,
    activation_pairs,
    select_calls,
    select_default,
)
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.passes import ForwardPass
from tb_actviz.capture.preprocessing import Preprocess
from tb_actviz.capture.streams import is_stream
from tb_actviz.capture.text import by
from tb_actviz.errors import InputError
from tb_actviz.imaging.maps import as_maps
from tb_actviz.imaging.montage import input_comparison
from tb_actviz.imaging.normalize import Limits, finite_limits
from tb_actviz.imaging.png import encode_png
from tb_actviz.views import VIEWS, LogOptions, Response, SharedScale, draw
from tb_actviz.writing.event_file import EventFile, check_step
from tb_actviz.writing.summaries import image_summary


@dataclass(frozen=True)
class Logged:
    """What one call of the logger wrote and found.

    Args:
        step: The step it was logged at.
        inputs: The inputs as they were read.
        tags: Tags of the pictures, in the order they were written.
        strongest: Layer path to input name to (channel, maximum), strongest first.
        predictions: Input name to the model's output, float32, shape (classes,);
            empty where the output is no vector.
        preprocess: Name of what pictures went through before the model, or why
            nothing.
    """

    step: int
    inputs: tuple[NamedInput, ...]
    tags: list[str] = field(default_factory=list)
    strongest: dict[str, dict[str, list[tuple[int, float]]]] = field(
        default_factory=dict
    )
    predictions: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    preprocess: str = ""


@dataclass(frozen=True, eq=False)
class _Compared:
    """The channels of one layer that are compared between inputs, for one of them."""

    maps: np.ndarray
    shape: tuple[int, ...]


class ActivationLogger:
    """Logs pictures of a model's activations for TensorBoard's Images tab.

    The event file is made when the first picture is written. Use it in a `with`
    statement, or call `close`.

    Args:
        log_dir: Folder of the run.
        model: Any Keras model; one that was never called is built by the first inputs.
        layers: A path, a glob, a layer class, a predicate, or a list of these; None
            takes the convolutions and the activation layers.
        preprocess: `"auto"`, None, or a callable, as for `FeatureExtractor`.
        options: What is drawn of each layer.

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
        #: Paths of the layers; empty before the first inputs of an unbuilt model.
        self.layers: tuple[str, ...] = ()
        self._selection = layers
        self._before: dict[str, str] = {}
        self._output: str | None = None
        self._make_pass = partial(
            ForwardPass, model, self._choose, preprocess=preprocess
        )
        self._pass = self._make_pass()
        self._stream: Any = None
        self._sampled: list[NamedInput] = []
        self._file = EventFile(log_dir)

    def __call__(
        self,
        inputs: Inputs,
        step: int = 0,
        progress: Callable[[int, int], None] | None = None,
        *,
        samples: int = SAMPLES,
        shared: SharedScale | None = None,
    ) -> Logged:
        """Run the inputs through the model and log every view of every layer.

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
                cannot be one, or the views show nothing of these inputs and layers.
        """
        check_step(step)
        named = self.read(inputs, samples=samples)
        logged = Logged(step, tuple(named), preprocess=self._pass.stated_preprocess)
        compared: dict[str, list[_Compared]] = {path: [] for path in self.layers}
        total = len(named) * len(self.layers)
        for done, one in enumerate(named):
            for index, to_compare in enumerate(self._log_input(logged, one, shared)):
                compared[self.layers[index]].append(to_compare)
                if progress is not None:
                    progress(done * len(self.layers) + index + 1, total)
        if len(named) > 1 and "inputs" in self.options.views:
            for path, of_inputs in compared.items():
                self._log_comparison(logged, path, of_inputs, shared)
        if not logged.tags:
            raise InputError(
                f"There is nothing to draw of {', '.join(self.options.views)}: chosen "
                "needs channels, relu an activation layer, inputs two inputs."
            )
        return logged

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
        named = self._read(inputs, samples)
        for one in named:
            self._pass.check(one)
        return named

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
        shown = {*self.layers, *self._before.values()}
        found: dict[str, Limits | None] = dict.fromkeys(shown)
        for one in inputs:
            captured = self._pass.run([one])
            for path in shown:
                found[path] = joined_ranges(found[path], finite_limits(captured[path]))
        return found

    def recompile(self) -> None:
        """Forget the compiled pass.

        It follows the model's weights by itself, but not values that a layer makes
        constants of, such as the statistics of `Normalization`.
        """
        self._pass = self._make_pass()

    @property
    def event_file(self) -> str | None:
        """Path of the event file, None before anything was written."""
        return None if self._file.path is None else str(self._file.path)

    def describe(self) -> Capture:
        """Tell how the activations are captured; printed, it is text for people.

        Returns:
            As `FeatureExtractor.describe`.

        Raises:
            InputError: If that is not known before the first inputs.
        """
        return self._pass.describe()

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

    def _choose(self, calls: Sequence[Call]) -> list[Call]:
        """The calls to capture: the layers, what goes to them, and the output."""
        if self._selection is None:
            chosen = select_default(calls)
        else:
            chosen = select_calls(calls, self._selection)
        _check_drawable(self.options.channels, chosen)
        self.layers = tuple(call.path for call in chosen)
        feeds = {after: before for before, after in activation_pairs(calls)}
        capturable = {call.path: call for call in calls if call.problem is None}
        self._before = {
            path: feeds[path] for path in self.layers if feeds.get(path) in capturable
        }
        self._output = _vector_output(calls)
        needed = {*self.layers, *self._before.values(), self._output}
        return [call for path, call in capturable.items() if path in needed]

    def _read(self, inputs: Inputs, samples: int) -> list[NamedInput]:
        if not is_stream(inputs):
            return read_inputs(inputs, self._pass.signature)
        if inputs is not self._stream:
            self._sampled = read_inputs(inputs, self._pass.signature, samples=samples)
            self._stream = inputs
        return self._sampled

    def _log_input(
        self, logged: Logged, one: NamedInput, shared: SharedScale | None
    ) -> Iterator[_Compared]:
        """Log every layer for one input; yields copies of the channels to compare.

        Copies, and in a function of its own, so that the activations of one input are
        gone before those of the next are computed.
        """
        captured = self._pass.run([one])
        if self._output is not None:
            logged.predictions[one.name] = captured[self._output][0]
        for path in self.layers:
            response = self._response(path, one, captured)
            self._log_response(logged, response, shared)
            followed = response.maps[:, :, list(self._followed(logged, path))]
            yield _Compared(followed, response.shape)

    def _response(
        self, path: str, one: NamedInput, captured: dict[str, np.ndarray]
    ) -> Response:
        before_path = self._before.get(path)
        maps = as_maps(captured[path][0])
        _check_channels(self.options.channels, path, maps.shape[2])
        return Response(
            layer=path,
            input_name=one.name,
            picture=one.picture,
            maps=maps,
            shape=captured[path].shape[1:],
            before_layer=before_path,
            before=as_maps(captured[before_path][0]) if before_path else None,
        )

    def _log_response(
        self, logged: Logged, response: Response, shared: SharedScale | None
    ) -> None:
        count = min(self.options.strongest, response.maps.shape[2])
        channels, maxima = strongest_channels(response.maps, count)
        logged.strongest.setdefault(response.layer, {})[response.input_name] = [
            (int(channel), float(maximum))
            for channel, maximum in zip(channels, maxima, strict=True)
        ]
        pictures = draw(response, channels.tolist(), self.options, shared)
        for view, picture in pictures:
            tag = f"{response.layer}/{view}/{response.input_name}"
            self._write(logged, tag, view, picture, shared)

    def _log_comparison(
        self,
        logged: Logged,
        path: str,
        compared: Sequence[_Compared],
        shared: SharedScale | None,
    ) -> None:
        picture = input_comparison(
            [one.picture for one in logged.inputs],
            [one.maps for one in compared],
            self._followed(logged, path),
            layer=path,
            input_names=[one.name for one in logged.inputs],
            shapes=[one.shape for one in compared],
            limits=self.options.limits if shared is None else shared.limits(path),
        )
        self._write(logged, f"{path}/inputs", "inputs", picture, shared)

    def _followed(self, logged: Logged, path: str) -> Sequence[int]:
        """The chosen channels, or the strongest for the first input."""
        if self.options.channels:
            return self.options.channels
        first = logged.strongest[path][logged.inputs[0].name]
        return [channel for channel, _ in first]

    def _write(
        self,
        logged: Logged,
        tag: str,
        view: str,
        picture: np.ndarray,
        shared: SharedScale | None,
    ) -> None:
        height, width = picture.shape[:2]
        description = f"{VIEWS[view]} Preprocessing: {logged.preprocess}."
        if shared is not None:
            description += f" One scale for {shared.shared_by}."
        summary = image_summary(
            tag,
            encode_png(picture),
            width,
            height,
            description,
        )
        self._file.add(summary, logged.step)
        logged.tags.append(tag)


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


def _check_drawable(channels: Sequence[int], chosen: Sequence[Call]) -> None:
    for call in chosen:
        shape = call.sample_shape
        if 0 in shape:
            raise InputError(
                f"The layer {call.path!r} gives {by(shape)} for each input: there is "
                "nothing to draw. Choose other layers."
            )
        if shape and shape[-1] is not None:
            _check_channels(channels, call.path, shape[-1])


def _check_channels(channels: Sequence[int], path: str, count: int) -> None:
    for channel in channels:
        if channel >= count:
            raise InputError(
                f"The layer {path!r} has {count} channels, 0 to {count - 1}; channel "
                f"{channel} does not exist. Channels count from 0."
            )


def _vector_output(calls: Sequence[Call]) -> str | None:
    """Path of the model's only output where that is a vector, such as class scores."""
    final = [call for call in calls if call.final]
    if len(final) != 1 or len(final[0].sample_shape) != 1 or final[0].problem:
        return None
    return final[0].path
