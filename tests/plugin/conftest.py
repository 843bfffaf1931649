"""Both ways in which TensorBoard reads event files."""

from __future__ import annotations

import pytest
from plugin.serving import LOADERS


@pytest.fixture(scope="module", params=list(LOADERS))
def loader(request: pytest.FixtureRequest) -> str:
    """One of TensorBoard's loaders."""
    return str(request.param)
