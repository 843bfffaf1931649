"""What the document on trackers tells people to write works as written."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import events
import pytest
from tracker_stores import offline

from tb_actviz.trackers.found import FINDERS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "trackers.md").read_text()
TITLES = {
    "Weights & Biases": "wandb",
    "MLflow": "mlflow",
    "ClearML": "clearml",
    "Comet": "comet",
    "trackio": "trackio",
    "SwanLab": "swanlab",
}


def block(section: str) -> str:
    """The one Python example of a section; the first is without a title."""
    (code,) = re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return str(code)


#: Title to text.
SECTIONS = dict(
    section.split("\n", 1) for section in re.split(r"^## ", TEXT, flags=re.M)[1:]
)


def run(code: str, folder: Path) -> str:
    """Run code in a folder; what it says."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, **offline(folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stderr


def test_every_tracker_has_its_section() -> None:
    assert set(TITLES.values()) == set(FINDERS)
    assert set(SECTIONS) == {*TITLES, "Logs that there are already"}


@pytest.mark.slow
@pytest.mark.parametrize("title", TITLES)
def test_the_example_of_a_tracker_runs(title: str, tmp_path: Path) -> None:
    name = TITLES[title]
    package = {"comet": "comet_ml"}.get(name, name)
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed: tests/trackers/requirements.txt")
    preamble = block(TEXT.partition("\n## ")[0])
    said = run(preamble + block(SECTIONS[title]), tmp_path)
    assert f"tb_actviz: {name} gets scalars" in said
    # As many steps as the budget of time allows, the first and the last among them.
    assert {step for _, step in events.images(tmp_path / "runs" / "a")} >= {0, 2}


@pytest.mark.slow
def test_the_example_of_the_readme_runs(tmp_path: Path) -> None:
    if find_spec("mlflow") is None:
        pytest.skip("mlflow is not installed: tests/trackers/requirements.txt")
    section = (ROOT / "README.md").read_text().partition("experiment tracker\n")[2]
    preamble = block(TEXT.partition("\n## ")[0])
    said = run(preamble + block(section.partition("\n## ")[0]), tmp_path)
    assert "tb_actviz: mlflow gets scalars and pictures." in said


@pytest.mark.slow
def test_readers_of_scalars_need_no_tensorflow(tmp_path: Path) -> None:
    if find_spec("tbparse") is None or find_spec("trackio") is None:
        pytest.skip("not installed: tests/trackers/requirements.txt")
    preamble = block(TEXT.partition("\n## ")[0])
    run(f"{preamble}\nmodel.fit(x, y, epochs=3, callbacks=[watch])", tmp_path)
    written = {
        (tag, step): value
        for (tag, step), value in events.scalars(tmp_path / "runs").items()
    }
    code = (
        "import sys\n"
        "sys.modules['tensorflow'] = None\n"
        "from tbparse import SummaryReader\n"
        "print(SummaryReader('runs/a').scalars.to_json(orient='values'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    read = {
        (tag, step): value
        for step, tag, value in json.loads(done.stdout.splitlines()[-1])
    }
    assert read.keys() == written.keys()
    assert [read[key] for key in written] == pytest.approx(list(written.values()))

    said = run(block(SECTIONS["Logs that there are already"]), tmp_path)
    assert "Error" not in said
    base = sqlite3.connect(tmp_path / "trackio" / "imported.db")
    (rows,) = base.execute("select count(*) from metrics").fetchone()
    assert rows >= 3
