"""The address holds what is chosen, and whatever stands there is survived."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from browser.tab import Tab, TabInHost, pairs, wait_until
from plugin.serving import Host

pytestmark = [pytest.mark.slow, pytest.mark.browser]

STATE = {
    "run": "first",
    "step": "3",
    "input": "dull",
    "layer": "relu1",
    "channel": "7",
    "scale": "fixed",
    "low": "-0.25",
    "high": "1.5",
    "symmetric": "true",
    "gamma": "0.5",
    "colours": "heat",
    "smooth": "true",
    "zoom": "4",
    "sort": "mean",
    "descending": "false",
    "search": "0-8",
    "show_silent": "true",
    "pins": "conv1:2,7",
    "layers": "relu",
}


def test_a_view_is_restored_in_a_fresh_browser(
    open_tab: Callable[..., Tab], host: Host
) -> None:
    first = open_tab(host).open(run="first", layer="relu1", zoom=4)
    first.wait_for_title("relu1", "step 5")
    first.press("ArrowLeft", "ArrowLeft", "s", "d")
    first.wait_for_title("step 3")
    first.press("i")
    first.wait_for_title("input dull")
    first.chosen("Colours").select_option("heat")
    first.chosen("Sort by").select_option("mean")
    first.button("Largest first").click()
    first.chosen("Scale").select_option("fixed")
    for name, value in (("Lowest", "-0.25"), ("Highest", "1.5"), ("Gamma", "0.5")):
        first.field(name).fill(value)
        first.field(name).press("Enter")
    first.box("Zero in the middle").check()
    first.field("Search channels").fill("0-8")
    first.field("Filter layers").fill("relu")
    first.field("Filter layers").press("Escape")
    one = first.cells()[7][0]
    first.canvas.click(position={"x": one.x, "y": one.y})
    first.press("m", "1")
    found = first.state()
    assert found == {**STATE, "pins": "conv1:7"}
    first.wait_for_title("step 3", "input dull")
    first.settle()
    second = open_tab(host)
    second.page.goto(first.page.url)
    second.wait_for_title("relu1", "step 3", "input dull", "run first")
    wait_until(second.canvas).to_be_visible()
    second.rest()
    np.testing.assert_array_equal(second.pixels(), first.pixels())
    assert second.legend() == first.legend() == (-1.5, 1.5)
    assert second.state() == found


def test_alone_in_a_window_its_address_leads_back_to_it(tab: Tab) -> None:
    tab.open(run="first", layer="relu1")
    tab.press("6")
    found = tab.state()
    assert tab.page.url.startswith(f"{tab.url}{tab.path}#activations&")
    tab.page.reload()
    view(tab, "training")
    assert tab.state() == found


def test_what_belongs_to_tensorboard_stays_in_the_address(
    tab_in_host: TabInHost,
) -> None:
    tab = tab_in_host
    tab.go("&p.other.key=1&tagFilter=x" + pairs(run="first", layer="relu1"))
    tab.wait_for_title("relu1")
    tab.press("ArrowLeft")
    tab.state()
    hash_ = tab.page.evaluate("location.hash")
    assert {"p.other.key=1", "tagFilter=x"} < set(hash_.lstrip("#").split("&"))


def test_another_address_is_followed(tab_in_host: TabInHost) -> None:
    tab = tab_in_host
    tab.open(run="first", layer="relu1")
    tab.wait_for_title("relu1")
    tab.page.evaluate(
        "hash => { location.hash = hash; }",
        f"#activations{pairs(run='second', layer='conv1')}",
    )
    tab.wait_for_title("conv1", "run second")


JUNK = {
    "no number": ("step=last&p.activations.zoom=big", ["step", "zoom"]),
    "beyond all numbers": ("step=99999999999999999999&p.activations.gamma=NaN", None),
    "out of range": ("percentile=50&p.activations.overlay=-1", None),
    "no such choice": ("view=<img>&p.activations.sort=constructor", ["view", "sort"]),
    "prototypes": ("__proto__=1&p.activations.constructor=2", []),
    "a prototype's name": ("colours=__proto__&p.activations.scale=toString", None),
    "100 kB": (f"search={'1,' * 50_000}", ["search"]),
    "many pins": (f"pins={','.join('7' * 2000)}&p.activations.pins=x", None),
    "no key": ("=&p.activations.=x", []),
}


@pytest.mark.parametrize("kind", JUNK)
def test_junk_becomes_the_default_with_a_notice(tab: Tab, kind: str) -> None:
    junk, named = JUNK[kind]
    tab.go(f"&p.activations.{junk}")
    tab.wait_for_title("block/relu2", "run first", "step 5")
    notice = tab.frame.locator(".notice")
    if named == []:
        wait_until(notice).to_have_count(0)
    else:
        wait_until(notice).to_contain_text(
            "These parts of the address are not valid and are ignored"
        )
    for key in named or []:
        wait_until(notice).to_contain_text(key)
    assert tab.frame.evaluate("({}).constructor === Object && !('1' in {})")
    if named != []:
        tab.button("Dismiss").click()
        wait_until(notice).to_have_count(0)
    tab.press("ArrowLeft")
    tab.wait_for_title("step 4")


def test_an_unknown_step_or_channel_is_what_is_next_to_it(tab: Tab) -> None:
    tab.open(run="first", layer="relu1", step=10**12, input="none", channel=10**9)
    tab.wait_for_title("relu1", "step 5", "input bright")
    tab.press("ArrowLeft")
    tab.wait_for_title("step 4")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"run": "gone"}, "There is no run “gone”; “first” is shown."),
        (
            {"run": "first", "layer": "gone"},
            "Run “first” has no layer “gone”; another is shown.",
        ),
    ],
)
def test_an_unknown_run_or_layer_is_told_and_a_useful_one_is_shown(
    tab: Tab, state: dict[str, str], words: str
) -> None:
    tab.open(**state)
    told = tab.frame.get_by_text(words)
    wait_until(told).to_have_count(1)
    if "layer" in state:
        tab.wait_for_title("run first")
        # The row of a pair opens what comes out.
        tab.frame.get_by_role("treeitem", name="conv1").click()
        tab.wait_for_title("relu1")
    else:
        tab.choose_run("second")
        tab.wait_for_title("run second")
    wait_until(told).to_have_count(0)


def view(tab: Tab, name: str) -> None:
    """Wait for a view."""
    wait_until(tab.frame.get_by_role("main", name=f"View: {name}")).to_be_visible()


@pytest.mark.parametrize("where", ["tab", "tab_in_host"])
def test_back_and_forward_go_through_what_was_looked_at(
    request: pytest.FixtureRequest, where: str
) -> None:
    tab: Tab = request.getfixturevalue(where)
    tab.open(run="first", layer="relu1", zoom=4)
    tab.wait_for_title("relu1", "input bright")
    went: list[tuple[str, dict[str, str]]] = [("relu1", tab.state())]
    for key in ("ArrowDown", "i", "]", "6", "ArrowUp"):
        tab.press(key)
        tab.rest()
        went.append((tab.title.inner_text(), tab.state()))
    tab.choose_run("second")
    tab.wait_for_title("run second")
    tab.rest()
    went.append((tab.title.inner_text(), tab.state()))
    assert [len(set(state)) for _, state in went] == [3, 3, 4, 5, 6, 6, 6]
    for words, state in went[-2::-1]:
        tab.page.go_back()
        tab.wait_for_title(*words.split("\n"))
        assert tab.state() == state
    for words, state in went[1:]:
        tab.page.go_forward()
        tab.wait_for_title(*words.split("\n"))
        assert tab.state() == state


def test_entering_and_what_is_only_shown_otherwise_add_no_entry(
    tab_in_host: TabInHost,
) -> None:
    tab = tab_in_host
    tab.open(run="first", layer="relu1", b_step=0)
    tab.wait_for_title("relu1", "step 5")
    for key in ("ArrowLeft", "s", "d"):
        tab.press(key)
        tab.rest()
    tab.chosen("Colours").select_option("heat")
    tab.chosen("Sort by").select_option("mean")
    found = tab.state()
    assert (found["step"], found["colours"], found["sort"]) == ("4", "heat", "mean")
    tab.page.go_back()
    tab.page.wait_for_function("location.href === 'about:blank'")


def test_the_address_alone_is_gone_back_to(tab_in_host: TabInHost) -> None:
    tab = tab_in_host
    tab.open()
    tab.wait_for_title("block/relu2", "run first")
    assert tab.state() == {}
    tab.press("6")
    assert tab.state() == {"view": "training"}
    tab.page.go_back()
    view(tab, "grid")
    assert tab.state() == {}


def test_choices_that_belong_together_are_one_entry(tab: Tab) -> None:
    tab.open(run="first", layer="relu1", zoom=4)
    tab.wait_for_title("relu1")
    one = tab.cells()[7][0]
    tab.canvas.click(position={"x": one.x, "y": one.y})
    view(tab, "channel")
    assert tab.state()["channel"] == "7"
    tab.page.go_back()
    view(tab, "grid")
    assert not {"view", "channel"} & set(tab.state())


def test_what_was_pinned_stays_pinned_when_one_goes_back(tab: Tab) -> None:
    tab.open(run="first", layer="relu1", zoom=4)
    tab.wait_for_title("relu1")
    assert next(iter(tab.cells())) == 3
    tab.press("]", "2")
    view(tab, "channel")
    tab.press("m")
    assert tab.state()["pins"] == "conv1:3"
    tab.page.go_back()
    view(tab, "grid")
    assert tab.state()["pins"] == "conv1:3"


#: Goes back twice, without a rest between, and says which addresses were written;
#: TensorBoard itself writes states without one.
_BACK_TWICE = """async (pause) => {
  const written = [];
  for (const name of ["pushState", "replaceState"]) {
    const write = history[name].bind(history);
    history[name] = (state, title, ...url) => {
      written.push(...url);
      write(state, title, ...url);
    };
  }
  for (let i = 0; i < 2; i++) {
    const changed = new Promise((resolve) =>
      addEventListener("hashchange", resolve, { once: true }));
    history.back();
    await changed;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return written;
}"""


@pytest.mark.parametrize("where", ["tab", "tab_in_host"])
@pytest.mark.parametrize("pause", [0, 100, 300])
def test_nothing_is_written_while_somebody_goes_back(
    where: str, pause: int, request: pytest.FixtureRequest
) -> None:
    tab = request.getfixturevalue(where).open(run="first", layer="relu1")
    for key, name in (("6", "training"), ("7", "runs")):
        tab.press(key)
        view(tab, name)
        tab.rest()
    assert tab.page.evaluate(_BACK_TWICE, pause) == []
    view(tab, "grid")
    assert tab.state() == {"run": "first", "layer": "relu1"}
    tab.page.go_forward()
    view(tab, "training")


def test_tensorboards_own_tabs_and_button_go_on_working(
    tab_in_host: TabInHost,
) -> None:
    tab = tab_in_host
    tab.open(run="first", layer="relu1")
    tab.wait_for_title("relu1")
    tab.press("6")
    view(tab, "training")
    before = tab.state()
    tab.page.locator("[data-plugin-id=timeseries]").click()
    tab.page.wait_for_function("location.hash.startsWith('#timeseries')")
    wait_until(tab.page.locator("iframe")).to_be_hidden()
    tab.page.locator("[data-plugin-id=activations]").click()
    wait_until(tab.page.locator("iframe")).to_be_visible()
    view(tab, "training")
    assert tab.state() == before
    tab.reload_data()
    tab.button("Grid").click()
    view(tab, "grid")
    assert tab.state() == {"run": "first", "layer": "relu1"}
    for shown, hash_ in (
        ("training", "#activations"),
        (None, "#timeseries"),
        ("training", "#activations"),
        ("grid", "#activations"),
    ):
        tab.page.go_back()
        tab.page.wait_for_function("hash => location.hash.startsWith(hash)", arg=hash_)
        if shown is None:
            wait_until(tab.page.locator("iframe")).to_be_hidden()
        else:
            wait_until(tab.page.locator("iframe")).to_be_visible()
            view(tab, shown)
            # TensorBoard writes its own state while it follows.
            tab.rest()
    assert tab.state() == {"run": "first", "layer": "relu1"}


def test_back_works_below_a_path(
    open_in_host: Callable[..., TabInHost], serve: Callable[..., Host], log_dir: Path
) -> None:
    host = serve(log_dir, "rust", "--path_prefix", "/a/b")
    host.wait_for("first", "block/relu2/activations", 5)
    tab = open_in_host(host).open(run="first", layer="relu1")
    tab.wait_for_title("relu1")
    tab.press("6")
    view(tab, "training")
    assert tab.state()["view"] == "training"
    assert tab.page.url.startswith(f"{host.url}#activations")
    tab.page.go_back()
    view(tab, "grid")
    assert tab.page.url.startswith(f"{host.url}#activations")
    # Below a path TensorBoard does not find its own fonts.
    tab.left_origin[:] = [one for one in tab.left_origin if "/font-roboto/" not in one]
    tab.expected = ["status of 404"]
