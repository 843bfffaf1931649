"""What helps somebody who sees the tab for the first time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser.tab import Tab, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

VIEWS = ("Grid", "Channel", "Compare", "Multiples", "Inputs", "Training", "Runs")
FIRST = {"run": "first", "layer": "relu1"}


def test_help_says_what_each_view_answers_what_words_mean_and_all_keys(
    tab: Tab,
) -> None:
    tab.open(**FIRST)
    tab.press("?")
    help_ = tab.frame.get_by_role("dialog", name="Help")
    wait_until(help_).to_be_visible()
    views = help_.locator("[data-name=views]")
    assert tuple(views.locator("dt").all_text_contents()) == VIEWS
    questions = views.locator("dd").all_text_contents()
    assert all(question.endswith("?") for question in questions)
    titles = [
        tab.frame.get_by_role("button", name=view, exact=True).get_attribute("title")
        for view in VIEWS
    ]
    assert titles == [f"{one} ({i})" for i, one in enumerate(questions, 1)]
    words = help_.locator("[data-name=words] dt").all_text_contents()
    assert {"removed", "silent", "percentile", "zero centred", "align by"} <= {*words}
    keys = help_.locator("[data-name=keys] kbd").all_text_contents()
    assert len(keys) == len(set(keys))
    assert all(words.strip() for words in help_.locator("dd").all_text_contents())
    tab.press("Escape")
    wait_until(help_).to_be_hidden()
    wait_until(tab.canvas).to_be_visible()
    tab.button("Help").click()
    wait_until(help_).to_be_visible()
    tab.button("Close").click()
    wait_until(help_).to_be_hidden()


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (390, 844)])
def test_the_first_steps_cover_nothing_and_go_away_for_good(
    open_tab: Callable[..., Tab], host: Host, size: tuple[int, int]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    tab = open_tab(host, viewport=viewport, first_time=True).open(**FIRST)
    steps = tab.frame.get_by_role("region", name="First steps")
    wait_until(steps).to_be_visible()
    assert steps.locator("li").count() == 3
    box, picture = steps.bounding_box(), tab.canvas.bounding_box()
    assert box is not None
    assert picture is not None
    assert box["y"] + box["height"] <= picture["y"]
    tab.button("Got it").click()
    wait_until(steps).to_have_count(0)
    tab.open(**FIRST, view="channel")
    assert steps.count() == 0
    tab.press("?")
    tab.button("Show the first steps").click()
    wait_until(steps).to_be_visible()
    tab.button("Got it").click()
    wait_until(steps).to_have_count(0)


def test_the_first_steps_go_away_where_the_browser_keeps_nothing(
    open_tab: Callable[..., Tab], host: Host
) -> None:
    forbidden = "Object.defineProperty(window, 'localStorage', {get() { throw 1 }});"
    tab = open_tab(host, forbidden, first_time=True).open(**FIRST)
    steps = tab.frame.get_by_role("region", name="First steps")
    wait_until(steps).to_be_visible()
    tab.button("Got it").click()
    wait_until(steps).to_have_count(0)
    tab.press("2")
    wait_until(tab.frame.get_by_role("main", name="View: channel")).to_be_visible()
    assert steps.count() == 0


def test_every_view_says_in_a_sentence_what_is_seen(tab: Tab) -> None:
    found = {}
    for view in VIEWS:
        tab.open(**FIRST, view=view.lower(), b_step=0)
        sentence = tab.frame.locator("[data-name=sentence]")
        wait_until(sentence).to_be_visible()
        found[view] = sentence.text_content()
    stronger = "brighter means a stronger response at that place."
    assert found == {
        "Grid": f"Each square is one channel; {stronger}",
        "Channel": f"This is one channel; {stronger}",
        "Compare": "Each square is one channel, of A and of B side by side; "
        f"{stronger}",
        "Multiples": "Each row is one run, each column one step, all of one "
        f"channel; {stronger}",
        "Inputs": "Each row is one channel, each column one input; what differs most "
        "comes first.",
        "Training": "Each row is one channel, each column one step; brighter means a "
        "larger maximum.",
        "Runs": "Each row is one layer, each column one run; brighter means farther "
        "from A.",
    }
    tab.open(run="first", layer="conv1")
    wait_until(tab.frame.locator("[data-name=sentence]")).to_have_text(
        "Each square is one channel; orange is above zero, blue is below, "
        "black is zero."
    )


@pytest.mark.parametrize("view", ["channel", "multiples", "training"])
def test_a_layer_of_one_step_says_how_to_log_more(tab: Tab, view: str) -> None:
    tab.open(run="odd", layer="odd", view=view)
    line = tab.frame.locator("[data-name=one-step]")
    wait_until(line).to_be_visible()
    assert line.locator("code").all_text_contents() == [
        'callbacks=[av.ActivationCallback("runs/training", pictures)]',
        "tb-actviz checkpoints",
    ]
    tab.open(**FIRST, view=view)
    tab.rest()
    assert line.count() == 0
