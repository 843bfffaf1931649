"""Photographs the Activations tab for the README, from the demo's log.

    tb-actviz demo --logdir runs/demo && tensorboard --logdir runs/demo
    python docs/tab.py http://localhost:6006/

Needs Playwright for Python, and a Chromium that is called `chromium`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent
#: File name to what the address says, and whether TensorBoard is dark.
PICTURES = {
    "tab-grid.png": (
        "run=faces&layer=fire4-relu_expand3x3&sort=max&channel=123&pins=fire4-expand3x3:123",
        False,
    ),
    "tab-inputs.png": ("run=faces&layer=fire4-relu_expand3x3&view=inputs", True),
}
SIZE = {"width": 1280, "height": 800}


def photograph(address: str) -> None:
    """Save each of the pictures.

    Args:
        address: Where TensorBoard is, with a slash at the end.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, (state, dark) in PICTURES.items():
            page = browser.new_page(viewport=SIZE)
            keys = "&".join(f"p.activations.{pair}" for pair in state.split("&"))
            theme = "?darkMode=true" if dark else ""
            page.goto(f"{address}{theme}#activations&{keys}")
            page.frame_locator("iframe").locator("main canvas").first.wait_for()
            page.wait_for_timeout(2000)
            page.screenshot(path=FOLDER / name)
            page.close()
        browser.close()


if __name__ == "__main__":
    photograph(sys.argv[1])
