"""`tb-actviz export`: what it says, writes, and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import fails, run

import tb_actviz as av


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("export") / "runs"
    maps = np.random.default_rng(0).normal(size=(2, 8, 8, 4))
    with av.ArrayLogger(folder / "first") as log:
        for step in range(0, 120, 10):
            log({"conv1": maps * step, "conv2": -maps}, step=step)
    return str(folder)


def test_a_page_is_written_and_said(log_dir: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = run("export", log_dir, "--html", str(page))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{page}: {page.stat().st_size / 1e6:.1f} MB\n"


def test_what_was_chosen_and_what_is_left_out_is_said(
    log_dir: str, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    done = run(
        *("export", log_dir, "--html", str(page), "--layers", "conv1"),
        *("--steps", "0,20:100:20", "--inputs", "input_1", "--max-mb", "0.45"),
    )
    chosen = "chosen: 1 of 2 layers; 6 of 12 steps; inputs input_1"
    assert done.stdout.splitlines()[1] == chosen


def test_the_answer_as_json_is_all_that_is_on_standard_output(
    log_dir: str, tmp_path: Path
) -> None:
    page, table = tmp_path / "report.html", tmp_path / "all.csv"
    done = run(
        *("export", log_dir, "--html", str(page), "--csv", str(table), "--json"),
    )
    assert json.loads(done.stdout) == {
        "log_dir": log_dir,
        "html": str(page),
        "bytes": page.stat().st_size,
        "chosen": [],
        "left_out": [],
        "not_read": [],
        "files": [str(table)],
    }


def test_files_are_written_and_listed(log_dir: str, tmp_path: Path) -> None:
    done = run(
        *("export", log_dir, "--png", str(tmp_path / "png"), "--steps", "110"),
        *("--gif", str(tmp_path / "gif"), "--npz", str(tmp_path / "all.npz")),
    )
    assert done.returncode == 0, done.stderr
    listed = done.stdout.splitlines()
    assert len(listed) == 2 * 2 + 1
    assert all(Path(line).is_file() for line in listed)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["LOG"], "Nothing says what to write. Name a page with --html report.html"),
        (["nowhere", "--html", "OUT"], "'nowhere' is not a folder"),
        (["LOG", "--html", "LOG"], "is a folder that is there already"),
        (["LOG", "--html", "OUT", "--layers", "conv3"], "Did you mean 'conv"),
        (["LOG", "--html", "OUT", "--runs", "frist"], "Did you mean 'first'"),
        (["LOG", "--html", "OUT", "--inputs", "input_2"], "no input 'input_2'"),
        (
            ["LOG", "--html", "OUT", "--steps", "5"],
            "No layer was logged at these",
        ),
        (["LOG", "--html", "OUT", "--steps", "1:x"], "expected steps such as 0,100"),
        (["LOG", "--html", "OUT", "--steps", "1:2:3:4"], "expected steps such as"),
        (["LOG", "--html", "OUT", "--steps", "1:5:0"], "expected steps such as"),
        (["LOG", "--html", "OUT", "--max-mb", "0.1"], "does not fit into 0.1 MB"),
        (["LOG", "--html", "OUT", "--max-mb", "-3"], "expected a number above 0"),
        (["LOG", "--html", "OUT", "--precision", "int8"], "no precision 'int8'"),
        (["LOG", "--npz", "OUT", "--split"], "--split is about a page"),
        (["LOG", "--npz", "OUT", "--max-mb", "3"], "--max-mb is about a page"),
        (["LOG", "--png", "TAKEN"], "is a file that is there already"),
        (["LOG", "--html", "TAKEN/page.html"], "taken', which is a file. Choose"),
        (["LOG", "--csv", "TAKEN/a/b.csv"], "taken', which is a file. Choose"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str],
    log_dir: str,
    tmp_path: Path,
    arguments: list[str],
    words: str,
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    given = {"LOG": log_dir, "OUT": str(tmp_path / "out"), "TAKEN": str(taken)}
    named = [given.get(a, a.replace("TAKEN", str(taken))) for a in arguments]
    assert words in fails(capsys, "export", *named)
    assert [*tmp_path.iterdir()] == [taken]
    assert taken.read_text() == "mine"
