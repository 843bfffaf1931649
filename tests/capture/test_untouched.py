"""The user's model is left as it was, whatever is captured and however it ends."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from networks import pictures

from tb_actviz.capture.extractor import FeatureExtractor, activations
from tb_actviz.capture.layer_kinds import all_layers
from tb_actviz.errors import InputError


def backbone() -> keras.Model:
    inputs = keras.Input((12, 12, 3))
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    x = layers.BatchNormalization(momentum=0.5, name="bn")(x)
    x = layers.Dropout(0.5, name="drop")(x)
    return keras.Model(inputs, x, name="backbone")


def nested() -> keras.Model:
    keras.utils.set_random_seed(5)
    inputs = keras.Input((12, 12, 3))
    x = layers.Rescaling(1 / 255, name="scale")(inputs)
    x = layers.GlobalAveragePooling2D(name="pool")(backbone()(x))
    return keras.Model(inputs, layers.Dense(2, name="head")(x), name="nested")


class Subclassed(keras.Model):
    """Draws random numbers at inference too, and adds losses."""

    def __init__(self) -> None:
        super().__init__(name="subclassed")
        self.scale = layers.Rescaling(1 / 255, name="scale")
        self.backbone = backbone()
        self.blocks = [layers.Dense(4, "tanh", activity_regularizer="l2", name="mix")]
        self.noise = layers.GaussianNoise(0.5, name="noise")
        self.pool = layers.GlobalAveragePooling2D(name="pool")
        self.head = layers.Dense(2, name="head")

    def call(self, x: Any) -> Any:
        x = self.backbone(self.scale(x))
        for block in self.blocks:
            x = block(x)
        return self.head(self.pool(self.noise(x, training=True)))


def subclassed() -> keras.Model:
    keras.utils.set_random_seed(5)
    model = Subclassed()
    model(pictures(2, (12, 12)).astype(np.float32))
    return model


def state_of(model: keras.Model) -> dict[str, Any]:
    """Everything a capture could have changed."""
    return {
        "call": keras.Operation.__call__,
        "variables": [
            keras.ops.convert_to_numpy(variable) for variable in model.variables
        ],
        "attributes": [
            (layer.name, dict(vars(layer)), layer.trainable, layer.dtype_policy.name)
            for layer in all_layers(model)
        ],
        "nodes": [len(layer._inbound_nodes) for layer in all_layers(model)],
        "losses": len(model.losses),
        "config": model.get_config() if model.name == "nested" else None,
    }


def assert_same_state(before: dict[str, Any], after: dict[str, Any]) -> None:
    for one, other in zip(before["variables"], after["variables"], strict=True):
        np.testing.assert_array_equal(one, other)
    for key in ("call", "nodes", "losses", "config"):
        assert before[key] == after[key], key
    for (name, one, *rest), (_, other, *others) in zip(
        before["attributes"], after["attributes"], strict=True
    ):
        assert rest == others
        assert one.keys() == other.keys(), name
        for key, value in one.items():
            assert value is other[key] or value == other[key], (name, key)


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("build", [nested, subclassed])
@pytest.mark.parametrize("layers", ["*", ["*", "*:pre"], "*conv:pre"], ids=str)
@pytest.mark.parametrize("compiled", [True, False])
def test_nothing_of_the_model_changes(
    build: Callable[[], keras.Model], layers: Any, compiled: bool
) -> None:
    model = build()
    batch = pictures(2, (12, 12))
    activations(model, batch, "*")  # what a first call leaves behind, such as `_called`
    before = state_of(model)
    extract = FeatureExtractor(model, layers, compiled=compiled)
    for _ in range(2):
        extract(batch)
    assert_same_state(before, state_of(model))


def fit(build: Callable[[], keras.Model], layers: str | None) -> list[np.ndarray]:
    """Weights after a short training, with or without capturing at every batch."""
    model = build()
    keras.utils.set_random_seed(8)
    model.compile(keras.optimizers.Adam(0.01), "mse")
    if layers is not None:
        extract = FeatureExtractor(model, layers)
        probe = pictures(3, (12, 12))

        class Capturing(keras.callbacks.Callback):
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                _ = self.model  # on JAX this brings the weights back into the model
                found.append(extract(probe)["head"])

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                with pytest.raises(InputError):
                    extract(np.full((1, 12, 12, 3), "a"))

    found: list[np.ndarray] = []
    x = pictures(8, (12, 12)).astype(np.float32)
    y = np.linspace(0, 1, 16, dtype=np.float32).reshape(8, 2)
    model.fit(
        x,
        y,
        epochs=2,
        batch_size=4,
        verbose=0,
        callbacks=[] if layers is None else [Capturing()],
    )
    if layers is not None:
        assert len({row.tobytes() for row in found}) == len(found) == 4
    return [
        keras.ops.convert_to_numpy(v)
        for v in (*model.variables, *model.optimizer.variables)
    ]


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("build", [nested, subclassed])
def test_training_with_capture_is_bit_identical(
    build: Callable[[], keras.Model],
) -> None:
    without = fit(build, None)
    watched = fit(build, "*")
    for one, other in zip(without, watched, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("build", [nested, subclassed])
@pytest.mark.parametrize("layers_asked", ["head", ["*", "*:pre"]], ids=str)
def test_losses_of_a_training_step_stay(
    build: Callable[[], keras.Model], layers_asked: Any
) -> None:
    model, batch = build(), pictures(2, (12, 12)).astype(np.float32)
    pool = model.get_layer("pool")
    pool.activity_regularizer = keras.regularizers.L2(0.1)
    model(batch, training=True)
    before = [float(keras.ops.convert_to_numpy(loss)) for loss in model.losses]
    assert len(before) >= 1
    FeatureExtractor(model, layers_asked, compiled=False)(batch)
    FeatureExtractor(model, layers_asked)(batch)
    after = [float(keras.ops.convert_to_numpy(loss)) for loss in model.losses]
    assert after == before


@pytest.mark.every_backend
def test_a_failure_inside_the_model_leaves_nothing_behind() -> None:
    cut = threading.Event()

    class Failing(layers.Dense):
        def call(self, x: Any, training: Any = None) -> Any:
            if cut.is_set():
                raise RuntimeError("the wire is cut")
            return super().call(x, training)

    inputs = keras.Input((3,))
    failing = Failing(2, activation="tanh", name="failing")
    model = keras.Model(inputs, failing(inputs), name="fragile")
    extract = FeatureExtractor(model, ["failing:pre", "failing"])
    before = state_of(model)
    cut.set()
    with pytest.raises(InputError, match=r"'fragile' .* fails .*the wire is cut"):
        extract(np.ones((2, 3)))
    cut.clear()
    assert_same_state(before, state_of(model))
    assert list(extract(np.ones((2, 3)))) == ["failing:pre", "failing"]


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("layers", ["head", "*"])
def test_a_dropped_extractor_frees_the_model(layers: str) -> None:
    model = nested()
    extract = FeatureExtractor(model, layers)
    extract(pictures(1, (12, 12)))
    gone = weakref.ref(model)
    del model, extract
    keras.utils.clear_session()
    gc.collect()
    assert gone() is None


@pytest.mark.every_backend
def test_what_comes_after_the_last_wanted_layer_is_not_run() -> None:
    ran = []

    class Counting(layers.Layer):
        def call(self, x: Any) -> Any:
            ran.append(self.name)
            return x + 1.0

    class Chain(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.links = [Counting(name=f"link{index}") for index in range(4)]

        def call(self, x: Any) -> Any:
            for link in self.links:
                x = link(x)
            return x

    model = Chain()
    model(np.ones((1, 2)))
    extract = FeatureExtractor(model, "link1", compiled=False)
    extract(np.ones((1, 2)))  # the first time, sizes are tried on shapes alone
    ran.clear()
    assert extract(np.ones((1, 2)))["link1"].tolist() == [[3.0, 3.0]]
    assert ran == ["link0", "link1"]


@pytest.mark.every_backend
def test_another_thread_may_run_the_model_meanwhile() -> None:
    inside, done = threading.Event(), threading.Event()

    class Waiting(layers.Layer):
        waits = False

        def call(self, x: Any) -> Any:
            if self.waits and threading.current_thread() is capturing:
                inside.set()
                assert done.wait(30)
            return x * 2.0

    inputs = keras.Input((3,))
    waiting = Waiting(name="waiting")
    inner = keras.Sequential([keras.Input((3,)), waiting], name="inner")
    x = layers.Dense(2, "tanh", name="dense")(inner(inputs))
    model = keras.Model(inputs, x)
    batch = np.ones((2, 3), np.float32)
    expected = keras.ops.convert_to_numpy(model(batch))
    found: list[dict[str, np.ndarray]] = []
    extract = FeatureExtractor(model, ["*", "*:pre"])
    capturing = threading.Thread(target=lambda: found.append(extract(batch)))
    waiting.waits = True
    capturing.start()
    assert inside.wait(30)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model(batch)), expected)
    done.set()
    capturing.join(30)
    assert list(found[0]) == ["inner/waiting", "inner", "dense:pre", "dense"]
    np.testing.assert_allclose(found[0]["dense"], expected, rtol=1e-6)


@pytest.mark.every_backend
def test_weights_are_current_after_trainable_flips_and_new_values() -> None:
    model = nested()
    model.compile("sgd", "mse")
    extract = FeatureExtractor(model, ["backbone/conv", "head"])
    batch = pictures(1, (12, 12))
    extract(batch)
    conv = model.get_layer("backbone").get_layer("conv")
    for trainable in (False, True):
        model.get_layer("backbone").trainable = trainable
        kernel, bias = conv.get_weights()
        conv.set_weights([kernel * 0, bias * 0 + 7 + trainable])
        assert np.unique(extract(batch)["backbone/conv"]).tolist() == [7 + trainable]


@pytest.mark.slow
@pytest.mark.every_backend
def test_a_model_quantised_later_is_captured_as_it_is_now() -> None:
    inputs = keras.Input((16,))
    x = layers.Dense(8, "relu", name="dense")(inputs)
    model = keras.Model(inputs, layers.Dense(2, name="out")(x))
    extract = FeatureExtractor(model, "dense")
    batch = np.random.default_rng(1).normal(size=(2, 16)).astype(np.float32)
    exact = extract(batch)["dense"]
    model.quantize("int8")
    coarse = extract(batch)["dense"]
    assert (coarse != exact).any()
    expected = keras.ops.convert_to_numpy(model.get_layer("dense")(batch))
    np.testing.assert_allclose(coarse, expected, rtol=1e-5, atol=1e-6)
