"""The page of a run, as MLflow's own interface shows it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

import pytest
from tracker_stores import offline
from waiting import PATIENCE, soon

import tb_actviz as av

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("mlflow") is None,
        reason="mlflow is not installed: tests/trackers/requirements.txt",
    ),
]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
#: How long MLflow's page may take on a slow machine, in ms.
LONGEST = 120_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a training was logged, with a page at its end."""
    folder = tmp_path_factory.mktemp("shown")
    paths = [str(ROOT), str(ROOT / "tests" / "support")]
    subprocess.run(
        [sys.executable, str(HERE / "trained.py"), "mlflow", "page", str(folder)],
        env={
            **os.environ,
            **offline(folder),
            "PYTHONPATH": os.pathsep.join(paths),
        },
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def run_page(folder: Path) -> Iterator[str]:
    """The address of the run in MLflow's interface."""
    from mlflow import MlflowClient

    store = offline(folder)["MLFLOW_TRACKING_URI"]
    client = MlflowClient(store)
    experiment = client.get_experiment_by_name("tried")
    (run,) = client.search_runs([experiment.experiment_id])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "mlflow", "server", "--workers", "1"),
            *("--backend-store-uri", store, "--host", "127.0.0.1"),
            *("--port", str(port)),
        ],
        cwd=folder,
        env={**os.environ, **offline(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def is_up() -> bool:
        try:
            with urlopen(address, timeout=5):
                return True
        except OSError:
            return False

    try:
        assert soon(is_up), "mlflow did not start"
        experiments = f"{address}/#/experiments/{experiment.experiment_id}"
        yield f"{experiments}/runs/{run.info.run_id}"
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def test_mlflow_shows_the_page_of_a_run(folder: Path, run_page: str) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is missing: apt-get install chromium-headless-shell")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.set_default_timeout(LONGEST)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{run_page}/artifacts/tb_actviz/activations.html")
        tab = page.frame_locator("iframe")
        tab.locator(".honesty [data-name=page]").wait_for()
        assert "from " in tab.locator("[data-name=page]").inner_text()
        tab.get_by_role("treeitem", name="conv1").first.click()
        title = tab.locator("main h2").first
        playwright.expect(title).to_contain_text(re.compile("conv1.*step 12"))
        # A number of it is that which was logged.
        (stored,) = av.read_records(folder / "runs", layers="conv1", steps=12)
        facts = stored.record.inputs[0]
        (channel, largest), *_ = facts.strongest
        strongest = tab.locator(".aside section", has_text="Strongest channels")
        row = strongest.locator("tr", has_text=f"channel {channel}").first
        playwright.expect(row).to_contain_text(f"{largest:.4g}")
        assert errors == []
        browser.close()
