"""The page as a document: what may run in it, and what names in it may do."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
from browser import logs
from export.reading_pages import ReadPage, request
from plugin.writing_records import write_events

import tb_actviz as av
from tb_actviz.records.codec import pack
from tb_actviz.records.facts import InputFacts, LayerFacts, Record
from tb_actviz.records.schema import record_summary, record_tag

STATIC = Path(av.__file__).parent / "plugin" / "static"
#: What ends scripts, comments, texts and attributes.
NAMES = (
    "</script><script>window.__pwned=5</script>",
    "<!--<script>",
    "]]>",
    "&lt;/script&gt;",
    "\u2028\u2029\0",
    "é 🙂 \u202e",
    "a'b\"c\\",
)


def record(layer: str, name: str, step: int = 0, value: float = 1.0) -> Record:
    maps = np.full((2, 2, 3), value, np.float32)
    one = InputFacts(name, maps.shape, "float32", pack(maps, "float32"))
    return Record(LayerFacts(layer, "Conv2D", "activation"), step, (one,))


def write(folder: Path, records: list[Record]) -> None:
    """Records of a run, a second apart."""
    events = [
        (1e9 + i, one.step, record_summary(record_tag(one.layer.path), one))
        for i, one in enumerate(records)
    ]
    write_events(folder / "events.out.tfevents.1.host", events)


@pytest.fixture
def page(tmp_path: Path) -> ReadPage:
    write(tmp_path / "runs" / "run", [record(name, name) for name in NAMES])
    av.export_html(tmp_path / "runs", tmp_path / "page.html")
    return ReadPage(tmp_path / "page.html")


def test_only_the_tab_itself_may_run_and_nothing_may_be_asked_for(
    page: ReadPage,
) -> None:
    (policy,) = [
        given["content"]
        for name, given in page.elements
        if given.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(" ", 1) for rule in str(policy).split("; "))
    script = page.text(type="module")
    assert rules == {
        "default-src": "'none'",
        "script-src": digest(script),
        "style-src": digest((STATIC / "style.css").read_text()),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert script == (STATIC / "index.js").read_text()


def digest(text: str) -> str:
    found = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{found}'"


def test_the_tabs_own_script_does_not_end_where_it_stands() -> None:
    text = (STATIC / "index.js").read_text()
    assert not re.search("</?script", text, re.IGNORECASE)
    assert "</style" not in (STATIC / "style.css").read_text().lower()


def test_a_page_has_the_elements_it_shall_have_whatever_names_are_in_it(
    page: ReadPage,
) -> None:
    names = [name for name, _ in page.elements]
    # Values and headers, what is listed, the index and the module.
    assert names.count("script") == page.bodies() + 3
    assert set(names) == {
        *("html", "head", "body", "meta", "link", "title", "style", "script")
    }
    assert not [
        attribute
        for _, given in page.elements
        for attribute in given
        if attribute.startswith("on") or attribute in {"src", "srcdoc"}
    ]


def test_names_come_back_as_they_were(page: ReadPage) -> None:
    (run,) = page.answers()[request("runs")].json()["runs"]
    assert {tag["layer"] for tag in run["tags"]} == set(NAMES)


def test_what_is_the_same_is_there_once(tmp_path: Path) -> None:
    write(tmp_path / "runs", [record("conv", "face", step) for step in range(30)])
    av.export_html(tmp_path / "runs", tmp_path / "page.html")
    page = ReadPage(tmp_path / "page.html")
    values = [one for (route, _), one in page.answers().items() if route == "values"]
    headers = [one for (route, _), one in page.answers().items() if route == "record"]
    assert (len(values), len(headers)) == (30, 30)
    assert page.bodies() == len(page.answers()) - 29 - duplicates(page)


def duplicates(page: ReadPage) -> int:
    """Answers other than values that are those to another question, too."""
    rest = [one.body for (route, _), one in page.answers().items() if route != "values"]
    return len(rest) - len(set(rest))


def test_a_page_says_what_it_was_made_of(page: ReadPage, tmp_path: Path) -> None:
    about = page.about()
    assert about["version"] == av.__version__
    assert about["log_dir"] == str(tmp_path / "runs")
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", about["made"])
    assert (about["chosen"], about["losses"], about["problems"]) == ([], [], [])
    (title,) = [
        text
        for (name, _), text in zip(page.elements, page.texts, strict=True)
        if name == "title"
    ]
    assert title == f"Activations: {tmp_path / 'runs'}"


def test_a_folder_of_any_name_is_a_title(tmp_path: Path) -> None:
    folder = tmp_path / f"</title>{logs.FORMULA}"
    folder.mkdir(parents=True)
    write(folder, [record("conv", "face")])
    av.export_html(folder, tmp_path / "page.html")
    page = ReadPage(tmp_path / "page.html")
    assert page.about()["log_dir"] == str(folder)
    assert [name for name, _ in page.elements].count("title") == 1
