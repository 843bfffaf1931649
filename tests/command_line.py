"""Running `tb-actviz` in tests."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tb_actviz.cli import main


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tb_actviz", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def fails(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run in this process; the one line it complains with."""
    try:
        code = main(arguments)
    except SystemExit as error:  # argparse ends this way
        code = error.code
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    (line,) = [text for text in err.splitlines() if text.startswith("tb-actviz")]
    return line
