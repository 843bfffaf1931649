"""The tests are the same however their run was started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no signals that can be ignored"
)

ROOT = Path(__file__).resolve().parents[1]
WAITING = """
import time
print("waits", flush=True)
time.sleep(600)
"""


def test_a_child_is_interrupted() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "waits\n"
        child.send_signal(signal.SIGINT)
        try:
            _, errors = child.communicate(timeout=60)
        finally:
            child.kill()
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert child.returncode == -signal.SIGINT


@pytest.mark.slow
@pytest.mark.parametrize("ignored", ["INT", "HUP"])
def test_a_child_is_interrupted_in_a_run_that_ignores(ignored: str) -> None:
    # What a shell does for a run in the background, and `nohup` for any.
    command = f"trap '' {ignored}; exec \"$@\""
    one = f"{Path(__file__).relative_to(ROOT)}::{test_a_child_is_interrupted.__name__}"
    done = subprocess.run(
        ["/bin/sh", "-c", command, "sh", sys.executable, "-m", "pytest", "-q", one],
        cwd=ROOT,
        env={**os.environ, "PYTEST_ADDOPTS": "-p no:cacheprovider"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
