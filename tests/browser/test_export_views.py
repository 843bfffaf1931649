"""The files of each view: whole contents, against what was logged."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from browser.arrays import Arrays
from browser.compare import FIRST, LAYER, OTHER, STEP, Both
from browser.exported import (
    Colors,
    assert_listed,
    framed,
    maps_in,
    picture,
    saved_arrays,
    saved_picture,
    saved_table,
    values,
)
from browser.scripts import coloured, ends
from browser.tab import BY_NUMBER, Tab, wait_until
from PIL import Image, ImageSequence
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SIDES = (7, 7)
#: Both runs that have the layer, and those that have not.
RUNS = ("first", "odd", "odd8", "second")
VIEWS = ("grid", "channel", "compare", "multiples", "inputs", "training", "runs")


def drawn(tab: Tab, maps: np.ndarray, limits: tuple[float, float]) -> list[Colors]:
    """The colours of maps (H, W, C) on a scale of the first legend, by channel."""
    found = coloured(tab.colours(), maps.astype(np.float64), *limits)
    return list(np.moveaxis(found, -1, 0))


def assert_alike(found: list[Colors], expected: list[Colors]) -> None:
    assert len(found) == len(expected)
    np.testing.assert_array_equal(np.stack(found), np.stack(expected))


def frames(content: bytes) -> list[Colors]:
    """The pictures of a GIF."""
    moving = Image.open(io.BytesIO(content))
    return [np.asarray(one.convert("RGB")) for one in ImageSequence.Iterator(moving)]


def open_view(tab: Tab, view: str, **state: str | float) -> Tab:
    tab.open(**{**FIRST, "colours": "heat", **state}, view=view)
    tab.rest()
    return tab


@pytest.fixture
def maps(arrays: Arrays) -> np.ndarray:
    """What the channel, and side A, show, (7, 7, 8)."""
    return arrays.of("first", LAYER, STEP, "bright")


def test_no_two_views_have_a_file_in_common(tab: Tab) -> None:
    for kind in ("PNG", "NPZ", "CSV"):
        found = set()
        for view in VIEWS:
            open_view(tab, view, channel=3)
            found.add(hashlib.sha256(tab.saved(kind)[1]).hexdigest())
        assert len(found) == len(VIEWS), kind


# The channel.


def test_the_png_of_a_channel_is_its_map_and_the_map_on_the_input(
    tab: Tab, maps: np.ndarray
) -> None:
    open_view(tab, "channel", channel=3, scale="layer")
    name, content = tab.saved("PNG")
    assert name == f"channel-first-block_conv2-bright-step{STEP}-channel3.png"
    alone, laid = framed(picture(content))
    expected = drawn(tab, maps[..., [3]], ends(maps))
    assert_alike([values(alone, SIDES)], expected)
    assert laid.shape == alone.shape


#: The charts on a sheet: their sides, in its pixels.
CHART = {"width": 2 * 412, "height": 2 * 122}
ACCENT = (201, 74, 0)


def test_the_png_of_a_channel_has_its_curve(tab: Tab, arrays: Arrays) -> None:
    open_view(tab, "channel", channel=3, scale="layer")
    page = saved_picture(tab)
    facts = [arrays.facts("first", LAYER, step, "bright") for step in range(6)]
    curves = [[one.maximum[3] for one in facts], [one.mean[3] for one in facts]]
    # The line of the step that is looked at is as high as the chart.
    marked = (page == ACCENT).all(-1)
    column = int(marked.sum(0).argmax())
    rows = np.flatnonzero(marked[:, column])
    top, bottom = rows[0], rows[-1] + 1
    assert abs(bottom - top - CHART["height"]) <= 2
    low, high = np.min(curves), np.max(curves)
    room = 0.05 * (high - low)
    # At step 2 they are as high as its values; the mean is dashed, so that it may be
    # just beside that.
    x = column + (2 - STEP) * CHART["width"] // 5
    near = page[top:bottom, x - 7 : x + 8].sum(-1).min(1)
    ink = np.flatnonzero(near < 200)
    for curve in curves:
        share = (high + room - curve[2]) / (high - low + 2 * room)
        assert np.abs(ink - share * (bottom - top)).min() <= 4


def test_the_numbers_of_a_channel_are_its_own(
    tab: Tab, maps: np.ndarray, arrays: Arrays
) -> None:
    open_view(tab, "channel", channel=3)
    found = saved_arrays(tab)
    np.testing.assert_array_equal(found.pop("activations"), maps[..., [3]])
    facts = [arrays.facts("first", LAYER, step, "bright") for step in range(6)]
    for name in ("maximum", "mean"):
        expected = np.float32([getattr(one, name)[3] for one in facts])
        np.testing.assert_array_equal(found.pop(f"curve_{name}"), expected)
    assert {name: one.tolist() for name, one in found.items()} == {
        "channels": [3],
        "step": STEP,
        "run": "first",
        "layer": LAYER,
        "input": "bright",
        "values": "logged",
        "curve_steps": [*range(6)],
    }
    lines = saved_table(tab)
    assert {line["channel"] for line in lines} == {"3"}
    assert_listed(lines, maps[..., [3]])


def test_the_gif_of_a_channel_has_it_at_each_step(tab: Tab, arrays: Arrays) -> None:
    open_view(tab, "channel", channel=3, scale="layer")
    every = [arrays.of("first", LAYER, step, "bright") for step in range(6)]
    name, content = tab.saved("GIF")
    assert name == "channel-first-block_conv2-bright-channel3-steps.gif"
    limits = ends(*(one.astype(np.float64) for one in every))
    for frame, maps in zip(frames(content), every, strict=True):
        found = values(framed(frame, near=6)[0], SIDES).astype(int)
        expected = drawn(tab, maps[..., [3]], limits)[0]
        assert np.abs(found - expected).max() <= 6


# The comparison.


@pytest.mark.parametrize("how", ["side", "blink", "wipe"])
def test_the_png_of_a_comparison_has_both_sides(tab: Tab, both: Both, how: str) -> None:
    open_view(tab, "compare", **OTHER, compare=how, compare_scale="common")
    found = maps_in(saved_picture(tab), SIDES)
    sides = [drawn(tab, one, ends(*both)) for one in both]
    # Row by row: six channels of A, the same of B, then the others.
    expected = [*sides[0][:6], *sides[1][:6], *sides[0][6:], *sides[1][6:]]
    assert_alike(found, expected)


def test_the_png_of_sides_on_scales_of_their_own_has_both_scales(
    tab: Tab, both: Both
) -> None:
    one: dict[str, Any] = {"one_channel": "true", "channel": 3, "b_channel": 5}
    open_view(tab, "compare", **OTHER, **one, compare_scale="each", scale="layer")
    found = maps_in(saved_picture(tab), SIDES)
    a, b = both
    expected = [
        drawn(tab, a[..., [3]], ends(a))[0],
        drawn(tab, b[..., [5]], ends(b))[0],
    ]
    assert_alike(found, expected)


def difference(both: Both) -> np.ndarray:
    return both[1].astype(np.float32) - both[0].astype(np.float32)


def test_the_png_of_a_difference_is_b_less_a(tab: Tab, both: Both) -> None:
    open_view(tab, "compare", **OTHER, compare="difference")
    between = difference(both)
    most = float(np.abs(between).max())
    expected = coloured(
        tab.colours(), between.astype(np.float64), -most, most, signed=True
    )
    found = maps_in(saved_picture(tab), SIDES)
    assert_alike(found, list(np.moveaxis(expected, -1, 0)))


def test_the_numbers_of_a_comparison_are_both_sides_and_their_difference(
    tab: Tab, both: Both
) -> None:
    open_view(tab, "compare", **OTHER, search="6,1")
    a, b, between = (
        one[..., [1, 6]].astype(np.float32) for one in (*both, difference(both))
    )
    found = saved_arrays(tab)
    for name, expected in (("a", a), ("b", b), ("b_minus_a", between)):
        np.testing.assert_array_equal(found.pop(name), expected)
    assert {name: one.tolist() for name, one in found.items()} == {
        "channels_a": [1, 6],
        "channels_b": [1, 6],
        "run_a": "first",
        "layer_a": LAYER,
        "step_a": STEP,
        "input_a": "bright",
        "run_b": "second",
        "layer_b": LAYER,
        "step_b": 1,
        "input_b": "dull",
        "order": "by number",
    }
    lines = saved_table(tab)
    for side, expected in (("a", a), ("b", b), ("b_minus_a", between)):
        assert_listed([line for line in lines if line["side"] == side], expected)
    assert len(lines) == 3 * a.size


def test_sides_of_unlike_layers_have_no_difference_to_save(
    tab: Tab, arrays: Arrays, maps: np.ndarray
) -> None:
    open_view(tab, "compare", b_layer="conv1")
    found = saved_arrays(tab)
    assert "b_minus_a" not in found
    np.testing.assert_array_equal(found["a"], maps)
    other = arrays.of("first", "conv1", STEP, "bright")
    np.testing.assert_array_equal(found["b"], other)
    tab.button("Export").click()
    npz = tab.frame.locator(".menu.exports button", has_text="NPZ")
    wait_until(npz).to_have_text("NPZ the values of A and B, for NumPy")


def test_the_gif_of_a_comparison_follows_a(tab: Tab, arrays: Arrays) -> None:
    state = {"b_run": "second", "b_step": 1, "search": "3", "scale": "layer"}
    open_view(tab, "compare", **state, compare_scale="common")
    every = [arrays.of("first", LAYER, step, "bright") for step in range(6)]
    other = arrays.of("second", LAYER, 1, "bright")
    limits = ends(*(one.astype(np.float64) for one in (*every, other)))
    for frame, maps in zip(frames(tab.saved("GIF")[1]), every, strict=True):
        found = np.stack(maps_in(frame, SIDES, near=6)).astype(int)
        pair = np.stack([maps[..., 3], other[..., 3]], -1)
        assert np.abs(found - np.stack(drawn(tab, pair, limits))).max() <= 6


# Small multiples.


def test_the_png_of_multiples_has_the_rows_that_are_out_of_sight(
    open_tab: Callable[..., Tab], host: Host, arrays: Arrays
) -> None:
    tab = open_tab(host, viewport={"width": 1280, "height": 500})
    open_view(tab, "multiples", channel=3, multiples_scale="common")
    steps = {"first": range(6), "second": [0, 1, 2, 2, 2, 2]}
    maps = [
        arrays.of(run, LAYER, step, "bright")[..., 3]
        for run, all_steps in steps.items()
        for step in all_steps
    ]
    stacked = np.stack(maps, -1).astype(np.float64)
    found = maps_in(saved_picture(tab), SIDES)
    assert_alike(found, drawn(tab, stacked, ends(stacked)))


def test_the_numbers_of_multiples_are_those_of_all_cells(
    tab: Tab, arrays: Arrays
) -> None:
    open_view(tab, "multiples", channel=3)
    found = saved_arrays(tab)
    expected = np.full((4, 6, *SIDES), np.nan, np.float32)
    steps = np.full((4, 6), -1)
    for row, run in (0, "first"), (3, "second"):
        for column in range(6):
            step = column if row == 0 else min(column, 2)
            steps[row, column] = step
            expected[row, column] = arrays.of(run, LAYER, step, "bright")[..., 3]
    np.testing.assert_array_equal(found["activations"], expected)
    np.testing.assert_array_equal(found["steps"], steps)
    np.testing.assert_array_equal(found["channels"], np.where(steps < 0, -1, 3))
    assert found["rows"].tolist() == [*RUNS]
    assert found["columns"].tolist() == [f"step {step}" for step in range(6)]
    for name, there in (("runs", None), ("layers", LAYER), ("inputs", "bright")):
        rows = [
            [there or run if row in (0, 3) else ""] * 6 for row, run in enumerate(RUNS)
        ]
        assert found[name].tolist() == rows
    none = "The run has no such layer."
    assert found["reasons"].tolist() == [[""] * 6, [none] * 6, [none] * 6, [""] * 6]
    lines = saved_table(tab)
    empty = [line for line in lines if line["value"] == ""]
    assert [line["row_name"] for line in empty] == ["odd"] * 6 + ["odd8"] * 6
    for row, run in (0, "first"), (3, "second"):
        for column in range(6):
            name = f"step {column}"
            of_cell = [
                line
                for line in lines
                if (line["row_name"], line["column_name"]) == (run, name)
            ]
            assert {line["step"] for line in of_cell} == {str(steps[row, column])}
            assert_listed(of_cell, expected[row, column][..., None])


def test_layers_of_unlike_sizes_are_arrays_of_their_own(
    tab: Tab, arrays: Arrays
) -> None:
    open_view(tab, "multiples", columns="layers", channel=3)
    found = saved_arrays(tab)
    layers = found["layers"][0].tolist()
    assert found["columns"].tolist() == layers
    for row, (run, step) in {0: ("first", STEP), 3: ("second", 2)}.items():
        for column, layer in enumerate(layers):
            channel = found["channels"][row, column]
            expected = arrays.of(run, layer, step, "bright")[..., channel]
            saved = found[f"activations_{row}_{column}"]
            np.testing.assert_array_equal(saved, expected)


@pytest.mark.parametrize(
    ("rows", "names"), [("inputs", ["bright", "dull"]), ("channels", [3, 6])]
)
def test_rows_of_one_run_are_saved_as_what_they_are(
    tab: Tab, arrays: Arrays, rows: str, names: list[str | int]
) -> None:
    pins = f"{LAYER}:3,6"
    open_view(tab, "multiples", multiples_rows=rows, channel=3, pins=pins)
    found = saved_arrays(tab)
    heads = [name if rows == "inputs" else f"channel {name}" for name in names]
    assert found["rows"].tolist() == heads
    expected = [
        [
            arrays.of("first", LAYER, step, name if rows == "inputs" else "bright")[
                ..., name if rows == "channels" else 3
            ]
            for step in range(6)
        ]
        for name in names
    ]
    np.testing.assert_array_equal(found["activations"], expected)
    page = saved_picture(tab)
    assert len(maps_in(page, SIDES)) == 12
    # Inputs have their pictures beside their names.
    assert len(framed(page)) == 12 + (2 if rows == "inputs" else 0)


def test_the_gif_of_multiples_is_there_where_steps_are_no_columns(tab: Tab) -> None:
    open_view(tab, "multiples", columns="layers", layers="conv2", channel=3)
    assert len(frames(tab.saved("GIF")[1])) == 6
    for view in ("multiples", "training"):
        open_view(tab, view)
        tab.button("Export").click()
        gif = tab.frame.locator(".menu.exports button", has_text="GIF")
        wait_until(gif).to_be_disabled()
        wait_until(gif).to_contain_text("steps")


def test_one_step_makes_no_gif(tab: Tab) -> None:
    open_view(tab, "grid", run="odd", layer="odd", step=0, input="input")
    tab.button("Export").click()
    gif = tab.frame.locator(".menu.exports button", has_text="GIF")
    wait_until(gif).to_be_disabled()
    wait_until(gif).to_have_text("GIF not for this view: there is only one step")


# Inputs.


def test_the_png_of_inputs_has_all_rows_and_the_difference(
    tab: Tab, arrays: Arrays
) -> None:
    open_view(tab, "inputs", scale="layer")
    a, b = (arrays.of("first", LAYER, STEP, name) for name in ("bright", "dull"))
    between = (b - a).astype(np.float64)
    order = np.argsort(-np.sqrt((between**2).sum((0, 1))), kind="stable")
    most = np.abs(between).max()
    signed = coloured(tab.colours(1), between, -most, most, signed=True)
    sides = [drawn(tab, one, ends(a, b)) for one in (a, b)]
    rows = [[sides[0][i], sides[1][i], signed[..., i]] for i in order]
    # In two strips: the second half is beside the first.
    strips = [[*left, *right] for left, right in zip(rows[:4], rows[4:], strict=True)]
    found = maps_in(saved_picture(tab), SIDES)
    assert_alike(found, [one for row in strips for one in row])


def test_the_numbers_of_inputs_are_those_of_each_and_the_difference(
    tab: Tab, arrays: Arrays
) -> None:
    open_view(tab, "inputs")
    a, b = (arrays.of("first", LAYER, STEP, name) for name in ("bright", "dull"))
    between = b - a
    scores = np.sqrt((between.astype(np.float64) ** 2).sum((0, 1)))
    order = np.argsort(-scores, kind="stable")
    found = saved_arrays(tab)
    both = np.stack([a, b])[..., order]
    np.testing.assert_array_equal(found.pop("activations"), both)
    np.testing.assert_array_equal(found.pop("b_minus_a"), between[..., order])
    np.testing.assert_allclose(found.pop("scores"), scores[order], rtol=1e-6)
    assert {name: one.tolist() for name, one in found.items()} == {
        "channels": order.tolist(),
        "scored_by": "whole maps (L2)",
        "inputs": ["bright", "dull"],
        "input_a": "bright",
        "input_b": "dull",
        "step": STEP,
        "run": "first",
        "layer": LAYER,
    }
    lines = saved_table(tab)
    for side, name, expected in (
        ("a", "bright", a),
        ("b", "dull", b),
        ("b_minus_a", "", between),
    ):
        of_side = [
            line for line in lines if (line["side"], line["input"]) == (side, name)
        ]
        assert_listed(of_side, expected[..., order])


# The training.


@pytest.fixture
def over_steps(arrays: Arrays) -> np.ndarray:
    """The maximum of each channel at each step, (8, 6)."""
    facts = [arrays.facts("first", LAYER, step, "bright") for step in range(6)]
    return np.stack([np.float32(one.maximum) for one in facts], 1)


def silent_shares(arrays: Arrays) -> tuple[list[str], np.ndarray]:
    """The layers, and the share of silent channels of each at each step."""
    layers = ["conv1", "relu1", LAYER, "block/relu2"]
    found = np.zeros((4, 6), np.float32)
    for row, layer in enumerate(layers):
        for step in range(6):
            record = arrays.stored("first", layer, step).record
            channels = len(record.inputs[0].maximum)
            found[row, step] = len(record.silent) / channels
    return layers, found


def test_the_png_of_a_training_has_both_matrices(
    tab: Tab, arrays: Arrays, over_steps: np.ndarray
) -> None:
    open_view(tab, "training", scale="layer")
    channels, layers = framed(saved_picture(tab))
    expected = drawn(tab, over_steps[..., None], ends(over_steps))[0]
    np.testing.assert_array_equal(values(channels, (8, 6)), expected)
    _, shares = silent_shares(arrays)
    table = tab.colours(1)
    np.testing.assert_array_equal(
        layers[14::30, 48::96], coloured(table, shares[..., None], 0, 1)[..., 0]
    )


def test_the_numbers_of_a_training_are_both_matrices(
    tab: Tab, arrays: Arrays, over_steps: np.ndarray
) -> None:
    open_view(tab, "training", sort="max")
    maps = arrays.of("first", LAYER, STEP, "bright")
    order = np.argsort(-maps.max((0, 1)), kind="stable")
    layers, shares = silent_shares(arrays)
    found = saved_arrays(tab)
    np.testing.assert_array_equal(found.pop("channel_values"), over_steps[order])
    np.testing.assert_array_equal(found.pop("layer_values"), shares)
    assert not found.pop("channel_missing").any()
    assert not found.pop("layer_missing").any()
    assert {name: one.tolist() for name, one in found.items()} == {
        "channels": order.tolist(),
        "channel_steps": [*range(6)],
        "channel_statistic": "maximum",
        "layers": layers,
        "layer_steps": [*range(6)],
        "layer_statistic": "combined",
        "run": "first",
        "layer": LAYER,
        "input": "bright",
    }
    table = [list(line.values()) for line in saved_table(tab)]
    lines = [
        [
            "channel",
            "first",
            str(channel),
            str(step),
            "maximum",
            over_steps[channel, step],
        ]
        for channel in order
        for step in range(6)
    ] + [
        ["layer", "first", layer, str(step), "combined", shares[row, step]]
        for row, layer in enumerate(layers)
        for step in range(6)
    ]
    assert [line[:5] for line in table] == [line[:5] for line in lines]
    assert [np.float32(line[5]) for line in table] == [line[5] for line in lines]


def test_a_run_beside_it_is_in_all_files_of_a_training(
    tab: Tab, arrays: Arrays
) -> None:
    open_view(tab, "training", beside="second")
    found = saved_arrays(tab)
    layers = found["layers"].tolist()
    assert found["run_beside"].tolist() == "second"
    assert found["layer_steps_beside"].tolist() == [0, 1, 2]
    expected = np.zeros((len(layers), 3), np.float32)
    for row, layer in enumerate(layers):
        for step in range(3):
            record = arrays.stored("second", layer, step).record
            expected[row, step] = len(record.silent) / len(record.inputs[0].maximum)
    np.testing.assert_array_equal(found["layer_values_beside"], expected)
    lines = [line for line in saved_table(tab) if line["run"] == "second"]
    assert [(line["name"], line["step"]) for line in lines] == [
        (layer, str(step)) for layer in layers for step in range(3)
    ]
    saved = [np.float32(line["value"]) for line in lines]
    assert saved == expected.ravel().tolist()
    # Channels × steps, and layers × steps of both.
    assert len(framed(saved_picture(tab))) == 3


def test_steps_without_numbers_are_missing_and_no_nan(
    open_tab: Callable[..., Tab], rare: Host
) -> None:
    tab = open_tab(rare)
    tab.open(run="gap", view="training", input="input", **BY_NUMBER)
    found = saved_arrays(tab)
    assert found["channel_missing"].tolist() == [[0, 1, 0], [0, 1, 0]]
    values_ = [line["value"] for line in saved_table(tab) if line["of"] == "channel"]
    assert [value == "" for value in values_] == [False, True, False] * 2
