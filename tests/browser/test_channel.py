"""One channel: its numbers, its map, and its curve over training."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays, shades
from browser.channel import EDGE, FIRST, STEP, open_channel
from browser.tab import Tab, wait_until
from browser.words import percent, shown

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ODD = {"run": "odd", "step": 0, "view": "channel"}
CURVE = "svg[aria-label^='Maximum and mean']"
#: Room around the lines of a chart.
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 8, 20


def facts(tab: Tab) -> dict[str, str]:
    """The table of statistics."""
    rows = tab.frame.locator("table.facts tr").evaluate_all(
        "all => all.map((row) => [...row.cells].map((cell) => cell.innerText))"
    )
    return dict(rows)


def expected_facts(map_: np.ndarray) -> dict[str, str]:
    """The same by NumPy; what is not finite is counted and else left out."""
    finite = map_[np.isfinite(map_)].astype(np.float64)
    found = {"minimum": finite.min, "maximum": finite.max}
    more = {
        "mean": finite.mean,
        "standard deviation": finite.std,
        "L2 norm": lambda: np.sqrt((finite**2).sum()),
    }
    if finite.size:
        best = np.where(np.isfinite(map_), map_, -np.inf).argmax()
        row, column = np.unravel_index(best, map_.shape)
        where = {"maximum at": f"row {row}, column {column}"}
        numbers = {name: shown(call()) for name, call in found.items()}
        numbers |= where | {name: shown(call()) for name, call in more.items()}
    else:
        numbers = dict.fromkeys([*found, *more], "no finite value")
    return {
        **numbers,
        "zeros": percent((map_ == 0).mean()),
        "NaN": str(np.isnan(map_).sum()),
        "infinite": str(np.isinf(map_).sum()),
        "values": str(map_.size),
    }


def assert_counted(tab: Tab, map_: np.ndarray) -> None:
    """Compare the histogram with NumPy's; zeros are counted beside it."""
    texts = tab.frame.locator(".spread title").all_text_contents()
    found = [re.fullmatch(r"(\d+) values from (\S+) to (\S+)", text) for text in texts]
    counts = [int(one[1]) for one in found if one]
    inside = map_[np.isfinite(map_) & (map_ != 0)].astype(np.float64)
    if inside.size and np.ptp(inside):
        expected, edges = np.histogram(inside, 40)
        assert counts == expected.tolist()
        assert [(one[2], one[3]) for one in found if one] == [
            (shown(edge), shown(following))
            for edge, following in itertools.pairwise(edges)
        ]
    zeros, missing = np.count_nonzero(map_ == 0), np.count_nonzero(np.isnan(map_))
    infinite = np.count_nonzero(np.isinf(map_))
    wait_until(tab.frame.locator("[data-name=beside]")).to_have_text(
        f"Not in the bars: {zeros} zeros ({percent(zeros / map_.size)}), "
        f"{missing} NaN, {infinite} infinite"
    )
    assert sum(counts) + zeros + missing + infinite == map_.size


@pytest.mark.parametrize(
    ("state", "layer", "channels"),
    [
        (FIRST, "relu1", (7, logs.DEAD)),
        (FIRST, "block/conv2", (3, 0)),
        ({**ODD, "input": "input"}, "odd", range(8)),
    ],
    ids=["relu1", "conv2", "odd"],
)
def test_statistics_and_histogram_are_those_of_numpy(
    tab: Tab, arrays: Arrays, state: dict, layer: str, channels: Sequence[int]
) -> None:
    open_channel(tab, layer, channels[0], **state)
    maps = arrays.of(state["run"], layer, state["step"], state["input"])
    field = tab.field(f"Channel, 0 to {maps.shape[2] - 1}")
    for channel in channels:
        field.fill(str(channel))
        field.press("Enter")
        wait_until(tab.enlarged).to_have_attribute(
            "aria-label", f"Feature map of channel {channel}"
        )
        tab.settle()
        assert facts(tab) == expected_facts(maps[..., channel])
        assert_counted(tab, maps[..., channel])


def cells_of(tab: Tab, shape: tuple[int, ...]) -> tuple[int, int]:
    """Pixels that a value of the enlarged map has, down and across."""
    height, width = tab.pixels(tab.enlarged).shape[:2]
    return (height - 2 * EDGE) // shape[0], (width - 2 * EDGE) // shape[1]


