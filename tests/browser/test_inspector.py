"""All channels at one position, and what that position sees of the input."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays
from browser.channel import EDGE, STEP, open_channel
from browser.tab import Tab, wait_until
from browser.words import shown
from plugin.serving import Host

from tb_actviz.receptive_field import ReceptiveField

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def middle(
    tab: Tab, shape: tuple[int, ...], place: tuple[int, int]
) -> dict[str, float]:
    """Where the middle of a place of the enlarged map is, in its pixels."""
    height, width = tab.pixels(tab.enlarged).shape[:2]
    y, x = (
        EDGE + (index + 0.5) * (side - 2 * EDGE) / count
        for index, side, count in zip(place, (height, width), shape[:2], strict=True)
    )
    return {"x": x, "y": y}


def click(tab: Tab, shape: tuple[int, ...], row: int, column: int) -> None:
    """Click a place of the enlarged map, and take the mouse away."""
    tab.enlarged.click(position=middle(tab, shape, (row, column)))
    wait_until(tab.frame.get_by_role("region", name="Position")).to_be_visible()
    tab.settle()


def bars(tab: Tab) -> list[str]:
    """What the list says of all channels, from top to bottom."""
    listed = tab.frame.get_by_role("group", name="Channels at the position")
    found: dict[str, None] = {}
    height, sight = listed.evaluate("one => [one.scrollHeight, one.clientHeight]")
    for top in range(0, height, max(20, sight - 20)):
        listed.evaluate("(one, top) => { one.scrollTop = top; }", top)
        tab.rest()
        in_sight = listed.locator("button").evaluate_all(
            "all => all.map((one) => [parseFloat(one.style.top), one.ariaLabel])"
        )
        found |= dict.fromkeys(label for _, label in sorted(in_sight))
    return list(found)


def expected_bars(values: np.ndarray) -> list[str]:
    """The same by NumPy: the largest first, NaN last."""
    order = np.argsort(-values.astype(np.float64), kind="stable")
    return [f"Channel {channel}: {shown(values[channel])}" for channel in order]


def seen(field: ReceptiveField, place: tuple[int, int], side: int) -> list[range]:
    """Rows and columns of an input that a position sees."""
    begin = [field.start[axis] + place[axis] * field.stride[axis] for axis in (0, 1)]
    return [
        range(max(first, 0), min(first + size, side))
        for first, size in zip(begin, field.size, strict=True)
    ]


def in_words(field: ReceptiveField, place: tuple[int, int], side: int) -> str:
    rows, columns = seen(field, place, side)
    cut = (len(rows), len(columns)) != tuple(field.size)
    return (
        f"Sees {field.size[0]}×{field.size[1]} pixels of the input: "
        f"rows {rows[0]} to {rows[-1]}, columns {columns[0]} to {columns[-1]}"
        f"{'; the rest is padding.' if cut else '.'}"
    )


@pytest.mark.parametrize(
    ("layer", "place"),
    [("relu1", (3, 11)), ("block/conv2", (0, 0)), ("block/conv2", (4, 2))],
)
def test_a_click_shows_all_channels_there_and_what_they_see(
    tab: Tab, arrays: Arrays, layer: str, place: tuple[int, int]
) -> None:
    open_channel(tab, layer)
    one = arrays.stored("first", layer, STEP)
    maps = one.activations["bright"]
    click(tab, maps.shape, *place)
    assert bars(tab) == expected_bars(maps[place])
    field = one.record.layer.receptive_field
    assert field is not None
    wait_until(tab.frame.locator("[data-name=field]")).to_have_text(
        in_words(field, place, 18)
    )
    y, x = (float(share) for share in tab.state()["place"].split(","))
    assert (int(y * maps.shape[0]), int(x * maps.shape[1])) == place


@pytest.mark.parametrize(
    ("layer", "place"), [("relu1", (3, 11)), ("block/relu2", (4, 2))]
)
def test_the_receptive_field_is_framed_on_the_input(
    tab: Tab, arrays: Arrays, layer: str, place: tuple[int, int]
) -> None:
    one = arrays.stored("first", layer, STEP)
    field = one.record.layer.receptive_field
    assert field is not None
    open_channel(tab, layer, overlay=0, place=center(one.activations["bright"], place))
    picture = arrays.of("first", ":input", 0, "bright").astype(int)
    framed = tab.pixels(tab.overlay)[..., :3].astype(int)
    zoom = framed.shape[1] // 18
    plain = picture.repeat(zoom, 0).repeat(zoom, 1)
    changed = np.argwhere((framed != plain).any(-1))
    rows, columns = seen(field, place, 18)
    # The frame is around the field, and nothing else is drawn.
    assert changed.min(0).tolist() == [rows.start * zoom - 2, columns.start * zoom - 2]
    assert changed.max(0).tolist() == [rows.stop * zoom + 1, columns.stop * zoom + 1]
    inside = np.s_[
        rows.start * zoom : rows.stop * zoom, columns.start * zoom : columns.stop * zoom
    ]
    np.testing.assert_array_equal(framed[inside], plain[inside])
    accent = tab.frame.evaluate(
        "getComputedStyle(document.body).getPropertyValue('--accent').trim()"
    )
    assert re.fullmatch("#[0-9a-f]{6}", accent), accent
    colour = [int(accent[i : i + 2], 16) for i in (1, 3, 5)]
    above, middle = rows.start * zoom - 1, (columns.start + columns.stop) * zoom // 2
    assert framed[above, middle].tolist() == colour


def center(maps: np.ndarray, place: tuple[int, int]) -> str:
    """A position as the address has it."""
    return ",".join(
        str((index + 0.5) / count)
        for index, count in zip(place, maps.shape, strict=False)
    )


def test_the_field_under_the_cursor_is_framed_beside_the_view(
    tab: Tab, arrays: Arrays
) -> None:
    open_channel(tab, "block/relu2")
    one = arrays.stored("first", "block/relu2", STEP)
    field = one.record.layer.receptive_field
    assert field is not None
    place = 3, 4
    tab.enlarged.hover(position=middle(tab, (7, 7), place))
    tab.rest()
    picture = arrays.of("first", ":input", 0, "bright").astype(int)
    found = tab.pixels(tab.frame.locator("canvas.picture"))[..., :3].astype(int)
    rows, columns = seen(field, place, 18)
    # The frame lies on the picture: two lines of one pixel of the screen each.
    np.testing.assert_array_equal(found, picture)
    over, under = (
        tab.frame.locator(name).bounding_box() for name in (".region", "canvas.picture")
    )
    assert over is not None
    assert under is not None
    one = under["width"] / 18
    sides = {
        "x": under["x"] + columns.start * one,
        "y": under["y"] + rows.start * one,
        "width": len(columns) * one,
        "height": len(rows) * one,
    }
    assert over == pytest.approx(sides, abs=0.1)
    shadow = tab.frame.locator(".region").evaluate(
        "(i) => getComputedStyle(i).boxShadow"
    )
    assert re.findall(r"(rgb\(.*?\)) 0px 0px 0px (\dpx)", shadow) == [
        ("rgb(255, 255, 255)", "1px"),
        ("rgb(0, 0, 0)", "2px"),
    ]


def test_escape_clears_the_position_and_then_leaves_the_channel(tab: Tab) -> None:
    open_channel(tab, "relu1")
    click(tab, (16, 16), 3, 11)
    position = tab.frame.get_by_role("region", name="Position")
    assert "place" in tab.state()
    tab.press("Escape")
    wait_until(position).to_be_hidden()
    assert "place" not in tab.state()
    wait_until(tab.enlarged).to_be_visible()
    click(tab, (16, 16), 3, 11)
    tab.button("Clear").click()
    wait_until(position).to_be_hidden()
    wait_until(tab.enlarged).to_be_visible()
    tab.press("Escape")
    wait_until(tab.frame.get_by_role("main", name="View: grid")).to_be_visible()


def test_a_position_is_typed_and_kept_from_step_to_step(
    tab: Tab, arrays: Arrays
) -> None:
    open_channel(tab, "relu1", channel=7)
    tab.press("o")
    map_ = arrays.of("first", "relu1", STEP, "bright")[..., 7]
    row, column = map(int, np.unravel_index(map_.argmax(), map_.shape))
    fields = [tab.field(f"{name}, 0 to 15") for name in ("Row", "Column")]
    for field, expected in zip(fields, (row, column), strict=True):
        wait_until(field).to_have_value(str(expected))
    for field, typed in zip(fields, ("9", "2"), strict=True):
        field.fill("16")
        field.press("Enter")
        wait_until(field).not_to_have_value("16")
        field.fill(typed)
        field.press("Enter")
    assert bars(tab) == expected_bars(arrays.of("first", "relu1", STEP, "bright")[9, 2])
    fields[1].press("Escape")
    tab.press("ArrowLeft")
    tab.wait_for_title(f"step {STEP - 1}")
    maps = arrays.of("first", "relu1", STEP - 1, "bright")
    assert bars(tab) == expected_bars(maps[9, 2])
    best = int(maps[9, 2].argmax())
    tab.frame.get_by_role("button", name=f"Channel {best}:").click()
    wait_until(tab.enlarged).to_have_attribute(
        "aria-label", f"Feature map of channel {best}"
    )


def test_what_is_not_finite_is_told_too(tab: Tab, arrays: Arrays) -> None:
    for place in ((2, 3), (0, 0), (0, 1)):
        maps = arrays.of("odd", "odd", 0, "input")
        state = {"run": "odd", "step": 0, "input": "input", "channel": 0}
        open_channel(tab, "odd", **state, place=center(maps, place))
        assert bars(tab) == expected_bars(maps[place])


def test_the_eye_is_what_the_strongest_position_sees(
    open_tab: Callable[..., Tab], imagenet: Host
) -> None:
    tab = open_tab(imagenet)
    stored = Arrays(imagenet.log_dir).stored("imagenet", logs.FIRE, 0)
    tab.open(layer=logs.FIRE, view="channel", input="face", channel=13)
    tab.wait_for_title(logs.FIRE)
    wait_until(tab.enlarged).to_be_visible()
    tab.press("o")
    maps = stored.activations["face"]
    place = np.unravel_index(maps[..., 13].argmax(), maps.shape[:2])
    row, column = map(int, place)
    assert bars(tab) == expected_bars(maps[row, column])
    field = stored.record.layer.receptive_field
    assert field is not None
    words = tab.frame.locator("[data-name=field]").inner_text()
    assert words == in_words(field, (row, column), 227)
    rows, columns = seen(field, (row, column), 227)
    assert any(y in rows and x in columns for y, x in logs.EYES)
