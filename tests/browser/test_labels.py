"""Entries of lists: choosing one shows exactly what its label names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from browser.compare import FIRST, OTHER, open_side
from browser.tab import Tab, pairs, wait_until
from plugin.serving import Host

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PARTS = ("run", "step", "input")
#: Before what is shown, for an entry that leaves it open or suggests it.
WHY = re.compile(
    r"(as A|aligned with A|last written|latest|first|suggested|first step|latest step"
    r"|next input|next run with this layer): (?P<value>.*)"
)
STATES: dict[str, dict[str, Any]] = {
    "nothing chosen": {},
    "an early step of the other run": {"run": "second", "step": 1, "input": "dull"},
    "A and B": {**FIRST, **OTHER},
    "one part of B": {**FIRST, "b_step": 0},
    "another input of B": {**FIRST, "step": 0, "b_input": "dull"},
}


def shown(tab: Tab, side: str) -> dict[str, str]:
    """What a side says that it shows; nothing where it cannot be compared."""
    found: dict[str, str] = {}
    if tab.frame.get_by_role("alert").count():
        return found
    for words in tab.frame.locator(f"h3[data-name={side}] > span").all_text_contents():
        name, _, value = words.partition(" ")
        found |= {name: value} if name in PARTS else {"layer": words}
    return found


def named(label: str) -> str:
    """What a label says that would be shown."""
    found = WHY.fullmatch(label)
    return found["value"] if found else label


def follow(tab: Tab, hash_: str) -> None:
    """Go to an address without loading the tab anew."""
    tab.page.evaluate("hash => { location.hash = hash; }", f"#activations{hash_}")
    tab.rest()


def check_entries(tab: Tab, state: str, choose: Locator, side: str, part: str) -> int:
    """Choose each entry of a list from the same state; returns how many were shown."""
    follow(tab, state)
    open_side(tab, side)
    labels = choose.locator("option:not(:disabled)").all_text_contents()
    assert labels
    count = 0
    for label in labels:
        follow(tab, state)
        open_side(tab, side)
        assert label in choose.locator("option").all_text_contents()
        choose.select_option(label=label)
        tab.rest()
        found = shown(tab, side)
        if found:
            count += 1
            assert (label, found[part]) == (label, named(label))
        else:
            # It cannot be compared, and says why.
            wait_until(tab.frame.get_by_role("alert")).to_contain_text("has no layer")
    return count


@pytest.mark.parametrize("state", STATES)
def test_an_entry_of_a_side_shows_what_its_label_names(tab: Tab, state: str) -> None:
    tab.open(view="compare", **STATES[state])
    hash_ = pairs(view="compare", **STATES[state])
    for side in "AB":
        for part in ("run", "step", "input", "layer"):
            choose = tab.chosen(f"{side}: {part}")
            assert check_entries(tab, hash_, choose, side, part) > 0


@pytest.mark.parametrize("state", STATES)
def test_an_entry_of_what_to_compare_with_shows_it(tab: Tab, state: str) -> None:
    tab.open(view="compare", **STATES[state])
    choose = tab.chosen("Compare with")
    for label in choose.locator("option").all_text_contents():
        if label == "as chosen for B":
            continue
        choose.select_option(label=label)
        tab.rest()
        words, _, value = label.rpartition(": ")
        part = next(one for one in PARTS if one in words)
        assert (label, shown(tab, "B")[part]) == (label, value)


def test_an_entry_of_the_inputs_shows_what_its_label_names(tab: Tab) -> None:
    tab.open(view="compare", **FIRST)
    hash_ = pairs(view="compare", **FIRST)
    assert check_entries(tab, hash_, tab.chosen("Input"), "A", "input") > 1


def test_an_entry_of_the_runs_shows_what_it_names(tab: Tab) -> None:
    tab.open(view="compare", **FIRST)
    tab.frame.locator(".runs summary").click()
    names = tab.frame.locator(".runs").get_by_role("option").all_text_contents()
    tab.frame.locator(".runs summary").click()
    assert len(names) > 1
    for name in names:
        tab.choose_run(name)
        tab.rest()
        assert shown(tab, "A")["run"] == name


@pytest.mark.parametrize("align", ["step", "epoch", "wall"])
def test_what_is_aligned_with_a_is_named_as_it_is(
    open_tab: Callable[..., Tab], others: Host, align: str
) -> None:
    tab = open_tab(others)
    state = {"run": "even", "step": 30, "b_run": "uneven", "b_step": 0, "align": align}
    tab.open(view="compare", **state)
    hash_ = pairs(view="compare", **state)
    open_side(tab, "B")
    label = tab.chosen("B: step").locator("option").first
    wait_until(label).to_have_text(re.compile(r"^aligned with A: \d+$"))
    assert check_entries(tab, hash_, tab.chosen("B: step"), "B", "step") == 5
