"""Layers that are not pictures are shown as what they are."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from browser import logs
from browser.channel import EDGE
from browser.conftest import Opener
from browser.scripts import LARGE, executed
from browser.tab import Tab, wait_until
from browser.words import shown
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture
def of_forms(open_tab: Opener, forms: Host) -> Tab:
    return open_tab(forms)


def values(name: str) -> list[np.ndarray]:
    return [logs.form_values(name, index) for index in (0, 1)]


def headings(tab: Tab) -> list[str]:
    return tab.frame.locator("main h3").all_inner_texts()


@pytest.mark.parametrize(
    ("layer", "words", "panels"),
    [
        ("units", "64 units", ["FOR EACH INPUT", "OVER TRAINING"]),
        (
            "tokens",
            "2×3 patches and 1 class token × 5 channels",
            ["FEATURE MAP", "ON THE INPUT"],
        ),
        ("unknown", "6 positions × 5 channels", ["OVER THE POSITIONS"]),
        ("scores", "2 heads, 7 queries × 7 keys", ["ATTENTION SCORES", "QUERY "]),
        ("projection", "2 heads, 7 tokens × 4 dimensions", ["FEATURE MAP"]),
    ],
)
def test_a_channel_has_the_panels_that_mean_something(
    of_forms: Tab, layer: str, words: str, panels: list[str]
) -> None:
    of_forms.open(run="forms", layer=layer, view="channel")
    of_forms.wait_for_title(words)
    found = headings(of_forms)
    for panel in panels:
        assert any(panel in heading for heading in found), (panel, found)
    lies = layer == "tokens"
    assert ("ON THE INPUT" in found) is lies
    assert of_forms.overlay.count() == (1 if layer in ("tokens", "scores") else 0)
    text = of_forms.frame.locator("main").inner_text()
    assert "Stretched" not in text
    assert "every 0 px" not in text
    assert ("HOW OFTEN VALUES OCCUR" in found) is (layer != "units")


def test_units_are_bars_for_each_input(of_forms: Tab) -> None:
    of_forms.open(run="forms", layer="units")
    one, two = values("units")
    bars = of_forms.frame.locator("[data-name=bars]")
    wait_until(bars).to_contain_text("top to bottom: one (thick), two")
    height, width = of_forms.pixels().shape[:2]
    points = [(x, y) for y in range(18, height, 12) for x in range(10, width, 40)]
    tips = {tip for tip in of_forms.tips(points) if tip}
    expected = {
        f"unit {unit}: one {shown(one[unit])} · two {shown(two[unit])}"
        for unit in range(64)
    }
    assert tips
    assert tips <= expected
    assert len(tips) > 30
    # The longest bars of both signs reach to the ends of what the legend says.
    legend = of_forms.frame.locator("[data-name=legend]")
    both = np.concatenate([one, two])
    ends = [
        float(legend.get_attribute(f"data-{end}") or "nan") for end in ("low", "high")
    ]
    np.testing.assert_allclose(ends, [both.min(), both.max()])


def test_a_click_on_a_unit_shows_it_for_all_inputs(of_forms: Tab) -> None:
    of_forms.open(run="forms", layer="units", sort="max")
    of_forms.canvas.click(position={"x": 20, "y": 18})
    of_forms.rest()
    one, two = values("units")
    unit = int(of_forms.state()["channel"])
    rows = of_forms.frame.locator(".unit-inputs button")
    assert [row.get_attribute("aria-label") for row in rows.all()] == [
        f"one: {shown(one[unit])}",
        f"two: {shown(two[unit])}",
    ]
    rows.nth(1).click()
    assert of_forms.state()["input"] == "two"


def test_tokens_are_folded_to_their_patches_and_lie_where_they_were_cut(
    of_forms: Tab,
) -> None:
    of_forms.open(run="forms", layer="tokens", view="channel", channel=3)
    tokens = values("tokens")[0][:, 3]
    box = of_forms.enlarged.bounding_box()
    assert box is not None
    assert box["width"] > box["height"], "three columns, two rows"
    points = [
        (
            round((column + 0.5) * box["width"] / 3),
            round((row + 0.5) * box["height"] / 2),
        )
        for row in range(2)
        for column in range(3)
    ]
    assert of_forms.tips(points, of_forms.enlarged, "main output.tip") == [
        f"channel 3, patch in row {row}, column {column}: "
        f"{shown(tokens[1 + 3 * row + column])}"
        for row in range(2)
        for column in range(3)
    ]
    apart = of_forms.frame.locator("[data-name=apart]")
    assert apart.inner_text().endswith(f": {shown(tokens[0])}")
    of_forms.overlay.click(position={"x": box["width"] / 2, "y": box["height"] / 4})
    of_forms.rest()
    field = of_forms.frame.locator("[data-name=field]")
    wait_until(field).to_have_text(
        "A patch of 8×8 pixels of the input: rows 0 to 7, columns 8 to 15."
    )


def test_python_folds_tokens_as_the_tab_does(of_forms: Tab, tmp_path: Path) -> None:
    of_forms.open(run="forms", layer="tokens", view="channel", channel=3)
    seen = of_forms.pixels(of_forms.enlarged)[EDGE:-EDGE, EDGE:-EDGE, :3]
    drawn = executed(of_forms, tmp_path).picture
    zoom = LARGE // 3
    patches = [
        one[size // 2 :: size, size // 2 :: size][:2, :3]
        for one, size in ((seen, seen.shape[1] // 3), (drawn, zoom))
    ]
    np.testing.assert_array_equal(*patches)
    assert len(np.unique(patches[0].reshape(6, 3), axis=0)) == 5, "all but two"


def test_a_query_is_chosen_in_the_scores_and_seen_on_the_picture(of_forms: Tab) -> None:
    of_forms.open(run="forms", layer="scores", view="channel", channel=1)
    axes = of_forms.frame.locator("[data-name=axes]")
    assert axes.inner_text() == "queries ↓ · keys →"
    box = of_forms.enlarged.bounding_box()
    assert box is not None
    for query, name in ((0, "a class token"), (5, "the patch in row 1, column 1")):
        y = (query + 0.5) * box["height"] / 7
        of_forms.enlarged.click(position={"x": 20, "y": y})
        of_forms.rest()
        panel = of_forms.frame.locator("[data-name=query]")
        wait_until(panel.locator("h3")).to_have_text(
            re.compile(f"query {query}$", re.IGNORECASE)
        )
        to_class = shown(values("scores")[0][query, 0, 1])
        wait_until(panel).to_contain_text(
            f", {name}, attends to. Class token: {to_class}."
        )
        box = of_forms.enlarged.bounding_box()
        assert box is not None


def test_a_query_is_chosen_on_the_picture(of_forms: Tab) -> None:
    of_forms.open(run="forms", layer="scores", view="channel", channel=1)
    box = of_forms.overlay.bounding_box()
    assert box is not None
    # The last patch of two rows of three: the token after six others.
    place = {"x": box["width"] * 5 / 6, "y": box["height"] * 3 / 4}
    of_forms.overlay.hover(position=place)
    tip = of_forms.frame.locator("main output.tip")
    assert tip.count() == 0, "a patch is no place in the scores"
    of_forms.overlay.click(position=place)
    of_forms.rest()
    panel = of_forms.frame.locator("[data-name=query]")
    wait_until(panel).to_contain_text("query 6, the patch in row 1, column 2, attends")


def test_a_sequence_says_what_is_not_known_of_it(of_forms: Tab) -> None:
    of_forms.open(run="forms", layer="unknown")
    wait_until(of_forms.frame.locator("main")).to_contain_text(
        "Where these positions lie on the picture is not known."
    )


def test_sequences_are_lines_below_their_signal(of_forms: Tab) -> None:
    of_forms.open(run="signals", layer="conv")
    signal = of_forms.frame.locator("main [data-name=signal]")
    wait_until(signal).to_contain_text("Input one: 40 time steps, 2 channels")
    tips = of_forms.tips([(x, 40) for x in range(2, 140, 6)])
    places = [
        int(found[1]) for tip in tips if (found := re.search(r"position (\d+)", tip))
    ]
    assert places == sorted(places)
    assert places[0] == 0
    assert len(places) == len(tips)
    aside = of_forms.frame.locator(".aside [data-name=signal]")
    assert aside.count() == 1
    assert "No picture" not in of_forms.frame.locator(".aside").inner_text()


def test_inputs_of_units_have_heads_and_numbers_that_are_apart(of_forms: Tab) -> None:
    of_forms.open(run="forms", layer="units", view="inputs")
    heads = of_forms.frame.locator(".head:not(.gutter)")
    boxes = [head.bounding_box() for head in heads.all()]
    assert len(boxes) == 3
    assert all(box and box["width"] >= 88 for box in boxes)
    pictures = of_forms.frame.locator(".head canvas")
    sizes = [canvas.bounding_box() for canvas in pictures.all()]
    assert len(sizes) == 2
    assert all(size and size["height"] >= 16 and size["width"] >= 24 for size in sizes)
    rows = of_forms.frame.locator(".scroll.inputs > div > canvas")
    tips = of_forms.tips([(160, y) for y in range(4, 400, 4)], rows)
    starts = [4 * i for i, tip in enumerate(tips) if i and tip and tip != tips[i - 1]]
    assert min(np.diff(starts)) >= 34, "a number and its score have 34 pixels"
