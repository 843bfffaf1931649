"""The fuzz target runs for some seconds; by hand it should run for longer.

python tests/fuzz/fuzz_records.py -max_total_time=3600
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

TARGET = Path(__file__).with_name("fuzz_records.py")
#: How many inputs are tried, for which a processor takes some 8 seconds.
RUNS = 6000


@pytest.mark.slow
@pytest.mark.skipif(
    find_spec("atheris") is None, reason="atheris is not installed, or not for here"
)
def test_a_little_fuzzing_finds_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(TARGET), f"-runs={RUNS}"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert not list(tmp_path.iterdir())
    runs = re.search(r"Done (\d+) runs", done.stdout)
    assert runs is not None, done.stdout[-5000:]
    assert int(runs[1]) > 1000
