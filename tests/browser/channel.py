"""The channel view, opened for a test."""

from __future__ import annotations

from browser.tab import Tab, wait_until

STEP = 4
FIRST = {"run": "first", "step": STEP, "input": "bright", "view": "channel"}


def open_channel(tab: Tab, layer: str, channel: int, **state: str | float) -> None:
    """Open a channel of the first run, and wait until it is drawn."""
    tab.open(**{**FIRST, "layer": layer, "channel": channel, **state})
    tab.wait_for_title(layer)
    wait_until(tab.enlarged).to_have_attribute(
        "aria-label", f"Feature map of channel {channel}"
    )
    settle(tab)


def settle(tab: Tab) -> None:
    """Take the mouse away, and let what follows it be drawn."""
    tab.page.mouse.move(2, 2)
    tab.page.wait_for_timeout(300)
