"""B − A, and how far the two are apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from browser.arrays import Arrays, shades
from browser.compare import (
    FIRST,
    LAYER,
    OTHER,
    STEP,
    Both,
    apart,
    compare,
    differing,
    distances,
    open_side,
    pane,
    pointed_at,
)
from browser.drawn import GAP, LABEL, ZOOM
from browser.tab import Tab, wait_until
from browser.words import shown
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_a_difference_has_its_sign(tab: Tab, both: Both) -> None:
    shown_so = {"zoom": ZOOM, "compare": "difference", "search": "1,6"}
    compare(tab, **FIRST, **OTHER, **shown_so)
    found = tab.maps([1, 6], (7, 7), pane(tab, "B − A"))
    wanted = np.float32(both[1] - both[0]).astype(np.float64)
    most = np.abs(wanted).max()
    np.testing.assert_allclose(tab.legend(), (-most, most), rtol=1e-12)
    table = tab.colours()
    expected = np.moveaxis(table[shades(wanted[..., [1, 6]], -most, most)], -1, 2)
    np.testing.assert_array_equal(found, expected)
    # Blue below zero, orange above, black between.
    assert table[0, 2] > table[0, 0]
    assert table[-1, 2] < table[-1, 0]
    assert table[[127, 128]].max() < 30


@pytest.mark.parametrize(
    ("b", "run", "step", "name"),
    [
        ({"b_step": 0}, "first", 0, "bright"),
        ({"b_input": "dull"}, "first", STEP, "dull"),
        ({"b_run": "second", "b_step": 1}, "second", 1, "bright"),
    ],
)
def test_distances_are_those_of_numpy(
    tab: Tab, arrays: Arrays, b: dict[str, Any], run: str, step: int, name: str
) -> None:
    compare(tab, **FIRST, **b)
    one, other = (
        arrays.of(*key)
        for key in (("first", LAYER, STEP, "bright"), (run, LAYER, step, name))
    )
    text = f"B − A, all channels: {apart(one, other)}"
    wait_until(distances(tab)).to_have_text(text)
    open_side(tab, "A")
    tab.field("A: channel").fill("6")
    tab.field("A: channel").press("Enter")
    tab.press("Escape")
    tab.button("only channel 6").click()
    text = f"B − A, the channel: {apart(one[..., 6], other[..., 6])}"
    wait_until(distances(tab)).to_have_text(text)
    open_side(tab, "B")
    tab.field("B: channel").fill("1")
    tab.field("B: channel").press("Enter")
    text = f"B − A, the channel: {apart(one[..., 6], other[..., 1])}"
    wait_until(distances(tab)).to_have_text(text)


def test_distances_say_what_they_leave_out(tab: Tab, arrays: Arrays) -> None:
    compare(tab, run="odd", layer="odd", b_run="odd8")
    one, other = (arrays.of(run, "odd", 0, "input") for run in ("odd", "odd8"))
    text = f"B − A, all channels: {apart(one, other)}"
    assert "positions not finite" in text
    wait_until(distances(tab)).to_have_text(text)
    compare(tab, run="odd", layer="odd", channel=6, one_channel="true", b_channel=0)
    text = f"B − A, the channel: {apart(one[..., 6], one[..., 0])}"
    assert "no cosine" in text
    wait_until(distances(tab)).to_have_text(text)


def test_channels_13_and_46_go_dark_where_the_eye_closes(
    open_tab: Callable[..., Tab], imagenet: Host
) -> None:
    layer = "fire6-relu_squeeze1x1"
    tab = open_tab(imagenet)
    state = {"run": "imagenet", "layer": layer, "sort": "difference", "zoom": 4}
    compare(tab, **state, pins="fire6-squeeze1x1:46")
    wait_until(tab.chosen("Compare with").locator("option:checked")).to_have_text(
        "next input: face-eye-closed"
    )
    names = ("face", "face-eye-closed")
    assert differing(tab, "A") + differing(tab, "B") == [
        f"input {one}" for one in names
    ]
    arrays = Arrays(imagenet.log_dir)
    a, b = (arrays.of("imagenet", layer, 0, one).astype(np.float64) for one in names)
    wait_until(distances(tab)).to_have_text(f"B − A, all channels: {apart(a, b)}")
    ranked = np.argsort(-np.linalg.norm((a - b).reshape(-1, 48), axis=0))
    assert ranked[0] == 13
    # The pin comes first, then what differs most.
    in_order = [46, *(channel for channel in ranked if channel != 46)]
    pitch = 4 * a.shape[1] + GAP
    columns = (tab.pixels(pane(tab, "A")).shape[1] + GAP) // pitch
    tops = [(place * pitch + 2, LABEL + 2) for place in range(columns)]
    found = pointed_at(tab, "A", *tops)
    assert [text.split(",")[0] for text in found] == [
        f"channel {channel}" for channel in in_order[:columns]
    ]
    for place, channel in enumerate((46, 13)):
        one, other = a[..., channel], b[..., channel]
        for half, share in (slice(0, 7), (0.2, 0.6)), (slice(7, 14), (0.999, 1.001)):
            row, column = np.unravel_index(one[:, half].argmax(), one[:, half].shape)
            column += half.start
            at = (place * pitch + 4 * int(column) + 2, LABEL + 4 * int(row) + 2)
            first, second = one[row, column], other[row, column]
            assert share[0] < second / first < share[1]
            (text,) = pointed_at(tab, "B", at)
            assert text == (
                f"channel {channel}, row {row}, column {column}: A {shown(first)} · "
                f"B {shown(second)} · B − A {shown(second - first)} — the channel: "
                f"{apart(one, other)}"
            )