@pytest.mark.parametrize(("layer", "channel"), [("relu1", 7), ("block/conv2", 3)])
def test_the_enlarged_map_tells_and_shows_its_values(
    tab: Tab, arrays: Arrays, layer: str, channel: int
) -> None:
    open_channel(tab, layer, channel, scale="channel", colours="gray")
    map_ = arrays.of("first", layer, STEP, "bright")[..., channel]
    rows, columns = np.indices(map_.shape)
    down, across = cells_of(tab, map_.shape)
    points = [
        (EDGE + int((column + 0.5) * across), EDGE + int((row + 0.5) * down))
        for row, column in zip(rows.flat, columns.flat, strict=True)
    ]
    found = tab.values(points, tab.enlarged)
    assert [
        (one.channel, one.row, one.column, one.text) if one else None for one in found
    ] == [
        (channel, row, column, shown(map_[row, column]))
        for row, column in np.ndindex(map_.shape)
    ]
    low, high = np.float64(map_.min()), np.float64(map_.max())
    assert tab.legend() == (low, high)
    pixels = tab.pixels(tab.enlarged)
    drawn = np.array([pixels[y, x, 0] for x, y in points]).reshape(map_.shape)
    np.testing.assert_array_equal(drawn, shades(map_, low, high))
    # All that is drawn besides is a ring around the maximum, and a frame around all.
    row, column = np.unravel_index(map_.argmax(), map_.shape)
    plain = np.pad(np.kron(drawn, np.ones((down, across), int)), EDGE)
    frame = np.full(plain.shape, False)
    frame[EDGE - 1 : 1 - EDGE, EDGE - 1 : 1 - EDGE] = True
    frame[EDGE:-EDGE, EDGE:-EDGE] = False
    assert (pixels[frame, 3] == 255).mean() > 0.95
    plain[frame] = pixels[frame, 0]
    ringed = np.argwhere(pixels[..., 0] != plain)
    centre = EDGE + np.array([(row + 0.5) * down, (column + 0.5) * across]) - 0.5
    np.testing.assert_allclose((ringed.min(0) + ringed.max(0)) / 2, centre, atol=0.5)
    assert (np.hypot(*(ringed - centre).T) <= max(down, across) / 2 + 3).all()
    assert f"maximum {shown(high)} at row {row}, column {column}" in (
        tab.frame.locator(".panels").inner_text()
    )


def curve_names(tab: Tab) -> list[str]:
    return tab.frame.locator(".chart .names .values").all_text_contents()


def point_at(tab: Tab, step: int) -> dict[str, float]:
    """Where a step is in the chart, in its pixels."""
    box = tab.frame.locator(CURVE).bounding_box()
    assert box is not None
    inside = box["width"] - LEFT - RIGHT
    return {"x": LEFT + inside * step / 5, "y": 60}


def test_the_curve_is_that_of_numpy_and_a_click_jumps(tab: Tab, arrays: Arrays) -> None:
    layer, channel = "block/conv2", 3
    open_channel(tab, layer, channel)
    curve = tab.frame.locator(CURVE)
    lines_drawn = tab.frame.locator("g[data-series]")
    # Its own run alone, until others are wanted; they are drawn below it.
    wait_until(lines_drawn).to_have_count(2)
    tab.box("all runs with this layer (1 more)").check()
    wait_until(lines_drawn).to_have_count(4)
    assert tab.state()["all_runs"] == "true"
    assert [
        (
            one.get_attribute("data-series"),
            one.locator("path").get_attribute("stroke-width"),
        )
        for one in lines_drawn.all()
    ] == [
        ("maximum, second", "1"),
        ("mean, second", "1"),
        ("maximum, first", "2"),
        ("mean, first", "2"),
    ]
    lines = {}
    for run, (epochs, _) in logs.RUNS.items():
        for step in range(epochs):
            map_ = arrays.of(run, layer, step, "bright")[..., channel]
            for part, value in (("maximum", map_.max()), ("mean", map_.mean())):
                lines.setdefault(f"{part}, {run}", []).append(float(value))
    every = np.concatenate(list(lines.values()))
    room = 0.05 * np.ptp(every)
    low, high = every.min() - room, every.max() + room
    box = curve.bounding_box()
    assert box is not None
    rise = box["height"] - TOP - BOTTOM
    for name, values in lines.items():
        path = tab.frame.locator(f"g[data-series='{name}'] path").get_attribute("d")
        points = np.array(re.findall(r"[ML](\S+) (\S+?)(?=[ML]|$)", path or ""), float)
        steps = LEFT + (box["width"] - LEFT - RIGHT) * np.arange(len(values)) / 5
        down = TOP + rise * (high - np.array(values)) / (high - low)
        np.testing.assert_allclose(points, np.stack([steps, down], 1), atol=0.06)
    for step in (1, 3):
        curve.hover(position=point_at(tab, step))
        told = [
            f"{name}{f' {shown(values[step])}' if step < len(values) else ''}"
            for name, values in lines.items()
        ]
        wait_until(tab.frame.locator(".chart .names")).to_contain_text(f"step {step}:")
        assert sorted(curve_names(tab)) == sorted(told)
    curve.click(position=point_at(tab, 2))
    tab.wait_for_title("step 2")
    assert tab.state()["step"] == "2"
    tab.settle()
    map_ = arrays.of("first", layer, 2, "bright")[..., channel]
    assert facts(tab) == expected_facts(map_)
    place = curve.locator("line.marked").get_attribute("x1")
    assert float(place or "nan") == pytest.approx(point_at(tab, 2)["x"], abs=0.01)


