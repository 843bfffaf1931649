"""Reads what the canvases of the Activations tab show."""

from __future__ import annotations

import base64
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    # It may be missing, which is a reason to skip what looks at pages, not to fail.
    from playwright.sync_api import Frame, Locator

#: Pixels of a value that tests have the grid drawn with, and what is around its maps.
ZOOM, GAP, LABEL = 16, 4, 14

#: Colours of what is not finite, as in the front end's `drawing/colours.ts`.
NAN, PLUS, MINUS = (255, 0, 255), (255, 150, 255), (150, 0, 150)

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
  // Browsers have timers that follow each other wait for 4 ms, but not messages.
  const { port1, port2 } = new MessageChannel();
  const beat = () => new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  const found = [];
  for (const [x, y] of points) {
    canvas.dispatchEvent(new MouseEvent("mousemove",
      { bubbles: true, clientX: area.left + x, clientY: area.top + y }));
    await beat();
    found.push(document.querySelector(words)?.textContent ?? "");
  }
  canvas.dispatchEvent(new MouseEvent("mouseleave"));
  await beat();
  port1.close();
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


class Drawn(ABC):
    """The canvases of a page, and what it says of places in them."""

    @property
    @abstractmethod
    def frame(self) -> Frame:
        """The page that has the canvases."""

    @abstractmethod
    def rest(self) -> None:
        """Wait until all that is on its way is drawn."""

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
        """Some values of each channel in sight, in the order shown, once at rest."""
        self.rest()
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


def _middles(found: list[Value | None], axis: str) -> list[int]:
    """Where the cells are along a line of places: one place in the middle of each."""
    groups: list[list[Value]] = [[]]
    for one in found:
        if one is None or (groups[-1] and groups[-1][0].channel != one.channel):
            groups.append([])
        if one is not None:
            groups[-1].append(one)
    return [getattr(group[len(group) // 2], axis) for group in groups if group]
