"""A model that its training would build is never built by a probe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from faults import told
from keras import layers
from training import assert_equal, weights

from tb_actviz import (
    ActivationCallback,
    ActivationLogger,
    FeatureExtractor,
    activations,
    read_records,
)
from tb_actviz.errors import InputError


class Augmented(keras.Model):
    """Keras makes graphs of its parts in the first call, with what it is told there."""

    def __init__(self) -> None:
        super().__init__()
        self.augment = keras.Sequential([layers.RandomFlip(seed=1)])
        self.conv = layers.Conv2D(4, 3, name="conv")
        self.pool = layers.GlobalAveragePooling2D()

    def build(self, shape: Any) -> None:
        inputs = keras.Input((4,))
        self.head = keras.Model(inputs, layers.Dropout(0.5, seed=2)(inputs))
        self.out = layers.Dense(1)
        super().build(shape)

    def call(self, x: Any) -> Any:
        return self.out(self.head(self.pool(self.conv(self.augment(x)))))


class Pair(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = layers.Dense(4, name="a"), layers.Dense(4, name="b")
        self.drop = layers.Dropout(0.5, seed=3)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        first, second = inputs
        return self.drop(self.a(first) + self.b(second), training=training)


class ByName(Pair):
    def call(self, inputs: Any, training: bool | None = None) -> Any:
        both = inputs["first"], inputs["second"]
        return super().call(both, training=training)


class Signal(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.conv = layers.Conv1D(4, 3, activation="relu", name="conv")
        self.pool = layers.GlobalAveragePooling1D()
        self.out = layers.Dense(1, name="out")

    def call(self, x: Any) -> Any:
        return self.out(self.pool(self.conv(x)))


class AnyRank(keras.Model):
    """Takes everything: nothing but the data says what one input is."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(4, activation="relu", name="dense")

    def call(self, x: Any) -> Any:
        return self.dense(x)


def chain() -> keras.Model:
    return keras.Sequential(
        [layers.Conv2D(4, 3, name="conv"), layers.Flatten(), layers.Dense(2)]
    )


def some(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape)).random(shape, dtype=np.float32)


FIRST, SECOND = some(8, 6), some(8, 5)
#: A model, what it is trained on, and inputs of it to watch.
UNBUILT: dict[str, tuple[Callable[[], keras.Model], Any, Any]] = {
    "graphs made in build": (Augmented, some(8, 8, 8, 3), some(2, 8, 8, 3)),
    "sequential": (chain, some(8, 8, 8, 3), some(2, 8, 8, 3)),
    "one picture": (chain, some(8, 8, 8, 3), some(8, 8, 3)),
    "a tuple": (Pair, (FIRST, SECOND), (FIRST[:2], SECOND[:2])),
    "a list": (Pair, [FIRST, SECOND], [FIRST[:2], SECOND[:2]]),
    "a sample": (Pair, (FIRST, SECOND), (FIRST[0], SECOND[0])),
    "a dict": (
        ByName,
        {"first": FIRST, "second": SECOND},
        {"first": FIRST[:2], "second": SECOND[:2]},
    ),
    "named dicts": (
        ByName,
        {"first": FIRST, "second": SECOND},
        {"p": {"first": FIRST[0], "second": SECOND[0]}},
    ),
    **{f"signals of {n}": (Signal, some(8, 16, n), some(2, 16, n)) for n in (1, 2, 3)},
    **{f"any rank, {n}": (AnyRank, some(8, 16, n), some(2, 16, n)) for n in (1, 3)},
    "numbers": (AnyRank, some(8, 1), some(2, 1)),
}


def trained(
    build: Callable[[], keras.Model], x: Any, *callbacks: Any, **options: Any
) -> keras.Model:
    keras.utils.set_random_seed(1)
    model = build()
    model.compile(keras.optimizers.Adam(0.01), "mse", **options)
    shape = keras.tree.flatten(x)[0].shape
    y = np.zeros((8, 16, 1) if build is AnyRank and len(shape) == 3 else (8, 1))
    model.fit(x, y, batch_size=4, epochs=2, verbose=0, callbacks=list(callbacks))
    return model


