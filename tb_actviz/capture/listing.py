"""Which tensors a model computes, found out with as little running as possible."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import keras

from tb_actviz.capture.batch_axis import (
    batches_to_try,
    compared,
    keep_inputs_apart,
    with_batch_axis,
    without_trial,
)
from tb_actviz.capture.channel_order import with_channel_order
from tb_actviz.capture.graph import is_flat, read_graph
from tb_actviz.capture.keras_graph import has_graph
from tb_actviz.capture.layer_calls import LayerCall, dtype_of
from tb_actviz.capture.layer_kinds import all_layers, is_input
from tb_actviz.capture.probe import (
    Entry,
    EverythingSeen,
    Recorder,
    as_it_is,
    watching,
)
from tb_actviz.capture.signature import Signature, with_dtypes
from tb_actviz.capture.undisturbed import undisturbed
from tb_actviz.errors import InputError, describe_error

# Two sizes where any size will do: what changes depends on them. Sizes that halve five
# times suit most networks; smaller ones those with a limit.
_SIZES = ((224, 256), (32, 64), (8, 12))


def list_calls(
    model: keras.Model, signature: Signature, *, may_build: bool = True
) -> list[LayerCall]:
    """List every tensor that a layer of a model computes, in the order they run.

    A graph that shows every layer is read. Otherwise the model is run on shapes alone
    while it is watched; nothing is computed.

    Args:
        model: Any Keras model.
        signature: What it is called on.
        may_build: Whether layers that were never called may be built.

    Returns:
        The calls; input layers first where the model has some.

    Raises:
        InputError: If the model cannot be run on shapes alone.
    """
    flat = has_graph(model) and is_flat(model)
    if may_build and not flat:
        _build_what_runs(model, signature)
    outer = read_graph(model) if has_graph(model) else []
    if flat and keep_inputs_apart(outer):
        return with_batch_axis(outer)
    stated = without_trial(outer, signature.batch_size)
    inputs = [call.path for call in outer if is_input(call.layer)]
    run = partial(_graph_on_shapes if flat else _run_on_shapes, model)
    failure: Exception | None = None
    for tried in with_dtypes(signature):
        for batches in batches_to_try(signature.batch_size):
            for sizes in _SIZES if _any_size(signature) else _SIZES[:1]:
                try:
                    first, second = map(partial(run, tried, inputs), batches, sizes)
                except Exception as error:  # a model of the user's can fail in any way
                    failure = failure or error
                    continue
                calls = compared(first, second, batches, signature.batch_size)
                return calls if flat else _merge(stated, _without_trials(calls))
    if flat:
        return stated
    raise InputError(
        f"The layers of the model {model.name!r} ({type(model).__name__}) cannot be "
        f"listed: it fails when it is run on shapes alone. {describe_error(failure)}"
    ) from failure


def list_calls_of_run(
    model: keras.Model, signature: Signature, batches: Sequence[Sequence[Any]]
) -> list[LayerCall]:
    """List the tensors of a model by running it, for models that need real values.

    Args:
        model: Any Keras model.
        signature: What it is called on.
        batches: Two batches of real inputs, of two sizes, each in the order of the
            signature's names; the second one may fail.

    Returns:
        The calls, with the sizes of the first run. The first axis of a tensor counts as
        the batch where it has its size in both runs.

    Raises:
        Exception: What the model raises for the first batch.
    """
    first, second = batches
    calls = _run_on_values(model, signature, first)
    sizes = first[0].shape[0], second[0].shape[0]
    try:
        others = _run_on_values(model, signature, second)
    except Exception:  # a model may take one input at a time only
        others, sizes = calls, (sizes[0], sizes[0])
    listed = with_channel_order(compared(calls, others, sizes))
    shapes = {call.path: call.shape for call in calls}
    return [
        replace(call, shape=(call.shape[0], *shapes[call.path][1:]))
        if call.shape
        else call
        for call in listed
    ]


def shapes_at(
    model: keras.Model, signature: Signature, shapes: Sequence[tuple[int, ...]]
) -> dict[str, tuple[int | None, ...]]:
    """Find the shapes that a model's tensors have for one input of certain sizes.

    Args:
        model: Any Keras model.
        signature: What it is called on.
        shapes: Shape of each input, without the batch axis.

    Returns:
        Path to shape, with a batch axis of one; None where only a run can show it.

    Raises:
        Exception: What the model raises for such sizes.
    """
    exact = replace(signature, shapes=tuple(shapes))
    flat = has_graph(model) and is_flat(model)
    run = _graph_on_shapes if flat else _run_on_shapes
    return {
        call.path: call.shape
        for call in run(model, exact, [], signature.batch_size or 1, 0)
        if call.problem is None
    }


def run_watched(
    model: keras.Model,
    signature: Signature,
    tensors: Sequence[Any],
    *,
    input_paths: Sequence[str] = (),
    wanted: Sequence[str] | None = None,
    lasting: Container[int] | None = None,
    keep: Callable[[Any], Any] = as_it_is,
) -> Recorder:
    """Run a model in inference mode while it is watched.

    Args:
        model: Any Keras model.
        signature: What it is called on.
        tensors: One tensor for each input.
        input_paths: Paths of the inputs, where they have some.
        wanted: Paths of the tensors to keep; the run ends when they are there. None
            keeps all.
        lasting: Ids of the layers that the model keeps, if they were looked up before.
        keep: Gives what to keep of a tensor that may be overwritten later.

    Returns:
        The recorder with what it saw.
    """
    paths = input_paths or [""] * len(tensors)
    given = zip(paths, tensors, strict=False)
    named = [(path, tensor) for path, tensor in given if tensor is not None]
    if lasting is None:
        lasting = lasting_layers(model)
    recorder = Recorder(named, wanted, lasting, keep=keep)
    with watching(recorder), contextlib.suppress(EverythingSeen):
        model(signature.pack(tensors), training=False)
    return recorder


def lasting_layers(model: keras.Model) -> set[int]:
    """Find the layers that a model keeps, unlike those it makes as it runs.

    Returns:
        Their ids.
    """
    return {id(layer) for layer in all_layers(model)}


def build(model: keras.Model, signature: Signature) -> None:
    """Make the weights of a model that has none yet, as its first call would.

    Args:
        model: Any Keras model.
        signature: What it is called on.

    Raises:
        Exception: What the model raises.
    """
    is_sequential = isinstance(model, keras.Sequential) and not model.built
    if is_sequential and len(signature.shapes) == 1:
        with undisturbed(model):
            model.build((None, *signature.shapes[0]))
        return
    _OnShapes(lambda *tensors: _ignore(model(signature.pack(tensors))), model).shapes(
        _symbols(signature, 2, 224)
    )


def _build_what_runs(model: keras.Model, signature: Signature) -> None:
    """Let layers without weights get theirs before a run is watched.

    Making them calls layers too. Those that never run stay as they are.
    """
    if all(layer.built for layer in all_layers(model)):
        return
    with contextlib.suppress(Exception):  # the watched run will fail, too, and say why
        build(model, signature)


class _OnShapes(keras.Operation):  # type: ignore[misc]
    """Runs a function on shapes alone, through the one public way Keras has to it."""

    def __init__(self, function: Any, model: keras.Model) -> None:
        super().__init__()
        self._function = function
        self._model = model

    def call(self, *tensors: Any) -> Any:
        """Run the function; called by Keras with whatever stands for shapes."""
        return self._function(*tensors)

    def shapes(self, symbols: list[Any]) -> Any:
        """Get the shapes of what the function gives."""
        with undisturbed(self._model):
            return self.compute_output_spec(*symbols)


def _graph_on_shapes(
    model: keras.Model,
    signature: Signature,
    input_paths: Sequence[str],
    batch: int,
    size: int,
) -> list[LayerCall]:
    """The calls of a graph with exact sizes.

    It goes layer by layer, which no back end has to run anything for.
    """
    calls = read_graph(model)
    seen = [call for call in calls if not call.fused]
    every = keras.Model(
        model.inputs, [call.tensor for call in seen], name="tb_actviz_shapes"
    )
    symbols = _symbols(signature, batch, size)
    with undisturbed(model):
        specs = every.compute_output_spec(symbols if len(symbols) > 1 else symbols[0])
    shapes = {
        call.path: tuple(spec.shape)
        for call, spec in zip(seen, keras.tree.flatten(specs), strict=True)
    }
    # An activation gives what it gets, in shape.
    before = {source: shapes[call.path] for call in seen for source in call.sources}
    return [replace(call, shape=(before | shapes)[call.path]) for call in calls]


def _run_on_shapes(
    model: keras.Model,
    signature: Signature,
    input_paths: Sequence[str],
    batch: int,
    size: int,
) -> list[LayerCall]:
    """The calls of one run with exact sizes, so that no back end has to guess any."""
    recorders: list[Recorder] = []

    def run(tensors: Sequence[Any]) -> list[Any]:
        recorder = run_watched(model, signature, tensors, input_paths=input_paths)
        recorders.append(recorder)
        return list(recorder.tensors.values())

    entry = Entry(run)
    outputs = _OnShapes(lambda *tensors: entry(list(tensors)), model).shapes(
        _symbols(signature, batch, size)
    )
    recorder = recorders[-1]
    specs = dict(zip(recorder.tensors, keras.tree.flatten(outputs), strict=True))
    return [_seen(call, recorder, specs) for call in recorder.calls]


def _run_on_values(
    model: keras.Model, signature: Signature, tensors: Sequence[Any]
) -> list[LayerCall]:
    """The calls of one run on real inputs, with the sizes that they had."""
    recorders: list[Recorder] = []

    def run(tensors: Sequence[Any]) -> list[Any]:
        recorders.append(run_watched(model, signature, tensors))
        return []

    with undisturbed(model):
        Entry(run)(list(tensors))
    (recorder,) = recorders
    return [_seen(call, recorder, recorder.tensors) for call in recorder.calls]


def _seen(call: LayerCall, recorder: Recorder, tensors: dict[str, Any]) -> LayerCall:
    """A call with what a run says of its tensor, where it was kept."""
    tensor = tensors.get(call.path)
    if tensor is None:
        return call
    return replace(
        call,
        shape=tuple(tensor.shape),
        dtype=dtype_of(tensor),
        final=call.path in recorder.final,
    )


def _symbols(signature: Signature, batch: int, size: int) -> list[Any]:
    return [
        keras.KerasTensor(
            (batch, *(size if n is None else n for n in shape)), dtype or "float32"
        )
        for shape, dtype in zip(signature.shapes, signature.dtypes, strict=True)
    ]


def _without_trials(calls: list[LayerCall]) -> list[LayerCall]:
    """Leave out what a loop runs on its first element only, to learn a shape."""
    looped = {_place(call): call.problem for call in calls if call.problem}
    return [
        call
        if call.has_batch and call.shape
        else replace(call, problem=looped.get(_place(call)))
        for call in calls
    ]


def _place(call: LayerCall) -> tuple[str, int]:
    """A layer and where it is called, however often."""
    return call.path.rpartition("/")[0], id(call.layer)


def _merge(outer: list[LayerCall], watched: list[LayerCall]) -> list[LayerCall]:
    """Join what a model's own graph says of its calls with what a run showed."""
    known = {call.path: call for call in outer}
    joined = [call for call in outer if is_input(call.layer)]
    for call in watched:
        in_graph = known.get(call.path)
        if in_graph is None:
            joined.append(call)
            continue
        holds_others = any(
            source.startswith(f"{call.path}/") for source in call.sources
        )
        joined.append(
            replace(
                # What a run cannot show has the shape that the graph states.
                _like(in_graph, call) if call.shape else in_graph,
                channel_axis=-1,
                sources=call.sources if holds_others else in_graph.sources,
            )
        )
    return with_channel_order(joined)


def _like(call: LayerCall, seen: LayerCall) -> LayerCall:
    """A call with the axes that a run showed."""
    return replace(
        call,
        shape=seen.shape,
        has_batch=seen.has_batch,
        problem=call.problem or seen.problem,
    )


def _any_size(signature: Signature) -> bool:
    return any(None in shape for shape in signature.shapes)


def _ignore(_: Any) -> list[Any]:
    return []
