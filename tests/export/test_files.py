"""Pictures, animations, arrays and tables of what was logged."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import logs
from export.test_html import INPUTS, LAYERS, of_layer, values
from export.test_page import write
from PIL import Image
from plugin.writing_records import parts, strings, write_events

import tb_actviz as av
from tb_actviz.export.file_names import FileNames

STEPS = range(0, 8, 2)


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three layers over four steps, and one of a single step."""
    folder = tmp_path_factory.mktemp("files") / "runs"
    records = [of_layer(layer, step) for step in STEPS for layer in LAYERS]
    write(folder / "long", records)
    write(folder / "short", [of_layer("dense", 0)])
    return folder


def test_arrays_are_what_was_logged(log_dir: Path, tmp_path: Path) -> None:
    done = av.export_files(log_dir, npz=tmp_path / "all.npz")
    assert (done.paths, done.problems) == ((tmp_path / "all.npz",), ())
    with np.load(tmp_path / "all.npz", allow_pickle=False) as archive:
        for layer in LAYERS:
            for step in STEPS:
                for name in INPUTS:
                    found = archive[f"long/{layer}/{name}/{step}"]
                    np.testing.assert_array_equal(found, values(layer, name, step))
                    assert found.dtype == np.float32
        assert len(archive.files) == 4 * 3 * 2 + 2 + 5
        described = zip(
            *(archive[name] for name in ("key", "run", "layer", "input", "step")),
            strict=True,
        )
        for key, run, layer, name, step in described:
            assert key == f"{run}/{layer}/{name}/{step}"
            assert key in archive.files


def test_the_same_log_makes_the_same_files(log_dir: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        av.export_files(
            log_dir,
            npz=tmp_path / f"{name}.npz",
            csv=tmp_path / f"{name}.csv",
            gif=tmp_path / f"{name}-gif",
            layers="dense",
        )
    for suffix in (".npz", ".csv", "-gif/long/dense/left.gif"):
        one, two = ((tmp_path / f"{name}{suffix}") for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_a_table_has_each_channels_statistics(log_dir: Path, tmp_path: Path) -> None:
    av.export_files(log_dir, csv=tmp_path / "all.csv", runs="long", steps=range(4))
    with (tmp_path / "all.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 2 * sum(LAYERS.values())
    assert [*rows[0]] == [
        *("run", "layer", "step", "input", "channel", "minimum", "maximum", "mean"),
        *("zero_share", "nan_count", "inf_count"),
    ]
    for row in rows:
        maps = values(row["layer"], row["input"], int(row["step"]))
        channel = maps[..., int(row["channel"])]
        assert np.float32(row["minimum"]) == channel.min()
        assert np.float32(row["maximum"]) == channel.max()
        assert np.float32(row["zero_share"]) == np.float32((channel == 0).mean())
        assert row["run"] == "long"


def test_pictures_are_those_that_are_drawn(log_dir: Path, tmp_path: Path) -> None:
    done = av.export_files(
        log_dir, png=tmp_path / "png", runs="long", layers="conv2", inputs="left"
    )
    assert [path.relative_to(tmp_path / "png").as_posix() for path in done.paths] == [
        f"long/conv2/left-{step:06d}.png" for step in STEPS
    ]
    for path, step in zip(done.paths, STEPS, strict=True):
        drawn = av.draw_channels(
            values("conv2", "left", step),
            layer="conv2",
            input_name=f"left, step {step}",
        )
        np.testing.assert_array_equal(np.asarray(Image.open(path)), drawn)


def test_animations_have_all_steps_on_one_scale(log_dir: Path, tmp_path: Path) -> None:
    done = av.export_files(log_dir, gif=tmp_path / "gif", layers="dense")
    # A run of one step has none.
    assert [path.relative_to(tmp_path / "gif").as_posix() for path in done.paths] == [
        "long/dense/left.gif",
        "long/dense/right.gif",
    ]
    whole = np.stack([values("dense", "left", step) for step in STEPS])
    largest = float(np.abs(whole).max())
    with Image.open(done.paths[0]) as animation:
        assert animation.n_frames == len(STEPS)
        assert (animation.info["duration"], animation.info["loop"]) == (400, 0)
        for number, step in enumerate(STEPS):
            animation.seek(number)
            drawn = av.draw_channels(
                values("dense", "left", step),
                layer="dense",
                input_name=f"left, step {step}",
                limits=(-largest, largest),
                limits_of="all steps",
            )
            frame = np.asarray(animation.convert("RGB")).astype(int)
            # A frame has 256 colours, and the two hues have more shades.
            assert np.abs(frame - np.asarray(drawn)).max() <= 4


def test_inputs_are_pictures_of_their_own(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (1, 9, 7, 3), np.uint8)
    av.log_arrays(tmp_path / "runs", {"layer": np.ones((1, 2, 2, 3))}, picture)
    done = av.export_files(tmp_path / "runs", png=tmp_path / "png")
    (path,) = [one for one in done.paths if "layer" not in one.parts]
    np.testing.assert_array_equal(np.asarray(Image.open(path)), picture[0])


def test_layers_of_all_forms_are_drawn(tmp_path: Path) -> None:
    logs.write_forms(tmp_path / "runs")
    done = av.export_files(
        tmp_path / "runs", png=tmp_path / "png", npz=tmp_path / "all.npz"
    )
    assert done.problems == ()
    assert len(done.paths) > 10
    stored = {
        (one.run, one.layer): one.activations
        for one in av.read_records(tmp_path / "runs")
    }
    with np.load(tmp_path / "all.npz") as archive:
        columns = [archive[name] for name in ("key", "run", "layer", "input")]
        for key, run, layer, name in zip(*columns, strict=True):
            np.testing.assert_array_equal(archive[key], stored[run, layer][name])


def test_names_never_lead_out_of_the_folder(tmp_path: Path) -> None:
    logs.write_hostile(tmp_path / "runs")
    names = ["../../up", "/etc/x", "..", "con", "a/b", "a:b", "A_b"]
    write(
        tmp_path / "runs" / "plain2",
        [of_named(name) for name in names],
    )
    folder = tmp_path / "out"
    done = av.export_files(
        tmp_path / "runs", png=folder / "png", npz=folder / "all.npz"
    )
    for path in done.paths:
        assert path.resolve().is_relative_to(folder.resolve())
        for part in path.relative_to(folder).parts:
            assert part.isascii()
            assert not part.startswith(".")
    assert len({str(path).lower() for path in done.paths}) == len(done.paths)
    with np.load(folder / "all.npz") as archive:
        assert set(names) <= set(archive["layer"].tolist())
        for key in archive["key"]:
            assert ".." not in key.split("/")
            assert not key.startswith("/")


def of_named(name: str) -> av.Record:
    from export.test_page import record

    return record(name, "face")


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["a/b", "a:b", "a/b"], ["a_b", "a_b-2", "a_b"]),
        (["A", "a"], ["A", "a-2"]),
        (["", "..", "."], ["_", "_-2", "_-3"]),
        (["con", "NUL.txt", "console"], ["_con", "_NUL.txt", "console"]),
        (["é" * 300, "x" * 300], ["_", "x" * 80]),
    ],
)
def test_file_names_are_plain_and_their_own(
    names: list[str], chosen: list[str]
) -> None:
    given = FileNames()
    assert [given.of(name) for name in names] == chosen


