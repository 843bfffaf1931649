"""What people pass for a Keras model that is none."""

from __future__ import annotations

import os

import keras


def how_to_make_a_model(other: object) -> str:
    """Say how something that people take for a Keras model becomes one.

    Args:
        other: What is no Keras model.

    Returns:
        A sentence to append to an error, beginning with a space; empty where there is
        nothing to say.
    """
    origins = {kind.__module__.partition(".")[0] for kind in type(other).__mro__}
    if isinstance(other, str | os.PathLike):
        return f" Load it first: keras.saving.load_model({os.fspath(other)!r})."
    if isinstance(other, keras.Layer):
        return (
            " It is a layer alone; put it into a model: "
            "keras.Sequential([keras.Input(shape), layer])."
        )
    if isinstance(other, type) and issubclass(other, keras.Model):
        return " It is the class; make a model of it first."
    if _is_of_keras_2(type(other)):
        return (
            " It is a model of Keras 2 (tf_keras). Save it, model.save('model.h5'), and"
            " load that with Keras 3: keras.saving.load_model('model.h5'); or build it "
            "with keras instead of tf_keras (where tf.keras is used: without "
            "TF_USE_LEGACY_KERAS in the environment)."
        )
    if "torch" in origins:
        return (
            " It is a module of PyTorch. With KERAS_BACKEND=torch it can be one layer "
            "of a model: keras.Sequential([keras.Input(shape), "
            "keras.layers.TorchModuleWrapper(module)])."
        )
    if "tensorflow" in origins:
        return (
            " It is an object of TensorFlow. A SavedModel can be one layer of a model: "
            "keras.Sequential([keras.Input(shape), keras.layers.TFSMLayer(path, "
            "call_endpoint='serving_default')])."
        )
    if "flax" in origins:
        return (
            " It is a module of Flax. With KERAS_BACKEND=jax it can be one layer of a "
            "model: keras.layers.FlaxLayer."
        )
    if callable(other):
        return " If it builds one, call it first."
    return ""


def _is_of_keras_2(kind: type) -> bool:
    return any(
        one.__module__.startswith(("tf_keras.", "tensorflow.python.keras."))
        for one in kind.__mro__
    )
