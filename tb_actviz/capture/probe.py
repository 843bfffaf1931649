"""Watches the layers of a model while it runs, in the thread that runs it.

Every call of a Keras layer or operation passes `keras.Operation.__call__`. While a
model is watched that method is replaced by one that also calls a `Recorder`; it is put
back when the run ends, however it ends, and does nothing for calls in other threads.
Layers themselves are touched in one place only: the function in `activation` is
replaced for the time of the layer's own call.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import keras

from tb_actviz.capture.keras_graph import is_in_graph
from tb_actviz.capture.layer_calls import CallNames, LayerCall, dtype_of, value_problem
from tb_actviz.capture.layer_kinds import fused_activation

_LOOP = (
    "it is computed inside a loop or a function compiled on its own (keras.ops.scan, "
    "map, cond, while_loop, keras.remat, tf.function, jax.jit), outside of which its "
    "values do not exist; call the layer outside of that"
)
_recording: ContextVar[Any] = ContextVar("tb_actviz_recording", default=None)
#: Two threads that replace and restore in turns would leave the wrong one behind.
_replacing = threading.RLock()


class EverythingSeen(BaseException):
    """Ends a run as soon as every wanted tensor is there: the rest is not computed.

    No `Exception`, so that no model takes it for a failure of its own.
    """


def as_it_is(tensor: Any) -> Any:
    """Keep a tensor that nothing overwrites.

    Returns:
        The tensor itself.
    """
    return tensor


class Recorder:
    """Collects the tensors that a watched run computes.

    Args:
        inputs: The tensors that the model is called on, with the path of each.
        wanted: Paths of the tensors to keep; None keeps them all.
        lasting: Ids of the layers that the model keeps; others are made as it runs.
        keep: Gives what to keep of a tensor that may be overwritten later.
    """

    def __init__(
        self,
        inputs: Sequence[tuple[str, Any]],
        wanted: Sequence[str] | None,
        lasting: Container[int],
        *,
        keep: Callable[[Any], Any] = as_it_is,
    ) -> None:
        self.calls: list[LayerCall] = []
        self.tensors: dict[str, Any] = {}
        #: Paths of the model's outputs, once it has run to its end.
        self.final: set[str] = set()
        self._missing = None if wanted is None else set(wanted)
        self._reference = inputs[0][1]
        self._lasting = lasting
        self._keep = keep
        self._frames: list[_Frame] = []
        self._inputs = list(inputs)
        # Where each tensor came from; an id means something only while it lives.
        self._paths = {id(tensor): path for path, tensor in inputs if path}
        self._alive: list[Any] = []
        for path, tensor in inputs:
            if path in (wanted or ()):
                self.tensors[path] = keep(tensor)

    def run(
        self,
        operation: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        call: Callable[..., Any],
    ) -> Any:
        """Run one call of a layer and record what it gives.

        Args:
            operation: The layer or operation.
            args: What it is called on.
            kwargs: What it is called with.
            call: `keras.Operation.__call__` as Keras has it.

        Returns:
            What the call returns.

        Raises:
            EverythingSeen: As soon as all wanted tensors are there.
        """
        if not self._frames:
            taken = [path for path, _ in self._inputs if path]
            with self._inside(_Frame("", (), taken)):
                outputs = call(operation, *args, **kwargs)
            self.final = set(self._sources(outputs))
            return outputs
        if not isinstance(operation, keras.Layer) and not is_in_graph(operation):
            return call(operation, *args, **kwargs)
        parent = self._frames[-1]
        name, times = parent.names.enter(
            operation,
            is_lasting=not isinstance(operation, keras.Layer)
            or id(operation) in self._lasting,
        )
        path = parent.prefix + name
        sources = self._sources((args, kwargs))
        frame = _Frame(f"{path}/", parent.steps)
        with (
            self._inside(frame),
            self._watched_activation(
                operation, parent, name, sources, times
            ) as applied_to,
        ):
            if type(operation).call is keras.layers.TimeDistributed.call:
                outputs = self._run_all_steps(frame, operation, *args, **kwargs)
            elif isinstance(operation, keras.layers.RNN):
                with _not_recording():
                    outputs = call(operation, *args, **kwargs)
            else:
                outputs = call(operation, *args, **kwargs)
        tensors = [x for x in keras.tree.flatten(outputs) if hasattr(x, "shape")]
        for local, tensor in zip(
            parent.names.outputs(name, len(tensors)), tensors, strict=True
        ):
            # What a layer inside made is handed on as it is.
            inner = self._paths.get(id(tensor), "")
            self._record(
                LayerCall(
                    path=parent.prefix + local,
                    layer=operation,
                    shape=(),
                    dtype="",
                    sources=(inner,)
                    if inner.startswith(frame.prefix)
                    else tuple(applied_to[-1:]) or sources,
                    times=times,
                ),
                tensor,
                parent.steps,
            )
        return outputs

    def _run_all_steps(
        self,
        frame: _Frame,
        operation: keras.layers.TimeDistributed,
        inputs: Any,
        training: bool | None = None,
        mask: Any = None,
    ) -> Any:
        """Run what `TimeDistributed` holds once, on all time steps as one batch.

        Keras runs it step by step, or in a loop that nothing can be taken out of. In
        inference mode the results are the same.
        """
        shape = keras.ops.shape(inputs)
        flat = keras.ops.reshape(inputs, (-1, *shape[2:]))
        kwargs = {}
        takes = inspect.signature(operation.layer.call).parameters
        if mask is not None and "mask" in takes:
            kwargs["mask"] = keras.ops.reshape(mask, (-1, *keras.ops.shape(mask)[2:]))
        frame.steps = (*frame.steps, shape[1])
        outputs = operation.layer(flat, **kwargs)
        return _unfold(outputs, (shape[1],))

    @contextmanager
    def _inside(self, frame: _Frame) -> Iterator[None]:
        self._frames.append(frame)
        try:
            yield
        finally:
            self._frames.pop()

    @contextmanager
    def _watched_activation(
        self,
        layer: Any,
        parent: _Frame,
        name: str,
        sources: tuple[str, ...],
        times: int,
    ) -> Iterator[list[str]]:
        """Record what the layer's own activation function is called on.

        Yields:
            The paths of that, filled while the layer runs.
        """
        paths: list[str] = []
        function = fused_activation(layer)
        if function is None:
            yield paths
            return

        def watched(x: Any, *args: Any, **kwargs: Any) -> Any:
            if _recording.get() is self:
                path = parent.prefix + parent.names.fused(name)
                paths.append(path)
                call = LayerCall(
                    path=path,
                    layer=layer,
                    shape=(),
                    dtype="",
                    sources=sources,
                    times=times,
                    fused=True,
                )
                self._record(call, x, parent.steps)
            return function(x, *args, **kwargs)

        # Past the layer's own `__setattr__`, which keeps track of what it is given.
        attributes = vars(layer)
        was_there = "activation" in attributes
        attributes["activation"] = watched
        try:
            yield paths
        finally:
            if was_there:
                attributes["activation"] = function
            else:  # torch keeps modules elsewhere
                del attributes["activation"]

    def _sources(self, nest: Any) -> tuple[str, ...]:
        if self._missing is not None:
            return ()  # nobody asks when only values are wanted
        flat = keras.tree.flatten(nest)
        return tuple(self._paths[id(x)] for x in flat if id(x) in self._paths)

    def _record(self, call: LayerCall, tensor: Any, steps: tuple[Any, ...]) -> None:
        if self._missing is not None and call.path not in self._missing:
            return
        problem = _problem(tensor, self._reference)
        if problem is None:
            self.tensors[call.path] = _unfold(self._keep(tensor), steps)
        if self._missing is None:
            self._alive.append(tensor)
            self._paths[id(tensor)] = call.path
            self.calls.append(replace(call, problem=problem))
            return
        self._missing.discard(call.path)
        if not self._missing:
            raise EverythingSeen


class _Frame:
    """One call that is running: where the calls inside it belong."""

    def __init__(
        self, prefix: str, steps: tuple[Any, ...], taken: Sequence[str] = ()
    ) -> None:
        self.prefix = prefix
        self.names = CallNames(taken)
        #: Sizes of the time axes that lie folded into the batch axis.
        self.steps = steps


@contextmanager
def watching(recorder: Any) -> Iterator[None]:
    """Let a recorder see the calls of Keras layers made in this thread.

    Args:
        recorder: What they are passed to: a `Recorder`, or what has such a `run`.

    Yields:
        Nothing.
    """
    with _replacing:
        keras_call = keras.Operation.__call__

        def call(operation: Any, /, *args: Any, **kwargs: Any) -> Any:
            current = _recording.get()
            if current is None:
                return keras_call(operation, *args, **kwargs)
            return current.run(operation, args, kwargs, keras_call)

        token = _recording.set(recorder)
        keras.Operation.__call__ = call
        try:
            yield
        finally:
            keras.Operation.__call__ = keras_call
            _recording.reset(token)


@contextmanager
def _not_recording() -> Iterator[None]:
    token = _recording.set(None)
    try:
        yield
    finally:
        _recording.reset(token)


def _unfold(tensor: Any, steps: tuple[Any, ...]) -> Any:
    """Give time steps that lie folded into the batch axis their own axes again."""
    if not steps:
        return tensor
    return keras.ops.reshape(tensor, (-1, *steps, *keras.ops.shape(tensor)[1:]))


def _problem(tensor: Any, reference: Any) -> str | None:
    """Why a tensor cannot be captured, if so."""
    if not hasattr(tensor, "ndim"):
        return f"it is a {type(tensor).__name__}, not a dense tensor"
    dtype = dtype_of(tensor)
    problem = value_problem(tensor.shape, dtype)
    return problem or (None if _is_outside(tensor, reference) else _LOOP)


def _is_outside(tensor: Any, reference: Any) -> bool:
    """Return whether a tensor exists where the model's inputs do.

    Loops and functions compiled on their own have tensors that mean nothing, or are
    an error, outside of them. Each back end shows it differently.
    """
    if keras.backend.backend() == "tensorflow":
        graph = getattr(tensor, "graph", None)
        # tf.vectorized_map traces its body in the graph around it, under this name.
        return graph is getattr(reference, "graph", None) and (
            graph is None or "/loop_body/" not in tensor.name
        )
    if keras.backend.backend() == "jax":
        trace = getattr(tensor, "_trace", None)
        return trace is None or trace is getattr(reference, "_trace", None)
    if keras.backend.backend() == "torch":
        try:
            tensor.untyped_storage()
        except NotImplementedError:  # inside torch.vmap
            return False
    return True


class Entry(keras.Layer):  # type: ignore[misc]
    """Runs a function inside a layer that holds nothing.

    The layer that is called outermost makes Keras forget the losses of all layers it
    holds. If that were the user's model, losses added by a training step would go, and
    in a step that another thread runs meanwhile they would be missing.

    Args:
        function: Takes and gives tensors; layers it calls have their weights already.
    """

    def __init__(self, function: Callable[[Sequence[Any]], Any]) -> None:
        # Nothing is cast, and no automatic name is used up.
        super().__init__(name="tb_actviz", dtype="float32", autocast=False)
        self._function = function
        self.built = True

    def call(self, tensors: Sequence[Any]) -> Any:
        """Run the function.

        Args:
            tensors: What it takes.

        Returns:
            What it gives.
        """
        return self._function(tensors)
