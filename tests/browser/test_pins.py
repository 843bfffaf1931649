"""Pinned channels: those of a layer come first in it, and stay."""

from __future__ import annotations

import pytest
from browser.tab import BY_NUMBER, Tab, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FIRST = {"run": "first", "step": 4, "input": "bright", **BY_NUMBER}


@pytest.fixture
def grid(tab: Tab) -> Tab:
    """The grid of a layer of twelve channels, of which 7 and 2 are pinned."""
    tab.open(**FIRST, layer="relu1", zoom=4)
    tab.wait_for_title("relu1")
    for channel in (7, 2):
        one = tab.cells()[channel][0]
        tab.canvas.click(position={"x": one.x, "y": one.y})
        tab.press("m", "1")
        wait_until(tab.canvas).to_be_visible()
    wait_until(tab.button("unpin 2")).to_be_visible()
    return tab


def test_they_come_first_and_stay_over_a_reload(grid: Tab) -> None:
    expected = [2, 7, *(channel for channel in range(12) if channel not in (2, 7))]
    assert list(grid.cells()) == expected
    assert grid.state()["pins"] == "conv1:2,7"
    grid.page.reload()
    wait_until(grid.button("unpin 2")).to_be_visible()
    assert list(grid.cells()) == expected
    grid.button("unpin 2").click()
    wait_until(grid.button("unpin 2")).to_have_count(0)
    assert list(grid.cells()) == list(range(12))


def test_each_layer_has_its_own_and_a_pair_shares_them(grid: Tab) -> None:
    grid.frame.get_by_role("treeitem", name="conv2").click()
    grid.wait_for_title("block/relu2")
    wait_until(grid.frame.get_by_role("button", name="unpin")).to_have_count(0)
    first = next(iter(grid.cells()))
    assert first == 0
    one = grid.cells()[5][0]
    grid.canvas.click(position={"x": one.x, "y": one.y})
    grid.press("m", "1")
    wait_until(grid.button("unpin 1")).to_be_visible()
    assert next(iter(grid.cells())) == 5
    grid.press("r")
    grid.wait_for_title("block/conv2", "pre-activation")
    assert next(iter(grid.cells())) == 5
    grid.frame.get_by_role("treeitem", name="conv1").click()
    grid.wait_for_title("relu1")
    grid.press("r")
    grid.wait_for_title("conv1", "pre-activation")
    wait_until(grid.button("unpin 2")).to_be_visible()
    assert list(grid.cells())[:2] == [2, 7]
    grid.button("unpin 2").click()
    assert grid.state()["pins"] == "block/conv2:5"


@pytest.mark.server
def test_they_are_there_again_without_a_link_and_those_of_a_link_are_not_kept(
    tab: Tab,
) -> None:
    tab.open(**FIRST, layer="relu1", channel=7)
    tab.wait_for_title()
    tab.press("m")
    wait_until(tab.button("unpin 1")).to_be_visible()
    tab.rest()
    tab.page.goto("about:blank")
    tab.open(run="first", layer="relu1", pins="conv1:1,2,3;block/conv2:4")
    wait_until(tab.button("unpin 3")).to_be_visible()
    tab.rest()
    tab.page.goto("about:blank")
    tab.open()
    tab.wait_for_title()
    tab.frame.get_by_role("treeitem", name="conv1").click()
    wait_until(tab.button("unpin 1")).to_be_visible()
    assert tab.state()["pins"] == "conv1:7"
