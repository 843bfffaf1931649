"""Pointing at the input's picture, and boxes on it that sort the channels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays
from browser.compare import OTHER, pane
from browser.drawn import GAP, LABEL, ZOOM
from browser.tab import Tab, wait_until
from browser.words import shown
from plugin.serving import Host

from keras_models import SqueezeNet
from keras_models.faces import draw_face, unseen_seeds
from tb_actviz.comparison import compare_inputs
from tb_actviz.receptive_field import ReceptiveField

if TYPE_CHECKING:
    # Where it is missing what looks at pages is skipped.
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.slow, pytest.mark.browser]

STEP, SIDE = 4, 18
FIRST = {"run": "first", "step": STEP, "input": "bright"}
#: Left, top, right and bottom as shares of the picture.
Box = tuple[float, float, float, float]
BOX: Box = (0.25, 0.125, 0.75, 0.5)


def picture(tab: Tab) -> Locator:
    return tab.frame.locator("canvas.picture")


def said(tab: Tab) -> Locator:
    """The line below the picture."""
    return tab.frame.locator("[data-name=box]")


def on_page(tab: Tab, x: float, y: float) -> tuple[float, float]:
    """Where a share of the picture's width and height is in the window."""
    area = picture(tab).bounding_box()
    assert area is not None
    return area["x"] + x * area["width"], area["y"] + y * area["height"]


def drag(tab: Tab, box: Box) -> None:
    """Drag a box from its lower right to its upper left."""
    left, top, right, bottom = box
    tab.page.mouse.move(*on_page(tab, right, bottom))
    tab.page.mouse.down()
    tab.page.mouse.move(*on_page(tab, left, top), steps=4)
    tab.page.mouse.up()
    tab.settle()


def box_in(state: dict[str, str]) -> Box:
    left, top, right, bottom = map(float, state["box"].split(","))
    return left, top, right, bottom


@dataclass(frozen=True)
class Seen:
    """Where the positions of a layer look.

    Args:
        centres: Of each row and column, as a share of the picture.
    """

    centres: tuple[np.ndarray, np.ndarray]

    def nearest(self, x: float, y: float) -> tuple[int, int]:
        """The row and column whose centre is nearest to a place."""
        rows, columns = self.centres
        return int(np.abs(rows - y).argmin()), int(np.abs(columns - x).argmin())

    def inside(self, box: Box) -> np.ndarray:
        """Which positions a box holds, bool (H, W)."""
        left, top, right, bottom = box
        rows, columns = self.centres
        return np.outer(
            (rows >= top) & (rows < bottom), (columns >= left) & (columns < right)
        )


def seen_by(
    field: ReceptiveField | None, shape: Sequence[int], size: tuple[int, int]
) -> Seen:
    """Where the positions of maps (H, W, C) look on a picture of a size."""
    found = []
    for axis in (0, 1):
        index = np.arange(shape[axis])
        if field is None:
            found.append((index + 0.5) / shape[axis])
            continue
        start = field.start[axis] + field.size[axis] / 2
        found.append((start + index * field.stride[axis]) / size[axis])
    return Seen((found[0], found[1]))


def seen_in(stored: Arrays, run: str, layer: str, step: int, name: str) -> Seen:
    """Where the positions of a logged layer look."""
    record = stored.stored(run, layer, step).record
    height, width = stored.of(run, ":input", 0, name).shape[:2]
    field = record.layer.receptive_field
    shape = stored.of(run, layer, step, name).shape
    return seen_by(field, shape, (height, width))


