"""Tokens are drawn as maps where their grid is known or was declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import tb_actviz as av
from tb_actviz.errors import InputError
from tb_actviz.receptive_field import ReceptiveField, TokenGrid
from tb_actviz.records.facts import LayerFacts
from tb_actviz.runs.views import (
    common_grid,
    folded,
    folding_words,
    token_grid_of,
)

FOUND = TokenGrid((2, 3), 1, ReceptiveField((4, 4), (4, 4), (0, 0)))
SCORES = ("queries", "keys", "heads")


@pytest.mark.parametrize(
    ("axes", "shape", "found", "declared", "expected"),
    [
        ((), (7, 5), FOUND, None, FOUND),
        ((), (7, 5), None, (2, 3), TokenGrid((2, 3), 1)),
        ((), (6, 5), None, (2, 3), TokenGrid((2, 3), 0)),
        ((), (7, 5), FOUND, (2, 3), FOUND),
        ((), (7, 5), FOUND, (7, 1), TokenGrid((7, 1), 0)),
        ((), (5, 5), None, (2, 3), None),
        ((), (100, 5), None, (2, 3), None),
        ((), (5, 5), FOUND, None, None),
        ((), (2, 3, 5), FOUND, (2, 3), None),
        ((), (7,), None, (2, 3), None),
        (SCORES, (7, 6, 2), None, (2, 3), TokenGrid((2, 3), 0)),
        (("tokens", "dimensions", "heads"), (7, 6, 2), None, (2, 3), None),
    ],
)
def test_a_grid_is_that_of_as_many_tokens(
    axes: Any, shape: Any, found: Any, declared: Any, expected: Any
) -> None:
    facts = LayerFacts("tokens", "Dense", "other", axes=axes, token_grid=found)
    assert token_grid_of(facts, shape, declared) == expected


def test_tokens_are_folded_row_by_row_after_the_class_tokens() -> None:
    tokens = np.arange(14, dtype=np.float32).reshape(7, 2)
    maps, shape = folded(tokens, (), FOUND)
    np.testing.assert_array_equal(maps, tokens[1:].reshape(2, 3, 2), strict=True)
    assert shape == (2, 3, 2)
    scores = np.zeros((7, 7, 2), np.float32)
    maps, shape = folded(scores, SCORES, FOUND)
    assert maps.shape == shape == (7, 7, 2)
    maps, shape = folded(tokens, (), None)
    assert (maps.shape, shape) == ((1, 7, 2), (7, 2))


def test_captions_say_what_was_folded_and_left_out() -> None:
    grids = (None, TokenGrid((2, 3)), FOUND, TokenGrid((2, 3), 2))
    assert [folding_words((), grid) for grid in grids] == [
        "",
        "6 tokens as 2x3 patches",
        "7 tokens as 2x3 patches, without the first one, a class token",
        "8 tokens as 2x3 patches, without the first 2, class tokens",
    ]
    assert folding_words(SCORES, FOUND) == ""


def test_inputs_with_other_grids_have_none_in_common() -> None:
    assert common_grid([FOUND, FOUND]) == FOUND
    assert common_grid([FOUND, TokenGrid((3, 3))]) is None
    assert common_grid([None, FOUND]) is None


@pytest.mark.parametrize("grid", [8, (8,), (8, 8, 8), (0, 8), (8.0, 8), "8x8"])
def test_a_grid_that_cannot_be_is_refused(grid: Any) -> None:
    with pytest.raises(InputError, match=r"^Received token_grid=.*expected rows and"):
        av.LogOptions(token_grid=grid)


def test_as_maps_takes_a_grid_for_sequences_with_enough_tokens() -> None:
    tokens = np.arange(14, dtype=np.float32).reshape(7, 2)
    np.testing.assert_array_equal(
        av.as_maps(tokens, token_grid=(2, 3)), tokens[1:].reshape(2, 3, 2), strict=True
    )
    for wrong in (tokens[:5], tokens[None], tokens[0]):
        with pytest.raises(ValueError, match="expected a sequence"):
            av.as_maps(wrong, token_grid=(2, 3))


@pytest.mark.slow
@pytest.mark.parametrize("declared", [None, (2, 12)])
def test_a_run_holds_tokens_and_how_they_lie(tmp_path: Path, declared: Any) -> None:
    inputs = keras.Input((16, 24, 3))
    x = keras.layers.Conv2D(5, 4, 4, name="embedding")(inputs)
    x = keras.layers.Reshape((24, 5), name="tokens")(x)
    model = keras.Model(inputs, keras.layers.Dense(7, name="mixed")(x))
    options = av.LogOptions(views=("channels", "strongest"), token_grid=declared)
    with av.ActivationLogger(tmp_path, model, "*", options=options) as log:
        log(np.zeros((1, 16, 24, 3), np.uint8))
    stored = {one.layer: one for one in av.read_records(tmp_path)}
    found = TokenGrid((4, 6), 0, ReceptiveField((4, 4), (4, 4), (0, 0)))
    grid = found if declared is None else TokenGrid(declared)
    for name, channels in (("tokens", 5), ("mixed", 7)):
        (values,) = stored[name].activations.values()
        assert values.shape == (24, channels), "as the model has them"
        assert stored[name].record.layer.token_grid == grid
    assert stored["embedding"].record.layer.token_grid is None
