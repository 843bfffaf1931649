"""Answers that are missing, wrong, late or too large; browsers that lack something."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browser import logs
from browser.arrays import Arrays, assert_told
from browser.exported import saved_arrays
from browser.tab import Tab, TabInHost, pairs, wait_until
from plugin.serving import Host

if TYPE_CHECKING:
    from playwright.sync_api import Route

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.server]

#: What the browser itself says of an answer that is an error.
REFUSED = "Failed to load resource"


def route_to(name: str, **query: str | int) -> re.Pattern[str]:
    """The addresses of a route with all of these arguments."""
    ahead = "".join(rf"(?=.*[?&]{key}={value}(&|$))" for key, value in query.items())
    return re.compile(rf"/activations/{name}\?{ahead}")


@pytest.mark.parametrize("status", [404, 413, 422, 500, 503])
def test_an_error_is_told_and_can_be_tried_again(tab: Tab, status: int) -> None:
    tab.expected.append(REFUSED)
    pattern = route_to("values", step=3)
    tab.page.route(
        pattern,
        lambda route: route.fulfill(
            status=status,
            content_type="text/plain",
            body="The reason, <b>in words</b>.",
        ),
    )
    tab.open(run="first", layer="relu1", step=3)
    alert = tab.frame.get_by_role("alert")
    wait_until(alert).to_have_text("The reason, <b>in words</b>.")
    tab.press("ArrowLeft")
    tab.wait_for_title("relu1", "step 2")
    tab.press("ArrowRight")
    wait_until(alert).to_be_visible()
    tab.page.unroute(pattern)
    tab.button("Try again").click()
    tab.wait_for_title("relu1", "step 3")


@pytest.mark.parametrize("name", ["record", "steps"])
def test_an_answer_that_is_no_json_is_an_error(tab: Tab, name: str) -> None:
    tab.page.route(
        route_to(name, tag="relu1%2Factivations"),
        lambda route: route.fulfill(body="<html>", content_type="application/json"),
    )
    tab.open(run="first", layer="conv1", step=2)
    tab.wait_for_title("conv1", "step 2")
    tab.press("r")
    wait_until(tab.frame.locator("main").get_by_role("alert")).to_contain_text("JSON")
    tab.press("ArrowDown")
    tab.wait_for_title("block/relu2", "step 2")


def test_no_runs_are_listed_and_later_they_are(tab_in_host: TabInHost) -> None:
    tab = tab_in_host
    tab.expected.append(REFUSED)
    pattern = re.compile(r"/activations/runs$")
    tab.page.route(pattern, lambda route: route.fulfill(status=503, body="Not now."))
    tab.go("")
    wait_until(tab.frame.locator(".lone.failed")).to_have_text("Not now.")
    tab.page.unroute(pattern)
    tab.reload_data()
    tab.wait_for_title("block/relu2")


def test_a_broken_connection_is_tried_again(tab: Tab, arrays: Arrays) -> None:
    tab.expected.append("net::ERR_FAILED")
    left = [2]

    def break_twice(route: Route) -> None:
        left[0] -= 1
        if left[0] >= 0:
            route.abort()
        else:
            route.fallback()

    tab.page.route(route_to("values", step=3), break_twice)
    tab.open(run="first", layer="relu1", step=3, zoom=4)
    tab.wait_for_title("relu1", "step 3")
    assert left[0] < 0
    maps = arrays.of("first", "relu1", 3, "bright")
    assert_told(tab, maps)


def test_pictures_that_come_last_are_saved_as_well(tab: Tab, arrays: Arrays) -> None:
    held: list[Route] = []
    pattern = route_to("values", tag="%3Ainput%2Factivations")
    tab.page.route(pattern, lambda one: held.append(one))
    rows = {"view": "multiples", "multiples_rows": "inputs", "channel": 3}
    tab.go(pairs(run="first", layer="relu1", **rows))
    cells = tab.frame.locator(".multiple canvas")
    wait_until(cells).to_have_count(12)
    for index in range(12):
        wait_until(cells.nth(index)).to_be_visible()
    # What follows the last drawing is done: nothing else is on its way.
    for _ in range(2):
        tab.frame.evaluate(
            "() => new Promise((r) => requestAnimationFrame(() => setTimeout(r)))"
        )
    assert held
    for route in held:
        route.fallback()
    tab.rest()
    found = saved_arrays(tab)
    expected = [
        [arrays.of("first", "relu1", step, name)[..., 3] for step in range(6)]
        for name in ("bright", "dull")
    ]
    np.testing.assert_array_equal(found["activations"], expected)


@pytest.mark.parametrize("late", ["values", "record"])
def test_a_late_answer_never_takes_the_place_of_a_newer_choice(
    tab: Tab, arrays: Arrays, late: str
) -> None:
    held: list[Route] = []
    pattern = route_to(late, step=3, tag="relu1%2Factivations")
    tab.page.route(pattern, lambda one: held.append(one))
    tab.open(run="first", layer="relu1", step=4, zoom=4)
    tab.wait_for_title("step 4")
    with tab.page.expect_request(pattern):
        tab.press("ArrowLeft")
    # What is drawn is still named by what it is.
    wait_until(tab.title).to_contain_text("step 4")
    assert held
    tab.press("ArrowLeft")
    tab.wait_for_title("step 2")
    before = tab.pixels()
    for route in held:
        # It was given up, and need not arrive at all.
        try:
            route.fallback()
        except Exception as error:
            assert "closed" not in str(error)  # noqa: PT017 - the page must live on
    tab.rest()
    assert "step 2" in tab.title.inner_text()
    np.testing.assert_array_equal(tab.pixels(), before)
    maps = arrays.of("first", "relu1", 2, "bright")
    assert_told(tab, maps)
    given_up = len(held)
    with tab.page.expect_request(pattern):
        tab.press("ArrowRight")
    wait_until(tab.title).to_contain_text("step 2")
    assert len(held) > given_up
    for route in held[given_up:]:
        route.fallback()
    tab.wait_for_title("step 3")


BUSY = "document.documentElement.dataset.busy"


def test_it_is_marked_busy_while_an_answer_is_on_its_way(tab: Tab) -> None:
    held: list[Route] = []
    pattern = route_to("values", step=3)
    tab.page.route(pattern, lambda one: held.append(one))
    tab.open(run="first", layer="relu1", step=4)
    assert tab.frame.evaluate(BUSY) == "false"
    with tab.page.expect_request(pattern):
        tab.press("ArrowLeft")
    # By then nothing but the answer is missing.
    tab.page.wait_for_url("**activations.step=3*")
    assert tab.frame.evaluate(BUSY) == "true"
    assert held
    for route in held:
        route.fallback()
    tab.wait_for_title("step 3")
    tab.frame.wait_for_function(f"{BUSY} === 'false'")


def test_it_is_marked_busy_until_a_choice_is_in_the_address(tab: Tab) -> None:
    tab.open(run="first", layer="relu1")
    press = "document.body.dispatchEvent(new KeyboardEvent('keydown', {0}))"
    at_once = press.format("{ key: 's', bubbles: true }")
    assert tab.frame.evaluate(f"{at_once}, {BUSY}") == "true"
    tab.frame.wait_for_function(f"{BUSY} === 'false'")
    assert "p.activations.smooth=true" in tab.page.url


def test_an_answer_that_never_comes_leaves_the_rest_alive(tab: Tab) -> None:
    tab.page.route(route_to("values", step=3), lambda route: None)
    tab.open(run="first", layer="relu1", step=4)
    tab.wait_for_title("step 4")
    tab.press("ArrowLeft")
    line = tab.frame.get_by_role("progressbar", name="Loading", exact=True)
    wait_until(line).to_be_visible()
    tab.press("ArrowLeft")
    tab.wait_for_title("step 2")
    wait_until(line).to_be_hidden()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (logs.bomb, f"more than {16 * 16 * 12 * 4} bytes"),
        (lambda: zlib.compress(bytes(100)), "100 bytes, not"),
        (lambda: logs.bomb()[:1000], ""),
        (lambda: b"", ""),
        (lambda: b"no stream", ""),
    ],
    ids=["bomb", "short", "truncated", "empty", "junk"],
)
def test_values_that_do_not_inflate_to_their_size_are_an_error(
    tab: Tab, body: Callable[[], bytes], words: str
) -> None:
    tab.page.route(
        route_to("values", step=3, tag="relu1%2Factivations"),
        lambda route: route.fulfill(
            body=body(), content_type="application/octet-stream"
        ),
    )
    tab.open(run="first", layer="relu1", step=3)
    wait_until(tab.frame.get_by_role("alert")).to_contain_text(
        words or re.compile(r"\w")
    )
    tab.press("ArrowLeft")
    tab.wait_for_title("relu1", "step 2")


def test_a_bomb_in_a_log_is_a_tile_that_says_so(
    open_tab: Callable[..., Tab], rare: Host
) -> None:
    tab = open_tab(rare)
    tab.expected.append(REFUSED)
    tab.open(run="bomb", layer="bomb")
    wait_until(tab.frame.get_by_role("alert")).to_contain_text("inflate")
    tab.press("ArrowUp")
    tab.wait_for_title("conv", "step 0")


WITHOUT = {
    "storage": (
        "Object.defineProperty(window, 'localStorage', "
        "{ get() { throw new DOMException('no', 'SecurityError'); } });"
    ),
    "a quota": (
        "Storage.prototype.setItem = () => "
        "{ throw new DOMException('full', 'QuotaExceededError'); };"
    ),
    "WebGL": (
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
        "  return /webgl|gpu/.test(kind) ? null : get.call(this, kind, ...more); };"
    ),
}


@pytest.mark.parametrize("missing", WITHOUT)
def test_it_works_in_a_browser_without(
    open_tab: Callable[..., Tab], host: Host, missing: str
) -> None:
    tab = open_tab(host, WITHOUT[missing]).open(run="first", layer="relu1")
    tab.wait_for_title("relu1", "step 5")
    assert len(np.unique(tab.pixels()[..., 0])) > 20
    for view in range(1, 7):
        tab.press(str(view))
        tab.rest()
    tab.press("1", "ArrowLeft")
    tab.wait_for_title("step 4")


def test_all_requests_stay_below_the_address(tab: Tab) -> None:
    tab.open(run="first", layer="relu1")
    tab.wait_for_title("relu1")
    for view in range(1, 7):
        tab.press(str(view))
        tab.rest()
    assert len(tab.requests) > 10
    outside = [
        url
        for url in tab.requests
        if not url.startswith((tab.url, "data:", "blob:", "about:"))
    ]
    assert outside == []


def test_the_strongest_channel_is_called_so_of_the_steps_that_are_known(
    tab: Tab,
) -> None:
    tab.expected.append(REFUSED)
    words = tab.frame.locator("[data-name=shown-channel]")
    tab.open(run="first", layer="relu1", step=4, view="multiples")
    wait_until(words).to_have_text(
        re.compile(r"^channel \d+, the strongest in first over all steps$")
    )
    tab.page.route(
        route_to("curve"), lambda route: route.fulfill(status=413, body="Too many.")
    )
    tab.open(run="first", layer="relu1", step=4, view="multiples")
    wait_until(words).to_have_text(
        re.compile(r"^channel \d+, the strongest in first at step 4$")
    )
