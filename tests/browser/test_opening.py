"""What the tab shows at first, and where there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays
from browser.tab import Tab, TabInHost, wait_until
from browser.words import percent, shown
from plugin.serving import LOADERS, Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.mark.parametrize("loader", LOADERS)
def test_it_opens_on_the_latest_step_of_a_middle_layer_after_its_relu(
    open_in_host: Callable[..., TabInHost],
    host: Host,
    arrays: Arrays,
    loader: str,
    by_python: Host,
) -> None:
    # There the run with most layers, which is what it opens on, is another.
    own = loader == host.loader
    tab = open_in_host(host if own else by_python)
    tab.open(**({} if own else {"run": "first"}))
    tab.wait_for_title("block/relu2", "7×7×8", "input bright", "run first")
    wait_until(tab.title).to_contain_text("step 5")
    stored = arrays.of("first", "block/relu2", 5, "bright")
    silent = len(arrays.stored("first", "block/relu2", 5).record.silent)
    assert 0 < silent < 8
    count = tab.frame.locator("[data-name=count]")
    wait_until(count).to_have_text(f"{8 - silent} of 8 channels")
    folded = tab.frame.locator("[data-name=silent]")
    wait_until(folded).to_have_text(f"{silent} silent, show")
    strongest = np.argsort(-stored.max((0, 1)), kind="stable")[:6]
    rows = tab.beside("Strongest channels").locator("tr")
    heading = tab.beside("Strongest channels").locator("h3")
    wait_until(heading).to_have_text("Strongest channels, by maximum")
    assert rows.all_text_contents() == [
        f"channel {channel}{shown(stored[..., channel].max())}" for channel in strongest
    ]


def test_the_input_is_shown_pixel_by_pixel(tab: Tab, arrays: Arrays) -> None:
    tab.open()
    picture = tab.frame.locator("canvas.picture")
    wait_until(picture).to_be_visible()
    wait_until(picture).to_have_attribute("width", "18")
    expected = arrays.of("first", ":input", 0, "bright").astype(np.uint8)
    np.testing.assert_array_equal(tab.pixels(picture)[..., :3], expected)


def test_predictions_are_named_with_their_scores(tab: Tab, arrays: Arrays) -> None:
    tab.open(run="first", layer="relu1", input="dull", step=2)
    tab.wait_for_title("step 2", "input dull")
    facts = arrays.facts("first", "relu1", 2, "dull")
    rows = tab.beside("Predictions").locator("tr")
    assert rows.all_text_contents() == [
        f"{name}{percent(score)}"
        for name, (_, score) in zip(facts.predicted, facts.predictions, strict=True)
    ]
    assert sorted(facts.predicted) == ["all", "none", "some"]


def test_a_log_directory_without_data_shows_how_to_make_some(
    open_in_host: Callable[..., TabInHost], tmp_path: Path, serve: Callable[..., Host]
) -> None:
    (tmp_path / "runs").mkdir()
    host = serve(tmp_path / "runs", "rust")
    tab = open_in_host(host).open()
    lines = tab.frame.locator("pre").inner_text().splitlines()
    assert [line for line in lines if line] == [
        "import tb_actviz as av",
        'callback = av.ActivationCallback("runs/first", pictures)',
        "model.fit(x, y, callbacks=[callback])",
    ]
    logs.write_small(tmp_path / "runs/new", range(2))
    host.wait_for("new", "conv/activations", 1)
    tab.reload_data()
    tab.wait_for_title("conv", "run new", "step 1")


def test_the_real_network_opens_on_the_eyes(
    open_tab: Callable[..., Tab], imagenet: object
) -> None:
    tab = open_tab(imagenet).open(layer=logs.FIRE)
    tab.wait_for_title(logs.FIRE, "14×14×48", "input face")
    strongest = tab.beside("Strongest channels")
    wait_until(strongest.locator("tr").first).to_contain_text("channel 13")


def test_a_class_of_layers_is_said_alone_where_it_is_in_no_pair(tab: Tab) -> None:
    tab.open(run="odd", layer="odd")
    tab.wait_for_title("odd")
    assert tab.title.inner_text().split("\n")[-1].startswith("Odd · 6×6×8 · ")
