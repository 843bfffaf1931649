"""Python that draws what a layer shows: run, and compared with NumPy and the tab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays
from browser.drawn import ZOOM
from browser.exported import maps_in, saved_picture
from browser.scripts import (
    GAP,
    GREY,
    LINE,
    SMALL,
    Colors,
    Floats,
    Outcome,
    coloured,
    columns_in,
    executed,
)
from browser.tab import BY_NUMBER, Tab, wait_until
from plugin.serving import Host

from tb_actviz.arrays import as_maps

pytestmark = [pytest.mark.slow, pytest.mark.browser]

STEP = 4
FIRST: dict[str, Any] = {"run": "first", "step": STEP, "input": "bright", **BY_NUMBER}
ODD: dict[str, Any] = {"run": "odd", "layer": "odd", "step": 0, "input": "input"}
CONV, RELU = "block/conv2", "relu1"


def open_grid(tab: Tab, layer: str = CONV, **state: str | float) -> Tab:
    tab.open(**{**FIRST, "layer": layer, "zoom": ZOOM, **state})
    tab.wait_for_title(layer)
    tab.settle()
    return tab


def assert_drawn(
    tab: Tab,
    folder: Path,
    expected: Colors,
    order: Sequence[int],
) -> Outcome:
    """Run the script of a grid, and compare it with NumPy and with the tab's pixels."""
    outcome = executed(tab, folder)
    shape, count = expected.shape[:2], expected.shape[-1]
    found = outcome.maps(count, shape, columns_in(outcome.code))
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(found, tab.maps(order, shape))
    return outcome


def ordered(maps: Floats) -> list[int]:
    """The channels 1 to 6, those with the largest maximum first."""
    order = np.argsort(-maps.max((0, 1)), kind="stable")
    return [int(channel) for channel in order if 1 <= channel <= 6]


@pytest.fixture
def maps(arrays: Arrays) -> Floats:
    """Maps of both signs, (7, 7, 8)."""
    found = arrays.of("first", CONV, STEP, "bright").astype(np.float64)
    assert found.min() < 0 < found.max()
    assert -found.min() != found.max()
    return found


@pytest.mark.parametrize("name", ["auto", "gray", "signed", "heat", "ice"])
def test_every_colour_map(tab: Tab, maps: Floats, tmp_path: Path, name: str) -> None:
    open_grid(tab, colours=name)
    signed = name in ("auto", "signed")
    low, high = maps.min(), maps.max()
    expected = coloured(tab.colours(), maps, low, high, signed=signed)
    assert_drawn(tab, tmp_path, expected, range(8))


@pytest.mark.parametrize("gamma", [0.5, 2.2])
@pytest.mark.parametrize("name", ["heat", "signed"])
def test_gamma_and_the_order_of_channels(
    tab: Tab, maps: Floats, tmp_path: Path, name: str, gamma: float
) -> None:
    open_grid(tab, colours=name, gamma=gamma, search="1-6", sort="max")
    order = ordered(maps)
    assert order != sorted(order)
    ends = maps.min(), maps.max()
    expected = coloured(
        tab.colours(), maps, *ends, signed=name == "signed", gamma=gamma
    )
    assert_drawn(tab, tmp_path, expected[..., order], order)


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("name", ["auto", "signed"])
def test_each_channel_on_its_own_scale(
    tab: Tab, maps: Floats, tmp_path: Path, name: str, symmetric: bool
) -> None:
    open_grid(tab, scale="channel", colours=name, symmetric=str(symmetric).lower())
    table, signed = tab.colours(), name == "signed"
    expected = []
    for channel in np.moveaxis(maps, -1, 0):
        most = np.abs(channel).max()
        ends = (-most, most) if symmetric else (channel.min(), channel.max())
        expected.append(coloured(table, channel[..., None], *ends, signed=signed))
    assert_drawn(tab, tmp_path, np.concatenate(expected, -1), range(8))


@pytest.mark.parametrize("scale", ["steps", "runs", "percentile", "fixed"])
def test_scales_that_all_channels_share(
    tab: Tab, arrays: Arrays, maps: Floats, tmp_path: Path, scale: str
) -> None:
    ends = {
        "steps": arrays.over_steps(CONV, "bright", "first"),
        "runs": arrays.over_steps(CONV, "bright"),
        "percentile": np.percentile(maps, [5, 95]),
        "fixed": np.array([-0.25, 0.5]),
    }[scale]
    low, high = float(ends.min()), float(ends.max())
    open_grid(tab, scale=scale, percentile=5, low=-0.25, high=0.5, colours="gray")
    expected = coloured(tab.colours(), maps, low, high)
    assert_drawn(tab, tmp_path, expected, range(8))
    clipped = (maps < low).any()
    assert clipped == (scale in ("percentile", "fixed"))


