"""Pointing at the input's picture, and what NumPy says of a place and of a box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from browser.arrays import Arrays
from browser.tab import Tab

from tb_actviz.receptive_field import ReceptiveField

if TYPE_CHECKING:
    # Where it is missing what looks at pages is skipped.
    from playwright.sync_api import Locator

STEP = 4
FIRST = {"run": "first", "step": STEP, "input": "bright", "show_silent": "true"}
#: Left, top, right and bottom as shares of the picture.
Box = tuple[float, float, float, float]


def picture(tab: Tab) -> Locator:
    return tab.frame.locator("canvas.picture")


def said(tab: Tab) -> Locator:
    """The line below the picture."""
    return tab.frame.locator("[data-name=box]")


def on_page(tab: Tab, x: float, y: float) -> tuple[float, float]:
    """Where a share of the picture's width and height is in the window."""
    area = picture(tab).bounding_box()
    assert area is not None
    return area["x"] + x * area["width"], area["y"] + y * area["height"]


def drag(tab: Tab, box: Box) -> None:
    """Drag a box from its lower right to its upper left."""
    left, top, right, bottom = box
    tab.page.mouse.move(*on_page(tab, right, bottom))
    tab.page.mouse.down()
    tab.page.mouse.move(*on_page(tab, left, top), steps=4)
    tab.page.mouse.up()
    tab.settle()


def box_in(state: dict[str, str]) -> Box:
    left, top, right, bottom = map(float, state["box"].split(","))
    return left, top, right, bottom


@dataclass(frozen=True)
class Seen:
    """Where the positions of a layer look.

    Args:
        centres: Of each row and column, as a share of the picture.
    """

    centres: tuple[np.ndarray, np.ndarray]

    def nearest(self, x: float, y: float) -> tuple[int, int]:
        """The row and column whose centre is nearest to a place."""
        rows, columns = self.centres
        return int(np.abs(rows - y).argmin()), int(np.abs(columns - x).argmin())

    def inside(self, box: Box) -> np.ndarray:
        """Which positions a box holds, bool (H, W)."""
        left, top, right, bottom = box
        rows, columns = self.centres
        return np.outer(
            (rows >= top) & (rows < bottom), (columns >= left) & (columns < right)
        )


def seen_by(
    field: ReceptiveField | None, shape: Sequence[int], size: tuple[int, int]
) -> Seen:
    """Where the positions of maps (H, W, C) look on a picture of a size."""
    found = []
    for axis in (0, 1):
        index = np.arange(shape[axis])
        if field is None:
            found.append((index + 0.5) / shape[axis])
            continue
        start = field.start[axis] + field.size[axis] / 2
        found.append((start + index * field.stride[axis]) / size[axis])
    return Seen((found[0], found[1]))


def seen_in(stored: Arrays, run: str, layer: str, step: int, name: str) -> Seen:
    """Where the positions of a logged layer look."""
    record = stored.stored(run, layer, step).record
    height, width = stored.of(run, ":input", 0, name).shape[:2]
    field = record.layer.receptive_field
    shape = stored.of(run, layer, step, name).shape
    return seen_by(field, shape, (height, width))


def responses(maps: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The mean of each channel inside less that outside, of what is finite, (C,)."""
    values = np.where(np.isfinite(maps), maps, np.nan).astype(np.float64)
    with np.errstate(invalid="ignore"):
        means = [
            np.nansum(part, 0) / np.isfinite(part).sum(0)
            for part in (values[inside], values[~inside])
        ]
    return means[0] - means[1]


def largest_first(scores: np.ndarray) -> list[int]:
    """The channels by their scores, NaN last."""
    return np.argsort(-scores, kind="stable").tolist()


def strongest(tab: Tab) -> list[tuple[int, str]]:
    """The channels that are named beside the view, with their scores."""
    section = tab.beside("Strongest in the box")
    found = section.locator("td").all_text_contents()
    channels = [int(text.removeprefix("channel ")) for text in found[::2]]
    return list(zip(channels, found[1::2], strict=True))
