"""Which commit messages the hook lets through."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts/commit-subject"


def told(message: str, folder: Path) -> tuple[int, str]:
    """The exit code of the hook, and what it says."""
    path = folder / "message"
    path.write_text(message, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(path)], capture_output=True, text=True
    )
    return done.returncode, done.stderr.strip()


@pytest.mark.parametrize(
    "message",
    [
        "x" * 72,
        # Columns, not bytes.
        "é" * 72,
        "Grids are drawn row by row\n\nElse a tall one takes twice the memory.\n",
        "Grids\n# Please enter the commit message\n# On branch main\n",
        "fixup! " + "x" * 72,
        "Merge branch '" + "x" * 72 + "'",
    ],
)
def test_it_lets_through(message: str, tmp_path: Path) -> None:
    assert told(message, tmp_path) == (0, "")


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ("x" * 73, "73 columns, 72 are the most"),
        ("fixup! " + "x" * 73, "73 columns"),
        ("", "the first line is empty"),
        ("# only a comment\n", "the first line is empty"),
        ("Grids\nare drawn\n", "the second line must be empty"),
    ],
)
def test_it_refuses(message: str, complaint: str, tmp_path: Path) -> None:
    code, text = told(message, tmp_path)
    assert code == 1
    assert text.startswith("commit message: ")
    assert complaint in text
