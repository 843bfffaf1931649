"""The grid of channels: what is drawn and told is what was logged."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from browser.arrays import Arrays, assert_told, shades
from browser.drawn import ZOOM
from browser.tab import BY_NUMBER, Tab, wait_until
from browser.words import shown

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LAYER, STEP = "relu1", 4
FIRST = {"run": "first", "layer": LAYER, "step": STEP, "input": "bright", **BY_NUMBER}


@pytest.fixture
def maps(arrays: Arrays) -> np.ndarray:
    """The feature maps that `FIRST` shows, (16, 16, 12)."""
    return arrays.of("first", LAYER, STEP, "bright")


@pytest.fixture
def grid(tab: Tab) -> Tab:
    """The tab on them."""
    tab.open(**FIRST, zoom=4)
    tab.wait_for_title(LAYER, f"step {STEP}", "16×16×12")
    return tab


def test_the_value_under_the_cursor_is_the_logged_one(
    grid: Tab, maps: np.ndarray
) -> None:
    cells = grid.cells()
    assert list(cells) == list(range(12))
    found = list(itertools.chain(*cells.values()))
    assert len({(one.row, one.column) for one in found}) >= 3
    assert [one.text for one in found] == [
        shown(maps[one.row, one.column, one.channel]) for one in found
    ]


def test_the_value_is_also_told_beside_the_grid(grid: Tab, maps: np.ndarray) -> None:
    box = grid.canvas.bounding_box()
    below = grid.beside("Strongest channels")
    assert box is not None
    one = next(iter(grid.cells().values()))[1]
    wait_until(grid.frame.locator("canvas.picture")).to_be_visible()
    place = below.bounding_box()
    assert place is not None
    grid.page.mouse.move(box["x"] + one.x, box["y"] + one.y)
    under = grid.beside("Under the cursor")
    assert under.locator("td").all_text_contents() == [
        *("channel", "0", "row, column", f"{one.row}, {one.column}"),
        *("value", shown(maps[one.row, one.column, 0])),
    ]
    # What is below has room for it from the start.
    assert below.bounding_box() == place
    grid.page.mouse.move(5, 5)
    wait_until(under).to_contain_text("Point at a feature map")


def test_each_value_is_drawn_in_its_colour(tab: Tab, maps: np.ndarray) -> None:
    tab.open(**FIRST, zoom=ZOOM, colours="gray", search="3,7")
    tab.wait_for_title(LAYER, "step 4")
    wait_until(tab.frame.locator("[data-name=count]")).to_have_text("2 of 12 channels")
    chosen = shades(maps, maps.min(), maps.max())[..., [3, 7]]
    found = tab.maps([3, 7], maps.shape[:2])
    np.testing.assert_array_equal(found, np.repeat(chosen[:, :, None], 3, 2))


def test_a_click_opens_the_channel(grid: Tab) -> None:
    one = grid.cells()[7][0]
    grid.canvas.click(position={"x": one.x, "y": one.y})
    wait_until(grid.button("Channel")).to_have_attribute("aria-pressed", "true")
    found = grid.state()
    assert (found["view"], found["channel"]) == ("channel", "7")
    grid.press("Escape")
    assert "view" not in grid.state()


def test_nearest_neighbour_shows_only_values_and_smooth_what_lies_between(
    tab: Tab, maps: np.ndarray
) -> None:
    tab.open(**FIRST, zoom=ZOOM, colours="gray", search="7")
    tab.wait_for_title(LAYER, "step 4")
    wait_until(tab.frame.locator("[data-name=count]")).to_have_text("1 of 12 channels")
    expected = shades(maps[..., 7], 0, maps.max())
    sharp = tab.pixels()[14 : 14 + 256, :256, 0]
    np.testing.assert_array_equal(sharp, np.kron(expected, np.ones((ZOOM, ZOOM), int)))
    tab.press("s")
    wait_until(tab.box("smooth")).to_be_checked()
    tab.rest()
    smooth = tab.pixels()[14 : 14 + 256, :256, 0].astype(int)
    assert len(np.unique(smooth)) > len(np.unique(sharp))
    # Half a pixel from the middles of values, of which neighbours are 16 pixels apart.
    assert np.abs(np.diff(smooth, axis=1)).max() <= np.abs(np.diff(expected)).max() / 8
    middles = (smooth[7::16, 7::16] + smooth[8::16, 8::16]) / 2
    assert np.abs(middles - expected).max() <= np.abs(np.diff(expected)).max() / 8
    tab.press("s")
    wait_until(tab.box("smooth")).not_to_be_checked()
    tab.rest()
    np.testing.assert_array_equal(tab.pixels()[14 : 14 + 256, :256, 0], sharp)


def scores(arrays: Arrays, by: str) -> np.ndarray:
    """What channels are sorted by."""
    maps = arrays.of("first", LAYER, STEP, "bright").astype(np.float64)
    start = arrays.of("first", LAYER, 0, "bright").astype(np.float64)
    other = arrays.of("second", LAYER, 1, "dull").astype(np.float64)
    return {
        "max": maps.max((0, 1)),
        "mean": maps.mean((0, 1)),
        "l2": np.sqrt((maps**2).sum((0, 1))),
        "deviation": maps.std((0, 1)),
        "zeros": (maps == 0).mean((0, 1)),
        "change": np.sqrt(((maps - start) ** 2).sum((0, 1))),
        "difference": np.sqrt(((maps - other) ** 2).sum((0, 1))),
    }[by]


@pytest.mark.parametrize(
    "by", ["max", "mean", "l2", "deviation", "zeros", "change", "difference"]
)
def test_channels_are_sorted_as_numpy_sorts_them(
    tab: Tab, arrays: Arrays, by: str
) -> None:
    side = {"b_run": "second", "b_step": 1, "b_input": "dull"}
    tab.open(**FIRST, **side, zoom=4)
    tab.wait_for_title(LAYER, "step 4")
    tab.chosen("Sort by").select_option(by)
    tab.rest()
    expected = scores(arrays, by)
    assert list(tab.cells()) == list(np.argsort(-expected, kind="stable"))
    tab.button("Largest first").click()
    wait_until(tab.button("Smallest first")).to_be_visible()
    assert list(tab.cells()) == list(np.argsort(expected, kind="stable"))
    assert tab.frame.locator(".tools .failed").count() == 0


def test_a_search_leaves_the_channels_that_it_names(grid: Tab) -> None:
    grid.press("/")
    grid.page.keyboard.type("3, 9-10")
    count = grid.frame.locator("[data-name=count]")
    wait_until(count).to_have_text("3 of 12 channels")
    assert list(grid.cells()) == [3, 9, 10]
    grid.page.keyboard.type(",46,x")
    wait_until(grid.frame.locator(".tools .failed")).to_have_text("no channel 46, x")
    wait_until(count).to_have_text("3 of 12 channels")
    assert grid.state()["search"] == "3, 9-10,46,x"


def test_silent_channels_are_folded_and_counted(grid: Tab, arrays: Arrays) -> None:
    both = [arrays.of("first", LAYER, STEP, name) for name in ("bright", "dull")]
    dead = set(np.flatnonzero((np.stack(both) == 0).all((0, 1, 2))))
    assert 5 in dead
    silent = grid.frame.locator("[data-name=silent]")
    wait_until(silent).to_have_text(f"fold {len(dead)} silent")
    grid.press("d")
    wait_until(grid.frame.locator("[data-name=count]")).to_have_text(
        f"{12 - len(dead)} of 12 channels"
    )
    assert list(grid.cells()) == [c for c in range(12) if c not in dead]


def test_before_and_after_relu_and_what_it_removed(tab: Tab, arrays: Arrays) -> None:
    tab.open(**{**FIRST, "layer": "conv1"}, zoom=4)
    tab.wait_for_title("conv1", "pre-activation")
    tab.press("r")
    tab.wait_for_title("relu1", "activation")
    tab.button("before ReLU").click()
    tab.wait_for_title("conv1")
    tab.button("removed").click()
    before = arrays.of("first", "conv1", STEP, "bright")
    after = arrays.of("first", "relu1", STEP, "bright")
    share = ((before < 0) & (after == 0)).mean()
    wait_until(tab.frame.locator(".lead")).to_contain_text(
        f"{round(100 * share, 1):g}%"
    )
    assert_told(tab, before - after)
