"""The address holds what is chosen, and whatever stands there is survived."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from browser.tab import Tab, pairs, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

STATE = {
    "run": "first",
    "step": "3",
    "input": "dull",
    "layer": "relu1",
    "channel": "7",
    "scale": "fixed",
    "low": "-0.25",
    "high": "1.5",
    "symmetric": "true",
    "gamma": "0.5",
    "colours": "heat",
    "smooth": "true",
    "zoom": "4",
    "sort": "mean",
    "descending": "false",
    "search": "0-8",
    "hide_dead": "true",
    "pins": "conv1:2,7",
    "layers": "relu",
}


def test_a_view_is_restored_in_a_fresh_browser(
    open_tab: Callable[..., Tab], host: Host
) -> None:
    first = open_tab(host).open(run="first", layer="relu1", zoom=4)
    first.wait_for_title("relu1", "step 5")
    first.press("ArrowLeft", "ArrowLeft", "s", "d")
    first.wait_for_title("step 3")
    first.press("i")
    first.wait_for_title("input dull")
    first.chosen("Colours").select_option("heat")
    first.chosen("Sort by").select_option("mean")
    first.button("Largest first").click()
    first.chosen("Scale").select_option("fixed")
    for name, value in (("Lowest", "-0.25"), ("Highest", "1.5"), ("Gamma", "0.5")):
        first.field(name).fill(value)
        first.field(name).press("Enter")
    first.box("Zero in the middle").check()
    first.field("Search channels").fill("0-8")
    first.field("Filter layers").fill("relu")
    first.field("Filter layers").press("Escape")
    one = first.cells()[7][0]
    first.canvas.click(position={"x": one.x, "y": one.y})
    first.press("m", "1")
    found = first.state()
    assert found == {**STATE, "pins": "conv1:7"}
    first.wait_for_title("step 3", "input dull")
    first.page.mouse.move(2, 2)
    first.page.wait_for_timeout(300)
    second = open_tab(host)
    second.page.goto(first.page.url)
    second.wait_for_title("relu1", "step 3", "input dull", "run first")
    wait_until(second.canvas).to_be_visible()
    second.page.wait_for_timeout(300)
    np.testing.assert_array_equal(second.pixels(), first.pixels())
    assert second.legend() == first.legend() == (-1.5, 1.5)
    assert second.state() == found


def test_what_belongs_to_tensorboard_stays_in_the_address(tab: Tab) -> None:
    tab.go("&p.other.key=1&tagFilter=x" + pairs(run="first", layer="relu1"))
    tab.wait_for_title("relu1")
    tab.press("ArrowLeft")
    tab.state()
    hash_ = tab.page.evaluate("location.hash")
    assert {"p.other.key=1", "tagFilter=x"} < set(hash_.lstrip("#").split("&"))


def test_another_address_is_followed(tab: Tab) -> None:
    tab.open(run="first", layer="relu1")
    tab.wait_for_title("relu1")
    tab.page.evaluate(
        "hash => { location.hash = hash; }",
        f"#activations{pairs(run='second', layer='conv1')}",
    )
    tab.wait_for_title("conv1", "run second")


JUNK = {
    "no number": ("step=last&p.activations.zoom=big", ["step", "zoom"]),
    "beyond all numbers": ("step=99999999999999999999&p.activations.gamma=NaN", None),
    "out of range": ("percentile=50&p.activations.overlay=-1", None),
    "no such choice": ("view=<img>&p.activations.sort=constructor", ["view", "sort"]),
    "prototypes": ("__proto__=1&p.activations.constructor=2", []),
    "a prototype's name": ("colours=__proto__&p.activations.scale=toString", None),
    "100 kB": (f"search={'1,' * 50_000}", ["search"]),
    "many pins": (f"pins={','.join('7' * 2000)}&p.activations.pins=x", None),
    "no key": ("=&p.activations.=x", []),
}


@pytest.mark.parametrize("kind", JUNK)
def test_junk_becomes_the_default_with_a_notice(tab: Tab, kind: str) -> None:
    junk, named = JUNK[kind]
    tab.go(f"&p.activations.{junk}")
    tab.wait_for_title("block/conv2", "run first", "step 5")
    notice = tab.frame.locator(".notice")
    if named == []:
        wait_until(notice).to_have_count(0)
    else:
        wait_until(notice).to_contain_text("The address says what cannot be")
    for key in named or []:
        wait_until(notice).to_contain_text(key)
    assert tab.frame.evaluate("({}).constructor === Object && !('1' in {})")
    if named != []:
        tab.button("Dismiss").click()
        wait_until(notice).to_have_count(0)
    tab.press("ArrowLeft")
    tab.wait_for_title("step 4")


def test_an_unknown_step_or_channel_is_what_is_next_to_it(tab: Tab) -> None:
    tab.open(run="first", layer="relu1", step=10**12, input="none", channel=10**9)
    tab.wait_for_title("relu1", "step 5", "input bright")
    tab.press("ArrowLeft")
    tab.wait_for_title("step 4")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"run": "gone"}, "There is no run “gone”; the one written to last is shown."),
        (
            {"run": "first", "layer": "gone"},
            "Run “first” has no layer “gone”; another is shown.",
        ),
    ],
)
def test_an_unknown_run_or_layer_is_told_and_a_useful_one_is_shown(
    tab: Tab, state: dict[str, str], words: str
) -> None:
    tab.open(**state)
    told = tab.frame.get_by_text(words)
    wait_until(told).to_have_count(1)
    if "layer" in state:
        tab.wait_for_title("run first")
        tab.frame.get_by_role("treeitem", name="conv1").click()
        tab.wait_for_title("conv1")
    else:
        tab.chosen("Run").select_option("second")
        tab.wait_for_title("run second")
    wait_until(told).to_have_count(0)
