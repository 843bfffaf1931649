"""Pages of all sizes and parts of a log, and what goes wrong with them."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

import numpy as np
import pytest
from export.reading_pages import ReadPage, request
from export.test_page import record, write
from plugin.writing_records import summary, write_events

import tb_actviz as av
from tb_actviz.export.html import export_run
from tb_actviz.export.page import code_size
from tb_actviz.records.codec import pack, unpack
from tb_actviz.records.facts import InputFacts, LayerFacts, Record
from tb_actviz.records.schema import decode_record
from tb_actviz.writing.summaries import scalar_summary

LAYERS = {"conv1": 32, "conv2": 16, "dense": 4}
INPUTS = ("left", "right")
STEPS = range(0, 60, 2)


def values(layer: str, name: str, step: int) -> np.ndarray:
    """Activations as noisy as can be, (16, 16, channels)."""
    seed = [list(LAYERS).index(layer), INPUTS.index(name), step]
    maps = np.random.default_rng(seed).normal(size=(16, 16, LAYERS[layer]))
    maps[..., 0] = 0
    if name == "left":
        maps[..., 1] = 0
    return maps.astype(np.float32)


def of_layer(layer: str, step: int) -> Record:
    inputs = []
    for name in INPUTS:
        maps = values(layer, name, step)
        inputs.append(
            InputFacts(
                name,
                maps.shape,
                "float32",
                pack(maps, "float32"),
                minimum=maps.min((0, 1)),
                maximum=maps.max((0, 1)),
                mean=maps.mean((0, 1)),
                zero_share=(maps == 0).mean((0, 1)),
            )
        )
    facts = LayerFacts(layer, "Conv2D", "activation")
    return Record(facts, step, tuple(inputs), silent=(0,))


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three layers over 30 steps, and a short one of one of them."""
    folder = tmp_path_factory.mktemp("html") / "runs"
    write(
        folder / "long", [of_layer(layer, step) for step in STEPS for layer in LAYERS]
    )
    write(folder / "short", [of_layer("dense", step) for step in range(3)])
    return folder


def exported(log_dir: Path, folder: Path, **options: object) -> tuple[object, ReadPage]:
    page = av.export_html(log_dir, folder / "page.html", force=True, **options)
    assert page.size == (folder / "page.html").stat().st_size
    return page, ReadPage(folder / "page.html")


def steps_of(page: ReadPage, run: str, layer: str) -> tuple[list[int], int]:
    """The steps of a layer that are in a page, and how many were logged."""
    asked = request("steps", run=run, tag=f"{layer}/activations")
    series = page.answers()[asked].json()
    return [step["step"] for step in series["steps"]], series["logged"]


def stored(page: ReadPage, run: str, layer: str, step: int) -> Record:
    """A record that is in a page."""
    place: dict[str, object] = {}
    for (route, given), _ in page.answers().items():
        found = dict(given)
        named = (found.get("run"), found.get("tag"), found.get("step"))
        if route == "record" and named == (run, f"{layer}/activations", step):
            place = found
    answers = page.answers()
    header = answers[request("record", **place)]
    parts = [
        answers[request("values", **place, input=i)].body
        for i in range(len(header.json()["inputs"]))
    ]
    return decode_record([header.body, *parts])


def test_all_is_there_where_it_fits(log_dir: Path, tmp_path: Path) -> None:
    done, page = exported(log_dir, tmp_path)
    assert (done.chosen, done.losses) == ((), ())
    for layer in LAYERS:
        assert steps_of(page, "long", layer) == ([*STEPS], 30)
        for name, facts in zip(
            INPUTS, stored(page, "long", layer, 8).inputs, strict=True
        ):
            np.testing.assert_array_equal(unpack(facts.packed), values(layer, name, 8))
    assert steps_of(page, "short", "dense") == ([0, 1, 2], 3)


