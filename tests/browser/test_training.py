"""Channels × steps, and the health of layers, over a training."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays, shades
from browser.drawn import NAN
from browser.tab import BY_NUMBER, Tab, wait_until
from browser.words import percent, shown
from numpy.typing import NDArray
from plugin.serving import Host

if TYPE_CHECKING:
    # Where it is missing these tests are skipped.
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LAYER = "relu1"
LAYERS = ("conv1", "relu1", "block/conv2", "block/relu2")
STEPS = range(6)
Shape = tuple[int, int]


def open_training(tab: Tab, **state: str | int) -> Tab:
    """Open the view and wait until both parts of it are drawn."""
    tab.open(view="training", **state)
    wait_until(tab.frame.locator(".heat canvas").first).to_be_visible()
    wait_until(tab.frame.locator("section.strip .tools")).to_be_visible()
    return tab


@pytest.fixture
def training(tab: Tab) -> Tab:
    """The view on a layer of the longer training."""
    layer = {"run": "first", "layer": LAYER, "step": 4, "input": "bright"}
    return open_training(tab, **layer, **BY_NUMBER, scale="layer")


def cells(tab: Tab, part: str) -> Locator:
    """The canvas of the heat map, or of the health strip."""
    return tab.frame.locator(f".{part} .matrix canvas")


def centre(canvas: Locator, row: int, column: int) -> tuple[int, int]:
    """The middle of a cell, in pixels of the canvas."""
    left, width, height = (
        float(canvas.get_attribute(f"data-{name}") or "")
        for name in ("left", "cell-width", "cell-height")
    )
    return int(left + (column + 0.5) * width), int((row + 0.5) * height)


def points(canvas: Locator, shape: Shape) -> list[tuple[int, int]]:
    """The middles of all cells, row after row."""
    first, last = centre(canvas, 0, 0), centre(canvas, shape[0] - 1, shape[1] - 1)
    across = np.rint(np.linspace(first[0], last[0], shape[1])).astype(int)
    down = np.rint(np.linspace(first[1], last[1], shape[0])).astype(int)
    return [(int(x), int(y)) for y in down for x in across]


def colours(tab: Tab, part: str, shape: Shape) -> NDArray[np.uint8]:
    """The colour of each cell, (rows, columns, 3)."""
    canvas = cells(tab, part)
    pixels = tab.pixels(canvas)
    # Not in the middle, where the frame of a cell that is chosen could be.
    found = [pixels[y + 2, x + 2, :3] for x, y in points(canvas, shape)]
    return np.reshape(found, (*shape, 3))


def click(tab: Tab, part: str, row: int, column: int) -> None:
    x, y = centre(cells(tab, part), row, column)
    cells(tab, part).click(position={"x": x, "y": y})


def table(arrays: Arrays, statistic: str) -> NDArray[np.float64]:
    """A number of each channel at each step, (12, 6)."""
    maps = [arrays.of("first", LAYER, step, "bright").astype(float) for step in STEPS]
    found: dict[str, Callable[[Any], Any]] = {
        "maximum": lambda one: one.max((0, 1)),
        "minimum": lambda one: one.min((0, 1)),
        "mean": lambda one: one.mean((0, 1)),
        "zero_share": lambda one: (one == 0).mean((0, 1)),
    }
    return np.stack([found[statistic](one) for one in maps], 1)


NAMES = {"maximum": "maximum", "mean": "mean", "zero_share": "share of zeros"}


def test_the_heat_map_tells_the_numbers_of_each_channel(
    training: Tab, arrays: Arrays
) -> None:
    canvas = cells(training, "heat")
    for statistic, name in NAMES.items():
        training.chosen("Number of each channel").select_option(statistic)
        training.rest()
        values = table(arrays, statistic)
        text = percent if statistic == "zero_share" else shown
        found = training.tips(points(canvas, (12, 6)), canvas, ".heat [data-name=told]")
        assert found == [
            f"channel {channel} · step {step} · {name}: {text(values[channel, step])}"
            for channel in range(12)
            for step in STEPS
        ]
        low, high = (
            (0, 1) if statistic == "zero_share" else (values.min(), values.max())
        )
        np.testing.assert_allclose(training.legend(), (low, high), rtol=1e-6)
        wanted = shades(values, low, high)[..., None]
        drawn = colours(training, "heat", (12, 6)).astype(int)
        # What records state is rounded to float32, and so may be half a shade.
        assert np.abs(drawn - wanted).max() <= 1
        assert (drawn == wanted).mean() > 0.95
    assert training.state()["statistic"] == "zero_share"


def test_a_click_in_the_heat_map_goes_to_step_and_channel(
    training: Tab, arrays: Arrays
) -> None:
    click(training, "heat", 7, 2)
    training.wait_for_title("step 2")
    found = training.state()
    assert (found["step"], found["channel"], found["view"]) == ("2", "7", "training")
    value = table(arrays, "maximum")[7, 2]
    training.page.mouse.move(3, 3)
    told = training.frame.locator(".heat [data-name=told]")
    wait_until(told).to_have_text(f"channel 7 · step 2 · maximum: {shown(value)}")
    training.press("1")
    training.wait_for_title("step 2")
    wait_until(training.button("Grid")).to_have_attribute("aria-pressed", "true")


def test_rows_are_in_the_order_of_the_grid_or_by_number(
    training: Tab, arrays: Arrays
) -> None:
    training.press("1")
    training.chosen("Sort by").select_option("max")
    training.press("6")
    wait_until(training.button("as in the grid")).to_have_attribute(
        "aria-pressed", "true"
    )
    training.rest()
    largest = arrays.of("first", LAYER, 4, "bright").max((0, 1))
    canvas = cells(training, "heat")
    column = [centre(canvas, row, 0) for row in range(12)]
    where = (canvas, ".heat [data-name=told]")
    found = [text.split(" · ")[0] for text in training.tips(column, *where)]
    order = np.argsort(-largest, kind="stable")
    assert found == [f"channel {channel}" for channel in order]
    training.button("by number").click()
    training.rest()
    found = [text.split(" · ")[0] for text in training.tips(column, *where)]
    assert found == [f"channel {channel}" for channel in range(12)]


def test_rows_stay_while_the_step_changes(training: Tab, arrays: Arrays) -> None:
    training.press("1")
    training.chosen("Sort by").select_option("mean")
    training.press("6")
    canvas = cells(training, "heat")
    wait_until(canvas).to_be_visible()
    training.rest()
    where = (canvas, ".heat [data-name=told]")
    said = training.frame.locator("[data-name=ordered]")

    def ordered_at(step: int) -> list[str]:
        mean = arrays.of("first", LAYER, step, "bright").astype(float).mean((0, 1))
        return [f"channel {one}" for one in np.argsort(-mean, kind="stable")]

    def rows() -> list[str]:
        column = [centre(canvas, row, 0) for row in range(12)]
        return [text.split(" · ")[0] for text in training.tips(column, *where)]

    assert ordered_at(0) != ordered_at(4)
    wait_until(said).to_have_text("ordered at step 4")
    assert rows() == ordered_at(4)
    click(training, "heat", 7, 0)
    training.wait_for_title("step 0")
    assert rows() == ordered_at(4)
    assert f"channel {training.state()['channel']}" == ordered_at(4)[7]
    wait_until(said).to_have_text("ordered at step 4 order at step 0")
    training.button("order at step 0").click()
    wait_until(said).to_have_text("ordered at step 0")
    assert rows() == ordered_at(0)
    training.button("by number").click()
    wait_until(said).to_have_count(0)


KINDS = ("silent", "sparsity", "mean", "std")


def health(arrays: Arrays, layer: str, step: int) -> tuple[float, ...]:
    """Shares of silent channels and zeros in a layer, its mean and deviation."""
    maps = arrays.stored("first", layer, step).activations
    values = np.stack([maps["bright"], maps["dull"]]).astype(float)
    silent = (values == 0).all((0, 1, 2)).mean()
    return silent, (values == 0).mean(), values.mean(), values.std()


def test_the_health_strip_tells_what_is_silent(training: Tab, arrays: Arrays) -> None:
    canvas = cells(training, "strip")
    where = (canvas, "[data-name=health-told]")
    found = training.tips(points(canvas, (4, 6)), *where)
    known = np.array([[health(arrays, one, step) for step in STEPS] for one in LAYERS])
    assert 0 < known[1, 4, 0] < 1
    assert found == [
        f"{layer} · step {step}: {percent(known[row, step, 0])} of channels silent, "
        f"{percent(known[row, step, 1])} zeros, mean {shown(known[row, step, 2])}, "
        f"deviation {shown(known[row, step, 3])}"
        for row, layer in enumerate(LAYERS)
        for step in STEPS
    ]
    for place, kind in enumerate(KINDS):
        training.chosen("Health of layers").select_option(kind)
        training.rest()
        values = known[..., place]
        low, high = 0.0, 1.0
        if kind == "std":
            high = np.percentile(values, 98)
        if kind == "mean":
            high = np.abs(np.percentile(values, (2, 98))).max()
            low = -high
        np.testing.assert_allclose(training.legend(1), (low, high), rtol=1e-5)
        inside = (values >= low) & (values <= high)
        assert inside.sum() >= 22
        ramp = training.colours(1).astype(int)
        wanted = ramp[shades(values, low, high)]
        drawn = colours(training, "strip", (4, 6)).astype(int)
        if kind in ("silent", "sparsity"):
            np.testing.assert_array_equal(drawn, wanted)
        else:
            # What scalars hold is rounded to float32, and so may be a shade away.
            assert np.abs(drawn - wanted)[inside].max() <= 8


def test_where_nothing_is_silent_the_deviation_is_shown_first(
    open_tab: Callable[..., Tab], others: Host
) -> None:
    tab = open_training(open_tab(others), run="lively", layer="conv1")
    kind = tab.chosen("Health of layers")
    wait_until(kind).to_have_value("std")
    note = tab.frame.locator("[data-name=health-instead]")
    wait_until(note).to_have_text(
        "Nothing is silent or saturated, so the deviation is shown."
    )
    # Not black: what deviates most is at the bright end.
    shape = 2, 3
    assert colours(tab, "strip", shape).max() > 200
    kind.select_option("combined")
    tab.rest()
    wait_until(note).to_have_count(0)
    assert colours(tab, "strip", shape).max() < 50
    assert tab.state()["health"] == "combined"


def test_a_click_in_the_health_strip_goes_to_layer_and_step(training: Tab) -> None:
    click(training, "strip", 3, 1)
    training.wait_for_title("block/relu2", "step 1")
    found = training.state()
    assert (found["layer"], found["step"]) == ("block/relu2", "1")
    selected = training.frame.locator("[role=treeitem][aria-selected=true]")
    wait_until(selected).to_contain_text("conv2+ ReLU")


def test_a_step_with_nan_is_magenta(open_tab: Callable[..., Tab], others: Host) -> None:
    tab = open_training(
        open_tab(others), run="failing", layer=LAYER, step=0, **BY_NUMBER
    )
    arrays = Arrays(others.log_dir)
    maps = [arrays.of("failing", LAYER, step, "noise") for step in (0, 10, 20)]
    assert [bool(np.isnan(one).any()) for one in maps] == [False, True, False]
    assert np.isnan(maps[1][..., logs.FAILS]).all()
    strip = colours(tab, "strip", (4, 3))
    # What follows the channel in the network is NaN too, in all channels.
    expected = np.zeros((4, 3), bool)
    expected[:, 1] = True
    np.testing.assert_array_equal((strip == NAN).all(-1), expected)
    canvas = cells(tab, "strip")
    where = (canvas, "[data-name=health-told]")
    found = tab.tips(points(canvas, (4, 3)), *where)
    share = [
        np.isnan(arrays.of("failing", layer, 10, "noise")).mean() for layer in LAYERS
    ]
    assert [text.partition(": ")[2].split(", ")[0] for text in found[1::3]] == [
        f"{percent(one)} NaN or infinite" for one in share
    ]
    heat = colours(tab, "heat", (12, 3))
    expected = np.zeros((12, 3), bool)
    expected[logs.FAILS, 1] = True
    np.testing.assert_array_equal((heat == NAN).all(-1), expected)
    canvas = cells(tab, "heat")
    place = centre(canvas, logs.FAILS, 1)
    assert tab.tips([place], canvas, ".heat [data-name=told]") == [
        f"channel {logs.FAILS} · step 10 · maximum: no finite value"
    ]


def test_a_run_without_scalars_says_so(
    open_tab: Callable[..., Tab], others: Host
) -> None:
    tab = open_training(open_tab(others), run="silent", layer=LAYER)
    strip = tab.frame.locator("section.strip")
    wait_until(strip.locator(".lead")).to_have_text(
        "No statistics of these layers were logged: the run was made with "
        "LogOptions(scalars=False), or TensorBoard has not read them yet."
    )
    wait_until(strip.locator("canvas")).to_have_count(0)
    # The records have what the heat map needs.
    wait_until(cells(tab, "heat")).to_be_visible()
