"""Named inputs through one model, once for everything that was chosen of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import keras
import numpy as np

from tb_actviz.capture import discovery
from tb_actviz.capture.batches import Feed
from tb_actviz.capture.calls import Call
from tb_actviz.capture.description import Capture
from tb_actviz.capture.execution import Execution, model_failed
from tb_actviz.capture.forward import as_tensors
from tb_actviz.capture.graph import has_graph
from tb_actviz.capture.layers import refuse_other_than_models
from tb_actviz.capture.memory import physical_memory
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.preprocessing import (
    Preprocess,
    find_preprocess,
    state_preprocess,
)
from tb_actviz.capture.signature import Signature, model_signature, signature_of
from tb_actviz.capture.text import by, describe_error
from tb_actviz.errors import InputError

#: Picks out of all calls of a model those to capture.
Choose: TypeAlias = "Callable[[Sequence[Call]], list[Call]]"
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
        InputError: If it is no model, or `choose` or `preprocess` cannot be used.
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
        self._plan: _Plan | None = None
        self._find_preprocess()
        self.signature = model_signature(model)
        if self.signature is not None and model.built:
            calls = self._list_on_shapes(self.signature)
            if calls is not None:
                self._plan = self._planned(self.signature, calls)

    @property
    def layers(self) -> tuple[str, ...]:
        """Paths of the chosen layers; empty before they are known."""
        return () if self._plan is None else self._plan.layers

    def describe(self) -> Capture:
        """Tell how the activations are captured.

        Returns:
            The description.

        Raises:
            InputError: If that is not known before the first inputs.
        """
        plan = self._plan
        if plan is None:
            raise InputError(
                f"How the model {self._model.name!r} is captured is not known before "
                "its first inputs. Run some through it."
            )
        signature = plan.feed.signature
        return Capture(
            method="probe" if plan.execution.reason else "sub-model",
            reason=plan.execution.reason,
            backend=str(keras.backend.backend()),
            compiled=plan.execution.compiled,
            preprocess=self.stated_preprocess,
            inputs=dict(zip(signature.names, signature.shapes, strict=True)),
            layers=plan.layers,
            left_out={call.path: call.problem for call in plan.calls if call.problem},
        )

    def check(self, named: NamedInput, count: int = 1) -> None:
        """Refuse an input that the model cannot take, before anything runs.

        Args:
            named: An input.
            count: How many inputs of this size there are.

        Raises:
            InputError: If its size or number of channels does not fit the model, or
                the activations do not fit into memory.
        """
        self._prepared(named).check(named, count)

    def fed_shapes(self, named: NamedInput) -> list[tuple[int, ...]]:
        """Get the shapes that the model is fed with for an input, once preprocessed.

        Args:
            named: An input.

        Returns:
            Shape for each of the model's inputs, without the batch axis.

        Raises:
            InputError: If it does not fit the model, or looks preprocessed already.
        """
        arrays = self._prepared(named).feed.batch([named])
        return [array.shape[1:] for array in arrays]

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
        plan = self._prepared(inputs[0])
        plan.feed.refuse_mixed_sizes(inputs)
        plan.check(inputs[0], len(inputs))
        return plan.run(inputs, batch_size, progress)

    def prepare(self, inputs: Sequence[NamedInput]) -> list[PreparedBatch]:
        """Make batches of inputs of one size, to be run any number of times.

        Args:
            inputs: Inputs from `read_inputs`, at least one.

        Returns:
            As many batches as it takes.

        Raises:
            InputError: As `run`, but for the model's own failures.
        """
        plan = self._prepared(inputs[0])
        plan.feed.refuse_mixed_sizes(inputs)
        plan.check(inputs[0], len(inputs))
        size = plan.feed.signature.batch_size or BATCH_SIZE
        starts = range(0, len(inputs), size)
        chunks = [tuple(inputs[start : start + size]) for start in starts]
        return [PreparedBatch(chunk, plan.feed.batch(chunk)) for chunk in chunks]

    def run_prepared(self, batch: PreparedBatch) -> dict[str, np.ndarray]:
        """Run the model over one prepared batch.

        Args:
            batch: From `prepare` of this pass.

        Returns:
            As `run`.

        Raises:
            InputError: If the model fails on it.
        """
        plan = self._prepared(batch.inputs[0])
        rows = plan.run_batch(batch.inputs, batch.arrays)
        return dict(zip(plan.layers, rows, strict=True))

    def _find_preprocess(self) -> None:
        self.preprocess = find_preprocess(self._model, self._given_preprocess)
        #: What pictures go through before the model, or why nothing, in words.
        self.stated_preprocess = state_preprocess(self._model, self.preprocess)

    def _prepared(self, named: NamedInput) -> _Plan:
        """The plan; a model that was never called is built, as calling it would."""
        if self._plan is None:
            signature = self.signature or signature_of(named.values, self._model)
            if not self._model.built:
                self._build(signature, named)
                # Now it may have a graph, and layers that tell more.
                signature = model_signature(self._model) or signature
                self._find_preprocess()
            calls = self._list_on_shapes(signature)
            if calls is None:
                calls = self._list_by_run(signature, named)
            self.signature = signature
            self._plan = self._planned(signature, calls)
        return self._plan

    def _planned(self, signature: Signature, calls: list[Call]) -> _Plan:
        chosen = self._choose(calls)
        return _Plan(
            model=self._model,
            feed=self._feed(signature),
            calls=calls,
            chosen=chosen,
            execution=Execution(self._model, signature, calls, chosen, self._compiled),
        )

    def _feed(self, signature: Signature) -> Feed:
        return Feed(
            self._model.name, signature, self.preprocess, has_graph(self._model)
        )

    def _list_on_shapes(self, signature: Signature) -> list[Call] | None:
        """All calls; None for a model that only runs on real values."""
        try:
            return discovery.list_calls(self._model, signature)
        except InputError:
            return None

    def _list_by_run(self, signature: Signature, named: NamedInput) -> list[Call]:
        tensors = as_tensors(self._feed(signature).batch([named]))
        try:
            with keras.StatelessScope():
                return discovery.list_calls_of_run(self._model, signature, tensors)
        except Exception as error:  # a model of the user's can fail in any way
            raise model_failed(self._model, error) from error

    def _build(self, signature: Signature, named: NamedInput) -> None:
        try:
            discovery.build(self._model, signature)
        except Exception:  # a model of the user's can fail in any way
            tensors = as_tensors(self._feed(signature).batch([named]))
            try:
                self._model(signature.pack(tensors), training=False)
            except Exception as error:
                raise model_failed(self._model, error) from error


@dataclass(frozen=True, eq=False)
class PreparedBatch:
    """Inputs of one size and the arrays that the model is fed for them.

    Args:
        inputs: The inputs, no more than go through the model at once.
        arrays: A batch for each of the model's inputs, preprocessed, in its dtype.
    """

    inputs: tuple[NamedInput, ...]
    arrays: list[np.ndarray]


@dataclass(eq=False)
class _Plan:
    """What a pass does once all is known of the model."""

    model: keras.Model
    feed: Feed
    calls: list[Call]
    chosen: list[Call]
    execution: Execution
    #: What is wrong with inputs of some shapes, or the bytes that one of them needs.
    sizes: dict[tuple[tuple[int, ...], ...], str | int] = field(default_factory=dict)

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(call.path for call in self.chosen)

    def check(self, named: NamedInput, count: int) -> None:
        shapes = self.feed.shapes(named)
        if shapes not in self.sizes:
            self.sizes[shapes] = self._size(shapes)
        found = self.sizes[shapes]
        sizes = " and ".join(by(shape) for shape in shapes)
        if isinstance(found, str):
            raise InputError(f"The input {named.name!r} ({sizes}) is {found}")
        needed, room = found * count, physical_memory() // 2
        if needed > room:
            what = f"The input {named.name!r} ({sizes}) is"
            if count > 1:
                what = f"{count} inputs as large as {named.name!r} ({sizes}) are"
            raise InputError(
                f"{what} too large: {len(self.chosen)} layers of it need "
                f"{needed / 2**30:.1f} GiB, "
                f"more than half of this machine's memory ({room / 2**30:.1f} GiB). "
                "Choose fewer layers or a smaller picture (on the command line: "
                "--layers, --size)."
            )

    def run(
        self, inputs: Sequence[NamedInput], batch_size: int, progress: Progress | None
    ) -> dict[str, np.ndarray]:
        size = self.feed.signature.batch_size or batch_size
        if len(inputs) <= size:
            # As they come: a copy would cost more than the pass of a small model.
            rows = self.run_batch(inputs, self.feed.batch(inputs))
            return dict(zip(self.layers, rows, strict=True))
        whole: list[np.ndarray] = []
        for start in range(0, len(inputs), size):
            chunk = inputs[start : start + size]
            rows = self.run_batch(chunk, self.feed.batch(chunk))
            if not whole:
                shapes = [(len(inputs), *row.shape[1:]) for row in rows]
                whole = [np.empty(shape, np.float32) for shape in shapes]
            for path, values, row in zip(self.layers, whole, rows, strict=True):
                if values.shape[1:] != row.shape[1:]:
                    raise _of_several_shapes(path, values, row)
                values[start : start + len(row)] = row
            if progress is not None:
                progress(min(start + size, len(inputs)), len(inputs))
        for values in whole:
            values.flags.writeable = False
        return dict(zip(self.layers, whole, strict=True))

    def run_batch(
        self, inputs: Sequence[NamedInput], arrays: list[np.ndarray]
    ) -> list[np.ndarray]:
        outputs = self.execution(arrays)
        fixed = self.feed.signature.batch_size
        fed = fixed or len(inputs)
        whole = [
            path
            for path, call, output in zip(
                self.layers, self.chosen, outputs, strict=True
            )
            if call.shape[0] is not None or len(output) != fed
        ]
        if whole and (fixed or 1) > 1:
            raise InputError(
                f"The first axis of the layer {whole[0]!r} is not the batch, and the "
                f"model {self.model.name!r} takes batches of {fixed} only. Build it "
                "without a fixed batch size, or choose other layers."
            )
        if whole and len(inputs) > 1:
            # All that such a layer gives, as windows of a picture or embeddings of
            # positions, belongs to the input only when that goes alone.
            alone = [self.run_batch([one], self.feed.batch([one])) for one in inputs]
            for path, *rows in zip(self.layers, *alone, strict=True):
                for row in rows:
                    if row.shape != rows[0].shape:
                        raise _of_several_shapes(path, rows[0], row)
            return [np.concatenate(rows) for rows in zip(*alone, strict=True)]
        return [
            _rows(output, len(inputs), path in whole, call.channels_first)
            for path, output, call in zip(
                self.layers, outputs, self.chosen, strict=True
            )
        ]

    def _size(self, shapes: tuple[tuple[int, ...], ...]) -> str | int:
        """What is wrong with a size, tried on shapes alone; else the bytes it needs.

        Some back ends make NaN from empty maps instead of failing.
        """
        try:
            found = discovery.shapes_at(self.model, self.feed.signature, shapes)
        except Exception as error:  # a model of the user's can fail in any way
            sizes = [size for shape in self.feed.signature.shapes for size in shape]
            if not has_graph(self.model) or None not in sizes:
                # Not for its size: it needs real values, or its run will tell more.
                return 0
            reason = describe_error(error).partition(": ")[2].rstrip(".")
        else:
            small = [shape for shape in found.values() if 0 in shape]
            if not small:
                chosen = (found.get(call.path, ()) for call in self.chosen)
                # What a layer does not tell before its run cannot be counted.
                values = sum(math.prod(n or 1 for n in shape) for shape in chosen)
                return 4 * values // (self.feed.signature.batch_size or 1)
            reason = f"a layer would be {by(small[0])}"
        return (
            f"too small for the model {self.model.name!r}, or of a size it cannot "
            f"take: {reason}. Use another size, as a larger picture (on the command "
            "line: --size)."
        )


def _rows(
    output: np.ndarray, count: int, is_whole: bool, channels_first: bool
) -> np.ndarray:
    """One row for each input, channels last, from what the pass gave for a layer."""
    if channels_first:
        output = np.moveaxis(output, 1, -1)
    return output[None] if is_whole else output[:count]


def _of_several_shapes(path: str, one: np.ndarray, other: np.ndarray) -> InputError:
    return InputError(
        f"The layer {path!r} gives {by(one.shape[1:])} for one input and "
        f"{by(other.shape[1:])} for another. Run the inputs one by one."
    )
