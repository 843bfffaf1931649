"""Python that draws a channel and lays it on its input, run and compared with both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays, shades
from browser.channel import EDGE, STEP, open_channel
from browser.scripts import GAP, LARGE, LINE, coloured, executed
from browser.tab import Tab, wait_until
from numpy.typing import NDArray
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def covering(field: Any, axis: int, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Which value covers each half pixel of an input of 18; -1 for none."""
    halves = (np.arange(36) + 0.5) / 2
    begin = field.start[axis] + (field.size[axis] - field.stride[axis]) / 2
    found = np.floor((halves - begin) / field.stride[axis]).astype(int)
    return np.where((found >= 0) & (found < shape[axis]), found, -1)


@pytest.mark.parametrize(
    ("layer", "channel", "colours"),
    [("relu1", 7, "heat"), ("block/relu2", 3, "heat"), ("block/conv2", 3, "signed")],
)
def test_a_channel_and_its_overlay(
    tab: Tab, arrays: Arrays, tmp_path: Path, layer: str, channel: int, colours: str
) -> None:
    stored = arrays.stored("first", layer, STEP)
    maps = stored.activations["bright"].astype(np.float64)
    open_channel(tab, layer, channel, colours=colours, overlay=0.4)
    outcome = executed(tab, tmp_path)
    most = np.abs(maps).max()
    ends = (-most, most) if colours == "signed" else (maps.min(), maps.max())
    expected = coloured(tab.colours(), maps[..., [channel]], *ends)
    side = maps.shape[0]
    zoom = LARGE // side
    large = outcome.picture[LINE : LINE + side * zoom, : side * zoom]
    np.testing.assert_array_equal(
        large[zoom // 2 :: zoom, zoom // 2 :: zoom], expected[..., 0]
    )
    seen = tab.pixels(tab.enlarged)
    scale = (seen.shape[0] - 2 * EDGE) // side
    middles = EDGE + scale * np.arange(side) + scale // 2
    np.testing.assert_array_equal(expected[..., 0], seen[middles[:, None], middles, :3])
    # At two places along each side of a pixel of the input.
    width = 18 * (LARGE // 18)
    left = max(side * zoom, width) + GAP
    laid = outcome.picture[LINE : LINE + width, left : left + width]
    halves = [
        one[places[:, None], places, :3].astype(float)
        for one in (laid, tab.pixels(tab.overlay))
        for places in [((np.arange(36) + 0.5) * one.shape[0] / 36).astype(int)]
    ]
    field = stored.record.layer.receptive_field
    rows, columns = (covering(field, axis, maps.shape) for axis in (0, 1))
    picture = arrays.of("first", ":input", 0, "bright").repeat(2, 0).repeat(2, 1)
    over = expected[rows[:, None], columns, :, 0]
    inside = ((rows[:, None] >= 0) & (columns >= 0))[..., None]
    # The larger a value, the more it covers, in the 255 steps of the colours.
    entries = shades(maps[..., channel], *ends).astype(int)
    covers = np.abs(2 * entries - 255) if ends[0] < 0 else entries
    share = 0.4 * inside * covers[rows[:, None], columns, None] / 255
    blended = share * over + (1 - share) * picture
    for found in halves:
        np.testing.assert_allclose(found, blended, rtol=0, atol=1.5)


def test_without_a_picture_there_is_only_the_map(
    open_tab: Callable[..., Tab], by_python: Host, tmp_path: Path
) -> None:
    tab = open_tab(by_python)
    tab.open(run="plain", layer=logs.QUOTE, step=1, view="channel", channel=1)
    wait_until(tab.enlarged).to_be_visible()
    outcome = executed(tab, tmp_path)
    assert "# No picture of this input was logged." in outcome.code
    assert outcome.picture.shape == (LINE + LARGE, LARGE, 3)
