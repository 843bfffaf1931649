"""The network that comes with the package knows drawn faces, and their eyes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from keras_models import SqueezeNet
from keras_models.faces import (
    CLASS_NAMES,
    accuracy,
    draw_batch,
    selectivity,
    unseen_seeds,
)
from keras_models.squeezenet import WeightsError, weights
from keras_models.squeezenet.half_file import read_card

#: Seeds far from those that the figures in the card were measured on.
START = 50_000_000


@pytest.fixture(scope="module")
def net() -> Any:
    return SqueezeNet(weights="faces")


@pytest.fixture(scope="module")
def card() -> dict[str, Any]:
    return read_card(weights.SHIPPED_FACES)


def test_the_file_is_small_and_in_half_precision(card: dict[str, Any]) -> None:
    assert weights.SHIPPED_FACES.stat().st_size == card["bytes"] <= 2.6e6
    with np.load(weights.SHIPPED_FACES, allow_pickle=False) as file:
        assert len(file.files) == 2 * 26
        assert {file[name].dtype for name in file.files} == {np.dtype(np.float16)}


def test_the_card_says_how_it_was_made(card: dict[str, Any]) -> None:
    assert card["classes"] == list(CLASS_NAMES)
    assert card["command"] == "python -m keras_models.faces.train --out FILE"
    assert {"seed", "sizes", "pictures", "epochs", "held_out"} <= set(card["recipe"])
    assert card["minutes"] > 0
    for size in card["recipe"]["sizes"]:
        measured = card["measured_in_half_precision"]["accuracy"][str(size)]
        assert measured["all"] >= 0.97
        assert measured["faces"] >= 0.97


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("size", [128, 176, 227])
def test_it_names_unseen_faces(net: Any, size: int) -> None:
    pictures = draw_batch(unseen_seeds(START, 200), size)
    found = accuracy(net, pictures)
    assert found["all"] >= 0.97
    assert found["faces"] >= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("size", [128, 227])
def test_a_channel_goes_dark_where_an_eye_closes(net: Any, size: int) -> None:
    best = selectivity(net, unseen_seeds(START + 1000, 50), size)[0]
    assert best.loss >= 0.5
    assert best.change < 0.1
    assert best.seen >= 0.8
    assert best.response > 0


@pytest.mark.slow
def test_classes_follow_the_weights(net: Any) -> None:
    assert net.output_shape == (None, 5)
    assert SqueezeNet(weights="faces", classes=5).output_shape == (None, 5)
    headless = SqueezeNet(weights="faces", include_top=False, pooling="avg")
    np.testing.assert_array_equal(
        headless.get_layer("conv1").get_weights()[0],
        net.get_layer("conv1").get_weights()[0],
    )


@pytest.mark.slow
def test_the_classes_of_a_file_are_found(net: Any, tmp_path: Path) -> None:
    net.save_weights(tmp_path / "five.weights.h5")
    shutil.copy(weights.SHIPPED_FACES, tmp_path / "five.npz")
    for name in ("five.weights.h5", "five.npz"):
        again = SqueezeNet(weights=tmp_path / name)
        assert again.output_shape == (None, 5)
        np.testing.assert_array_equal(again.get_weights()[0], net.get_weights()[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"weights": "faces", "classes": 10}, "pass classes=5, or include_top=False"),
        ({"weights": "faces", "input_shape": (64, 64, 1)}, "input_shape must end in 3"),
        ({"weights": "face"}, r"'faces', 'imagenet' \(did you mean 'faces'"),
    ],
)
def test_what_does_not_fit_says_what_to_change(
    arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(WeightsError, match=words):
        SqueezeNet(**arguments)


@pytest.mark.parametrize(
    "damage", ["flip", "truncate", "remove", "no card", "bad card"]
)
def test_a_damaged_file_is_detected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "squeezenet_faces.npz"
    shutil.copy(weights.SHIPPED_FACES, path)
    card = shutil.copy(weights.SHIPPED_FACES.with_suffix(".json"), tmp_path)
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif damage == "truncate":
        path.write_bytes(data[:-100])
    elif damage == "remove":
        path.unlink()
    elif damage == "no card":
        Path(card).unlink()
    else:
        Path(card).write_text("{")
    monkeypatch.setattr(weights, "SHIPPED_FACES", path)
    with pytest.raises(WeightsError, match=r"cannot be used: .*install the package"):
        SqueezeNet(weights="faces")


@pytest.mark.slow
def test_it_still_learns(net: Any) -> None:
    batch = draw_batch(range(10), 64)
    features = SqueezeNet(weights="faces", include_top=False, pooling="avg")
    model = keras.Sequential([features, keras.layers.Dense(5, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    history = model.fit(
        net.preprocess_input(batch.pictures), batch.labels, epochs=3, verbose=0
    )
    losses = history.history["loss"]
    assert losses[-1] < losses[0]
