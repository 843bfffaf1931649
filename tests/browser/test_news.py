"""New data arrive while somebody looks, and the line that says what there is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays
from browser.tab import Tab, TabInHost, wait_until
from browser.words import shown
from plugin.serving import Host

if TYPE_CHECKING:
    # Where it is missing these tests are skipped.
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.server]

TAG = "conv/activations"


@pytest.fixture
def growing(tmp_path: Path, serve: Callable[..., Host]) -> Host:
    """A TensorBoard on a run of three steps that goes on."""
    logs.write_small(tmp_path / "runs/a", range(3))
    host = serve(tmp_path / "runs", "rust")
    host.wait_for("a", TAG, 2)
    return host


def grow(tab: TabInHost, host: Host, steps: range) -> None:
    """Log more, and have TensorBoard tell the tab."""
    logs.write_small(host.log_dir / "a", steps)
    host.wait_for("a", TAG, steps[-1])
    tab.reload_data()
    kept = tab.frame.locator("[data-name=kept]")
    wait_until(kept).to_have_text(f"{steps.stop} of {steps.stop} steps")


def test_who_follows_the_latest_step_goes_on_following_it(
    open_in_host: Callable[..., TabInHost], growing: Host
) -> None:
    tab = open_in_host(growing).open(zoom=8)
    tab.wait_for_title("step 2")
    grow(tab, growing, range(3, 5))
    tab.wait_for_title("step 4")
    assert tab.values([(5, 30)])[0].text == "4"
    assert "step" not in tab.state()
    grow(tab, growing, range(5, 6))
    tab.wait_for_title("step 5")


def test_what_is_looked_at_stays(
    open_in_host: Callable[..., TabInHost], growing: Host
) -> None:
    tab = open_in_host(growing).open(zoom=32, step=1, channel=3, search="0-30")
    tab.wait_for_title("step 1")
    scroll = tab.frame.locator(".scroll")
    scroll.evaluate("one => { one.scrollTop = 777; }")
    tab.rest()
    top = scroll.evaluate("one => one.scrollTop")
    assert top == 777
    before, state = tab.pixels(), tab.state()
    grow(tab, growing, range(3, 6))
    tab.rest()
    assert scroll.evaluate("one => one.scrollTop") == top
    np.testing.assert_array_equal(tab.pixels(), before)
    assert tab.state() == state
    assert "step 1" in tab.title.inner_text()
    # TensorBoard's button has the keys.
    tab.frame.get_by_role("slider", name="Step").fill("5")
    tab.wait_for_title("step 5")
    tab.rest()
    assert scroll.evaluate("one => one.scrollTop") == top


def test_a_run_that_comes_later_can_be_chosen(
    open_in_host: Callable[..., TabInHost], growing: Host
) -> None:
    tab = open_in_host(growing).open(run="a", step=1)
    tab.wait_for_title("step 1")
    logs.write_small(growing.log_dir / "b", range(2), layer="other")
    growing.wait_for("b", "other/activations", 1)
    tab.reload_data()
    tab.frame.locator(".runs summary").click()
    wait_until(tab.runs().get_by_role("option")).to_have_text(["a", "b"])
    tab.wait_for_title("conv", "run a", "step 1")


def test_the_line_below_says_what_was_logged(tab: Tab) -> None:
    tab.open(run="first", layer="relu1")
    line = tab.frame.locator(".honesty")
    for words in (
        "2 inputs · logged by tb_actviz",
        "computed in float32, stored in float32: exact",
        "nothing left out",
        "preprocessing: none",
        "6 of 6 steps",
        "TensorBoard keeps at most 1000 steps of a layer",
    ):
        wait_until(line).to_contain_text(words)


def test_it_says_how_far_values_in_8_bits_may_be_off(tab: Tab, arrays: Arrays) -> None:
    tab.open(run="odd8", layer="odd")
    packed = arrays.facts("odd8", "odd", 0, "input").packed
    assert packed.low is not None
    assert packed.high is not None
    steps = (np.array(packed.high) - np.array(packed.low)) / packed.levels
    wait_until(tab.frame.locator(".honesty")).to_contain_text(
        f"stored in 8 bits a channel: within ±{shown(steps.max() / 2)}"
    )
    exact = logs.odd_values()
    stored = arrays.of("odd8", "odd", 0, "input")
    finite = np.isfinite(exact)
    assert np.abs(exact - stored)[finite].max() <= steps.max() / 2 * (1 + 1e-6)


def test_it_says_that_steps_may_have_been_thinned_out(
    open_tab: Callable[..., Tab], by_python: Host
) -> None:
    tab = open_tab(by_python).open(run="long")
    line = tab.frame.locator(".honesty")
    wait_until(line).to_contain_text("4 steps kept, perhaps more were logged")
    wait_until(line).to_contain_text("TensorBoard keeps at most 4 steps of a layer")
    tab.wait_for_title("step 8")


def test_it_says_what_was_left_out(
    open_tab: Callable[..., Tab], by_python: Host
) -> None:
    tab = open_tab(by_python).open(run="plain", layer="__proto__")
    line = tab.frame.locator(".honesty")
    wait_until(line).to_contain_text("left out: __proto__ · preprocessing: __proto__")


def switch(tab: Tab) -> Locator:
    """Has the tab look for new data by itself."""
    return tab.box("Live")


def kept(tab: Tab, count: int) -> None:
    """Wait until the tab knows of so many steps."""
    steps = tab.frame.locator("[data-name=kept]")
    wait_until(steps).to_have_text(f"{count} of {count} steps")


def log(host: Host, steps: range) -> None:
    """Log more, and wait until TensorBoard has read it by itself."""
    logs.write_small(host.log_dir / "a", steps)
    host.wait_for("a", TAG, steps[-1])


def test_live_brings_new_steps_without_tensorboards_page(
    open_tab: Callable[..., Tab], growing: Host
) -> None:
    tab = open_tab(growing).open()
    kept(tab, 3)
    wait_until(switch(tab)).not_to_be_checked()
    log(growing, range(3, 5))
    tab.rest()
    # Nobody has asked: nothing is claimed.
    kept(tab, 3)
    switch(tab).check()
    kept(tab, 5)
    tab.wait_for_title("step 4")
    log(growing, range(5, 6))
    kept(tab, 6)
    tab.wait_for_title("step 5")
    # It stays on in this browser.
    tab.page.reload()
    wait_until(switch(tab)).to_be_checked()
    log(growing, range(6, 7))
    kept(tab, 7)


def test_new_steps_are_told_while_another_is_looked_at(
    open_tab: Callable[..., Tab], growing: Host
) -> None:
    tab = open_tab(growing).open(step=1)
    tab.wait_for_title("step 1")
    new = tab.frame.locator(".news")
    wait_until(new).to_have_count(0)
    switch(tab).check()
    log(growing, range(3, 5))
    kept(tab, 5)
    wait_until(new).to_have_text("2 new steps")
    tab.wait_for_title("step 1")
    # One of them is looked at: the other is still new.
    tab.frame.get_by_role("slider", name="Step").fill("3")
    tab.wait_for_title("step 3")
    wait_until(new).to_have_text("1 new step")
    new.click()
    tab.wait_for_title("step 4")
    wait_until(new).to_have_count(0)
    assert "step" not in tab.state()


def test_live_says_when_tensorboard_does_not_answer(
    open_tab: Callable[..., Tab], growing: Host
) -> None:
    tab = open_tab(growing).open()
    tab.expected.append("net::ERR_FAILED")
    listing = re.compile(r"/activations/runs$")
    tab.page.route(listing, lambda route: route.abort())
    switch(tab).check()
    failure = tab.frame.locator("label", has=switch(tab)).locator(".failed")
    wait_until(failure).to_have_text("without answer")
    kept(tab, 3)
    tab.page.unroute(listing)
    wait_until(failure).to_have_count(0)


@pytest.mark.parametrize(
    ("view", "stored", "computed"),
    [
        ("channel", "These numbers are", "The curve is"),
        ("training", "The list of strongest channels is", "The numbers here are"),
    ],
)
def test_it_says_why_two_numbers_of_one_thing_differ(
    tab: Tab, arrays: Arrays, view: str, stored: str, computed: str
) -> None:
    packed = arrays.facts("odd8", "odd", 0, "input").packed
    assert packed.low is not None
    assert packed.high is not None
    most = max((np.array(packed.high) - np.array(packed.low)) / packed.levels) / 2
    note = tab.frame.locator("[data-name=precisions]")
    tab.open(run="odd8", layer="odd", view=view)
    wait_until(note).to_have_text(
        f"{stored} of the values as stored, in 8 bits a channel: within "
        f"±{shown(most)}. {computed} of the values before they were stored."
    )
    tab.open(run="odd", layer="odd", view=view)
    tab.wait_for_title("run odd")
    wait_until(note).to_have_count(0)
