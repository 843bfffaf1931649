"""Results in a cell of a notebook: tables, pictures, and the tab itself."""

from __future__ import annotations

import html
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from browser import logs
from export.reading_pages import ReadPage, request
from keras import layers
from PIL import Image

import tb_actviz as av

PICTURES = np.random.default_rng(2).integers(0, 256, (2, 14, 14, 3), np.uint8)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(5)
    inputs = keras.Input((14, 14, 3))
    x = layers.Conv2D(4, 3, name="conv1")(inputs)
    x = layers.ReLU(name="relu1")(x)
    return keras.Model(inputs, layers.Flatten(name="flat")(x), name="small")


@pytest.fixture(scope="module")
def log_dir(model: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notebook") / "runs"
    with av.ActivationLogger(folder / "first", model) as log:
        for step in (0, 3):
            log(PICTURES, step)
    return folder


class Table(HTMLParser):
    """The texts of a table's cells, row by row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.names: set[str] = set()
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.names.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data


def table(result: Any) -> list[list[str]]:
    return Table(result._repr_html_()).rows


def test_activations_show_themselves_as_a_table(model: keras.Model) -> None:
    acts = av.activations(model, PICTURES, ["conv1", "relu1"])
    assert table(acts) == [
        ["layer", "shape", "smallest", "largest", "zeros"],
        *(
            [
                path,
                "2×12×12×4",
                f"{values.min():.4g}",
                f"{values.max():.4g}",
                f"{np.mean(values == 0):.1%}",
            ]
            for path, values in acts.items()
        ),
    ]
    assert isinstance(acts, dict)


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        (np.full((1, 2), np.nan), ["1×2", "", "", "0.0%"]),
        (np.array([[0, np.inf]]), ["1×2", "0", "0", "50.0%"]),
        (np.zeros((0, 3)), ["0×3", "", "", ""]),
    ],
)
def test_odd_values_are_in_the_table_too(values: np.ndarray, cells: list[str]) -> None:
    from tb_actviz.capture.layer_activations import LayerActivations

    (_, row) = table(LayerActivations({"layer": values}))
    assert row == ["layer", *cells]


def test_pictures_show_themselves(model: keras.Model) -> None:
    maps = av.activations(model, PICTURES, "conv1")["conv1"][0]
    for picture in (
        av.draw_channels(maps, layer="conv1"),
        av.draw_beside_input(PICTURES[0], maps, [0, 1], layer="conv1"),
        av.draw_inputs([PICTURES[0]], [maps], [1], layer="conv1", input_names=["one"]),
        av.draw_relu(maps, np.maximum(maps, 0), [2], layer="b", before_layer="a"),
    ):
        png = picture._repr_png_()
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png))), picture)
        # A part of it is one, too; one channel of it, or numbers of it, are not.
        part = picture[10:20, 5:30]
        shown = np.asarray(Image.open(io.BytesIO(part._repr_png_())))
        np.testing.assert_array_equal(shown, part)
        for other in (picture[..., 0], picture / 2, picture[:0], picture.mean(axis=0)):
            assert other._repr_png_() is None


def test_differences_show_themselves(model: keras.Model) -> None:
    found = av.compare_inputs(model, PICTURES[0], PICTURES[1], ["conv1", "relu1"])
    header, first, *rest = table(found)
    assert header[:5] == ["layer", "channel", "change", "first", "second"]
    one = found[0]
    assert first[:3] == [one.layer, str(one.channel), f"{one.share:.1%}"]
    assert len(rest) == len(found) - 1 == 7


def test_long_tables_say_how_many_more_there_are() -> None:
    from tb_actviz.notebook_output import html_table

    text = html_table(["a"], [[i] for i in range(60)])
    assert len(Table(text).rows) == 51
    assert "and 10 more" in text


def test_records_list_themselves_without_being_read(log_dir: Path) -> None:
    records = av.read_records(log_dir, layers=["conv1", "relu1"])
    expected = [
        ["run", "layer", "steps", "first", "last"],
        ["first", "conv1", "2", "0", "3"],
        ["first", "relu1", "2", "0", "3"],
    ]
    assert table(records) == expected
    assert len([*records]) == 4
    assert table(records) == expected


def test_what_is_captured_shows_itself_as_text(model: keras.Model) -> None:
    capture = av.FeatureExtractor(model, "conv1").describe()
    assert html.unescape(re.sub("<.*?>", "", capture._repr_html_())) == str(capture)


def test_names_in_tables_are_texts(tmp_path: Path) -> None:
    logs.write_hostile(tmp_path / "runs")
    text = av.read_records(tmp_path / "runs")._repr_html_()
    found = Table(text)
    assert found.names == {"table", "thead", "tbody", "tr", "th", "td"}
    assert {row[1] for row in found.rows[1:]} == set(logs.HOSTILE)


class Cell(HTMLParser):
    """What a cell shows: a frame with a page, and a script."""

    def __init__(self, shown: av.NotebookPage) -> None:
        super().__init__()
        self.frames: list[dict[str, str | None]] = []
        self.text = shown._repr_html_()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "iframe":
            self.frames.append(dict(attrs))
        else:
            assert (tag, attrs) == ("script", [])


def page_of(shown: av.NotebookPage, folder: Path) -> ReadPage:
    """The page that a cell holds, as a browser takes it out of there."""
    (frame,) = Cell(shown).frames
    sandbox = str(frame["sandbox"]).split()
    assert "allow-scripts" in sandbox
    assert "allow-same-origin" not in sandbox
    assert frame["srcdoc"] == shown.page
    (folder / "cell.html").write_text(str(frame["srcdoc"]), encoding="utf-8")
    return ReadPage(folder / "cell.html")


def values_in(page: ReadPage) -> dict[tuple[str, str, int], int]:
    """Run, layer and step of each record to how many inputs it has."""
    counts: dict[tuple[str, str, int], int] = {}
    for (route, given), answer in page.answers().items():
        if route == "values":
            assert answer.status == 200
            place = dict(given)
            layer = place["tag"].removesuffix("/activations")
            key = place["run"], layer, place["step"]
            counts[key] = counts.get(key, 0) + 1
    return counts


def test_a_log_directory_is_shown(log_dir: Path, tmp_path: Path) -> None:
    page = page_of(av.show(log_dir), tmp_path)
    assert values_in(page) == {
        ("first", ":input", 0): 2,
        **{
            ("first", layer, step): 2 for layer in ("conv1", "relu1") for step in (0, 3)
        },
    }
    assert page.about()["log_dir"] == str(log_dir)
    page = page_of(av.show(log_dir, layers="conv*", steps=3), tmp_path)
    assert values_in(page) == {("first", ":input", 0): 2, ("first", "conv1", 3): 2}


def test_a_model_is_shown_with_inputs(model: keras.Model, tmp_path: Path) -> None:
    shown = av.show(model, {"one": PICTURES[0]}, "conv1")
    page = page_of(shown, tmp_path)
    assert values_in(page) == {("small", ":input", 0): 1, ("small", "conv1", 0): 1}
    assert page.about()["log_dir"] == "the model small"


def test_activations_are_shown(model: keras.Model, tmp_path: Path) -> None:
    acts = av.activations(model, PICTURES, "conv1")
    page = page_of(av.show(acts, PICTURES), tmp_path)
    assert values_in(page) == {("arrays", ":input", 0): 2, ("arrays", "conv1", 0): 2}
    assert values_in(page_of(av.show(dict(acts)), tmp_path)) == {
        ("arrays", "conv1", 0): 2
    }


def test_records_are_shown_as_they_are(log_dir: Path, tmp_path: Path) -> None:
    records = [*av.read_records(log_dir, layers="relu1")]
    page = page_of(av.show(iter(records)), tmp_path)
    assert values_in(page) == {("first", "relu1", step): 2 for step in (0, 3)}
    asked = request("steps", run="first", tag="relu1/activations")
    times = [one["wall_time"] for one in page.answers()[asked].json()["steps"]]
    assert times == [one.wall_time for one in records]
    packed = records[1].record.inputs[0].packed
    (body,) = [
        answer.body
        for (route, given), answer in page.answers().items()
        if route == "values" and (dict(given)["step"], dict(given)["input"]) == (3, 0)
    ]
    assert body == packed.data
    assert values_in(page_of(av.show(records[0]), tmp_path)) == {
        ("first", "relu1", 0): 2
    }


def test_runs_of_any_name_are_shown(tmp_path: Path) -> None:
    logs.write_hostile(tmp_path / "runs")
    page = page_of(av.show(av.read_records(tmp_path / "runs")), tmp_path)
    assert {run for run, _, _ in values_in(page)} == {
        *(logs.ELEMENT, logs.QUOTE, logs.FORMULA, "plain")
    }


@pytest.mark.parametrize("megabytes", [0.6, 3])
def test_a_cell_takes_no_more_than_it_may(tmp_path: Path, megabytes: float) -> None:
    maps = np.random.default_rng(0).normal(size=(70, 2, 16, 16, 16))
    arrays = {f"layer{i}": one.astype(np.float32) for i, one in enumerate(maps)}
    shown = av.show(arrays, max_mb=megabytes)
    size = len(shown._repr_html_().encode())
    assert 0.4 * megabytes * 1e6 < size <= megabytes * 1e6
    assert page_of(shown, tmp_path).about()["losses"]


def test_what_is_shown_can_be_kept(log_dir: Path, tmp_path: Path) -> None:
    shown = av.show(log_dir, height=300)
    assert shown.save(tmp_path / "kept.html") == tmp_path / "kept.html"
    assert (tmp_path / "kept.html").read_text(encoding="utf-8") == shown.page
    (frame,) = Cell(shown).frames
    assert "height: 300px" in str(frame["style"])
    assert repr(shown).startswith("<the Activations tab, 0.")


@pytest.mark.parametrize(
    ("what", "options", "words"),
    [
        (3, {}, "Received int; expected a Keras model, a log directory, records of"),
        (
            [1, 2],
            {},
            "Received int among the records; expected what read_records",
        ),
        ([], {}, "There are no records to show"),
        ({}, {}, "expected a dict of layer path to array"),
        ("nowhere", {}, "'nowhere' is not a folder"),
        ("MODEL", {}, "A model is shown with inputs: pass pictures or arrays"),
        ("LOG", {"layers": "conv2"}, "no layer 'conv2' in .*. Did you mean 'conv1'"),
        ("LOG", {"max_mb": 0.1}, "does not fit into"),
        ("LOG", {"max_mb": -1}, "Received max_mb=-1; expected a number above 0"),
    ],
)
def test_what_cannot_be_shown_is_an_error(
    model: keras.Model, log_dir: Path, what: Any, options: dict[str, Any], words: str
) -> None:
    given = (
        {"MODEL": model, "LOG": log_dir}.get(what, what)
        if isinstance(what, str)
        else what
    )
    with pytest.raises(av.InputError, match=words):
        av.show(given, **options)
