"""Errors of models in one line: what is wrong, and what to set."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from tb_actviz.errors import describe_error

ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
CHANNELS_FIRST = """
import keras, numpy as np
import tb_actviz as av

inputs = keras.Input((3, 9, 8))
conv = keras.layers.Conv2D(4, 3, data_format="channels_first", name="conv")
model = keras.Model(inputs, conv(inputs))
try:
    av.activations(model, np.zeros((1, 3, 9, 8), np.float32), "conv", preprocess=None)
except av.InputError as error:
    print(error)
"""


def error_of(function: Callable[[], Any]) -> Exception:
    """What a function raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of whatever class
        function()
    return caught.value


class Broken(keras.layers.Layer):
    """Fails at run time, also where it was compiled."""

    def call(self, x: Any) -> Any:
        import tensorflow as tf

        def fail(values: np.ndarray) -> np.ndarray:
            raise RuntimeError("the sensor is gone")

        return tf.ensure_shape(tf.numpy_function(fail, [x], x.dtype), x.shape)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="of TensorFlow")
@pytest.mark.parametrize("compiled", [False, True])
def test_what_a_layer_raised_is_seen_through_what_wraps_it(compiled: bool) -> None:
    import tensorflow as tf

    inputs = keras.Input((2,))
    model = keras.Model(inputs, Broken()(inputs))
    run = tf.function(model) if compiled else model
    error = error_of(lambda: run(np.zeros((1, 2), np.float32)))
    # TensorFlow makes an error of its own of what a compiled function raised.
    raised = "" if isinstance(error, RuntimeError) else f"{type(error).__name__}: "
    assert describe_error(error) == f"{raised}RuntimeError: the sensor is gone"


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="of TensorFlow")
@pytest.mark.parametrize("compiled", [False, True])
def test_the_words_of_an_operation_come_without_its_address(compiled: bool) -> None:
    import tensorflow as tf

    def checked(x: Any) -> Any:
        return tf.debugging.check_numerics(x, "x is no number")

    run = tf.function(checked) if compiled else checked
    error = error_of(lambda: run(tf.constant([np.nan])))
    said = describe_error(error)
    assert said.startswith("InvalidArgumentError: x is no number : Tensor had NaN")
    assert "Graph execution" not in said
    assert "{{" not in said
    assert "[Op:" not in said


def test_an_error_without_words_is_its_class() -> None:
    assert describe_error(ValueError()) == "ValueError"
    assert describe_error(ValueError("one\ntwo")) == "ValueError: one"


@pytest.mark.slow
def test_channels_first_on_a_cpu_say_what_to_set() -> None:
    """What a user meets whose processor TensorFlow does not turn oneDNN on for."""
    said = {}
    for setting in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", CHANNELS_FIRST],
            env={**os.environ, "KERAS_BACKEND": "tensorflow", ONEDNN: setting},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        said[setting] = done.stdout
    assert said == {
        "0": (
            "The model 'functional' (Functional) fails on these inputs. "
            "UnimplementedError: The Conv2D op currently only supports the NHWC tensor "
            "format on the CPU. The op was given the format: NCHW. On a CPU TensorFlow "
            "can do so with oneDNN, which it turns on by itself on some processors "
            f"only: set the environment variable {ONEDNN}=1 before Python starts, or "
            "use data_format='channels_last', a GPU or another back end\n"
        ),
        "1": "",
    }


def test_where_onednn_is_on_already_it_is_not_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = ValueError("Conv2DCustomBackpropInputOp only supports NHWC. [Op:Conv2D]")
    monkeypatch.setenv(ONEDNN, "1")
    assert describe_error(error) == (
        "ValueError: Conv2DCustomBackpropInputOp only supports NHWC. Instead, use "
        "data_format='channels_last', a GPU or another back end"
    )
    monkeypatch.delenv(ONEDNN)
    assert f"{ONEDNN}=1 before Python starts" in describe_error(error)
