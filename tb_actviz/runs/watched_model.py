"""Which layers of a model are logged, and the pass that gives their activations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from tb_actviz.capture.attention import AXES
from tb_actviz.capture.default_selection import describe_default
from tb_actviz.capture.description import Capture
from tb_actviz.capture.execution import PreparedInputs
from tb_actviz.capture.inputs import SAMPLES, Inputs
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import activation_bounds
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.parts_pass import pass_through
from tb_actviz.capture.patch_tokens import PatchTokens, find_patch_tokens
from tb_actviz.capture.preprocessing import Preprocess
from tb_actviz.capture.selection import (
    LayerInfo,
    LayerSelection,
    activation_pairs,
    describe_calls,
    select_calls,
)
from tb_actviz.capture.stream_elements import is_dataset
from tb_actviz.errors import InputError, format_shape
from tb_actviz.receptive_field import ReceptiveField
from tb_actviz.records.facts import LayerFacts
from tb_actviz.runs.followed_channels import follow_channels
from tb_actviz.runs.watched_layers import (
    WatchedInputs,
    WatchedLayer,
    check_class_names,
    shown_paths,
)


class WatchedModel:
    """The layers of a model that are logged, captured in one pass.

    Args:
        model: Any Keras model; one that was never called is built by the first inputs.
        layers: As for `ActivationLogger`.
        preprocess: As for `FeatureExtractor`.
        channels: Layer path or glob to the channels to follow there.
        class_names: A name for each score that the model gives; None for none.
        may_build: Whether a model that was never called is built by its first inputs.

    Raises:
        InputError: If a layer or channel does not exist, or there are more or fewer
            names than scores.
    """

    def __init__(
        self,
        model: keras.Model,
        layers: LayerSelection | None,
        *,
        preprocess: Preprocess,
        channels: Mapping[str, Sequence[int]],
        class_names: Sequence[str] | None = None,
        may_build: bool = True,
    ) -> None:
        #: The layers; empty before the first inputs of an unbuilt model.
        self.layers: tuple[WatchedLayer, ...] = ()
        #: Path of the only output where that is a vector, such as scores, of each part.
        self.outputs: dict[str, str] = {}
        #: Layer path to channels that were asked for and do not exist there.
        self.missing_channels: Mapping[str, tuple[int, ...]] = {}
        #: How few layers are taken, in words, where none were named; else None.
        self.selection_note: str | None = None
        self._selection = layers
        self._channels = channels
        self._class_names = class_names
        self.model = model
        #: By the shapes of an input.
        self._fields: dict[tuple[Any, ...], dict[str, ReceptiveField]] = {}
        self._patch_tokens: Mapping[str, PatchTokens] = {}
        self._pass = pass_through(
            model, self._choose, preprocess=preprocess, may_build=may_build
        )
        self._stream: Any = None
        self._sampled: list[NamedInput] = []

    @property
    def shown(self) -> set[str]:
        """Paths of the layers and of those that are shown with them."""
        return shown_paths(self.layers)

    @property
    def versions(self) -> dict[str, str]:
        """What computes the activations, by name."""
        return {"keras": f"{keras.__version__} on {keras.backend.backend()}"}

    def read(self, inputs: Inputs, *, samples: int = SAMPLES) -> list[NamedInput]:
        """Read inputs and check that they fit; a model never called is built by them.

        Args:
            inputs: As for `read_inputs`. Samples of a dataset or generator are taken
                the first time; as long as the same one is passed, these are used.
            samples: How many samples to take of a dataset or generator.

        Returns:
            The inputs.

        Raises:
            InputError: If an input cannot be read or does not fit the model.
        """
        if not is_dataset(inputs):
            return self._pass.read(inputs)
        if inputs is not self._stream:
            self._sampled = self._pass.read(inputs, samples=samples)
            self._stream = inputs
        return self._sampled

    def take_caution(self) -> str:
        """Take what a user should know of how inputs are fed; empty the second time.

        Returns:
            A sentence, or nothing.
        """
        return self._pass.take_caution()

    def stated_preprocessing(self) -> str:
        """State what inputs go through before the model.

        Returns:
            In words.
        """
        return self._pass.stated_preprocessing()

    def with_inputs(self, inputs: Sequence[NamedInput]) -> WatchedInputs:
        """Find what is logged for inputs, once their sizes are known.

        Args:
            inputs: From `read`, at least one.

        Returns:
            The inputs and what is logged for them.

        Raises:
            InputError: If an input looks preprocessed already, and is going to be.
        """
        for named in inputs:
            if _kind(named) not in self._fields:
                self._fields[_kind(named)] = self._pass.seen_picture(named).fields()
        layers = []
        for layer in self.layers:
            kinds = {_kind(named) for named in inputs if named.part == layer.part}
            field = self._common_field(kinds, layer.path)
            facts = replace(layer.facts, receptive_field=field)
            tokens = self._patch_tokens.get(layer.path)
            if tokens is not None:
                embedding = tokens.embedding
                patch = {embedding: self._common_field(kinds, embedding)}
                facts = replace(facts, token_grid=tokens.on_picture(patch))
            layers.append(replace(layer, facts=facts))
        parts = {named.part for named in inputs} | {""}
        return WatchedInputs(
            inputs=tuple(inputs),
            layers=tuple(layers),
            outputs=self.outputs,
            preprocess={part: self._pass.stated_preprocessing(part) for part in parts},
            missing_channels=self.missing_channels,
        )

    def _common_field(
        self, kinds: set[tuple[Any, ...]], path: str
    ) -> ReceptiveField | None:
        """What a layer sees, where it sees the same of inputs of all these sizes."""
        fields = {self._fields[kind].get(path) for kind in kinds}
        return fields.pop() if len(fields) == 1 else None

    def run_each(self, inputs: Sequence[NamedInput]) -> Iterator[dict[str, np.ndarray]]:
        """Capture the activations for inputs one after another.

        Args:
            inputs: From `read`, at least one.

        Returns:
            For each input layer path to activations, float32, read-only, with a batch
            axis of one: of the layers, those shown with them, and the output.

        Raises:
            InputError: If the model fails on one.
        """
        return self._pass.run_each(inputs)

    def describe_batches(self) -> str | None:
        """Say how inputs were batched.

        Returns:
            Sentences; None where no layer depends on that.
        """
        return self._pass.describe_batches()

    def prepare(self, inputs: Sequence[NamedInput]) -> PreparedInputs:
        """Prepare inputs once, to be run again and again.

        Args:
            inputs: From `read`, at least one.

        Returns:
            The inputs, ready to run.

        Raises:
            InputError: If one looks preprocessed already, or all of them together need
                more memory than there is.
        """
        return self._pass.prepare(inputs)

    def recompile(self) -> None:
        """Forget the compiled pass."""
        self._pass.recompile()

    def describe(self) -> Capture:
        """Describe how the activations are captured.

        Returns:
            As `FeatureExtractor.describe`; its layers are those that are logged, not
            what is captured beside them.

        Raises:
            InputError: If that is not known before the first inputs.
        """
        paths = tuple(layer.path for layer in self.layers)
        return replace(self._pass.describe(), layers=paths)

    def _choose(self, calls: Sequence[LayerCall]) -> list[LayerCall]:
        """The calls to capture: the layers, what goes to them, and the output."""
        chosen = select_calls(calls, self._selection)
        _check_values(chosen)
        if self._selection is None:
            self.selection_note = describe_default(calls, chosen)
        widths = {call.path: (call.sample_shape or (1,))[-1] for call in chosen}
        followed = follow_channels(self._channels, widths)
        self.missing_channels = followed.missing
        capturable = {call.path: call for call in calls if call.problem is None}
        feeds = {after: before for before, after in activation_pairs(calls)}
        infos = {info.path: info for info in describe_calls(calls)}
        self._patch_tokens = find_patch_tokens(calls)
        self.layers = tuple(
            WatchedLayer(
                facts=_facts(infos[call.path], call.axes, feeds),
                dtype=call.dtype,
                bounds=None if call.fused else activation_bounds(call.layer),
                before=feeds[call.path] if feeds.get(call.path) in capturable else None,
                channels=followed.of_layer[call.path],
                part=call.part,
                axes=call.axes,
            )
            for call in chosen
        )
        self.outputs = {}
        for part in dict.fromkeys(call.part for call in chosen):
            output = _vector_output([call for call in calls if call.part == part])
            if output is None:
                continue
            self.outputs[part] = output.path
            if output.sample_shape[0] is not None:
                check_class_names(self._class_names, output.sample_shape[0])
        needed = {*self.shown, *self.outputs.values()}
        return [call for path, call in capturable.items() if path in needed]


def _kind(named: NamedInput) -> tuple[Any, ...]:
    """What inputs have in common of which layers see the same region."""
    return named.part, *named.shapes


def _facts(info: LayerInfo, axes: str, feeds: Mapping[str, str]) -> LayerFacts:
    """What a record says of a layer; `feeds`: activation to what it is applied to."""
    partner = info.partner
    if partner is not None and info.kind == "pre-activation":
        # What goes there through normalisation is not what is compared with it.
        partner = partner if feeds.get(partner) == info.path else None
    return LayerFacts(
        path=info.path,
        class_name=info.class_name,
        kind=info.kind,
        partner=partner,
        parameters=info.parameters,
        axes=AXES.get(axes, ()),
    )


def _check_values(chosen: Sequence[LayerCall]) -> None:
    for call in chosen:
        if 0 in call.sample_shape:
            raise InputError(
                f"The layer {call.path!r} gives {format_shape(call.sample_shape)} "
                "for each input: there is nothing to draw. Choose other layers."
            )


def _vector_output(calls: Sequence[LayerCall]) -> LayerCall | None:
    final = [call for call in calls if call.final]
    if len(final) != 1 or len(final[0].sample_shape) != 1 or final[0].problem:
        return None
    return final[0]
