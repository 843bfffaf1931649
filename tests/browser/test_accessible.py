"""Nothing of the tab breaks a rule of accessibility: axe-core, on every view."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

import pytest
from browser.tab import Tab, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

VIEWS: dict[str, dict[str, str | int]] = {
    "grid": {},
    "channel": {"channel": 2, "place": "0.5,0.5"},
    "compare": {"compare": "side"},
    "compare, blinking": {"compare": "blink"},
    "compare, wipe": {"compare": "wipe"},
    "compare, difference": {"compare": "difference"},
    "multiples": {},
    "inputs": {},
    "training": {},
}
#: Everything that axe knows, best practices too.
_RUN = "() => axe.run(document, {resultTypes: ['violations', 'incomplete']})"


@cache
def axe() -> str:
    """The source of axe-core."""
    reason = "axe-core is missing: python -m pip install axe-playwright-python"
    pytest.importorskip("axe_playwright_python", reason=reason)
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()


def violations(tab: Tab) -> list[tuple[str, str, str]]:
    """What breaks a rule: its level, the rule, and where."""
    tab.settle()
    tab.frame.evaluate(axe())
    found: dict[str, Any] = tab.frame.evaluate(_RUN)
    assert found["testEngine"]["name"] == "axe-core"
    return [
        (rule["impact"], rule["id"], node["html"][:200])
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_breaks_no_rule(
    open_tab: Callable[..., Tab], host: Host, name: str, scheme: str
) -> None:
    tab = open_tab(host, color_scheme=scheme)
    tab.open(run="first", layer="relu1", view=name.split(",")[0], **VIEWS[name])
    tab.wait_for_dark(scheme == "dark")
    assert violations(tab) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_on_top_breaks_no_rule(
    open_tab: Callable[..., Tab], host: Host, scheme: str
) -> None:
    tab = open_tab(host, color_scheme=scheme)
    tab.open(run="first", layer="relu1")
    tab.press("?")
    wait_until(tab.frame.get_by_role("dialog")).to_be_visible()
    assert violations(tab) == []
    tab.press("Escape")
    tab.button("Export").click()
    assert violations(tab) == []
    tab.press("Escape")
    tab.frame.locator(".runs summary").click()
    assert violations(tab) == []


def test_a_narrow_window_and_folded_panels_break_no_rule(
    open_tab: Callable[..., Tab], host: Host
) -> None:
    tab = open_tab(host, viewport={"width": 390, "height": 864})
    tab.open(run="first", layer="relu1")
    assert violations(tab) == []
    tab.button("Hide the details").click()
    assert violations(tab) == []


def test_a_page_without_runs_breaks_no_rule(
    open_tab: Callable[..., Tab], serve: Callable[..., Host], tmp_path: Any
) -> None:
    tab = open_tab(serve(tmp_path, "rust"))
    tab.open()
    assert violations(tab) == []


def test_a_broken_rule_is_noticed(tab: Tab) -> None:
    tab.open(run="first")
    tab.frame.evaluate(
        "document.body.appendChild(document.createElement('img')).src = 'data:,'"
    )
    assert ("critical", "image-alt", '<img src="data:,">') in violations(tab)
