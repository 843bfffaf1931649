"""A box on the input's picture sorts the channels by their response in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays
from browser.pointing import (
    FIRST,
    STEP,
    Box,
    box_in,
    drag,
    largest_first,
    on_page,
    picture,
    responses,
    said,
    seen_by,
    seen_in,
    strongest,
)
from browser.scripts import script
from browser.tab import Tab, wait_until
from browser.words import shown
from plugin.serving import Host

from keras_models import SqueezeNet
from keras_models.faces import draw_face, unseen_seeds
from tb_actviz.comparison import compare_inputs

pytestmark = [pytest.mark.slow, pytest.mark.browser]

BOX: Box = (0.25, 0.125, 0.75, 0.5)


@pytest.mark.parametrize("layer", ["relu1", "block/conv2"])
def test_a_box_sorts_the_channels_by_their_response_in_it(
    tab: Tab, arrays: Arrays, layer: str
) -> None:
    tab.open(**FIRST, layer=layer, zoom=4)
    assert "box" not in tab.state()
    drag(tab, BOX)
    state = tab.state()
    assert state["sort"] == "box"
    np.testing.assert_allclose(box_in(state), BOX, atol=0.01)
    seen = seen_in(arrays, "first", layer, STEP, "bright")
    inside = seen.inside(box_in(state))
    maps = {name: arrays.of("first", layer, STEP, name) for name in ("bright", "dull")}
    scores = responses(maps["bright"], inside)
    wait_until(said(tab)).to_have_text(
        f"{inside.sum()} of the {inside.size} values of each map are in the box."
    )
    assert list(tab.cells()) == largest_first(scores)
    assert strongest(tab) == [
        (channel, shown(scores[channel]))
        for channel in largest_first(scores)[:6]
        if scores[channel] > 0
    ]
    # All of it is in the address.
    tab.go("".join(f"&p.activations.{key}={value}" for key, value in state.items()))
    wait_until(said(tab)).to_contain_text("values of each map")
    tab.rest()
    assert list(tab.cells()) == largest_first(scores)
    tab.button("both inputs").click()
    mean = np.mean([responses(one, inside) for one in maps.values()], 0)
    assert tab.state()["box_all_inputs"] == "true"
    assert list(tab.cells()) == largest_first(mean)
    tab.button("this input").click()
    assert list(tab.cells()) == largest_first(scores)
    tab.press("Escape")
    assert {"sort", "box"} & set(tab.state()) == set()
    wait_until(tab.frame.locator(".drawn-box")).to_have_count(0)


def test_what_is_not_finite_is_left_out_and_the_words_say_what_is_not_known(
    tab: Tab, arrays: Arrays
) -> None:
    tab.open(run="odd", layer="odd", step=0, input="input", zoom=4, show_silent="true")
    wait_until(said(tab)).to_contain_text(
        "By share of the picture: where this layer looks is not known."
    )
    # Down to the third row, so that the odd values are inside.
    drag(tab, (0, 0, 0.6, 0.5))
    maps = arrays.of("odd", "odd", 0, "input")
    seen = seen_by(None, maps.shape, (8, 8))
    scores = responses(maps, seen.inside(box_in(tab.state())))
    assert np.isnan(scores).tolist() == [channel == 1 for channel in range(8)]
    assert list(tab.cells()) == largest_first(scores)


def test_a_box_of_all_of_it_leaves_nothing_to_compare_with(tab: Tab) -> None:
    tab.open(**FIRST, layer="block/relu2", zoom=4)
    drag(tab, (0, 0, 0.999, 0.999))
    wait_until(tab.frame.locator(".tools [data-name=advice]")).to_have_text(
        "The box holds all of each map, so nothing is outside: make it smaller."
    )
    assert list(tab.cells()) == list(range(8))
    tab.button("Remove the box").click()
    wait_until(tab.frame.locator(".tools [data-name=advice]")).to_have_count(0)


def test_a_box_is_drawn_moved_resized_and_removed_by_keys(tab: Tab) -> None:
    tab.open(**FIRST, layer="block/relu2", sort="l2")
    wait_until(picture(tab)).to_be_visible()
    tab.frame.locator(".pointed-picture").focus()
    tab.press("Enter")
    assert box_in(tab.state()) == (0.375, 0.375, 0.625, 0.625)
    tab.press("ArrowRight", "ArrowUp", "ArrowUp")
    assert box_in(tab.state()) == (0.395, 0.335, 0.645, 0.585)
    tab.press("Shift+ArrowLeft", "Shift+ArrowDown")
    state = tab.state()
    assert box_in(state) == (0.395, 0.335, 0.625, 0.605)
    # The page did not go to another step or layer.
    assert (state["step"], state["layer"]) == (str(STEP), "block/relu2")
    tab.press("Escape")
    state = tab.state()
    assert ("box" in state, state["sort"]) == (False, "l2")


def test_a_drag_is_given_up_with_esc_and_a_click_draws_nothing(tab: Tab) -> None:
    tab.open(**FIRST, layer="block/relu2")
    wait_until(picture(tab)).to_be_visible()
    tab.page.mouse.click(*on_page(tab, 0.5, 0.5))
    assert "box" not in tab.state()
    tab.page.mouse.move(*on_page(tab, 0.2, 0.2))
    tab.page.mouse.down()
    tab.page.mouse.move(*on_page(tab, 0.6, 0.6), steps=3)
    wait_until(tab.frame.locator(".drawn-box")).to_be_visible()
    tab.press("Escape")
    wait_until(tab.frame.locator(".drawn-box")).to_have_count(0)
    tab.page.mouse.move(*on_page(tab, 0.7, 0.7))
    tab.page.mouse.up()
    assert "box" not in tab.state()
    # Afterwards the keys are for the view.
    tab.press("ArrowLeft")
    assert tab.state()["step"] == str(STEP - 1)


def test_a_finger_draws_a_box(open_tab: Callable[..., Tab], host: Host) -> None:
    tab = open_tab(host, has_touch=True)
    tab.open(**FIRST, layer="block/relu2")
    wait_until(picture(tab)).to_be_visible()
    client = tab.page.context.new_cdp_session(tab.page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [
            dict(zip("xy", on_page(tab, *place), strict=True)) for place in places
        ]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (0.25, 0.125))
    for share in (0.3, 0.6, 1):
        touch("touchMove", (0.25 + 0.5 * share, 0.125 + 0.375 * share))
    touch("touchEnd")
    np.testing.assert_allclose(box_in(tab.state()), BOX, atol=0.01)


def test_a_layer_without_places_says_why_and_offers_nothing(
    open_tab: Callable[..., Tab], drawn: Host
) -> None:
    tab = open_tab(drawn).open(layer="pool10")
    wait_until(said(tab)).to_have_text(
        "This layer has one value for the whole picture in each unit."
    )
    assert tab.frame.locator(".pointed-picture").count() == 0
    drag(tab, BOX)
    assert "box" not in tab.state()
    options = tab.chosen("Sort by").locator("option:disabled")
    assert "response in the box" in options.all_text_contents()


def test_one_drag_finds_the_eye_channels_of_the_demonstration(
    open_tab: Callable[..., Tab], drawn: Host
) -> None:
    face = logs.drawn_face()
    (number,) = unseen_seeds(0, 1)
    wink = draw_face(number, left_eye_open=False, right_eye_open=True)
    dark = [
        one
        for one in compare_inputs(
            SqueezeNet(weights="faces"), face.picture, wink.picture, "fire[4-7]-relu_*"
        )
        if one.change < 0
    ]
    assert dark[0].layer == logs.EYE_LAYER
    eyes = [one.channel for one in dark if one.layer == logs.EYE_LAYER][:3]
    tab = open_tab(drawn).open(layer=logs.EYE_LAYER)
    wait_until(picture(tab)).to_be_visible()
    top, left, bottom, right = (edge / len(face.picture) for edge in face.left_eye_box)
    drag(tab, (left, top, right, bottom))
    assert sorted(channel for channel, _ in strongest(tab)[:3]) == sorted(eyes)
    assert strongest(tab)[0][0] == eyes[0]


@pytest.mark.parametrize("eye", logs.EYES)
def test_one_drag_finds_the_eye_channels_of_the_real_network(
    open_tab: Callable[..., Tab], imagenet: Host, eye: tuple[int, int]
) -> None:
    tab = open_tab(imagenet).open(layer=logs.FIRE, input="face")
    wait_until(picture(tab)).to_be_visible()
    (top, left), (bottom, right) = (
        [(pixel + sign * 16) / 227 for pixel in eye] for sign in (-1, 1)
    )
    drag(tab, (left, top, right, bottom))
    found = [channel for channel, _ in strongest(tab)]
    assert found[0] == 13
    assert found.index(46) < 4


def test_what_is_exported_is_in_the_order_of_the_box_and_says_so(
    tab: Tab, arrays: Arrays
) -> None:
    layer = "block/conv2"
    box = ",".join(map(str, BOX))
    tab.open(**FIRST, layer=layer, sort="box", box=box)
    wait_until(said(tab)).to_contain_text("values of each map")
    maps = arrays.of("first", layer, STEP, "bright")
    inside = seen_in(arrays, "first", layer, STEP, "bright").inside(BOX)
    order = largest_first(responses(maps, inside))
    name, content = tab.saved("CSV")
    assert name == f"first-block_conv2-bright-step{STEP}-by_box.csv"
    lines = content.decode().splitlines()[1:]
    assert list(dict.fromkeys(int(line.split(",")[0]) for line in lines)) == order
    code = script(tab)
    assert f"channels = {order}" in code
    words = (
        "The channels are sorted by response in the box (25% to 75% across, 12.5% to "
        "50% down, this input), largest first."
    )
    assert words in code.replace("\n# ", " ")
