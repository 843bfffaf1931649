"""What every key does, and that what is always in sight can be reached by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from browser.tab import Tab, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.browser]

VIEWS = ("grid", "channel", "compare", "multiples", "inputs", "training", "runs")
FIRST: dict[str, str | int] = {"run": "first", "layer": "relu1"}
CHANNEL: dict[str, str | int] = {**FIRST, "channel": 3}
PINNED: dict[str, str | int] = {**FIRST, "pins": "conv1:2"}

#: Lists, switches and buttons of the bar and the scrubber, and their keys.
CONTROLS = """() => [...document.querySelectorAll(
  ".bar :is(select, input[type=checkbox], button, summary)," +
  ".scrubber :is(select, input[type=checkbox], input[type=range], button)"
)].filter((one) => one.checkVisibility()).map((one) => [
  one.getAttribute("aria-label") || one.textContent.trim() || one.title,
  one.getAttribute("aria-keyshortcuts"),
])"""
#: What help calls the keys that are named otherwise for screen readers.
NAMES = {
    "ArrowLeft": "←",
    "ArrowRight": "→",
    "Shift+G": "Shift + g",
    "Shift+R": "Shift + r",
    "Shift+T": "Shift + t",
    **dict.fromkeys("1234567", "1 … 7"),
}


class Press(NamedTuple):
    """What is pressed where, and what is so afterwards."""

    start: dict[str, str | int]
    key: str
    #: What the address says anew, None for what it says no more; or what is seen.
    after: dict[str, str | None] | Callable[[Tab], None]


def focused(selector: str) -> Callable[[Tab], None]:
    """Whether an element has the focus."""
    return lambda tab: wait_until(tab.frame.locator(selector)).to_be_focused()


def seen(selector: str) -> Callable[[Tab], None]:
    """Whether something is seen."""
    return lambda tab: wait_until(tab.frame.locator(selector).first).to_be_visible()


#: By what help calls a key.
PRESSES: dict[str, list[Press]] = {
    "←": [
        Press({**FIRST, "step": 4}, "ArrowLeft", {"step": "3"}),
        Press({**FIRST, "step": 4}, "Shift+ArrowLeft", {"step": "0"}),
    ],
    "→": [
        Press({**FIRST, "step": 2}, "ArrowRight", {"step": "3"}),
        Press({**FIRST, "step": 2}, "Shift+ArrowRight", {"step": None}),
    ],
    "Home": [Press(FIRST, "Home", {"step": "0"})],
    "End": [Press({**FIRST, "step": 2}, "End", {"step": None})],
    "p": [Press(FIRST, "p", seen(".scrubber [aria-label=Stop]"))],
    # A layer and its ReLU are one row.
    "↑": [
        Press({**FIRST, "layer": "block/relu2"}, "ArrowUp", {"layer": "relu1"}),
    ],
    "↓": [Press(FIRST, "ArrowDown", {"layer": "block/relu2"})],
    "[": [Press({**CHANNEL, "sort": "channel"}, "[", {"channel": "2"})],
    "]": [
        Press({**CHANNEL, "channel": 2, "sort": "channel"}, "]", {"channel": "3"}),
        # 4 and 5 are silent, and folded.
        Press({**CHANNEL, "sort": "channel"}, "]", {"channel": "6"}),
    ],
    "Enter": [Press(CHANNEL, "Enter", {"view": "channel"})],
    "1 … 7": [
        Press({**FIRST, "view": "channel"}, "1", {"view": None}),
        *(
            Press(FIRST, str(number), {"view": view})
            for number, view in enumerate(VIEWS[1:], 2)
        ),
    ],
    "space": [
        Press({**FIRST, "view": "compare", "b_step": 0}, "Space", {"compare": "blink"}),
        Press(FIRST, "Space", seen(".scrubber [aria-label=Stop]")),
    ],
    "c": [
        Press({**FIRST, "view": "compare"}, "c", {"compare": "blink"}),
        Press({**FIRST, "view": "multiples"}, "c", {"columns": "layers"}),
    ],
    "Shift + c": [
        Press({**FIRST, "view": "multiples"}, "Shift+C", {"multiples_rows": "inputs"})
    ],
    "b": [
        Press(
            {**CHANNEL, "step": 2, "view": "compare"},
            "b",
            {
                "b_run": "first",
                "b_layer": "relu1",
                "b_step": "2",
                "b_input": "bright",
                "b_channel": "3",
            },
        )
    ],
    "x": [
        Press(
            {**FIRST, "step": 4, "input": "bright", "view": "compare", "b_step": 1},
            "x",
            {"step": "1", "b_step": "4"},
        )
    ],
    "r": [Press(FIRST, "r", {"layer": "conv1"})],
    "Shift + r": [
        Press(FIRST, "R", {"removed": "true"}),
        Press({**FIRST, "removed": "true"}, "R", {"removed": None}),
    ],
    "t": [
        Press({**FIRST, "sort": "max"}, "t", {"sort": "mean"}),
        Press(
            {**FIRST, "view": "inputs", "measure": "maximum"},
            "t",
            {"measure": "largest"},
        ),
        Press({**FIRST, "view": "training"}, "t", {"statistic": "mean"}),
        Press({**FIRST, "view": "runs"}, "t", {"runs_by": "angle"}),
    ],
    "Shift + t": [Press({**FIRST, "sort": "mean"}, "T", {"descending": "false"})],
    "l": [
        Press(FIRST, "l", {"scale": "channel"}),
        Press({**FIRST, "scale": "runs"}, "l", {"scale": "robust"}),
        Press({**FIRST, "scale": "percentile"}, "l", seen("[aria-label=Lowest]")),
        Press({**FIRST, "scale": "fixed"}, "l", {"scale": None}),
    ],
    "z": [
        Press(FIRST, "z", {"symmetric": "true"}),
        Press({**FIRST, "symmetric": "true"}, "z", {"symmetric": None}),
    ],
    "g": [
        Press(FIRST, "g", {"gamma": "0.5"}),
        Press({**FIRST, "gamma": 2}, "g", {"gamma": None}),
    ],
    "Shift + g": [
        Press(FIRST, "G", {"log": "true"}),
        Press({**FIRST, "log": "true"}, "G", {"log": None}),
    ],
    "k": [Press(FIRST, "k", {"colours": "gray"})],
    "+": [Press({**FIRST, "zoom": 4}, "+", {"zoom": "8"})],
    "-": [Press({**FIRST, "zoom": 4}, "-", {"zoom": "2"})],
    "0": [Press({**FIRST, "zoom": 4}, "0", {"zoom": None})],
    "s": [Press(FIRST, "s", {"smooth": "true"})],
    "o": [Press(CHANNEL, "o", seen(".inspector"))],
    "m": [
        Press(CHANNEL, "m", {"pins": "conv1:3"}),
        Press({**PINNED, "channel": 2}, "m", {"pins": None}),
    ],
    "i": [Press(FIRST, "i", {"input": "dull"})],
    "u": [Press({"run": "first"}, "u", seen("main h2 :text('run odd')"))],
    "a": [Press(FIRST, "a", {"align": "epoch"})],
    "w": [Press(FIRST, "w", seen(".scrubber input[aria-label=Live]:checked"))],
    "y": [Press(FIRST, "y", seen(".key-said:text('This page is in no frame.')"))],
    "e": [Press(FIRST, "e", focused(".menu:not(.runs) button >> nth=0"))],
    "n": [Press(FIRST, "n", focused("#step-number"))],
    "/": [Press(FIRST, "/", focused("#search-channels"))],
    "f": [Press(FIRST, "f", focused("#filter-layers"))],
    "Esc": [
        Press({**FIRST, "view": "training"}, "Escape", {"view": None}),
        Press(
            {**CHANNEL, "view": "channel", "place": "0.5,0.5"},
            "Escape",
            {"place": None},
        ),
    ],
    "?": [Press(FIRST, "?", seen("dialog[open]"))],
}
#: What other tests hold: the wheel, the channels that never answer, and the loss.
ELSEWHERE = {"Ctrl + wheel", "d", "v"}


@pytest.mark.parametrize(
    ("shown", "press"),
    [
        pytest.param(
            shown,
            press,
            # What a page answers to it is in `test_pages`.
            marks=[pytest.mark.server] if shown == "w" else [],
        )
        for shown, presses in PRESSES.items()
        for press in presses
    ],
    ids=lambda one: one if isinstance(one, str) else one.key,
)
def test_a_key_does_what_help_says(tab: Tab, shown: str, press: Press) -> None:
    tab.open(**press.start)
    before = tab.state()
    tab.press(press.key)
    if callable(press.after):
        press.after(tab)
        return
    expected = {**before, **press.after}
    assert tab.state() == {
        key: value for key, value in expected.items() if value is not None
    }


@pytest.mark.parametrize(
    ("start", "keys"),
    [
        ({**FIRST, "view": "inputs"}, ["T", "R", "+", "-"]),
        ({**FIRST, "view": "multiples"}, ["t", "T", "R", "+", "-"]),
        ({**FIRST, "view": "training"}, ["R", "+", "-"]),
        ({**FIRST, "view": "runs"}, ["T", "R", "+", "-"]),
        ({**FIRST, "view": "grid"}, ["v"]),
        ({**FIRST, "view": "channel"}, ["+", "-"]),
        ({"run": "odd", "layer": "odd"}, ["R", "r"]),
    ],
    ids=lambda one: one.get("view", "no pair") if isinstance(one, dict) else "",
)
def test_a_key_changes_nothing_where_it_would_not_be_seen(
    tab: Tab, start: dict[str, str | int], keys: list[str]
) -> None:
    tab.open(**start, sort="mean")
    before = tab.state()
    tab.press(*keys)
    assert tab.state() == before


def keys_in_help(tab: Tab) -> set[str]:
    """All keys that help lists."""
    tab.press("?")
    wait_until(tab.frame.locator("dialog[open] kbd").first).to_be_visible()
    keys = tab.frame.locator("dialog[open] kbd").all_text_contents()
    tab.press("Escape")
    return set(keys)


def test_all_keys_of_help_are_tried(tab: Tab) -> None:
    tab.open(**FIRST)
    assert keys_in_help(tab) == PRESSES.keys() | ELSEWHERE


def test_every_list_switch_and_button_of_bar_and_scrubber_has_a_key(tab: Tab) -> None:
    tab.open(**FIRST)
    known = keys_in_help(tab)
    for view in VIEWS:
        tab.open(**FIRST, view=view)
        controls = tab.frame.evaluate(CONTROLS)
        assert len(controls) >= 18
        for name, keys in controls:
            assert keys, name
            assert {NAMES.get(key, key) for key in keys.split()} <= known, name
