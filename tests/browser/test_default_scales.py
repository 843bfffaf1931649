"""What views show at first where one run, or one step, is far beyond all others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from browser.arrays import Arrays, shades
from browser.logs import OUTLIER
from browser.tab import Tab, wait_until
from browser.words import shown
from numpy.typing import NDArray
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LAYER, STEP = "conv", 30
SILENT = (0, 3, 6, 9)
#: A tenth of the scale, as a grey.
DARK = 25
Colors = NDArray[np.uint8]


@pytest.fixture
def arrays(diverging: Host) -> Arrays:
    """What the two runs hold, as NumPy has it."""
    return Arrays(diverging.log_dir)


@pytest.fixture
def tab(open_tab: Callable[..., Tab], diverging: Host) -> Tab:
    """A tab on the two runs."""
    return open_tab(diverging)


def bright(pixels: Colors) -> float:
    """The share of opaque pixels that are above a tenth of a grey scale."""
    opaque = pixels[pixels[..., 3] == 255]
    return float((opaque[:, 0] > DARK).mean())


def scale_switch(tab: Tab, name: str) -> None:
    tab.frame.locator(".scales").get_by_role("button", name=name).click()
    tab.rest()


def pressed(tab: Tab) -> str:
    """What is chosen of the switch beside the legend."""
    found = tab.frame.locator(".scales [aria-pressed=true]")
    return (found.text_content() or "").strip()


def row_pixels(tab: Tab, run: str) -> Colors:
    """All cells of a run of the small multiples, side by side."""
    cells = tab.frame.locator(f'.multiple[aria-label^="run {run} "] canvas')
    return np.concatenate([tab.pixels(one) for one in cells.all()], 1)


def test_multiples_show_both_runs_each_on_its_own_scale(
    tab: Tab, arrays: Arrays
) -> None:
    tab.open(view="multiples", run="calm", layer=LAYER, channel=2)
    tab.settle()
    assert pressed(tab) == "each row"
    for run in ("calm", "diverging"):
        assert bright(row_pixels(tab, run)) > 0.3, run
        steps = tab.frame.locator(".multiples .head").all_text_contents()
        shown_maps = [
            arrays.of(run, LAYER, int(step.removeprefix("step ")), "input")[..., 2]
            for step in steps
        ]
        ends = min(map(np.min, shown_maps)), max(map(np.max, shown_maps))
        line = tab.frame.locator(".multiples .run", has_text=run)
        # The range is said beside the row.
        wait_until(line.locator("small")).to_have_text(
            f"{shown(ends[0])} to {shown(ends[1])}"
        )
        cell = tab.pixels(
            tab.frame.locator(
                f'.multiple[aria-label^="run {run} · step {STEP} "] canvas'
            )
        )
        side = cell.shape[0] // 8
        found = cell[side // 2 :: side, side // 2 :: side, 0].astype(int)
        np.testing.assert_array_equal(found, shades(shown_maps[-1], *ends))
    why = tab.frame.locator("[data-name=why-apart]")
    wait_until(why).to_have_text("run calm would use 0.3% of a common scale")


def test_the_scale_of_multiples_is_one_click_away_and_in_the_address(tab: Tab) -> None:
    tab.open(view="multiples", run="calm", layer=LAYER, channel=2)
    tab.settle()
    scale_switch(tab, "common scale")
    assert tab.state()["multiples_scale"] == "common"
    assert bright(row_pixels(tab, "calm")) == 0
    assert bright(row_pixels(tab, "diverging")) > 0.3
    misfit = tab.frame.locator("[data-name=misfit]")
    wait_until(misfit).to_contain_text("run calm uses 0.3% of this scale")
    misfit.get_by_role("button", name="Fit the scale").click()
    tab.rest()
    assert pressed(tab) == "each row"
    assert "multiples_scale" not in tab.state()
    scale_switch(tab, "each cell")
    small = tab.frame.locator('.multiple[aria-label^="run calm · step 30 "] small')
    wait_until(small).to_contain_text(" to ")
    tab.page.reload()
    tab.rest()
    assert pressed(tab) == "each cell"


def test_one_run_alone_has_a_common_scale(tab: Tab, arrays: Arrays) -> None:
    tab.open(view="compare", layer=LAYER, run="calm", step=20, b_run="calm", b_step=30)
    tab.settle()
    assert pressed(tab) == "common scale"
    maps = [arrays.of("calm", LAYER, step, "input") for step in (20, 30)]
    ends = 0, max(map(np.max, maps))
    np.testing.assert_array_equal(np.float32(tab.legend()), np.float32(ends))


def panes(tab: Tab) -> tuple[Colors, Colors]:
    a, b = (
        tab.pixels(tab.frame.get_by_role("img", name=f"Feature maps of {side}: "))
        for side in "AB"
    )
    return a, b


def test_a_comparison_with_a_run_that_diverges_shows_both(
    tab: Tab, arrays: Arrays
) -> None:
    tab.open(view="compare", layer=LAYER, run="calm", b_run="diverging")
    tab.settle()
    assert pressed(tab) == "each side its own"
    for pane in panes(tab):
        assert bright(pane) > 0.3
    for number, run in enumerate(("calm", "diverging")):
        most = arrays.of(run, LAYER, STEP, "input").max()
        np.testing.assert_array_equal(np.float32(tab.legend(number)), (0, most))
    wait_until(tab.frame.locator("[data-name=why-apart]")).to_have_text(
        "A would use 0.3% of a common scale"
    )
    scale_switch(tab, "common scale")
    a, b = panes(tab)
    assert bright(a) < 0.05
    assert bright(b) > 0.3
    assert tab.state()["compare_scale"] == "common"
    wait_until(tab.frame.locator("[data-name=misfit]")).to_contain_text(
        "A uses 0.3% of this scale"
    )
    tab.button("Fit the scale").click()
    tab.rest()
    assert pressed(tab) == "each side its own"


def matrix(tab: Tab) -> Colors:
    """The cells of the heat map, from their middles, (rows, columns, 4)."""
    canvas = tab.frame.locator(".heat .matrix canvas")
    left, width, height = (
        float(canvas.get_attribute(f"data-{name}") or "")
        for name in ("left", "cell-width", "cell-height")
    )
    x = (left + (np.arange(31) + 0.3) * width).astype(int)
    y = ((np.arange(12) + 0.5) * height).astype(int)
    return tab.pixels(canvas)[y[:, None], x]


def test_one_step_far_beyond_the_others_does_not_darken_them(tab: Tab) -> None:
    tab.open(view="training", run="diverging", layer="spiky")
    tab.settle()
    assert pressed(tab) == "without outliers"
    cells = matrix(tab)
    # All but the silent channels, which have no say either.
    assert (cells[:8, :, 0] > DARK).all()
    assert (cells[8:, :, 0] == 0).all()
    assert (cells[:8, OUTLIER, :3] == 255).all()
    marks = tab.frame.locator(".heat [data-name=marks]")
    wait_until(marks).to_have_text("8 above the scale (2.2%)")
    scale_switch(tab, "all values")
    others = np.delete(matrix(tab)[:8], OUTLIER, axis=1)
    assert (others[..., 0] <= DARK).all()
    scale_switch(tab, "logarithmic")
    assert tab.state()["log"] == "true"
    found = matrix(tab)[:8]
    assert (found[..., 0] > DARK).all()
    others = np.delete(found, OUTLIER, axis=1)
    assert (others[..., 0] < found[:, [OUTLIER], 0]).all()


def test_a_scale_of_which_little_is_used_is_told_and_another_offered(tab: Tab) -> None:
    tab.open(run="calm", layer=LAYER, scale="runs")
    tab.settle()
    misfit = tab.frame.locator("[data-name=misfit]")
    wait_until(misfit).to_contain_text("what is shown uses 0.3% of this scale")
    assert bright(tab.pixels()) < 0.05
    tab.button("Fit the scale").click()
    tab.rest()
    assert "scale" not in tab.state()
    wait_until(misfit).to_have_count(0)
    assert bright(tab.pixels()) > 0.3
    tab.open(run="calm", layer=LAYER, scale="fixed", low=0, high=30)
    wait_until(misfit).to_contain_text("uses 3.2% of this scale")


def order(tab: Tab) -> list[int]:
    """The channels of the grid, as they stand."""
    return list(tab.cells())


def test_the_grid_opens_strongest_first_with_silent_channels_folded(
    tab: Tab, arrays: Arrays
) -> None:
    tab.open(run="calm", layer=LAYER)
    tab.settle()
    maps = arrays.of("calm", LAYER, STEP, "input")
    ranked = np.argsort(-maps.max((0, 1)), kind="stable")
    alive = [int(one) for one in ranked if one not in SILENT]
    assert order(tab) == alive
    count = tab.frame.locator("[data-name=count]")
    wait_until(count).to_have_text("8 of 12 channels")
    silent = tab.frame.locator("[data-name=silent]")
    wait_until(silent).to_have_text("4 silent, show")
    wait_until(silent).to_have_attribute(
        "title",
        "Zero everywhere for this input; another input may make them respond (d)",
    )
    silent.click()
    tab.settle()
    assert order(tab) == [*alive, *SILENT]
    assert tab.state()["show_silent"] == "true"
    wait_until(silent).to_have_text("fold 4 silent")
    tab.press("d")
    wait_until(count).to_have_text("8 of 12 channels")
    # What is named is shown, silent or not.
    tab.open(run="calm", layer=LAYER, search="3,5")
    assert sorted(order(tab)) == [3, 5]


def test_every_cell_has_a_frame_that_is_seen_on_the_page(tab: Tab) -> None:
    tab.open(
        run="calm", layer=LAYER, scale="fixed", low=-2, high=-1, zoom=16, colours="gray"
    )
    tab.settle()
    pixels = tab.pixels()[..., :3].astype(int)
    assert (pixels[14 : 14 + 128, :128] == 255).all()
    for edge in (pixels[13, :128], pixels[14 + 128, :128], pixels[20:100, 128]):
        assert (edge.max(1) < 160).all()
    left = tab.frame.locator(".edged").evaluate(
        "one => getComputedStyle(one).backgroundImage"
    )
    assert "repeating-linear-gradient" in left
