"""What is drawn becomes dark or light with TensorBoard, at once and all of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from browser.tab import Tab, TabInHost, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

VIEWS = ("grid", "channel", "compare", "multiples", "inputs", "training", "runs")
STATE = {
    **{"run": "first", "layer": "relu1", "step": 4, "channel": 7, "sort": "max"},
    **{"place": "0.5,0.5", "pins": "conv1:2", "b_step": 0},
}


def drawn(tab: Tab) -> list[np.ndarray]:
    """All that is drawn in the view, once nothing changes any more."""
    tab.settle()
    before: list[np.ndarray] = []
    for _ in range(50):
        canvases = tab.frame.locator("main canvas")
        found = [tab.pixels(canvases.nth(i)) for i in range(canvases.count())]
        same = len(found) == len(before) and all(map(np.array_equal, found, before))
        if found and same:
            return found
        before = found
        tab.page.wait_for_timeout(200)
    raise AssertionError("what is drawn goes on changing")


@pytest.mark.parametrize("view", VIEWS)
def test_another_theme_is_drawn_as_after_a_fresh_load(
    open_in_host: Callable[..., TabInHost], host: Host, view: str
) -> None:
    fresh = {}
    for theme in ("", "?darkMode=true"):
        tab = open_in_host(host, query=theme).open(**STATE, view=view)
        wait_until(tab.frame.locator("main canvas").first).to_be_visible()
        fresh[theme] = drawn(tab)
    plain, dark = fresh.values()
    # The last tab is dark.
    tab.choose_theme("Light")
    found = drawn(tab)
    assert len(found) == len(plain)
    for one, expected in zip(found, plain, strict=True):
        np.testing.assert_array_equal(one, expected)
    # The maps of the one are grey alone, and the others have numbers on their colours.
    if view not in ("multiples", "runs"):
        same = map(np.array_equal, plain, dark)
        assert not all(same)
