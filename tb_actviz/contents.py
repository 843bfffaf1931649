"""The activations of one step -> everything that is written of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.analysis.channels import (
    ChannelStatistics,
    channel_statistics,
    strongest_channels,
)
from tb_actviz.analysis.histogram import Histogram, histogram
from tb_actviz.analysis.layer import (
    LayerStatistics,
    layer_statistics,
    saturated_share,
)
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.errors import InputError
from tb_actviz.imaging.maps import as_maps
from tb_actviz.imaging.montage import input_comparison
from tb_actviz.imaging.png import encode_png
from tb_actviz.input_pictures import InputPictures
from tb_actviz.layer_records import channel_facts, layer_facts, reduction
from tb_actviz.options import VIEWS, LogOptions
from tb_actviz.records.codec import choose_precision, pack
from tb_actviz.records.facts import MAX_INPUTS, InputFacts, Record
from tb_actviz.records.schema import record_summary, record_tag
from tb_actviz.views import Response, SharedScale, draw
from tb_actviz.watch import WatchedLayer, check_channels, check_class_names
from tb_actviz.writing.summaries import (
    histogram_summary,
    image_summary,
    scalar_summary,
    text_summary,
)

#: Bytes that the values of one step take, before compression, at most, if they can.
RECORD_AIM = 16 * 2**20
#: TensorBoard draws a histogram's bins one by one: more would be too fine to see.
_BINS = 64
#: How many classes a record names of an input's predictions.
_TOP = 5
#: Of smaller maps the range of each channel takes more room than two bytes a value.
_SMALLEST_FOR_UINT8 = 32


@dataclass(frozen=True)
class Logged:
    """What one step holds and what was found.

    Args:
        step: The step it was logged at.
        inputs: The inputs as they were read.
        tags: Tags of the pictures, in the order they were written.
        strongest: Layer path to input name to (channel, maximum), strongest first.
        predictions: Input name to the model's output, float32, shape (classes,);
            empty where the output is no vector.
        preprocess: Name of what pictures went through before the model, or why
            nothing.
        statistics: Layer path to its statistics over all inputs.
    """

    step: int
    inputs: tuple[NamedInput, ...]
    tags: list[str] = field(default_factory=list)
    strongest: dict[str, dict[str, list[tuple[int, float]]]] = field(
        default_factory=dict
    )
    predictions: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    preprocess: str = ""
    statistics: dict[str, LayerStatistics] = field(default_factory=dict, repr=False)


@dataclass(eq=False)
class _LayerContents:
    """What is kept of one layer, of one input after another."""

    shapes: list[tuple[int, ...]] = field(default_factory=list)
    #: The followed channels only, for the comparison of inputs.
    compared: list[np.ndarray] = field(default_factory=list)
    statistics: list[ChannelStatistics] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    facts: list[InputFacts] = field(default_factory=list)
    histogram: Histogram | None = None
    saturated: list[float] = field(default_factory=list)


class StepContents:
    """Makes the summaries of one step, input after input.

    Nothing of an input's activations is kept beyond what its summaries need, so that
    the next input's can take their place in memory.

    Args:
        layers: The layers.
        inputs: All inputs of the step.
        options: What to make of each layer.
        step: The step.
        views: Which pictures to draw.
        output: Path of the model's output, where that is a vector of scores.
        preprocess: Name of what pictures went through before the model.
        pictures: What the run holds of the inputs' pictures.
        position: Where in a training the step is; empty outside of one.
        shared: Scales that the pictures share with those of other steps; None for
            those of the options.

    Raises:
        InputError: If there are more inputs than a record holds.
    """

    def __init__(
        self,
        layers: Sequence[WatchedLayer],
        inputs: Sequence[NamedInput],
        options: LogOptions,
        *,
        step: int,
        views: Sequence[str],
        output: str | None,
        preprocess: str,
        pictures: InputPictures,
        position: Mapping[str, int] | None = None,
        shared: SharedScale | None = None,
    ) -> None:
        check_count(len(inputs), options)
        self.logged = Logged(step, tuple(inputs), preprocess=preprocess)
        self._layers = layers
        self._options = options
        self._views = views
        self._output = output
        self._pictures = pictures
        self._position = dict(position or {})
        self._shared = shared
        self._kept = {layer.path: _LayerContents() for layer in layers}
        self._precision = "" if options.precision == "auto" else options.precision
        self._done = 0

    def add(self, captured: Mapping[str, np.ndarray]) -> Iterator[list[Summary]]:
        """Take the activations for the next input.

        Args:
            captured: Layer path to activations with a batch axis of one: of the
                layers, those shown with them, and the output.

        Yields:
            For each layer the summaries of this input.

        Raises:
            InputError: If a layer does not have a channel to be followed, or there are
                more or fewer names of classes than scores.
        """
        one = self.logged.inputs[self._done]
        self._done += 1
        if not self._precision:
            counts = [captured[layer.path].size for layer in self._layers]
            self._precision = choose_precision(
                counts * len(self.logged.inputs), RECORD_AIM
            )
        if self._output is not None:
            scores = self.logged.predictions[one.name] = captured[self._output][0]
            check_class_names(self._options.class_names, len(scores))
        for layer in self._layers:
            yield self._add_layer(layer, one, captured)

    def finish(self) -> Iterator[Summary]:
        """Sum up, once all inputs have been added.

        Yields:
            The summaries of all inputs together: their pictures, comparisons, records,
            histograms, scalars.
        """
        if self._options.records:
            yield from self._pictures.changed(
                self.logged.inputs,
                self.logged.step,
                preprocess=self.logged.preprocess,
                position=self._position,
            )
        for layer in self._layers:
            kept = self._kept[layer.path]
            self.logged.statistics[layer.path] = layer_statistics(
                kept.statistics, kept.positions
            )
            if len(self.logged.inputs) > 1 and "inputs" in self._views:
                yield self._comparison(layer.path, kept)
            if self._options.records:
                yield self._record(layer, kept)
            if self._options.histograms and kept.histogram is not None:
                shown = kept.histogram.coarsened(_BINS)
                yield histogram_summary(
                    f"{layer.path}/histogram", _visible(shown.edges()), shown.counts
                )
        if self._options.scalars:
            yield scalar_summary(self._scalars())
            yield text_summary("tb_actviz/dead_channels", self._dead())

    def _add_layer(
        self, layer: WatchedLayer, one: NamedInput, captured: Mapping[str, np.ndarray]
    ) -> list[Summary]:
        activations = captured[layer.path][0]
        maps = as_maps(activations)
        check_channels(self._options.channels, layer.path, maps.shape[2])
        kept = self._kept[layer.path]
        statistics = channel_statistics(maps)
        kept.shapes.append(activations.shape)
        kept.statistics.append(statistics)
        kept.positions.append(maps.shape[0] * maps.shape[1])
        if layer.bounds is not None:
            kept.saturated.append(saturated_share(maps, *layer.bounds))
        if self._options.histograms:
            own = histogram(maps)
            kept.histogram = _merged(kept.histogram, own)
        strongest = self._strongest(statistics)
        self.logged.strongest.setdefault(layer.path, {})[one.name] = strongest
        if self._options.records:
            predictions = self._predictions(one.name)
            kept.facts.append(
                InputFacts(
                    name=one.name,
                    shape=activations.shape,
                    dtype=layer.dtype,
                    packed=pack(maps, self._precision_for(kept.positions[-1])),
                    strongest=tuple(strongest),
                    predictions=predictions,
                    predicted=self._named(predictions),
                    **channel_facts(statistics, len(self.logged.inputs)),
                )
            )
        if "inputs" in self._views:
            followed = self._followed(layer.path)
            kept.compared.append(maps[:, :, list(followed)])
        before = captured[layer.before][0] if layer.before else None
        response = Response(
            layer=layer.path,
            input_name=one.name,
            picture=one.picture,
            maps=maps,
            shape=activations.shape,
            before_layer=layer.before,
            before=None if before is None else as_maps(before),
        )
        numbers = [channel for channel, _ in strongest]
        return [
            self._picture(f"{layer.path}/{view}/{one.name}", view, picture)
            for view, picture in draw(
                response, numbers, self._views, self._options, self._shared
            )
        ]

    def _precision_for(self, positions: int) -> str:
        few = positions < _SMALLEST_FOR_UINT8
        return "float16" if few and self._precision == "uint8" else self._precision

    def _strongest(self, statistics: ChannelStatistics) -> list[tuple[int, float]]:
        """As `strongest_channels` by the maximum, from what is measured already."""
        maxima = np.where(np.isnan(statistics.maximum), -np.inf, statistics.maximum)
        order = np.argsort(-maxima, kind="stable")[: self._options.strongest]
        return [(int(channel), float(maxima[channel])) for channel in order]

    def _predictions(self, name: str) -> tuple[tuple[int, float], ...]:
        scores = self.logged.predictions.get(name)
        if scores is None:
            return ()
        classes, best = strongest_channels(scores, min(_TOP, len(scores)))
        return tuple(zip(classes.tolist(), best.tolist(), strict=True))

    def _named(self, predictions: Sequence[tuple[int, float]]) -> list[str]:
        names = self._options.class_names
        return [] if names is None else [names[number] for number, _ in predictions]

    def _followed(self, path: str) -> Sequence[int]:
        """The chosen channels, or the strongest for the first input."""
        if self._options.channels:
            return self._options.channels
        first = self.logged.strongest[path][self.logged.inputs[0].name]
        return [channel for channel, _ in first]

    def _comparison(self, path: str, kept: _LayerContents) -> Summary:
        picture = input_comparison(
            [one.picture for one in self.logged.inputs],
            kept.compared,
            self._followed(path),
            layer=path,
            input_names=[one.name for one in self.logged.inputs],
            shapes=kept.shapes,
            limits=self._options.limits
            if self._shared is None
            else self._shared.limits(path),
            limits_of=None if self._shared is None else self._shared.shared_by,
        )
        return self._picture(f"{path}/inputs", "inputs", picture)

    def _picture(self, tag: str, view: str, picture: np.ndarray) -> Summary:
        height, width = picture.shape[:2]
        description = f"{VIEWS[view]} Preprocessing: {self.logged.preprocess}."
        if self._shared is not None:
            description += f" One scale for {self._shared.shared_by}."
        self.logged.tags.append(tag)
        return image_summary(tag, encode_png(picture), width, height, description)

    def _record(self, layer: WatchedLayer, kept: _LayerContents) -> Summary:
        statistics = self.logged.statistics[layer.path]
        return record_summary(
            record_tag(layer.path),
            Record(
                layer=layer_facts(layer),
                step=self.logged.step,
                inputs=tuple(kept.facts),
                position=self._position,
                dead=statistics.dead,
                preprocess=self.logged.preprocess,
                reduced=reduction(statistics.channels, len(self.logged.inputs)),
            ),
        )

    def _scalars(self) -> dict[str, float]:
        scalars = {}
        for path, found in self.logged.statistics.items():
            scalars[f"{path}/mean"] = found.mean
            scalars[f"{path}/std"] = found.std
            scalars[f"{path}/sparsity"] = found.zero_share
            scalars[f"{path}/dead"] = found.dead_share
            kept = self._kept[path]
            nonfinite = found.nan_count + found.inf_count
            if nonfinite:
                values = sum(kept.positions) * found.channels
                scalars[f"{path}/nonfinite"] = nonfinite / values
            if kept.saturated:
                scalars[f"{path}/saturated"] = float(
                    np.average(kept.saturated, weights=kept.positions)
                )
        return scalars

    def _dead(self) -> str:
        """Markdown that names the dead channels of every layer that has any."""
        rows = [
            f"| {path} | {found.dead_share:.0%} | {', '.join(map(str, found.dead))} |"
            for path, found in self.logged.statistics.items()
            if found.dead
        ]
        if not rows:
            return "No channel is zero everywhere for every input."
        return "\n".join(
            [
                "Channels that are zero everywhere for every input:",
                "",
                "| layer | dead | channels |",
                "|---|---|---|",
                *rows,
            ]
        )


def check_count(inputs: int, options: LogOptions) -> None:
    """Refuse more inputs than can be logged together.

    Args:
        inputs: How many there are.
        options: What is to be logged.

    Raises:
        InputError: If there are more than a record holds, and records are asked for.
    """
    if options.records and inputs > MAX_INPUTS:
        raise InputError(
            f"Received {inputs} inputs; a record holds at most {MAX_INPUTS}. Log fewer "
            "together, or without records: LogOptions(records=False)."
        )


def _visible(edges: np.ndarray) -> np.ndarray:
    """The edges; those of one bin alone, of a constant, so far apart that it shows."""
    if len(edges) > 2:
        return edges
    half = abs(edges[0]) / 2 or 0.5
    return np.array([edges[0] - half, edges[1] + half])


def _merged(first: Histogram | None, second: Histogram | None) -> Histogram | None:
    if first is None or second is None:
        return first or second
    return first.merged(second)
