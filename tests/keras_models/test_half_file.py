from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keras_models.squeezenet.half_file import (
    checksum,
    read_card,
    read_half,
    write_card,
    write_half,
)


def weights() -> dict[str, list[np.ndarray]]:
    rng = np.random.default_rng(0)
    return {
        name: [rng.normal(size=(3, 3, 2, 4)).astype("float32"), np.arange(4.0)]
        for name in ("conv1", "fire2-squeeze1x1")
    }


def test_round_trip_is_exact_to_half_precision(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    sha256 = write_half(weights(), path)
    found = read_half(path)
    assert list(found) == ["conv1", "fire2-squeeze1x1"]
    for name, parts in weights().items():
        for part, expected in zip(found[name], parts, strict=True):
            assert part.dtype == np.float32
            assert np.array_equal(part, expected.astype(np.float16).astype(np.float32))
    assert sha256 == checksum(path)


def test_the_same_weights_give_the_same_bytes(tmp_path: Path) -> None:
    one = write_half(weights(), tmp_path / "a.npz")
    assert one == write_half(weights(), tmp_path / "b.npz")


def test_numbers_that_half_precision_cannot_hold(tmp_path: Path) -> None:
    for bad in (1e6, np.nan):
        values = {"conv1": [np.full((1, 1, 1, 1), bad), np.zeros(1)]}
        with pytest.raises(ValueError, match="kernel of conv1"):
            write_half(values, tmp_path / "w.npz")
    assert not (tmp_path / "w.npz").exists()


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.npz"):
        write_half(weights(), tmp_path / "w.h5")


def test_files_with_something_else(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    np.savez(path, **{"conv1/kernel": np.zeros(3)})
    with pytest.raises(ValueError, match="conv1/bias"):
        read_half(path)
    np.savez(path, **{"conv1/kernel": np.array([{}]), "conv1/bias": np.zeros(1)})
    with pytest.raises(ValueError, match="allow_pickle"):
        read_half(path)
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ValueError, match=r"is not an \.npz file"):
        read_half(path)


def test_card_belongs_to_its_weights(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    card = {"sha256": write_half(weights(), path), "classes": ["é", "b"]}
    assert write_card(card, path) == tmp_path / "w.json"
    assert read_card(path) == card
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="SHA-256"):
        read_card(path)
