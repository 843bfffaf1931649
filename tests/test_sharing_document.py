"""What the document on sharing tells people to write works as written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import keras
import numpy as np
import pytest
from command_line import run

import tb_actviz as av

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "sharing.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def network() -> keras.Model:
    inputs = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(4, 3, name="conv1")(inputs)
    return keras.Model(inputs, keras.layers.ReLU(name="fire6-relu")(x))


@pytest.mark.slow
def test_all_examples_run_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = network()
    pictures = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), np.uint8)
    with av.ActivationLogger("runs/first", model) as log:
        for step in (0, 1):
            log(pictures, step)
    commands = [shlex.split(line) for one in blocks("sh") for line in one.splitlines()]
    for name, *arguments in commands:
        assert name == "tb-actviz"
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        *("runs", "report.html", "pictures", "animations", "arrays.npz"),
        "channels.csv",
    }
    for path in ("report.html", "arrays.npz", "channels.csv"):
        (tmp_path / path).unlink()
    names = {"model": model, "pictures": pictures, "conv1": np.ones((2, 4, 4, 3))}
    for block in blocks("python"):
        exec(block, names)  # noqa: S102 - the document's own code
    steps = [one.step for one in av.read_records("runs", runs="arrays", layers="relu1")]
    assert steps == [0, 1, 2]


def test_what_it_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert links
    assert all((ROOT / "docs" / link).is_file() for link in links)
