"""Shared fixtures: the real weights and pictures, where they are at hand."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphs_kept import forget_graphs
from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# TensorFlow turns it on by the model of the processor; the tests are the same on all.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

# A shell that puts a run into the background lets it and its children ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Machines in CI are slow and noisy; a slow example is no wrong one.
settings.register_profile("tb_actviz", deadline=None)
settings.load_profile("tb_actviz")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say what tests can be asked to do."""
    parser.addoption(
        "--pages",
        action="store_true",
        help="tests of the tab open it in an exported page, in place of a server",
    )


SHARED_DATA = Path(
    os.environ.get(
        "TB_ACTVIZ_TEST_DATA",
        Path(__file__).resolve().parents[2] / "shared" / "data",
    )
)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with the real weights, pictures and reference activations."""
    if not (SHARED_DATA / "squeezenet_v1.1.caffemodel").is_file():
        pytest.skip(
            f"the reference data is not at {SHARED_DATA}; "
            "set TB_ACTVIZ_TEST_DATA to its folder"
        )
    return SHARED_DATA


@pytest.fixture(scope="module", autouse=True)
def graphs_are_let_go() -> Iterator[None]:
    """Hundreds of compiled trainings in one process would fill gigabytes."""
    yield
    if forget_graphs():
        gc.collect()
