"""A real TensorBoard, and Debian's Chromium to look at it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import logs
from browser.arrays import Arrays
from browser.compare import Both, both_sides
from browser.pages import PageHost, in_a_page
from browser.tab import PATIENCE, Tab, TabInHost
from plugin.serving import Host, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
    # Nothing outside is reached; what is asked for there fails a test.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
SIZE: Any = {"width": 1280, "height": 800}
#: Height of TensorBoard's own bar, which leaves the rest of a window to the tab.
BAR = 64

#: Opens a tab of its own on a TensorBoard.
Opener = Callable[..., Tab]
HostOpener = Callable[..., TabInHost]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, which downloads nothing."""
    reason = "Playwright is missing: python -m pip install playwright"
    playwright = pytest.importorskip("playwright.sync_api", reason=reason)
    # The same engine without windows takes half the time.
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is missing: apt-get install chromium-headless-shell")
    playwright.expect.set_options(timeout=PATIENCE)
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


NO_SERVER = "an exported page has no server"


@pytest.fixture(autouse=True)
def with_a_server(request: pytest.FixtureRequest) -> None:
    """Pass over what pages have not, where the tab is opened in pages."""
    is_about_servers = request.node.get_closest_marker("server")
    if is_about_servers and request.config.getoption("--pages"):
        pytest.skip(NO_SERVER)


