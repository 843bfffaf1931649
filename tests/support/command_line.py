"""Running `tb-actviz` in tests."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tb_actviz.cli import main

#: Warnings that Python by itself does not show to users.
_HIDDEN = (
    DeprecationWarning,
    ImportWarning,
    PendingDeprecationWarning,
    ResourceWarning,
)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run in this process, as if in one of its own: starting Keras takes seconds."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        _everything_is_told(),
    ):
        for name, value in environment.items():
            patch.setenv(name, value)
        code = _code(*arguments)
    return subprocess.CompletedProcess(
        ["tb-actviz", *arguments], code, out.getvalue(), err.getvalue()
    )


def run_alone(
    *arguments: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run in a process of its own, as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "tb_actviz", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def fails(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run in this process; the one line it complains with."""
    code = _code(*arguments)
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    (line,) = [text for text in err.splitlines() if text.startswith("tb-actviz")]
    return line


def _code(*arguments: str) -> object:
    """Run the command line; how it ended."""
    try:
        return main(arguments)
    except SystemExit as error:  # argparse ends this way
        return error.code


@contextlib.contextmanager
def _everything_is_told() -> Iterator[None]:
    """Let warnings and log messages go to standard error, and not to pytest."""

    def tell(message: Warning | str, *where: Any, **_: object) -> None:
        category, file, line = where[:3]
        sys.stderr.write(warnings.formatwarning(message, category, file, line))

    root = logging.getLogger()
    handlers = root.handlers[:]
    with warnings.catch_warnings():
        for hidden in _HIDDEN:
            warnings.simplefilter("ignore", hidden)
        warnings.showwarning = tell
        root.handlers.clear()
        try:
            yield
        finally:
            root.handlers[:] = handlers
