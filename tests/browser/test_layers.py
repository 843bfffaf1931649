"""The tree of layers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from browser.arrays import Arrays
from browser.tab import Tab, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture
def layers(tab: Tab) -> Tab:
    """The tab on the first layer."""
    tab.open(run="first", layer="conv1")
    tab.wait_for_title("conv1")
    return tab


def names(tab: Tab) -> list[str]:
    """What the tree shows."""
    return tab.frame.locator(".tree .name").all_text_contents()


def test_the_tree_has_the_layers_in_the_order_of_the_model(layers: Tab) -> None:
    wait_until(layers.frame.get_by_role("treeitem")).to_have_count(3)
    assert names(layers) == ["conv1", "block", "conv2"]
    facts = layers.frame.locator(".tree .fact")
    wait_until(facts).to_have_text(["before ReLU", "16×16×12", "1", "+ ReLU", "7×7×8"])


def test_a_pair_has_one_row_which_opens_what_comes_out(layers: Tab) -> None:
    row = layers.frame.get_by_role("treeitem", name="conv1")
    wait_until(row).to_have_attribute("aria-selected", "true")
    half = row.locator("[data-name=half]")
    wait_until(half).to_have_text("before ReLU")
    row.click()
    layers.wait_for_title("relu1")
    wait_until(half).to_have_text("+ ReLU")
    wait_until(row).to_have_attribute("aria-selected", "true")
    layers.press("r")
    layers.wait_for_title("conv1")
    wait_until(half).to_have_text("before ReLU")


def test_a_group_is_closed_and_opened(layers: Tab) -> None:
    group = layers.frame.get_by_role("treeitem", name="block")
    wait_until(group).to_have_attribute("aria-expanded", "true")
    group.click()
    wait_until(group).to_have_attribute("aria-expanded", "false")
    assert names(layers) == ["conv1", "block"]
    group.click()
    wait_until(layers.frame.get_by_role("treeitem")).to_have_count(3)


def test_a_layer_tells_its_facts(layers: Tab, arrays: Arrays) -> None:
    row = layers.frame.get_by_role("treeitem", name="conv2")
    wait_until(row.locator(".fact").last).to_have_text("7×7×8")
    silent = len(arrays.stored("first", "block/relu2", 5).record.silent)
    assert (row.get_attribute("title") or "").splitlines() == [
        "block/relu2, which comes out of block/conv2 (r shows it)",
        "ReLU, activation",
        "7×7×8 (height × width × channels)",
        "0 parameters",
        "receptive field 5×5, every 2 px",
        f"{round(100 * silent / 8, 1):g}% of channels silent for these 2 inputs at "
        "step 5",
    ]


def test_a_layer_tells_how_it_fares_at_the_chosen_step(
    open_tab: Callable[..., Tab], rare: Host
) -> None:
    tab = open_tab(rare).open(run="dying", layer="block/relu2", step=0)
    row = tab.frame.get_by_role("treeitem", name="conv2")
    bar = row.locator(".health span")
    wait_until(row).to_have_attribute("title", re.compile(r"% .* silent .* at step 0$"))
    height = "one => one.style.height"
    assert bar.evaluate(height) != "100%"
    tab.press("ArrowRight")
    tab.wait_for_title("step 10")
    wait_until(row).to_have_attribute(
        "title", re.compile("100% .* silent .* at step 10$")
    )
    assert bar.evaluate(height) == "100%"


def test_a_layer_is_marked_as_broken_only_at_steps_at_which_it_is(
    open_tab: Callable[..., Tab], others: Host
) -> None:
    tab = open_tab(others).open(run="failing", layer="conv1", step=0)
    row = tab.frame.get_by_role("treeitem", name="conv1")
    wait_until(row.locator(".health:not(.unknown)")).to_have_count(1)
    wait_until(row.locator(".broken")).to_have_count(0)
    tab.press("ArrowRight")
    tab.wait_for_title("step 10")
    wait_until(row.locator(".broken")).to_have_attribute(
        "title", "NaN or infinite values at step 10"
    )
    tab.press("ArrowRight")
    tab.wait_for_title("step 20")
    wait_until(row.locator(".broken")).to_have_count(0)


def test_how_a_layer_fares_is_not_said_where_it_was_not_logged(
    open_tab: Callable[..., Tab], others: Host
) -> None:
    tab = open_tab(others).open(run="silent", layer="conv1", step=0)
    row = tab.frame.get_by_role("treeitem", name="conv1")
    wait_until(row).to_have_attribute("title", re.compile("parameters"))
    wait_until(row.locator(".health.unknown")).to_have_count(1)
    assert "silent" not in (row.get_attribute("title") or "")


def test_arrows_go_up_and_down_and_stop_at_the_ends(layers: Tab) -> None:
    # Who looks at what goes into activation functions goes on doing so.
    for layer in ("block/conv2", "block/conv2"):
        layers.press("ArrowDown")
        layers.wait_for_title(layer)
    layers.press("r")
    for layer in ("relu1", "relu1"):
        layers.press("ArrowUp")
        layers.wait_for_title(layer)
    layers.press("r")
    layers.wait_for_title("conv1")
    selected = layers.frame.locator("[role=treeitem][aria-selected=true]")
    wait_until(selected).to_have_count(1)
    assert layers.state()["layer"] == "conv1"


def test_a_regular_expression_filters(layers: Tab) -> None:
    layers.press("f")
    layers.page.keyboard.type("RELU[12]$")
    wait_until(layers.frame.locator(".tree .name")).to_have_text(
        ["relu1", "block", "relu2"]
    )
    layers.page.keyboard.press("Escape")
    layers.press("ArrowDown")
    layers.wait_for_title("relu1")
    layers.press("ArrowDown")
    layers.wait_for_title("block/relu2")
    field = layers.field("Filter layers")
    field.fill("(")
    wait_until(field).to_have_attribute("aria-invalid", "true")
    wait_until(layers.frame.locator(".layers .failed")).to_contain_text("(")
    wait_until(layers.frame.get_by_role("treeitem")).to_have_count(3)
    field.fill("nothing")
    wait_until(layers.frame.locator(".layers")).to_contain_text("No layer matches.")


def focused(tab: Tab) -> str:
    """What has the focus."""
    return tab.frame.evaluate(
        "document.activeElement.querySelector('.name')?.textContent ?? ''"
    )


def test_the_focus_goes_with_the_chosen_layer(layers: Tab) -> None:
    rows = layers.frame.get_by_role("treeitem")
    wait_until(rows).to_have_count(3)
    layers.field("Filter layers").focus()
    layers.press("Tab")
    assert focused(layers) == "conv1"
    layers.press("ArrowDown", "ArrowDown")
    layers.wait_for_title("block/conv2")
    wait_until(rows.filter(has_text="conv2")).to_be_focused()
    layers.press("Enter")
    assert layers.state()["layer"] == "block/relu2"
    layers.press("r")
    layers.wait_for_title("block/conv2")
    wait_until(rows.filter(has_text="conv2")).to_be_focused()
    layers.press("Tab")
    assert focused(layers) == ""
    wait_until(layers.frame.locator(".tree [tabindex='0']")).to_have_count(1)
    layers.press("Shift+Tab")
    assert focused(layers) == "conv2"


def test_a_group_is_reached_closed_and_opened_by_keys(layers: Tab) -> None:
    rows = layers.frame.get_by_role("treeitem")
    wait_until(rows).to_have_count(3)
    rows.filter(has_text="conv1").focus()
    layers.press("ArrowDown")
    assert focused(layers) == "block"
    layers.press("ArrowLeft")
    wait_until(rows).to_have_count(2)
    layers.press("ArrowRight")
    wait_until(rows).to_have_count(3)
    layers.press("Enter")
    wait_until(rows).to_have_count(2)
    layers.press("Enter")
    wait_until(rows).to_have_count(3)
    assert focused(layers) == "block"
    layers.wait_for_title("conv1", "step 5")
    layers.press("ArrowDown")
    layers.wait_for_title("block/conv2")
    layers.press("ArrowUp", "ArrowUp", "ArrowUp")
    layers.wait_for_title("conv1")
    layers.press("ArrowLeft")
    layers.wait_for_title("step 4")
