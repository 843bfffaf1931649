from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from keras_models.faces import Batch, draw_batch
from keras_models.faces.recipe import Recipe
from keras_models.faces.training import layer_values, train, with_weights
from keras_models.squeezenet import preprocess_input

pytestmark = pytest.mark.slow

TINY = Recipe(
    sizes=(48,), pictures=10, epochs=20, batch_size=5, warm_up=0.2, dropout=0.0
)
TWO_SIZES = replace(TINY, sizes=(32, 48), epochs=1)


@pytest.fixture(scope="module")
def small() -> Batch:
    return draw_batch(range(10), 32)


@pytest.fixture(scope="module")
def large() -> Batch:
    return draw_batch(range(10, 20), 48)


@pytest.fixture(scope="module")
def trained(large: Batch) -> tuple[Any, list[float]]:
    return train(TINY, [large], verbose=0)


def test_training_lowers_the_loss(
    trained: tuple[Any, list[float]], large: Batch
) -> None:
    model, loss = trained
    assert len(loss) == 20
    assert min(loss[-4:]) < loss[0] - 0.05
    scores = model(preprocess_input(large.pictures), training=False)
    assert scores.shape == (10, 5)
    assert np.allclose(np.asarray(scores).sum(axis=1), 1, atol=1e-5)


def test_sizes_take_turns_and_the_same_recipe_gives_the_same_network(
    small: Batch, large: Batch
) -> None:
    runs = [train(TWO_SIZES, [small, large], verbose=0) for _ in range(2)]
    assert runs[0][1] == pytest.approx(runs[1][1], rel=1e-5)
    inputs = preprocess_input(small.pictures)
    one, two = (np.asarray(model(inputs, training=False)) for model, _ in runs)
    assert np.allclose(one, two, atol=1e-4)


def test_weights_come_back(trained: tuple[Any, list[float]], large: Batch) -> None:
    values = layer_values(trained[0])
    inputs = preprocess_input(large.pictures)
    expected = np.asarray(trained[0](inputs, training=False))
    again = np.asarray(with_weights(values)(inputs, training=False))
    assert np.allclose(again, expected, atol=1e-6)
    del values["fire5-expand1x1"]
    with pytest.raises(KeyError, match="fire5-expand1x1"):
        with_weights(values)