def test_only_what_was_chosen_is_there(log_dir: Path, tmp_path: Path) -> None:
    done, page = exported(
        log_dir,
        tmp_path,
        runs="long",
        layers=["conv*"],
        steps=range(10, 20),
        inputs="right",
        precision="float16",
    )
    assert done.losses == ()
    assert done.chosen == (
        "1 of 2 runs",
        "2 of 3 layers",
        "5 of 30 steps",
        "inputs right",
        "values as float16 at most",
    )
    assert page.about()["chosen"] == [*done.chosen]
    (run,) = page.answers()[request("runs")].json()["runs"]
    assert [tag["layer"] for tag in run["tags"]] == ["conv1", "conv2"]
    assert steps_of(page, "long", "conv1") == ([10, 12, 14, 16, 18], 30)
    kept = stored(page, "long", "conv2", 12)
    (facts,) = kept.inputs
    assert (facts.name, facts.packed.precision) == ("right", "float16")
    whole = values("conv2", "right", 12)
    np.testing.assert_allclose(unpack(facts.packed), whole, rtol=2**-11, atol=1e-9)
    # The statistics are those of the whole values.
    np.testing.assert_array_equal(facts.maximum, whole.max((0, 1)))
    curve = request("curve", run="long", tag="conv2/activations", input=0)
    assert page.answers()[curve].json()["steps"] == [10, 12, 14, 16, 18]


def test_silent_are_the_channels_that_are_so_for_what_is_there(
    log_dir: Path, tmp_path: Path
) -> None:
    _, page = exported(log_dir, tmp_path, layers="conv1", inputs="left")
    assert stored(page, "long", "conv1", 0).silent == (0, 1)
    _, page = exported(log_dir, tmp_path, layers="conv1")
    assert stored(page, "long", "conv1", 0).silent == (0,)


@pytest.mark.parametrize("megabytes", [3.5, 1.2])
def test_a_page_takes_no_more_than_it_may(
    log_dir: Path, tmp_path: Path, megabytes: float
) -> None:
    done, page = exported(log_dir, tmp_path, max_mb=megabytes)
    assert done.size <= megabytes * 1e6
    # And not much less than it could.
    assert done.size > 0.8 * megabytes * 1e6
    assert page.about()["losses"] == [*done.losses]
    steps, logged = steps_of(page, "long", "dense")
    assert f"{len(steps)} of 30 steps of run long" == done.losses[0]
    assert (steps[0], steps[-1], logged) == (0, 58, 30)


def test_a_last_step_of_nothing_does_not_mislead(tmp_path: Path) -> None:
    """Of a network that died; what it takes says nothing of the steps before."""
    records = [of_layer("conv1", step) for step in range(0, 40, 2)]
    dead = np.zeros((16, 16, 32), np.float32)
    inputs = [
        InputFacts(name, dead.shape, "float32", pack(dead, "float32"))
        for name in INPUTS
    ]
    facts = LayerFacts("conv1", "Conv2D", "activation")
    write(tmp_path / "runs", [*records, Record(facts, 99, tuple(inputs))])
    room = (code_size() + 500_000) / 1e6
    done, page = exported(tmp_path / "runs", tmp_path, max_mb=room)
    steps, _ = steps_of(page, ".", "conv1")
    assert len(steps) >= 10
    assert done.size > 0.7 * (code_size() + 500_000)


def test_values_become_less_exact_before_the_last_steps_go(
    log_dir: Path, tmp_path: Path
) -> None:
    room = (code_size() + 400_000) / 1e6
    done, page = exported(log_dir, tmp_path, runs="long", max_mb=room)
    assert "values as uint8 instead of float32" in done.losses
    assert steps_of(page, "long", "conv1")[0][-1] == 58
    (facts, _) = stored(page, "long", "conv1", 58).inputs
    assert facts.packed.precision == "uint8"
    off = np.abs(unpack(facts.packed) - values("conv1", "left", 58)).max()
    assert 0 < off < 0.05


def test_the_largest_layers_go_last(log_dir: Path, tmp_path: Path) -> None:
    room = (code_size() + 15_000) / 1e6
    done, page = exported(log_dir, tmp_path, runs="long", max_mb=room)
    assert done.losses == (
        "1 of 30 steps",
        "values as uint8 instead of float32",
        "without conv1, conv2",
    )
    assert steps_of(page, "long", "dense") == ([58], 30)