def test_the_wheel_with_ctrl_zooms_and_dragging_moves(tab: Tab, arrays: Arrays) -> None:
    open_channel(tab, "relu1", 7)
    before = tab.pixels(tab.enlarged)
    down, across = cells_of(tab, (16, 16))
    x, y = EDGE + int(10.5 * across), EDGE + int(4.5 * down)
    tab.enlarged.hover(position={"x": x, "y": y})
    tip = tab.frame.locator("main output.tip")
    value = arrays.of("first", "relu1", STEP, "bright")[4, 10, 7]
    there = f"channel 7, row 4, column 10: {shown(value)}"
    wait_until(tip).to_have_text(there)
    tab.page.keyboard.down("Control")
    for _ in range(4):
        tab.page.mouse.wheel(0, -100)
    tab.page.keyboard.up("Control")
    whole = tab.button("whole")
    wait_until(whole).to_be_visible()
    # What is under the cursor stays there.
    tab.page.mouse.move(*middle_of(tab, x + 1, y))
    wait_until(tip).to_have_text(there)
    assert tab.pixels(tab.enlarged).shape == before.shape
    tab.page.mouse.down()
    tab.page.mouse.move(*middle_of(tab, x + 30, y + 20), steps=3)
    tab.page.mouse.up()
    wait_until(tip).to_have_text(there)
    # Dragging inspects nothing.
    assert "place" not in tab.state()
    whole.click()
    tab.settle()
    np.testing.assert_array_equal(tab.pixels(tab.enlarged), before)


def middle_of(tab: Tab, x: float, y: float) -> tuple[float, float]:
    """A place of the enlarged map, in the page."""
    box = tab.enlarged.bounding_box()
    assert box is not None
    return box["x"] + x, box["y"] + y


def test_a_curve_that_is_not_finite_says_so(tab: Tab) -> None:
    open_channel(tab, "odd", 1, **ODD, input="input")
    wait_until(tab.frame.locator(".chart")).to_contain_text("Nothing here is finite.")


def test_brackets_follow_the_order_of_the_grid(tab: Tab, arrays: Arrays) -> None:
    maps = arrays.of("first", "relu1", STEP, "bright")
    order = np.argsort(-maps.max((0, 1)), kind="stable").tolist()
    tab.open(**{**FIRST, "layer": "relu1", "sort": "max"})
    picker = tab.frame.locator("[data-name=picker]")
    field = tab.field("Channel, 0 to 11")
    wait_until(field).to_have_value(str(order[0]))
    wait_until(picker).to_contain_text("1 of 12 in the grid")
    wait_until(picker).to_contain_text("No channel is chosen; this is the strongest.")
    for number, channel in enumerate(order[1:], 2):
        tab.press("]")
        wait_until(field).to_have_value(str(channel))
        wait_until(picker).to_contain_text(f"number {number} of 12")
    tab.press("]", "[")
    wait_until(field).to_have_value(str(order[-2]))
    assert tab.state()["channel"] == str(order[-2])
    picker.get_by_role("button", name="Channel before").click()
    wait_until(field).to_have_value(str(order[-3]))
    map_ = maps[..., order[-3]]
    wait_until(tab.frame.locator("[data-fact=maximum]")).to_have_text(shown(map_.max()))
    for typed, expected in (
        ("3", "3"),
        ("12", "3"),
        ("-1", "3"),
        ("x", "3"),
        ("0", "0"),
    ):
        field.fill(typed)
        field.press("Enter")
        wait_until(field).to_have_value(expected)
    assert facts(tab) == expected_facts(maps[..., 0])


