"""Reads the files that the tab exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from browser.tab import Tab
from numpy.typing import NDArray
from PIL import Image

Colors = NDArray[np.uint8]

#: The colour of the frames around what is drawn, on a light page.
FRAME = (134, 139, 146)
#: Shorter sides are those of no feature map, but of marks and of legends.
LEAST = 24


def picture(content: bytes) -> Colors:
    """A picture's pixels, uint8 (H, W, 3)."""
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def framed(page: Colors, near: int = 0) -> list[Colors]:
    """What is inside of the frames on a page, row by row.

    Args:
        page: An exported picture, uint8 (H, W, 3).
        near: By how much the colour of a frame may be another, as in a GIF.

    Returns:
        Pixels, uint8 (H, W, 3) each.
    """
    apart = np.abs(page.astype(int) - FRAME).max(-1)
    line = np.pad(apart <= near, 1)
    corner = line[1:-1, 1:-1] & ~line[:-2, 1:-1] & ~line[1:-1, :-2]
    found = []
    for top, left in np.argwhere(corner):
        width = _run(line[top + 1, left + 1 :])
        height = _run(line[top + 1 :, left + 1])
        if min(width, height) <= LEAST:
            continue
        # The lines of a frame are as thick as they are from its outer corner on.
        thick = _run(line[top + 1 + height // 2, left + 1 :])
        rows = slice(top + thick, top + height - thick)
        found.append(page[rows, left + thick : left + width - thick])
    return found


def _run(line: NDArray[np.bool_]) -> int:
    """How many of a line are set before the first one that is not."""
    return int(np.argmin(line))


def values(cell: Colors, shape: tuple[int, int]) -> Colors:
    """The pixel in the middle of each value of an enlarged map, uint8 (H, W, 3)."""
    down, across = (cell.shape[axis] // shape[axis] for axis in (0, 1))
    assert cell.shape[:2] == (shape[0] * down, shape[1] * across)
    return cell[down // 2 :: down, across // 2 :: across]


def maps_in(page: Colors, shape: tuple[int, int], near: int = 0) -> list[Colors]:
    """The feature maps of one shape on a page, row by row, uint8 (H, W, 3) each."""
    found = []
    for cell in framed(page, near):
        if all(cell.shape[axis] % shape[axis] == 0 for axis in (0, 1)):
            found.append(values(cell, shape))
    return found


def saved_picture(tab: Tab) -> Colors:
    """What the PNG of a view shows, uint8 (H, W, 3)."""
    return picture(tab.saved("PNG")[1])


def saved_arrays(tab: Tab) -> dict[str, Any]:
    """What the NPZ of a view holds; no pickles are needed to load it."""
    with np.load(io.BytesIO(tab.saved("NPZ")[1]), allow_pickle=False) as found:
        return {name: found[name] for name in found}


def saved_table(tab: Tab) -> list[dict[str, str]]:
    """The lines of the CSV of a view."""
    text = tab.saved("CSV")[1].decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def assert_listed(lines: Sequence[dict[str, str]], maps: NDArray[np.float32]) -> None:
    """Fail if lines of a table hold other values than maps (H, W, C), by channel."""
    height, width, channels = maps.shape
    assert len(lines) == maps.size
    places = [(int(line["row"]), int(line["column"])) for line in lines]
    assert places == [*np.ndindex(height, width)] * channels
    found = np.array([np.float32(line["value"]) for line in lines])
    np.testing.assert_array_equal(found, np.moveaxis(maps, -1, 0).ravel())
