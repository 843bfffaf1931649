"""What both sides do together: they are pointed at, scrolled, dragged and zoomed."""

from __future__ import annotations

import numpy as np
import pytest
from browser.compare import FIRST, OTHER, Both, apart, compare, pane, pointed_at
from browser.drawn import GAP, LABEL, ZOOM
from browser.tab import Tab, wait_until
from browser.words import shown

pytestmark = [pytest.mark.slow, pytest.mark.browser]

#: Whether both sides are scrolled so far.
SCROLLED = """top => [...document.querySelectorAll(".pane .scroll")]
  .every((one) => Math.round(one.scrollTop) === top)"""


def test_both_values_are_told_wherever_the_cursor_is(tab: Tab, both: Both) -> None:
    compare(tab, **FIRST, **OTHER, zoom=ZOOM, search="1,6")
    a, b = both
    for name, other in ("A", "B"), ("B", "A"):
        before = tab.pixels(pane(tab, other))
        places = [(0, 1, 0, 0), (0, 1, 3, 5), (1, 6, 6, 2)]
        points = [
            (place * (7 * ZOOM + GAP) + column * ZOOM + 5, LABEL + row * ZOOM + 9)
            for place, _, row, column in places
        ]
        found = pointed_at(tab, name, *points)
        assert found == [
            f"channel {channel}, row {row}, column {column}: "
            f"A {shown(a[row, column, channel])} · B {shown(b[row, column, channel])}"
            f" · B − A {shown(b[row, column, channel] - a[row, column, channel])}"
            f" — the channel: {apart(a[..., channel], b[..., channel])}"
            for _, channel, row, column in places
        ]
        pane(tab, name).hover(position={"x": points[1][0], "y": points[1][1]})
        tab.rest()
        # Nothing moves below the cursor.
        assert tab.pixels(pane(tab, other)).shape == before.shape
        marked = (tab.pixels(pane(tab, other)) != before).any(-1)
        rows, columns = np.nonzero(marked)
        # The frame goes around the same value of the other side, in each of its maps.
        assert (rows.min(), rows.max()) == (LABEL + 3 * ZOOM - 2, LABEL + 4 * ZOOM + 1)
        sides = (5 * ZOOM - 2, 7 * ZOOM + GAP + 6 * ZOOM + 1)
        assert (columns.min(), columns.max()) == sides
        tab.page.mouse.move(3, 3)


def test_both_sides_scroll_drag_and_zoom_together(tab: Tab) -> None:
    compare(tab, **{**FIRST, "layer": "relu1"}, **OTHER, zoom=ZOOM)
    scrolls = tab.frame.locator(".pane .scroll")

    def assert_at(top: int) -> None:
        tab.frame.wait_for_function(SCROLLED, arg=top)
        tab.rest()
        found = scrolls.evaluate_all("all => all.map((one) => one.scrollTop)")
        assert found == [top, top]

    assert_at(0)
    for side, name in enumerate("AB"):
        scrolls.nth(side).hover()
        tab.page.mouse.wheel(0, 300)
        assert_at(300 * (side + 1))
        first = tab.pixels(pane(tab, name))
        assert (first[:100] != 0).any()
    box = pane(tab, "B").bounding_box()
    assert box is not None
    tab.page.mouse.move(box["x"] + 60, box["y"] + 60)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + 60, box["y"] + 80, steps=2)
    tab.page.mouse.move(box["x"] + 60, box["y"] + 110, steps=3)
    tab.page.mouse.up()
    assert_at(550)
    # Dragging chooses nothing.
    assert "channel" not in tab.state()
    tab.button("Smaller").click()
    tab.rest()
    assert tab.state()["zoom"] == "8"
    sizes = [tab.pixels(pane(tab, name)).shape for name in "AB"]
    assert sizes[0] == sizes[1]
    heights = scrolls.evaluate_all("all => all.map((one) => one.scrollHeight)")
    assert heights[0] == heights[1]


def test_the_wheel_with_ctrl_zooms_both_around_the_cursor(tab: Tab) -> None:
    compare(tab, **{**FIRST, "layer": "relu1"}, **OTHER, channel=6, one_channel="true")
    one = pane(tab, "A")
    side = (tab.pixels(one).shape[1]) / 16
    at = {"x": int(10.5 * side), "y": LABEL + int(10.5 * side)}
    one.hover(position=at)
    pair = tab.frame.locator("[data-name=pair]")
    wait_until(pair).to_contain_text("channel 6, row 10, column 10: ")
    tab.page.keyboard.down("Control")
    for _ in range(4):
        tab.page.mouse.wheel(0, -100)
    tab.page.keyboard.up("Control")
    tab.rest()
    zoom = int(tab.state()["zoom"])
    assert zoom >= 1.5 * side
    scrolls = tab.frame.locator(".pane .scroll")
    found = scrolls.evaluate_all("all => all.map((o) => [o.scrollLeft, o.scrollTop])")
    assert found[0] == found[1]
    assert min(found[0]) > 0
    box = scrolls.first.bounding_box()
    assert box is not None
    # The same value is under the cursor still, and goes with what is dragged.
    tab.page.mouse.move(box["x"] + at["x"] + 1, box["y"] + at["y"])
    wait_until(pair).to_contain_text("channel 6, row 10, column 10: ")
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + at["x"] + 40, box["y"] + at["y"] + 20, steps=3)
    tab.page.mouse.up()
    wait_until(pair).to_contain_text("channel 6, row 10, column 10: ")
    moved = scrolls.evaluate_all("all => all.map((o) => [o.scrollLeft, o.scrollTop])")
    assert moved[0] == moved[1] != found[0]
    # Without Ctrl the wheel scrolls.
    tab.page.mouse.wheel(0, -30)
    tab.frame.wait_for_function(SCROLLED, arg=round(moved[0][1]) - 30)
    assert tab.state()["zoom"] == str(zoom)
