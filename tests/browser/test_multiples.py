"""Small multiples: runs as rows, steps or layers as columns."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browser.arrays import Arrays, shades
from browser.tab import PATIENCE, Tab, wait_until
from browser.words import shown
from numpy.typing import NDArray
from plugin.serving import Host

if TYPE_CHECKING:
    # Where it is missing these tests are skipped.
    from playwright.sync_api import Browser, Locator

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LAYER = "relu1"
FIRST: dict[str, Any] = {"run": "first", "layer": LAYER, "step": 4, "input": "bright"}
RUNS = ["first", "odd", "odd8", "second"]


def open_multiples(tab: Tab, **state: str | int) -> Tab:
    """Open the view and wait until it is drawn."""
    tab.open(view="multiples", **state)
    wait_until(tab.frame.locator(".multiple canvas").first).to_be_visible()
    return tab


def columns(tab: Tab) -> Locator:
    return tab.frame.locator("[data-name=columns-shown]")


def cell(tab: Tab, words: str) -> Locator:
    """A cell, by the beginning of what it is called."""
    return tab.frame.locator(f'.multiple[aria-label^="{words}"]')


def strongest(arrays: Arrays) -> int:
    """The channel of `FIRST` with the largest value over all steps."""
    maps = [arrays.of("first", LAYER, step, "bright") for step in range(6)]
    return int(np.stack(maps).max((0, 1, 2)).argmax())


def values(tab: Tab, canvas: Locator, shape: tuple[int, int]) -> NDArray[np.int64]:
    """The pixel in the middle of each value of a cell, red of (H, W)."""
    pixels = tab.pixels(canvas)
    height, width = pixels.shape[0] // shape[0], pixels.shape[1] // shape[1]
    assert (height, width) == (pixels.shape[0] / shape[0], pixels.shape[1] / shape[1])
    return pixels[height // 2 :: height, width // 2 :: width, 0].astype(int)


@pytest.mark.server
def test_rows_are_runs_in_the_colours_that_tensorboard_gives_them(
    tab: Tab, chromium: Browser, host: Host
) -> None:
    open_multiples(tab, **FIRST)
    rows = tab.frame.locator(".multiples .run")
    wait_until(rows.locator(".cut-name")).to_have_text(RUNS)
    ours = rows.locator("i").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).backgroundColor)"
    )
    with chromium.new_context() as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(f"{host.url}#timeseries")
        swatches = page.locator("tb-data-table-content-row .run-color-swatch")
        wait_until(swatches).to_have_count(len(RUNS))
        theirs = {
            run: page.locator(f"[data-id$='/{run}'] .run-color-swatch").evaluate(
                "one => getComputedStyle(one).backgroundColor"
            )
            for run in RUNS
        }
    # Where a line in it were hardly seen on the page, it is darker.
    for run, colour in zip(RUNS, ours, strict=True):
        assert abs(hue(colour) - hue(theirs[run])) < 3
    assert len(set(ours)) == len(RUNS)


def hue(colour: str) -> float:
    """Where a colour of CSS is on the circle of hues, in degrees."""
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    return math.degrees(
        math.atan2(math.sqrt(3) * (green - blue), 2 * red - green - blue)
    )


def test_columns_are_steps_and_a_cell_has_the_colours_of_its_values(
    tab: Tab, arrays: Arrays
) -> None:
    open_multiples(tab, **FIRST, colours="gray")
    wait_until(columns(tab)).to_have_text("6 of 6 steps shown · 4 runs")
    heads = tab.frame.locator(".multiples .head")
    wait_until(heads).to_have_text([f"step {step}" for step in range(6)])
    channel = strongest(arrays)
    wait_until(tab.frame.locator("[data-name=shown-channel]")).to_have_text(
        f"channel {channel}, the strongest in first over all steps"
    )
    there = {"first": [0, 1, 2, 3, 4, 5], "second": [0, 1, 2, 2, 2, 2]}
    maps = {
        (run, step): arrays.of(run, LAYER, step, "bright")
        for run, steps in there.items()
        for step in steps
    }
    own = [one[..., channel] for one in maps.values()]
    ends = (min(map(np.min, own)), max(map(np.max, own)))
    np.testing.assert_array_equal(np.float32(tab.legend()), np.float32(ends))
    for run, steps in there.items():
        line = tab.frame.locator(".multiples .line").nth(RUNS.index(run))
        for place, step in enumerate(steps):
            one = line.locator(".multiple").nth(place)
            name = f"run {run} · step {step} · channel {channel}"
            wait_until(one).to_have_attribute("aria-label", name)
            found = values(tab, one.locator("canvas"), (16, 16))
            wanted = shades(maps[run, step][..., channel], *tab.legend())
            np.testing.assert_array_equal(found, wanted)
            # The nearest step of a run that has not this one is said.
            wait_until(one.locator("small")).to_have_text(
                f"at {step}" if step != place else ""
            )


def test_the_value_under_the_cursor_is_told(tab: Tab, arrays: Arrays) -> None:
    open_multiples(tab, **FIRST, channel=7)
    canvas = cell(tab, "run first · step 2 · channel 7").locator("canvas")
    side = tab.pixels(canvas).shape[0] // 16
    places = [(0, 0), (5, 9), (15, 3)]
    points = [(column * side + 2, row * side + 2) for row, column in places]
    maps = arrays.of("first", LAYER, 2, "bright")
    assert tab.tips(points, canvas, "[data-name=told]") == [
        f"run first · step 2 · channel 7, row {row}, column {column}: "
        f"{shown(maps[row, column, 7])}"
        for row, column in places
    ]


def test_a_click_goes_there(tab: Tab) -> None:
    open_multiples(tab, **FIRST, zoom=4)
    cell(tab, "run second · step 1").click()
    tab.wait_for_title("run second", "step 1")
    found = tab.state()
    assert (found["run"], found["step"], found["view"]) == ("second", "1", "multiples")
    # Now that run has the steps.
    wait_until(columns(tab)).to_have_text("3 of 3 steps shown · 4 runs")
    tab.frame.get_by_role("button", name="step 0", exact=True).click()
    tab.wait_for_title("run second", "step 0")
    tab.frame.locator(".multiples .run", has_text="first").click()
    tab.wait_for_title("run first", "step 0")


def test_what_is_missing_says_why(tab: Tab) -> None:
    open_multiples(tab, **FIRST)
    # Once for a run that has not the layer, in a line that takes little room.
    line = tab.frame.locator(".multiples .line").nth(RUNS.index("odd"))
    wait_until(line.locator(".missing")).to_have_text("The run has no such layer.")
    wait_until(line.locator(".multiple")).to_have_count(0)
    assert line.evaluate("one => one.clientHeight") <= 30
    tab.press("c")
    # Of layers, those that are filtered out are counted.
    tab.field("Filter layers").fill("relu")
    wait_until(tab.frame.locator(".multiples .head")).to_have_text(
        [LAYER, "block/relu2"]
    )
    wait_until(tab.frame.locator("main")).to_contain_text("2 layers are filtered out")


def test_columns_are_layers(tab: Tab, arrays: Arrays) -> None:
    open_multiples(
        tab, **FIRST, colours="gray", columns="layers", multiples_scale="common"
    )
    wait_until(columns(tab)).to_have_text("4 of 4 layers shown · 4 runs")
    layers = ["conv1", "relu1", "block/conv2", "block/relu2"]
    wait_until(tab.frame.locator(".multiples .head")).to_have_text(layers)
    for layer in layers:
        maps = arrays.of("first", layer, 4, "bright")
        channel = int(maps.max((0, 1)).argmax())
        one = cell(tab, f"run first · {layer} · step 4 · channel {channel}")
        # Where a run has no step 4 it is at its last one.
        other = arrays.of("second", layer, 2, "bright")[..., channel]
        wait_until(cell(tab, f"run second · {layer} · step 2")).to_have_count(1)
        own = maps[..., channel]
        ends = (min(own.min(), other.min()), max(own.max(), other.max()))
        found = values(tab, one.locator("canvas"), own.shape)
        np.testing.assert_array_equal(found, shades(own, *ends))
    cell(tab, "run first · block/conv2").click()
    tab.wait_for_title("block/conv2", "run first")
    assert tab.state()["layer"] == "block/conv2"


def test_each_layer_has_its_own_scale(tab: Tab, arrays: Arrays) -> None:
    more = {"scale": "layer", "multiples_scale": "common", "columns": "layers"}
    open_multiples(tab, **FIRST, **more, colours="gray")
    for layer in ("conv1", "relu1", "block/conv2", "block/relu2"):
        one, other = (
            arrays.of(run, layer, step, "bright").astype(np.float64)
            for run, step in (("first", 4), ("second", 2))
        )
        # Of all channels of both runs.
        ends = (min(one.min(), other.min()), max(one.max(), other.max()))
        channel = int(one.max((0, 1)).argmax())
        for run, step, maps in ("first", 4, one), ("second", 2, other):
            name = f"run {run} · {layer} · step {step} · channel {channel}"
            canvas = cell(tab, name).locator("canvas")
            found = values(tab, canvas, maps.shape[:2])
            np.testing.assert_array_equal(found, shades(maps[..., channel], *ends))
        head = tab.frame.locator(".multiples .head", has_text=layer)
        wait_until(head.first).to_have_attribute(
            "title",
            f"{layer}: colours from {shown(ends[0])} to {shown(ends[1])}",
        )
    legend = tab.frame.locator("[data-name=legend]")
    wait_until(legend.locator(".ticks")).to_have_text("smallestlargest")
    wait_until(legend).to_contain_text(
        "each layer by itself: smallest to largest value of all channels"
    )


def test_looking_at_another_run_keeps_the_channel(tab: Tab, arrays: Arrays) -> None:
    open_multiples(tab, **FIRST, zoom=4)
    channel = strongest(arrays)
    cell(tab, "run second · step 1").click()
    tab.wait_for_title("run second", "step 1")
    said = tab.frame.locator("[data-name=shown-channel]")
    wait_until(said).to_have_text(f"channel {channel}")
    assert tab.state()["channel"] == str(channel)
    tab.frame.locator(".multiples .run", has_text="first").click()
    tab.wait_for_title("run first")
    wait_until(said).to_have_text(f"channel {channel}")


def test_other_runs_are_at_the_same_moment(
    open_tab: Callable[..., Tab], others: Host
) -> None:
    tab = open_tab(others)
    open_multiples(tab, run="even", layer="conv", step=30, channel=1)
    wait_until(columns(tab)).to_contain_text("6 of 6 steps shown")
    one = tab.frame.locator(".multiples .line", has_text="uneven").locator(".multiple")
    for align, at in ("step", 15), ("epoch", 5), ("wall", 10):
        tab.frame.get_by_label("align by").select_option(align)
        name = f"run uneven · step {at} · channel 1"
        wait_until(one.nth(3)).to_have_attribute("aria-label", name)
        wait_until(one.nth(3).locator("small")).to_have_text(f"at {at}")


def test_as_many_columns_as_fit_or_all_sideways(
    open_tab: Callable[..., Tab], host: Host
) -> None:
    tab = open_tab(host)
    open_multiples(tab, **{**FIRST, "step": 3}, zoom=16)
    wait_until(columns(tab)).to_have_text("2 of 6 steps shown, evenly chosen · 4 runs")
    wait_until(tab.frame.locator(".multiples .head")).to_have_text(["step 3", "step 5"])
    tab.button("all, scroll").click()
    wait_until(columns(tab)).to_have_text("6 of 6 steps shown · 4 runs")
    wait_until(cell(tab, "run first · step 3")).to_be_visible()


def test_rows_are_inputs(tab: Tab, arrays: Arrays) -> None:
    open_multiples(tab, **FIRST, channel=7, colours="gray")
    tab.press("Shift+C")
    wait_until(columns(tab)).to_have_text("6 of 6 steps shown · 2 inputs")
    assert tab.state()["multiples_rows"] == "inputs"
    names = ["bright", "dull"]
    rows = tab.frame.locator(".multiples .run .cut-name")
    wait_until(rows).to_have_text(names)
    wait_until(tab.frame.locator(".multiples .run .thumbnail canvas")).to_have_count(2)
    maps = {
        (name, step): arrays.of("first", LAYER, step, name)[..., 7]
        for name in names
        for step in range(6)
    }
    ends = (min(map(np.min, maps.values())), max(map(np.max, maps.values())))
    np.testing.assert_array_equal(np.float32(tab.legend()), np.float32(ends))
    for (name, step), wanted in maps.items():
        one = cell(tab, f"input {name} · step {step} · channel 7")
        found = values(tab, one.locator("canvas"), (16, 16))
        np.testing.assert_array_equal(found, shades(wanted, *tab.legend()))
    tab.button("each row").click()
    dull = np.stack([maps["dull", step] for step in range(6)])
    ends = (dull.min(), dull.max())
    one = cell(tab, "input dull · step 3 · channel 7")
    wait_until(tab.frame.locator(".multiples .run small")).to_have_count(2)
    found = values(tab, one.locator("canvas"), (16, 16))
    np.testing.assert_array_equal(found, shades(maps["dull", 3], *ends))
    one.click()
    tab.wait_for_title("input dull", "step 3", "run first")


def test_rows_are_pinned_channels(tab: Tab, arrays: Arrays) -> None:
    open_multiples(tab, **FIRST, multiples_rows="channels", channel=5, colours="gray")
    said = tab.frame.locator("[data-name=shown-channel]")
    wait_until(said).to_have_text(
        "No channel of this layer is pinned: m pins the one that is looked at."
    )
    rows = tab.frame.locator(".multiples .run .cut-name")
    wait_until(rows).to_have_text(["channel 5"])
    tab.press("m")
    tab.open(**FIRST, view="multiples", multiples_rows="channels", pins="conv1:2,5")
    wait_until(rows).to_have_text(["channel 2", "channel 5"])
    wait_until(said).to_have_text("2 pinned channels of this layer")
    for step in range(6):
        maps = arrays.of("first", LAYER, step, "bright")
        for channel in (2, 5):
            one = cell(tab, f"step {step} · channel {channel}")
            found = values(tab, one.locator("canvas"), (16, 16))
            assert found.shape == maps.shape[:2]
    cell(tab, "step 3 · channel 5").click()
    tab.wait_for_title("step 3")
    assert tab.state()["channel"] == "5"
    # Other layers have other channels.
    tab.press("c")
    wait_until(rows).to_have_text(RUNS)
    wait_until(tab.button("pinned channels")).to_be_disabled()


@pytest.mark.parametrize(
    ("width", "height", "least"), [(1440, 900, 100), (1920, 1080, 140)]
)
def test_cells_fill_the_room_there_is(
    open_tab: Callable[..., Tab], host: Host, width: int, height: int, least: int
) -> None:
    tab = open_tab(host, viewport={"width": width, "height": height})
    open_multiples(tab, **FIRST)
    wait_until(columns(tab)).to_contain_text("6 of 6 steps shown")
    boxes = tab.frame.locator(".multiple .picture-box").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().toJSON())"
    )
    scroll = tab.frame.locator(".scroll.multiples").bounding_box()
    assert scroll is not None
    side = boxes[0]["width"]
    assert side >= least
    right = max(box["right"] for box in boxes)
    bottom = max(box["bottom"] for box in boxes)
    assert right <= scroll["x"] + scroll["width"]
    assert bottom <= scroll["y"] + scroll["height"]
    # With values of one pixel more they would not fit in one direction or the other.
    assert right + 6 * 16 > scroll["x"] + scroll["width"] - 6 * 6