@pytest.fixture(scope="session")
def showing(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Shows a log directory that no test changes: a server, or with --pages a page."""
    return in_a_page if request.config.getoption("--pages") else serving


@pytest.fixture(scope="session")
def log_dir(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trainings, and the layer with odd values."""
    folder = tmp_path_factory.mktemp("main") / "runs"
    logs.write_odd(folder)
    logs.write_training(folder)
    return folder


@pytest.fixture(scope="session")
def host(log_dir: Path, showing: Callable[..., Any]) -> Iterator[Host]:
    """A TensorBoard with them."""
    with showing(log_dir, "rust") as running:
        for run, (epochs, _) in logs.RUNS.items():
            running.wait_for(run, "block/relu2/activations", epochs - 1)
        yield running


@pytest.fixture(scope="session")
def arrays(log_dir: Path) -> Arrays:
    """What they hold, as NumPy has it."""
    return Arrays(log_dir)


@pytest.fixture(scope="session")
def both(arrays: Arrays) -> Both:
    """What comparisons have on both sides, (7, 7, 8)."""
    return both_sides(arrays)


@pytest.fixture(scope="session")
def others(
    chromium: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    showing: Callable[..., Any],
) -> Iterator[Host]:
    """A TensorBoard with runs of other paces, with NaN, and without silent channels."""
    folder = tmp_path_factory.mktemp("others") / "runs"
    logs.write_paced(folder)
    logs.write_failing(folder)
    logs.write_lively(folder)
    with showing(folder, "rust") as running:
        running.wait_for("even", "conv/activations", 50)
        running.wait_for("uneven", "conv/activations", 15)
        for run in ("failing", "silent"):
            running.wait_for(run, "block/relu2/activations", 20)
        running.wait_for("lively", "conv1/activations", 20)
        yield running


@pytest.fixture(scope="session")
def imagenet(
    chromium: Browser,
    shared_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
    showing: Callable[..., Any],
) -> Iterator[Host]:
    """A TensorBoard with the real network and faces."""
    folder = tmp_path_factory.mktemp("imagenet") / "runs"
    logs.write_imagenet(folder, shared_data)
    with showing(folder, "rust") as running:
        running.wait_for("imagenet", "fire9-concat/activations", 0)
        yield running


@pytest.fixture(scope="session")
def drawn(
    chromium: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    showing: Callable[..., Any],
) -> Iterator[Host]:
    """A TensorBoard with one drawn face in the network that learned from such faces."""
    folder = tmp_path_factory.mktemp("drawn") / "runs"
    logs.write_drawn_face(folder)
    with showing(folder, "rust") as running:
        running.wait_for("drawn", "pool10/activations", 0)
        yield running


@pytest.fixture(scope="session")
def rare(
    chromium: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    showing: Callable[..., Any],
) -> Iterator[Host]:
    """A TensorBoard with runs that die, and records as they are rarely met."""
    folder = tmp_path_factory.mktemp("rare") / "runs"
    logs.write_lifeless(folder)
    logs.write_ranks(folder)
    logs.write_gap(folder)
    logs.write_bomb(folder)
    with showing(folder, "rust") as running:
        for run in ("broken", "dying", "calm"):
            running.wait_for(run, "block/relu2/activations", 20)
        for run in logs.RANKS:
            running.wait_for(run, "other/activations", 0)
        running.wait_for("gap", "conv/activations", 2)
        running.wait_for("bomb", "bomb/activations", 0)
        yield running


@pytest.fixture(scope="session")
def diverging(
    chromium: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    showing: Callable[..., Any],
) -> Iterator[Host]:
    """A TensorBoard with a run that diverges beside one that does not."""
    folder = tmp_path_factory.mktemp("diverging") / "runs"
    logs.write_diverging(folder)
    with showing(folder, "rust") as running:
        for run, layer in ("calm", "conv"), ("diverging", "spiky"):
            running.wait_for(run, f"{layer}/activations", 30)
        yield running


@pytest.fixture(scope="session")
def forms(
    chromium: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    showing: Callable[..., Any],
) -> Iterator[Host]:
    """A TensorBoard with layers that are no pictures."""
    folder = tmp_path_factory.mktemp("forms") / "runs"
    logs.write_forms(folder)
    with showing(folder, "rust") as running:
        running.wait_for("forms", "projection/activations", 0)
        running.wait_for("signals", "conv/activations", 0)
        yield running


@pytest.fixture(scope="session")
def by_python(
    log_dir: Path, tmp_path_factory: pytest.TempPathFactory, showing: Callable[..., Any]
) -> Iterator[Host]:
    """A TensorBoard that reads logs with Python, and keeps four steps of a layer.

    It has hostile names, which the other one cannot read where quotes are in them, a
    run of more steps, and a training.
    """
    folder = tmp_path_factory.mktemp("by_python") / "runs"
    logs.write_hostile(folder)
    logs.write_long(folder)
    shutil.copytree(log_dir / "first", folder / "first")
    with showing(folder, "python", "--samples_per_plugin=activations=4") as running:
        for run in (logs.ELEMENT, logs.QUOTE, logs.FORMULA, "plain"):
            running.wait_for(run, f"{logs.HOSTILE[-1]}/activations", 2)
        running.wait_for("long", "conv/activations", 8)
        running.wait_for("first", "block/relu2/activations", 5)
        yield running


@pytest.fixture(scope="session")
def host_messages(chromium: Browser, host: Host) -> frozenset[str]:
    """What TensorBoard writes to the console where our tab is not opened."""
    if not isinstance(host, Host):
        pytest.skip(NO_SERVER)
    found: set[str] = set()
    for dashboard in ("timeseries", "scalars"):
        page = new_page(chromium, viewport=SIZE)
        page.on("console", lambda message: found.add(message.text))
        page.goto(f"{host.url}#{dashboard}")
        # Its list of tabs comes last.
        page.wait_for_selector("[data-plugin-id=activations]")
        page.wait_for_load_state("networkidle")
        assert not [one for one in page.frames if "plugin_entry" in one.url]
        page.context.close()
    return frozenset(found)


@pytest.fixture
def serve(request: pytest.FixtureRequest) -> Iterator[Callable[..., Host]]:
    """Starts a TensorBoard, which stays until all tabs are closed."""

    def start(*arguments: Any) -> Host:
        if request.config.getoption("--pages"):
            pytest.skip(NO_SERVER)
        return running.enter_context(serving(*arguments))

    with ExitStack() as running:
        yield start


@pytest.fixture
def opened(serve: Callable[..., Host]) -> Iterator[list[Tab]]:
    """Tabs, of which at the end none may have said anything or asked anywhere else."""
    tabs: list[Tab] = []
    yield tabs
    for tab in tabs:
        tab.page.context.close()
    for tab in tabs:
        tab.check()


#: What the browser of somebody keeps who has read the first steps.
FIRST_STEPS_READ = "localStorage.setItem('tb_actviz.first_steps_read', 'yes');"


def new_page(
    browser: Browser, script: str = "", first_time: bool = False, **context: Any
) -> Page:
    """A page in a window of its own, of somebody who has seen the tab before."""
    own = browser.new_context(**context)
    own.set_default_timeout(PATIENCE)
    if not first_time:
        own.add_init_script(f"try {{ {FIRST_STEPS_READ} }} catch {{}}")
    if script:
        own.add_init_script(script)
    return own.new_page()


@pytest.fixture
def open_tab(chromium: Browser, opened: list[Tab]) -> Opener:
    """Opens tabs alone in their pages, with the room that TensorBoard's bar leaves."""

    def new(on: Host | PageHost, script: str = "", **context: Any) -> Tab:
        size = context.pop("viewport", SIZE)
        room = {**size, "height": size["height"] - BAR}
        page = new_page(chromium, script, viewport=room, **context)
        tab = Tab(page, on.url)
        tab.path = getattr(on, "path", tab.path)
        opened.append(tab)
        return tab

    return new


@pytest.fixture
def open_in_host(
    chromium: Browser, opened: list[Tab], host_messages: frozenset[str]
) -> HostOpener:
    """Opens tabs in TensorBoard's whole page, as people do."""

    def new(on: Host, query: str = "", **context: Any) -> TabInHost:
        page = new_page(chromium, **{"viewport": SIZE, **context})
        tab = TabInHost(page, on.url, host_messages)
        tab.path = query
        opened.append(tab)
        return tab

    return new


@pytest.fixture
def tab(open_tab: Opener, host: Host) -> Tab:
    """A tab on the trainings and the odd layer, not yet opened."""
    return open_tab(host)


@pytest.fixture
def tab_in_host(open_in_host: HostOpener, host: Host) -> TabInHost:
    """The same in TensorBoard's whole page."""
    return open_in_host(host)
