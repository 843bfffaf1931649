"""One compiled inference pass of a Keras model, on whichever back end runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture import tensorflow_state
from tb_actviz.capture.undisturbed import Undisturbed, keeping
from tb_actviz.errors import format_shape

#: Takes one tensor for each input; gives the tensors that were asked for.
TensorFunction: TypeAlias = "Callable[[Sequence[Any]], Sequence[Any]]"
Forward: TypeAlias = "Callable[[list[np.ndarray]], list[Any]]"
#: Makes of the tensors that a pass gives what there is to be known of them.
Read: TypeAlias = "Callable[[Sequence[Any]], list[Any]]"
Variables: TypeAlias = "Callable[[], Sequence[Any]]"


class OutOfReachError(RuntimeError):
    """The weights are split over several processes, so that none can run the model."""


def compile_forward(
    function: TensorFunction,
    shapes: Sequence[Sequence[int | None]],
    dtypes: Sequence[str],
    variables: Variables,
    kept: Undisturbed,
    read: Read | None = None,
) -> Forward:
    """Compile an inference pass into a function of NumPy arrays.

    `Model.predict` copies every output and sets up a data pipeline on each call; for
    many layers of one picture that costs several forward passes. Here the pass is
    traced once and its outputs are looked at in place where the back end allows it.
    Whatever the pass assigns to Keras variables (the state of random layers, say) is
    dropped, so that the model stays as it is. Where several processes hold weights in
    common, this process's own copies are read, without waiting for the others.

    Args:
        function: The pass, on tensors.
        shapes: Shape of each input with the batch axis; None for any size.
        dtypes: Dtype of each input.
        variables: Gives the Keras variables that the pass reads.
        kept: Keeps what else the pass could change.
        read: Takes the outputs where the back end has them; None for arrays of them.

    Returns:
        A function from one array per input to one read-only float32 array per output,
        or to what `read` gives. It always uses the current values of the variables; it
        is traced anew when there are other variables. It raises OutOfReachError where
        this process has no copy of one.
    """
    compile_for = _COMPILERS.get(keras.backend.backend(), _run_eagerly)
    return _traced_for_variables(
        lambda current: compile_for(function, shapes, dtypes, current, kept, read),
        variables,
    )


def run_eagerly(
    function: TensorFunction,
    variables: Variables,
    kept: Undisturbed,
    read: Read | None = None,
) -> Forward:
    """Make an inference pass a function of NumPy arrays without compiling it.

    Args:
        function: The pass, on tensors.
        variables: Gives the Keras variables that the pass reads.
        kept: Keeps what else the pass could change.
        read: As for `compile_forward`.

    Returns:
        As `compile_forward`.
    """
    run = _compile_torch if keras.backend.backend() == "torch" else _run_eagerly
    return _traced_for_variables(
        lambda current: run(function, (), (), current, kept, read), variables
    )


def _traced_for_variables(
    trace: Callable[[list[Any]], Forward], variables: Variables
) -> Forward:
    """A pass that is made anew when the model has other variables than before."""
    traced: list[Forward] = []
    traced_for: tuple[int, ...] = ()

    def forward(inputs: list[np.ndarray]) -> list[Any]:
        nonlocal traced, traced_for
        current = list(variables())
        # By identity: a quantised model, say, has other variables than before.
        ids = tuple(map(id, current))
        if not traced or ids != traced_for:
            traced = [trace(current)]
            traced_for = ids
        return traced[0](inputs)

    return forward


def as_tensors(arrays: Sequence[np.ndarray | None]) -> list[Any]:
    """Make arrays tensors of the back end in use.

    Args:
        arrays: NumPy arrays, or None for what is left out.

    Returns:
        A tensor for each, or None.
    """
    return [
        None if array is None else keras.ops.convert_to_tensor(array)
        for array in arrays
    ]


def on_host(tensor: Any) -> np.ndarray | None:
    """Look at a tensor where it is, if this process can.

    Args:
        tensor: A tensor of the back end in use.

    Returns:
        Its values in the back end's own memory, of the dtype it has, not to be written
        to; None where they are on another device.
    """
    is_here = _ON_HOST.get(keras.backend.backend(), lambda tensor: True)
    if not is_here(tensor):
        return None
    if keras.backend.backend() == "torch":
        return np.asarray(keras.ops.convert_to_numpy(tensor))
    return np.asarray(tensor)


def _as_arrays(outputs: Sequence[Any]) -> list[np.ndarray]:
    return [_as_float32(output) for output in outputs]


def _as_float32(output: Any) -> np.ndarray:
    array = np.asarray(output)
    if array.dtype != np.float32:
        array = array.astype(np.float32)
    # On some back ends this memory belongs to the back end itself.
    array.flags.writeable = False
    return array


def _compile_tensorflow(
    function: TensorFunction,
    shapes: Sequence[Sequence[int | None]],
    dtypes: Sequence[str],
    variables: Sequence[Any],
    kept: Undisturbed,
    read: Read | None,
) -> Forward:
    import tensorflow as tf

    signature = [
        tf.TensorSpec(shape, dtype, name=f"input_{index}")
        for index, (shape, dtype) in enumerate(zip(shapes, dtypes, strict=True))
    ]

    def infer(*tensors: Any) -> Any:
        with keras.StatelessScope(_own_copies(variables)):
            return list(function(list(tensors)))

    traced = tf.function(infer, input_signature=signature, autograph=False)
    with kept.run():
        # Traced here and now; the function itself would complain about retracing when
        # several models are looked at one after another.
        concrete = traced.get_concrete_function()
    read = read or _as_arrays
    written = tensorflow_state.written_by(concrete)
    runs_python = tensorflow_state.runs_python(concrete)

    def run(inputs: list[np.ndarray]) -> list[Any]:
        return read(concrete(*map(tf.convert_to_tensor, inputs)))

    def run_and_put_back(inputs: list[np.ndarray]) -> list[Any]:
        with (
            keeping(written),
            kept.run(is_first=False) if runs_python else nullcontext(),
        ):
            return run(inputs)

    return run_and_put_back if written or runs_python else run


def _compile_jax(
    function: TensorFunction,
    shapes: Sequence[Sequence[int | None]],
    dtypes: Sequence[str],
    variables: Sequence[Any],
    kept: Undisturbed,
    read: Read | None,
) -> Forward:
    import jax

    def infer(values: list[Any], tensors: list[Any]) -> Any:
        with keras.StatelessScope(list(zip(variables, values, strict=True))):
            return list(function(list(tensors)))

    traced = jax.jit(infer)
    read = read or _as_arrays
    runs_python: bool | None = None

    def run(inputs: list[np.ndarray]) -> list[Any]:
        nonlocal runs_python
        # Training steps donate these buffers: read them afresh at every call.
        values = [_own_in_jax(variable.value) for variable in variables]
        if runs_python is None:
            with kept.run():
                runs_python = _calls_back(traced.trace(values, inputs).jaxpr)
        if not runs_python:
            return read(traced(values, inputs))
        with kept.run(is_first=False):
            outputs = read(traced(values, inputs))
            jax.effects_barrier()
            return outputs

    return run


def _calls_back(program: Any) -> bool:
    """Whether a program of JAX, or one inside it, calls back into Python."""
    if hasattr(program, "jaxpr"):  # with its constants
        program = program.jaxpr
    for equation in getattr(program, "eqns", ()):
        if "callback" in equation.primitive.name:
            return True
        for inner in keras.tree.flatten(list(equation.params.values())):
            if _calls_back(inner):
                return True
    return False


def _compile_torch(
    function: TensorFunction,
    shapes: Sequence[Sequence[int | None]],
    dtypes: Sequence[str],
    variables: Sequence[Any],
    kept: Undisturbed,
    read: Read | None,
) -> Forward:
    import torch

    eager = _run_eagerly(function, shapes, dtypes, variables, kept, read)

    def run(inputs: list[np.ndarray]) -> list[Any]:
        with torch.no_grad():
            return eager(inputs)

    return run


def _run_eagerly(
    function: TensorFunction,
    shapes: Sequence[Sequence[int | None]],
    dtypes: Sequence[str],
    variables: Sequence[Any],
    kept: Undisturbed,
    read: Read | None,
) -> Forward:
    is_first = True

    def run(inputs: list[np.ndarray]) -> list[Any]:
        nonlocal is_first
        with (
            kept.run(is_first=is_first),
            keras.StatelessScope(_own_copies(variables)),
        ):
            tensors = as_tensors(inputs)
            outputs = function(tensors)
            kept.look_at(outputs, tensors)
            is_first = False
            if read is not None:
                return read(outputs)
            return _as_arrays(
                [keras.ops.convert_to_numpy(output) for output in outputs]
            )

    return run


def _own_copies(variables: Sequence[Any]) -> list[tuple[Any, Any]]:
    """What to read instead of variables that other processes have a part in."""
    find = _OWN_COPIES.get(keras.backend.backend())
    if find is None:
        return []
    copies = []
    for variable in variables:
        value = variable.value
        local = find(value)
        if local is not value:
            copies.append((variable, local))
    return copies


def _own_in_tensorflow(value: Any) -> Any:
    """The copy of the first replica here, where there are others elsewhere.

    Reading a variable that each replica updates on its own would wait for all of them.
    """
    import tensorflow as tf

    if not isinstance(value, tf.distribute.DistributedValues):
        return value
    strategy = value.distribute_strategy
    copies = strategy.experimental_local_results(value)
    return copies[0] if len(copies) < strategy.num_replicas_in_sync else value


def _own_in_jax(value: Any) -> Any:
    """The copy on the first device here, where there are others elsewhere.

    All processes would have to run what is computed from an array that they share.
    """
    if value.is_fully_addressable:
        return value
    if not value.is_fully_replicated:
        raise OutOfReachError(
            f"A weight of {format_shape(value.shape)} is split over devices of "
            "several processes, so that no process can run the model alone. "
            "Activations are captured where each process has all weights, as with "
            "keras.distribution.DataParallel"
        )
    return value.addressable_data(0)


_OWN_COPIES = {"tensorflow": _own_in_tensorflow, "jax": _own_in_jax}
_ON_HOST: dict[str, Callable[[Any], bool]] = {
    "tensorflow": lambda tensor: "GPU" not in tensor.device,
    "jax": lambda tensor: all(one.platform == "cpu" for one in tensor.devices()),
    "torch": lambda tensor: tensor.device.type == "cpu",
}
_COMPILERS = {
    "tensorflow": _compile_tensorflow,
    "jax": _compile_jax,
    "torch": _compile_torch,
}
