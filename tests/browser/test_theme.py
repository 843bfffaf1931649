"""What is drawn becomes dark or light with TensorBoard, at once and all of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from browser.tab import Tab, pairs, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

VIEWS = ("grid", "channel", "compare", "multiples", "inputs", "training")
STATE = {
    **{"run": "first", "layer": "relu1", "step": 4, "channel": 7, "sort": "max"},
    **{"place": "0.5,0.5", "pins": "conv1:2", "b_step": 0},
}


def drawn(tab: Tab) -> list[np.ndarray]:
    """All that is drawn in the view, once nothing changes any more."""
    tab.settle()
    before: list[np.ndarray] = []
    for _ in range(20):
        canvases = tab.frame.locator("main canvas")
        now = [tab.pixels(canvases.nth(i)) for i in range(canvases.count())]
        same = len(now) == len(before) and all(map(np.array_equal, now, before))
        if now and same:
            return now
        before = now
        tab.page.wait_for_timeout(300)
    raise AssertionError("What is drawn does not come to rest.")


@pytest.mark.parametrize("view", VIEWS)
def test_another_theme_is_drawn_as_after_a_fresh_load(
    open_tab: Callable[..., Tab], host: Host, view: str
) -> None:
    fresh = {}
    for theme in ("", "?darkMode=true"):
        tab = open_tab(host)
        tab.go(pairs(**STATE, view=view), theme)
        wait_until(tab.frame.locator("main canvas").first).to_be_visible()
        fresh[theme] = drawn(tab)
    plain, dark = fresh.values()
    # The last tab is dark.
    tab.page.get_by_label("Menu for changing light or dark theme").click()
    tab.page.get_by_role("menuitemradio", name="Light").or_(
        tab.page.get_by_role("menuitem", name="Light")
    ).first.click()
    tab.frame.wait_for_function("!document.documentElement.classList.contains('dark')")
    found = drawn(tab)
    assert len(found) == len(plain)
    for one, expected in zip(found, plain, strict=True):
        np.testing.assert_array_equal(one, expected)
    if view != "multiples":
        same = map(np.array_equal, plain, dark)
        assert not all(same)
