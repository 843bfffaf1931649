"""Runs at a glance: layers × runs, two health maps, the loss, and inputs in a strip."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays
from browser.conftest import Opener
from browser.scripts import GREY, executed
from browser.tab import Tab, wait_until
from browser.words import percent, shown
from plugin.serving import Host

if TYPE_CHECKING:
    # Where it is missing these tests are skipped.
    from playwright.sync_api import Locator, Route

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LAYERS = ("conv1", "relu1", "block/conv2", "block/relu2")
#: In TensorBoard's order, with the step that belongs to step 4 of the first.
STEPS = {"first": 4, "second": 2}
START: dict[str, str | int] = {"run": "first", "step": 4, "input": "bright"}
INPUTS = ("bright", "dull")


def cell(tab: Tab, layer: str, run: str) -> Locator:
    """The cell of a layer in a run."""
    return tab.frame.locator(f'.run-cell[aria-label^="{layer} · run {run}"]')


def both(arrays: Arrays, layer: str, name: str = "bright") -> list[np.ndarray]:
    """What the first and the second run have of a layer, (H, W, C)."""
    return [
        arrays.of(run, layer, step, name).astype(np.float64)
        for run, step in STEPS.items()
    ]


def relative(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.linalg.norm(b - a) / np.linalg.norm(a))


def angle(a: np.ndarray, b: np.ndarray) -> float:
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    return float(1 - a.ravel() @ b.ravel() / lengths)


def test_two_clicks_tell_how_runs_differ(tab: Tab, arrays: Arrays) -> None:
    tab.open()
    tab.button("Runs").click()
    tab.rest()
    wait_until(tab.frame.locator("main h2")).to_contain_text(
        "How do runs differ, layer by layer?"
    )
    wait_until(tab.frame.locator("main h2")).to_contain_text(
        "A: run first · step 5 · input bright · the others at the same step"
    )
    a = arrays.of("first", "block/relu2", 5, "bright").astype(np.float64)
    b = arrays.of("second", "block/relu2", 2, "bright").astype(np.float64)
    wait_until(cell(tab, "block/relu2", "second")).to_have_text(shown(relative(a, b)))
    cell(tab, "block/relu2", "second").click()
    found = tab.state()
    chosen = {key: found[key] for key in ("view", "layer", "b_run")}
    assert chosen == {"view": "compare", "layer": "block/relu2", "b_run": "second"}
    distance = shown(float(np.linalg.norm(a - b)))
    wait_until(tab.frame.locator("main")).to_contain_text(f"L2 {distance}")


@pytest.mark.parametrize(
    ("name", "measure"), [("relative", relative), ("angle", angle)]
)
def test_a_cell_is_the_distance_from_the_run_looked_at(
    tab: Tab,
    arrays: Arrays,
    name: str,
    measure: Callable[[np.ndarray, np.ndarray], float],
) -> None:
    tab.open(view="runs", runs_by=name, **START)
    found, expected = {}, {}
    for layer in LAYERS:
        a, b = both(arrays, layer)
        expected[layer] = ["0", shown(measure(a, b))]
        found[layer] = [cell(tab, layer, run).inner_text() for run in STEPS]
    assert found == expected
    apart = sorted(measure(*both(arrays, layer)) for layer in LAYERS)
    most = min(apart[-1], max(1, 2 * apart[len(apart) // 2 - 1]))
    np.testing.assert_allclose(tab.legend(), (0, most), rtol=1e-6)
    # A run that lacks the layer says so, and is none to compare with.
    wait_until(cell(tab, LAYERS[0], "odd8")).to_be_disabled()
    reason = "Run “odd8” has no layer “conv1”."
    name_ = cell(tab, LAYERS[0], "odd8").get_attribute("aria-label")
    assert name_ == f"conv1 · run odd8: {reason}"


@pytest.mark.server
def test_rows_and_columns_are_in_the_order_of_the_model_and_of_tensorboard(
    tab: Tab,
) -> None:
    tab.open(view="runs", **START)
    rows = tab.frame.locator(".runs-table .name").all_text_contents()
    assert rows == [*LAYERS, "odd"]
    heads = tab.frame.locator(".runs-table .run-name").all_text_contents()
    order = tab.page.evaluate("fetch('/data/runs').then((answer) => answer.json())")
    assert [head.removeprefix("A ") for head in heads] == order
    steps = tab.frame.locator(".runs-table .head small").all_inner_texts()
    named = dict(zip(order, steps, strict=True))
    assert (named["first"], named["second"]) == ("step 4", "step 2")


def test_a_cell_is_what_a_run_has_by_itself(tab: Tab, arrays: Arrays) -> None:
    tab.open(view="runs", **START)
    tell: dict[str, Callable[[np.ndarray], str]] = {
        "mean": lambda one: shown(one.mean()),
        "deviation": lambda one: shown(one.std()),
        "silent": lambda one: percent(float((one == 0).all((0, 1, 2)).mean())),
    }
    for measure, text in tell.items():
        tab.chosen("What runs are compared by").select_option(measure)
        tab.rest()
        for layer in LAYERS:
            maps = [both(arrays, layer, name) for name in INPUTS]
            for place, run in enumerate(STEPS):
                all_inputs = np.stack([one[place] for one in maps])
                found = cell(tab, layer, run).inner_text()
                if measure == "silent":
                    assert found == text(all_inputs)
                else:
                    number = float(found.replace("−", "-"))
                    exact = all_inputs.mean() if measure == "mean" else all_inputs.std()
                    np.testing.assert_allclose(number, exact, rtol=1e-3)


@pytest.mark.server
def test_cells_wait_until_both_records_are_there_and_few_are_asked_for(
    tab: Tab, arrays: Arrays
) -> None:
    held: list[Route] = []
    holds = True

    def hold(route: Route) -> None:
        if holds:
            held.append(route)
        else:
            route.continue_()

    pattern = re.compile(r"/values\?(?!.*%3Ainput)")
    tab.page.route(pattern, hold)
    tab.go("&p.activations.view=runs&p.activations.run=first&p.activations.step=4")
    waiting = cell(tab, "conv1", "second")
    wait_until(waiting).to_have_text("…")
    status = tab.frame.locator("[data-name=runs-waiting]")
    wait_until(status).to_have_text("measuring 4 more …")
    for _ in range(100):
        if len(held) >= 4:
            break
        tab.page.wait_for_timeout(50)
    tab.page.wait_for_timeout(500)
    # Two distances at a time, of two records each.
    assert len(held) == 4
    holds = False
    for one in held:
        one.continue_()
    tab.rest()
    wait_until(status).to_have_text("")
    wait_until(waiting).to_have_text(shown(relative(*both(arrays, "conv1"))))


def test_only_rows_in_sight_are_measured(
    open_tab: Opener, serve: Callable[..., Host], tmp_path: Path
) -> None:
    depth = 120
    logs.write_deep(tmp_path / "runs", depth)
    running = serve(tmp_path / "runs", "rust")
    for run in ("deep", "deeper"):
        running.wait_for(run, f"layer{depth - 1}/activations", 0)
    tab = open_tab(running)
    tab.open(view="runs", run="deep")
    wait_until(cell(tab, "layer3", "deeper")).to_have_text("3")

    def measured() -> set[str]:
        asked = (
            urllib.parse.parse_qs(urllib.parse.urlsplit(one).query)
            for one in tab.requests
            if "/values?" in one
        )
        return {one["tag"][0] for one in asked if one["run"] == ["deeper"]}

    assert 10 < len(measured()) < depth / 2
    tab.frame.locator(".scroll.runs-table").evaluate(
        "(box, top) => box.scrollTo(0, top)", 1e6
    )
    last = f"layer{depth - 1}"
    wait_until(cell(tab, last, "deeper")).to_have_text(str(depth - 1))
    tab.rest()
    assert f"{last}/activations" in measured()
    assert len(measured()) < depth


def test_python_measures_the_same(tab: Tab, arrays: Arrays, tmp_path: Path) -> None:
    tab.open(view="runs", **START)
    outcome = executed(tab, tmp_path)
    _, *lines = outcome.printed.strip().splitlines()
    printed = {row[0]: row[1:] for row in (line.split("\t") for line in lines)}
    order = tab.frame.locator(".runs-table .run-name").all_text_contents()
    column = [head.removeprefix("A ") for head in order].index("second")
    for layer in LAYERS:
        assert printed[layer][column] == f"{relative(*both(arrays, layer)):.4g}"
    assert [*printed] == [*LAYERS, "odd"]
    # Of the odd layer the first run has nothing; the names are before and below.
    left = 8 + 6 * len("block/conv2")
    cells = outcome.picture[: 16 * 5, left:]
    assert (cells[16 * 4 :] == GREY).all()
    assert (cells[: 16 * 4] != GREY).any()


def test_two_health_maps_stand_side_by_side(tab: Tab) -> None:
    tab.open(view="training", layer="block/conv2", **START)
    tab.chosen("Run beside").select_option("second")
    tab.rest()
    maps = tab.frame.locator("section.strip .health-map")
    headings = maps.locator("h3").all_inner_texts()
    assert headings == ["A: first, 6 steps", "B: second, 3 steps"]
    sizes = [
        canvas.get_attribute("aria-label") for canvas in maps.locator("canvas").all()
    ]
    name = "silent or saturated of the layers of run"
    assert sizes == [
        f"{name} first at each step: 4 × 6",
        f"{name} second at each step: 4 × 3",
    ]
    assert tab.state()["beside"] == "second"
    canvas = maps.nth(1).locator("canvas")
    left, width, height = (
        float(canvas.get_attribute(f"data-{part}") or "")
        for part in ("left", "cell-width", "cell-height")
    )
    at = {"x": left + 1.5 * width, "y": 1.5 * height}
    canvas.hover(position=at)
    told = tab.frame.locator("[data-name=health-told]")
    wait_until(told).to_contain_text("second · relu1 · step 1: ")
    canvas.click(position=at)
    found = tab.state()
    keys = ("view", "layer", "b_run", "b_step")
    assert [found[key] for key in keys] == ["compare", "relu1", "second", "1"]


@pytest.fixture(scope="module")
def with_loss(log_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training with what Keras writes beside it, and 32 inputs in one record."""
    folder = tmp_path_factory.mktemp("loss") / "runs"
    logs.write_loss(folder)
    return folder


