"""A and B side by side, in one place by turns, and on both sides of a handle."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from browser.arrays import Arrays
from browser.compare import (
    FIRST,
    OTHER,
    Both,
    compare,
    differing,
    gray,
    heading,
    pane,
)
from browser.drawn import LABEL, ZOOM
from browser.tab import Tab, wait_until
from numpy.typing import NDArray
from PIL import Image

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_both_sides_are_drawn_on_one_scale(tab: Tab, both: Both) -> None:
    compare(tab, **FIRST, **OTHER, zoom=ZOOM, colours="gray", search="1,6")
    assert differing(tab, "A") == ["run first", "step 4", "input bright"]
    assert differing(tab, "B") == ["run second", "step 1", "input dull"]
    ends = (min(map(np.min, both)), max(map(np.max, both)))
    np.testing.assert_array_equal(np.float32(tab.legend()), np.float32(ends))
    for name, maps in zip("AB", both, strict=True):
        found = tab.maps([1, 6], (7, 7), pane(tab, name))
        np.testing.assert_array_equal(found, gray(maps[..., [1, 6]], both))


def test_the_space_bar_blinks_in_place(tab: Tab, both: Both) -> None:
    compare(tab, **FIRST, **OTHER, zoom=ZOOM, colours="gray", search="1,6")
    badge = tab.frame.get_by_label("Side shown")
    wait_until(badge).to_have_count(0)
    # The first press already shows the other side.
    for name, maps in ("B", both[1]), ("A", both[0]), ("B", both[1]):
        tab.press("Space")
        wait_until(badge).to_have_text(name)
        wait_until(heading(tab, name)).to_be_visible()
        wait_until(tab.frame.locator(".pane canvas")).to_have_count(1)
        tab.rest()
        found = tab.maps([1, 6], (7, 7), pane(tab, name))
        np.testing.assert_array_equal(found, gray(maps[..., [1, 6]], both))
    assert tab.state()["compare"] == "blink"
    # It says which side without covering any of it.
    area, above = pane(tab, "B").bounding_box(), badge.bounding_box()
    assert area is not None
    assert above is not None
    assert above["y"] + above["height"] <= area["y"]
    assert tab.state()["step"] == "4"


def wiped(tab: Tab) -> NDArray[np.int64]:
    """The map as it is seen in a wipe, a pixel of each value, (7, 7)."""
    area = pane(tab, "A").bounding_box()
    assert area is not None
    clip: Any = {"x": area["x"], "y": area["y"] + LABEL, "width": 112, "height": 112}
    picture = Image.open(io.BytesIO(tab.page.screenshot(clip=clip)))
    pixels = np.asarray(picture.convert("RGB"))
    return pixels[3::ZOOM, 3::ZOOM, 0].astype(int)


def test_a_wipe_shows_a_left_and_b_right_of_its_handle(tab: Tab, both: Both) -> None:
    one = {"channel": 6, "one_channel": "true", "compare": "wipe"}
    compare(tab, **FIRST, **OTHER, **one, zoom=ZOOM, colours="gray", scale="layer")
    handle = tab.frame.get_by_role("slider", name="Where A ends and B begins")
    a, b = (gray(maps[..., 6:7], both)[:, :, 0, 0] for maps in both)
    assert (a != b).any(0).all()
    area = tab.frame.locator(".wipe").bounding_box()
    assert area is not None
    assert area["width"] == 112

    def assert_split(percent: int, columns: int) -> None:
        """So many columns are those of A, but for what the handle covers."""
        wait_until(handle).to_have_attribute("aria-valuenow", str(percent))
        tab.page.mouse.move(3, 3)
        tab.rest()
        found = wiped(tab)
        rows = [0, 1, 5, 6]
        left, right = max(columns - 1, 0), min(columns + 1, 7)
        np.testing.assert_array_equal(found[rows, :left], a[rows, :left])
        np.testing.assert_array_equal(found[rows, right:], b[rows, right:])

    handle.focus()
    assert_split(50, 3)
    handle.press("ArrowLeft")
    assert_split(48, 3)
    handle.press("Shift+ArrowRight")
    assert_split(58, 4)
    handle.press("Home")
    assert_split(0, 0)
    handle.press("End")
    assert_split(100, 7)
    grip = handle.bounding_box()
    assert grip is not None
    y = grip["y"] + grip["height"] / 2
    tab.page.mouse.move(grip["x"] + grip["width"] / 2, y)
    tab.page.mouse.down()
    tab.page.mouse.move(area["x"] + 60, y)
    tab.page.mouse.move(area["x"] + 28, y)
    tab.page.mouse.up()
    assert_split(25, 2)
    assert (tab.state()["wipe"], tab.state()["step"]) == ("0.25", "4")


def test_two_of_different_shapes_are_shown_but_not_subtracted(
    tab: Tab, arrays: Arrays
) -> None:
    state = {"run": "first", "layer": "relu1", "step": 4, "b_step": 4, "zoom": ZOOM}
    compare(tab, **state, b_layer="block/relu2", colours="gray", search="7")
    reason = tab.frame.locator(".compare .lead", has_text="There is no")
    wait_until(reason).to_have_text(
        "There is no B − A. A is 16 × 16 × 12 and B is 7 × 7 × 8 (height × width × "
        "channels): only values of one shape can be taken from each other."
    )
    a = arrays.of("first", "relu1", 4, "bright").astype(np.float64)
    b = arrays.of("first", "block/relu2", 4, "bright").astype(np.float64)
    # Channels of other layers are others: a search for those of A is none in B.
    found = tab.maps([0, 1], (7, 7), pane(tab, "B"))
    np.testing.assert_array_equal(found, gray(b[..., :2], (a, b)))
    advice = tab.frame.locator(".compare [data-name=advice]")
    for way, what in ("Wipe", "A wipe"), ("B − A", "A difference"):
        tab.button(way).click()
        wait_until(advice).to_have_text(
            f"{what} needs two layers of one shape. Choose side by side, or blink."
        )
        wait_until(tab.frame.locator(".pane canvas")).to_have_count(0)
    # Not said a second time where channels are sorted by it.
    tab.chosen("Sort by").select_option("difference")
    wait_until(tab.frame.locator("main")).to_contain_text("There is no B − A.")
    wait_until(advice).to_have_count(1)
    assert tab.frame.locator(".failed").count() == 0
    tab.press("Space")
    wait_until(pane(tab, "B")).to_be_visible()