def responses(maps: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The mean of each channel inside less that outside, of what is finite, (C,)."""
    values = np.where(np.isfinite(maps), maps, np.nan).astype(np.float64)
    with np.errstate(invalid="ignore"):
        means = [
            np.nansum(part, 0) / np.isfinite(part).sum(0)
            for part in (values[inside], values[~inside])
        ]
    return means[0] - means[1]


def largest_first(scores: np.ndarray) -> list[int]:
    """The channels by their scores, NaN last."""
    return np.argsort(-scores, kind="stable").tolist()


def strongest(tab: Tab) -> list[tuple[int, str]]:
    """The channels that are named beside the view, with their scores."""
    section = tab.frame.locator(".aside section", has_text="Strongest in the box")
    found = section.locator("td").all_text_contents()
    channels = [int(text.removeprefix("channel ")) for text in found[::2]]
    return list(zip(channels, found[1::2], strict=True))


@pytest.mark.parametrize("layer", ["relu1", "block/conv2", "block/relu2"])
def test_the_picture_tells_what_the_nearest_position_has(
    tab: Tab, arrays: Arrays, layer: str
) -> None:
    tab.open(**FIRST, layer=layer)
    maps = arrays.of("first", layer, STEP, "bright")
    seen = seen_in(arrays, "first", layer, STEP, "bright")
    under = tab.frame.locator("section", has_text="Under the cursor")
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
    frame, area = tab.frame.locator(".region").bounding_box(), picture(tab)
    whole = area.bounding_box()
    assert frame is not None and whole is not None
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


@pytest.mark.parametrize("layer", ["relu1", "block/conv2"])
def test_a_box_sorts_the_channels_by_their_response_in_it(
    tab: Tab, arrays: Arrays, layer: str
) -> None:
    tab.open(**FIRST, layer=layer, zoom=4)
    assert "box" not in tab.state()
    drag(tab, BOX)
    state = tab.state()
    assert state["sort"] == "box"
    np.testing.assert_allclose(box_in(state), BOX, atol=0.01)
    seen = seen_in(arrays, "first", layer, STEP, "bright")
    inside = seen.inside(box_in(state))
    maps = {name: arrays.of("first", layer, STEP, name) for name in ("bright", "dull")}
    scores = responses(maps["bright"], inside)
    wait_until(said(tab)).to_have_text(
        f"{inside.sum()} of the {inside.size} values of each map are in the box."
    )
    assert list(tab.cells()) == largest_first(scores)
    assert strongest(tab) == [
        (channel, shown(scores[channel]))
        for channel in largest_first(scores)[:6]
        if scores[channel] > 0
    ]
    # All of it is in the address.
    tab.go("".join(f"&p.activations.{key}={value}" for key, value in state.items()))
    wait_until(said(tab)).to_contain_text("values of each map")
    tab.rest()
    assert list(tab.cells()) == largest_first(scores)
    tab.button("all 2 inputs").click()
    mean = np.mean([responses(one, inside) for one in maps.values()], 0)
    assert tab.state()["box_all_inputs"] == "true"
    assert list(tab.cells()) == largest_first(mean)
    tab.button("this input").click()
    assert list(tab.cells()) == largest_first(scores)
    tab.press("Escape")
    assert {"sort", "box"} & set(tab.state()) == set()
    wait_until(tab.frame.locator(".drawn-box")).to_have_count(0)


def test_what_is_not_finite_is_left_out_and_the_words_say_what_is_not_known(
    tab: Tab, arrays: Arrays
) -> None:
    tab.open(run="odd", layer="odd", step=0, input="input", zoom=4)
    wait_until(said(tab)).to_contain_text(
        "By share of the picture: where this layer looks is not known."
    )
    # Down to the third row, so that the odd values are inside.
    drag(tab, (0, 0, 0.6, 0.5))
    maps = arrays.of("odd", "odd", 0, "input")
    seen = seen_by(None, maps.shape, (8, 8))
    scores = responses(maps, seen.inside(box_in(tab.state())))
    assert np.isnan(scores).tolist() == [channel == 1 for channel in range(8)]
    assert list(tab.cells()) == largest_first(scores)


def test_a_box_of_all_of_it_leaves_nothing_to_compare_with(tab: Tab) -> None:
    tab.open(**FIRST, layer="block/relu2", zoom=4)
    drag(tab, (0, 0, 0.999, 0.999))
    wait_until(tab.frame.locator(".tools .failed")).to_have_text(
        "The box holds all of each map, so nothing is outside: make it smaller."
    )
    assert list(tab.cells()) == list(range(8))
    tab.button("Remove the box").click()
    wait_until(tab.frame.locator(".tools .failed")).to_have_count(0)


def test_a_box_is_drawn_moved_resized_and_removed_by_keys(tab: Tab) -> None:
    tab.open(**FIRST, layer="block/relu2", sort="l2")
    wait_until(picture(tab)).to_be_visible()
    tab.frame.locator(".pointed-picture").focus()
    tab.press("Enter")
    assert box_in(tab.state()) == (0.375, 0.375, 0.625, 0.625)
    tab.press("ArrowRight", "ArrowUp", "ArrowUp")
    assert box_in(tab.state()) == (0.395, 0.335, 0.645, 0.585)
    tab.press("Shift+ArrowLeft", "Shift+ArrowDown")
    state = tab.state()
    assert box_in(state) == (0.395, 0.335, 0.625, 0.605)
    # The page did not go to another step or layer.
    assert (state["step"], state["layer"]) == (str(STEP), "block/relu2")
    tab.press("Escape")
    state = tab.state()
    assert ("box" in state, state["sort"]) == (False, "l2")


def test_a_drag_is_given_up_with_esc_and_a_click_draws_nothing(tab: Tab) -> None:
    tab.open(**FIRST, layer="block/relu2")
    wait_until(picture(tab)).to_be_visible()
    tab.page.mouse.click(*on_page(tab, 0.5, 0.5))
    assert "box" not in tab.state()
    tab.page.mouse.move(*on_page(tab, 0.2, 0.2))
    tab.page.mouse.down()
    tab.page.mouse.move(*on_page(tab, 0.6, 0.6), steps=3)
    wait_until(tab.frame.locator(".drawn-box")).to_be_visible()
    tab.press("Escape")
    wait_until(tab.frame.locator(".drawn-box")).to_have_count(0)
    tab.page.mouse.move(*on_page(tab, 0.7, 0.7))
    tab.page.mouse.up()
    assert "box" not in tab.state()
    # Afterwards the keys are for the view.
    tab.press("ArrowLeft")
    assert tab.state()["step"] == str(STEP - 1)


def test_a_finger_draws_a_box(open_tab: Callable[..., Tab], host: Host) -> None:
    tab = open_tab(host, has_touch=True)
    tab.open(**FIRST, layer="block/relu2")
    wait_until(picture(tab)).to_be_visible()
    client = tab.page.context.new_cdp_session(tab.page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [
            dict(zip("xy", on_page(tab, *place), strict=True)) for place in places
        ]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (0.25, 0.125))
    for share in (0.3, 0.6, 1):
        touch("touchMove", (0.25 + 0.5 * share, 0.125 + 0.375 * share))
    touch("touchEnd")
    np.testing.assert_allclose(box_in(tab.state()), BOX, atol=0.01)


def test_a_layer_without_places_says_why_and_offers_nothing(
    open_tab: Callable[..., Tab], drawn: Host
) -> None:
    tab = open_tab(drawn).open(layer="pool10")
    wait_until(said(tab)).to_have_text(
        "This layer has one value for the whole picture in each channel."
    )
    assert tab.frame.locator(".pointed-picture").count() == 0
    drag(tab, BOX)
    assert "box" not in tab.state()
    options = tab.chosen("Sort by").locator("option:disabled")
    assert "response in the box" in options.all_text_contents()


def test_one_drag_finds_the_eye_channels_of_the_demonstration(
    open_tab: Callable[..., Tab], drawn: Host
) -> None:
    face = logs.drawn_face()
    (number,) = unseen_seeds(0, 1)
    wink = draw_face(number, left_eye_open=False, right_eye_open=True)
    dark = [
        one
        for one in compare_inputs(
            SqueezeNet(weights="faces"), face.picture, wink.picture, "fire[4-7]-relu_*"
        )
        if one.change < 0
    ]
    assert dark[0].layer == logs.EYE_LAYER
    eyes = [one.channel for one in dark if one.layer == logs.EYE_LAYER][:3]
    tab = open_tab(drawn).open(layer=logs.EYE_LAYER)
    wait_until(picture(tab)).to_be_visible()
    top, left, bottom, right = (edge / len(face.picture) for edge in face.left_eye_box)
    drag(tab, (left, top, right, bottom))
    assert sorted(channel for channel, _ in strongest(tab)[:3]) == sorted(eyes)
    assert strongest(tab)[0][0] == eyes[0]


@pytest.mark.parametrize("eye", logs.EYES)
def test_one_drag_finds_the_eye_channels_of_the_real_network(
    open_tab: Callable[..., Tab], imagenet: Host, eye: tuple[int, int]
) -> None:
    tab = open_tab(imagenet).open(layer=logs.FIRE, input="face")
    wait_until(picture(tab)).to_be_visible()
    (top, left), (bottom, right) = (
        [(pixel + sign * 16) / 227 for pixel in eye] for sign in (-1, 1)
    )
    drag(tab, (left, top, right, bottom))
    found = [channel for channel, _ in strongest(tab)]
    assert found[0] == 13
    assert found.index(46) < 4


def test_what_is_exported_is_in_the_order_of_the_box_and_says_so(
    tab: Tab, arrays: Arrays
) -> None:
    layer = "block/conv2"
    box = ",".join(map(str, BOX))
    tab.open(**FIRST, layer=layer, sort="box", box=box)
    wait_until(said(tab)).to_contain_text("values of each map")
    maps = arrays.of("first", layer, STEP, "bright")
    inside = seen_in(arrays, "first", layer, STEP, "bright").inside(BOX)
    order = largest_first(responses(maps, inside))
    name, content = tab.saved("CSV")
    assert name == f"first-block_conv2-bright-step{STEP}-by_box.csv"
    lines = content.decode().splitlines()[1:]
    assert list(dict.fromkeys(int(line.split(",")[0]) for line in lines)) == order
    tab.button("Export").click()
    tab.frame.locator(".menu button", has_text="Python").click()
    code = tab.frame.locator("dialog pre").inner_text()
    assert f"channels = {order}" in code
    words = (
        "The channels are sorted by response in the box (25% to 75% across, 12.5% to 50% "
        "down, this input), largest first."
    )
    assert words in code.replace("\n# ", " ")
