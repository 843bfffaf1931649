"""What a link names and is not there, and keys where nothing would be seen of them."""

from __future__ import annotations

import pytest
from browser.compare import FIRST, OTHER
from browser.tab import Tab, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (
            {"step": 33},
            "There is no step 33 of layer “relu1” of run “first”; step 5 is shown.",
        ),
        (
            {"input": "nobody"},
            "Layer “relu1” of run “first” has no input “nobody”; “bright” is shown.",
        ),
    ],
)
def test_a_step_or_an_input_that_is_not_there_is_told(
    tab: Tab, state: dict[str, str | int], words: str
) -> None:
    tab.open(run="first", layer="relu1", **state)
    tab.wait_for_title("relu1", "step 5", "input bright")
    wait_until(tab.frame.locator(".notice")).to_have_text([f"{words}Dismiss"])
    (name,) = state
    assert tab.state()[name] == str(state[name])
    tab.button("Dismiss").click()
    wait_until(tab.frame.locator(".notice")).to_have_count(0)
    # What is shown is what is chosen from then on.
    assert tab.state().get(name) == ("5" if name == "step" else None)
    tab.wait_for_title("relu1", "step 5", "input bright")


def test_a_step_that_is_there_is_not_told(tab: Tab) -> None:
    tab.open(run="first", layer="relu1", step=33)
    wait_until(tab.frame.locator(".notice")).to_have_count(1)
    tab.press("ArrowLeft")
    tab.wait_for_title("step 4")
    wait_until(tab.frame.locator(".notice")).to_have_count(0)


def said(tab: Tab, words: str) -> None:
    """Wait until a key says what it did."""
    wait_until(tab.frame.locator(".key-said")).to_have_text(words)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("x", "“x” acts in compare (3) and inputs (5): swap A and B."),
        (
            "c",
            "“c” acts in compare (3) and multiples (4): compare: the next way; "
            "multiples: steps or layers as columns.",
        ),
    ],
)
def test_a_key_does_nothing_where_that_would_not_be_seen(
    tab: Tab, key: str, words: str
) -> None:
    tab.open(**FIRST, **OTHER)
    before = tab.state()
    tab.press(key)
    said(tab, f"Nothing changed. {words}")
    assert tab.state() == before


def test_b_says_what_became_b_where_that_is_not_seen(tab: Tab) -> None:
    tab.open(**FIRST)
    tab.press("b")
    said(
        tab,
        "B is now layer block/conv2, run first, step 4, input bright; "
        "Compare (3) shows it beside A.",
    )
    tab.press("3")
    wait_until(tab.frame.locator("h3[data-name=B]")).to_contain_text("step 4")


def test_x_swaps_two_inputs_and_nothing_else(tab: Tab) -> None:
    tab.open(**FIRST, **OTHER, view="inputs")
    tab.wait_for_title("input bright and dull")
    tab.press("x")
    tab.wait_for_title("input dull and bright")
    found = tab.state()
    assert (found["run"], found["step"]) == ("first", "4")
    assert (found["b_run"], found["b_step"]) == ("second", "1")
    tab.press("x")
    tab.wait_for_title("input bright and dull")
