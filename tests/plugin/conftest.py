"""Both ways in which TensorBoard reads event files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from plugin.serving import LOADERS, Host, serving_both


@pytest.fixture(scope="module", params=list(LOADERS))
def loader(request: pytest.FixtureRequest) -> str:
    """One of TensorBoard's loaders."""
    return str(request.param)


@pytest.fixture(scope="session")
def shared_log_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all runs lie that are only read.

    Each module writes its own below a name of its own, while TensorBoard runs.
    """
    log_dir = tmp_path_factory.mktemp("shared") / "runs"
    log_dir.mkdir()
    return log_dir


@pytest.fixture(scope="session")
def shared_hosts(shared_log_dir: Path) -> Iterator[dict[str, Host]]:
    """One TensorBoard of each loader that shows them."""
    with serving_both(shared_log_dir) as running:
        yield running


@pytest.fixture(scope="module")
def host(loader: str, hosts: dict[str, Host]) -> Host:
    """The one of a module's `hosts` that has the loader."""
    return hosts[loader]