def test_what_cannot_be_read_is_named_and_the_rest_is_there(tmp_path: Path) -> None:
    broken = parts("conv", 1)
    write_events(
        tmp_path / "runs" / "a" / "events.out.tfevents.1.host",
        [
            (1.0, 0, strings("conv/activations", parts("conv", 0))),
            (2.0, 1, strings("conv/activations", [broken[0], b"no stream"])),
            (3.0, 2, strings("conv/activations", [b"{"])),
        ],
    )
    done = av.export_files(
        tmp_path / "runs", npz=tmp_path / "all.npz", png=tmp_path / "png"
    )
    assert len(done.problems) == 2
    assert all("of layer conv of run a: " in problem for problem in done.problems)
    with np.load(tmp_path / "all.npz") as archive:
        assert archive["step"].tolist() == [0]


@pytest.mark.parametrize("kind", ["png", "gif", "npz", "csv"])
def test_what_is_there_stays_unless_it_shall_be_replaced(
    log_dir: Path, tmp_path: Path, kind: str
) -> None:
    target = tmp_path / "target"
    is_folder = kind in {"png", "gif"}
    if is_folder:
        target.mkdir()
        (target / "mine.txt").write_text("mine")
    else:
        target.write_text("mine")
    options: dict[str, Any] = {kind: target, "layers": "dense"}
    with pytest.raises(av.InputError, match="is there already"):
        av.export_files(log_dir, **options)
    done = av.export_files(log_dir, **options, force=True)
    assert done.paths
    if is_folder:
        assert (target / "mine.txt").read_text() == "mine"
        with pytest.raises(av.InputError, match="is a file that is there already"):
            av.export_files(log_dir, **{kind: target / "mine.txt"}, force=True)


def test_an_export_that_is_stopped_leaves_no_part_of_a_file(
    log_dir: Path, tmp_path: Path
) -> None:
    def stop(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        av.export_files(
            log_dir,
            png=tmp_path / "png",
            npz=tmp_path / "all.npz",
            csv=tmp_path / "all.csv",
            progress=stop,
        )
    assert [*tmp_path.iterdir()] == [tmp_path / "png"]
    for path in (tmp_path / "png").rglob("*.*"):
        assert Image.open(path).size


def test_progress_counts_all_records(log_dir: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    av.export_files(
        log_dir,
        npz=tmp_path / "all.npz",
        gif=tmp_path / "gif",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen[-1] == (26, 26)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_nothing_to_write_is_an_error(log_dir: Path) -> None:
    with pytest.raises(av.InputError, match="Nothing says what to write"):
        av.export_files(log_dir)
