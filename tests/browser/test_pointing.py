"""A place of the input's picture that is pointed at is marked in all maps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays
from browser.compare import OTHER, pane
from browser.drawn import GAP, LABEL, ZOOM
from browser.pointing import FIRST, STEP, largest_first, on_page, picture, seen_in
from browser.tab import Tab, wait_until
from browser.words import shown
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

#: Height and width of the pictures.
SIDE = 18


@pytest.mark.parametrize("layer", ["relu1", "block/conv2", "block/relu2"])
def test_the_picture_tells_what_the_nearest_position_has(
    tab: Tab, arrays: Arrays, layer: str
) -> None:
    tab.open(**FIRST, layer=layer)
    maps = arrays.of("first", layer, STEP, "bright")
    seen = seen_in(arrays, "first", layer, STEP, "bright")
    under = tab.beside("Under the cursor")
    for x, y in ((0.01, 0.01), (0.4, 0.21), (0.99, 0.65), (0.52, 0.98)):
        tab.page.mouse.move(*on_page(tab, x, y))
        row, column = seen.nearest(x, y)
        values = maps[row, column]
        first, second = largest_first(values)[:2]
        wait_until(under).to_contain_text(f"{row}, {column}")
        assert under.locator("td").all_text_contents() == [
            *("row, column", f"{row}, {column}"),
            *(f"channel {first}, largest here", shown(values[first])),
            *(f"channel {second}", shown(values[second])),
        ]
    tab.settle()
    wait_until(under).to_contain_text("Point at a feature map or the picture.")


def changed(before: np.ndarray, after: np.ndarray) -> tuple[int, int, int, int]:
    """The first and last row and column in which two drawings differ."""
    rows, columns = np.nonzero((before != after).any(-1))
    return rows.min(), rows.max(), columns.min(), columns.max()


def test_all_maps_mark_the_place_and_the_picture_what_it_sees(
    tab: Tab, arrays: Arrays
) -> None:
    layer = "block/conv2"
    tab.open(**FIRST, layer=layer, zoom=ZOOM, search="1,6")
    tab.settle()
    before = tab.pixels()
    x, y = 0.6, 0.35
    tab.page.mouse.move(*on_page(tab, x, y))
    tab.rest()
    row, column = seen_in(arrays, "first", layer, STEP, "bright").nearest(x, y)
    assert changed(before, tab.pixels()) == (
        LABEL + row * ZOOM - 2,
        LABEL + (row + 1) * ZOOM + 1,
        column * ZOOM - 2,
        # The last map of the two is marked as the first one is.
        7 * ZOOM + GAP + (column + 1) * ZOOM + 1,
    )
    field = arrays.stored("first", layer, STEP).record.layer.receptive_field
    assert field is not None
    start = field.start[1] + column * field.stride[1]
    frame = tab.frame.locator(".region").bounding_box()
    whole = picture(tab).bounding_box()
    assert frame is not None
    assert whole is not None
    pixel = whole["width"] / SIDE
    assert frame["x"] - whole["x"] == pytest.approx(start * pixel, abs=0.1)
    assert frame["width"] == pytest.approx(field.size[1] * pixel, abs=0.1)
    tab.settle()
    np.testing.assert_array_equal(tab.pixels(), before)


def test_both_sides_the_inputs_and_all_multiples_mark_it(
    tab: Tab, arrays: Arrays
) -> None:
    layer = "block/conv2"
    x, y = 0.3, 0.7
    row, column = seen_in(arrays, "first", layer, STEP, "bright").nearest(x, y)
    tab.open(**FIRST, **OTHER, layer=layer, view="compare", zoom=ZOOM, search="1")
    wait_until(pane(tab, "B")).to_be_visible()
    tab.settle()
    before = {name: tab.pixels(pane(tab, name)) for name in "AB"}
    tab.page.mouse.move(*on_page(tab, x, y))
    tab.rest()
    for name, pixels in before.items():
        top, bottom, left, right = changed(pixels, tab.pixels(pane(tab, name)))
        assert (top, bottom) == (LABEL + row * ZOOM - 2, LABEL + (row + 1) * ZOOM + 1)
        assert (left, right) == (column * ZOOM - 2, (column + 1) * ZOOM + 1)
    tab.press("5")
    canvas = tab.frame.locator(".scroll.inputs > div > canvas")
    wait_until(canvas).to_be_visible()
    tab.settle()
    unmarked = tab.pixels(canvas)
    heads = tab.frame.locator(".heads canvas")
    for one in (picture(tab), heads.nth(1)):
        area = one.bounding_box()
        assert area is not None
        tab.page.mouse.move(
            area["x"] + x * area["width"], area["y"] + y * area["height"]
        )
        tab.rest()
        assert (tab.pixels(canvas) != unmarked).any()
        tab.settle()
        np.testing.assert_array_equal(tab.pixels(canvas), unmarked)
    tab.press("4")
    wait_until(tab.frame.locator(".multiple .marked").first).to_be_visible()
    tab.settle()
    cells = tab.frame.locator(".multiple .marked").count()
    assert cells >= 2
    tab.page.mouse.move(*on_page(tab, x, y))
    wait_until(tab.frame.locator(".multiple .region")).to_have_count(cells)


def test_nothing_stays_marked_where_the_layer_changed_under_the_cursor(
    open_tab: Callable[..., Tab], drawn: Host
) -> None:
    tab = open_tab(drawn).open(layer=logs.EYE_LAYER, zoom=ZOOM, search="1")
    wait_until(picture(tab)).to_be_visible()
    tab.settle()
    before = tab.pixels()
    tab.page.mouse.move(*on_page(tab, 0.5, 0.5))
    tab.rest()
    assert (tab.pixels() != before).any()
    tab.press("ArrowDown")
    tab.wait_for_title("pool10")
    tab.settle()
    tab.press("ArrowUp")
    tab.wait_for_title(logs.EYE_LAYER)
    tab.settle()
    np.testing.assert_array_equal(tab.pixels(), before)
