"""Room: that of pictures in a small window, and that of words."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from browser.tab import Tab, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SMALL = {"width": 900, "height": 700}
#: What shows the pictures of a view, and a line of words on top of them in pixels.
PICTURES = {
    "grid": ("main .scroll", 0),
    "channel": (".panels", 0),
    "compare": (".pair", 0),
    "multiples": ("main .scroll", 0),
    "inputs": ("main .scroll", 0),
}
#: Heights of what an element has and of what is seen of it.
HEIGHTS = "(one) => [one.scrollHeight, one.clientHeight]"


def open_small(open_tab: Callable[..., Tab], host: Host, view: str) -> Tab:
    tab = open_tab(host, viewport=SMALL)
    tab.open(run="first", layer="relu1", step=4, view=view)
    wait_until(tab.frame.locator("main canvas").first).to_be_visible()
    tab.settle()
    return tab


@pytest.mark.parametrize("view", PICTURES)
def test_pictures_have_room_in_a_small_window(
    open_tab: Callable[..., Tab], host: Host, view: str
) -> None:
    tab = open_small(open_tab, host, view)
    selector, words = PICTURES[view]
    box = tab.frame.locator(selector).first.bounding_box()
    assert box is not None
    assert box["height"] - words >= 320
    # What is below the view is there too, and over nothing.
    view_box = tab.frame.locator("main > .view").bounding_box()
    aside = tab.frame.locator(".aside")
    aside_box = aside.bounding_box()
    assert view_box is not None
    assert aside_box is not None
    assert aside_box["y"] >= view_box["y"] + view_box["height"]
    aside.locator("section").last.scroll_into_view_if_needed()
    end = aside.bounding_box()
    scrubber = tab.frame.locator(".scrubber").bounding_box()
    assert end is not None
    assert scrubber is not None
    assert end["y"] < scrubber["y"]


def test_both_parts_of_a_training_have_room_in_a_small_window(
    open_tab: Callable[..., Tab], host: Host
) -> None:
    tab = open_small(open_tab, host, "training")
    heat, strip = (
        tab.frame.locator(f".{part} .matrix").bounding_box()
        for part in ("heat", "strip")
    )
    assert heat is not None
    assert strip is not None
    assert heat["height"] >= 200
    # All of the 4 layers, 15 pixels each, and the axis below them.
    assert strip["height"] >= 4 * 15 + 20
    assert strip["y"] >= heat["y"] + heat["height"]


@pytest.mark.server
@pytest.mark.parametrize("width", [900, 1280])
def test_the_line_on_honesty_is_not_cut(
    open_tab: Callable[..., Tab], host: Host, width: int
) -> None:
    tab = open_tab(host, viewport={"width": width, "height": 800})
    tab.open(run="first", layer="relu1")
    line = tab.frame.locator(".honesty")
    whole, seen = line.evaluate(HEIGHTS)
    assert whole == seen <= 2 * 15 + 8
    assert line.evaluate("(one) => one.scrollWidth <= one.clientWidth")


def test_a_channel_is_told_whole_at_1280_pixels(tab: Tab) -> None:
    tab.open(run="first", layer="relu1", step=4, view="channel", channel=7)
    wait_until(tab.enlarged).to_be_visible()
    tab.settle()
    whole, seen = tab.frame.locator(".panels").evaluate(HEIGHTS)
    assert whole <= seen
    side = tab.enlarged.bounding_box()
    assert side is not None
    assert side["height"] >= 200


def test_values_beside_the_colours_do_not_touch(tab: Tab) -> None:
    tab.open(run="first", layer="block/conv2", step=2, view="inputs")
    wait_until(tab.frame.locator(".legend")).to_have_count(2)
    for legend in tab.frame.locator(".legend").all():
        spans = legend.locator(".ticks span").evaluate_all(
            "all => all.map((one) => one.getBoundingClientRect().toJSON())"
        )
        ramp = legend.locator(".ramp").bounding_box()
        assert ramp is not None
        assert len(spans) >= 2
        assert spans[0]["left"] == pytest.approx(ramp["x"], abs=0.5)
        assert spans[-1]["right"] == pytest.approx(ramp["x"] + ramp["width"], abs=0.5)
        for one, following in itertools.pairwise(spans):
            assert following["left"] - one["right"] >= 6


@pytest.mark.parametrize("view", ["grid", "channel", "compare", "multiples", "inputs"])
def test_the_scale_is_in_sight_however_far_a_view_is_scrolled(
    open_tab: Callable[..., Tab], host: Host, view: str
) -> None:
    tab = open_tab(host, viewport={"width": 1280, "height": 600})
    tab.open(run="first", layer="relu1", step=4, view=view)
    wait_until(tab.frame.locator("main canvas").first).to_be_visible()
    legend = tab.frame.locator("[data-name=legend]").last
    wait_until(legend).to_be_visible()
    tab.settle()
    scrubber = tab.frame.locator(".scrubber").bounding_box()
    assert scrubber is not None
    for far in (0, 120):
        tab.frame.locator(".body").evaluate("(one, far) => one.scrollTo(0, far)", far)
        box = legend.bounding_box()
        assert box is not None
        assert box["height"] >= 30
        assert box["y"] + box["height"] <= scrubber["y"] + 1


#: How far down rows of controls of a comparison begin: the middle of each control.
ROWS = """view => [...new Set([...view.querySelectorAll(
  ".tools :is(button, select, input, summary)"
)].filter((one) => one.checkVisibility() && !one.closest(".lists")).map((one) => {
  const { top, height } = one.getBoundingClientRect();
  return Math.round((top + height / 2) / 10);
}))].length"""


@pytest.mark.server
@pytest.mark.parametrize(
    ("width", "height", "rows"),
    [(1920, 1080, 2), (1440, 900, 2), (1024, 768, 3)],
)
def test_a_comparison_leaves_its_room_to_maps(
    open_tab: Callable[..., Tab], host: Host, width: int, height: int, rows: int
) -> None:
    tab = open_tab(host, viewport={"width": width, "height": height})
    tab.open(run="first", layer="relu1", step=4, view="compare", channel=3)
    canvas = tab.frame.locator(".pane canvas").first
    wait_until(canvas).to_be_visible()
    tab.settle()
    assert tab.frame.locator(".view.compare").evaluate(ROWS) == rows
    pair = tab.frame.locator(".pair").bounding_box()
    scale = tab.frame.locator(".compare .legends").bounding_box()
    assert pair is not None
    assert scale is not None
    seen = min(pair["y"] + pair["height"], scale["y"]) - pair["y"]
    # Three rows of maps and their numbers, and at least half of the height.
    assert seen >= 3 * (5 * 16 + 20)
    assert seen >= 0.4 * height


def test_what_sorts_channels_is_not_shown_where_there_is_one(tab: Tab) -> None:
    tab.open(run="first", layer="relu1", step=4, view="compare", channel=3)
    sorting = tab.frame.locator(".compare").get_by_label("Sort by")
    searching = tab.frame.locator("#search-channels")
    wait_until(sorting).to_be_visible()
    wait_until(searching).to_be_visible()
    tab.button("only channel 3").click()
    wait_until(sorting).to_have_count(0)
    wait_until(searching).to_have_count(0)
    wait_until(tab.button("Larger")).to_be_visible()


def test_the_bar_is_one_row_at_1440_pixels(
    open_tab: Callable[..., Tab], host: Host
) -> None:
    tab = open_tab(host, viewport={"width": 1440, "height": 900})
    tab.open(run="first", layer="relu1")
    bar = tab.frame.locator(".bar")
    box = bar.bounding_box()
    assert box is not None
    assert box["height"] <= 26 + 2 * 8 + 1
    assert bar.evaluate("one => one.scrollWidth <= one.clientWidth")
    before = tab.button("Export").or_(bar.locator(".exports summary")).bounding_box()
    # The ends of a scale move nothing that is beside it.
    tab.chosen("Scale").select_option("fixed")
    wait_until(tab.field("Lowest")).to_be_visible()
    after = tab.button("Export").or_(bar.locator(".exports summary")).bounding_box()
    assert before is not None
    assert after is not None
    assert before["x"] == after["x"]


def test_what_stands_beside_the_view_is_in_sight(
    open_tab: Callable[..., Tab], host: Host
) -> None:
    tab = open_tab(host, viewport={"width": 1440, "height": 900})
    tab.open(run="first", layer="relu1", step=4)
    tab.settle()
    aside = tab.frame.locator(".aside")

    def places() -> list[tuple[float, float]]:
        found = [one.bounding_box() for one in aside.locator("section").all()]
        return [(one["y"], one["height"]) for one in found if one is not None]

    before = places()
    box = aside.bounding_box()
    assert box is not None
    assert all(y + height <= box["y"] + box["height"] + 1 for y, height in before)
    # What is told of a value moves nothing but itself.
    tab.frame.locator("main canvas").first.hover(position={"x": 20, "y": 40})
    wait_until(aside.locator(".under td").first).to_be_visible()
    assert places()[:-1] == before[:-1]


@pytest.mark.parametrize("height", [800, 900])
def test_both_scales_of_a_training_are_in_sight(
    open_tab: Callable[..., Tab], host: Host, height: int
) -> None:
    tab = open_tab(host, viewport={"width": 1440, "height": height})
    tab.open(run="first", layer="relu1", step=4, view="training")
    tab.settle()
    legends = tab.frame.locator(".training [data-name=legend]")
    wait_until(legends).to_have_count(2)
    scrubber = tab.frame.locator(".scrubber").bounding_box()
    assert scrubber is not None
    for legend in legends.all():
        box = legend.bounding_box()
        assert box is not None
        assert box["height"] >= 15
        assert box["y"] + box["height"] <= scrubber["y"] + 1