@pytest.mark.parametrize("name", ["gray", "signed"])
@pytest.mark.parametrize("scale", ["fixed", "channel", "layer"])
def test_what_no_scale_can_show_is_marked(
    tab: Tab, arrays: Arrays, tmp_path: Path, scale: str, name: str
) -> None:
    maps = arrays.of("odd", "odd", 0, "input").astype(np.float64)
    open_grid(tab, **ODD, scale=scale, low=-1, high=5, colours=name)
    table, signed = tab.colours(), name == "signed"
    finite = np.where(np.isfinite(maps), maps, np.nan)
    expected = []
    for channel in range(8):
        own = finite[..., channel] if scale == "channel" else finite
        ends = (np.nanmin(own), np.nanmax(own)) if np.isfinite(own).any() else (0, 1)
        low, high = (-1, 5) if scale == "fixed" else map(float, ends)
        one = maps[..., [channel]]
        # Without width a value is drawn as it is; zero is black in both.
        flat = signed and low == high == 0
        drawn = coloured(table, one, *((-1, 1) if flat else (low, high)), signed=signed)
        expected.append(drawn)
    assert_drawn(tab, tmp_path, np.concatenate(expected, -1), range(8))


def test_what_relu_removed(tab: Tab, arrays: Arrays, tmp_path: Path) -> None:
    before, after = (arrays.of("first", one, STEP, "bright") for one in ("conv1", RELU))
    removed = (before - after).astype(np.float64)
    for layer in (RELU, "conv1"):
        open_grid(tab, layer, removed="true", colours="signed", search="7,2")
        wait_until(tab.frame.locator(".lead").first).to_be_visible()
        ends = removed.min(), removed.max()
        expected = coloured(tab.colours(), removed, *ends, signed=True)[..., [2, 7]]
        outcome = assert_drawn(tab, tmp_path, expected, [2, 7])
        assert "maps = before - after" in outcome.code


@pytest.mark.parametrize("run", logs.RANKS)
def test_activations_of_other_ranks(
    open_tab: Callable[..., Tab], rare: Host, tmp_path: Path, run: str
) -> None:
    maps = as_maps(logs.rank_values(logs.RANKS[run]))
    tab = open_tab(rare).open(run=run, **BY_NUMBER)
    tab.wait_for_title("other")
    tab.settle()
    outcome = executed(tab, tmp_path)
    exact = maps.astype(np.float64)
    expected = coloured(tab.colours(), exact, exact.min(), exact.max(), signed=True)
    # Short sides are enlarged more, so that something is seen of them.
    zoom = SMALL // max(maps.shape[:2])
    down, across = (max(zoom, 24 // side) for side in maps.shape[:2])
    columns = columns_in(outcome.code)
    for place in range(maps.shape[2]):
        pitch = LINE + maps.shape[0] * down + GAP
        top = place // columns * pitch + LINE + down // 2
        left = place % columns * (maps.shape[1] * across + GAP) + across // 2
        found = outcome.picture[top::down, left::across]
        found = found[: maps.shape[0], : maps.shape[1]]
        np.testing.assert_array_equal(found, expected[..., place])


def test_the_saved_picture_of_the_real_network_has_the_same_colours(
    open_tab: Callable[..., Tab], imagenet: Host, tmp_path: Path
) -> None:
    tab = open_tab(imagenet)
    layer = "fire6-squeeze1x1"
    maps = Arrays(imagenet.log_dir).of("imagenet", layer, 0, "face")
    maps = maps.astype(np.float64)
    tab.open(layer=layer, input="face", step=0, **BY_NUMBER)
    tab.wait_for_title(layer, "input face")
    tab.settle()
    outcome = executed(tab, tmp_path)
    columns = columns_in(outcome.code)
    found = outcome.maps(48, (14, 14), columns)
    expected = coloured(tab.colours(), maps, maps.min(), maps.max(), signed=True)
    np.testing.assert_array_equal(found, expected)
    on_sheet = maps_in(saved_picture(tab), (14, 14))
    np.testing.assert_array_equal(found, np.stack(on_sheet, -1))


def test_nothing_is_written_where_nothing_is_shown(tab: Tab) -> None:
    open_grid(tab, search="99")
    tab.button("Export").click()
    tab.frame.locator(".menu button", has_text="Python").click()
    alert = tab.frame.get_by_role("alert")
    wait_until(alert).to_contain_text("No channels are shown")


def test_names_of_all_kinds(
    open_tab: Callable[..., Tab], by_python: Host, tmp_path: Path
) -> None:
    maps = np.arange(18, dtype=np.float64).reshape(3, 3, 2)
    tab = open_tab(by_python)
    for run, layer in (
        (logs.QUOTE, logs.BIDI),
        (logs.FORMULA, logs.QUOTE),
        (logs.ELEMENT, "__proto__"),
    ):
        tab.open(run=run, layer=layer, step=1, zoom=ZOOM, **BY_NUMBER)
        wait_until(tab.title).to_be_visible()
        tab.settle()
        expected = coloured(tab.colours(), maps, 0, 17)
        outcome = assert_drawn(tab, tmp_path, expected, range(2))
        gap = outcome.picture[LINE : LINE + SMALL, SMALL : SMALL + GAP]
        assert (gap == GREY).all()