@pytest.fixture
def losing(open_tab: Opener, serve: Callable[..., Host], with_loss: Path) -> Tab:
    """A tab on it, not yet opened."""
    running = serve(with_loss, "rust")
    running.wait_for("many", "conv/activations", logs.LOSS_STEPS[-1])
    running.wait_for_scalar("many/train", "epoch_loss", 40)
    running.wait_for_scalar("many/validation", "epoch_loss", 40)
    return open_tab(running)


def test_the_loss_is_drawn_above_the_steps(losing: Tab) -> None:
    losing.open(step=20)
    value = losing.frame.locator("[data-name=scalar]")
    wait_until(value).to_have_text(shown(logs.loss_at(20)))
    wait_until(losing.chosen("Scalar above the steps")).to_have_value(
        "train: epoch_loss"
    )
    slider = losing.frame.get_by_role("slider", name="Step").bounding_box()
    curve = losing.frame.locator(".training-scalar svg")
    box = curve.bounding_box()
    assert slider
    assert box
    assert box["y"] + box["height"] <= slider["y"] + 1
    np.testing.assert_allclose(
        (box["x"], box["width"]), (slider["x"], slider["width"]), atol=1
    )
    # Of the five steps the second is a quarter of the way, between the thumb's ends.
    at = {"x": 8 + (box["width"] - 16) / 4, "y": box["height"] / 2}
    curve.hover(position=at)
    wait_until(value).to_have_text(f"step 10: {shown(logs.loss_at(10))}")
    curve.click(position=at)
    assert losing.state()["step"] == "10"
    marked = float(
        losing.frame.locator(".training-scalar .at").get_attribute("x1") or 0
    )
    np.testing.assert_allclose(marked, at["x"], atol=0.5)
    title = losing.frame.locator(".training-scalar title").text_content() or ""
    assert "1 of its points lie beyond the steps kept." not in title
    losing.page.mouse.move(0, 0)
    losing.press("v")
    wait_until(value).to_have_text("not finite")
    assert losing.state()["scalar"] == "validation: epoch_loss"


