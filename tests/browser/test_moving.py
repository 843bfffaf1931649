"""What is chosen stays in sight, and what is told is what is under the mouse."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from browser.tab import BY_NUMBER, Tab, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FIRST = {"run": "first", "layer": "relu1", "step": 4, "input": "bright", **BY_NUMBER}
TOP = "document.querySelector('main .scroll').scrollTop"


@pytest.fixture
def grid(tab: Tab) -> Tab:
    """The grid with more channels than are in sight."""
    tab.open(**FIRST, zoom=16)
    tab.wait_for_title("relu1", "step 4")
    wait_until(tab.canvas).to_be_visible()
    return tab


def box_of(tab: Tab, selector: str) -> Any:
    """Where an element is."""
    found = tab.frame.locator(selector).first.bounding_box()
    assert found is not None
    return found


def point(tab: Tab, x: float, y: float) -> Any:
    """Move the mouse to a place in the view's box; what is told there."""
    box = box_of(tab, "main .scroll")
    tab.page.mouse.move(box["x"] + x, box["y"] + y, steps=2)
    tip = tab.frame.locator("main .tip")
    wait_until(tip).to_be_visible()
    return tip


def test_the_chosen_channel_comes_into_sight_and_is_opened(grid: Tab) -> None:
    assert grid.frame.evaluate(TOP) == 0
    for _ in range(12):
        grid.press("]")
    wait_until(grid.button("Grid")).to_have_attribute("aria-pressed", "true")
    grid.rest()
    assert grid.frame.evaluate(TOP) > 256
    assert 11 in grid.cells()
    for _ in range(11):
        grid.press("[")
    grid.rest()
    assert grid.frame.evaluate(TOP) == 0
    for _ in range(11):
        grid.press("]")
    grid.press("Enter")
    wait_until(grid.frame.get_by_role("region", name="Channel 11")).to_be_visible()
    grid.press("Escape")
    wait_until(grid.canvas).to_be_visible()
    grid.rest()
    assert 11 in grid.cells()


def test_enter_opens_nothing_where_no_channel_is_chosen(grid: Tab) -> None:
    grid.press("Enter")
    assert "view" not in grid.state()


def test_scrolling_tells_what_comes_under_the_mouse(grid: Tab) -> None:
    tip = point(grid, 40, 60)
    wait_until(tip).to_have_text(re.compile("^channel 0, "))
    place = box_of(grid, "main .tip")
    grid.page.mouse.wheel(0, 274)
    grid.frame.wait_for_function(f"() => {TOP} === 274")
    wait_until(tip).to_have_text(re.compile(r"^channel [1-9]\d*, "))
    grid.rest()
    told = re.match(r"channel (\d+), row (\d+), column (\d+): ", tip.inner_text())
    assert told is not None
    under = grid.beside("Under the cursor").locator("td")
    assert under.all_text_contents()[:4] == [
        *("channel", told[1], "row, column", f"{told[2]}, {told[3]}")
    ]
    assert (told[2], told[3]) == ("2", "2")
    assert box_of(grid, "main .tip")["y"] == place["y"]


@pytest.mark.parametrize("number", ["4", "6"])
def test_another_view_tells_nothing_of_the_one_before(grid: Tab, number: str) -> None:
    point(grid, 40, 60)
    under = grid.beside("Under the cursor")
    wait_until(under).to_contain_text("row, column")
    grid.press(number)
    wait_until(under).to_contain_text("Point at a feature map")


@pytest.mark.parametrize("view", ["grid", "inputs"])
def test_the_words_are_where_one_does_not_look(tab: Tab, view: str) -> None:
    tab.open(**FIRST, zoom=16, view=view)
    tab.wait_for_title("relu1", "step 4")
    wait_until(tab.canvas.last).to_be_visible()
    tab.rest()
    box = box_of(tab, "main .scroll")
    # Where there is a map, and no gap, in either view.
    for share in (0.45, 0.9):
        for x in (150, 400):
            tip = point(tab, x, share * box["height"])
            tab.rest()
            place = tip.bounding_box()
            assert place is not None
            middle = place["y"] + place["height"] / 2
            mouse = box["y"] + share * box["height"]
            assert abs(mouse - middle) > box["height"] / 4
            assert place["y"] >= box["y"]
            assert place["y"] + place["height"] <= box["y"] + box["height"]


def zoom(tab: Tab) -> float:
    """Pixels for a value, as the tab says."""
    found = re.search(r"([\d.]+)×", tab.frame.locator(".zoom .values").inner_text())
    assert found is not None
    return float(found[1])


def test_the_zoom_is_told_as_it_is_and_stops_where_it_ends(tab: Tab) -> None:
    tab.open(**FIRST)
    tab.wait_for_title("relu1")
    wait_until(tab.frame.locator(".zoom .values")).to_contain_text("fit")
    wait_until(tab.frame.locator(".zoom .values")).to_contain_text("×")
    found = [zoom(tab)]
    while tab.button("Smaller").is_enabled():
        assert len(found) < 10
        tab.button("Smaller").click()
        tab.rest()
        found.append(zoom(tab))
    # Sides of 16 values are never shorter than 24 pixels.
    assert found[-1] == 2
    assert all(after < before for before, after in itertools.pairwise(found))
    assert tab.state()["zoom"] == "2"
    found = [2]
    while tab.button("Larger").is_enabled():
        tab.button("Larger").click()
        tab.rest()
        found.append(zoom(tab))
    assert found == [2, 4, 8, 16, 32]
    first = tab.values([(20, 40), (20, 40 + 31), (20, 40 + 32)])
    rows = [one.row for one in first if one is not None]
    assert len(rows) == 3
    assert rows[2] == rows[0] + 1


def test_a_zoom_from_an_address_is_told_as_it_is(tab: Tab) -> None:
    tab.open(**FIRST, zoom=0.125)
    tab.wait_for_title("relu1")
    wait_until(tab.frame.locator(".zoom .values")).to_have_text("2×")
    wait_until(tab.button("Smaller")).to_be_disabled()
    tab.button("Larger").click()
    wait_until(tab.frame.locator(".zoom .values")).to_have_text("4×")
