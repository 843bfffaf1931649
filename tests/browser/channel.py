"""The channel view, opened for a test."""

from __future__ import annotations

import re

from browser.tab import BY_NUMBER, Tab, wait_until

STEP = 4
FIRST = {
    **BY_NUMBER,
    **{"run": "first", "step": STEP, "input": "bright", "view": "channel"},
    **{"overlay_smooth": "false"},
}
#: Pixels around the enlarged map.
EDGE = 3


def open_channel(
    tab: Tab, layer: str, channel: int | None = None, **state: str | float
) -> None:
    """Open a channel of the first run, and wait until it is drawn.

    Args:
        tab: Where to open it.
        layer: Its layer.
        channel: Its number; None for the one that the tab proposes.
        **state: What else stands in the address.
    """
    if channel is not None:
        state["channel"] = channel
    tab.open(**{**FIRST, "layer": layer, **state})
    tab.wait_for_title(layer)
    number = r"\d+" if channel is None else channel
    wait_until(tab.enlarged).to_have_attribute(
        "aria-label", re.compile(f"^Feature map of channel {number}$")
    )
    tab.settle()
