"""What is on its way is never called absent, and what is old is marked as old."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from browser.tab import PATIENCE, Tab, pairs, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Request, Route

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.server]

VIEWS = ("grid", "channel", "compare", "multiples", "inputs", "training", "runs")
#: Answers that are held back, by what their addresses have in them.
LATE = {
    "all": r"(steps|record|values|health|curve)\?",
    "steps": r"steps\?",
    "headers": r"record\?",
    "values": r"values\?",
    "health": r"health\?",
    "curves": r"curve\?",
    "pictures": r"(record|values)\?.*tag=%3Ainput",
    "the second input": r"values\?.*input=1",
    "the other run": r".*run=second",
}
FIRST: dict[str, Any] = {"run": "first", "layer": "relu1", "step": 4, "input": "dull"}
#: How long it waits before it looks again, in ms.
FRAMES = 50
#: Words that say that something is not there.
ABSENT = re.compile(
    r"\b(no|none|nothing|never|not (logged|there|known|kept)|undefined|NaN|0 of)\b",
    re.IGNORECASE,
)
#: Signs that something is awaited, in sight.
SIGNS = "[...document.querySelectorAll('.waiting, .outdated')].length"
BUSY = "document.documentElement.dataset.busy"
SEEN = """() => ["main", "aside", ".honesty", ".scrubber", ".layers", ".bar"]
  .map((place) => document.querySelector(place).innerText).join("\\n")"""


class Held:
    """Holds answers back until they are let go."""

    def __init__(self, tab: Tab, addresses: str) -> None:
        self.tab = tab
        self.held: list[Route] = []
        self.pattern = re.compile(rf"/activations/{addresses}")
        self._asked: set[Request] = set()
        tab.page.on("request", lambda one: self._asked.add(one))
        tab.page.on("requestfinished", lambda one: self._asked.discard(one))
        tab.page.on("requestfailed", lambda one: self._asked.discard(one))
        tab.page.route(self.pattern, lambda route: self.held.append(route))

    def wait_for_the_rest(self) -> None:
        """Wait until nothing else is on its way, and all that came is drawn."""
        quiet = 0
        for _ in range(PATIENCE // FRAMES):
            self.tab.page.wait_for_timeout(FRAMES)
            ours = {one.request for one in self.held}
            # Between two answers nothing may be asked for.
            waits = bool(ours) or self.tab.frame.evaluate(BUSY) == "false"
            quiet = quiet + 1 if waits and self._asked <= ours else 0
            if quiet == 3:
                return
        raise AssertionError([one.url for one in self._asked])

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
@pytest.mark.parametrize("late", LATE)
def test_nothing_is_called_absent_that_is_on_its_way(
    tab: Tab, view: str, late: str
) -> None:
    held = Held(tab, LATE[late])
    tab.go(pairs(view=view, **FIRST))
    wait_until(tab.frame.locator(".app")).to_be_visible()
    held.wait_for_the_rest()
    # The view asks for it, or does without and comes to rest.
    assert tab.frame.evaluate(BUSY) == str(bool(held.held)).lower()
    if held.held:
        wait_until(progress(tab)).to_be_visible()
        # The bars of the tree come by themselves.
        assert tab.frame.evaluate(SIGNS) > 0 or late in ("health", "the other run")
    early = called_absent(tab)
    held.let_go()
    tab.rest()
    wait_until(tab.frame.locator("main")).to_contain_text("relu1")
    wait_until(progress(tab)).to_be_hidden()
    assert tab.frame.evaluate(SIGNS) == 0
    # What was said by then is so.
    assert early <= called_absent(tab)


#: In the others another layer is another row or column of the same.
OF_A_LAYER = [one for one in VIEWS if one not in ("multiples", "runs")]


@pytest.mark.parametrize("view", OF_A_LAYER)
def test_what_was_chosen_before_is_marked_until_the_new_is_there(
    tab: Tab, view: str
) -> None:
    tab.open(view=view, **FIRST)
    places = ("main", "aside", ".honesty")
    before = [tab.frame.locator(place).inner_text() for place in places]
    held = Held(tab, r"(values|record)\?")
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
    # The row is that of the layer and its ReLU, which is looked at.
    wait_until(tab.frame.locator("main")).to_contain_text("block/relu2")


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


def test_an_order_that_is_not_known_yet_says_so(tab: Tab) -> None:
    held = Held(tab, r"values\?.*step=0")
    tab.go(pairs(**FIRST, sort="change"))
    tab.wait_for_title("relu1")
    held.wait_for_the_rest()
    words = tab.frame.locator(".tools .waiting")
    wait_until(words).to_have_text("Loading what they are sorted by …")
    held.let_go()
    tab.rest()
    wait_until(words).to_have_count(0)
