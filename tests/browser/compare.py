"""The comparison of A and B, opened for a test, and what it says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from browser.arrays import Arrays, shades
from browser.tab import BY_NUMBER, Tab, wait_until
from browser.words import shown
from numpy.typing import NDArray

if TYPE_CHECKING:
    # Where it is missing what looks at pages is skipped.
    from playwright.sync_api import Locator

LAYER, STEP = "block/conv2", 4
FIRST: dict[str, Any] = {
    "run": "first",
    "layer": LAYER,
    "step": STEP,
    "input": "bright",
    **BY_NUMBER,
}
OTHER: dict[str, Any] = {"b_run": "second", "b_step": 1, "b_input": "dull"}
Floats = NDArray[np.float64]
Both = tuple[Floats, Floats]


def both_sides(arrays: Arrays) -> Both:
    """The feature maps of `FIRST` and `OTHER`, (7, 7, 8)."""
    first = arrays.of("first", LAYER, STEP, "bright").astype(np.float64)
    return first, arrays.of("second", LAYER, 1, "dull").astype(np.float64)


def compare(tab: Tab, **state: str | float) -> Tab:
    """Open a comparison and wait until it is drawn."""
    tab.open(view="compare", **state)
    wait_until(tab.frame.locator(".compare .pane canvas").first).to_be_visible()
    return tab


def heading(tab: Tab, side: str) -> Locator:
    return tab.frame.locator(f"h3[data-name={side}]")


def open_side(tab: Tab, side: str) -> None:
    """Open the lists that choose a side."""
    menu = tab.frame.locator(".side-choice", has=heading(tab, side))
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()


def differing(tab: Tab, side: str) -> list[str]:
    """What a side has otherwise than the other one."""
    return heading(tab, side).locator(".differs").all_text_contents()


def pane(tab: Tab, name: str) -> Locator:
    """The canvas of a side, or of the difference."""
    return tab.frame.get_by_role("img", name=f"Feature maps of {name}: ")


def distances(tab: Tab) -> Locator:
    return tab.frame.locator("[data-name=distances]")


def pointed_at(tab: Tab, name: str, *points: tuple[int, int]) -> list[str]:
    """What is said of both sides while the mouse is at places of one."""
    return tab.tips([*points], pane(tab, name), "[data-name=pair]")


def apart(a: Floats, b: Floats) -> str:
    """How far two are apart, as the tab says it."""
    finite = np.isfinite(a) & np.isfinite(b)
    one, other = a[finite].astype(np.float64), b[finite].astype(np.float64)
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    left = np.count_nonzero(~finite)
    return " · ".join(
        [
            f"L1 {shown(np.abs(one - other).sum())}",
            f"L2 {shown(np.linalg.norm(one - other))}",
            f"cosine {shown(one @ other / lengths)}"
            if lengths
            else "no cosine: one of them is zero",
            f"{left} positions not finite, left out" if left else "all values counted",
        ]
    )


def gray(maps: Floats, both: Both) -> NDArray[np.int64]:
    """Colours on the one scale of both sides, (H, W, 3, C)."""
    low, high = min(map(np.min, both)), max(map(np.max, both))
    return np.repeat(shades(maps, low, high)[:, :, None], 3, 2)