def test_scalars_of_layers_that_are_not_there_are_not_there(tmp_path: Path) -> None:
    """Else they would be taken for those of the training."""
    numbers = {"conv1/mean": 1.0, "conv2/mean": 2.0, "conv2/dead": 0.5, "loss": 3.0}
    write_events(
        tmp_path / "runs" / "a" / "events.out.tfevents.1.host",
        [
            (1e9, 0, summary("conv1", 0)),
            (1e9 + 1, 0, summary("conv2", 0)),
            (1e9 + 2, 0, scalar_summary(numbers)),
        ],
    )
    for layers, names in ((None, ["loss"]), ("conv1", ["loss"])):
        _, page = exported(tmp_path / "runs", tmp_path, layers=layers)
        assert page.answers()[request("scalar", run="a")].json()["names"] == names
    health = page.answers()[request("health", run="a")].json()["layers"]
    assert [(one["layer"], [*one["scalars"]]) for one in health] == [
        ("conv1", ["mean"])
    ]


def test_the_page_of_one_run_has_the_losses_that_keras_writes_below_it(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "runs" / "first"
    write(folder, [of_layer("dense", 0)])
    losses = [(1e9, step, scalar_summary({"epoch_loss": step})) for step in (1, 2)]
    write_events(folder / "train" / "events.out.tfevents.1.host", losses)
    export_run(folder, tmp_path / "page.html")
    answers = ReadPage(tmp_path / "page.html").answers()
    scalar = answers[request("scalar", run="first")].json()
    assert (scalar["name"], scalar["values"]) == ("train: epoch_loss", [1.0, 2.0])


def test_what_cannot_be_so_small_says_how_small_it_could_be(
    log_dir: Path, tmp_path: Path
) -> None:
    with pytest.raises(av.InputError) as error:
        av.export_html(log_dir, tmp_path / "page.html", max_mb=0.1)
    found = re.fullmatch(
        r"The page does not fit into 0\.1 MB\. The smallest possible, of layer 'dense' "
        r"at the last step as uint8, takes about (0\.\d) MB\. Allow more with --max-mb "
        r"\(max_mb\), or choose another layer\.",
        str(error.value),
    )
    assert found
    smallest = float(found[1])
    with pytest.raises(av.InputError):
        av.export_html(log_dir, tmp_path / "page.html", max_mb=smallest - 0.1)
    assert [*tmp_path.iterdir()] == []
    av.export_html(log_dir, tmp_path / "page.html", max_mb=smallest)


def test_a_page_can_have_its_answers_beside_it(log_dir: Path, tmp_path: Path) -> None:
    done = av.export_html(log_dir, tmp_path / "site", split=True)
    assert {one.name for one in done.path.iterdir()} == {"index.html", "answers"}
    assert done.size == sum(
        one.stat().st_size for one in done.path.rglob("*") if one.is_file()
    )
    av.export_html(log_dir, tmp_path / "page.html")
    beside = ReadPage(done.path / "index.html")
    assert beside.answers() == ReadPage(tmp_path / "page.html").answers()
    (policy,) = [
        given["content"] for _, given in beside.elements if "http-equiv" in given
    ]
    assert "connect-src 'self'" in str(policy)


@pytest.mark.parametrize("split", [False, True])
def test_what_is_there_stays_unless_it_shall_be_replaced(
    log_dir: Path, tmp_path: Path, split: bool
) -> None:
    target = tmp_path / "page"
    for name in ("page", "other"):
        (tmp_path / name).write_text("mine") if not split else (tmp_path / name).mkdir()
    if split:
        (target / "thesis.txt").write_text("mine")
    with pytest.raises(av.InputError, match="is there already"):
        av.export_html(log_dir, target, split=split)
    if split:
        # A folder of something else is replaced by nothing.
        with pytest.raises(av.InputError, match="Choose another name"):
            av.export_html(log_dir, target, split=True, force=True)
        assert (target / "thesis.txt").read_text() == "mine"
        av.export_html(log_dir, tmp_path / "own", split=True)
        target = tmp_path / "own"
    av.export_html(log_dir, target, split=split, force=True, layers="dense")
    page = ReadPage(target / "index.html" if split else target)
    assert page.about()["chosen"] == ["1 of 3 layers"]


def test_an_export_that_is_stopped_leaves_nothing(
    log_dir: Path, tmp_path: Path
) -> None:
    done: list[tuple[int, int]] = []

    def stop(count: int, total: int) -> None:
        done.append((count, total))
        if count == 5:
            raise KeyboardInterrupt

    for split in (False, True):
        with pytest.raises(KeyboardInterrupt):
            av.export_html(
                log_dir, tmp_path / "a" / "page.html", split=split, progress=stop
            )
    assert done == 2 * [(count, 93) for count in range(1, 6)]
    assert [*(tmp_path / "a").iterdir()] == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"runs": "lang"}, r"There is no run 'lang' in '.*'. Did you mean 'long'\?"),
        (
            {"layers": "conv3"},
            "no layer 'conv3' in .*. Did you mean 'conv",
        ),
        ({"steps": 7}, "No layer was logged at these steps. There are steps from 0 to"),
        ({"inputs": "lft"}, "no input 'lft' in what was logged. Did you mean 'left'"),
        ({"precision": "float23"}, "no precision 'float23'. Did you mean 'float32'"),
        ({"max_mb": 0}, "Received max_mb=0; expected a number above 0"),
        ({"max_mb": math.nan}, "Received max_mb=nan; expected a number above 0"),
        ({"layers": []}, r"Received layers=\[\]; expected a name, a glob"),
    ],
)
def test_what_is_not_there_is_an_error(
    log_dir: Path, tmp_path: Path, options: dict[str, object], words: str
) -> None:
    with pytest.raises(av.InputError, match=words):
        av.export_html(log_dir, tmp_path / "page.html", **options)
    assert [*tmp_path.iterdir()] == []


