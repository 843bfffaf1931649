"""Exported pages as they are sent around: from a disk, in frames, on a phone."""

from __future__ import annotations

import functools
import html
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import logs
from browser.arrays import Arrays, assert_told
from browser.conftest import SIZE, new_page
from browser.tab import BY_NUMBER, Tab, pairs, wait_until
from browser.test_page import LIGHTNESS

import tb_actviz as av

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame

pytestmark = [pytest.mark.slow, pytest.mark.browser]

STATE = {"run": "first", "layer": "conv1", "step": 4, **BY_NUMBER}
#: How a page is put into a frame, as trackers and notebooks do.
KINDS = ("src", "blob", "srcdoc")
#: What is said at once where something is not found.
SCRIPTS = "allow-scripts"


class PageTab(Tab):
    """A page that is opened from where it lies."""

    path = ""


class FramedTab(PageTab):
    """A page in a frame of another one."""

    @property
    def frame(self) -> Frame:
        return self.page.frames[1]


@contextmanager
def static_site(folder: Path) -> Iterator[str]:
    """A web server of files alone; its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture(scope="module")
def page_file(log_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of the trainings."""
    path = tmp_path_factory.mktemp("pages") / "report.html"
    av.export_html(log_dir, path)
    return path


@pytest.fixture
def opened_page(chromium: Browser, opened: list[Tab]) -> Callable[..., PageTab]:
    """Opens a page alone in a window."""

    def new(url: str, **context: Any) -> PageTab:
        tab = PageTab(new_page(chromium, **{"viewport": SIZE, **context}), url)
        opened.append(tab)
        return tab

    return new


@pytest.fixture
def framed(
    chromium: Browser, opened: list[Tab], tmp_path: Path
) -> Iterator[Callable[..., FramedTab]]:
    """Puts a page into a frame of a page of another sort."""
    with static_site(tmp_path) as url:

        def new(
            file: Path, kind: str, sandbox: str = SCRIPTS, **context: Any
        ) -> FramedTab:
            (tmp_path / "report.html").write_bytes(file.read_bytes())
            outer = _outer(kind, sandbox, file.read_text(encoding="utf-8"))
            (tmp_path / "outer.html").write_text(outer, encoding="utf-8")
            tab = FramedTab(new_page(chromium, **{"viewport": SIZE, **context}), url)
            opened.append(tab)
            tab.page.goto(f"{url}outer.html")
            wait_until(tab.page.locator("iframe")).to_be_visible()
            tab.page.wait_for_function("frames.length === 1")
            wait_until(tab.frame.locator(".honesty")).not_to_be_empty()
            tab.rest()
            return tab

        yield new


def _outer(kind: str, sandbox: str, page: str) -> str:
    """A page that shows another one in a frame."""
    frame = f'sandbox="{sandbox}" style="width: 100%; height: 95vh; border: 0"'
    start = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body>'
    if kind == "src":
        return f'{start}<iframe {frame} src="report.html"></iframe>'
    if kind == "srcdoc":
        return f'{start}<iframe {frame} srcdoc="{html.escape(page)}"></iframe>'
    return f"""{start}<iframe {frame}></iframe><script>
      fetch("report.html").then((answer) => answer.blob()).then((page) => {{
        const html = new Blob([page], {{ type: "text/html" }});
        document.querySelector("iframe").src = URL.createObjectURL(html);
      }});
    </script>"""


def test_a_page_opens_from_a_disk_and_asks_for_nothing(
    opened_page: Callable[..., PageTab], page_file: Path, arrays: Arrays
) -> None:
    tab = opened_page(page_file.as_uri())
    tab.open(**STATE)
    tab.wait_for_title("conv1", "step 4")
    (name, *_) = arrays.stored("first", "conv1", 4).activations
    assert_told(tab, arrays.of("first", "conv1", 4, name))
    for key in "1234567":
        tab.press(key)
        tab.rest()
    assert {url.split("#")[0] for url in tab.requests} <= {
        page_file.as_uri(),
        "about:blank",
        "data:,",
    }


