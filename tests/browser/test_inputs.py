"""Inputs beside each other, channels ranked by how differently they respond."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays, shades
from browser.tab import Tab, wait_until
from browser.words import change_in_percent, percent, shown
from plugin.serving import Host, serving

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LAYER, STEP = "relu1", 4
FIRST = {"run": "first", "step": STEP, "view": "inputs"}
#: Room before the maps, and between them.
GUTTER, GAP = 120, 8
TIP = re.compile(r"channel (\d+), row (\d+), column (\d+): (.*) · B − A (\S+)")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A run of 30 inputs whose names begin alike."""
    folder = tmp_path_factory.mktemp("many_inputs") / "runs"
    logs.write_many_inputs(folder)
    with serving(folder, "rust") as running:
        running.wait_for("many", "conv1/activations", 0)
        yield running


def open_inputs(tab: Tab, zoom: int, layer: str = LAYER, **state: str) -> None:
    tab.open(**FIRST, layer=layer, zoom=zoom, **state)
    tab.wait_for_title(layer)
    tab.settle()


def scores(one: np.ndarray, other: np.ndarray, measure: str) -> np.ndarray:
    """What channels are ranked by, from maps (H, W, C)."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    return {
        "maximum": np.abs(a.max((0, 1)) - b.max((0, 1))),
        "largest": np.abs(a - b).max((0, 1)),
        "l2": np.sqrt(((a - b) ** 2).sum((0, 1))),
    }[measure]


def rows(tab: Tab, shape: tuple[int, ...], zoom: int) -> list[re.Match[str]]:
    """What is told of the first input's map of each channel in sight."""
    canvas = tab.frame.locator(".scroll.inputs > div > canvas")
    height = tab.pixels(canvas).shape[0]
    pitch = shape[0] * zoom + GAP
    points = [(GUTTER + 5 * zoom + 1, y) for y in range(3 * zoom + 1, height, pitch)]
    found = [TIP.fullmatch(text) for text in tab.tips(points, canvas)]
    return [one for one in found if one]


def scrolled(tab: Tab) -> float:
    """How far down the ranking the view is, in pixels."""
    tab.settle()
    return tab.frame.locator(".scroll.inputs").evaluate("one => one.scrollTop")


def test_the_ranking_opens_at_its_top_unless_the_channel_was_chosen_there(
    tab: Tab, arrays: Arrays
) -> None:
    both = [arrays.of("first", "relu1", STEP, name) for name in ("bright", "dull")]
    apart = ((both[0] - both[1]) ** 2).sum((0, 1))
    last = int(np.argsort(-apart, kind="stable")[-1])
    open_inputs(tab, 8, "relu1", channel=str(last))
    assert scrolled(tab) == 0
    tab.press("2")
    tab.button("How do the inputs differ here?").click()
    assert scrolled(tab) > 0
    tab.press("[")
    tab.press("1")
    tab.press("5")
    assert scrolled(tab) > 0


@pytest.mark.parametrize("measure", ["maximum", "largest", "l2"])
@pytest.mark.parametrize("layer", [LAYER, "block/conv2"])
def test_channels_are_ranked_as_numpy_ranks_them(
    tab: Tab, arrays: Arrays, layer: str, measure: str
) -> None:
    zoom = 2 if layer == LAYER else 4
    # High enough for eight rows.
    tab.page.set_viewport_size({"width": 1280, "height": 800})
    open_inputs(tab, zoom, layer)
    tab.chosen("Rank by difference of").select_option(measure)
    tab.rest()
    a, b = (arrays.of("first", layer, STEP, name) for name in ("bright", "dull"))
    order = np.argsort(-scores(a, b, measure), kind="stable").tolist()
    count = len(order)
    wait_until(tab.frame.locator("[data-name=count]")).to_have_text(
        f"{count} of {count} channels"
    )
    found = rows(tab, a.shape, zoom)
    assert [int(one[1]) for one in found] == order[: len(found)]
    assert len(found) >= 8
    between = b - a
    assert [one.groups()[1:] for one in found] == [
        (
            *("3", "5"),
            f"bright {shown(a[3, 5, channel])} · dull {shown(b[3, 5, channel])}",
            shown(between[3, 5, channel]),
        )
        for channel in order[: len(found)]
    ]
    assert tab.state().get("measure", "l2") == measure


