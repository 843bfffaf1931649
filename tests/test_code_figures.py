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


def documented(heading: str) -> set[str]:
    """Files that the architecture names in a numbered list under a heading."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    numbered = re.findall(r"^\d+\. .*", section, re.MULTILINE)
    return {file for line in numbered for file in re.findall(r"`([\w/]+\.py)", line)}


def test_what_the_architecture_names_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    names = re.findall(r"`((?:[\w]+/)*[\w-]+\.(?:py|md)|[\w-]+(?:/[\w-]+)+)", text)
    assert len(names) > 50
    bases = [ROOT, ROOT / "tb_actviz"]
    missing = [
        name for name in names if not any((base / name).exists() for base in bases)
    ]
    assert missing == []


@pytest.mark.slow
def test_a_picture_passes_few_files_and_the_architecture_names_them() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--files"],
        capture_output=True,
        text=True,
        check=True,
    )
    files: dict[str, set[str]] = {}
    for line in done.stdout.splitlines():
        if found := re.match(r"(.*), from fit to bytes: (\d+) files", line):
            files[found[1]] = set()
            counted = {found[1]: int(found[2])}
        elif line.startswith("    ") and files:
            files[list(files)[-1]].add(line.strip())
    assert list(files) == ["a picture", "a picture and a record"]
    assert counted == {"a picture and a record": len(files["a picture and a record"])}
    assert files["a picture"] == documented("A picture's way")
    assert files["a picture and a record"] == documented("A picture's way") | (
        documented("A record's way")
    )
    assert len(files["a picture"]) <= MOST_FILES
