"""Inputs through one model, once for all layers that were chosen of it.

A pass goes like this. The model is looked at: what it is called on, what pictures go
through before it, and which tensors its layers compute. `choose` picks some of them.
`Execution` is the model's forward pass up to these, traced when it is first run. Inputs
of one size are checked, made into batches (`Feed`), and run; what comes out is cut into
one row for each input, channels last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import keras
import numpy as np

from tb_actviz.capture import listing
from tb_actviz.capture.batch_axis import keep_inputs_apart
from tb_actviz.capture.compiled import as_tensors
from tb_actviz.capture.execution import Capture, Execution, model_failed
from tb_actviz.capture.feed import Feed
from tb_actviz.capture.graph import has_graph
from tb_actviz.capture.input_size import SizeCheck
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.meeting import describe_meeting, find_meeting
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.preprocessing import (
    Preprocess,
    find_preprocess,
    state_preprocess,
)
from tb_actviz.capture.selection import refuse_other_than_models
from tb_actviz.capture.signature import Signature, model_signature, signature_of
from tb_actviz.errors import InputError, format_shape

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

    Raises:
        InputError: If it is not a model, or `choose` or `preprocess` cannot be used.
    """

    def __init__(
        self,
        model: keras.Model,
        choose: Choose,
        *,
        preprocess: Preprocess = "auto",
        compiled: bool | None = None,
    ) -> None:
        refuse_other_than_models(model)
        self._model = model
        self._choose = choose
        self._compiled = compiled
        self._given_preprocess = preprocess
        self._find_preprocess()
        #: What the model is called on; None before that is known.
        self.signature = model_signature(model)
        self._calls: list[LayerCall] = []
        self._chosen: list[LayerCall] = []
        #: Paths of the chosen layers; empty before they are known.
        self.layers: tuple[str, ...] = ()
        #: Those in which the inputs of a batch meet; None before that is known.
        self.meeting: tuple[str, ...] | None = None
        self._is_ready = False
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
            preprocess=self.stated_preprocess,
            inputs=dict(zip(signature.names, signature.shapes, strict=True)),
            layers=self.layers,
            left_out={call.path: call.problem for call in self._calls if call.problem},
        )

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

    def fed_shapes(self, named: NamedInput) -> list[tuple[int, ...]]:
        """Get the shapes that the model is fed with for an input, once preprocessed.

        Returns:
            Shape for each of the model's inputs, without the batch axis.

        Raises:
            InputError: If it does not fit the model, or looks preprocessed already.
        """
        self._get_ready(named)
        return [array.shape[1:] for array in self._feed.batch([named])]

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
                batches.append(_PreparedBatch(tuple(chunk), arrays))
        return PreparedInputs(self, tuple(inputs), tuple(batches))

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
        if self.meeting is None and len(arrays[0]) > 1:
            self.meeting = find_meeting(self._execution, self._chosen, arrays, outputs)
        fixed = self._feed.signature.batch_size
        fed = fixed or len(inputs)
        rows: list[np.ndarray] = []
        whole: list[int] = []
        for call, output in zip(self._chosen, outputs, strict=True):
            last = output if call.channel_axis == -1 else call.channels_last(output)
            if call.has_batch and len(output) == fed:
                rows.append(last[: len(inputs)])
                continue
            if call.has_batch and (fixed or 1) > 1:
                raise InputError(
                    f"The first axis of the layer {call.path!r} is not the batch, and "
                    f"the model {self._model.name!r} takes batches of {fixed} only. "
                    "Build it without a fixed batch size, or choose other layers."
                )
            whole.append(len(rows))
            rows.append(last[None])
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
                _refuse_other_shape(self.layers[index], values[0], values[-1])
        for index, values in alone.items():
            rows[index] = np.concatenate(values)

    def _find_preprocess(self) -> None:
        self.preprocess = find_preprocess(self._model, self._given_preprocess)
        #: What pictures go through before the model, or why nothing, in words.
        self.stated_preprocess = state_preprocess(self._model, self.preprocess)

    def _get_ready(self, named: NamedInput) -> None:
        """Look at the model; one that was never called is built, as by calling it."""
        if self._is_ready:
            return
        signature = self.signature or signature_of(named.values, self._model)
        if not self._model.built:
            self._build(signature, named)
            # Now it may have a graph, and layers that show more.
            signature = model_signature(self._model) or signature
            self._find_preprocess()
        calls = self._list_on_shapes(signature)
        if calls is None:
            calls = self._list_by_run(signature, named)
        self._make_ready(signature, calls)

    def _make_ready(self, signature: Signature, calls: list[LayerCall]) -> None:
        chosen = self._choose(calls)
        self.signature = signature
        self._feed = self._feed_for(signature)
        self._execution = Execution(
            self._model, signature, calls, chosen, self._compiled
        )
        self._sizes = SizeCheck(self._model, self._feed, chosen)
        self._calls, self._chosen = calls, chosen
        if has_graph(self._model) and keep_inputs_apart(calls):
            self.meeting = ()
        self.layers = tuple(call.path for call in chosen)
        self._is_ready = True

    def _feed_for(self, signature: Signature) -> Feed:
        return Feed(
            self._model.name, signature, self.preprocess, has_graph(self._model)
        )

    def _list_on_shapes(self, signature: Signature) -> list[LayerCall] | None:
        """All calls; None for a model that only runs on real values."""
        try:
            return listing.list_calls(self._model, signature)
        except InputError:
            return None

    def _list_by_run(self, signature: Signature, named: NamedInput) -> list[LayerCall]:
        feed = self._feed_for(signature)
        batches = [as_tensors(feed.batch([named] * count)) for count in (1, 2)]
        try:
            with keras.StatelessScope():
                return listing.list_calls_of_run(self._model, signature, batches)
        except Exception as error:  # a model of the user's can fail in any way
            raise model_failed(self._model, error) from error

    def _build(self, signature: Signature, named: NamedInput) -> None:
        try:
            listing.build(self._model, signature)
        except Exception:  # a model of the user's can fail in any way
            tensors = as_tensors(self._feed_for(signature).batch([named]))
            try:
                self._model(signature.pack(tensors), training=False)
            except Exception as error:
                raise model_failed(self._model, error) from error