def test_the_maps_and_their_difference_are_drawn_in_their_colours(
    tab: Tab, arrays: Arrays
) -> None:
    zoom, layer = 8, "block/conv2"
    open_inputs(tab, zoom, layer, colours="gray")
    a, b = (
        arrays.of("first", layer, STEP, name).astype(np.float64)
        for name in ("bright", "dull")
    )
    low, high = min(a.min(), b.min()), max(a.max(), b.max())
    assert tab.legend() == (low, high)
    between = (b - a).astype(np.float32).astype(np.float64)
    most = np.abs(between).max()
    assert tab.legend(1) == (-most, most)
    pixels = tab.pixels(tab.frame.locator(".scroll.inputs > div > canvas"))[..., :3]
    side = 7 * zoom
    order = np.argsort(-scores(a, b, "l2"), kind="stable")[:3]
    for row, channel in enumerate(order):
        for column, (maps, legend, ends) in enumerate(
            [(a, 0, (low, high)), (b, 0, (low, high)), (between, 1, (-most, most))]
        ):
            top, left = row * (side + GAP), GUTTER + column * (side + GAP)
            cell = pixels[top : top + side, left : left + side]
            expected = tab.colours(legend)[shades(maps[..., channel], *ends)]
            np.testing.assert_array_equal(
                cell, expected.repeat(zoom, 0).repeat(zoom, 1)
            )


def test_another_choice_swaps_the_two_inputs(tab: Tab, arrays: Arrays) -> None:
    open_inputs(tab, 2)
    tab.chosen("A").select_option("dull")
    wait_until(tab.chosen("B")).to_have_value("bright")
    tab.wait_for_title("input dull and bright")
    tab.rest()
    a, b = (arrays.of("first", LAYER, STEP, name) for name in ("dull", "bright"))
    order = np.argsort(-scores(a, b, "l2"), kind="stable")
    found = rows(tab, a.shape, 2)
    assert [one[5] for one in found] == [
        shown((b - a)[3, 5, channel]) for channel in order[: len(found)]
    ]
    assert (tab.state()["input"], tab.state()["b_input"]) == ("dull", "bright")
    tab.field("Search channels").fill("3,7")
    wait_until(tab.frame.locator("[data-name=count]")).to_have_text("2 of 12 channels")
    left = [channel for channel in order if channel in (3, 7)]
    assert [int(one[1]) for one in rows(tab, a.shape, 2)] == left


def test_a_click_opens_the_channel_for_that_input(tab: Tab, arrays: Arrays) -> None:
    open_inputs(tab, 2)
    a, b = (arrays.of("first", LAYER, STEP, name) for name in ("bright", "dull"))
    best = int(scores(a, b, "l2").argmax())
    canvas = tab.frame.locator(".scroll.inputs > div > canvas")
    canvas.click(position={"x": GUTTER + 2 * 16 + GAP + 5, "y": 5})
    tab.wait_for_title("input dull")
    wait_until(tab.enlarged).to_have_attribute(
        "aria-label", f"Feature map of channel {best}"
    )


def test_maps_take_the_room_there_is(open_tab: Callable[..., Tab], host: Host) -> None:
    sides = []
    for width, height in ((1280, 800), (1920, 1080)):
        tab = open_tab(host, viewport={"width": width, "height": height})
        tab.open(**FIRST, layer=LAYER)
        tab.wait_for_title(LAYER)
        tab.settle()
        canvas = tab.frame.locator(".scroll.inputs > div > canvas")
        pixels = tab.pixels(canvas)
        # The gap below the frame of the first map tells how high it is.
        drawn = pixels[:, GUTTER + 2, 3] > 0
        side = int(np.argmin(drawn)) - 1
        assert side % 16 == 0
        assert GUTTER + 3 * (side + GAP) - GAP <= pixels.shape[1]
        assert 2 * (side + GAP) - GAP <= pixels.shape[0]
        assert side >= 88 - 88 % 16
        sides.append(side)
    assert sides[1] > sides[0]


