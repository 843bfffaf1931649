"""Layers that see the whole batch give the same everywhere, and it is said how.

Expected is what the model itself gives for batches of at most `BATCH_SIZE` inputs.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

import tb_actviz as av
from tb_actviz.capture.forward_pass import BATCH_SIZE

pytestmark = pytest.mark.every_backend


class Deviation(layers.Layer):  # type: ignore[misc]
    """The minibatch standard deviation of StyleGAN."""

    def call(self, x: Any) -> Any:
        spread = ops.mean(ops.std(x, axis=0, keepdims=True))
        return ops.concatenate([x, ops.ones_like(x[..., :1]) * spread], -1)


class OwnStatistics(layers.Layer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.norm = layers.BatchNormalization()

    def call(self, x: Any) -> Any:
        return self.norm(x, training=True)


class Shares(layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        # A softmax over the batch.
        shares = ops.exp(x)
        return shares / ops.sum(shares, axis=0, keepdims=True)


class Centred(layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return x - ops.mean(x, axis=0, keepdims=True)


KINDS = [Deviation, OwnStatistics, Shares, Centred]


def noise(count: int) -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.normal(size=(count, 4, 4, 3)).astype(np.float32)


def model_with(layer: layers.Layer, batch_size: int | None = None) -> keras.Model:
    inputs = keras.Input((4, 4, 3), batch_size=batch_size)
    x = layer(layers.Conv2D(4, 3, name="before")(inputs))
    model = keras.Model(inputs, layers.Conv2D(2, 1, name="out")(x))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    return model


def in_batches(model: keras.Model, x: np.ndarray, size: int) -> np.ndarray:
    outputs = []
    for start in range(0, len(x), size):
        outputs.append(ops.convert_to_numpy(model(x[start : start + size])))
    return np.concatenate(outputs)


def everywhere(
    model: keras.Model, x: np.ndarray, folder: Path
) -> tuple[dict[str, np.ndarray], dict[str, list[str]]]:
    """What `activations`, the logger and the callback give, and what they say."""
    named = {f"{index:02}": picture for index, picture in enumerate(x)}
    options = av.LogOptions(views=())
    told: dict[str, list[str]] = {}
    found = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        found["activations"] = av.activations(model, named, "out", preprocess=None)[
            "out"
        ]
        told["activations"] = _texts(caught)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        with av.ActivationLogger(
            folder / "log", model, "out", preprocess=None, options=options
        ) as log:
            log(named, step=0)
            log(named, step=1)
        told["logger"] = _texts(caught)
    found["logger"] = stored(folder / "log")
    callback = av.ActivationCallback(
        folder / "fit", named, "out", preprocess=None, options=options
    )
    y = np.zeros((len(x), *model.output_shape[1:]), np.float32)
    model.fit(x, y, batch_size=len(x), verbose=0, callbacks=[callback])
    found["callback"] = stored(folder / "fit")
    return found, told


def _texts(caught: list[warnings.WarningMessage]) -> list[str]:
    return [str(one.message) for one in caught if one.category is UserWarning]


def stored(folder: Path) -> np.ndarray:
    record = next(iter(av.read_records(folder, layers="out", steps=0)))
    return np.stack([record.activations[name] for name in sorted(record.activations)])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [2, 6, BATCH_SIZE + 5])
def test_layers_that_see_the_whole_batch_give_the_same_everywhere(
    kind: Callable[[], layers.Layer],
    count: int,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    model, x = model_with(kind()), noise(count)
    expected = in_batches(model, x, BATCH_SIZE)
    assert not np.allclose(expected, in_batches(model, x, 1), atol=1e-2)
    with caplog.at_level(logging.WARNING):
        found, told = everywhere(model, x, tmp_path)
    for values in found.values():
        np.testing.assert_allclose(values, expected, rtol=1e-3, atol=1e-4)
    note = (
        "What these layers give for an input depends on the others of its batch: "
        f"'out'. Here inputs of one size go through the model together, {BATCH_SIZE} "
        "at once."
    )
    assert told == {"activations": [note], "logger": [note]}
    assert note in caplog.messages


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 4, 6])
def test_a_fixed_batch_is_filled_with_the_last_input_and_it_is_said(
    count: int, tmp_path: Path
) -> None:
    model, x = model_with(Deviation(), batch_size=4), noise(count)
    filled = np.concatenate([x, np.repeat(x[-1:], -count % 4, axis=0)])
    expected = in_batches(model, filled, 4)[:count]
    named = {f"{index:02}": picture for index, picture in enumerate(x)}
    with pytest.warns(UserWarning, match="batches of 4, which the last input fills"):
        found = av.activations(model, named, "out", preprocess=None)["out"]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
    options = av.LogOptions(views=())
    with (
        pytest.warns(UserWarning, match="batches of 4, which the last input fills"),
        av.ActivationLogger(
            tmp_path, model, "out", preprocess=None, options=options
        ) as log,
    ):
        log(named, step=0)
    np.testing.assert_allclose(stored(tmp_path), expected, rtol=1e-3, atol=1e-4)


class Noisy(layers.Layer):  # type: ignore[misc]
    """Another value at every run, for each input by itself."""

    def call(self, x: Any) -> Any:
        return x + ops.convert_to_tensor(next(self.draws))

    draws = iter(np.arange(1, 1000, dtype=np.float32))


class Scaled(layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return 2 * x


@pytest.mark.parametrize("kind", [Noisy, Scaled, layers.BatchNormalization])
def test_nothing_is_said_of_layers_that_keep_the_inputs_apart(
    kind: Callable[[], layers.Layer],
) -> None:
    model = model_with(kind())
    model.run_eagerly = True
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        av.activations(model, noise(3), "out", preprocess=None)
        av.activations(model, np.stack([noise(1)[0]] * 2), "out", preprocess=None)


def test_a_similarity_of_each_with_each_is_that_of_the_batch() -> None:
    inputs = keras.Input((5,))
    x = layers.Dense(3, name="embedding")(inputs)
    model = keras.Model(inputs, ops.matmul(x, ops.transpose(x)))
    x = np.random.default_rng(1).normal(size=(4, 5)).astype(np.float32)
    path = av.describe_layers(model)[-1].path
    with pytest.warns(UserWarning, match="depends on the others of its batch"):
        found = av.activations(model, x, path, preprocess=None)[path]
    np.testing.assert_allclose(found, ops.convert_to_numpy(model(x)), rtol=1e-4)
