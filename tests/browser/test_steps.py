"""The scrubber: one step for everything that is shown."""

from __future__ import annotations

import pytest
from browser.arrays import Arrays, assert_told
from browser.tab import Tab, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture
def steps(tab: Tab) -> Tab:
    """The tab on the last of six steps."""
    tab.open(run="first", layer="relu1", zoom=4)
    tab.wait_for_title("relu1", "step 5")
    return tab


def test_arrows_go_from_step_to_step(steps: Tab, arrays: Arrays) -> None:
    steps.press("ArrowLeft", "ArrowLeft")
    steps.wait_for_title("step 3")
    wait_until(steps.frame.locator(".scrubber")).to_contain_text("epoch 3")
    assert steps.state()["step"] == "3"
    maps = arrays.of("first", "relu1", 3, "bright")
    assert_told(steps, maps)
    steps.press("ArrowRight")
    steps.wait_for_title("step 4")
    steps.press("Shift+ArrowLeft")
    steps.wait_for_title("step 0")
    steps.press("ArrowLeft")
    steps.press("End")
    steps.wait_for_title("step 5")
    assert "step" not in steps.state()
    steps.press("Home")
    steps.wait_for_title("step 0")
    steps.button("Step on").click()
    steps.wait_for_title("step 1")


def test_a_typed_step_is_gone_to(steps: Tab) -> None:
    field = steps.field("Step by number")
    for typed, expected in (("2", "2"), ("3.9", "3"), ("-7", "0"), ("99", "5")):
        field.fill(typed)
        field.press("Enter")
        steps.wait_for_title(f"step {expected}")
        wait_until(field).to_have_value(expected)
    for junk in ("", "last", "1e999"):
        field.fill(junk)
        field.press("Enter")
        wait_until(field).to_have_value("5")
    steps.wait_for_title("step 5")


def test_the_slider_goes_through_the_kept_steps(steps: Tab) -> None:
    slider = steps.frame.get_by_role("slider", name="Step")
    wait_until(slider).to_have_attribute("max", "5")
    slider.fill("1")
    steps.wait_for_title("step 1")
    wait_until(slider).to_have_attribute("aria-valuetext", "step 1")
    kept = steps.frame.locator("[data-name=kept]")
    wait_until(kept).to_have_text("6 of 6 steps")
    steps.choose_run("second")
    wait_until(kept).to_have_text("3 of 3 steps")
    wait_until(slider).to_have_attribute("max", "2")


def test_playing_goes_around_until_it_is_stopped(tab: Tab) -> None:
    # Its clock goes as any does, until it is set forward.
    tab.page.clock.install()
    steps = tab.open(run="first", layer="relu1", zoom=4)
    steps.press("Home")
    steps.wait_for_title("step 0")
    steps.press("p")
    for step in (1, 2, 3, 4, 5, 0):
        steps.wait_for_title(f"step {step}")
    steps.press("p")
    wait_until(steps.button("Play")).to_be_visible()
    steps.rest()
    before = steps.title.inner_text()
    # More than two beats.
    steps.page.clock.run_for(1000)
    steps.rest()
    assert steps.title.inner_text() == before
