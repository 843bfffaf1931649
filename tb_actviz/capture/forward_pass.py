"""Inputs through one model, once for all layers that were chosen of it.

A pass goes like this. The model is looked at: what it is called on, what pictures go
through before it, and which tensors its layers compute. `choose` picks some of them.
`Execution` is the model's forward pass up to these, traced when it is first run. Inputs
of one size are checked, made into batches (`Feed`), and run; what comes out is cut into
one row for each input, channels last.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture.batch_axis import keep_inputs_apart
from tb_actviz.capture.description import Capture
from tb_actviz.capture.execution import (
    Execution,
    PreparedBatch,
    PreparedInputs,
    indices_by_size,
    refuse_other_shape,
    rows_of_inputs,
)
from tb_actviz.capture.feed import Feed
from tb_actviz.capture.input_size import SizeCheck
from tb_actviz.capture.inputs import SAMPLES, Inputs
from tb_actviz.capture.keras_graph import has_graph
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.looking import build_with, calls_of_run, calls_on_shapes
from tb_actviz.capture.meeting import describe_meeting, find_meeting, run_each
from tb_actviz.capture.model_signature import model_signature, signature_of
from tb_actviz.capture.named_input import Batch, NamedInput
from tb_actviz.capture.preprocessing import (
    Preprocess,
    check_preprocess,
    decide_preprocessing,
)
from tb_actviz.capture.receptive import (
    SeenPicture,
    moving_functions,
    seen_picture,
)
from tb_actviz.capture.reduced import Reducing, Reduction
from tb_actviz.capture.reduced_pass import ReducedPass
from tb_actviz.capture.signature import Signature
from tb_actviz.capture.unbuilt import count_weights, readings, refuse_axes
from tb_actviz.capture.undisturbed import undisturbed
from tb_actviz.errors import InputError
from tb_actviz.progress import Report

#: Picks out of all calls of a model those to capture.
Choose: TypeAlias = "Callable[[Sequence[LayerCall]], list[LayerCall]]"

BATCH_SIZE = 32


class ForwardPass:
    """One pass of a model for everything chosen of it, traced once.

    A model that knows the shape of its inputs is looked at when this is made, others
    when the first inputs come.

    Args:
        model: Any Keras model.
        choose: Picks the layers.
        preprocess: As for `FeatureExtractor`.
        compiled: As for `FeatureExtractor`.
        may_build: Whether a model that was never called is built by its first inputs.
        trained: The model whose training holds the weights; None for the model itself.

    Raises:
        InputError: If `choose` or `preprocess` cannot be used.
    """

    def __init__(
        self,
        model: keras.Model,
        choose: Choose,
        *,
        preprocess: Preprocess = "auto",
        compiled: bool | None = None,
        may_build: bool = True,
        trained: keras.Model | None = None,
    ) -> None:
        self._model = model
        self._trained = model if trained is None else trained
        self._may_build = may_build
        self._choose = choose
        self._compiled = compiled
        check_preprocess(preprocess)
        self._preprocess = preprocess
        #: What the model is called on; None before that is known.
        self.signature = model_signature(model)
        #: All calls of the model; none before they are known.
        self.calls: list[LayerCall] = []
        self._chosen: list[LayerCall] = []
        #: Paths of the chosen layers; empty before they are known.
        self.layers: tuple[str, ...] = ()
        #: Those in which the inputs of a batch meet; None before that is known.
        self.meeting: tuple[str, ...] | None = None
        self._is_ready = False
        self._caution = ""
        if self.signature is not None and model.built:
            calls = calls_on_shapes(model, self.signature, may_build=may_build)
            if calls is not None:
                self._make_ready(self.signature, calls)

    def describe(self) -> Capture:
        """Describe how the activations are captured; an error before that is known."""
        if not self._is_ready:
            raise InputError(
                f"How the model {self._model.name!r} is captured is not known before "
                "its first inputs. Run some through it."
            )
        return self._execution.describe(self.stated_preprocessing())

    def stated_preprocessing(self, part: str = "") -> str:
        """State what inputs go through first; the model is one whole, without parts."""
        return self._preprocessing.stated

    def read(self, inputs: Inputs, *, samples: int = SAMPLES) -> list[NamedInput]:
        """Read inputs and check that they fit; a model never called is built by them.

        Args:
            inputs: As for `read_inputs`. A model that does not say what it takes gets
                arrays and nests of them as by `model(inputs)`, each with a batch axis.
            samples: How many samples to take of a dataset or generator.

        Returns:
            The inputs.

        Raises:
            InputError: If one cannot be read, its size or number of channels does not
                fit the model, or the model fails on it.
        """
        if self.signature is None:
            named = self._read_first(inputs, samples)
        else:
            feed = self._feed if self._is_ready else self._feed_for(self.signature)
            named = feed.read(inputs, samples)
        for read in named:
            self.check(read)
        return named

    def take_caution(self) -> str:
        """Take what a user should know of how inputs are fed; empty the second time."""
        caution, self._caution = self._caution, ""
        return caution

    def _read_first(self, inputs: Inputs, samples: int) -> list[NamedInput]:
        """Read inputs of a model that does not say what it takes, as it takes them."""
        failures: list[InputError] = []
        before = count_weights(self._model)
        for reading in readings(inputs, samples=samples):
            try:
                refuse_axes(self._model, reading.sample)
                self._get_ready(reading.inputs[0], reading.sample)
            except InputError as error:
                failures.append(error)
                if count_weights(self._model) > before:
                    break
            else:
                return reading.inputs
        raise failures[0]

    def run_each(self, inputs: Sequence[NamedInput]) -> Iterator[dict[str, np.ndarray]]:
        """Run inputs of any sizes one after another."""
        return run_each(self, inputs)

    def describe_batches(self, batch_size: int = BATCH_SIZE) -> str | None:
        """Say how inputs were batched, where layers depend on that; else None."""
        fixed = self.signature.batch_size if self.signature else None
        return describe_meeting(self.meeting or (), batch_size, fixed)

    def check(self, named: NamedInput, count: int = 1) -> None:
        """Refuse an input that the model cannot take, before anything runs.

        Args:
            named: An input.
            count: How many inputs of this size there are.

        Raises:
            InputError: If its size or number of channels does not fit the model, or
                the activations do not fit into memory.
        """
        self._get_ready(named)
        self._sizes.check(named, count)

    def seen_picture(self, named: NamedInput) -> SeenPicture:
        """Find which region of an input each layer sees.

        Args:
            named: From `read`.

        Returns:
            What is known of it.
        """
        given, fed = named.shapes, self._feed.shapes(named)
        applied = self._preprocessing.applied
        moving = moving_functions(applied, given)
        with undisturbed(*(one.code for one in applied if one is not None)):
            return seen_picture(self._model, fed, given, moving)

    def narrow(self, paths: Container[str]) -> None:
        """Choose fewer layers than before.

        Args:
            paths: Paths of those to keep.
        """
        self._choose = lambda calls: [call for call in calls if call.path in paths]
        if self.signature is not None:
            self._make_ready(self.signature, self.calls)

    def recompile(self) -> None:
        """Forget what was compiled."""
        self._execution = self._new_execution()

    def reducing(self, reductions: Sequence[Reduction], batch_size: int) -> ReducedPass:
        """Make a pass that reduces the activations instead of handing them out.

        Args:
            reductions: What is computed of each of `layers`.
            batch_size: As for `ReducedPass`.

        Returns:
            The pass; it can be made once this one is ready, that is after `read`.
        """
        run = self._new_execution(Reducing(self._chosen, reductions))
        return ReducedPass(run, self._feed, self._chosen, batch_size)

    def _new_execution(self, reducing: Reducing | None = None) -> Execution:
        return Execution(
            self._model,
            self._feed.signature,
            self.calls,
            self._chosen,
            self._compiled,
            self._trained,
            reducing,
        )

    def run(
        self,
        inputs: Sequence[NamedInput],
        *,
        batch_size: int = BATCH_SIZE,
        progress: Report | None = None,
    ) -> dict[str, np.ndarray]:
        """Run the model over inputs of one size.

        Args:
            inputs: Inputs from `read_inputs`.
            batch_size: How many go through the model at once, at least 1; a model with
                a fixed batch size goes by that.
            progress: Called with (inputs done, all inputs).

        Returns:
            Layer path to activations, float32, read-only, one row for each input,
            channels last, in the order of the model.

        Raises:
            InputError: If the inputs differ in size, do not fit the model, or look
                preprocessed already, or if the model fails on them.
        """
        size = self._check_together(inputs) or batch_size
        if len(inputs) <= size:
            # As they come: a copy would cost more than the pass of a small model.
            rows = self.run_batch(inputs, self._feed.batch(inputs))
            return dict(zip(self.layers, rows, strict=True))
        whole: list[np.ndarray] = []
        for start in range(0, len(inputs), size):
            chunk = inputs[start : start + size]
            rows = self.run_batch(chunk, self._feed.batch(chunk))
            if not whole:
                shapes = [(len(inputs), *row.shape[1:]) for row in rows]
                whole = [np.empty(shape, np.float32) for shape in shapes]
            for path, values, row in zip(self.layers, whole, rows, strict=True):
                refuse_other_shape(path, values, row)
                values[start : start + len(row)] = row
            if progress is not None:
                progress(min(start + size, len(inputs)), len(inputs))
        for values in whole:
            values.flags.writeable = False
        return dict(zip(self.layers, whole, strict=True))

    def prepare(self, inputs: Sequence[NamedInput]) -> PreparedInputs:
        """Make batches of inputs of any sizes, to be run any number of times.

        Args:
            inputs: Inputs from `read_inputs`, at least one.

        Returns:
            The inputs, ready to run.

        Raises:
            InputError: If one does not fit the model or looks preprocessed already, or
                those of one size need more memory than there is.
        """
        batches = []
        for indices in indices_by_size(inputs):
            size = self._check_together([inputs[i] for i in indices]) or BATCH_SIZE
            for start in range(0, len(indices), size):
                chunk = tuple(indices[start : start + size])
                arrays = self._feed.batch([inputs[index] for index in chunk])
                batches.append(
                    PreparedBatch(chunk, arrays, self.layers, self.run_batch)
                )
        return PreparedInputs(tuple(inputs), tuple(batches))

    def _check_together(self, inputs: Sequence[NamedInput]) -> int | None:
        """Refuse inputs that cannot be run; the model's batch size if it is fixed."""
        self._get_ready(inputs[0])
        self._feed.refuse_mixed_sizes(inputs)
        self._sizes.check(inputs[0], len(inputs))
        return self._feed.signature.batch_size

    def run_batch(
        self, inputs: Sequence[NamedInput], arrays: Batch
    ) -> list[np.ndarray]:
        """Run the model over one batch that was made of inputs.

        Args:
            inputs: The inputs, all of one size.
            arrays: What the model is fed for them, from its `Feed`.

        Returns:
            For each of `layers` one row for each input, channels last, float32.

        Raises:
            InputError: If the model fails.
        """
        outputs = self._execution(arrays)
        fixed = self._feed.signature.batch_size
        if self.meeting is None and (fixed or len(inputs)) > 1:
            self.meeting = find_meeting(self._execution, self._chosen, arrays, outputs)
        rows, whole = rows_of_inputs(
            self._chosen, outputs, len(inputs), fixed, self._model.name
        )
        if whole and len(inputs) > 1:
            self._run_one_by_one(inputs, rows, whole)
        return rows

    def _run_one_by_one(
        self, inputs: Sequence[NamedInput], rows: list[np.ndarray], whole: list[int]
    ) -> None:
        """All that a layer without a batch axis gives belongs to an input run alone.

        Such are windows of a picture, or embeddings of positions.
        """
        alone: dict[int, list[np.ndarray]] = {index: [] for index in whole}
        for named in inputs:
            of_input = self.run_batch([named], self._feed.batch([named]))
            for index, values in alone.items():
                values.append(of_input[index])
                refuse_other_shape(self.layers[index], values[0], values[-1])
        for index, values in alone.items():
            rows[index] = np.concatenate(values)

    def _get_ready(self, named: NamedInput, sample: Any = None) -> None:
        """Look at the model; one that was never called is built, as by calling it."""
        if self._is_ready:
            return
        nest = named.values if sample is None else sample
        signature = self.signature or signature_of(nest, self._model)
        if not self._model.built and self._may_build:
            build_with(self._model, signature, self._feed_for(signature).batch([named]))
            # Now it may have a graph, and layers that show more.
            signature = model_signature(self._model) or signature
        calls = calls_on_shapes(self._model, signature, may_build=self._may_build)
        if calls is None:
            feed = self._feed_for(signature)
            batches = [feed.batch([named] * count) for count in (1, 2)]
            calls = calls_of_run(self._model, signature, batches)
        self._make_ready(signature, calls)

    def _make_ready(self, signature: Signature, calls: list[LayerCall]) -> None:
        chosen = self._choose(calls)
        self.signature = signature
        self._feed = self._feed_for(signature)
        self._caution = self._preprocessing.caution
        self._sizes = SizeCheck(self._model, self._feed, chosen)
        self.calls, self._chosen = calls, chosen
        if has_graph(self._model) and keep_inputs_apart(calls):
            self.meeting = ()
        self.recompile()
        self.layers = tuple(call.path for call in chosen)
        self._is_ready = True

    def _feed_for(self, signature: Signature) -> Feed:
        decided = decide_preprocessing(self._model, signature, self._preprocess)
        self._preprocessing, name = decided, self._model.name
        return Feed(name, signature, decided.applied, has_graph(self._model))
