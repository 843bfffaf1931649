"""Photographs MLflow's page of the demo's run, for docs/trackers.md.

    python -m pip install mlflow && python docs/mlflow.py

Needs Playwright for Python and Debian's Chromium, see CONTRIBUTING.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

FOLDER = Path(__file__).parent
ADDRESS = "http://127.0.0.1:5087"
SIZE = {"width": 1280, "height": 1400}
#: MLflow's heading of the pictures that are shown.
SECTION = "eyes/chosen"
#: How many steps on its sliders are moved.
STEPS_ON = 4
#: A script's own folder comes first, where MLflow is called as this file is.
sys.path = [path for path in sys.path if Path(path).resolve() != FOLDER.resolve()]


def log(folder: Path) -> str:
    """Run the demo beside MLflow.

    Args:
        folder: Where everything goes.

    Returns:
        The path of its run's page.
    """
    import mlflow

    from tb_actviz.cli.main import main

    mlflow.set_experiment("activations")
    with mlflow.start_run(run_name="fine-tuning") as run:
        main(["demo", "--logdir", str(folder / "runs")])
    return f"#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}"


def photograph(page_of_run: str) -> None:
    """Save the part of the page that has pictures of the layer that learns.

    Args:
        page_of_run: Its path.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell")
            or shutil.which("chromium"),
            args=["--no-sandbox"],
        )
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.goto(f"{ADDRESS}/{page_of_run}/model-metrics")
        search = page.get_by_placeholder("Search metric charts")
        search.wait_for(timeout=60_000)
        # MLflow's assistant covers a quarter of the page until it is closed.
        page.mouse.click(SIZE["width"] - 30, 43)
        heading = page.get_by_text(SECTION, exact=True).first
        heading.scroll_into_view_if_needed()
        page.wait_for_timeout(5000)
        box = heading.bounding_box() or {}
        for slider in page.get_by_role("slider").all():
            for _ in range(STEPS_ON):
                slider.press("ArrowRight")
        page.wait_for_timeout(3000)
        clip = {"x": 190, "y": box["y"] - 20, "width": 1090, "height": 415}
        page.screenshot(path=FOLDER / "mlflow.png", clip=clip)  # type: ignore[arg-type]
        browser.close()


def is_up() -> bool:
    """Whether the server answers."""
    try:
        with urlopen(ADDRESS, timeout=5):
            return True
    except OSError:
        return False


with tempfile.TemporaryDirectory() as name:
    store = f"sqlite:///{name}/mlflow.db"
    os.environ["MLFLOW_TRACKING_URI"] = store
    os.chdir(name)
    page_of_run = log(Path(name))
    server = subprocess.Popen(  # noqa: S603
        [
            *(sys.executable, "-m", "mlflow", "server", "--workers", "1"),
            *("--backend-store-uri", store, "--host", "127.0.0.1", "--port", "5087"),
        ]
    )
    try:
        while not is_up():
            time.sleep(1)
        photograph(page_of_run)
    finally:
        server.terminate()
        server.wait()
