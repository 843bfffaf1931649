from __future__ import annotations

import json
from pathlib import Path

import pytest

from keras_models.faces import CLASS_NAMES
from keras_models.faces.train import main
from keras_models.squeezenet.half_file import read_card, read_half

TINY = ["--sizes", "32", "48", "--pictures", "10", "--epochs", "1", "--held-out", "10"]


@pytest.mark.slow
def test_train_then_evaluate(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    path = tmp_path / "faces.npz"
    main(["--out", str(path), "--processes", "1", *TINY])
    card = read_card(path)
    assert card["classes"] == list(CLASS_NAMES)
    assert card["recipe"]["sizes"] == [32, 48]
    assert card["recipe"]["pictures"] == 10
    assert len(card["loss"]) == 1
    assert path.stat().st_size == card["bytes"] <= 2_600_000
    assert len(read_half(path)) == 26
    capsys.readouterr()
    main(["--evaluate", str(path), "--processes", "1"])
    again = json.loads(capsys.readouterr().out)
    assert again == card["measured_in_half_precision"]


def test_something_to_do_must_be_named(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "--out" in capsys.readouterr().err
