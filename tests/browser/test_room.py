"""Panels that fold and are resized, the list of runs, and names in little room."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from browser import logs
from browser.tab import Tab, wait_until
from plugin.serving import Host, serving

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RUNS = [f"2026-11-01_resnet50_lr-{i}_batch-32_seed-1" for i in range(4)]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Runs with long names that begin alike."""
    folder = tmp_path_factory.mktemp("many") / "runs"
    for run in RUNS:
        logs.write_small(folder / run, range(2), layer="conv")
    with serving(folder, "rust") as running:
        for run in RUNS:
            running.wait_for(run, "conv/activations", 1)
        yield running


def width(panel: Locator) -> float:
    box = panel.bounding_box()
    assert box is not None
    return box["width"]


def test_a_panel_is_as_wide_as_its_edge_is_dragged_and_stays_so(tab: Tab) -> None:
    tab.open(run="first")
    layers = tab.frame.locator(".layers-panel")
    assert width(layers) == 248
    edge = tab.frame.get_by_role("separator", name="Width of the layers")
    place = edge.bounding_box()
    assert place is not None
    tab.page.mouse.move(place["x"] + 3, place["y"] + 50)
    tab.page.mouse.down()
    tab.page.mouse.move(place["x"] + 103, place["y"] + 50)
    tab.page.mouse.up()
    assert width(layers) == 348
    edge.focus()
    tab.page.keyboard.press("ArrowLeft")
    assert width(layers) == 332
    wait_until(edge).to_have_attribute("aria-valuenow", "332")
    tab.page.reload()
    wait_until(layers).to_be_visible()
    assert width(layers) == 332
    edge.dblclick()
    assert width(layers) == 248


@pytest.mark.parametrize(
    ("panel", "name"), [("layers", "layers"), ("aside", "details")]
)
def test_a_panel_folds_and_leaves_its_room_to_the_view(
    tab: Tab, panel: str, name: str
) -> None:
    tab.open(run="first")
    view = tab.frame.locator("main")
    before, was = width(view), width(tab.frame.locator(f".{panel}-panel"))
    tab.button(f"Hide the {name}").click()
    assert width(view) == before + was - width(tab.frame.locator(f".{panel}-panel"))
    tab.page.reload()
    tab.button(f"Show the {name}").click()
    wait_until(tab.button(f"Hide the {name}")).to_be_visible()
    assert width(view) == before


def test_the_list_of_runs_is_filtered_and_says_how_many_it_hides(
    open_tab: Callable[..., Tab], many: Host
) -> None:
    tab = open_tab(many).open(run=RUNS[0], view="multiples")
    tab.frame.locator(".runs summary").click()
    runs = tab.frame.locator(".runs").get_by_role("option")
    wait_until(runs).to_have_text(RUNS)
    tab.frame.get_by_label("Filter runs").fill("lr-[23]")
    # The run that is looked at stays.
    wait_until(runs).to_have_text([RUNS[0], *RUNS[2:]])
    wait_until(tab.frame.locator(".runs p")).to_contain_text("3 of 4 runs")
    rows = tab.frame.locator(".multiples .run")
    wait_until(rows).to_have_count(3)
    wait_until(tab.frame.locator("main")).to_contain_text("1 run filtered out")
    tab.frame.get_by_label("Filter runs").fill("(")
    wait_until(tab.frame.locator(".runs p.failed")).to_be_visible()
    wait_until(runs).to_have_text(RUNS)


def test_the_list_of_runs_follows_tensorboards_filter(
    open_tab: Callable[..., Tab], many: Host
) -> None:
    tab = open_tab(many)
    tab.go(f"&runFilter=lr-%5B13%5D&p.activations.run={RUNS[1]}")
    tab.frame.locator(".runs summary").click()
    runs = tab.frame.locator(".runs").get_by_role("option")
    wait_until(runs).to_have_text([RUNS[1], RUNS[3]])
    wait_until(tab.frame.locator(".runs p")).to_contain_text(
        re.compile("by TensorBoard.s filter")
    )
    tab.button("show all").click()
    wait_until(runs).to_have_text(RUNS)


def test_names_that_begin_alike_can_be_told_apart_where_they_are_cut(
    open_tab: Callable[..., Tab], many: Host
) -> None:
    tab = open_tab(many).open(run=RUNS[0])
    tab.frame.locator(".runs summary").click()
    names = tab.frame.locator(".runs").get_by_role("option").locator(".cut-name")
    wait_until(names).to_have_count(4)
    tab.frame.locator(".runs > div").evaluate("box => (box.style.width = '200px')")
    for i, name in enumerate(names.all()):
        # What tells the run apart is in sight, whatever is not.
        kept = name.locator("span:not(.gives-way)").first
        wait_until(kept).to_contain_text(f"{i}_batch")
        assert kept.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
        outer, inner = name.bounding_box(), kept.bounding_box()
        assert outer is not None
        assert inner is not None
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1


#: By how much the text of an element is wider than the element is.
CUT_OFF = """one => {
  const text = document.createRange();
  text.selectNodeContents(one);
  return text.getBoundingClientRect().width - one.getBoundingClientRect().width;
}"""


def test_the_end_of_a_cut_name_loses_not_even_a_part_of_a_pixel(
    open_tab: Callable[..., Tab], many: Host
) -> None:
    tab = open_tab(many, viewport={"width": 1600, "height": 800})
    tab.open(run=RUNS[0], view="runs")
    names = tab.frame.locator(".runs-table .head .cut-name")
    wait_until(names).to_have_count(4)
    for name in names.all():
        cut = [part.evaluate(CUT_OFF) for part in name.locator("span").all()]
        assert max(cut[:-1]) > 10
        # Of so little already a browser writes an ellipsis.
        assert cut[-1] < 1 / 64


@pytest.mark.parametrize(
    "view", ["grid", "channel", "compare", "inputs", "training", "runs"]
)
def test_a_narrow_window_has_nothing_beside_it(
    open_tab: Callable[..., Tab], host: Host, view: str
) -> None:
    tab = open_tab(host, viewport={"width": 390, "height": 800})
    tab.open(run="first", view=view)
    tab.rest()
    assert tab.frame.locator("html").evaluate(
        "page => [page.scrollWidth, page.querySelector('main').clientWidth]"
    ) == [390, 390]
    wait_until(tab.button("Show the layers")).to_be_visible()
