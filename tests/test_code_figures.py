"""How much a reader meets, counted by the script that anyone can run."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "scripts" / "code-figures"
#: Longer modules have more than one reason to be entered.
LONGEST = 400
#: From the end of an epoch to the bytes of its picture.
MOST_FILES = 22


def script() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("code_figures", str(SCRIPT))
    spec = importlib.util.spec_from_loader("code_figures", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_no_module_is_longer_than_one_can_read() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for package in ("tb_actviz", "keras_models")
        for path in (ROOT / package).rglob("*.py")
    }
    assert len(lengths) > 100
    assert {name: n for name, n in lengths.items() if n > LONGEST} == {}


def test_lines_of_code_are_neither_blank_nor_comments_nor_docstrings(
    tmp_path: Path,
) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        '"""What it is.\n\nAnd more.\n"""\n\nimport os  # why\n\n# A comment.\n'
        'TEXT = """one\ntwo\n"""\n#: What that is.\n\n'
        'def f(a: int) -> int:\n    """What it does."""\n'
        "    return (\n        a\n    )\n"
    )
    # The import, three of the text, four of the function.
    assert script().code_lines(path) == 8


def test_no_modules_import_one_another() -> None:
    chain = script().longest_chain("tb_actviz")
    assert chain[0] == "tb_actviz"
    assert len(chain) == len(set(chain)) <= 14


@pytest.mark.slow
def test_a_picture_passes_few_files() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--files"],
        capture_output=True,
        text=True,
        check=True,
    )
    counts = dict(re.findall(r"(.*), from fit to bytes: (\d+) files", done.stdout))
    assert set(counts) == {"a picture", "a picture and a record"}
    picture = done.stdout.partition("a picture, from fit")[2]
    picture = picture.partition("a picture and a record")[0]
    # All of its way is there: from the callback, by the model and the colours, to
    # the file.
    for file in ("callback", "capture/execution", "imaging/png", "writing/event_file"):
        assert f"    {file}.py\n" in picture
    assert int(counts["a picture"]) <= MOST_FILES
