"""Python that draws two sides, or their difference, run and compared with both."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser.arrays import Arrays
from browser.compare import (
    FIRST,
    OTHER,
    STEP,
    Both,
    apart,
    both_sides,
    compare,
    distances,
    pane,
)
from browser.drawn import ZOOM
from browser.scripts import (
    BETWEEN,
    GAP,
    LARGE,
    LINE,
    SMALL,
    Floats,
    both_pages,
    coloured,
    columns_in,
    ends,
    executed,
    values,
)
from browser.tab import Tab, wait_until
from browser.words import shown

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture
def both(arrays: Arrays) -> Both:
    """The feature maps of both sides, (7, 7, 8)."""
    return both_sides(arrays)


def assert_told(printed: str, a: Floats, b: Floats) -> None:
    """Compare printed distances with the tab's words, which have four digits."""
    numbers = [
        float(one) for one in re.findall(r"(?:L1|L2|cosine) ([-\d.e+]+)", printed)
    ]
    told = re.findall(r"(?:L1|L2|cosine) ([−\d.e]+)", apart(a, b))
    assert [shown(one) for one in numbers] == told
    assert len(told) == 3
    assert f"{np.sum(~np.isfinite(a - b))} positions not finite" in printed


@pytest.mark.parametrize("how", ["side", "blink", "wipe"])
def test_two_sides_on_one_scale(tab: Tab, both: Both, tmp_path: Path, how: str) -> None:
    compare(tab, **FIRST, **OTHER, zoom=ZOOM, search="1,6,3", compare=how)
    assert apart(*both) in (distances(tab).text_content() or "")
    outcome = executed(tab, tmp_path)
    assert_told(outcome.printed, *both)
    assert ("here they are beside each other" in outcome.code) == (how != "side")
    zoom = SMALL // 7
    columns = min(3, int(re.findall(r"columns=(\d+)", outcome.code)[0]))
    sides = both_pages(outcome.picture, -(-3 // columns), columns, 7 * zoom)
    for name, side, maps in zip("AB", sides, both, strict=True):
        found = values(side, 3, (7, 7), columns, zoom)
        expected = coloured(tab.colours(), maps, *ends(*both), signed=True)
        np.testing.assert_array_equal(found, expected[..., [1, 3, 6]])
        if how == "side":
            drawn = tab.maps([1, 3, 6], (7, 7), pane(tab, name))
            np.testing.assert_array_equal(found, drawn)


@pytest.mark.parametrize("scale", ["layer", "channel"])
def test_the_difference_of_two(
    tab: Tab, both: Both, tmp_path: Path, scale: str
) -> None:
    state: dict[str, Any] = {"compare": "difference", "scale": scale, "gamma": 0.5}
    compare(tab, **FIRST, **OTHER, **state, zoom=ZOOM)
    outcome = executed(tab, tmp_path)
    assert_told(outcome.printed, *both)
    between = (both[1].astype(np.float32) - both[0].astype(np.float32)).astype(float)
    most = np.abs(between).max((0, 1) if scale == "channel" else None)
    most = np.broadcast_to(most, 8)
    table = tab.colours()
    expected = [
        coloured(table, between[..., [i]], -end, end, signed=True, gamma=0.5)
        for i, end in enumerate(most)
    ]
    found = outcome.maps(8, (7, 7), columns_in(outcome.code))
    np.testing.assert_array_equal(found, np.concatenate(expected, -1))
    drawn = tab.maps(range(8), (7, 7), pane(tab, "B − A"))
    np.testing.assert_array_equal(found, drawn)


def test_each_channel_on_its_own_scale_on_both_sides(
    tab: Tab, both: Both, tmp_path: Path
) -> None:
    state = {"search": "1,6", "scale": "channel", "colours": "ice"}
    compare(tab, **FIRST, **OTHER, zoom=ZOOM, **state)
    outcome = executed(tab, tmp_path)
    sides = both_pages(outcome.picture, 1, 2, SMALL // 7 * 7)
    for name, side, maps in zip("AB", sides, both, strict=True):
        found = values(side, 2, (7, 7), 2, SMALL // 7)
        drawn = tab.maps([1, 6], (7, 7), pane(tab, name))
        np.testing.assert_array_equal(found, drawn)
        for place, channel in enumerate((1, 6)):
            limits = ends(*(one[..., channel] for one in both))
            expected = coloured(tab.colours(), maps[..., [channel]], *limits)
            np.testing.assert_array_equal(found[..., place], expected[..., 0])


def test_one_channel_of_each_side(tab: Tab, both: Both, tmp_path: Path) -> None:
    one: dict[str, Any] = {"one_channel": "true", "channel": 3, "b_channel": 5}
    compare(tab, **FIRST, **OTHER, **one, smooth="true", scale="layer")
    a, b = both[0][..., [3]], both[1][..., [5]]
    outcome = executed(tab, tmp_path)
    assert_told(outcome.printed, a, b)
    assert "# The tab smooths between values" in outcome.code
    zoom = LARGE // 7
    high = 7 * zoom
    below = outcome.picture[-high:]
    parts = below[:, :high], below[:, high + BETWEEN :]
    for part, maps in zip(parts, (a, b), strict=True):
        found = values(part, 1, (7, 7), 1, zoom, label=0)
        expected = coloured(tab.colours(), maps, *ends(*both), signed=True)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("scale", ["auto", "channel"])
def test_each_side_on_its_own_scale(
    tab: Tab, both: Both, tmp_path: Path, scale: str
) -> None:
    state = {"search": "1,6", "scale": scale, "colours": "ice"}
    compare(tab, **FIRST, **OTHER, zoom=ZOOM, compare_scale="each", **state)
    outcome = executed(tab, tmp_path)
    sides = both_pages(outcome.picture, 1, 2, SMALL // 7 * 7)
    for name, side, maps in zip("AB", sides, both, strict=True):
        found = values(side, 2, (7, 7), 2, SMALL // 7)
        drawn = tab.maps([1, 6], (7, 7), pane(tab, name))
        np.testing.assert_array_equal(found, drawn)
        for place, channel in enumerate((1, 6)):
            limits = ends(maps if scale == "auto" else maps[..., channel])
            expected = coloured(tab.colours(), maps[..., [channel]], *limits)
            np.testing.assert_array_equal(found[..., place], expected[..., 0])


@pytest.mark.parametrize("scale", ["layer", "channel"])
def test_layers_of_unlike_sizes(
    tab: Tab, arrays: Arrays, tmp_path: Path, scale: str
) -> None:
    state = {"b_layer": "block/relu2", "scale": scale, "colours": "heat"}
    state["compare_scale"] = "common"
    compare(tab, **{**FIRST, "layer": "conv1", "search": "1,6"}, **state, zoom=4)
    both = [
        arrays.of("first", layer, STEP, "bright").astype(np.float64)
        for layer in ("conv1", "block/relu2")
    ]
    outcome = executed(tab, tmp_path)
    assert outcome.printed == ""
    columns = int(re.findall(r"columns=(\d+)", outcome.code)[0])
    assert columns == 2
    side = SMALL // 7 * 7
    below = outcome.picture[-(4 * (LINE + side + GAP) - GAP) :]
    left = below[: LINE + SMALL // 16 * 16, : 2 * (SMALL + GAP) - GAP]
    right = below[:, 2 * (SMALL + GAP) - GAP + BETWEEN :]
    right = right[:, : 2 * (side + GAP) - GAP]
    for picture, maps, channels in zip(
        (left, right), both, ([1, 6], list(range(8))), strict=True
    ):
        size = maps.shape[0]
        found = values(picture, len(channels), (size, size), 2, SMALL // size)
        for place, channel in enumerate(channels):
            own = [one[..., channel] for one in both]
            limits = ends(*(own if scale == "channel" else both))
            expected = coloured(tab.colours(), maps[..., [channel]], *limits)
            np.testing.assert_array_equal(found[..., place], expected[..., 0])


def test_a_difference_needs_one_shape(tab: Tab) -> None:
    tab.open(**FIRST, view="compare", b_layer="relu1", compare="difference")
    wait_until(tab.frame.locator("[data-name=advice]")).to_contain_text("or blink")
    tab.button("Export").click()
    tab.frame.locator(".menu button", has_text="Python").click()
    alert = tab.frame.get_by_role("alert")
    wait_until(alert).to_contain_text("only values of one shape")
