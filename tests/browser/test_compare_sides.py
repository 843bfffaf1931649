"""What A and B are: left open, swapped, kept, and of runs at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from browser.arrays import Arrays
from browser.compare import (
    FIRST,
    LAYER,
    OTHER,
    Both,
    apart,
    compare,
    differing,
    distances,
    heading,
    open_side,
    pane,
    pointed_at,
)
from browser.drawn import LABEL, ZOOM
from browser.tab import Tab, wait_until
from browser.words import shown
from plugin.serving import Host

if TYPE_CHECKING:
    # Where it is missing these tests are skipped.
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def proposed(tab: Tab) -> Locator:
    """What B is, in one choice."""
    return tab.chosen("Compare with").locator("option:checked")


@pytest.mark.parametrize(
    ("chosen", "words", "a", "b"),
    [
        ({**FIRST}, "first step: 0", "step 4", "step 0"),
        ({**FIRST, "step": 0}, "latest step: 5", "step 0", "step 5"),
        (
            {"run": "odd8", "layer": "odd"},
            "next run with this layer: odd",
            "run odd8",
            "run odd",
        ),
    ],
)
def test_a_side_left_open_is_something_to_compare_with(
    tab: Tab, chosen: dict[str, Any], words: str, a: str, b: str
) -> None:
    compare(tab, **chosen)
    wait_until(proposed(tab)).to_have_text(words)
    assert (differing(tab, "A"), differing(tab, "B")) == ([a], [b])
    assert not [key for key in tab.state() if key.startswith("b_")]


def test_one_choice_says_what_to_compare_with(tab: Tab) -> None:
    compare(tab, **FIRST)
    choice = tab.chosen("Compare with")
    wait_until(choice.locator("option")).to_have_text(
        [
            "first step: 0",
            "latest step: 5",
            "next input: dull",
            "next run with this layer: second",
        ]
    )
    choice.select_option(label="next input: dull")
    wait_until(heading(tab, "B")).to_contain_text("input dull")
    assert differing(tab, "B") == ["input dull"]
    assert tab.state()["b_input"] == "dull"
    # More than that was chosen: it is said where B is named.
    open_side(tab, "B")
    tab.chosen("B: step").select_option(label="1")
    wait_until(proposed(tab)).to_have_text("as chosen for B")
    choice.select_option(label="first step: 0")
    wait_until(heading(tab, "B")).to_contain_text("step 0")
    assert not [key for key in tab.state() if key.startswith("b_")]


def test_what_cannot_be_chosen_says_why(tab: Tab) -> None:
    compare(tab, **FIRST)
    wait_until(tab.button("one channel")).to_be_disabled()
    wait_until(tab.button("one channel")).to_have_attribute(
        "title",
        "Click a feature map, or name a channel of A, to compare one channel",
    )


def test_a_layer_that_a_run_has_not_is_said(tab: Tab) -> None:
    tab.open(view="compare", **FIRST, b_run="odd")
    wait_until(tab.frame.locator(".compare .failed")).to_contain_text(
        f"Run “odd” has no layer “{LAYER}”."
    )
    open_side(tab, "B")
    tab.chosen("B: layer").select_option(label="odd")
    wait_until(pane(tab, "B")).to_be_visible()
    assert differing(tab, "B")[-1] == "odd"


def test_x_swaps_the_sides(tab: Tab, both: Both) -> None:
    compare(tab, **FIRST, **OTHER, zoom=ZOOM, search="1,6")
    a, b = differing(tab, "A"), differing(tab, "B")
    before = distances(tab).inner_text()
    tab.press("x")
    wait_until(heading(tab, "A")).to_contain_text("second")
    assert (differing(tab, "A"), differing(tab, "B")) == (b, a)
    wait_until(distances(tab)).to_have_text(before)
    (text,) = pointed_at(tab, "A", (5, LABEL + 5))
    one, other = both[1][0, 0, 1], both[0][0, 0, 1]
    assert f"A {shown(one)} · B {shown(other)} · B − A {shown(other - one)} " in text
    tab.button("Swap A and B").click()
    wait_until(heading(tab, "A")).to_contain_text("first")
    assert (differing(tab, "A"), differing(tab, "B")) == (a, b)


def test_b_keeps_what_is_looked_at(tab: Tab, arrays: Arrays) -> None:
    tab.open(**{**FIRST, "step": 2})
    tab.wait_for_title("step 2")
    tab.press("b", "ArrowRight", "ArrowRight")
    tab.wait_for_title("step 4")
    tab.press("i", "3")
    wait_until(heading(tab, "A")).to_contain_text("input dull")
    assert differing(tab, "A") == ["step 4", "input dull"]
    assert differing(tab, "B") == ["step 2", "input bright"]
    a = arrays.of("first", LAYER, 4, "dull")
    b = arrays.of("first", LAYER, 2, "bright")
    wait_until(distances(tab)).to_have_text(f"B − A, all channels: {apart(a, b)}")
    open_side(tab, "B")
    tab.button("Keep A as B").click()
    wait_until(distances(tab)).to_contain_text("A and B are the same record")


@pytest.mark.parametrize(
    ("run", "step", "found"),
    [
        ("even", 30, {"step": 15, "epoch": 5, "wall": 10}),
        ("uneven", 10, {"epoch": 40, "wall": 20, "step": 10}),
    ],
)
def test_another_run_is_at_the_same_moment(
    open_tab: Callable[..., Tab],
    others: Host,
    run: str,
    step: int,
    found: dict[str, int],
) -> None:
    other = {"even": "uneven", "uneven": "even"}[run]
    tab = open_tab(others)
    compare(tab, run=run, step=step, b_run=other, align=[*found][-1], zoom=ZOOM)
    for align, at in found.items():
        tab.frame.get_by_label("align by").select_option(align)
        wait_until(heading(tab, "B")).to_contain_text(f"step {at}")
        tab.rest()
        (text,) = pointed_at(tab, "B", (5, LABEL + 5))
        values = {
            name: Arrays(others.log_dir).of(name, "conv", number, "input")[0, 0, 0]
            for name, number in ((run, step), (other, at))
        }
        assert f"A {shown(values[run])} · B {shown(values[other])} · " in text
        assert tab.state().get("align", "step") == align
    tab.press("Home")
    wait_until(heading(tab, "B")).to_contain_text("step 0")
