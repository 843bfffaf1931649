"""Names that would like to be more than text, in every place that shows a name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser import logs
from browser.tab import Tab, TabInHost, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

#: What no name may add to a page.
ELEMENTS = "img, iframe, object, embed, form, a[href], [onerror], [onmouseover]"
PLAIN = "plain"


def unharmed(tab: Tab) -> None:
    """Fail if a name has become more than text."""
    for frame in tab.page.frames:
        assert frame.evaluate("typeof window.__pwned") == "undefined"
        assert frame.evaluate("typeof Object.prototype.run") == "undefined"
    assert tab.frame.locator(ELEMENTS).count() == 0
    # TensorBoard's own ones, which import the tab.
    assert tab.frame.locator("script:not([id^=tb_actviz])").count() == 1
    assert tab.frame.locator("base").count() == 1


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", logs.HOSTILE)
def test_a_name_is_text_in_every_view(
    open_in_host: Callable[..., TabInHost], by_python: Host, name: str
) -> None:
    tab = open_in_host(by_python).open(run=PLAIN, layer=name, step=1)
    wait_until(tab.title).to_be_visible()
    title = tab.frame.locator("main [data-name=layer]")
    assert title.text_content() == name
    assert squeezed(f"input {name} · run plain · step 1") in squeezed(
        tab.title.text_content() or ""
    )
    assert tab.frame.locator(".honesty").text_content().count(name) >= 3
    assert name in tab.frame.locator(".scrubber").text_content()
    predictions = tab.beside("Predictions")
    assert predictions.locator("td").first.text_content() == name
    label = tab.canvas.get_attribute("aria-label")
    assert label == f"Feature maps of {name}: 2 channels"
    row = tab.frame.locator("[role=treeitem][aria-selected=true]")
    row.hover()
    assert (row.get_attribute("title") or "").startswith(f"{name}\n{name}, activation")
    found = tab.state()
    assert found["layer"] == name
    for view in range(1, 7):
        tab.press(str(view))
        tab.rest()
        unharmed(tab)
    tab.press("b", "3", "x", "1")
    wait_until(title).to_have_text(name)
    unharmed(tab)


@pytest.mark.parametrize("run", [logs.ELEMENT, logs.QUOTE, logs.FORMULA])
def test_the_name_of_a_run_is_text(
    open_in_host: Callable[..., TabInHost], by_python: Host, run: str
) -> None:
    tab = open_in_host(by_python).open()
    tab.choose_run(run)
    wait_until(tab.title).to_contain_text(f"run {run}")
    assert tab.state()["run"] == run
    tab.page.reload()
    wait_until(tab.title).to_contain_text(f"run {run}")
    unharmed(tab)


def test_a_reason_that_holds_a_name_is_text(
    open_in_host: Callable[..., TabInHost], by_python: Host
) -> None:
    tab = open_in_host(by_python)
    tab.open(run=logs.ELEMENT, layer=logs.SCRIPT + logs.ELEMENT)
    wait_until(tab.frame.locator(".notice")).to_contain_text(logs.ELEMENT)
    tab.field("Filter layers").fill("<img src=x onerror=window.__pwned=1>(")
    wait_until(tab.frame.locator(".layers .failed")).to_contain_text("<img")
    unharmed(tab)


@pytest.mark.parametrize("kind", ["PNG", "NPZ", "CSV"])
def test_a_file_is_saved_under_a_harmless_name(
    open_tab: Callable[..., Tab], by_python: Host, kind: str
) -> None:
    tab = open_tab(by_python).open(run=logs.ELEMENT, layer=logs.BIDI)
    wait_until(tab.title).to_be_visible()
    name, _ = tab.saved(kind)
    assert set(name) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
    )
    assert name.endswith(f".{kind.lower()}")
    assert name.count(".") == 1
    unharmed(tab)
