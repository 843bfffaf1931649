"""Drives the Activations tab of a page, and reads what it shows."""

from __future__ import annotations

import base64
import re
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    # It may be missing, which is a reason to skip what looks at pages, not to fail.
    from playwright.sync_api import (
        ConsoleMessage,
        Frame,
        Locator,
        LocatorAssertions,
        Page,
        Request,
        Route,
    )

#: How long something may take on a slow machine, in ms.
PATIENCE = 15_000

#: Pixels of a value that tests have the grid drawn with, and what is around its maps.
ZOOM, GAP, LABEL = 16, 4, 14

_READ = """([canvas]) => {
  // From a copy: a canvas that is read often makes the browser complain of the page.
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, copy.width, copy.height);
  let text = "";
  for (let i = 0; i < data.length; i += 32768)
    text += String.fromCharCode(...data.subarray(i, i + 32768));
  return [btoa(text), width, height];
}"""
_SCAN = """async ([canvas, points, words]) => {
  const area = canvas.getBoundingClientRect();
  const beat = () => new Promise((resolve) => setTimeout(resolve));
  const found = [];
  for (const [x, y] of points) {
    canvas.dispatchEvent(new MouseEvent("mousemove",
      { bubbles: true, clientX: area.left + x, clientY: area.top + y }));
    await beat();
    found.push(document.querySelector(words)?.textContent ?? "");
  }
  canvas.dispatchEvent(new MouseEvent("mouseleave"));
  await beat();
  return found;
}"""
_TIP = re.compile(r"channel (\d+), row (\d+), column (\d+): (\S+)")


@dataclass(frozen=True)
class Value:
    """What the tab says of a place in the grid, in canvas pixels."""

    x: int
    y: int
    channel: int
    row: int
    column: int
    text: str


def wait_until(locator: Locator) -> LocatorAssertions:
    """What must become true of an element."""
    from playwright.sync_api import expect

    return expect(locator)