def test_nothing_is_drawn_where_there_is_no_loss(tab: Tab) -> None:
    tab.open(**START)
    assert tab.frame.locator(".training-scalar").count() == 0


def test_all_inputs_are_in_a_strip_by_the_channel(losing: Tab) -> None:
    losing.open(view="channel", channel=1, step=40)
    strip = losing.frame.get_by_role("region", name="All inputs by this channel")
    wait_until(strip.locator("h3")).to_have_text(
        "All 32 inputs by this channel's maximum"
    )
    first = strip.get_by_role("button").first
    peaks = logs.inputs_of_many(40).max((1, 2))[:, 1]
    order = np.argsort(-peaks, kind="stable")
    top = order[0]
    peak = shown(peaks[top])
    assert first.get_attribute("aria-label") == f"1. input {top}: maximum {peak}"
    sizes = {
        (round(box["width"]), round(box["height"]))
        for one in strip.locator(".thumbnail").all()
        if (box := one.bounding_box())
    }
    assert len(sizes) == 1
    # The last one is scrolled to, and clicked.
    strip.get_by_role("group").evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    losing.rest()
    last = strip.get_by_role("button").last
    assert (last.get_attribute("aria-label") or "").startswith(
        f"32. input {order[-1]}:"
    )
    last.click()
    losing.rest()
    assert losing.state()["input"] == f"input {order[-1]}"


def test_a_layer_below_zero_ranks_inputs_by_the_mean(tab: Tab, arrays: Arrays) -> None:
    tab.open(view="channel", layer="conv1", channel=3, **START)
    strip = tab.frame.get_by_role("region", name="All inputs by this channel")
    wait_until(strip.locator("h3")).to_have_text(
        "Both inputs by this channel's mean · the layer has negative values"
    )
    means = {
        name: float(arrays.of("first", "conv1", 4, name)[..., 3].mean(dtype=float))
        for name in INPUTS
    }
    ranked = sorted(INPUTS, key=lambda name: -means[name])
    labels = [
        one.get_attribute("aria-label") for one in strip.get_by_role("button").all()
    ]
    assert labels == [
        f"{rank}. {name}: mean {shown(means[name])}"
        for rank, name in enumerate(ranked, 1)
    ]
