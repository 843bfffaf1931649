"""Inputs through one model, once for all layers that were chosen of it.

A pass goes like this. The model is looked at: what it is called on, what pictures go
through before it, and which tensors its layers compute. `choose` picks some of them.
`Execution` is the model's forward pass up to these, traced when it is first run. Inputs
of one size are checked, made into batches (`Feed`), and run; what comes out is cut into
one row for each input, channels last.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture import listing
from tb_actviz.capture.compiled import as_tensors
from tb_actviz.capture.execution import Capture, Execution, model_failed
from tb_actviz.capture.feed import Feed
from tb_actviz.capture.graph import has_graph
from tb_actviz.capture.input_size import SizeCheck
from tb_actviz.capture.inputs import SAMPLES, Inputs, read_inputs
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.named_input import NamedInput, with_own_values
from tb_actviz.capture.prepared_inputs import PreparedBatch, PreparedInputs
from tb_actviz.capture.preprocessing import (
    Preprocess,
    check_preprocess,
    decide_preprocessing,
)
from tb_actviz.capture.receptive import receptive_fields
from tb_actviz.capture.signature import Signature, model_signature, signature_of
from tb_actviz.capture.unbuilt import (
    build_as_called,
    count_weights,
    readings,
    refuse_axes,
)
from tb_actviz.errors import InputError, format_shape
from tb_actviz.receptive_field import ReceptiveField

#: Picks out of all calls of a model those to capture.
Choose: TypeAlias = "Callable[[Sequence[LayerCall]], list[LayerCall]]"
#: Called with (inputs done, all inputs).
Progress: TypeAlias = "Callable[[int, int], None]"

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
        self._is_ready = False
        self._caution = ""
        if self.signature is not None and model.built:
            calls = self._list_on_shapes(self.signature)
            if calls is not None:
                self._make_ready(self.signature, calls)

    def describe(self) -> Capture:
        """Describe how the activations are captured.

        Returns:
            The description.

        Raises:
            InputError: If that is not known before the first inputs.
        """
        if not self._is_ready:
            raise InputError(
                f"How the model {self._model.name!r} is captured is not known before "
                "its first inputs. Run some through it."
            )
        signature = self._feed.signature
        return Capture(
            method="probe" if self._execution.reason else "sub-model",
            reason=self._execution.reason,
            backend=str(keras.backend.backend()),
            compiled=self._execution.compiled,
            preprocess=self.stated_preprocessing(),
            inputs=dict(zip(signature.names, signature.shapes, strict=True)),
            layers=self.layers,
            left_out={call.path: call.problem for call in self.calls if call.problem},
        )

    def stated_preprocessing(self, part: str = "") -> str:
        """State what inputs go through before the model.

        Args:
            part: Empty, for the model is not run part by part.

        Returns:
            In words.
        """
        return self._feed.preprocessing.stated

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
            named = read_inputs(
                inputs, self.signature, samples=samples, reshaped=self._reshaped()
            )
            named = [self._with_own_values(read) for read in named]
        for read in named:
            self.check(read)
        return named

    def _with_own_values(self, named: NamedInput) -> NamedInput:
        """The input with a picture's own values, if the model takes such."""
        signature = self.signature
        if signature is None or len(signature.shapes) != 1:
            return named
        (applied,) = self._feed_for(signature).preprocessing.applied
        if applied is not None and applied.takes_rgb:
            return named
        (shape,) = signature.shapes_last
        return with_own_values(named, (shape[-1] or 0) if len(shape) == 3 else 1)

    def take_caution(self) -> str:
        """Take what a user should know of how inputs are fed; empty the second time.

        Returns:
            A sentence, or nothing.
        """
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

    def receptive_fields(self, named: NamedInput) -> dict[str, ReceptiveField]:
        """Find which region of an input each layer sees.

        Args:
            named: From `read`.

        Returns:
            Path to receptive field, of the layers of which it is known.
        """
        return receptive_fields(self._model, list(self._feed.shapes(named)))

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
        self._execution = Execution(
            self._model,
            self._feed.signature,
            self.calls,
            self._chosen,
            self._compiled,
            self._trained,
        )

    def run(
        self,
        inputs: Sequence[NamedInput],
        *,
        batch_size: int = BATCH_SIZE,
        progress: Progress | None = None,
    ) -> dict[str, np.ndarray]:
        """Run the model over inputs of one size.

        Args:
            inputs: Inputs from `read_inputs`.
            batch_size: How many go through the model at once, at least 1; a model with
                a fixed batch size goes by that.
            progress: Called with (inputs done, all inputs).

        Returns:
            Layer path to activations, float32, read-only, one row for each input,
            channels last, in the order the layers were asked for.

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
                _refuse_other_shape(path, values, row)
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
        of_size: dict[tuple[tuple[int, ...], ...], list[int]] = {}
        for index, named in enumerate(inputs):
            shapes = tuple(part.shape for part in named.parts)
            of_size.setdefault(shapes, []).append(index)
        batches = []
        for indices in of_size.values():
            size = self._check_together([inputs[i] for i in indices]) or BATCH_SIZE
            for start in range(0, len(indices), size):
                chunk = indices[start : start + size]
                arrays = self._feed.batch([inputs[index] for index in chunk])
                batches.append(
                    PreparedBatch(tuple(chunk), arrays, self.layers, self.run_batch)
                )
        return PreparedInputs(tuple(inputs), tuple(batches))

    def _check_together(self, inputs: Sequence[NamedInput]) -> int | None:
        """Refuse inputs that cannot be run; the model's batch size if it is fixed."""
        self._get_ready(inputs[0])
        self._feed.refuse_mixed_sizes(inputs)
        self._sizes.check(inputs[0], len(inputs))
        return self._feed.signature.batch_size

    def run_batch(
        self, inputs: Sequence[NamedInput], arrays: list[np.ndarray]
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
        fed = fixed or len(inputs)
        is_whole = [
            call.shape[0] is not None or len(output) != fed
            for call, output in zip(self._chosen, outputs, strict=True)
        ]
        if any(is_whole) and (fixed or 1) > 1:
            path = self.layers[is_whole.index(True)]
            raise InputError(
                f"The first axis of the layer {path!r} is not the batch, and the "
                f"model {self._model.name!r} takes batches of {fixed} only. Build it "
                "without a fixed batch size, or choose other layers."
            )
        if any(is_whole) and len(inputs) > 1:
            return self._run_one_by_one(inputs)
        rows = []
        for call, output, whole in zip(self._chosen, outputs, is_whole, strict=True):
            last = np.moveaxis(output, 1, -1) if call.channels_first else output
            rows.append(last[None] if whole else last[: len(inputs)])
        return rows

    def _run_one_by_one(self, inputs: Sequence[NamedInput]) -> list[np.ndarray]:
        """All that a layer without a batch axis gives belongs to an input run alone.

        Such are windows of a picture, or embeddings of positions.
        """
        alone = [self.run_batch([named], self._feed.batch([named])) for named in inputs]
        for path, *rows in zip(self.layers, *alone, strict=True):
            for row in rows:
                _refuse_other_shape(path, rows[0], row)
        return [np.concatenate(rows) for rows in zip(*alone, strict=True)]

    def _reshaped(self) -> set[int]:
        """Which inputs go through something that may give them another shape."""
        signature = self.signature
        if signature is None:
            return set()
        applied = self._feed_for(signature).preprocessing.applied
        return {i for i, one in enumerate(applied) if one and not one.keeps_shape}

    def _get_ready(self, named: NamedInput, sample: Any = None) -> None:
        """Look at the model; one that was never called is built, as by calling it."""
        if self._is_ready:
            return
        nest = named.values if sample is None else sample
        signature = self.signature or signature_of(nest, self._model)
        if not self._model.built and self._may_build:
            self._build(signature, named)
            # Now it may have a graph, and layers that show more.
            signature = model_signature(self._model) or signature
        calls = self._list_on_shapes(signature)
        if calls is None:
            calls = self._list_by_run(signature, named)
        self._make_ready(signature, calls)

    def _make_ready(self, signature: Signature, calls: list[LayerCall]) -> None:
        chosen = self._choose(calls)
        self.signature = signature
        self._feed = self._feed_for(signature)
        self._caution = self._feed.preprocessing.caution
        self._sizes = SizeCheck(self._model, self._feed, chosen)
        self.calls, self._chosen = calls, chosen
        self.recompile()
        self.layers = tuple(call.path for call in chosen)
        self._is_ready = True

    def _feed_for(self, signature: Signature) -> Feed:
        return Feed(
            self._model.name,
            signature,
            decide_preprocessing(self._model, signature, self._preprocess),
            has_graph(self._model),
        )

    def _list_on_shapes(self, signature: Signature) -> list[LayerCall] | None:
        """All calls; None for a model that only runs on real values."""
        try:
            return listing.list_calls(self._model, signature, may_build=self._may_build)
        except InputError:
            return None

    def _list_by_run(self, signature: Signature, named: NamedInput) -> list[LayerCall]:
        tensors = as_tensors(self._feed_for(signature).batch([named]))
        try:
            with keras.StatelessScope():
                return listing.list_calls_of_run(self._model, signature, tensors)
        except Exception as error:  # a model of the user's can fail in any way
            raise model_failed(self._model, error) from error

    def _build(self, signature: Signature, named: NamedInput) -> None:
        batch = self._feed_for(signature).batch([named])
        try:
            build_as_called(self._model, signature, as_tensors(batch))
        except Exception as error:  # a model of the user's can fail in any way
            raise model_failed(self._model, error) from error


def _refuse_other_shape(path: str, first: np.ndarray, other: np.ndarray) -> None:
    if other.shape[1:] != first.shape[1:]:
        raise InputError(
            f"The layer {path!r} gives {format_shape(first.shape[1:])} for one input "
            f"and {format_shape(other.shape[1:])} for another. Run the inputs one by "
            "one."
        )
