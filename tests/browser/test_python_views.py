"""Python of the views that show more than one record, run and compared with both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from browser.arrays import Arrays
from browser.compare import FIRST, LAYER, STEP
from browser.scripts import (
    GAP,
    GREY,
    LINE,
    SMALL,
    Colors,
    coloured,
    ends,
    executed,
    values,
)
from browser.tab import BY_NUMBER, Tab, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def cells(tab: Tab, shape: tuple[int, int]) -> Colors:
    """The pixel in the middle of each value of all multiples, (H, W, 3, count)."""
    found = []
    for canvas in tab.frame.locator(".multiple canvas").all():
        pixels = tab.pixels(canvas)
        down, across = (pixels.shape[axis] // shape[axis] for axis in (0, 1))
        found.append(pixels[down // 2 :: down, across // 2 :: across, :3])
    return np.stack(found, -1)


def label_lines(picture: Colors, rows: int, high: int) -> int:
    """Pixels of the labels above each row of a page."""
    return (len(picture) + GAP) // rows - high - GAP


def in_matrix(picture: Colors, like: np.ndarray) -> Colors:
    """The middles of the cells of a matrix, which are beside the names of its rows."""
    rows, columns = like.shape[:2]
    left = 8 + 6 * max(len(f"channel {row}") for row in range(rows))
    high = (len(picture) - 16) // rows
    wide = (picture.shape[1] - left) // columns
    inside = picture[: rows * high, left : left + columns * wide]
    return inside[high // 2 :: high, wide // 2 :: wide]


@pytest.mark.parametrize("scale", ["layer", "channel", "runs"])
def test_runs_and_steps(tab: Tab, arrays: Arrays, tmp_path: Path, scale: str) -> None:
    more = {"scale": scale, "multiples_scale": "common", "colours": "heat"}
    tab.open(**FIRST, view="multiples", channel=3, **more)
    wait_until(tab.frame.locator(".multiple canvas")).to_have_count(12)
    tab.settle()
    outcome = executed(tab, tmp_path)
    assert outcome.code.count("# odd: The run has no such layer.") == 6
    steps = {"first": range(6), "second": [0, 1, 2, 2, 2, 2]}
    maps = [
        arrays.of(run, LAYER, step, "bright").astype(np.float64)
        for run in ("first", "second")
        for step in steps[run]
    ]
    limits = {
        "layer": ends(*maps),
        "channel": ends(*(one[..., 3] for one in maps)),
        "runs": ends(arrays.over_steps(LAYER, "bright").astype(np.float64)),
    }[scale]
    chosen = np.stack([one[..., 3] for one in maps], -1)
    expected = coloured(tab.colours(), chosen, *limits)
    # Rows of the runs without that layer lie between the two.
    found = outcome.maps(24, (7, 7), 6)[..., [*range(6), *range(18, 24)]]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(found, cells(tab, (7, 7)))


@pytest.mark.parametrize("share", ["row", "cell"])
def test_runs_and_steps_on_scales_of_their_own(
    tab: Tab, arrays: Arrays, tmp_path: Path, share: str
) -> None:
    more = {"multiples_scale": share, "colours": "heat"}
    tab.open(**FIRST, view="multiples", channel=3, **more)
    wait_until(tab.frame.locator(".multiple canvas")).to_have_count(12)
    tab.settle()
    outcome = executed(tab, tmp_path)
    steps = {"first": range(6), "second": [0, 1, 2, 2, 2, 2]}
    expected = []
    for run in ("first", "second"):
        row = [
            arrays.of(run, LAYER, step, "bright")[..., [3]].astype(np.float64)
            for step in steps[run]
        ]
        expected += [
            coloured(tab.colours(), one, *ends(*(row if share == "row" else [one])))
            for one in row
        ]
    found = outcome.maps(24, (7, 7), 6)[..., [*range(6), *range(18, 24)]]
    np.testing.assert_array_equal(found, np.concatenate(expected, -1))
    np.testing.assert_array_equal(found, cells(tab, (7, 7)))


@pytest.mark.parametrize("scale", ["layer", "channel"])
def test_runs_and_layers(tab: Tab, arrays: Arrays, tmp_path: Path, scale: str) -> None:
    state = {"columns": "layers", "layers": "conv", "colours": "gray"}
    state["multiples_scale"] = "common"
    tab.open(**FIRST, view="multiples", channel=3, scale=scale, **state)
    wait_until(tab.frame.locator(".multiple canvas")).to_have_count(4)
    tab.settle()
    outcome = executed(tab, tmp_path)
    layers = ("conv1", LAYER)
    maps = [
        arrays.of(run, layer, step, "bright").astype(np.float64)
        for run, step in (("first", STEP), ("second", 2))
        for layer in layers
    ]
    strongest = int(maps[0].max((0, 1)).argmax())
    shown_ = [
        one[..., strongest if place % 2 == 0 else 3] for place, one in enumerate(maps)
    ]
    canvases = tab.frame.locator(".multiple canvas").all()
    for place, (one, canvas) in enumerate(zip(shown_, canvases, strict=True)):
        # Each layer has its own, of all its channels or of those shown.
        limits = ends(*(maps if scale == "layer" else shown_)[place % 2 :: 2])
        expected = coloured(tab.colours(), one[..., None], *limits)
        side, zoom = len(one), SMALL // len(one)
        # The two runs are the first and the last of four.
        lines = label_lines(outcome.picture, rows=4, high=SMALL)
        top = (place // 2) * 3 * (lines + SMALL + GAP) + lines
        left = place % 2 * (SMALL + GAP)
        cell = outcome.picture[top : top + side * zoom, left : left + side * zoom]
        found = values(cell, 1, (side, side), 1, zoom, label=0)
        np.testing.assert_array_equal(found, expected)
        pixels = tab.pixels(canvas)
        step = pixels.shape[0] // side
        drawn = pixels[step // 2 :: step, step // 2 :: step, :3]
        np.testing.assert_array_equal(found[..., 0], drawn)


@pytest.mark.parametrize("scale", ["layer", "channel"])
def test_inputs_beside_each_other(
    tab: Tab, arrays: Arrays, tmp_path: Path, scale: str
) -> None:
    zoom, gutter, gap = 8, 120, 8
    tab.open(**FIRST, view="inputs", scale=scale, colours="heat", zoom=zoom)
    tab.wait_for_title(LAYER)
    tab.settle()
    outcome = executed(tab, tmp_path)
    exact = [arrays.of("first", LAYER, STEP, name) for name in ("bright", "dull")]
    maps = [one.astype(np.float64) for one in exact]
    between = (exact[1] - exact[0]).astype(np.float64)
    scores = np.sqrt(((maps[0] - maps[1]) ** 2).sum((0, 1)))
    order = np.argsort(-scores, kind="stable")
    most = np.abs(between).max()
    apart_ = coloured(tab.colours(1), between, -most, most, signed=True)
    large, table = SMALL // 7 * 7, tab.colours()
    canvas = tab.pixels(tab.frame.locator(".scroll.inputs > div > canvas"))
    seen = 0
    for row, channel in enumerate(order):
        limits = ends(*(maps if scale == "layer" else [m[..., channel] for m in maps]))
        for column in range(3):
            expected = apart_[..., channel]
            if column < 2:
                one = maps[column][..., [channel]]
                expected = coloured(table, one, *limits)[..., 0]
            top = (row + 1) * (LINE + SMALL + GAP) + LINE
            left = column * (SMALL + GAP)
            cell = outcome.picture[top : top + large, left : left + large]
            found = values(cell, 1, (7, 7), 1, SMALL // 7, label=0)[..., 0]
            np.testing.assert_array_equal(found, expected)
            top = row * (7 * zoom + gap)
            left = gutter + column * (7 * zoom + gap)
            cell = canvas[top : top + 7 * zoom, left : left + 7 * zoom, :3]
            if len(cell) == 7 * zoom:
                seen += 1
                drawn = cell[zoom // 2 :: zoom, zoom // 2 :: zoom]
                np.testing.assert_array_equal(found, drawn)
    assert seen >= 12
    for column, name in enumerate(("bright", "dull")):
        picture = arrays.of("first", ":input", 0, name)
        left = column * (SMALL + GAP)
        head = outcome.picture[LINE : LINE + SMALL, left : left + SMALL].astype(float)
        # Enlarged smoothly: alike on the whole.
        assert abs(head.mean() - picture.mean()) < 3
    above = outcome.picture[LINE : LINE + SMALL, 2 * (SMALL + GAP) + 1 :]
    assert (above == GREY).all()


@pytest.mark.parametrize("statistic", ["maximum", "mean", "minimum", "zero_share"])
@pytest.mark.parametrize("state", [{}, {"scale": "channel", "sort": "max"}])
def test_channels_over_the_steps(
    tab: Tab, arrays: Arrays, tmp_path: Path, statistic: str, state: dict[str, str]
) -> None:
    more = {"view": "training", "statistic": statistic, "colours": "ice"}
    tab.open(**{**FIRST, **more, "scale": "layer", **state})
    canvas = tab.frame.locator(".heat .matrix canvas")
    wait_until(canvas).to_be_visible()
    tab.settle()
    outcome = executed(tab, tmp_path)
    own = bool(state)
    maps = arrays.of("first", LAYER, STEP, "bright")
    order = np.argsort(-maps.max((0, 1)), kind="stable") if own else np.arange(8)
    numbers = [
        getattr(arrays.facts("first", LAYER, step, "bright"), statistic)
        for step in range(6)
    ]
    matrix = np.stack(numbers, 1).astype(np.float64)[order]
    table = tab.colours()
    if own:
        rows = [
            coloured(table, row[None, :, None], row.min(), row.max()) for row in matrix
        ]
        expected = np.concatenate(rows)[..., 0]
    else:
        limits = (0, 1) if statistic == "zero_share" else ends(matrix)
        expected = coloured(table, matrix[..., None], *limits)[..., 0]
    np.testing.assert_array_equal(in_matrix(outcome.picture, expected), expected)
    left, width, height = (
        float(canvas.get_attribute(f"data-{name}") or "")
        for name in ("left", "cell-width", "cell-height")
    )
    x = (left + (np.arange(6) + 0.5) * width).astype(int)
    y = ((np.arange(8) + 0.5) * height).astype(int)
    # Beside the frames around what is chosen.
    drawn = tab.pixels(canvas)[y[:, None], x, :3]
    np.testing.assert_array_equal(drawn, expected)


@pytest.mark.parametrize("state", [{}, {"log": "true"}])
def test_channels_over_the_steps_with_one_far_beyond_the_others(
    open_tab: Callable[..., Tab], diverging: Host, tmp_path: Path, state: dict[str, str]
) -> None:
    tab = open_tab(diverging)
    tab.open(run="diverging", layer="spiky", view="training", **state)
    canvas = tab.frame.locator(".heat .matrix canvas")
    wait_until(canvas).to_be_visible()
    tab.settle()
    picture = executed(tab, tmp_path).picture
    left, width, height = (
        float(canvas.get_attribute(f"data-{name}") or "")
        for name in ("left", "cell-width", "cell-height")
    )
    x = (left + (np.arange(31) + 0.3) * width).astype(int)
    y = ((np.arange(12) + 0.5) * height).astype(int)
    found = in_matrix(picture, np.zeros((12, 31)))
    np.testing.assert_array_equal(found, tab.pixels(canvas)[y[:, None], x, :3])
    assert (found[:8] > 25).all()


def test_where_nothing_is_finite_a_channel_is_marked(
    tab: Tab, arrays: Arrays, tmp_path: Path
) -> None:
    tab.open(
        run="odd", layer="odd", step=0, view="training", scale="layer", **BY_NUMBER
    )
    wait_until(tab.frame.locator(".heat .matrix canvas")).to_be_visible()
    tab.settle()
    outcome = executed(tab, tmp_path)
    maximum = np.array(arrays.facts("odd", "odd", 0, "input").maximum)
    assert np.isnan(maximum).any()
    limits = np.nanmin(maximum), np.nanmax(maximum)
    expected = coloured(tab.colours(), maximum[:, None, None], *limits)[..., 0]
    np.testing.assert_array_equal(in_matrix(outcome.picture, expected), expected)


def test_steps_without_numbers_are_grey(
    open_tab: Callable[..., Tab], rare: Host, tmp_path: Path
) -> None:
    tab = open_tab(rare)
    tab.open(run="gap", view="training", input="input", **BY_NUMBER)
    wait_until(tab.frame.locator(".heat .matrix canvas")).to_be_visible()
    tab.settle()
    outcome = executed(tab, tmp_path)
    assert "# Steps without numbers, hatched in the tab, are grey." in outcome.code
    cells = in_matrix(outcome.picture, np.zeros((2, 3)))
    assert cells.tolist() == [
        [[0] * 3, [GREY] * 3, [0] * 3],
        [[255] * 3, [GREY] * 3, [255] * 3],
    ]
