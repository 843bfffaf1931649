"""The files of runs at a glance: all layers × all runs, as the tab measures them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from browser.arrays import Arrays
from browser.exported import saved_arrays, saved_picture, saved_table
from browser.scripts import coloured
from browser.tab import Tab
from PIL import Image, ImageSequence

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LAYERS = ("conv1", "relu1", "block/conv2", "block/relu2")
START: dict[str, str | int] = {"run": "first", "step": 4, "input": "bright"}
#: The step of the second run that belongs to step 4 of the first.
OTHER = 2
#: Height of a line of the picture, and pixels of it for one of the page.
LINE, RATIO = 24, 2


def distance(arrays: Arrays, layer: str, name: str = "bright") -> float:
    a, b = (
        arrays.of(run, layer, step, name).astype(np.float64)
        for run, step in (("first", 4), ("second", OTHER))
    )
    return float(np.linalg.norm(b - a) / np.linalg.norm(a))


def open_runs(tab: Tab, **state: str | int) -> Tab:
    tab.open(view="runs", **{**START, **state})
    tab.rest()
    return tab


def test_the_numbers_of_runs_are_those_of_all_layers(tab: Tab, arrays: Arrays) -> None:
    open_runs(tab)
    found = saved_arrays(tab)
    runs = found["runs"].tolist()
    assert sorted(runs) == ["first", "odd", "odd8", "second"]
    assert found["layers"].tolist() == [*LAYERS, "odd"]
    first, second = runs.index("first"), runs.index("second")
    np.testing.assert_array_equal(found["values"][:4, first], 0)
    np.testing.assert_allclose(
        found["values"][:4, second],
        [distance(arrays, layer) for layer in LAYERS],
        rtol=1e-5,
    )
    assert found["steps"][:4, first].tolist() == [4] * 4
    assert found["steps"][:4, second].tolist() == [OTHER] * 4
    assert found["left_out"][:4, second].tolist() == [0] * 4
    facts = ("measure", "run_a", "step_a", "input")
    assert {name: found[name].tolist() for name in facts} == {
        "measure": "relative",
        "run_a": "first",
        "step_a": 4,
        "input": "bright",
    }
    # What is not there has a reason, and no number.
    there = found["reasons"] == ""
    assert np.isnan(found["values"][~there]).all()
    assert (found["steps"][~there] == -1).all()
    lacking = found["reasons"][0, runs.index("odd8")]
    assert lacking == "Run “odd8” has no layer “conv1”."


def test_the_table_of_runs_says_the_same_line_by_line(tab: Tab) -> None:
    open_runs(tab)
    arrays_ = saved_arrays(tab)
    expected: list[dict[str, Any]] = []
    for row, layer in enumerate(arrays_["layers"]):
        for column, run in enumerate(arrays_["runs"]):
            at = row, column
            reason = str(arrays_["reasons"][at])
            expected.append(
                {
                    "layer": layer,
                    "run": run,
                    "step": "" if reason else str(arrays_["steps"][at]),
                    "measure": "relative",
                    "value": None if reason else arrays_["values"][at],
                    "left_out": "" if reason else str(arrays_["left_out"][at]),
                    "reason": reason,
                }
            )
    found = [
        {**line, "value": np.float32(line["value"]) if line["value"] else None}
        for line in saved_table(tab)
    ]
    assert found == expected


def test_the_picture_of_runs_has_the_colours_of_the_tab(
    tab: Tab, arrays: Arrays
) -> None:
    open_runs(tab, layers="block")
    expected = [distance(arrays, layer) for layer in LAYERS[2:]]
    page = saved_picture(tab)
    numbers = np.array(expected)[:, None, None]
    high = min(max(expected), max(1, 2 * min(expected)))
    drawn = coloured(tab.colours(), numbers, 0, high)
    for color in drawn[:, 0, :, 0]:
        seen = (page == color).all(-1).sum()
        # A column is some dozens of pixels wide, less the number that stands on it.
        assert seen > 60 * RATIO * (LINE - 12) * RATIO / 2


def test_the_gif_of_runs_has_a_frame_for_every_step(tab: Tab) -> None:
    open_runs(tab)
    moving = Image.open(io.BytesIO(tab.saved("GIF")[1]))
    frames = [np.asarray(one.convert("RGB")) for one in ImageSequence.Iterator(moving)]
    assert len(frames) == 6
    assert any((frames[0] != other).any() for other in frames[1:])


def test_one_measure_of_each_run_is_of_all_inputs(tab: Tab, arrays: Arrays) -> None:
    open_runs(tab, runs_by="mean")
    found = saved_arrays(tab)
    column = found["runs"].tolist().index("second")
    expected = [
        np.mean(
            [arrays.of("second", layer, OTHER, name) for name in ("bright", "dull")]
        )
        for layer in LAYERS
    ]
    np.testing.assert_allclose(found["values"][:4, column], expected, rtol=1e-4)
    assert found["measure"].tolist() == "mean"
