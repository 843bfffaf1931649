"""Takes the Python of a view along, runs it, and reads what it draws."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from browser.drawn import MINUS, NAN, PLUS
from browser.tab import Tab, wait_until
from numpy.typing import NDArray
from PIL import Image

import tb_actviz as av

#: Pixels between pictures, of a line above each, and how large they become.
GAP, LINE, SMALL, LARGE = 4, 12, 96, 480
#: Pixels between the pages of A and B.
BETWEEN = 16
#: Colour between pictures, and of what says nothing.
GREY = 128

Colors = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """What a script draws and prints.

    Args:
        code: The script.
        picture: What it draws, uint8 (H, W, 3).
        printed: What it prints.
    """

    code: str
    picture: Colors
    printed: str

    def maps(
        self, count: int, shape: tuple[int, int], columns: int, size: int = SMALL
    ) -> Colors:
        """The pixel in the middle of each value of the maps of a page.

        Args:
            count: How many maps there are.
            shape: Height and width of a map.
            columns: How many stand beside each other.
            size: How large they are drawn, at most.

        Returns:
            Colours, uint8 (H, W, 3, count).
        """
        zoom = size // max(shape)
        height, width = (side * zoom + GAP for side in shape)
        assert self.picture.shape == (
            -(-count // columns) * (LINE + height) - GAP,
            columns * width - GAP,
            3,
        )
        return values(self.picture, count, shape, columns, zoom)


def values(
    page: Colors,
    count: int,
    shape: tuple[int, int],
    columns: int,
    zoom: int,
    label: int = LINE,
) -> Colors:
    """The pixel in the middle of each value of maps, uint8 (H, W, 3, count)."""
    height, width = (side * zoom for side in shape)
    found = []
    for place in range(count):
        top = place // columns * (label + height + GAP) + label
        left = place % columns * (width + GAP)
        cell = page[top : top + height, left : left + width]
        middles = cell[zoom // 2 :: zoom, zoom // 2 :: zoom]
        squares = middles.repeat(zoom, 0).repeat(zoom, 1)
        np.testing.assert_array_equal(cell, squares)
        found.append(middles)
    return np.stack(found, -1)


def script(tab: Tab) -> str:
    """The Python of a view; what it lacks is told beside it, and in it."""
    tab.button("Export").click()
    tab.frame.locator(".menu button", has_text="Python").click()
    dialog = tab.frame.get_by_role("dialog", name="Python")
    wait_until(dialog).to_be_visible()
    code = dialog.locator("[data-name=python]").text_content() or ""
    comments = " ".join(
        line.strip(" #") for line in code.splitlines() if line.startswith("#")
    )
    for note in dialog.locator("[data-name=differences] li").all_text_contents():
        assert note in comments
    dialog.get_by_role("button", name="Close").click()
    wait_until(dialog).to_be_hidden()
    return code


def executed(tab: Tab, folder: Path) -> Outcome:
    """What the Python of a view draws."""
    code = script(tab)
    assert code.count(".show()") == 1
    path = folder / "drawn.png"
    path.unlink(missing_ok=True)
    file = folder / "script.py"
    text = code.replace(".show()", f".save({str(path)!r})")
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", str(file)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(av.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, f"{text}\n{done.stderr}"
    return Outcome(code, np.asarray(Image.open(path)), done.stdout)


def coloured(
    table: Colors,
    maps: Floats,
    low: float,
    high: float,
    *,
    signed: bool = False,
    gamma: float = 1,
) -> Colors:
    """What maps (H, W, C) are drawn in, and what is not finite, (H, W, 3, C)."""
    inside = np.where(np.isfinite(maps), np.clip(maps, low, high), 0)
    if signed:
        most = max(abs(low), abs(high))
        place = 0.5 + np.sign(inside) * (np.abs(inside) / most) ** gamma / 2
    else:
        place = ((inside - low) / (high - low)) ** gamma if high > low else inside
    found = table[np.rint(255 * np.clip(place, 0, 1)).astype(int)]
    found[maps == np.inf], found[maps == -np.inf] = PLUS, MINUS
    found[np.isnan(maps)] = NAN
    return np.moveaxis(found, -1, 2)


def columns_in(code: str) -> int:
    """How many pictures stand beside each other in all that is drawn."""
    return int(re.findall(r"columns=(\d+)", code)[-1])


def ends(*maps: Floats) -> tuple[float, float]:
    """The smallest and the largest value of all."""
    return float(min(map(np.min, maps))), float(max(map(np.max, maps)))


def both_pages(picture: Colors, rows: int, columns: int, high: int) -> list[Colors]:
    """The pages of A and of B, which are beside each other below what they are.

    Args:
        picture: What a script of a comparison draws.
        rows: Rows of maps on each page.
        columns: Maps beside each other on a page.
        high: Pixels of a side of a map.
    """
    width = columns * (high + GAP) - GAP
    below = picture[-(rows * (LINE + high + GAP) - GAP) :]
    assert len(below) < len(picture)
    return [below[:, :width], below[:, width + BETWEEN :]]
