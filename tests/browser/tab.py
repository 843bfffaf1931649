"""Drives the Activations tab of a page."""

from __future__ import annotations

import re
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from browser.drawn import Drawn

if TYPE_CHECKING:
    # It may be missing, which is a reason to skip what looks at pages, not to fail.
    from playwright.sync_api import (
        ConsoleMessage,
        Frame,
        Locator,
        LocatorAssertions,
        Page,
        Request,
    )

#: A state in which channels stand in the order of their numbers, silent ones too.
BY_NUMBER = {"sort": "channel", "show_silent": "true"}
#: How long something may take on a slow machine, in ms.
PATIENCE = 60_000

_REST = """async (patience) => {
  let changed;
  const note = () => { changed = true; };
  const observer = new MutationObserver(note);
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  observer.observe(document, all);
  addEventListener("scroll", note, { capture: true });
  const frame = () => new Promise(requestAnimationFrame);
  // What follows a frame follows it in a timer of its own.
  const after = () => new Promise((resolve) => setTimeout(resolve));
  let late = false;
  const timer = setTimeout(() => { late = true; }, patience);
  try {
    for (let quiet = 0; quiet < 2 && !late;) {
      changed = false;
      await frame();
      await after();
      const busy = document.documentElement.dataset.busy !== "false";
      quiet = busy || changed ? 0 : quiet + 1;
    }
  } finally {
    observer.disconnect();
    removeEventListener("scroll", note, { capture: true });
    clearTimeout(timer);
  }
  if (late) {
    const { busy } = document.documentElement.dataset;
    throw new Error(`The tab does not come to rest; busy is ${busy}.`);
  }
}"""


def wait_until(locator: Locator) -> LocatorAssertions:
    """What must become true of an element."""
    from playwright.sync_api import expect

    return expect(locator)


class Tab(Drawn):
    """The Activations tab, alone in a page; every failure of the page is kept.

    Args:
        page: A page of its own.
        url: Where TensorBoard is.
        host_messages: What TensorBoard itself writes to the console.
    """

    #: What of TensorBoard is opened, below its own address.
    path = "data/plugin_entry.html?name=activations"

    def __init__(
        self, page: Page, url: str, host_messages: frozenset[str] = frozenset()
    ) -> None:
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

    def open(self, **state: str | int | float) -> Tab:
        """Go to the tab with a state in the address, and wait until it is drawn."""
        self.go(pairs(**state))
        wait_until(self.frame.locator(".app, .lone h1")).to_be_visible()
        if self.frame.locator(".app").count():
            wait_until(self.frame.locator(".honesty")).not_to_be_empty()
        self.rest()
        return self

    def go(self, hash_: str) -> None:
        """Load the tab anew with what stands behind `#activations` in the address."""
        # A change of the hash alone would load nothing.
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}{self.path}#activations{hash_}")

    @property
    def frame(self) -> Frame:
        """The tab's own page."""
        return self.page.main_frame

    def rest(self) -> None:
        """Wait until nothing is on its way any more, and all that came is drawn."""
        self.frame.evaluate(_REST, PATIENCE)

    def state(self) -> dict[str, str]:
        """What the address says of the tab, once it is at rest."""
        self.rest()
        hash_ = self.page.evaluate("location.hash")
        found = urllib.parse.parse_qsl(hash_.lstrip("#"), keep_blank_values=True)
        prefix = "p.activations."
        return {
            key.removeprefix(prefix): value
            for key, value in found
            if key.startswith(prefix)
        }

    def wait_for_dark(self, dark: bool) -> None:
        """Wait until it is dark, or light."""
        self.frame.wait_for_function(
            "dark => document.documentElement.classList.contains('dark') === dark",
            arg=dark,
        )

    def press(self, *keys: str) -> None:
        """Press keys, as somebody does who has clicked nothing before."""
        for key in keys:
            self.page.keyboard.press(key)

    def settle(self) -> None:
        """Take the mouse away, and let what follows it be drawn."""
        self.page.mouse.move(2, 2)
        self.rest()

    def beside(self, heading: str) -> Locator:
        """A part of what is beside the view, by words of its heading."""
        named = self.frame.get_by_role("heading", name=heading)
        return self.frame.locator(".aside section", has=named)

    def chosen(self, name: str) -> Locator:
        """A list to choose from."""
        return self.frame.get_by_role("combobox", name=name, exact=True)

    def choose_run(self, name: str) -> None:
        """Choose a run in the list of runs."""
        self.runs().locator("summary").click()
        self.runs().get_by_role("option", name=name, exact=True).click()

    def runs(self) -> Locator:
        """The list of runs, and what opens it."""
        return self.frame.locator(".runs")

    def button(self, name: str) -> Locator:
        """A button."""
        return self.frame.get_by_role("button", name=name, exact=True)

    def box(self, name: str) -> Locator:
        """A box to tick."""
        return self.frame.get_by_role("checkbox", name=name)

    def field(self, name: str) -> Locator:
        """A field to write into."""
        return self.frame.get_by_label(name, exact=True)

    @property
    def title(self) -> Locator:
        """Says what is drawn."""
        return self.frame.locator("main h2").first

    def wait_for_title(self, *words: str) -> None:
        """Wait until what is drawn is what these words say."""
        for word in words:
            wait_until(self.title).to_contain_text(word)

    def saved(self, kind: str) -> tuple[str, bytes]:
        """Name and content of what the menu of exports makes."""
        self.button("Export").click()
        with self.page.expect_download(timeout=PATIENCE) as download:
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
        # Browsers ask every site for an icon, and TensorBoard has none at its root.
        if message.location["url"] == f"{self.url}favicon.ico":
            return
        if message.text not in self._host_messages:
            self.errors.append(f"{message.type}: {message.text}")

    def _note(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((self.url, "about:", "data:", "blob:")):
            self.left_origin.append(request.url)


class TabInHost(Tab):
    """The Activations tab in the whole of TensorBoard's page."""

    path = ""

    @property
    def frame(self) -> Frame:
        """The tab's own page."""
        for frame in self.page.frames:
            if _is_ours(frame):
                return frame
        return self.page.wait_for_event("framenavigated", _is_ours)

    def reload_data(self) -> None:
        """Press TensorBoard's own button that reads the logs again."""
        self.page.locator(".reload-button").click()

    def choose_theme(self, name: str) -> None:
        """Have TensorBoard become `Dark` or `Light`, and wait for the tab to follow."""
        self.page.get_by_label("Menu for changing light or dark theme").click()
        self.page.get_by_role("menuitemradio", name=name).or_(
            self.page.get_by_role("menuitem", name=name)
        ).first.click()
        self.wait_for_dark(name == "Dark")


def _is_ours(frame: Frame) -> bool:
    return "plugin_entry.html" in frame.url


def pairs(**state: Any) -> str:
    """A state as it stands in the address."""
    return "".join(
        f"&p.activations.{key}={urllib.parse.quote(str(value), safe='')}"
        for key, value in state.items()
    )
