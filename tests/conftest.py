"""Shared fixtures: the real weights and pictures, where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Machines in CI are slow and noisy; a slow example is no wrong one.
settings.register_profile("tb_actviz", deadline=None)
settings.load_profile("tb_actviz")

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
