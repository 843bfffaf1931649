"""Photographs the Activations tab for the README, as it opens on the demo's log.

    tb-actviz demo --logdir runs/demo && tensorboard --logdir runs/demo
    python docs/tab.py http://localhost:6006/

Needs Playwright for Python and Debian's Chromium, see CONTRIBUTING.md.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent
#: File name to what the address says beside that, and whether TensorBoard is dark.
PICTURES = {
    "tab-grid.png": ("", False),
    "tab-inputs.png": ("&p.activations.view=inputs", True),
}
SIZE = {"width": 1280, "height": 800}


def photograph(address: str) -> None:
    """Save each of the pictures.

    Args:
        address: Where TensorBoard is, with a slash at the end.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell")
            or shutil.which("chromium"),
            args=["--no-sandbox"],
        )
        for name, (state, dark) in PICTURES.items():
            page = browser.new_page(viewport=SIZE)
            theme = "?darkMode=true" if dark else ""
            page.goto(f"{address}{theme}#activations{state}")
            page.frame_locator("iframe").locator("main canvas").first.wait_for()
            (FOLDER / name).write_bytes(_at_rest(page))
            page.close()
        browser.close()


def _at_rest(page: Page) -> bytes:
    """A photograph of a page on which nothing changes any more, as PNG."""
    before, now = b"", page.screenshot()
    while now != before:
        page.wait_for_timeout(1000)
        before, now = now, page.screenshot()
    return now


if __name__ == "__main__":
    photograph(sys.argv[1])
