"""The tree of layers."""

from __future__ import annotations

import pytest
from browser.arrays import Arrays
from browser.tab import Tab, wait_until

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
    wait_until(layers.frame.get_by_role("treeitem")).to_have_count(5)
    assert names(layers) == ["conv1", "relu1", "block", "conv2", "relu2"]
    facts = layers.frame.locator(".tree .fact")
    wait_until(facts).to_have_text(["16×16×12", "16×16×12", "2", "7×7×8", "7×7×8"])


def test_a_group_is_closed_and_opened(layers: Tab) -> None:
    group = layers.frame.get_by_role("treeitem", name="block")
    wait_until(group).to_have_attribute("aria-expanded", "true")
    group.click()
    wait_until(group).to_have_attribute("aria-expanded", "false")
    assert names(layers) == ["conv1", "relu1", "block"]
    group.click()
    wait_until(layers.frame.get_by_role("treeitem")).to_have_count(5)


def test_a_layer_tells_its_facts(layers: Tab, arrays: Arrays) -> None:
    row = layers.frame.get_by_role("treeitem", name="conv2")
    wait_until(row.locator(".fact")).to_have_text("7×7×8")
    silent = len(arrays.stored("first", "block/conv2", 5).record.silent)
    assert (row.get_attribute("title") or "").splitlines() == [
        "block/conv2",
        "Conv2D, pre-activation",
        "7×7×8 (height × width × channels)",
        f"{3 * 3 * 12 * 8 + 8} parameters",
        "receptive field 5×5, every 2 px",
        f"{round(100 * silent / 8, 1):g}% of channels silent for these 2 inputs at the "
        "last step",
    ]


def test_arrows_go_up_and_down_and_stop_at_the_ends(layers: Tab) -> None:
    for layer in ("relu1", "block/conv2", "block/relu2", "block/relu2"):
        layers.press("ArrowDown")
        layers.wait_for_title(layer)
    for layer in ("block/conv2", "relu1", "conv1", "conv1"):
        layers.press("ArrowUp")
        layers.wait_for_title(layer)
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
    wait_until(layers.frame.get_by_role("treeitem")).to_have_count(5)
    field.fill("nothing")
    wait_until(layers.frame.locator(".layers")).to_contain_text("No layer matches.")


def focused(tab: Tab) -> str:
    """What has the focus."""
    return tab.frame.evaluate(
        "document.activeElement.querySelector('.name')?.textContent ?? ''"
    )


def test_the_focus_goes_with_the_chosen_layer(layers: Tab) -> None:
    rows = layers.frame.get_by_role("treeitem")
    wait_until(rows).to_have_count(5)
    layers.field("Filter layers").focus()
    layers.press("Tab")
    assert focused(layers) == "conv1"
    layers.press("ArrowDown")
    layers.wait_for_title("relu1")
    wait_until(rows.filter(has_text="relu1")).to_be_focused()
    layers.press("Enter")
    assert layers.state()["layer"] == "relu1"
    layers.press("r")
    layers.wait_for_title("conv1")
    wait_until(rows.filter(has_text="conv1")).to_be_focused()
    layers.press("Tab")
    assert focused(layers) == ""
    wait_until(layers.frame.locator(".tree [tabindex='0']")).to_have_count(1)
    layers.press("Shift+Tab")
    assert focused(layers) == "conv1"


def test_a_group_is_reached_closed_and_opened_by_keys(layers: Tab) -> None:
    rows = layers.frame.get_by_role("treeitem")
    wait_until(rows).to_have_count(5)
    rows.filter(has_text="conv1").focus()
    layers.press("ArrowDown", "ArrowDown")
    layers.wait_for_title("relu1")
    assert focused(layers) == "block"
    layers.press("ArrowLeft")
    wait_until(rows).to_have_count(3)
    layers.press("ArrowRight")
    wait_until(rows).to_have_count(5)
    layers.press("Enter")
    wait_until(rows).to_have_count(3)
    layers.press("Enter")
    wait_until(rows).to_have_count(5)
    assert focused(layers) == "block"
    layers.wait_for_title("relu1", "step 5")
    layers.press("ArrowDown")
    layers.wait_for_title("block/conv2")
    layers.press("ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp")
    layers.wait_for_title("conv1")
    layers.press("ArrowLeft")
    layers.wait_for_title("step 4")
