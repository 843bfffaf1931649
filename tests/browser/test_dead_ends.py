"""Where there is nothing to see, or not all of it: the reason, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser.channel import open_channel
from browser.tab import BY_NUMBER, Tab, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FIRST = {"run": "first", "layer": "relu1", "step": 4, "input": "bright", **BY_NUMBER}


def count(tab: Tab, words: str) -> None:
    """Wait until so many channels are shown."""
    wait_until(tab.frame.locator("[data-name=count]").first).to_have_text(words)


def test_a_search_says_what_it_hides_and_is_cleared(tab: Tab) -> None:
    tab.open(**FIRST, search="3,7")
    count(tab, "2 of 12 channels")
    hides = tab.frame.locator("[data-name=hides]")
    wait_until(hides).to_contain_text("hides 10 of 12")
    # It stays from layer to layer, and says so in each.
    tab.press("ArrowDown")
    tab.wait_for_title("block/relu2")
    wait_until(hides).to_contain_text("hides 6 of 8")
    assert tab.state()["search"] == "3,7"
    tab.button("show all").click()
    count(tab, "8 of 8 channels")
    wait_until(hides).to_have_count(0)
    assert "search" not in tab.state()


def test_a_search_in_the_inputs_says_it_too(tab: Tab) -> None:
    tab.open(**FIRST, view="inputs", search="3,7")
    hides = tab.frame.locator("[data-name=hides]")
    wait_until(hides).to_contain_text("hides 10 of 12")
    tab.field("Search channels").fill("abc")
    tab.button("Show all channels").click()
    count(tab, "12 of 12 channels")


@pytest.mark.parametrize("view", ["grid", "compare", "inputs"])
def test_a_search_that_finds_nothing_leads_back(tab: Tab, view: str) -> None:
    tab.open(**FIRST, view=view, search="abc")
    count(tab, "0 of 12 channels") if view != "compare" else None
    line = tab.frame.locator("[data-name=nothing]")
    wait_until(line).to_contain_text("The search “abc” names none of the 12 channels.")
    tab.button("Show all channels").click()
    wait_until(line).to_have_count(0)
    wait_until(tab.field("Search channels")).to_have_value("")


def test_folding_what_is_silent_leads_back_where_that_is_all(
    open_tab: Callable[..., Tab], rare: Host
) -> None:
    tab = open_tab(rare).open(run="dying", layer="block/relu2", step=20)
    line = tab.frame.locator("[data-name=nothing]")
    wait_until(line).to_contain_text(
        "All 8 channels are silent, and silent channels are folded."
    )
    tab.button("Show silent channels").click()
    count(tab, "8 of 8 channels")
    wait_until(line).to_have_count(0)


def test_one_step_is_not_played_and_has_no_change(tab: Tab) -> None:
    tab.open(run="odd", layer="odd", sort="change")
    wait_until(tab.frame.locator(".tools [data-name=advice]")).to_have_text(
        "There is one step, so nothing has changed yet. Sort by something else."
    )
    sort = tab.chosen("Sort by")
    wait_until(sort.locator("option[value=change]")).to_be_disabled()
    play = tab.button("Play")
    wait_until(play).to_be_disabled()
    wait_until(play).to_have_attribute("title", "There is no other step to play")
    tab.press("p")
    tab.rest()
    wait_until(tab.button("Play")).to_have_attribute("aria-pressed", "false")
    tab.choose_run("first")
    tab.wait_for_title("run first")
    wait_until(tab.button("Play")).to_be_enabled()
    wait_until(sort.locator("option[value=change]")).to_be_enabled()


def test_the_name_of_an_order_is_not_cut(tab: Tab) -> None:
    tab.open(**FIRST)
    sort = tab.chosen("Sort by")
    for by in ("change", "difference", "deviation"):
        sort.select_option(by)
        room, needed = sort.evaluate("""(one) => {
          // The same with this name alone, as wide as it likes.
          const alone = one.cloneNode();
          alone.style.maxWidth = "none";
          alone.append(one.selectedOptions[0].cloneNode(true));
          one.parentNode.append(alone);
          const widths = [one.offsetWidth, alone.offsetWidth];
          alone.remove();
          return widths;
        }""")
        assert needed <= room, by


def test_the_order_by_difference_says_which_b(tab: Tab) -> None:
    side = {"b_run": "second", "b_step": 1, "b_input": "dull", "sort": "difference"}
    tab.open(**{**FIRST, **side})
    label = tab.frame.locator("label", has_text="Sort by")
    wait_until(label).to_have_attribute(
        "title",
        "L2 norm of the difference to B, which is chosen in Compare: "
        "run second, step 1, input dull, layer relu1 (t: the next)",
    )


def test_a_layer_that_is_not_there_is_dismissed(tab: Tab) -> None:
    tab.open(run="first", layer="gone")
    words = "Run “first” has no layer “gone”; another is shown."
    wait_until(tab.frame.get_by_text(words)).to_have_count(1)
    tab.wait_for_title("block/relu2")
    assert tab.state()["layer"] == "gone"
    tab.button("Dismiss").click()
    wait_until(tab.frame.locator(".notice")).to_have_count(0)
    assert "layer" not in tab.state()
    tab.wait_for_title("block/relu2")


def test_what_is_not_there_leaves_the_address_with_the_next_choice(tab: Tab) -> None:
    tab.open(run="first", layer="gone", channel=9999, input="nobody")
    tab.wait_for_title("block/relu2", "input bright")
    found = tab.state()
    assert (found["layer"], found["channel"]) == ("gone", "9999")
    tab.press("ArrowLeft")
    tab.wait_for_title("block/relu2", "step 4")
    wait_until(tab.frame.locator(".notice")).to_have_count(0)
    assert tab.state() == {"run": "first", "step": "4"}


def test_a_channel_is_found_again_after_a_layer_that_lacks_it(tab: Tab) -> None:
    open_channel(tab, "relu1", 11)
    tab.press("ArrowDown")
    tab.wait_for_title("block/relu2")
    wait_until(tab.frame.locator("[data-name=picker] .failed")).to_contain_text(
        "This layer has no channel 11"
    )
    tab.press("ArrowUp")
    tab.wait_for_title("relu1")
    wait_until(tab.field("Channel, 0 to 11")).to_have_value("11")


@pytest.mark.parametrize(
    "name", ["How do the inputs differ here?", "How do the inputs differ?"]
)
def test_a_channel_leads_to_the_inputs(tab: Tab, name: str) -> None:
    open_channel(tab, "relu1", 7)
    tab.button(name).click()
    main = tab.frame.get_by_role("main", name="View: inputs")
    wait_until(main).to_be_visible()
    tab.wait_for_title("input bright and dull")
    found = tab.state()
    assert (found["view"], found["channel"]) == ("inputs", "7")
    wait_until(tab.button(name)).to_have_count(0)


def test_one_input_does_not_differ(open_tab: Callable[..., Tab], host: Host) -> None:
    tab = open_tab(host)
    open_channel(tab, "odd", 0, run="odd", step=0, input="input")
    wait_until(tab.frame.get_by_text("How do the inputs differ")).to_have_count(0)
