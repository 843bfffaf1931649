"""The files of the tab, served by their exact names."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugin.serving import PLUGIN, Host, ask, refusal, serving
from plugin.writing_records import summary

import tb_actviz
from tb_actviz.plugin.static_files import static_files
from tb_actviz.writing.event_file import EventFile

#: What is served, with its content type.
SERVED = {
    "index.js": "text/javascript; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "assets/worker-1a_b.js": "text/javascript; charset=utf-8",
    "assets/icon.svg": "image/svg+xml; charset=utf-8",
    "assets/decode.wasm": "application/wasm",
}
#: What also lies there, and is not.
OTHERS = [
    *("notes.txt", "index.html", "a*.js", "b c.js", ".hidden.js", "größe.js", "x"),
    *("assets/%2e%2e.js", "assets/a?b.js", "-\n.js"),
]


def make(folder: Path) -> None:
    """A folder of the tab's files, with others and with links."""
    for name in [*SERVED, *OTHERS]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"// {name!r}")
    secret = folder.parent / "secret.js"
    secret.write_text("// secret")
    (folder / "link.js").symlink_to(secret)
    (folder / "linked").symlink_to(folder.parent)
    (folder / "broken.js").symlink_to(folder / "nowhere")


def test_only_plain_files_of_plain_names_and_known_types_are_listed(
    tmp_path: Path,
) -> None:
    make(tmp_path / "static")
    found = static_files(tmp_path / "static")
    assert found == {name: tmp_path / "static" / name for name in SERVED}


def test_a_folder_that_is_none_has_no_files(tmp_path: Path) -> None:
    assert static_files(tmp_path / "missing") == {}
    (tmp_path / "file").write_text("")
    assert static_files(tmp_path / "file") == {}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A TensorBoard that finds a package with files of a tab."""
    folder = tmp_path_factory.mktemp("static")
    package = folder / "path/tb_actviz"
    ignored = shutil.ignore_patterns("static")
    shutil.copytree(Path(tb_actviz.__file__).parent, package, ignore=ignored)
    make(package / "plugin/static")
    with EventFile(folder / "runs/a") as file:
        file.add(summary("conv", 0), 0)
    with serving(folder / "runs", "python", path=package.parent) as running:
        running.wait_for("a", "conv/activations", 0)
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVED)
def test_a_file_is_served_with_its_type(host: Host, name: str) -> None:
    answer = host.raw(f"static/{name}")
    assert (answer.status, answer.text()) == (200, f"// {name!r}")
    assert answer.headers["Content-Type"] == SERVED[name]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-cache, must-revalidate"
    head = host.raw(f"static/{name}", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert refusal(host.raw(f"static/{name}", "POST"))[0] == 405


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        *("", "INDEX.JS", "Index.js", "index.js%00", "index.js%00.css", "./index.js"),
        *("../plugin.py", "%2e%2e/plugin.py", "..%2fplugin.py", "....//plugin.py"),
        *("assets/../index.js", "assets/%2e%2e/index.js", "assets//worker-1a_b.js"),
        *("link.js", "linked/secret.js", "../secret.js", "broken.js", "assets"),
        *("notes.txt", "index.html", "a*.js", "a%2A.js", "b%20c.js", ".hidden.js", "x"),
        *("/etc/passwd", "%2Fetc%2Fpasswd", "index.js/style.css", "..\\plugin.py"),
    ],
)
def test_nothing_else_is_served(host: Host, name: str) -> None:
    assert refusal(host.raw(f"static/{name}")) == (404, "Not found")


@pytest.mark.slow
def test_the_tab_is_lit_and_loads_its_module(host: Host) -> None:
    listing = ask(f"{host.url}data/plugins_listing").json()
    assert listing["activations"] == {
        "disable_reload": False,
        "enabled": True,
        "remove_dom": False,
        "tab_name": "Activations",
        "loading_mechanism": {
            "type": "IFRAME",
            "module_path": f"/{PLUGIN}/static/index.js",
        },
    }


@pytest.mark.slow
def test_the_page_of_the_tab_has_tensorboards_own_policy(host: Host) -> None:
    pages = [
        ask(f"{host.url}data/plugin_entry.html?name={name}")
        for name in ("activations", "projector")
    ]
    ours, theirs = (
        re.sub("'sha256-[^']+'", "'sha256'", page.headers["Content-Security-Policy"])
        for page in pages
    )
    assert ours == theirs
    assert 'import("./static/index.js")' in pages[0].text()


@pytest.mark.slow
def test_a_file_that_was_removed_is_missing(host: Host) -> None:
    path = host.log_dir.parent / "path/tb_actviz/plugin/static/style.css"
    before = path.read_text()
    path.unlink()
    try:
        assert refusal(host.raw("static/style.css")) == (
            404,
            "The file is no longer there.",
        )
    finally:
        path.write_text(before)