def test_predictions_change_from_a_to_b(tab: Tab, arrays: Arrays) -> None:
    open_inputs(tab, 2)
    stored = arrays.stored("first", LAYER, STEP)
    facts = {one.name: one for one in stored.record.inputs}
    a, b = (dict(facts[name].predictions) for name in ("bright", "dull"))
    order = sorted(a, key=lambda number: -max(a[number], b[number]))
    names = dict(
        zip(
            [n for n, _ in facts["bright"].predictions],
            facts["bright"].predicted,
            strict=True,
        )
    )
    heads = tab.frame.locator(".heads .head")
    wait_until(heads.first.locator(".class")).to_have_text([names[n] for n in order])
    for place, scores in (1, a), (2, b):
        wait_until(heads.nth(place).locator(".class")).to_have_text(
            [percent(scores[number]) for number in order]
        )
    changes = [b[number] - a[number] for number in order]
    wait_until(heads.nth(3).locator("[data-change]")).to_have_text(
        [change_in_percent(one) for one in changes]
    )


def test_a_long_name_is_cut_where_it_is_like_the_others(
    open_tab: Callable[..., Tab], imagenet: Host
) -> None:
    tab = open_tab(imagenet)
    tab.open(layer=logs.FIRE, view="inputs")
    tab.wait_for_title(logs.FIRE)
    name = tab.frame.locator(".heads .head .name", has_text="face-eye-closed")
    wait_until(name).to_have_attribute("title", "face-eye-closed")
    kept = name.locator(".cut-name span:not(.gives-way)").last
    wait_until(kept).to_contain_text("closed")
    outer, inner = name.bounding_box(), kept.bounding_box()
    assert outer is not None
    assert inner is not None
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1


def test_many_inputs_are_scrolled_and_the_difference_stays(
    open_tab: Callable[..., Tab], many: Host
) -> None:
    tab = open_tab(many)
    tab.open(view="inputs", layer="conv1")
    wait_until(tab.frame.locator(".inputs canvas").last).to_be_visible()
    tab.rest()
    thumbnails = tab.frame.locator(".heads .thumbnail")
    wait_until(thumbnails).to_have_count(24)
    sides = thumbnails.evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().width)"
    )
    assert len(set(sides)) == 1
    assert sides[0] >= 40
    scroll = tab.frame.locator(".scroll.inputs")
    box = scroll.bounding_box()
    assert box is not None
    head = tab.frame.locator(".head.difference")
    canvas = tab.frame.locator(".inputs > div > canvas")
    seen = []
    for left in (0, 700):
        scroll.evaluate("(one, left) => one.scrollTo(left, 0)", left)
        tab.rest()
        place = head.bounding_box()
        assert place is not None
        assert place["x"] + place["width"] <= box["x"] + box["width"] + 1
        x = int(place["x"] - box["x"])
        column = tab.pixels(canvas)[:, x + 2 : x + 60, :3]
        seen.append(column)
        canvas.hover(position={"x": x + 20, "y": 30})
        wait_until(tab.frame.locator("[data-name=under]")).to_contain_text("B − A")
        tab.page.mouse.move(2, 2)
        tab.rest()
    # The same below the same head, however far the inputs are scrolled.
    np.testing.assert_array_equal(seen[0], seen[1])
    assert len(np.unique(seen[0].reshape(-1, 3), axis=0)) > 3


def test_with_one_input_it_says_what_to_log(tab: Tab) -> None:
    tab.open(run="odd", layer="odd", view="inputs")
    main = tab.frame.locator("main")
    wait_until(main).to_contain_text(
        "There is one input, input. Log two or more to see them beside each other"
    )
    wait_until(main.locator("pre")).to_have_text(
        'av.ActivationCallback("runs/first", {"open": picture, "closed": other})'
    )


@pytest.mark.parametrize("measure", ["largest", "l2"])
def test_closing_an_eye_changes_the_channel_of_eyes_most(
    open_tab: Callable[..., Tab], imagenet: Host, measure: str
) -> None:
    tab = open_tab(imagenet)
    tab.open(layer=logs.FIRE, view="inputs", measure=measure, zoom=2)
    tab.wait_for_title(logs.FIRE, "face and face-eye-closed")
    tab.rest()
    stored = Arrays(imagenet.log_dir).stored("imagenet", logs.FIRE, 0)
    a, b = (stored.activations[name] for name in ("face", "face-eye-closed"))
    order = np.argsort(-scores(a, b, measure), kind="stable").tolist()
    found = [int(one[1]) for one in rows(tab, a.shape, 2)]
    assert found == order[: len(found)]
    assert found[0] == 13
