"""Photographs the Activations tab for the README, as it opens on the demo's log.

    tb-actviz demo --logdir runs/demo && tensorboard --logdir runs/demo
    python docs/tab.py http://localhost:6006/

Needs Playwright for Python and Debian's Chromium, see CONTRIBUTING.md.
"""

from __future__ import annotations

import io
import itertools
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FrameLocator, Page, sync_playwright

FOLDER = Path(__file__).parent
SIZE = {"width": 1280, "height": 800}
#: File name to what the address says beside that, and whether TensorBoard is dark.
PICTURES = {"tab-grid.png": ("", False), "tab-inputs.png": ("view=inputs", True)}
#: What the address says of the view that is exported as finetune.png.
EXPORTED = "run=fine-tuning&layer=eyes&channel=0&view=multiples&multiples_rows=inputs"
#: Where the cursor of pointing.gif goes, and by which corners it drags a box, as shares
#: of the sides of the picture.
WAY = [(0.5, 0.15), (0.36, 0.45), (0.36, 0.45), (0.57, 0.42), (0.57, 0.42), (0.5, 0.76)]
BOX = [(0.22, 0.36), (0.34, 0.42), (0.5, 0.46), (0.72, 0.54)]
#: How often it stops between two of them, for how long, and how long at the end.
STOPS, MILLISECONDS, LAST = 3, 160, 2500
CURSOR = [(0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12)]


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
            page = _opened(browser, address, state, dark)
            (FOLDER / name).write_bytes(_at_rest(page))
            page.close()
        page = _opened(browser, address, EXPORTED)
        _tab(page).get_by_role("button", name="Export").click()
        with page.expect_download() as saved:
            _tab(page).locator(".exports button", has_text="PNG").click()
        saved.value.save_as(FOLDER / "finetune.png")
        page.close()
        page = _opened(browser, address, "")
        _tab(page).get_by_role("button", name="Got it").click()
        _save_moving(list(_pointing(page)), FOLDER / "pointing.gif")
        browser.close()


def _opened(browser: Browser, address: str, state: str, dark: bool = False) -> Page:
    """The tab in TensorBoard, once it is drawn."""
    page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
    theme = "?darkMode=true" if dark else ""
    keys = "".join(f"&p.activations.{pair}" for pair in state.split("&") if pair)
    page.goto(f"{address}{theme}#activations{keys}")
    _tab(page).locator("main canvas").first.wait_for()
    _at_rest(page)
    return page


def _tab(page: Page) -> FrameLocator:
    """The tab's own page."""
    return page.frame_locator("iframe")


def _at_rest(page: Page, milliseconds: int = 1000) -> bytes:
    """A photograph of a page on which nothing changes any more, as PNG."""
    before, now = b"", page.screenshot()
    while now != before:
        page.wait_for_timeout(milliseconds)
        before, now = now, page.screenshot()
    return now


def _pointing(page: Page) -> Iterator[Image.Image]:
    """A place of the picture marked in all maps, then a box that sorts the channels."""
    picture_in_tab = _tab(page).locator("aside canvas").first

    def move(across: float, down: float) -> Image.Image:
        area = picture_in_tab.bounding_box() or {}
        x, y = area["x"] + across * area["width"], area["y"] + down * area["height"]
        page.mouse.move(x, y)
        picture = Image.open(io.BytesIO(_at_rest(page, 100))).convert("RGB")
        # Photographs of a page are without the cursor.
        shape = [(x + right, y + below) for right, below in CURSOR]
        ImageDraw.Draw(picture).polygon(shape, fill="black", outline="white")
        return picture

    for (x, y), (to_x, to_y) in itertools.pairwise(WAY):
        for stop in range(STOPS):
            share = stop / STOPS
            yield move(x + share * (to_x - x), y + share * (to_y - y))
    yield move(*BOX[0])
    page.mouse.down()
    for corner in BOX:
        yield move(*corner)
    page.mouse.up()
    yield move(*BOX[-1])


def _save_moving(frames: list[Image.Image], path: Path) -> None:
    """Save frames as a GIF, all in the colours of the last."""
    colors = frames[-1].quantize(128, dither=Image.Dither.NONE)
    first, *others = [
        frame.quantize(palette=colors, dither=Image.Dither.NONE) for frame in frames
    ]
    durations = [MILLISECONDS] * len(others) + [LAST]
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0)


if __name__ == "__main__":
    photograph(sys.argv[1])