def test_a_page_says_what_it_is(
    opened_page: Callable[..., PageTab], log_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / "small.html"
    done = av.export_html(log_dir, path, runs="first", layers="conv1", steps=range(4))
    tab = opened_page(path.as_uri()).open()
    words = tab.frame.locator("[data-name=page]")
    today = tab.page.evaluate("new Date().toISOString().slice(0, 10)")
    made = f"This page was made by tb_actviz {av.__version__} on {today} from {log_dir}"
    wait_until(words).to_have_text(" · ".join([made, *done.chosen]))
    wait_until(tab.frame.locator("[data-name=kept]")).to_have_text("4 of 6 steps")
    wait_until(tab.box("Live")).to_have_count(0)
    tab.press("w")
    said = tab.frame.locator(".key-said")
    wait_until(said).to_have_text("This page holds all its steps.")


def test_what_was_left_out_is_in_the_last_line(
    opened_page: Callable[..., PageTab], log_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / "small.html"
    done = av.export_html(log_dir, path, runs="first", max_mb=0.46)
    assert done.losses
    tab = opened_page(path.as_uri()).open()
    words = tab.frame.locator("[data-name=page] strong")
    wait_until(words).to_have_text(f" · left out to fit: {' · '.join(done.losses)}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_works_in_a_frame_that_may_do_nothing_but_run(
    framed: Callable[..., FramedTab], page_file: Path, arrays: Arrays, kind: str
) -> None:
    tab = framed(page_file, kind)
    tab.frame.get_by_role("treeitem", name="conv1").first.click()
    tab.wait_for_title("relu1", "step 5", "run first")
    tab.rest()
    (name, *_) = arrays.stored("first", "relu1", 5).activations
    assert_told(tab, arrays.of("first", "relu1", 5, name))
    tab.frame.get_by_role("button", name="Training", exact=True).click()
    wait_until(tab.frame.locator("main canvas").first).to_be_visible()
    tab.press("ArrowLeft", "1")
    wait_until(tab.frame.get_by_role("main", name="View: grid")).to_be_visible()
    tab.rest()
    # Nothing of it reached the page around.
    assert tab.page.url.endswith("/outer.html")


def test_a_frame_is_as_dark_as_it_is_told_by_what_is_around_it(
    framed: Callable[..., FramedTab], page_file: Path
) -> None:
    tab = framed(page_file, "srcdoc")
    assert tab.frame.evaluate(LIGHTNESS) > 200
    for theme, dark in (("dark", True), ("light", False)):
        tab.page.evaluate(
            "theme => frames[0].postMessage({ tb_actviz: theme }, '*')", theme
        )
        tab.wait_for_dark(dark)
        lightness = tab.frame.evaluate(LIGHTNESS)
        assert (lightness < 80) if dark else (lightness > 200)
    # Whatever else it is told.
    for junk in ("null", "'dark'", "{ tb_actviz: 1 }", "{ tb_actviz: { a: 1 } }"):
        tab.page.evaluate(f"frames[0].postMessage({junk}, '*')")
    tab.rest()
    assert tab.frame.evaluate(LIGHTNESS) > 200


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_in_a_frame_can_be_opened_alone(
    framed: Callable[..., FramedTab], page_file: Path, kind: str
) -> None:
    tab = framed(
        page_file, kind, f"{SCRIPTS} allow-popups allow-popups-to-escape-sandbox"
    )
    with tab.page.expect_popup() as popup:
        tab.frame.get_by_role("button", name="open alone").click()
    alone = popup.value
    wait_until(alone.locator(".honesty")).not_to_be_empty()
    wait_until(alone.get_by_role("button", name="open alone")).to_have_count(0)


def test_where_no_window_may_be_opened_that_is_said(
    framed: Callable[..., FramedTab], page_file: Path
) -> None:
    tab = framed(page_file, "blob")
    tab.expected.append("Blocked opening")
    tab.frame.get_by_role("button", name="open alone").click()
    wait_until(tab.frame.locator(".key-said")).to_have_text(
        "This frame opens no windows: download the page, and open it from the disk."
    )


def test_a_frame_takes_no_focus_by_itself(
    framed: Callable[..., FramedTab], page_file: Path
) -> None:
    tab = framed(page_file, "srcdoc")
    assert tab.page.evaluate("document.activeElement === document.body")


def test_a_page_that_was_split_fetches_what_it_shows(
    opened_page: Callable[..., PageTab], log_dir: Path, tmp_path: Path
) -> None:
    av.export_html(log_dir, tmp_path / "site", split=True)
    with static_site(tmp_path / "site") as url:
        tab = opened_page(url)
        tab.open(**STATE)
        tab.wait_for_title("conv1", "step 4")
        fetched = [one for one in tab.requests if "/answers/" in one]
        assert 3 < len(fetched) < 40
        tab.page.context.close()


def test_a_page_that_was_split_says_that_it_needs_a_server(
    opened_page: Callable[..., PageTab], log_dir: Path, tmp_path: Path
) -> None:
    av.export_html(log_dir, tmp_path / "site", split=True)
    tab = opened_page((tmp_path / "site" / "index.html").as_uri())
    tab.expected += ["answers/.*CORS", "Failed to load resource", "Content Security"]
    tab.go("")
    wait_until(tab.frame.locator("body")).to_contain_text(
        "This page reads files beside it, which browsers allow from a web server only"
    )


def test_names_in_a_page_do_nothing(
    opened_page: Callable[..., PageTab], tmp_path: Path
) -> None:
    logs.write_hostile(tmp_path / "runs")
    av.export_html(tmp_path / "runs", tmp_path / "page.html")
    tab = opened_page((tmp_path / "page.html").as_uri())
    for name in logs.HOSTILE:
        tab.open(run="plain", layer=name, step=1)
        tab.wait_for_title(name)
    assert tab.page.evaluate("window.__pwned") is None


def test_nothing_that_is_put_into_a_page_runs(
    opened_page: Callable[..., PageTab], page_file: Path
) -> None:
    """Whatever a fault let through, the page's own rules would not let it run."""
    tab = opened_page(page_file.as_uri())
    tab.expected.append("Content Security Policy")
    tab.open()
    tab.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.__pwned = 1";
          document.body.append(script);
          const image = new Image();
          image.setAttribute("onerror", "window.__pwned = 2");
          image.src = "data:,x";
          document.body.append(image);
          return fetch("http://127.0.0.1:9/").catch(() => {});
        }"""
    )
    assert tab.page.evaluate("window.__pwned") is None
    assert not [one for one in tab.requests if "127.0.0.1:9" in one]


@pytest.mark.parametrize(
    ("width", "height"), [(390, 844), (359, 418)], ids=["phone", "card"]
)
def test_there_is_room_for_pictures_in_little_room(
    opened_page: Callable[..., PageTab], page_file: Path, width: int, height: int
) -> None:
    tab = opened_page(
        page_file.as_uri(), viewport={"width": width, "height": height}
    ).open(run="first")
    wait_until(tab.frame.locator("main canvas").first).to_be_visible()
    box = tab.frame.locator("main canvas").first.bounding_box()
    assert box
    assert box["y"] < 0.7 * height, "the first picture is below what is seen"
    wide = tab.frame.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    if height < 600:
        # The scale comes after the pictures, and lies over none of them.
        maps, legend = (
            tab.frame.locator(part).first.bounding_box()
            for part in ("main .sight", "main .legend")
        )
        assert maps
        assert legend
        assert legend["y"] >= maps["y"] + maps["height"]


def test_a_link_into_a_page_shows_what_it_names(
    opened_page: Callable[..., PageTab], page_file: Path
) -> None:
    tab = opened_page(page_file.as_uri())
    tab.page.goto(f"{page_file.as_uri()}#activations{pairs(**STATE)}")
    tab.wait_for_title("conv1", "step 4")
    tab.press("ArrowLeft")
    assert tab.state()["step"] == "3"


def test_a_page_is_as_dark_as_the_browser(
    opened_page: Callable[..., PageTab], page_file: Path
) -> None:
    tab = opened_page(page_file.as_uri(), color_scheme="dark").open()
    assert tab.frame.evaluate(LIGHTNESS) < 80
    tab.page.emulate_media(color_scheme="light")
    tab.wait_for_dark(False)
    assert tab.frame.evaluate(LIGHTNESS) > 200