@dataclass(frozen=True, eq=False)
class _PreparedBatch:
    """Which inputs go through the model together, and the arrays it is fed for them."""

    indices: tuple[int, ...]
    arrays: list[np.ndarray]


class PreparedInputs:
    """Inputs of any sizes, made ready for one model once.

    Args:
        forward_pass: The pass that they were prepared by.
        inputs: The inputs, in their order.
        batches: Those of one size together, preprocessed, in the dtype of the model.
    """

    def __init__(
        self,
        forward_pass: ForwardPass,
        inputs: tuple[NamedInput, ...],
        batches: tuple[_PreparedBatch, ...],
    ) -> None:
        self.inputs = inputs
        self._pass = forward_pass
        self._batches = batches

    def run(self) -> list[dict[str, np.ndarray]]:
        """Run the model over the inputs, with its current weights.

        Returns:
            For each input layer path to activations, float32, read-only, with a batch
            axis of one.

        Raises:
            InputError: If the model fails.
        """
        captured: list[dict[str, np.ndarray]] = [{} for _ in self.inputs]
        for batch in self._batches:
            named = [self.inputs[index] for index in batch.indices]
            layers = self._pass.run_batch(named, batch.arrays)
            for path, values in zip(self._pass.layers, layers, strict=True):
                for row, index in enumerate(batch.indices):
                    view = values[row : row + 1]
                    view.flags.writeable = False
                    captured[index][path] = view
        return captured


def _refuse_other_shape(path: str, first: np.ndarray, other: np.ndarray) -> None:
    if other.shape[1:] != first.shape[1:]:
        raise InputError(
            f"The layer {path!r} gives {format_shape(first.shape[1:])} for one input "
            f"and {format_shape(other.shape[1:])} for another. Run the inputs one by "
            "one."
        )
