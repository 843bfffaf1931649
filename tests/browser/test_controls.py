"""Menus close, lists leave keys to the view, fields say what they did not take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from browser.tab import Tab, TabInHost, wait_until
from plugin.serving import Host

if TYPE_CHECKING:
    # Where it is missing these tests are skipped.
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FOCUSED = "document.activeElement.localName"
#: Whether an element says these words, wholly in sight.
SAYS = """async ([one, words]) => {
  if (one.textContent !== words) return false;
  const share = await new Promise((resolve) => {
    const observer = new IntersectionObserver((seen) => {
      observer.disconnect();
      resolve(seen.at(-1).intersectionRatio);
    });
    observer.observe(one);
  });
  return share > 0.99;
}"""


def wait_for_words(said: Locator, words: str) -> None:
    """Wait until something is said; in the page, as it is said for a few seconds."""
    wait_until(said).to_have_attribute("role", "status")
    said.page.wait_for_function(SAYS, arg=[said.element_handle(), words])


@pytest.fixture
def page(tab: Tab) -> Tab:
    """The tab on the last of six steps."""
    tab.open(run="first", layer="relu1")
    tab.wait_for_title("relu1", "step 5")
    return tab


def test_the_menu_of_exports_is_closed(tab_in_host: TabInHost) -> None:
    page = tab_in_host
    page.open(run="first", layer="relu1")
    menu = page.frame.locator(".menu.exports")
    items = page.frame.locator(".menu.exports button", has_text="PNG")

    def is_open(opened: bool) -> None:
        wait_until(items).to_be_visible(visible=opened)

    page.button("Export").click()
    is_open(True)
    page.press("Escape")
    is_open(False)
    page.button("Export").click()
    is_open(True)
    page.frame.locator("main h2").click()
    is_open(False)
    menu.locator("summary").focus()
    page.press("Enter", "Tab")
    is_open(True)
    page.press("Escape")
    is_open(False)
    assert page.frame.evaluate(FOCUSED) == "summary"
    page.press("Enter", *["Tab"] * 6)
    is_open(True)
    page.press("Tab")
    is_open(False)
    page.button("Export").click()
    is_open(True)
    page.page.get_by_label("Menu for changing light or dark theme").click()
    is_open(False)


def test_esc_closes_the_menu_and_leaves_the_view(page: Tab) -> None:
    page.press("2")
    view = page.frame.get_by_role("main", name="View: channel")
    wait_until(view).to_be_visible()
    page.button("Export").click()
    page.press("Escape")
    page.rest()
    wait_until(view).to_be_visible()
    page.press("Escape")
    wait_until(page.frame.get_by_role("main", name="View: grid")).to_be_visible()


def test_space_opens_a_menu_that_has_the_focus(page: Tab) -> None:
    page.frame.locator(".menu.exports summary").focus()
    page.press(" ")
    wait_until(
        page.frame.locator(".menu.exports button", has_text="PNG")
    ).to_be_visible()
    wait_until(page.button("Play")).to_be_visible()
    page.press(" ")
    wait_until(
        page.frame.locator(".menu.exports button", has_text="PNG")
    ).to_be_hidden()
    wait_until(page.button("Play")).to_be_visible()


def test_a_copied_address_is_confirmed(
    open_in_host: Callable[..., TabInHost], host: Host
) -> None:
    tab = open_in_host(host, permissions=["clipboard-read", "clipboard-write"])
    tab.open(run="first", layer="relu1")
    tab.wait_for_title("relu1")
    status = ".bar .said[role=status]"
    said = tab.frame.locator(status, has_text="The address is copied.")
    wait_until(said).to_have_count(0)
    tab.button("Export").click()
    tab.frame.locator(".menu button", has_text="Link").click()
    wait_until(said).to_be_visible()
    assert tab.page.evaluate("navigator.clipboard.readText()") == tab.page.url
    wait_until(said).to_have_count(0)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("2", {"view": "channel"}),
        # The strongest channel comes first.
        ("m", {"pins": "conv1:3"}),
        ("ArrowDown", {"colours": "gray"}),
    ],
)
def test_a_list_that_is_closed_takes_arrows_but_no_letters(
    page: Tab, key: str, expected: dict[str, str]
) -> None:
    assert 0 in page.cells()
    page.press("]")
    page.chosen("Colours").focus()
    page.press(key)
    found = page.state()
    del found["run"], found["layer"], found["channel"]
    assert found == expected
    assert page.frame.evaluate(FOCUSED) == "select"


def test_a_list_that_is_open_takes_all_keys(page: Tab) -> None:
    page.chosen("Colours").focus()
    page.press(" ")
    page.frame.wait_for_function("document.activeElement.matches(':open')")
    page.press("2")
    # The browser itself takes keys that follow each other within a second for one
    # word, and nothing tells when that is over.
    page.page.wait_for_timeout(1500)
    page.press("h", "Enter")
    wait_until(page.chosen("Colours")).to_have_value("heat")
    wait_until(page.frame.get_by_role("main", name="View: grid")).to_be_visible()


def test_a_choice_with_the_mouse_gives_the_focus_back(page: Tab) -> None:
    colours = page.chosen("Colours")
    choose = "(one) => one.dispatchEvent(new Event('change', { bubbles: true }))"
    colours.focus()
    page.press("ArrowDown")
    assert page.frame.evaluate(FOCUSED) == "select"
    colours.dispatch_event("pointerdown")
    colours.evaluate(choose)
    assert page.frame.evaluate(FOCUSED) == "body"


def test_a_step_that_was_not_taken_as_written_is_said(page: Tab) -> None:
    field = page.field("Step by number")
    said = page.frame.locator(".scrubber .said")
    for typed, words in (
        ("4.5", "steps are whole numbers: 4"),
        ("999", "there is no step 999: the latest, 5, is shown and followed"),
        ("-7", "there is no step -7: the first, 0, is shown"),
        ("abc", "“abc” is no step: 0 stays"),
    ):
        field.fill(typed)
        field.press("Enter")
        wait_for_words(said, words)
    field.fill("3")
    field.press("Enter")
    wait_until(said).to_be_empty()
    page.wait_for_title("step 3")


def test_a_number_that_was_not_taken_is_said_next_to_its_field(page: Tab) -> None:
    for name, typed, words, view in (
        ("Gamma", "0", "0.1 to 10: 1 stays", "1"),
        ("Gamma", "99", "0.1 to 10: 1 stays", "1"),
        ("Channel, 0 to 11", "77", "0 to 11: 3 stays", "2"),
        ("Channel, 0 to 11", "4.6", "only whole numbers: 5", "2"),
    ):
        page.press(view)
        if view == "2" and typed == "77":
            page.field(name).fill("3")
            page.field(name).press("Enter")
        field = page.field(name)
        field.fill(typed)
        field.press("Enter")
        said = field.locator("xpath=following-sibling::*[@role='status']")
        wait_for_words(said, words)
        field.press("Escape")
    assert page.state()["channel"] == "5"
