"""Runs a model for what was chosen of it, the fastest way that can, again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture.compiled import (
    Forward,
    OutOfReachError,
    TensorFunction,
    compile_forward,
    run_eagerly,
)
from tb_actviz.capture.description import Capture
from tb_actviz.capture.keras_graph import has_graph
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import is_input
from tb_actviz.capture.listing import lasting_layers, run_watched
from tb_actviz.capture.named_input import Batch, NamedInput
from tb_actviz.capture.probe import Entry, watching
from tb_actviz.capture.reduced import Reducing
from tb_actviz.capture.signature import Signature
from tb_actviz.capture.undisturbed import KeptCalls, Undisturbed
from tb_actviz.errors import InputError, format_shape, model_failed

#: Models without a graph are traced for each size; more traces would only pile up.
_MOST_TRACED = 16

#: Runs a model over inputs and the arrays it is fed for them: the activations of each
#: layer, one row for each input.
RunBatch: TypeAlias = "Callable[[Sequence[NamedInput], Batch], list[np.ndarray]]"


class Execution:
    """A model's forward pass for chosen layers, traced when it is first run.

    Where the model's graph has all of them, one model with many outputs gives them;
    otherwise the layers are watched while the model runs.

    Args:
        model: A built Keras model.
        signature: What it is called on.
        calls: All its calls.
        chosen: The calls to give.
        compiled: Whether to compile the pass; None compiles it unless the model was
            compiled with `run_eagerly`, and runs it eagerly where that fails.
        trained: The model whose training holds the weights.
        reducing: What happens to the activations at the end of a pass; None for
            nothing.
    """

    def __init__(
        self,
        model: keras.Model,
        signature: Signature,
        calls: Sequence[LayerCall],
        chosen: Sequence[LayerCall],
        compiled: bool | None,
        trained: keras.Model,
        reducing: Reducing | None = None,
    ) -> None:
        self._model = model
        self._trained = trained
        self._has_graph = has_graph(model)
        self._signature = signature
        self._calls = calls
        self._chosen = chosen
        self._reducing = reducing
        self._inputs = [call.path for call in calls if is_input(call.layer)]
        self._lasting = lasting_layers(model)
        self._may_fall_back = compiled is None
        eager = getattr(trained, "run_eagerly", False) if compiled is None else False
        self._compile = compiled is not False and not eager
        self._kept = Undisturbed(model, *(call.layer for call in calls))
        self._overwrites = False
        self._forwards: dict[tuple[Any, ...], Forward] = {}
        #: Why a sub-model would not do; empty where it does.
        self.reason = _against_sub_model(model, chosen)
        self._function = self._through_probe if self.reason else self._sub_model()

    @property
    def compiled(self) -> bool:
        """Whether the pass is compiled; torch runs it as it stands."""
        return self._compile and keras.backend.backend() != "torch"

    def __call__(self, batch: Batch) -> list[Any]:
        """Run the pass.

        Args:
            batch: An array for each of the model's inputs, in the dtype it takes; None
                for one that is left out.

        Returns:
            For each chosen call what the model gave, float32, read-only; or its
            `LayerMaps`, if there are reductions.

        Raises:
            InputError: If the model fails.
            OutOfReachError: If its weights are split over several processes.
        """
        if keras.backend.backend() == "jax":
            # While `fit` runs, the weights are elsewhere.
            self._trained.jax_state_sync()
        present = tuple(i for i, array in enumerate(batch) if array is not None)
        arrays = [array for array in batch if array is not None]
        # A graph says which sizes it takes; other models are traced for each size.
        shapes = tuple(array.shape[1:] for array in arrays)
        if self._has_graph:
            shapes = tuple(self._signature.shapes[index] for index in present)
        key = (shapes, tuple(str(array.dtype) for array in arrays), present)
        forward = self._forwards.get(key)
        if forward is not None:
            return self._run(forward, arrays)
        outputs = self._run_first(key, arrays)
        if self._kept.overwrites and not self._overwrites:
            # Once more, with copies of what the layers give as soon as it is there.
            self._overwrites = True
            self.reason = self.reason or "layers overwrite what others gave"
            self._function = self._through_probe
            self._forwards.clear()
            return self(batch)
        return outputs

    def describe(self, preprocess: str) -> Capture:
        """Describe how the activations are captured.

        Args:
            preprocess: What inputs go through first, in words.

        Returns:
            The description.
        """
        names, shapes = self._signature.names, self._signature.shapes
        return Capture(
            method="probe" if self.reason else "sub-model",
            reason=self.reason,
            backend=str(keras.backend.backend()),
            compiled=self.compiled,
            preprocess=preprocess,
            inputs=dict(zip(names, shapes, strict=True)),
            layers=tuple(call.path for call in self._chosen),
            left_out={one.path: one.problem for one in self._calls if one.problem},
        )

    def _run_first(self, key: tuple[Any, ...], arrays: list[np.ndarray]) -> list[Any]:
        shapes, dtypes, present = key
        function = Entry(partial(self._run_with, present))
        read = None if self._reducing is None else self._reducing.read
        if len(self._forwards) == _MOST_TRACED:
            del self._forwards[next(iter(self._forwards))]
        if self._compile:
            forward = compile_forward(
                function,
                [(self._signature.batch_size, *shape) for shape in shapes],
                list(dtypes),
                self._variables,
                self._kept,
                read,
            )
            try:
                outputs = self._run(forward, arrays)
            except InputError:
                if not self._may_fall_back:
                    raise
            else:
                self._forwards[key] = forward
                return outputs
        forward = run_eagerly(function, self._variables, self._kept, read)
        outputs = self._run(forward, arrays)
        self._compile = False
        self._forwards[key] = forward
        return outputs

    def _run(self, forward: Forward, arrays: list[np.ndarray]) -> list[Any]:
        try:
            return forward(arrays)
        except OutOfReachError:
            raise
        except Exception as error:  # a model of the user's can fail in any way
            raise model_failed(self._model, error) from error

    def _run_with(
        self, present: Sequence[int], tensors: Sequence[Any]
    ) -> Sequence[Any]:
        """Run the function on the inputs that are there; None stands for the others."""
        every: list[Any] = [None] * len(self._signature.names)
        for index, tensor in zip(present, tensors, strict=True):
            every[index] = tensor
        outputs = self._function(every)
        return outputs if self._reducing is None else self._reducing.inside(outputs)

    def _sub_model(self) -> TensorFunction:
        # Named, so that the numbers of the user's own models go on as before.
        sub_model = keras.Model(
            self._model.inputs,
            [call.tensor for call in self._chosen],
            name="tb_actviz_sub_model",
        )

        def through_sub_model(tensors: Sequence[Any]) -> Sequence[Any]:
            watch = watching(KeptCalls(self._kept.keep))
            with watch if self._kept.is_watched else nullcontext():
                outputs = sub_model(list(tensors), training=False)
            # One output alone comes without its list.
            return list(keras.tree.flatten(outputs))

        return through_sub_model

    def _through_probe(self, tensors: Sequence[Any]) -> Sequence[Any]:
        wanted = [call.path for call in self._chosen]
        seen = run_watched(
            self._model,
            self._signature,
            tensors,
            input_paths=self._inputs,
            wanted=wanted,
            lasting=self._lasting,
            keep=self._kept.keep,
        )
        for path in wanted:
            if path not in seen.tensors:
                raise InputError(
                    f"The layer {path!r} is not called for these inputs. Choose other "
                    "layers, or inputs for which it is."
                )
        return [seen.tensors[path] for path in wanted]

    def _variables(self) -> list[Any]:
        """All variables the pass may read, also of layers that Keras does not track."""
        by_identity = {id(variable): variable for variable in self._model.variables}
        for call in self._calls:
            for variable in getattr(call.layer, "variables", ()):
                by_identity.setdefault(id(variable), variable)
        return list(by_identity.values())


def _against_sub_model(model: keras.Model, chosen: Sequence[LayerCall]) -> str:
    """Why a classic multi-output model cannot give what was chosen."""
    if not has_graph(model):
        return "the model has no graph"
    for call in chosen:
        if call.fused:
            return f"{call.path} lies inside a layer"
        if call.tensor is None:
            return f"{call.path} lies inside {call.path.rpartition('/')[0]}"
    return ""


@dataclass(frozen=True, eq=False)
class PreparedBatch:
    """Inputs of one size that go through a model together.

    Args:
        indices: Which inputs, of all that were prepared.
        arrays: What the model is fed for them, preprocessed, in the dtype it takes.
        layers: Paths of the layers that a run gives.
        run_batch: Runs the model.
    """

    indices: tuple[int, ...]
    arrays: Batch
    layers: tuple[str, ...]
    run_batch: RunBatch


@dataclass(frozen=True, eq=False)
class PreparedInputs:
    """Inputs of any sizes, made ready for one model once.

    Args:
        inputs: The inputs, in their order.
        batches: Those of one size together.
    """

    inputs: tuple[NamedInput, ...]
    batches: tuple[PreparedBatch, ...]

    def run(self) -> list[dict[str, np.ndarray]]:
        """Run the model over the inputs, with its current weights.

        Returns:
            For each input layer path to activations, float32, read-only, with a batch
            axis of one.

        Raises:
            InputError: If the model fails.
        """
        captured: list[dict[str, np.ndarray]] = [{} for _ in self.inputs]
        for batch in self.batches:
            named = [self.inputs[index] for index in batch.indices]
            rows = batch.run_batch(named, batch.arrays)
            for path, values in zip(batch.layers, rows, strict=True):
                for row, index in enumerate(batch.indices):
                    view = values[row : row + 1]
                    view.flags.writeable = False
                    captured[index][path] = view
        return captured


def rows_of_inputs(
    calls: Sequence[LayerCall],
    outputs: Sequence[np.ndarray],
    inputs: int,
    fixed: int | None,
    model_name: str,
) -> tuple[list[np.ndarray], list[int]]:
    """Cut what a pass gave for a batch into rows, one for each input.

    Args:
        calls: The calls that were chosen.
        outputs: What the pass gave for each of them.
        inputs: How many inputs the batch was made of.
        fixed: The batch size of a model that has a fixed one.
        model_name: What to call the model in messages.

    Returns:
        An array for each call, channels last, with a row for each input; and the
        indices of the calls without a batch axis, whose one row has everything.

    Raises:
        InputError: If a call turns out to have no batch axis, and the model takes
            batches of one size only.
    """
    rows: list[np.ndarray] = []
    whole: list[int] = []
    for call, output in zip(calls, outputs, strict=True):
        last = output if call.channel_axis == -1 else call.channels_last(output)
        if call.has_batch and len(output) == (fixed or inputs):
            rows.append(last[:inputs])
            continue
        if call.has_batch and (fixed or 1) > 1:
            raise InputError(
                f"The first axis of the layer {call.path!r} is not the batch, and "
                f"the model {model_name!r} takes batches of {fixed} only. Build it "
                "without a fixed batch size, or choose other layers."
            )
        whole.append(len(rows))
        rows.append(last[None])
    return rows, whole


def refuse_other_shape(path: str, first: np.ndarray, other: np.ndarray) -> None:
    """Refuse to put activations together that differ in shape.

    Args:
        path: Layer path.
        first: What the layer gave for one input, with the batch axis.
        other: What it gave for another.

    Raises:
        InputError: If they differ in any other axis than the batch.
    """
    if other.shape[1:] != first.shape[1:]:
        raise InputError(
            f"The layer {path!r} gives {format_shape(first.shape[1:])} for one input "
            f"and {format_shape(other.shape[1:])} for another. Run the inputs one by "
            "one."
        )


def indices_by_size(inputs: Sequence[NamedInput]) -> Iterable[list[int]]:
    """Put inputs together that can go through a model together.

    Args:
        inputs: Inputs of any sizes.

    Returns:
        For each size the indices of its inputs, in their order.
    """
    of_size: dict[tuple[tuple[int, ...], ...], list[int]] = {}
    for index, named in enumerate(inputs):
        of_size.setdefault(named.shapes, []).append(index)
    return of_size.values()