def test_a_folder_without_activations_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(av.InputError, match="is not a folder"):
        av.export_html(tmp_path / "nowhere", tmp_path / "page.html")
    words = (
        "There are no activations in .*/runs'. Name a folder that ActivationCallback"
    )
    (tmp_path / "runs").mkdir()
    with pytest.raises(av.InputError, match=words):
        av.export_html(tmp_path / "runs", tmp_path / "page.html")
    # What another program has logged.
    write_events(
        tmp_path / "runs" / "events.out.tfevents.1.host",
        [(1.0, 0, scalar_summary({"loss": 1.0}))],
    )
    with pytest.raises(av.InputError, match=words):
        av.export_html(tmp_path / "runs", tmp_path / "page.html")


def test_a_damaged_file_counts_up_to_where_it_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "a" / "events.out.tfevents.1.host"
    write_events(path, [(1e9 + i, i, summary("conv", i, seed=i)) for i in range(9)])
    data = bytearray(path.read_bytes())
    for place in range(0, 8):
        data[len(data) // 2 + place] ^= 0xFF
    path.write_bytes(data)
    done, page = exported(tmp_path / "runs", tmp_path)
    steps, _ = steps_of(page, "a", "conv")
    refused = {
        dict(given)["step"]: answer.body.decode()
        for (route, given), answer in page.answers().items()
        if route == "record" and answer.status == 422
    }
    # Either a length is damaged, which ends the file, or the content of a record.
    assert done.problems or refused
    assert page.about()["problems"] == [*done.problems]
    for words in refused.values():
        assert words == "The record is damaged: its checksum is another one."
    stored_steps = set(steps) - set(refused)
    assert stored_steps >= {0, 1, 2, 3}


def test_a_file_that_ends_early_is_named(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "a" / "events.out.tfevents.1.host"
    write_events(path, [(1e9 + i, i, summary("conv", i, seed=i)) for i in range(3)])
    with path.open("ab") as file:
        file.write(b"\xff" * 40)
    done, page = exported(tmp_path / "runs", tmp_path)
    (problem,) = done.problems
    assert "events.out.tfevents.1.host of run a ends early: the record at" in problem
    assert steps_of(page, "a", "conv")[0] == [0, 1, 2]


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be there")
def test_a_run_whose_name_is_no_text_is_there(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "runs") + b"/caf\xe9"
    os.makedirs(folder)
    write(Path(os.fsdecode(folder)), [record("conv", "face")])
    done, page = exported(tmp_path / "runs", tmp_path)
    (run,) = page.answers()[request("runs")].json()["runs"]
    assert run["run"] == "caf\\xe9"
    assert done.problems == ()
