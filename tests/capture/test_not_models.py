"""What people take for a Keras model is told how it becomes one."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from tb_actviz import (
    ActivationCallback,
    ActivationLogger,
    FeatureExtractor,
    InputError,
    activations,
    describe_layers,
)


def of_keras_2() -> object:
    """As tf_keras' own: what is known of an object without importing its package."""
    module = types.ModuleType("tf_keras.src.engine.functional")
    base = type("Model", (), {"__module__": "tf_keras.src.engine.training"})
    return type("Functional", (base,), {"__module__": module.__name__, "built": True})()


def of_torch() -> object:
    torch = pytest.importorskip("torch")
    return torch.nn.Sequential(torch.nn.Linear(2, 2))


def of_tensorflow() -> object:
    tensorflow = pytest.importorskip("tensorflow")
    return tensorflow.Module()


CASES: list[tuple[Callable[[], object], str]] = [
    (of_keras_2, r"Keras 2 \(tf_keras\). Save it.*TF_USE_LEGACY_KERAS"),
    (of_torch, "module of PyTorch.*TorchModuleWrapper"),
    (of_tensorflow, "object of TensorFlow.*TFSMLayer"),
    (lambda: keras.layers.Dense(2), "a layer alone.*keras.Sequential"),
    (lambda: "net.keras", r"keras.saving.load_model\('net.keras'\)"),
    (lambda: Path("net.h5"), r"keras.saving.load_model\('net.h5'\)"),
    (lambda: keras.Model, "It is the class; make a model of it first"),
    (lambda: lambda: None, "If it builds one, call it first"),
    (lambda: [1, 2], "received list"),
]


@pytest.mark.parametrize(("make", "words"), CASES)
def test_each_way_in_says_it(
    tmp_path: Path, make: Callable[[], object], words: str
) -> None:
    other = make()
    x = np.ones((1, 8, 8, 3))
    for use in (
        lambda: activations(other, x, "c"),
        lambda: describe_layers(other),
        lambda: FeatureExtractor(other, "c"),
        lambda: ActivationLogger(tmp_path / "run", other, "c"),
    ):
        with pytest.raises(InputError, match=words) as refused:
            use()
        assert str(refused.value).startswith("Expected a keras.Model, received ")
        assert "\n" not in str(refused.value)
    assert not (tmp_path / "run").exists()


def test_a_callback_says_it_before_a_training_begins(tmp_path: Path) -> None:
    callback = ActivationCallback(tmp_path / "run", np.ones((1, 8, 8, 3)))
    with pytest.raises(InputError, match="model of Keras 2"):
        callback.set_model(of_keras_2())


def test_models_of_tf_keras_itself_are_told() -> None:
    pytest.importorskip("tf_keras", reason="the same with tf_keras itself")
    import tf_keras

    model = tf_keras.Sequential([tf_keras.layers.Dense(2, input_shape=(3,))])
    with pytest.raises(InputError, match="model of Keras 2"):
        describe_layers(model)
    assert "tf_keras" in sys.modules


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="as the message says")
@pytest.mark.every_backend
def test_a_module_of_torch_becomes_a_layer_as_it_is_told() -> None:
    module = of_torch()
    wrapped = keras.layers.TorchModuleWrapper(module)
    model = keras.Sequential([keras.Input((2,)), wrapped])
    assert [layer.class_name for layer in describe_layers(model)][-1] == (
        "TorchModuleWrapper"
    )
