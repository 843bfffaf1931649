"""One compiled inference pass of a Keras model, on whichever back end runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import keras
import numpy as np

Forward: TypeAlias = "Callable[[list[np.ndarray]], list[np.ndarray]]"


def compile_forward(model: keras.Model) -> Forward:
    """Compile a model's inference pass into a function of NumPy arrays.

    `Model.predict` copies every output and sets up a data pipeline on each call; for
    many layers of one picture that costs several forward passes. Here the pass is
    traced once and its outputs are looked at in place where the back end allows it.

    Args:
        model: A functional model whose inputs and outputs are flat lists of tensors.

    Returns:
        A function from one array per model input, shape (N, ...), to one read-only
        float32 array per output, shape (N, ...). It always uses the model's current
        weights.
    """
    run = _COMPILERS.get(keras.backend.backend(), _eager)(model)

    def forward(inputs: list[np.ndarray]) -> list[np.ndarray]:
        # One output alone comes without its list.
        return [_as_float32(output) for output in keras.tree.flatten(run(inputs))]

    return forward


def _as_float32(output: Any) -> np.ndarray:
    array = np.asarray(output)
    if array.dtype != np.float32:
        array = array.astype(np.float32)
    # On some back ends this memory belongs to the back end itself.
    array.flags.writeable = False
    return array


def _compile_tensorflow(model: keras.Model) -> Callable[[list[np.ndarray]], Any]:
    import tensorflow as tf

    signature = [
        tf.TensorSpec(tensor.shape, tensor.dtype, name=f"input_{index}")
        for index, tensor in enumerate(model.inputs)
    ]

    def infer(*tensors: Any) -> Any:
        return model(list(tensors), training=False)

    traced = tf.function(infer, input_signature=signature, autograph=False)
    # Traced here and now; the function itself would complain about retracing when
    # several models are looked at one after another.
    concrete = traced.get_concrete_function()
    return lambda inputs: concrete(*(tf.convert_to_tensor(array) for array in inputs))


def _compile_jax(model: keras.Model) -> Callable[[list[np.ndarray]], Any]:
    import jax

    def infer(trainable: Any, non_trainable: Any, tensors: Any) -> Any:
        outputs, _ = model.stateless_call(
            trainable, non_trainable, tensors, training=False
        )
        return outputs

    traced = jax.jit(infer)

    def run(inputs: list[np.ndarray]) -> Any:
        # Training steps donate these buffers: read them afresh at every call.
        return traced(
            [variable.value for variable in model.trainable_variables],
            [variable.value for variable in model.non_trainable_variables],
            inputs,
        )

    return run


def _compile_torch(model: keras.Model) -> Callable[[list[np.ndarray]], Any]:
    import torch

    def run(inputs: list[np.ndarray]) -> Any:
        with torch.no_grad():
            return _eager(model)(inputs)

    return run


def _eager(model: keras.Model) -> Callable[[list[np.ndarray]], Any]:
    def run(inputs: list[np.ndarray]) -> Any:
        tensors = [keras.ops.convert_to_tensor(array) for array in inputs]
        outputs = model(tensors, training=False)
        return keras.tree.map_structure(keras.ops.convert_to_numpy, outputs)

    return run


_COMPILERS = {
    "tensorflow": _compile_tensorflow,
    "jax": _compile_jax,
    "torch": _compile_torch,
}