def test_a_channel_is_pinned_and_comes_first(tab: Tab) -> None:
    open_channel(tab, "relu1", 7)
    pin = tab.frame.get_by_role("button", name="pin")
    wait_until(pin).to_have_attribute("aria-pressed", "false")
    tab.press("m")
    wait_until(pin).to_have_attribute("aria-pressed", "true")
    wait_until(pin).to_contain_text("pinned")
    wait_until(tab.frame.locator("[data-name=picker]")).to_contain_text(
        "number 1 of 12"
    )
    assert tab.state()["pins"] == "conv1:7"
    wait_until(pin).to_have_text("★ pinned")
    pin.click()
    wait_until(pin).to_have_attribute("aria-pressed", "false")
    wait_until(pin).to_have_text("☆ pin")
    wait_until(tab.frame.locator("[data-name=picker]")).to_contain_text(
        "number 8 of 12"
    )
    assert "pins" not in tab.state()


def test_a_channel_that_the_layer_lacks_is_told(tab: Tab, arrays: Arrays) -> None:
    tab.open(**FIRST, layer="relu1", channel=99)
    strongest = int(arrays.of("first", "relu1", STEP, "bright").max((0, 1)).argmax())
    wait_until(tab.frame.locator("[data-name=picker] .failed")).to_have_text(
        "This layer has no channel 99; the strongest is shown."
    )
    wait_until(tab.field("Channel, 0 to 11")).to_have_value(str(strongest))


def test_what_relu_removed_is_told_by_what_is_farthest_from_zero(
    tab: Tab, arrays: Arrays
) -> None:
    before = arrays.of("first", "conv1", STEP, "bright")
    after = arrays.of("first", "relu1", STEP, "bright")
    removed = before - after
    most = np.abs(removed).max((0, 1))
    order = np.argsort(-most, kind="stable")
    best = int(order[0])
    open_channel(tab, "relu1", removed="true")
    wait_until(tab.field("Channel, 0 to 11")).to_have_value(str(best))
    place = np.abs(removed[..., best]).argmax()
    row, column = map(int, np.unravel_index(place, removed.shape[:2]))
    where = f"row {row}, column {column}"
    value = shown(removed[row, column, best])
    assert value.startswith("−")
    assert f"○ most removed {value} at {where}" in (
        tab.frame.locator(".panels").inner_text()
    )
    found = facts(tab)
    assert found["most removed at"] == where
    most_left = shown(removed[..., best].max())
    assert (found["minimum"], found["maximum"]) == (value, most_left)
    assert "maximum at" not in found
    share = ((before != 0) & (after == 0))[..., best].mean()
    wait_until(tab.frame.get_by_text("What ReLU removed")).to_have_text(
        "What ReLU removed: the values before it minus those after it. "
        f"{percent(share)} of the values of the channel were not zero and became "
        "zero. The curve is not of what was removed, but of the layer as it was logged."
    )
    listed = tab.beside("Most removed, by the value")
    assert listed.locator("tr").all_text_contents() == [
        f"channel {channel}{shown(removed[..., channel].min())}"
        for channel in order[:6]
    ]
    tab.press("o")
    for name, index in (("Row", row), ("Column", column)):
        wait_until(tab.field(f"{name}, 0 to 15")).to_have_value(str(index))
    assert tab.state()["removed"] == "true"


def test_all_three_values_of_a_pair_are_told_beside_what_was_removed(
    tab: Tab, arrays: Arrays
) -> None:
    before = arrays.of("first", "conv1", STEP, "bright")
    after = arrays.of("first", "relu1", STEP, "bright")
    open_channel(tab, "relu1", 7, removed="true")
    down, across = cells_of(tab, before.shape)
    row, column = map(int, np.unravel_index(before[..., 7].argmin(), before.shape[:2]))
    tab.enlarged.hover(
        position={
            "x": EDGE + (column + 0.5) * across,
            "y": EDGE + (row + 0.5) * down,
        }
    )
    under = tab.beside("Under the cursor").locator("td")
    low, high = before[row, column, 7], after[row, column, 7]
    wait_until(under).to_have_text(
        [
            *("channel", "7", "row, column", f"{row}, {column}"),
            *("before", shown(low), "after", shown(high)),
            *("removed", shown(low - high)),
        ]
    )
