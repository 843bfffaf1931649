"""What can be taken along: pictures and numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays, shades
from browser.tab import BY_NUMBER, Tab, wait_until
from PIL import Image, ImageSequence
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

STEP = 4
FIRST = {"run": "first", "step": STEP, "input": "bright", **BY_NUMBER}
#: Where the maps of a saved grid begin, how they are apart, and what is below them.
LEFT, TOP, GAP, LABEL, FOOT = 16, 52, 4, 14, 64
WIDTH = 1200
ORDER = {"search": "1-6", "sort": "max"}
SORTED = "sorted by maximum, largest first"


@pytest.fixture
def maps(arrays: Arrays) -> np.ndarray:
    """Maps of both signs, (7, 7, 8)."""
    return arrays.of("first", "block/conv2", STEP, "bright")


def open_grid(tab: Tab, layer: str = "block/conv2", **state: str | float) -> Tab:
    tab.open(**{**FIRST, "layer": layer, **state})
    tab.wait_for_title(layer)
    return tab


def ordered(maps: np.ndarray) -> list[int]:
    """The channels that `ORDER` shows."""
    order = np.argsort(-maps.max((0, 1)), kind="stable")
    return [int(channel) for channel in order if 1 <= channel <= 6]


def cells(picture: np.ndarray, count: int, shape: tuple[int, int]) -> np.ndarray:
    """The pixel in the middle of each value of maps that stand in one row.

    Args:
        picture: A saved grid, uint8 (H, W, 3).
        count: How many maps there are.
        shape: Height and width of a map.

    Returns:
        Colours, uint8 (H, W, 3, count).
    """
    zoom = (picture.shape[0] - TOP - FOOT - LABEL) // shape[0]
    assert picture.shape[:2] == (TOP + LABEL + shape[0] * zoom + FOOT, WIDTH)
    top, found = TOP + LABEL, []
    for place in range(count):
        left = LEFT + place * (shape[1] * zoom + GAP)
        cell = picture[top : top + shape[0] * zoom, left : left + shape[1] * zoom]
        found.append(cell[zoom // 2 :: zoom, zoom // 2 :: zoom])
    return np.stack(found, -1)


def colours_of(tab: Tab, maps: np.ndarray, low: float, high: float) -> np.ndarray:
    """The colours of maps on a scale, (H, W, 3, C)."""
    found = tab.colours()[shades(maps.astype(np.float64), low, high)]
    return np.moveaxis(found, -1, 2)


def test_a_png_holds_all_channels_in_their_colours(tab: Tab, maps: np.ndarray) -> None:
    open_grid(tab, **ORDER, colours="heat")
    order = ordered(maps)
    name, content = tab.saved("PNG")
    assert name == f"grid-first-block_conv2-bright-step{STEP}.png"
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "PNG"
    found = cells(np.asarray(picture.convert("RGB")), len(order), (7, 7))
    expected = colours_of(tab, maps[..., order], *tab.legend())
    np.testing.assert_array_equal(found, expected)


def test_a_png_of_another_view_is_what_is_seen(tab: Tab, arrays: Arrays) -> None:
    open_grid(tab, "relu1", view="channel", channel=7, colours="heat")
    wait_until(tab.enlarged).to_be_visible()
    seen = tab.pixels(tab.enlarged)
    places = [one.bounding_box() for one in (tab.frame.locator("main"), tab.enlarged)]
    main, canvas = (place or {} for place in places)
    name, content = tab.saved("PNG")
    assert name == f"channel-first-relu1-bright-step{STEP}.png"
    picture = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    # Of each value the middle: browsers place elements between pixels, too.
    zoom = (seen.shape[0] - 6) // 16
    middles = 3 + zoom * np.arange(16) + zoom // 2
    left, top = (round(canvas[axis] - main[axis]) for axis in ("x", "y"))
    found = picture[top + middles[:, None], left + middles]
    assert len(np.unique(found[..., 0])) > 20
    np.testing.assert_array_equal(found, seen[middles[:, None], middles, :3])


def test_a_gif_has_a_frame_for_every_kept_step(tab: Tab, arrays: Arrays) -> None:
    open_grid(tab, colours="gray", search="0-5")
    name, content = tab.saved("GIF")
    assert name == "first-block_conv2-bright-steps.gif"
    picture = Image.open(io.BytesIO(content))
    every = [arrays.of("first", "block/conv2", step, "bright") for step in range(6)]
    low, high = min(map(np.min, every)), max(map(np.max, every))
    assert picture.n_frames == len(every)
    for frame, maps in zip(ImageSequence.Iterator(picture), every, strict=True):
        assert frame.info["duration"] == 400
        found = cells(np.asarray(frame.convert("RGB")), 6, (7, 7)).astype(int)
        expected = colours_of(tab, maps[..., :6], float(low), float(high)).astype(int)
        # A GIF has 256 colours, of which the text needs some.
        assert np.abs(found - expected).max() <= 4
    assert picture.info["loop"] == 0


@pytest.mark.parametrize("state", [{}, ORDER], ids=["all", "ordered"])
def test_an_npz_holds_the_values_and_their_channels(
    tab: Tab, maps: np.ndarray, state: dict[str, str]
) -> None:
    open_grid(tab, **state)
    order = ordered(maps) if state else list(range(8))
    name, content = tab.saved("NPZ")
    assert name == f"first-block_conv2-bright-step{STEP}.npz"
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        names = ("run", "layer", "step", "input", "order", "values")
        facts = {key: found[key][()] for key in names}
        assert facts == {
            "run": "first",
            "layer": "block/conv2",
            "step": STEP,
            "input": "bright",
            "order": SORTED if state else "by number",
            "values": "logged",
        }
        assert set(found) == {"activations", "channels", *facts}
        assert found["activations"].dtype == np.float32
        assert found["channels"].dtype == np.int64
        np.testing.assert_array_equal(found["activations"], maps[..., order])
        np.testing.assert_array_equal(found["channels"], order)


def test_what_relu_removed_is_saved_where_it_is_shown(tab: Tab, arrays: Arrays) -> None:
    open_grid(tab, "relu1", removed="true")
    wait_until(tab.frame.locator(".lead")).to_be_visible()
    name, content = tab.saved("NPZ")
    assert name == f"first-relu1-removed-bright-step{STEP}.npz"
    before, after = (
        arrays.of("first", layer, STEP, "bright") for layer in ("conv1", "relu1")
    )
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        np.testing.assert_array_equal(found["activations"], before - after)
        assert found["values"][()] == "removed"


def test_an_npz_holds_what_is_not_finite(tab: Tab, arrays: Arrays) -> None:
    open_grid(tab, "odd", run="odd", step=0, input="input")
    _, content = tab.saved("NPZ")
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        expected = arrays.of("odd", "odd", 0, "input")
        np.testing.assert_array_equal(found["activations"], expected)


@pytest.mark.parametrize("run", ["first", "odd"])
def test_a_csv_holds_the_same_float32_values(
    tab: Tab, arrays: Arrays, run: str
) -> None:
    odd = {"run": "odd", "step": 0, "input": "input"}
    layer = "odd" if run == "odd" else "block/conv2"
    state = {**FIRST, **(odd if run == "odd" else {})}
    open_grid(tab, layer, **{**state, **ORDER})
    maps = arrays.of(run, layer, state["step"], state["input"])
    name, content = tab.saved("CSV")
    assert name.endswith(".csv")
    head, *lines = content.decode().splitlines()
    assert head == "channel,row,column,value"
    table = [line.split(",") for line in lines]
    channels = list(dict.fromkeys(int(line[0]) for line in table))
    if run == "first":
        assert channels == ordered(maps)
    assert sorted(channels) == list(range(1, 7))
    places = [tuple(map(int, line[:3])) for line in table]
    assert places == [
        (channel, *place)
        for channel in channels
        for place in np.ndindex(maps.shape[:2])
    ]
    found = np.array([np.float32(line[3]) for line in table])
    expected = np.moveaxis(maps[..., channels], -1, 0).ravel()
    np.testing.assert_array_equal(found, expected)


def test_files_of_hostile_names_are_harmless(
    open_tab: Callable[..., Tab], by_python: Host
) -> None:
    tab = open_tab(by_python)
    for run, layer in ((logs.QUOTE, logs.SCRIPT), (logs.ELEMENT, "__proto__")):
        tab.open(run=run, layer=layer, step=1)
        wait_until(tab.title).to_be_visible()
        for kind in ("PNG", "GIF", "NPZ", "CSV"):
            name, content = tab.saved(kind)
            assert re.fullmatch(rf"[A-Za-z0-9_-]+\.{kind.lower()}", name), name
            assert len(name) < 255
            assert content
