"""A feature map on the input: where it lies, and how far it covers it."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays, shades
from browser.channel import EDGE, STEP, open_channel
from browser.tab import Tab, wait_until
from browser.words import shown
from plugin.serving import Host

from tb_actviz.imaging.colormap import COLORMAPS
from tb_actviz.receptive_field import ReceptiveField

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def rounded(number: float) -> int:
    """Half up, as browsers round."""
    return int(np.floor(number + 0.5))


def laid(
    field: ReceptiveField, shape: tuple[int, ...], zoom: float
) -> tuple[slice, slice]:
    """Where a map lies on an input that is enlarged, rows and columns."""
    found = []
    for axis in (0, 1):
        begin = field.start[axis] + (field.size[axis] - field.stride[axis]) / 2
        end = begin + shape[axis] * field.stride[axis]
        found.append(slice(rounded(begin * zoom), rounded(end * zoom)))
    return found[0], found[1]


def covered(
    picture: np.ndarray,
    colours: np.ndarray,
    covers: np.ndarray,
    field: ReceptiveField,
    zoom: int,
) -> tuple[np.ndarray, np.ndarray]:
    """An enlarged input with a map on it, and how far the map covers it.

    Args:
        picture: The input, uint8 (H, W, 3).
        colours: Those of the map, (h, w, 3).
        covers: How far each value of the map covers the input, 0 to 255, (h, w).
        field: What positions of the map see.
        zoom: Pixels for one of the input.
    """
    large = picture.repeat(zoom, 0).repeat(zoom, 1)
    cover = np.zeros(large.shape[:2], int)
    rows, columns = laid(field, colours.shape, zoom)
    for y in range(max(rows.start, 0), min(rows.stop, large.shape[0])):
        row = (y - rows.start) * colours.shape[0] // (rows.stop - rows.start)
        for x in range(max(columns.start, 0), min(columns.stop, large.shape[1])):
            column = (x - columns.start) * colours.shape[1]
            at = row, column // (columns.stop - columns.start)
            large[y, x], cover[y, x] = colours[at], covers[at]
    return large, cover


def assert_overlaid(
    tab: Tab,
    stored: Arrays,
    run: str,
    layer: str,
    step: int,
    name: str,
    channel: int,
    table: np.ndarray | None = None,
) -> None:
    """Compare the overlay with NumPy's at no opacity, all, and something between.

    The larger a value, the more it covers, in the 255 steps of the colours; of a scale
    of both signs the magnitude counts.
    """
    one = stored.stored(run, layer, step)
    field = one.record.layer.receptive_field
    assert field is not None
    map_ = one.activations[name][..., channel].astype(np.float64)
    picture = stored.of(run, ":input", 0, name).astype(np.uint8)
    zoom = tab.pixels(tab.overlay).shape[1] // picture.shape[1]
    assert zoom >= 1
    ends = tab.legend()
    entries = shades(map_, *ends).astype(int)
    covers = np.abs(2 * entries - 255) if ends[0] < 0 else entries
    colours = (tab.colours() if table is None else table)[entries]
    over, cover = covered(picture, colours, covers, field, zoom)
    under = picture.repeat(zoom, 0).repeat(zoom, 1).astype(float)
    slider = tab.frame.get_by_role("slider", name="Opacity")
    for opacity, words in ((0, "0%"), (1, "100%"), (0.4, "40%")):
        slider.fill(str(opacity))
        wait_until(slider).to_have_attribute("aria-valuetext", words)
        tab.settle()
        share = (opacity * cover / 255)[..., None]
        expected = np.floor(under + (over - under) * share + 0.5)
        np.testing.assert_array_equal(tab.pixels(tab.overlay)[..., :3], expected)
    assert tab.state()["overlay"] == "0.4"


@pytest.mark.parametrize(("layer", "channel"), [("relu1", 7), ("block/relu2", 3)])
def test_the_overlay_lies_where_the_receptive_field_says(
    tab: Tab, arrays: Arrays, layer: str, channel: int
) -> None:
    open_channel(tab, layer, channel, colours="heat")
    assert_overlaid(tab, arrays, "first", layer, STEP, "bright", channel)
    (down, _) = arrays.stored("first", layer, STEP).record.layer.receptive_field.stride
    panels = tab.frame.locator(".panels")
    wait_until(panels).to_contain_text(
        f"Aligned by the receptive field: a value every {down} px."
    )
    wait_until(panels).to_contain_text(
        f"Transparent at 0, 40% opaque at {shown(tab.legend()[1])}."
    )


def test_by_itself_the_overlay_is_smooth_and_in_heat(tab: Tab, arrays: Arrays) -> None:
    open_channel(tab, "relu1", 7, overlay_smooth="true", overlay=1)
    box = tab.box("Smooth on the input")
    wait_until(box).to_be_checked()
    grey = tab.colours()
    assert (grey[:, 0] == grey[:, 2]).all()
    smooth = tab.pixels(tab.overlay)
    box.uncheck()
    assert_overlaid(
        *(tab, arrays, "first", "relu1", STEP, "bright", 7), table=COLORMAPS["heat"]
    )
    tab.frame.get_by_role("slider", name="Opacity").fill("1")
    tab.settle()
    hard = tab.pixels(tab.overlay)
    assert (smooth != hard).any()
    assert tab.state()["overlay_smooth"] == "false"


def test_of_both_signs_zero_covers_nothing(tab: Tab, arrays: Arrays) -> None:
    layer = "block/conv2"
    open_channel(tab, layer, 3)
    low, high = tab.legend()
    assert low == -high
    assert_overlaid(tab, arrays, "first", layer, STEP, "bright", 3)
    wait_until(tab.frame.locator(".panels")).to_contain_text(
        f"Transparent at 0, 40% opaque at ±{shown(high)}."
    )


def test_a_place_on_the_overlay_is_that_of_the_map_above_it(
    tab: Tab, arrays: Arrays
) -> None:
    layer, channel = "block/relu2", 3
    open_channel(tab, layer, channel)
    one = arrays.stored("first", layer, STEP)
    map_ = one.activations["bright"][..., channel]
    field = one.record.layer.receptive_field
    assert field is not None
    box = tab.overlay.bounding_box()
    assert box is not None
    # How it is seen, which need not be how many pixels it has.
    zoom = box["width"] / 18
    rows, columns = laid(field, map_.shape, zoom)
    points = [
        (int((x + 0.5) * zoom), int((y + 0.5) * zoom)) for x, y in np.ndindex(18, 18)
    ]
    expected = []
    for x, y in points:
        row = (y - rows.start) * 7 // (rows.stop - rows.start)
        column = (x - columns.start) * 7 // (columns.stop - columns.start)
        inside = 0 <= row < 7 and 0 <= column < 7
        expected.append((row, column, shown(map_[row, column])) if inside else None)
    found = tab.values(points, tab.overlay)
    assert [one and (one.row, one.column, one.text) for one in found] == expected
    assert None in expected


def test_an_eye_lights_up_in_the_real_network(
    open_tab: Callable[..., Tab], imagenet: Host
) -> None:
    tab = open_tab(imagenet, viewport={"width": 1920, "height": 1080})
    stored = Arrays(imagenet.log_dir)
    look = {"view": "channel", "colours": "heat", "overlay_smooth": "false"}
    tab.open(layer=logs.FIRE, input="face", **look)
    tab.wait_for_title(logs.FIRE, "input face")
    wait_until(tab.enlarged).to_have_attribute(
        "aria-label", "Feature map of channel 13"
    )
    tab.settle()
    assert_overlaid(tab, stored, "imagenet", logs.FIRE, 0, "face", 13)
    place = tab.frame.locator("table.facts button.link").inner_text()
    row, column = map(int, re.findall(r"\d+", place))
    field = stored.stored("imagenet", logs.FIRE, 0).record.layer.receptive_field
    assert field is not None
    centre = [
        field.start[axis] + index * field.stride[axis] + field.size[axis] / 2
        for axis, index in enumerate((row, column))
    ]
    far = [np.abs(np.subtract(centre, eye)).max() for eye in logs.EYES]
    assert min(far) <= field.stride[0]


@pytest.mark.parametrize("place", ["", "0.5,0.5"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1440, 900), (1920, 1080)])
def test_map_and_overlay_have_one_size_whatever_is_inspected(
    open_tab: Callable[..., Tab], host: Host, width: int, height: int, place: str
) -> None:
    tab = open_tab(host, viewport={"width": width, "height": height})
    open_channel(tab, "relu1", 7, **({"place": place} if place else {}))
    map_, overlay = tab.enlarged.bounding_box(), tab.overlay.bounding_box()
    panels = tab.frame.locator(".panels").bounding_box()
    assert map_ is not None
    assert overlay is not None
    assert panels is not None
    # Without the room for frames at the edge of the map.
    side = map_["width"] - 2 * EDGE
    assert (overlay["width"], overlay["height"]) == pytest.approx((side, side))
    # As large as two fit beside the charts and over the numbers, in whole pixels.
    charts = min(max(panels["width"] / 4, 220), 360)
    room = min((panels["width"] - round(charts) - 2 * 16) / 2, panels["height"] - 196)
    assert side == (room - 2 * EDGE) // 16 * 16


@pytest.mark.parametrize("width", [1024, 1100, 1280, 1366, 1440, 1920])
def test_what_is_beside_the_heading_does_not_cover_it(
    open_tab: Callable[..., Tab], drawn: Host, width: int
) -> None:
    tab = open_tab(drawn, viewport={"width": width, "height": 800})
    tab.open(run="drawn", layer=logs.EYE_LAYER, view="channel", channel=13)
    wait_until(tab.overlay).to_be_visible()
    heading = tab.frame.get_by_role("heading", name="On the input")
    words = heading.evaluate(
        """(heading) => {
          const range = document.createRange();
          range.selectNodeContents(heading);
          const { left, right, top, bottom } = range.getBoundingClientRect();
          return { left, right, top, bottom };
        }"""
    )
    for control in tab.frame.locator(".panels .corner label").all():
        box = control.bounding_box()
        assert box is not None
        beside = box["x"] >= words["right"] or box["x"] + box["width"] <= words["left"]
        below = box["y"] >= words["bottom"] or box["y"] + box["height"] <= words["top"]
        assert beside or below, (box, words)
