"""Every public name has an example that works as it is printed."""

from __future__ import annotations

import doctest
import inspect
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from caffe_wire import network
from PIL import Image

import keras_models
import tb_actviz as av
from keras_models import faces, squeezenet

PACKAGES = {
    "tb_actviz": av,
    "keras_models": keras_models,
    "keras_models.squeezenet": squeezenet,
    "keras_models.faces": faces,
}


def public_names() -> list[str]:
    """The tutorial, and every function and class that a package exports, once."""
    named = {av: "tb_actviz"}
    for package, module in PACKAGES.items():
        for name in module.__all__:
            value = getattr(module, name)
            if callable(value):
                named.setdefault(value, f"{package}.{name}")
    return list(named.values())


def marks(name: str) -> list[pytest.MarkDecorator]:
    """The tutorial trains; the networks take JAX a minute, and are tested on it."""
    found = [pytest.mark.slow] if name == "tb_actviz" else []
    ours = name.partition(".")[0] == "tb_actviz"
    return [*found, pytest.mark.every_backend] if ours else found


def public_value(name: str) -> Any:
    if name in PACKAGES:
        return PACKAGES[name]
    package, _, own = name.rpartition(".")
    return getattr(PACKAGES[package], own)


def failures(name: str, value: Any, names: dict[str, Any]) -> list[str]:
    """What is wrong with the examples of a docstring."""
    text = inspect.getdoc(value) or ""
    test = doctest.DocTestParser().get_doctest(text, dict(names), name, name, 0)
    if not test.examples:
        return [f"{name} has no example"]
    runner = doctest.DocTestRunner(
        verbose=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    printed: list[str] = []
    runner.run(test, out=printed.append)
    return printed


def build_model() -> keras.Model:
    """A small network whose weights are the same on all back ends."""
    layers = keras.layers
    inputs = keras.Input((64, 64, 3), name="data")
    x = layers.Rescaling(1 / 255, name="scaled")(inputs)
    x = layers.Conv2D(8, 3, padding="same", name="conv1")(x)
    x = layers.ReLU(name="relu_conv1")(x)
    x = layers.MaxPooling2D(2, name="pool1")(x)
    x = layers.Conv2D(6, 1, name="fire6-squeeze1x1")(x)
    x = layers.ReLU(name="fire6-relu_squeeze1x1")(x)
    x = layers.GlobalAveragePooling2D(name="pool10")(x)
    x = layers.Dense(2, activation="softmax", name="prob")(x)
    model = keras.Model(inputs, x, name="small")
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0, 0.3, w.shape) for w in model.get_weights()])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


@pytest.fixture(scope="module")
def built() -> keras.Model:
    return build_model()


@pytest.fixture(scope="module")
def things(built: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two faces, a run, and weights in Caffe's format."""
    folder = tmp_path_factory.mktemp("things")
    for name, left_open in (("face", True), ("face-eye-closed", False)):
        drawn = faces.draw_face(7, 64, left_open, True)
        Image.fromarray(drawn.picture).save(folder / f"{name}.png")
    with av.ActivationLogger(folder / "runs/face", built, ["conv1", "relu*"]) as log:
        log(folder / "face.png", step=0)
    values = np.zeros((64, 3, 3, 3), np.float32), np.zeros(64, np.float32)
    (folder / "squeezenet_v1.1.caffemodel").write_bytes(network({"conv1": values}))
    return folder


@pytest.fixture
def names(
    built: keras.Model, things: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """What examples can use, in a folder of their own."""
    shutil.copytree(things, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 255, (8, 64, 64, 3)), np.arange(8) % 2
    before = built.get_weights()
    yield {"av": av, "np": np, "keras": keras, "model": built, "x": x, "y": y}
    built.set_weights(before)


# One example skips a damaged checkpoint.
@pytest.mark.filterwarnings("ignore:The checkpoint 'ckpt-02")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=marks(name)) for name in public_names()]
)
def test_it_has_an_example_that_works(name: str, names: dict[str, Any]) -> None:
    if name.endswith("as_tf_dataset"):
        pytest.importorskip("tensorflow")
    assert failures(name, public_value(name), names) == []


def test_a_name_without_an_example_is_noticed(names: dict[str, Any]) -> None:
    def undocumented() -> None:
        """Does nothing."""

    assert failures("undocumented", undocumented, names) == [
        "undocumented has no example"
    ]


def test_an_example_that_does_something_else_is_noticed(names: dict[str, Any]) -> None:
    def wrong() -> None:
        """Does nothing.

        Example:
            >>> len(av.describe_layers(model))
            3
            >>> av.activations(model, "face.png", "conv_1")
        """

    first, second = failures("wrong", wrong, names)
    assert "Expected:\n    3\nGot:\n    10\n" in first
    assert "No layer has the path 'conv_1'" in second


def test_all_that_is_exported_is_asked_for() -> None:
    asked = public_names()
    assert len(asked) == len(set(asked))
    assert {f"tb_actviz.{name}" for name in av.__all__} < set(asked)
    assert "keras_models.SqueezeNet" in asked
    for package, module in (("squeezenet", squeezenet), ("faces", faces)):
        constants = {name for name in module.__all__ if name.isupper()}
        asked_here = {n.rpartition(".")[2] for n in asked if f".{package}." in n}
        assert asked_here == set(module.__all__) - constants - {"SqueezeNet"}
