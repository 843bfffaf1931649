"""In JAX a loop may train values that the model does not hold, and is told so."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import tb_actviz as av

pytestmark = pytest.mark.every_backend

OPTIONS = av.LogOptions(views=())
X = np.random.default_rng(0).random((4, 5)).astype(np.float32)


def model_to_train() -> keras.Model:
    inputs = keras.Input((5,))
    hidden = layers.Dense(3, activation="relu", name="hidden")(inputs)
    model = keras.Model(inputs, layers.Dense(2, name="out")(hidden))
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


def told(tmp_path: Path, between: Callable[[keras.Model], Any], **given: Any) -> bool:
    """Whether something is said when a model is logged four times."""
    model = given.get("model") or model_to_train()
    inputs = given.get("inputs") or (lambda step: X[:2])
    with (
        warnings.catch_warnings(record=True) as caught,
        av.ActivationLogger(tmp_path, model, "*", options=OPTIONS) as log,
    ):
        warnings.simplefilter("always")
        for step in range(4):
            log(inputs(step), step=given.get("step", step))
            between(model)
    messages = [str(warning.message) for warning in caught]
    said = [text for text in messages if text.startswith("No weight of the model")]
    if said:
        assert "from step 0 to step 2" in said[0]
        assert "stateless_call" in said[0]
    assert len(said) <= 1
    return bool(said)


def elsewhere(model: keras.Model) -> None:
    """A step of a loop that holds the state outside of the model."""
    if keras.backend.backend() != "jax":
        return
    state = [v.value + 0.1 for v in model.trainable_variables]
    model.stateless_call(state, [], X, training=True)


def test_a_loop_that_holds_the_state_outside_is_told_once(tmp_path: Path) -> None:
    assert told(tmp_path, elsewhere) is (keras.backend.backend() == "jax")


def test_nothing_is_said_of_a_model_that_is_trained(tmp_path: Path) -> None:
    def train(model: keras.Model) -> None:
        model.train_on_batch(X, np.zeros((4, 2), np.float32))

    def assign(model: keras.Model) -> None:
        for variable in model.trainable_variables:
            variable.assign(variable + 0.1)

    assert not told(tmp_path / "fit", train)
    assert not told(tmp_path / "assigned", assign)


def test_nothing_is_said_where_the_same_model_is_meant(tmp_path: Path) -> None:
    def nothing(model: keras.Model) -> None:
        """Train nothing."""

    # Other inputs at each step, one step again and again, nothing to train.
    assert not told(
        tmp_path / "inputs", nothing, inputs=lambda step: X[step : step + 1]
    )
    assert not told(tmp_path / "step", nothing, step=0)
    frozen = model_to_train()
    frozen.trainable = False
    assert not told(tmp_path / "frozen", nothing, model=frozen)


@pytest.mark.slow
def test_a_callback_in_such_a_loop_is_told_and_fit_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    y = np.zeros((4, 2), np.float32)

    def said() -> bool:
        return any(text.startswith("No weight of") for text in caplog.messages)

    def callback(name: str) -> av.ActivationCallback:
        return av.ActivationCallback(
            tmp_path / name, X[:2], "*", options=OPTIONS, max_overhead=None
        )

    with caplog.at_level(logging.WARNING):
        model_to_train().fit(X, y, epochs=4, verbose=0, callbacks=[callback("fit")])
        assert not said()
        model = model_to_train()
        loop = keras.callbacks.CallbackList([callback("loop")], model=model)
        loop.on_train_begin()
        for epoch in range(4):
            loop.on_epoch_begin(epoch)
            elsewhere(model)
            loop.on_epoch_end(epoch)
        loop.on_train_end()
    assert said() is (keras.backend.backend() == "jax")