class Tab:
    """The Activations tab of one page; every failure of the page is kept.

    Args:
        page: A page of its own.
        url: Where TensorBoard is.
        host_messages: What TensorBoard itself writes to the console.
    """

    def __init__(self, page: Page, url: str, host_messages: frozenset[str]) -> None:
        self.page = page
        self.url = url
        self.requests: list[str] = []
        self.left_origin: list[str] = []
        self.errors: list[str] = []
        #: What a test brings about on purpose, as patterns of messages.
        self.expected: list[str] = []
        self._host_messages = host_messages
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._note)
        page.route(re.compile("^(?!data:|blob:)"), self._keep_inside)

    def open(self, query: str = "", **state: str | int | float) -> Tab:
        """Go to the tab with a state in the address, and wait until it is drawn."""
        self.go(pairs(**state), query)
        wait_until(self.frame.locator(".app, .lone h1")).to_be_visible()
        if self.frame.locator(".app").count():
            wait_until(self.frame.locator(".honesty")).not_to_be_empty()
        return self

    def go(self, hash_: str, query: str = "") -> None:
        """Load the tab anew with what stands behind `#activations` in the address."""
        # A change of the hash alone would load nothing.
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}{query}#activations{hash_}")
        self.page.wait_for_selector("iframe", state="attached", timeout=PATIENCE)

    @property
    def frame(self) -> Frame:
        """The tab's own page."""
        for _ in range(200):
            for frame in self.page.frames:
                if "plugin_entry.html" in frame.url:
                    return frame
            self.page.wait_for_timeout(50)
        raise AssertionError("TensorBoard has not opened the tab.")

    def state(self) -> dict[str, str]:
        """What the address says of the tab."""
        self.page.wait_for_timeout(300)
        hash_ = self.page.evaluate("location.hash")
        found = urllib.parse.parse_qsl(hash_.lstrip("#"), keep_blank_values=True)
        prefix = "p.activations."
        return {
            key.removeprefix(prefix): value
            for key, value in found
            if key.startswith(prefix)
        }

    def press(self, *keys: str) -> None:
        """Press keys, as somebody does who has clicked nothing before."""
        for key in keys:
            self.page.keyboard.press(key)

    def chosen(self, name: str) -> Locator:
        """A list to choose from."""
        return self.frame.get_by_role("combobox", name=name, exact=True)

    def button(self, name: str) -> Locator:
        """A button."""
        return self.frame.get_by_role("button", name=name, exact=True)

    def box(self, name: str) -> Locator:
        """A box to tick."""
        return self.frame.get_by_role("checkbox", name=name)

    def field(self, name: str) -> Locator:
        """A field to write into."""
        return self.frame.get_by_label(name, exact=True)

    def reload_data(self) -> None:
        """Press TensorBoard's own button that reads the logs again."""
        self.page.locator(".reload-button").click()

    @property
    def title(self) -> Locator:
        """Says what is drawn."""
        return self.frame.locator("main h2").first

    def wait_for_title(self, *words: str) -> None:
        """Wait until what is drawn is what these words say."""
        for word in words:
            wait_until(self.title).to_contain_text(word)

    @property
    def canvas(self) -> Locator:
        """The grid."""
        return self.frame.locator(".scroll canvas")

    def pixels(self, canvas: Locator | None = None) -> np.ndarray:
        """What a canvas shows, uint8 (H, W, 4)."""
        shown = canvas or self.canvas
        text, width, height = self.frame.evaluate(_READ, [shown.element_handle()])
        flat = np.frombuffer(base64.b64decode(text), np.uint8)
        return flat.reshape(height, width, 4)

    @property
    def enlarged(self) -> Locator:
        """The feature map of the channel view."""
        return self.frame.locator('canvas[aria-label^="Feature map of channel"]')

    @property
    def overlay(self) -> Locator:
        """The feature map on the input."""
        return self.frame.locator('canvas[aria-label*=" on the input "]')

    def tips(
        self,
        points: list[tuple[int, int]],
        canvas: Locator | None = None,
        words: str = "output.tip",
    ) -> list[str]:
        """What the tab says in words of places in a canvas, by default the grid."""
        scanned = canvas or self.canvas
        return self.frame.evaluate(_SCAN, [scanned.element_handle(), points, words])

    def values(
        self, points: list[tuple[int, int]], canvas: Locator | None = None
    ) -> list[Value | None]:
        """What the tab says of places in a canvas; None where there is no value."""
        texts = self.tips(points, canvas)
        found: list[Value | None] = []
        for (x, y), text in zip(points, texts, strict=True):
            match = _TIP.fullmatch(text)
            numbers = map(int, match.groups()[:3]) if match else ()
            found.append(Value(x, y, *numbers, match[4]) if match else None)
        return found

    def cells(self) -> dict[int, list[Value]]:
        """Some values of each channel in sight, in the order shown."""
        height, width = self.pixels().shape[:2]
        down = _middles(self.values([(10, y) for y in range(2, height, 8)]), "y")
        across = _middles(self.values([(x, down[0]) for x in range(2, width, 8)]), "x")
        points = [
            (x + shift, y + shift) for y in down for x in across for shift in (-7, 0, 9)
        ]
        found: dict[int, list[Value]] = {}
        for one in self.values(points):
            if one is not None:
                found.setdefault(one.channel, []).append(one)
        return found

    def maps(
        self,
        channels: Sequence[int],
        shape: tuple[int, int],
        canvas: Locator | None = None,
    ) -> np.ndarray:
        """Colours of all values of channels that are drawn with `ZOOM`.

        Args:
            channels: Channels in the order shown.
            shape: Height and width of a map.
            canvas: Where they are drawn; None for the grid.

        Returns:
            The pixel in the middle of each value, uint8 (H, W, 3, len(channels)).
        """
        pixels = self.pixels(canvas)
        height, width = shape[0] * ZOOM, shape[1] * ZOOM
        columns = (pixels.shape[1] + GAP) // (width + GAP)
        found = []
        for place in range(len(channels)):
            top = place // columns * (LABEL + height + GAP) + LABEL
            left = place % columns * (width + GAP)
            cell = pixels[top : top + height, left : left + width, :3]
            found.append(cell[ZOOM // 2 :: ZOOM, ZOOM // 2 :: ZOOM])
        return np.stack(found, -1)

    def colours(self, number: int = 0) -> np.ndarray:
        """The 256 colours of a legend, uint8 (256, 3)."""
        found = self.frame.locator("[data-name=legend] canvas").nth(number)
        return self.pixels(found)[0, :, :3]

    def legend(self, number: int = 0) -> tuple[float, float]:
        """The values at the ends of the colours."""
        found = self.frame.locator("[data-name=legend]").nth(number)
        return tuple(float(found.get_attribute(f"data-{e}")) for e in ("low", "high"))

    def saved(self, kind: str) -> tuple[str, bytes]:
        """Name and content of what the menu of exports makes."""
        self.button("Export").click()
        with self.page.expect_download(timeout=4 * PATIENCE) as download:
            self.frame.locator(".menu button", has_text=kind).click()
        found = download.value
        return found.suggested_filename, Path(found.path()).read_bytes()

    def check(self) -> None:
        """Fail if the page did anything that it should not."""
        ours = [
            text
            for text in self.errors
            if not any(re.search(pattern, text) for pattern in self.expected)
        ]
        assert ours == [], ours
        assert self.left_origin == [], self.left_origin

    def _hear(self, message: ConsoleMessage) -> None:
        if message.text not in self._host_messages:
            self.errors.append(f"{message.type}: {message.text}")

    def _note(self, request: Request) -> None:
        self.requests.append(request.url)

    def _keep_inside(self, route: Route) -> None:
        if route.request.url.startswith((self.url, "about:")):
            route.fallback()
        else:
            self.left_origin.append(route.request.url)
            route.abort()


def _middles(found: list[Value | None], axis: str) -> list[int]:
    """Where the cells are along a line of places: one place in the middle of each."""
    groups: list[list[Value]] = [[]]
    for one in found:
        if one is None or (groups[-1] and groups[-1][0].channel != one.channel):
            groups.append([])
        if one is not None:
            groups[-1].append(one)
    return [getattr(group[len(group) // 2], axis) for group in groups if group]


def pairs(**state: Any) -> str:
    """A state as it stands in the address."""
    return "".join(
        f"&p.activations.{key}={urllib.parse.quote(str(value), safe='')}"
        for key, value in state.items()
    )


def shown(value: float) -> str:
    """A value as the tab writes it: four significant digits."""
    if np.isnan(value):
        return "NaN"
    sign = "−" if value < 0 else ""
    size = abs(float(value))
    if np.isinf(size):
        return f"{sign}∞"
    if size == 0:
        return "0"
    rounded = float(f"{size:.4g}")
    if 1e-3 <= rounded < 1e4:
        return f"{sign}{rounded:.10g}"
    if 1e4 <= rounded < 1e5:
        return f"{sign}{size:.0f}"
    digits, _, exponent = f"{size:.3e}".partition("e")
    return f"{sign}{float(digits):g}e{int(exponent)}".replace("e-", "e−")


def percent(share: float) -> str:
    """A share as the tab writes it: to a tenth of a percent, rounded half up."""
    if 0 < share < 0.001:
        return "<0.1%"
    if 0.999 < share < 1:
        return ">99.9%"
    tenth = Decimal(float(share) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{float(tenth):g}%"
