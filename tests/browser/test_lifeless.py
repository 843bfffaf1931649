"""Layers that show nothing: the tab opens on another, says so and tells since when."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from browser import logs
from browser.compare import compare, distances, pane, pointed_at
from browser.tab import Tab, TabInHost, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

MIDDLE, AFTER, LIVING = "block/conv2", "block/relu2", "relu1"


def told(tab: Tab) -> str:
    """What is said of a layer that shows nothing."""
    line = tab.frame.locator("[data-name=lifeless]")
    wait_until(line).to_be_visible()
    return line.inner_text()


def strongest(tab: Tab) -> str:
    """What is said of the strongest channels."""
    found = tab.beside("Strongest channels, by maximum")
    return found.locator("p").inner_text()


@pytest.mark.parametrize(
    ("run", "layer"), [("calm", AFTER), ("dying", LIVING), ("broken", MIDDLE)]
)
def test_it_opens_on_the_living_layer_nearest_to_the_middle(
    open_tab: Callable[..., Tab], rare: Host, run: str, layer: str
) -> None:
    tab = open_tab(rare).open(run=run)
    tab.wait_for_title(layer, f"run {run}", "step 20")
    lines = tab.frame.locator("[data-name=lifeless]")
    wait_until(lines).to_have_count(1 if run == "broken" else 0)
    for _ in range(2):
        # What was proposed stays, whatever is looked at meanwhile.
        tab.press("ArrowLeft")
        tab.rest()
    tab.wait_for_title(layer, "step 0")


@pytest.mark.server
def test_the_middle_is_asked_for_first_and_what_comes_out_of_it_is_drawn(
    open_tab: Callable[..., Tab], rare: Host
) -> None:
    tab = open_tab(rare).open(run="calm")
    wait_until(tab.canvas).to_be_visible()
    asked = [url for url in tab.requests if "/record?" in url or "/values?" in url]
    assert "conv2" in asked[0], asked
    first = next(i for i, url in enumerate(asked) if "/values?" in url)
    assert "relu2" in asked[first]


def test_what_was_opened_stays_when_it_dies(
    open_in_host: Callable[..., TabInHost], tmp_path: Path, serve: Callable[..., Host]
) -> None:
    logs.write_lifeless(tmp_path / "runs", range(1))
    host = serve(tmp_path / "runs", "rust")
    host.wait_for("dying", "block/relu2/activations", 0)
    tab = open_in_host(host).open(run="dying")
    tab.wait_for_title(AFTER, "step 0")
    logs.write_lifeless(tmp_path / "runs", range(10, 20, 10))
    host.wait_for("dying", "block/relu2/activations", 10)
    tab.reload_data()
    tab.wait_for_title(AFTER, "step 10")
    assert told(tab).startswith("All 8 channels are silent for this input at step 10")


def test_a_dead_layer_says_since_when_and_leads_there(
    open_tab: Callable[..., Tab], rare: Host
) -> None:
    silent = "All 8 channels are silent for this input"
    tab = open_tab(rare).open(run="dying", layer=MIDDLE)
    tab.wait_for_title(MIDDLE, "step 20")
    wait_until(tab.button("Go to step 10")).to_be_visible()
    assert told(tab) == f"{silent} at step 20, since step 10. Go to step 10"
    assert strongest(tab) == "None: the maximum of each channel is 0."
    tab.press("2")
    wait_until(tab.enlarged).to_be_visible()
    assert told(tab).startswith(f"{silent} at step 20, since step 10.")
    tab.button("Go to step 10").click()
    tab.wait_for_title("step 10")
    wait_until(tab.button("Go to step 10")).to_have_count(0)
    assert told(tab) == "All 8 channels are silent for this input at step 10."
    tab.press("ArrowLeft")
    tab.wait_for_title("step 0")
    wait_until(tab.frame.locator("[data-name=lifeless]")).to_have_count(0)


def test_a_layer_without_finite_values_says_since_when(
    open_tab: Callable[..., Tab], rare: Host
) -> None:
    tab = open_tab(rare).open(run="broken", layer=LIVING)
    wait_until(tab.button("Go to step 10")).to_be_visible()
    assert told(tab) == (
        "Nothing is finite at step 20, with NaN or infinite values since step 10. "
        "Go to step 10"
    )
    assert strongest(tab) == "None: nothing is finite."
    wait_until(tab.frame.locator("[data-name=legend]")).to_contain_text(
        "nothing is finite, so that there is nothing to scale by"
    )


def test_where_nothing_is_finite_nothing_is_compared(
    open_tab: Callable[..., Tab], rare: Host
) -> None:
    words = "nothing to compare: no value is finite on both sides"
    tab = open_tab(rare)
    compare(tab, run="broken", layer=LIVING, b_step=0)
    wait_until(distances(tab)).to_have_text(f"B − A, all channels: {words}")
    (found,) = pointed_at(tab, "A", (5, 20))
    assert found.endswith(f" — the channel: {words}"), found
    tab.chosen("Sort by").select_option("difference")
    tab.rest()
    # A difference that cannot be told puts no channel before another.
    first = tab.tips([(5, 20)], pane(tab, "A"))[0]
    assert first.startswith("channel 0,"), first


def test_classes_without_names_say_that_none_were_logged(
    open_tab: Callable[..., Tab], rare: Host
) -> None:
    tab = open_tab(rare).open(run="calm")
    predictions = tab.beside("Predictions")
    wait_until(predictions.locator("td").first).to_contain_text("class ")
    line = predictions.get_by_text("(no names were logged)")
    wait_until(line).to_have_count(1)
    assert "LogOptions(class_names=...)" in (line.get_attribute("title") or "")
