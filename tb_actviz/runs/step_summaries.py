"""The activations of one step -> everything that is written of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.analysis.channels import ChannelStatistics, channel_statistics, ranked
from tb_actviz.analysis.layer import (
    Histogram,
    histogram,
    layer_statistics,
    saturated_share,
)
from tb_actviz.arrays import as_maps
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.errors import InputError
from tb_actviz.imaging.page import Page, encode_png
from tb_actviz.imaging.rows import inputs_page
from tb_actviz.receptive_field import TokenGrid
from tb_actviz.records.codec import choose_precision, pack
from tb_actviz.records.facts import MAX_INPUTS, InputFacts, Record
from tb_actviz.records.schema import record_summary, record_tag
from tb_actviz.runs.layer_records import channel_facts, reduction
from tb_actviz.runs.logged_step import LoggedStep
from tb_actviz.runs.options import VIEWS, LogOptions
from tb_actviz.runs.silent_channels import silent_table
from tb_actviz.runs.views import (
    Response,
    SharedScale,
    common_grid,
    draw,
    folded,
    folding_words,
    token_grid_of,
)
from tb_actviz.runs.watched_layers import (
    WatchedInputs,
    WatchedLayer,
    check_class_names,
)
from tb_actviz.runs.written_before import WrittenBefore
from tb_actviz.writing.summaries import (
    as_code,
    histogram_summary,
    image_summary,
    scalar_summary,
    text_summary,
)

#: TensorBoard draws a histogram's bins one by one: more would be too fine to see.
_BINS = 64
#: The range of each channel takes more room than two bytes a value in smaller maps.
_SMALLEST_FOR_UINT8 = 32


@dataclass(eq=False)
class _LayerMeasurements:
    """What is kept of one layer, of one input after another."""

    #: The inputs that it responds to.
    inputs: Sequence[NamedInput]
    shapes: list[tuple[int, ...]] = field(default_factory=list)
    #: The followed channels only, for the comparison of inputs.
    compared: list[np.ndarray] = field(default_factory=list)
    statistics: list[ChannelStatistics] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    facts: list[InputFacts] = field(default_factory=list)
    grids: list[TokenGrid | None] = field(default_factory=list)
    histogram: Histogram | None = None
    saturated: list[float] = field(default_factory=list)

    def add_histogram(self, other: Histogram | None) -> None:
        """Count further values; None where none of them is finite."""
        if self.histogram is None or other is None:
            self.histogram = self.histogram or other
        else:
            self.histogram = self.histogram.merged(other)


class StepSummaries:
    """Makes the summaries of one step, input after input.

    Nothing of an input's activations is kept beyond what its summaries need, so that
    the next input's can take their place in memory.

    Args:
        watched: The inputs of the step, and the layers.
        options: What to make of each layer.
        step: The step.
        views: Which pictures to draw.
        before: What the run holds of steps before.
        position: Where in a training the step is; empty outside of one.
        shared: Scales that the pictures share with those of other steps; None for
            those of the options.

    Raises:
        InputError: If there are more inputs than a record holds.
    """

    def __init__(
        self,
        watched: WatchedInputs,
        options: LogOptions,
        step: int,
        *,
        views: Sequence[str],
        before: WrittenBefore,
        position: Mapping[str, int] | None = None,
        shared: SharedScale | None = None,
    ) -> None:
        check_count(len(watched.inputs), options)
        self.logged = LoggedStep(
            step,
            watched.inputs,
            preprocess=watched.preprocess[""],
            missing_channels=dict(watched.missing_channels),
        )
        #: Whether other channels are silent than before; known once it is finished.
        self.silent_changed = False
        self._watched = watched
        self._options = options
        self._views = views
        self._before = before
        self._position = dict(position or {})
        self._shared = shared
        self._measured = {
            layer.facts.path: _LayerMeasurements(watched.inputs_of[layer.part])
            for layer in watched.layers
        }
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
            InputError: If there are more or fewer names of classes than scores.
        """
        named = self.logged.inputs[self._done]
        self._done += 1
        layers = self._watched.layers_of[named.part]
        if self._options.records and not self._precision:
            counts = [captured[layer.facts.path].size for layer in layers]
            self._precision = choose_precision(
                counts * len(self.logged.inputs), self._options.step_bytes
            )
        output = self._watched.outputs.get(named.part)
        if output is not None:
            scores = captured[output][0]
            self.logged.predictions[named.name] = scores
            if self._options.class_names is not None:
                check_class_names(self._options.class_names, len(scores))
        for layer in layers:
            maps = as_maps(captured[layer.facts.path][0])
            shape = captured[layer.facts.path].shape[1:]
            grid = token_grid_of(layer.facts, shape, self._options.token_grid)
            self._measured[layer.facts.path].grids.append(grid)
            self._measure(layer, named, maps, captured)
            if self._options.records:
                self._pack(layer, named, maps, shape)
            yield self._draw(layer, named, captured)

    def finish(self) -> Iterator[Summary]:
        """Sum up, once all inputs have been added.

        Yields:
            The summaries of all inputs together: their pictures, comparisons, records,
            histograms, scalars.
        """
        if self._options.records:
            yield from self._before.pictures.changed(
                self.logged.inputs,
                self.logged.step,
                preprocess=self.logged.preprocess,
                position=self._position,
            )
        for layer in self._watched.layers:
            measured = self._measured[layer.facts.path]
            self.logged.statistics[layer.facts.path] = layer_statistics(
                measured.statistics, measured.positions
            )
            if len(measured.inputs) > 1 and "inputs" in self._views:
                yield self._comparison(layer, measured)
            if self._options.records:
                yield self._record(layer, measured)
            if self._options.histograms and measured.histogram is not None:
                shown = measured.histogram.coarsened(_BINS)
                yield histogram_summary(
                    f"{layer.facts.path}/histogram",
                    _visible(shown.edges()),
                    shown.counts,
                )
        statistics, step = self.logged.statistics, self.logged.step
        silent = {path: of_layer.silent for path, of_layer in statistics.items()}
        if self._before.silent.is_news(step, silent):
            self._before.silent.keep(step, silent)
            self.silent_changed = True
        if self._options.scalars:
            yield scalar_summary(self._scalars())
            if self.silent_changed:
                table = silent_table(statistics)
                yield text_summary("tb_actviz/silent_channels", table)

    def _measure(
        self,
        layer: WatchedLayer,
        named: NamedInput,
        maps: np.ndarray,
        captured: Mapping[str, np.ndarray],
    ) -> None:
        path, axes = layer.facts.path, layer.facts.axes
        measured = self._measured[path]
        drawn, shape = folded(captured[path][0], axes, measured.grids[-1])
        missing = tuple(n for n in layer.channels if n >= maps.shape[2])
        if missing:
            self.logged.missing_channels[layer.facts.path] = missing
        statistics = channel_statistics(maps)
        measured.shapes.append(shape)
        measured.statistics.append(statistics)
        measured.positions.append(maps.shape[0] * maps.shape[1])
        if layer.bounds is not None:
            measured.saturated.append(saturated_share(maps, *layer.bounds))
        if self._options.histograms:
            measured.add_histogram(histogram(maps))
        strongest = ranked(statistics.maximum, self._options.strongest)
        of_layer = self.logged.strongest.setdefault(layer.facts.path, {})
        of_layer[named.name] = list(strongest)
        if "inputs" in self._views:
            measured.compared.append(drawn[:, :, self._compared(layer)])

    def _pack(
        self,
        layer: WatchedLayer,
        named: NamedInput,
        maps: np.ndarray,
        shape: tuple[int, ...],
    ) -> None:
        measured = self._measured[layer.facts.path]
        predictions = self.logged.best_classes(named.name)
        names = self._options.class_names
        few = measured.positions[-1] < _SMALLEST_FOR_UINT8
        coarse = self._precision == "uint8"
        packed = pack(maps, "float16" if few and coarse else self._precision)
        self.logged.precision[layer.facts.path] = packed.precision
        measured.facts.append(
            InputFacts(
                name=named.name,
                shape=shape,
                dtype=layer.dtype,
                packed=packed,
                strongest=self.logged.strongest[layer.facts.path][named.name],
                predictions=predictions,
                predicted=[names[number] for number, _ in predictions] if names else [],
                **channel_facts(measured.statistics[-1], len(measured.inputs)),
            )
        )

    def _draw(
        self,
        layer: WatchedLayer,
        named: NamedInput,
        captured: Mapping[str, np.ndarray],
    ) -> list[Summary]:
        path, axes = layer.facts.path, layer.facts.axes
        grid = self._measured[path].grids[-1]
        maps, shape = folded(captured[path][0], axes, grid)
        response = Response(
            layer=path,
            input_name=named.name,
            picture=named.picture,
            maps=maps,
            shape=shape,
            before_layer=layer.before,
            before=folded(captured[layer.before][0], axes, grid)[0]
            if layer.before
            else None,
            followed=self._followed(layer),
            picture_note=next((n for n in named.notes if n.startswith("shown")), ""),
            axes=layer.axes or folding_words(axes, grid),
        )
        strongest = [n for n, _ in self.logged.strongest[path][named.name]]
        pages = draw(response, strongest, self._views, self._options, self._shared)
        return [
            self._picture(layer, f"{path}/{view}/{named.name}", view, page)
            for view, page in pages
        ]

    def _followed(self, layer: WatchedLayer) -> tuple[int, ...]:
        """The channels to follow, of those that the layer turned out to have."""
        width = len(self._measured[layer.facts.path].statistics[-1].maximum)
        return tuple(channel for channel in layer.channels if channel < width)

    def _compared(self, layer: WatchedLayer) -> list[int]:
        """The channels to compare: those followed, else the first input's strongest."""
        first_input = self._measured[layer.facts.path].inputs[0]
        first = self.logged.strongest[layer.facts.path][first_input.name]
        return list(self._followed(layer)) or [channel for channel, _ in first]

    def _comparison(self, layer: WatchedLayer, measured: _LayerMeasurements) -> Summary:
        page = inputs_page(
            [named.picture for named in measured.inputs],
            measured.compared,
            self._compared(layer),
            layer=layer.facts.path,
            input_names=[named.name for named in measured.inputs],
            shapes=measured.shapes,
            limits=self._options.limits
            if self._shared is None
            else self._shared.limits(layer.facts.path),
            limits_of=None if self._shared is None else self._shared.shared_by,
        )
        return self._picture(layer, f"{layer.facts.path}/inputs", "inputs", page)

    def _picture(self, layer: WatchedLayer, tag: str, view: str, page: Page) -> Summary:
        picture = page.picture()
        height, width = picture.shape[:2]
        preprocess = self._watched.preprocess[layer.part]
        description = f"{VIEWS[view]} Preprocessing: {preprocess}."
        if self._shared is not None:
            description += f" One scale for {self._shared.shared_by}."
        # TensorBoard shows the description of one of a tag's steps with all of them.
        description += f"\n\nAt step {self.logged.step}:\n\n{as_code(page.caption())}"
        self.logged.tags.append(tag)
        return image_summary(tag, encode_png(picture), width, height, description)

    def _record(self, layer: WatchedLayer, measured: _LayerMeasurements) -> Summary:
        statistics = self.logged.statistics[layer.facts.path]
        return record_summary(
            record_tag(layer.facts.path),
            Record(
                layer=replace(layer.facts, token_grid=common_grid(measured.grids)),
                step=self.logged.step,
                inputs=tuple(measured.facts),
                position=self._position,
                silent=statistics.silent,
                preprocess=self._watched.preprocess[layer.part],
                reduced=reduction(statistics.channels, len(measured.inputs)),
            ),
        )

    def _scalars(self) -> dict[str, float]:
        scalars = {}
        for path, statistics in self.logged.statistics.items():
            scalars[f"{path}/mean"] = statistics.mean
            scalars[f"{path}/std"] = statistics.std
            scalars[f"{path}/sparsity"] = statistics.zero_share
            scalars[f"{path}/silent"] = statistics.silent_share
            measured = self._measured[path]
            nonfinite = statistics.nan_count + statistics.inf_count
            if nonfinite:
                values = sum(measured.positions) * statistics.channels
                scalars[f"{path}/nonfinite"] = nonfinite / values
            if measured.saturated:
                scalars[f"{path}/saturated"] = float(
                    np.average(measured.saturated, weights=measured.positions)
                )
        return scalars


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
