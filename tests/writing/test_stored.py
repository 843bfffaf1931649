"""Event files are found wherever TensorBoard finds them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tensorboard.backend.event_processing.plugin_event_multiplexer import (
    EventMultiplexer,
)

from tb_actviz.writing.event_file import EventFile
from tb_actviz.writing.reader import event_files, runs_below
from tb_actviz.writing.remote import RemoteFolder
from tb_actviz.writing.summaries import scalar_summary

NAMES = ["events.out.tfevents.2.b", "events.out.tfevents.1.a", "x.tfevents", "notes"]
FOUND = ["events.out.tfevents.1.a", "events.out.tfevents.2.b", "x.tfevents"]


def fill(tmp_path: Path, place: str, folder: str) -> str:
    """Put files of every name into a folder; give where that is."""
    if place == "here":
        where = tmp_path / folder
        where.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            (where / name).write_bytes(name.encode())
        return str(where)
    url = f"memory:/{tmp_path}/{folder}"
    for name in NAMES:
        RemoteFolder(url).upload(name, name.encode())
    return url


@pytest.mark.parametrize("place", ["here", "remote"])
def test_event_files_of_a_folder_are_listed_in_order(
    tmp_path: Path, place: str
) -> None:
    folder = fill(tmp_path, place, "run")
    fill(tmp_path, place, "run/below.tfevents")
    found = event_files(folder)
    assert [file.name for file in found] == FOUND
    for file in found:
        assert file.size == len(file.name)
        assert file.path.endswith(f"run/{file.name}")
        assert file.read(0, file.size) == file.name.encode()
        assert file.read(2, 5) == file.name.encode()[2:5]
        with file.open() as opened:
            assert opened.read() == file.name.encode()


@pytest.mark.parametrize("place", ["here", "remote"])
def test_a_list_is_never_an_old_one(tmp_path: Path, place: str) -> None:
    folder = fill(tmp_path, place, "run")
    assert len(event_files(folder)) == 3
    NAMES.append("new.tfevents")
    try:
        fill(tmp_path, place, "run")
    finally:
        NAMES.pop()
    assert len(event_files(folder)) == 4
    assert len(runs_below(folder)["."]) == 4


@pytest.mark.parametrize("place", ["here", "remote"])
def test_runs_are_named_by_their_folders(tmp_path: Path, place: str) -> None:
    for folder in ("runs", "runs/b/c", "runs/a", "runs/b/ä ö"):
        fill(tmp_path, place, folder)
    top = str(tmp_path / "runs") if place == "here" else f"memory:/{tmp_path}/runs"
    for log_dir in (top, f"{top}/"):
        found = runs_below(log_dir)
        assert list(found) == [".", "a", "b/c", "b/ä ö"]
        for files in found.values():
            assert [file.name for file in files] == FOUND
    assert list(runs_below(f"{top}/b")) == ["c", "ä ö"]


def test_files_of_this_machine_may_be_named_by_a_url(tmp_path: Path) -> None:
    folder = fill(tmp_path, "here", "run")
    assert event_files(f"file://{folder}") == event_files(folder)
    assert runs_below(f"file://{tmp_path}") == runs_below(tmp_path)


@pytest.mark.parametrize("place", ["{}/missing", "memory:/{}/missing", "{}/a_file"])
def test_what_is_missing_holds_nothing(tmp_path: Path, place: str) -> None:
    (tmp_path / "a_file").write_text("")
    assert event_files(place.format(tmp_path)) == []
    assert runs_below(place.format(tmp_path)) == {}


def test_links_are_followed_but_not_into_circles(tmp_path: Path) -> None:
    runs, elsewhere = tmp_path / "runs", tmp_path / "elsewhere"
    for folder in (runs / "a", elsewhere):
        with EventFile(folder) as file:
            file.add(scalar_summary({"t": 1}), 0)
    (runs / "linked").symlink_to(elsewhere)
    (runs / "twice").symlink_to(runs / "a")
    (runs / "a" / "loop").symlink_to(runs)
    (elsewhere / "self").symlink_to(elsewhere)
    (runs / "broken").symlink_to(tmp_path / "nowhere")
    (runs / "broken.tfevents").symlink_to(tmp_path / "nowhere")
    found = list(runs_below(runs))
    assert found == ["a", "linked", "twice"]


def test_the_names_are_those_of_tensorboard(tmp_path: Path) -> None:
    for folder in ("", "a", "b/c", "b/c/d"):
        with EventFile(tmp_path / folder) as file:
            file.add(scalar_summary({"t": 1}), 0)
    multiplexer = EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(tmp_path))
    assert list(runs_below(tmp_path)) == sorted(multiplexer.Runs())
