"""What is on its way is never called absent, and what is old is marked as old."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from browser.tab import PATIENCE, Tab, pairs, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Route

pytestmark = [pytest.mark.slow, pytest.mark.browser]

VIEWS = ("grid", "channel", "compare", "multiples", "inputs", "training")
ROUTES = ("steps", "record", "values", "health", "curve")
FIRST: dict[str, Any] = {"run": "first", "layer": "relu1", "step": 4, "input": "dull"}
#: Words that say that something is not there.
ABSENT = re.compile(
    r"\b(no|none|nothing|never|not (logged|there|known|kept)|undefined|NaN|0 of)\b",
    re.IGNORECASE,
)
#: Signs that something is awaited, in sight.
SIGNS = "[...document.querySelectorAll('.waiting, .outdated')].length"
SEEN = """() => ["main", "aside", ".honesty", ".scrubber", ".layers", ".bar"]
  .map((place) => document.querySelector(place).innerText).join("\\n")"""


class Held:
    """Holds the answers of some routes back until they are let go."""

    def __init__(self, tab: Tab, *routes: str) -> None:
        self.tab = tab
        self.held: list[Route] = []
        self.pattern = re.compile(rf"/activations/({'|'.join(routes)})\?")
        tab.page.route(self.pattern, lambda route: self.held.append(route))

    def let_go(self) -> None:
        self.tab.page.unroute(self.pattern)
        for route in self.held:
            try:
                route.fallback()
            except Exception as error:
                # It was given up meanwhile.
                assert "closed" not in str(error)  # noqa: PT017


def progress(tab: Tab) -> Locator:
    """The thin line below the bar."""
    return tab.frame.get_by_role("progressbar", name="Loading", exact=True)


def called_absent(tab: Tab) -> set[str]:
    """The lines of the page that say that something is not there."""
    return {
        line for line in tab.frame.evaluate(SEEN).splitlines() if ABSENT.search(line)
    }


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("late", [ROUTES, *ROUTES], ids=["all", *ROUTES])
def test_nothing_is_called_absent_that_is_on_its_way(
    tab: Tab, view: str, late: str | tuple[str, ...]
) -> None:
    held = Held(tab, *((late,) if isinstance(late, str) else late))
    tab.go(pairs(view=view, **FIRST))
    wait_until(tab.frame.locator(".app")).to_be_visible()
    # The view asks for it, or does without and comes to rest.
    tab.frame.wait_for_function(
        "document.documentElement.dataset.busy === 'false' ||"
        " document.querySelector('.progress')?.checkVisibility("
        "{ checkVisibilityCSS: true })",
        timeout=PATIENCE,
    )
    if held.held:
        wait_until(progress(tab)).to_be_visible()
        assert tab.frame.evaluate(SIGNS) > 0 or late == "health"
    early = called_absent(tab)
    held.let_go()
    tab.rest()
    wait_until(tab.frame.locator("main")).to_contain_text("relu1")
    wait_until(progress(tab)).to_be_hidden()
    assert tab.frame.evaluate(SIGNS) == 0
    # What was said by then is so.
    assert early <= called_absent(tab)


@pytest.mark.parametrize("view", [one for one in VIEWS if one != "multiples"])
def test_what_was_chosen_before_is_marked_until_the_new_is_there(
    tab: Tab, view: str
) -> None:
    tab.open(view=view, **FIRST)
    places = ("main", "aside", ".honesty")
    before = [tab.frame.locator(place).inner_text() for place in places]
    held = Held(tab, "values", "record")
    tab.frame.get_by_role("treeitem", name="conv2").click()
    for place, words in zip(places, before, strict=True):
        mark = tab.frame.locator(f"{place} .outdated").first
        wait_until(mark).to_have_text(re.compile("Loading .+ chosen before"))
        faded = "one => getComputedStyle(one.nextElementSibling).opacity"
        tab.frame.wait_for_function(
            "place => getComputedStyle(document.querySelector(`${place} .outdated`)"
            ".nextElementSibling).opacity === '0.5'",
            arg=place,
        )
        assert mark.evaluate(faded) == "0.5"
        # The same is there as before, and nothing of the new beside it.
        now = tab.frame.locator(place).inner_text()
        assert mark.inner_text() in now
        assert "conv2" not in now or "conv2" in words or place == "main"
    held.let_go()
    tab.rest()
    wait_until(tab.frame.locator(".outdated")).to_have_count(0)
    wait_until(tab.frame.locator("main")).to_contain_text("block/conv2")


def test_the_line_is_not_seen_for_a_choice_alone(tab: Tab) -> None:
    tab.open(**FIRST)
    seen = tab.frame.evaluate(
        """async () => {
          const line = document.querySelector(".progress");
          let seen = false;
          const look = new MutationObserver(() => { seen ||= !line.hidden; });
          look.observe(line, { attributes: true });
          document.body.dispatchEvent(
            new KeyboardEvent("keydown", { key: "s", bubbles: true }));
          await new Promise((resolve) => setTimeout(resolve, 400));
          return seen;
        }"""
    )
    assert seen is False