def watching(folder: Path, probe: Any, **given: Any) -> ActivationCallback:
    return ActivationCallback(
        folder,
        probe,
        "*",
        preprocess=None,
        max_overhead=None,
        silent_threshold=None,
        **given,
    )


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("update_freq", ["epoch", 1])
@pytest.mark.parametrize("kind", UNBUILT)
def test_it_trains_as_without_the_callback_and_is_logged(
    kind: str, update_freq: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    build, x, probe = UNBUILT[kind]
    alone = trained(build, x)
    model = trained(build, x, watching(tmp_path, probe, update_freq=update_freq))
    assert_equal(weights(model), weights(alone))
    assert told(caplog) == []
    expected = activations(model, probe, "*", preprocess=None)
    stored = list(read_records(tmp_path, layers="*"))
    assert {record.layer for record in stored} - {":input"} == set(expected)
    last = {record.layer: record for record in stored}
    for path, values in expected.items():
        assert [r.step for r in stored if r.layer == path][-1] == (
            1 if update_freq == "epoch" else 4
        )
        np.testing.assert_allclose(
            np.stack(list(last[path].activations.values())), values, atol=1e-2
        )


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize(
    ("probe", "words"),
    [
        (some(2, 20, 20, 3), r"shape 20×20×3, but .* takes 8×8×3"),
        (some(2, 8, 8, 1), r"shape 8×8×1, but .* takes 8×8×3"),
        (some(2, 7), r"has shape \(2, 7\); expected 3 axes"),
    ],
)
def test_an_input_of_another_kind_never_makes_the_training_fail(
    probe: np.ndarray, words: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    alone = trained(chain, some(8, 8, 8, 3))
    if keras.backend.backend() == "tensorflow":
        model = trained(chain, some(8, 8, 8, 3), watching(tmp_path, probe))
        assert_equal(weights(model), weights(alone))
        (message,) = told(caplog)
        assert message.startswith("Activations are not logged: The input")
        assert message.endswith("Training goes on.")
    else:
        # Built by Keras itself before the callback is asked: an argument is wrong.
        with pytest.raises(InputError, match=words):
            trained(chain, some(8, 8, 8, 3), watching(tmp_path, probe))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.every_backend
def test_a_wrong_layer_of_a_model_that_is_built_later_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    callback = ActivationCallback(tmp_path, some(2, 16, 3), "cnov", max_overhead=None)
    if keras.backend.backend() != "tensorflow":
        # Built by Keras itself before the callback is asked.
        with pytest.raises(InputError, match="Did you mean 'conv'"):
            trained(Signal, some(8, 16, 3), callback)
        return
    trained(Signal, some(8, 16, 3), callback)
    (message,) = told(caplog)
    assert message == (
        "Activations are not logged: No layer has the path 'cnov'. "
        "Did you mean 'conv'? Training goes on."
    )


@pytest.mark.every_backend
@pytest.mark.parametrize("kind", UNBUILT)
def test_outside_of_a_training_it_gets_what_the_model_itself_would_take(
    kind: str, tmp_path: Path
) -> None:
    build, _, probe = UNBUILT[kind]
    model = build()
    found = FeatureExtractor(model, "*", preprocess=None)(probe)
    batch = keras.tree.map_structure(
        lambda a: a if kind not in ("one picture", "a sample") else a[None], probe
    )
    if kind == "named dicts":
        batch = keras.tree.map_structure(lambda a: a[None], probe["p"])
    output = keras.ops.convert_to_numpy(model(batch, training=False))
    last = {"Pair": "drop", "ByName": "drop"}.get(type(model).__name__)
    path = next(p for p in reversed(found) if last is None or p.startswith("dropout"))
    np.testing.assert_allclose(found[path], output, rtol=1e-4, atol=1e-5)
    with ActivationLogger(tmp_path, build(), "*", preprocess=None) as log:
        assert len(log(probe).inputs) == len(output)


@pytest.mark.every_backend
def test_building_it_leaves_dropout_and_augmentation_on() -> None:
    def drawn(model: keras.Model) -> list[int]:
        x = some(8, 8, 8, 3)
        model.compile("sgd", "mse")
        before = [int(np.asarray(v)[1]) for v in model.variables if "seed" in v.path]
        model.fit(x, np.ones((8, 1)), batch_size=4, verbose=0)
        after = [int(np.asarray(v)[1]) for v in model.variables if "seed" in v.path]
        return [b - a for a, b in zip(before, after, strict=True)] if before else after

    keras.utils.set_random_seed(1)
    called = Augmented()
    called(some(2, 8, 8, 3))
    captured = Augmented()
    activations(captured, some(2, 8, 8, 3), "conv", preprocess=None)
    draws = drawn(captured)
    assert draws == drawn(called)
    assert len(draws) == 2
    # On JAX the augmentation keeps no count, whether there is a callback or not.
    assert (max if keras.backend.backend() == "jax" else min)(draws) > 0
