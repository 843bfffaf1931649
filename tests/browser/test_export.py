"""What can be taken along: pictures and numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays, shades
from browser.exported import maps_in, picture, saved_picture
from browser.tab import BY_NUMBER, Tab, wait_until
from PIL import Image, ImageSequence
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

STEP = 4
FIRST = {"run": "first", "step": STEP, "input": "bright", **BY_NUMBER}
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


def colours_of(tab: Tab, maps: np.ndarray, low: float, high: float) -> np.ndarray:
    """The colours of maps on a scale, (H, W, 3, C)."""
    found = tab.colours()[shades(maps.astype(np.float64), low, high)]
    return np.moveaxis(found, -1, 2)


def test_a_png_holds_all_channels_in_their_colours(tab: Tab, maps: np.ndarray) -> None:
    open_grid(tab, **ORDER, colours="heat")
    order = ordered(maps)
    name, content = tab.saved("PNG")
    assert name == f"grid-first-block_conv2-bright-step{STEP}.png"
    assert Image.open(io.BytesIO(content)).format == "PNG"
    found = maps_in(picture(content), (7, 7))
    expected = colours_of(tab, maps[..., order], *tab.legend())
    np.testing.assert_array_equal(np.stack(found, -1), expected)


def test_a_png_has_twice_the_pixels_of_the_page(tab: Tab) -> None:
    open_grid(tab, **ORDER)
    assert saved_picture(tab).shape[1] == 2 * 1200


def test_a_png_is_as_dark_as_the_page(open_tab: Callable[..., Tab], host: Host) -> None:
    for scheme, page in (("light", 255), ("dark", 0x30)):
        tab = open_tab(host, color_scheme=scheme)
        open_grid(tab)
        assert saved_picture(tab)[0, 0].tolist() == [page] * 3


def test_a_gif_has_a_frame_for_every_kept_step(tab: Tab, arrays: Arrays) -> None:
    open_grid(tab, colours="gray", search="0-5")
    name, content = tab.saved("GIF")
    assert name == "grid-first-block_conv2-bright-steps.gif"
    moving = Image.open(io.BytesIO(content))
    every = [arrays.of("first", "block/conv2", step, "bright") for step in range(6)]
    low, high = min(map(np.min, every)), max(map(np.max, every))
    assert moving.n_frames == len(every)
    for frame, maps in zip(ImageSequence.Iterator(moving), every, strict=True):
        assert frame.info["duration"] == 400
        # A GIF has 256 colours, of which the text needs some.
        found = np.stack(maps_in(np.asarray(frame.convert("RGB")), (7, 7), near=6), -1)
        expected = colours_of(tab, maps[..., :6], float(low), float(high)).astype(int)
        assert np.abs(found - expected).max() <= 4
    assert moving.info["loop"] == 0


def test_the_menu_says_what_each_file_holds(tab: Tab) -> None:
    open_grid(tab, "relu1")
    tab.button("Export").click()
    words = tab.frame.locator(".menu.exports button").all_text_contents()
    assert words == [
        "PNG all channels, as a picture",
        "GIF all channels, over all kept steps on one scale",
        "NPZ the values of all channels, for NumPy",
        "CSV the values of all channels, as a table",
        "Python code that draws this view from what was logged",
        "Link the address of this view",
    ]


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
