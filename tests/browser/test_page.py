"""Keys, names for screen readers, focus, and TensorBoard's theme."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser.tab import Tab, TabInHost, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

VIEWS = ("grid", "channel", "compare", "multiples", "inputs", "training", "runs")
#: Controls without a name, as their HTML.
NAMELESS = """() => [...document.querySelectorAll(
  "button, input, select, textarea, canvas, dialog, [role=img], [role=group]" +
  ", [role=tree]"
)].filter((one) => one.checkVisibility()).filter((one) => {
  const label = [...(one.labels ?? [])].map((label) => label.textContent).join("");
  const own = one.matches("button") ? one.textContent : "";
  // A button names what is drawn in it.
  const within = one.parentElement?.closest("button, [aria-hidden=true]");
  if (one.matches("canvas") && within) return false;
  // In the order in which browsers take them.
  const name = one.getAttribute("aria-label") || label || own || one.title;
  return !/[\\p{L}\\p{N}]/u.test(name ?? "");
}).map((one) => one.outerHTML.slice(0, 200))"""
RING = """(one) => {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
  const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
  return outlined || boxShadow !== "none";
}"""
LIGHTNESS = """() => {
  const found = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g);
  return found.slice(0, 3).map(Number).reduce((sum, one) => sum + one) / 3;
}"""


@pytest.fixture
def page(tab: Tab) -> Tab:
    """The tab on a layer."""
    tab.open(run="first", layer="relu1", b_step=0)
    tab.wait_for_title("relu1")
    return tab


def test_keys_choose_the_view(page: Tab) -> None:
    for number, view in enumerate(VIEWS, 1):
        page.press(str(number))
        main = page.frame.get_by_role("main", name=f"View: {view}")
        wait_until(main).to_be_visible()
    page.press("Escape")
    wait_until(page.frame.get_by_role("main", name="View: grid")).to_be_visible()


def test_keys_are_left_to_fields_and_to_the_browser(page: Tab) -> None:
    page.field("Search channels").click()
    page.page.keyboard.type("2")
    wait_until(page.field("Search channels")).to_have_value("2")
    page.page.keyboard.press("Escape")
    page.press("Control+3", "Alt+4")
    wait_until(page.frame.get_by_role("main", name="View: grid")).to_be_visible()


@pytest.mark.parametrize("view", VIEWS)
def test_every_control_has_a_name(page: Tab, view: str) -> None:
    page.press(str(VIEWS.index(view) + 1))
    wait_until(page.frame.get_by_role("main", name=f"View: {view}")).to_be_visible()
    page.rest()
    assert page.frame.evaluate(NAMELESS) == []


def test_every_control_is_reached_by_tab_and_shows_the_focus(page: Tab) -> None:
    reached: list[str] = []
    for _ in range(60):
        page.page.keyboard.press("Tab")
        found = page.frame.evaluate_handle("document.activeElement").as_element()
        if found is None or found.evaluate("one => one === document.body"):
            break
        assert found.evaluate(RING), found.evaluate("one => one.outerHTML")
        reached.append(
            found.evaluate(
                "one => one.getAttribute('aria-label') || one.textContent || one.title"
            )
        )
    text = "\n".join(reached)
    for name in ("Grid", "Filter layers", "Search channels", "Step by number", "Help"):
        assert name in text, text


def test_the_theme_follows_tensorboard_at_once(tab_in_host: TabInHost) -> None:
    page = tab_in_host
    page.open(run="first", layer="relu1", b_step=0)
    assert page.frame.evaluate(LIGHTNESS) > 200
    for theme, dark in (("Dark", True), ("Light", False)):
        page.choose_theme(theme)
        lightness = page.frame.evaluate(LIGHTNESS)
        assert (lightness < 80) if dark else (lightness > 200)


def test_a_dark_tensorboard_has_a_dark_tab(
    open_in_host: Callable[..., TabInHost], host: Host
) -> None:
    tab = open_in_host(host, query="?darkMode=true").open(run="first")
    tab.wait_for_title("block/relu2")
    assert tab.frame.evaluate(LIGHTNESS) < 80


def test_alone_in_a_window_it_is_as_dark_as_the_browser(
    open_tab: Callable[..., Tab], host: Host
) -> None:
    tab = open_tab(host, color_scheme="dark").open(run="first")
    assert tab.frame.evaluate(LIGHTNESS) < 80
    tab.page.emulate_media(color_scheme="light")
    tab.wait_for_dark(False)
    assert tab.frame.evaluate(LIGHTNESS) > 200
