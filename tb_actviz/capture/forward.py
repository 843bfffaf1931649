"""One compiled inference pass of a Keras model, on whichever back end runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np

#: Takes one tensor for each input; gives the tensors that were asked for.
TensorFunction: TypeAlias = "Callable[[Sequence[Any]], Sequence[Any]]"
Forward: TypeAlias = "Callable[[list[np.ndarray]], list[np.ndarray]]"
Variables: TypeAlias = "Callable[[], Sequence[Any]]"


def compile_forward(
    function: TensorFunction,
    shapes: Sequence[Sequence[int | None]],
    dtypes: Sequence[str],
    variables: Variables,
) -> Forward:
    """Compile an inference pass into a function of NumPy arrays.

    `Model.predict` copies every output and sets up a data pipeline on each call; for
    many layers of one picture that costs several forward passes. Here the pass is
    traced once and its outputs are looked at in place where the back end allows it.
    Whatever the pass assigns to Keras variables (the state of random layers, say) is
    dropped, so that the model stays as it is.

    Args:
        function: The pass, on tensors.
        shapes: Shape of each input with the batch axis; None for any size.
        dtypes: Dtype of each input.
        variables: Gives the Keras variables that the pass reads.

    Returns:
        A function from one array per input to one read-only float32 array per output.
        It always uses the current values of the variables; it is traced anew when
        there are other variables.
    """
    compile_for = _COMPILERS.get(keras.backend.backend(), _run_eagerly)
    traced: list[Any] = []
    traced_for: tuple[int, ...] = ()

    def forward(inputs: list[np.ndarray]) -> list[np.ndarray]:
        nonlocal traced, traced_for
        current = list(variables())
        # By identity: a quantised model, say, has other variables than before.
        ids = tuple(map(id, current))
        if not traced or ids != traced_for:
            traced = [compile_for(function, shapes, dtypes, current)]
            traced_for = ids
        return [_as_float32(output) for output in traced[0](inputs)]

    return forward


def run_eagerly(function: TensorFunction) -> Forward:
    """Make an inference pass a function of NumPy arrays without compiling it.

    Args:
        function: The pass, on tensors.

    Returns:
        As `compile_forward`.
    """
    run = _compile_torch if keras.backend.backend() == "torch" else _run_eagerly
    eager = run(function, (), (), ())
    return lambda inputs: [_as_float32(output) for output in eager(inputs)]


def as_tensors(arrays: Sequence[np.ndarray]) -> list[Any]:
    """Make arrays tensors of the back end in use.

    Args:
        arrays: NumPy arrays.

    Returns:
        A tensor for each.
    """
    return [keras.ops.convert_to_tensor(array) for array in arrays]


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
) -> Callable[[list[np.ndarray]], Any]:
    import tensorflow as tf

    signature = [
        tf.TensorSpec(shape, dtype, name=f"input_{index}")
        for index, (shape, dtype) in enumerate(zip(shapes, dtypes, strict=True))
    ]

    def infer(*tensors: Any) -> Any:
        with keras.StatelessScope():
            return list(function(list(tensors)))

    traced = tf.function(infer, input_signature=signature, autograph=False)
    # Traced here and now; the function itself would complain about retracing when
    # several models are looked at one after another.
    concrete = traced.get_concrete_function()
    return lambda inputs: concrete(*(tf.convert_to_tensor(array) for array in inputs))


def _compile_jax(
    function: TensorFunction,
    shapes: Sequence[Sequence[int | None]],
    dtypes: Sequence[str],
    variables: Sequence[Any],
) -> Callable[[list[np.ndarray]], Any]:
    import jax

    def infer(values: list[Any], tensors: list[Any]) -> Any:
        with keras.StatelessScope(list(zip(variables, values, strict=True))):
            return list(function(list(tensors)))

    traced = jax.jit(infer)

    def run(inputs: list[np.ndarray]) -> Any:
        # Training steps donate these buffers: read them afresh at every call.
        return traced([variable.value for variable in variables], inputs)

    return run


def _compile_torch(
    function: TensorFunction,
    shapes: Sequence[Sequence[int | None]],
    dtypes: Sequence[str],
    variables: Sequence[Any],
) -> Callable[[list[np.ndarray]], Any]:
    import torch

    eager = _run_eagerly(function, shapes, dtypes, variables)

    def run(inputs: list[np.ndarray]) -> Any:
        with torch.no_grad():
            return eager(inputs)

    return run


def _run_eagerly(
    function: TensorFunction,
    shapes: Sequence[Sequence[int | None]],
    dtypes: Sequence[str],
    variables: Sequence[Any],
) -> Callable[[list[np.ndarray]], Any]:
    def run(inputs: list[np.ndarray]) -> Any:
        with keras.StatelessScope():
            outputs = function(as_tensors(inputs))
        return [keras.ops.convert_to_numpy(output) for output in outputs]

    return run


_COMPILERS = {
    "tensorflow": _compile_tensorflow,
    "jax": _compile_jax,
    "torch": _compile_torch,
}
