"""The tab in notebooks: executed, converted, and opened in JupyterLab."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser.arrays import Arrays, assert_told
from browser.conftest import SIZE, new_page
from browser.tab import Tab, wait_until
from browser.test_page import LIGHTNESS
from waiting import PATIENCE, soon

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
nbconvert = pytest.importorskip("nbconvert")

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = Path(__file__).resolve().parents[2]
SHOWN = "iframe[title=Activations]"


class CellTab(Tab):
    """The tab in a cell; the notebook around it may say and ask what it likes."""

    @property
    def frame(self) -> Frame:
        element = self.page.locator(SHOWN).first.element_handle()
        found = element.content_frame()
        assert found is not None
        return found

    def wait_for_cell(self) -> None:
        """Wait until the tab is drawn."""
        wait_until(self.page.locator(SHOWN).first).to_be_visible()
        wait_until(
            self.page.frame_locator(SHOWN).first.locator(".honesty")
        ).not_to_be_empty()
        self.rest()


def cells(log_dir: Path) -> list[str]:
    return [
        "import tb_actviz as av",
        f"av.show({str(log_dir)!r}, runs='first', layers=['conv1', 'relu1'])",
        f"av.read_records({str(log_dir)!r}, runs='first')",
    ]


@pytest.fixture(scope="module")
def notebook(log_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that was executed."""
    folder = tmp_path_factory.mktemp("notebook")
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(code) for code in cells(log_dir)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        nbclient.NotebookClient(
            made, timeout=PATIENCE, resources={"metadata": {"path": str(folder)}}
        ).execute()
    nbformat.write(made, folder / "activations.ipynb")
    return folder / "activations.ipynb"


@pytest.fixture(scope="module")
def converted(notebook: Path) -> Path:
    """What nbconvert makes of it."""
    body, _ = nbconvert.HTMLExporter().from_filename(str(notebook))
    path = notebook.with_suffix(".html")
    path.write_text(body, encoding="utf-8")
    return path


@pytest.fixture
def pages(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Windows that are closed afterwards."""
    opened: list[Page] = []

    def new(**context: object) -> Page:
        opened.append(new_page(chromium, **{"viewport": SIZE, **context}))
        return opened[-1]

    yield new
    for page in opened:
        page.context.close()


def test_a_converted_notebook_shows_the_tab_without_a_kernel(
    pages: Callable[..., Page], converted: Path, arrays: Arrays
) -> None:
    tab = CellTab(pages(), converted.as_uri())
    tab.page.goto(converted.as_uri())
    tab.wait_for_cell()
    tab.wait_for_title("relu1", "run first", "step 5")
    (name, *_) = arrays.stored("first", "relu1", 5).activations
    tab.page.locator(SHOWN).first.scroll_into_view_if_needed()
    assert_told(tab, arrays.of("first", "relu1", 5, name))
    rows = tab.page.locator("td", has_text=re.compile("^conv1$"))
    wait_until(rows).to_have_count(1)


@pytest.mark.parametrize("dark", [False, True])
def test_a_cell_is_as_dark_as_the_notebook_and_not_as_the_browser(
    pages: Callable[..., Page], converted: Path, dark: bool
) -> None:
    page = pages(color_scheme="light" if dark else "dark")
    tab = CellTab(page, converted.as_uri())
    page.goto(converted.as_uri())
    tab.wait_for_cell()
    tab.wait_for_dark(False)
    if dark:
        page.evaluate(
            """() => {
              const style = document.createElement("style");
              style.textContent = "* { background-color: #111 !important }";
              document.head.append(style);
              document.body.dataset.theme = "dark";
            }"""
        )
        tab.wait_for_dark(True)
        assert tab.frame.evaluate(LIGHTNESS) < 80


@pytest.fixture(scope="module")
def jupyter(notebook: Path) -> Iterator[str]:
    """JupyterLab on the notebook's folder; its address."""
    pytest.importorskip("jupyterlab")
    folder = notebook.parent
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        **{
            f"JUPYTER_{name}_DIR": str(folder / name.lower())
            for name in ("CONFIG", "DATA", "RUNTIME")
        },
    }
    subprocess.run(
        [sys.executable, "-m", "jupyter", "trust", str(notebook)],
        env=environment,
        check=True,
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    output = folder / "lab.output"
    with output.open("w") as file:
        lab = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={free}"),
                *("--ip=127.0.0.1", "--allow-root", f"--notebook-dir={folder}"),
                *("--IdentityProvider.token=", "--ServerApp.password="),
            ],
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:

        def address() -> str | None:
            found = re.search(r"http://127\.0\.0\.1:[1-9]\d*/", output.read_text())
            return found[0] if found else None

        assert soon(lambda: address() or lab.poll() is not None), output.read_text()
        assert address(), output.read_text()
        yield str(address())
    finally:
        lab.terminate()
        lab.wait(timeout=PATIENCE)


def test_jupyterlab_shows_the_tab(
    pages: Callable[..., Page], jupyter: str, notebook: Path, arrays: Arrays
) -> None:
    tab = CellTab(pages(), jupyter)
    tab.page.goto(f"{jupyter}lab/tree/{notebook.name}")
    tab.wait_for_cell()
    tab.wait_for_title("relu1", "run first", "step 5")
    (name, *_) = arrays.stored("first", "relu1", 5).activations
    assert_told(tab, arrays.of("first", "relu1", 5, name))
    # As dark as JupyterLab, once another theme is chosen there.
    assert tab.frame.evaluate(LIGHTNESS) > 200
    page = tab.page
    page.locator(".lm-MenuBar-item", has_text="Settings").click()
    page.locator(".lm-Menu-item", has_text=re.compile("^Theme$")).hover()
    page.locator(".lm-Menu-item", has_text=re.compile("^JupyterLab Dark$")).click()
    tab.wait_for_dark(True)
    assert tab.frame.evaluate(LIGHTNESS) < 80
