"""A and B: what is drawn of them, how far they are apart, and what moves together."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browser.arrays import Arrays
from browser.tab import GAP, LABEL, ZOOM, Tab, shown, wait_until
from numpy.typing import NDArray
from PIL import Image
from plugin.serving import Host

if TYPE_CHECKING:
    # Where it is missing these tests are skipped.
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LAYER, STEP = "block/conv2", 4
FIRST: dict[str, Any] = {
    "run": "first",
    "layer": LAYER,
    "step": STEP,
    "input": "bright",
}
OTHER: dict[str, Any] = {"b_run": "second", "b_step": 1, "b_input": "dull"}
Floats = NDArray[np.float64]
Both = tuple[Floats, Floats]


@pytest.fixture
def both(arrays: Arrays) -> Both:
    """The feature maps of `FIRST` and `OTHER`, (7, 7, 8)."""
    first = arrays.of("first", LAYER, STEP, "bright").astype(np.float64)
    return first, arrays.of("second", LAYER, 1, "dull").astype(np.float64)


def compare(tab: Tab, **state: str | float) -> Tab:
    """Open a comparison and wait until it is drawn."""
    tab.open(view="compare", **state)
    wait_until(tab.frame.locator(".compare .pane canvas").first).to_be_visible()
    tab.page.wait_for_timeout(200)
    return tab


def heading(tab: Tab, side: str) -> Locator:
    return tab.frame.locator(f"h3[data-name={side}]")


def differing(tab: Tab, side: str) -> list[str]:
    """What a side has otherwise than the other one."""
    return heading(tab, side).locator(".differs").all_text_contents()


def pane(tab: Tab, name: str) -> Locator:
    """The canvas of a side, or of the difference."""
    return tab.frame.get_by_role("img", name=f"Feature maps of {name}: ")


def distances(tab: Tab) -> Locator:
    return tab.frame.locator("[data-name=distances]")


def pointed_at(tab: Tab, name: str, *points: tuple[int, int]) -> list[str]:
    """What is said of both sides while the mouse is at places of one."""
    return tab.tips([*points], pane(tab, name), "[data-name=pair]")


def apart(a: Floats, b: Floats) -> str:
    """How far two are apart, as the tab says it."""
    finite = np.isfinite(a) & np.isfinite(b)
    one, other = a[finite].astype(np.float64), b[finite].astype(np.float64)
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    left = np.count_nonzero(~finite)
    return " · ".join(
        [
            f"L1 {shown(np.abs(one - other).sum())}",
            f"L2 {shown(np.linalg.norm(one - other))}",
            f"cosine {shown(one @ other / lengths)}"
            if lengths
            else "no cosine: one of them is zero",
            f"{left} positions not finite, left out"
            if left
            else "all positions finite",
        ]
    )


def shades(maps: Floats, low: float, high: float) -> NDArray[np.int64]:
    """Numbers of the colours on a scale."""
    return np.rint(255 * (maps - low) / (high - low)).astype(int)


def gray(maps: Floats, both: Both) -> NDArray[np.int64]:
    """Colours on the one scale of both sides, (H, W, 3, C)."""
    low, high = min(map(np.min, both)), max(map(np.max, both))
    return np.repeat(shades(maps, low, high)[:, :, None], 3, 2)


@pytest.mark.parametrize(
    ("chosen", "words", "a", "b"),
    [
        ({**FIRST}, "the first step of the same run", "step 4", "step 0"),
        (
            {**FIRST, "step": 0},
            "the latest step of the same run",
            "step 0",
            "step 5",
        ),
        (
            {"run": "odd8", "layer": "odd"},
            "the next run that has the layer",
            "run odd8",
            "run odd",
        ),
    ],
)
def test_a_side_left_open_is_something_to_compare_with(
    tab: Tab, chosen: dict[str, Any], words: str, a: str, b: str
) -> None:
    compare(tab, **chosen)
    proposal = tab.frame.locator("[data-name=proposal]")
    wait_until(proposal).to_have_text(f"B was left open: {words}.")
    assert (differing(tab, "A"), differing(tab, "B")) == ([a], [b])
    assert not [key for key in tab.state() if key.startswith("b_")]


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
        tab.page.wait_for_timeout(100)
        found = tab.maps([1, 6], (7, 7), pane(tab, name))
        np.testing.assert_array_equal(found, gray(maps[..., [1, 6]], both))
    assert tab.state()["compare"] == "blink"
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
        tab.page.wait_for_timeout(100)
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


def test_a_difference_has_its_sign(tab: Tab, both: Both) -> None:
    shown_so = {"zoom": ZOOM, "compare": "difference", "search": "1,6"}
    compare(tab, **FIRST, **OTHER, **shown_so)
    found = tab.maps([1, 6], (7, 7), pane(tab, "A − B"))
    wanted = np.float32(both[0] - both[1]).astype(np.float64)
    most = np.abs(wanted).max()
    np.testing.assert_allclose(tab.legend(), (-most, most), rtol=1e-12)
    table = tab.colours()
    expected = np.moveaxis(table[shades(wanted[..., [1, 6]], -most, most)], -1, 2)
    np.testing.assert_array_equal(found, expected)
    # Blue below zero, orange above, black between.
    assert table[0, 2] > table[0, 0]
    assert table[-1, 2] < table[-1, 0]
    assert table[[127, 128]].max() < 30


@pytest.mark.parametrize(
    ("b", "run", "step", "name"),
    [
        ({"b_step": 0}, "first", 0, "bright"),
        ({"b_input": "dull"}, "first", STEP, "dull"),
        ({"b_run": "second", "b_step": 1}, "second", 1, "bright"),
    ],
)
def test_distances_are_those_of_numpy(
    tab: Tab, arrays: Arrays, b: dict[str, Any], run: str, step: int, name: str
) -> None:
    compare(tab, **FIRST, **b)
    one, other = (
        arrays.of(*key)
        for key in (("first", LAYER, STEP, "bright"), (run, LAYER, step, name))
    )
    text = f"A − B, all channels: {apart(one, other)}"
    wait_until(distances(tab)).to_have_text(text)
    tab.field("A: channel").fill("6")
    tab.field("A: channel").press("Enter")
    ways = tab.frame.get_by_role("group", name="Channels to compare")
    ways.get_by_role("button", name="channel 6").click()
    text = f"A − B, the channel: {apart(one[..., 6], other[..., 6])}"
    wait_until(distances(tab)).to_have_text(text)
    tab.field("B: channel").fill("1")
    tab.field("B: channel").press("Enter")
    text = f"A − B, the channel: {apart(one[..., 6], other[..., 1])}"
    wait_until(distances(tab)).to_have_text(text)


def test_distances_say_what_they_leave_out(tab: Tab, arrays: Arrays) -> None:
    compare(tab, run="odd", layer="odd", b_run="odd8")
    one, other = (arrays.of(run, "odd", 0, "input") for run in ("odd", "odd8"))
    text = f"A − B, all channels: {apart(one, other)}"
    assert "positions not finite" in text
    wait_until(distances(tab)).to_have_text(text)
    compare(tab, run="odd", layer="odd", channel=6, one_channel="true", b_channel=0)
    text = f"A − B, the channel: {apart(one[..., 6], one[..., 0])}"
    assert "no cosine" in text
    wait_until(distances(tab)).to_have_text(text)


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
            f" · A − B {shown(a[row, column, channel] - b[row, column, channel])}"
            f" — the channel: {apart(a[..., channel], b[..., channel])}"
            for _, channel, row, column in places
        ]
        pane(tab, name).hover(position={"x": points[1][0], "y": points[1][1]})
        tab.page.wait_for_timeout(100)
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
        tab.page.wait_for_timeout(200)
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
    tab.page.wait_for_timeout(200)
    assert tab.state()["zoom"] == "8"
    sizes = [tab.pixels(pane(tab, name)).shape for name in "AB"]
    assert sizes[0] == sizes[1]
    heights = scrolls.evaluate_all("all => all.map((one) => one.scrollHeight)")
    assert heights[0] == heights[1]


def test_two_of_different_shapes_are_shown_but_not_subtracted(
    tab: Tab, arrays: Arrays
) -> None:
    state = {"run": "first", "layer": "relu1", "step": 4, "b_step": 4, "zoom": ZOOM}
    compare(tab, **state, b_layer="block/relu2", colours="gray", search="7")
    reason = tab.frame.locator(".compare .lead").first
    wait_until(reason).to_have_text(
        "There is no A − B. A is 16 × 16 × 12 and B is 7 × 7 × 8 (height × width × "
        "channels): only values of one shape can be taken from each other."
    )
    a = arrays.of("first", "relu1", 4, "bright").astype(np.float64)
    b = arrays.of("first", "block/relu2", 4, "bright").astype(np.float64)
    # Channels of other layers are others: a search for those of A is none in B.
    found = tab.maps([0, 1], (7, 7), pane(tab, "B"))
    np.testing.assert_array_equal(found, gray(b[..., :2], (a, b)))
    for way, words in ("Wipe", "A wipe"), ("A − B", "A difference"):
        tab.button(way).click()
        failed = tab.frame.locator(".compare .failed")
        wait_until(failed).to_have_text(
            f"{words} needs two of one shape: look at them side by side, or blink."
        )
        wait_until(tab.frame.locator(".pane canvas")).to_have_count(0)
    tab.press("Space")
    wait_until(pane(tab, "B")).to_be_visible()


def test_a_layer_that_a_run_has_not_is_said(tab: Tab) -> None:
    tab.open(view="compare", **FIRST, b_run="odd")
    wait_until(tab.frame.locator(".compare .failed")).to_contain_text(
        f"Run “odd” has no layer “{LAYER}”."
    )
    tab.chosen("B: layer").select_option(label="odd")
    wait_until(pane(tab, "B")).to_be_visible()
    assert differing(tab, "B")[-1] == "odd"


def test_x_swaps_the_sides(tab: Tab, both: Both) -> None:
    compare(tab, **FIRST, **OTHER, zoom=ZOOM, search="1,6")
    a, b = differing(tab, "A"), differing(tab, "B")
    before = distances(tab).inner_text()
    tab.press("x")
    wait_until(heading(tab, "A")).to_contain_text("second")
    assert (differing(tab, "A"), differing(tab, "B")) == (b, a)
    wait_until(distances(tab)).to_have_text(before)
    (text,) = pointed_at(tab, "A", (5, LABEL + 5))
    one, other = both[1][0, 0, 1], both[0][0, 0, 1]
    assert f"A {shown(one)} · B {shown(other)} · A − B {shown(one - other)} " in text
    tab.button("A ⇄ B").click()
    wait_until(heading(tab, "A")).to_contain_text("first")
    assert (differing(tab, "A"), differing(tab, "B")) == (a, b)


def test_b_keeps_what_is_looked_at(tab: Tab, arrays: Arrays) -> None:
    tab.open(**{**FIRST, "step": 2})
    tab.wait_for_title("step 2")
    tab.press("b", "ArrowRight", "ArrowRight")
    tab.wait_for_title("step 4")
    tab.press("i", "3")
    wait_until(heading(tab, "A")).to_contain_text("input dull")
    assert differing(tab, "A") == ["step 4", "input dull"]
    assert differing(tab, "B") == ["step 2", "input bright"]
    a = arrays.of("first", LAYER, 4, "dull")
    b = arrays.of("first", LAYER, 2, "bright")
    wait_until(distances(tab)).to_have_text(f"A − B, all channels: {apart(a, b)}")
    tab.button("A → B").click()
    wait_until(distances(tab)).to_contain_text("A and B are the same record")


@pytest.mark.parametrize(
    ("run", "step", "found"),
    [
        ("even", 30, {"step": 15, "epoch": 5, "wall": 10}),
        ("uneven", 10, {"epoch": 40, "wall": 20, "step": 10}),
    ],
)
def test_another_run_is_at_the_same_moment(
    open_tab: Callable[..., Tab],
    others: Host,
    run: str,
    step: int,
    found: dict[str, int],
) -> None:
    other = {"even": "uneven", "uneven": "even"}[run]
    tab = open_tab(others)
    compare(tab, run=run, step=step, b_run=other, align=[*found][-1], zoom=ZOOM)
    for align, at in found.items():
        tab.frame.get_by_label("align by").select_option(align)
        wait_until(heading(tab, "B")).to_contain_text(f"step {at}")
        tab.page.wait_for_timeout(200)
        (text,) = pointed_at(tab, "B", (5, LABEL + 5))
        values = {
            name: Arrays(others.log_dir).of(name, "conv", number, "input")[0, 0, 0]
            for name, number in ((run, step), (other, at))
        }
        assert f"A {shown(values[run])} · B {shown(values[other])} · " in text
        assert tab.state().get("align", "step") == align
    tab.press("Home")
    wait_until(heading(tab, "B")).to_contain_text("step 0")


def test_channels_13_and_46_go_dark_where_the_eye_closes(
    open_tab: Callable[..., Tab], imagenet: Host
) -> None:
    layer = "fire6-relu_squeeze1x1"
    tab = open_tab(imagenet)
    state = {"run": "imagenet", "layer": layer, "sort": "difference", "zoom": 4}
    compare(tab, **state, pins="46")
    wait_until(tab.frame.locator("[data-name=proposal]")).to_have_text(
        "B was left open: the next input."
    )
    names = ("face", "face-eye-closed")
    assert differing(tab, "A") + differing(tab, "B") == [
        f"input {one}" for one in names
    ]
    arrays = Arrays(imagenet.log_dir)
    a, b = (arrays.of("imagenet", layer, 0, one).astype(np.float64) for one in names)
    wait_until(distances(tab)).to_have_text(f"A − B, all channels: {apart(a, b)}")
    ranked = np.argsort(-np.linalg.norm((a - b).reshape(-1, 48), axis=0))
    assert ranked[0] == 13
    # The pin comes first, then what differs most.
    in_order = [46, *(channel for channel in ranked if channel != 46)]
    pitch = 4 * a.shape[1] + GAP
    columns = (tab.pixels(pane(tab, "A")).shape[1] + GAP) // pitch
    tops = [(place * pitch + 2, LABEL + 2) for place in range(columns)]
    found = pointed_at(tab, "A", *tops)
    assert [text.split(",")[0] for text in found] == [
        f"channel {channel}" for channel in in_order[:columns]
    ]
    for place, channel in enumerate((46, 13)):
        one, other = a[..., channel], b[..., channel]
        for half, share in (slice(0, 7), (0.2, 0.6)), (slice(7, 14), (0.999, 1.001)):
            row, column = np.unravel_index(one[:, half].argmax(), one[:, half].shape)
            column += half.start
            at = (place * pitch + 4 * int(column) + 2, LABEL + 4 * int(row) + 2)
            first, second = one[row, column], other[row, column]
            assert share[0] < second / first < share[1]
            (text,) = pointed_at(tab, "B", at)
            assert text == (
                f"channel {channel}, row {row}, column {column}: A {shown(first)} · "
                f"B {shown(second)} · A − B {shown(first - second)} — the channel: "
                f"{apart(one, other)}"
            )
