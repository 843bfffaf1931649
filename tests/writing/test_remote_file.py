"""Event files on another machine: one for each step, whole or not there."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.errors import InputError
from tb_actviz.writing.event_file import frame
from tb_actviz.writing.names import step_in
from tb_actviz.writing.reader import Source, event_files, scan
from tb_actviz.writing.remote import RemoteEventFile, RemoteFolder
from tb_actviz.writing.summaries import scalar_summary


def scalar(tag: str, value: float = 1) -> Summary:
    return scalar_summary({tag: value})


def contents(url: str) -> list[list[Event]]:
    """The events of every file, in the order in which TensorBoard reads them."""
    found = []
    for file in event_files(url):
        data = file.read(0, file.size)
        with file.open() as opened:
            places = [(one.start, one.end) for one in scan(Source(opened, file.size))]
        found.append([Event.FromString(data[start:end]) for start, end in places])
        assert data == b"".join(frame(data[start:end]) for start, end in places)
    return found


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"memory:/{tmp_path}/run"


def test_each_step_becomes_a_file(url: str) -> None:
    before = time.time()
    with RemoteEventFile(url) as file:
        assert (file.log_dir, file.path) == (url, None)
        for step in (0, 5, 6):
            for tag in ("a", "b"):
                file.add(scalar(tag, step / 2), step)
            assert len(event_files(url)) == [0, 5, 6].index(step)
            file.flush()
            assert file.path == f"{url}/{event_files(url)[-1].name}"
            file.flush()
    found = contents(url)
    for step, (version, *events) in zip((0, 5, 6), found, strict=True):
        assert version.file_version == "brain.Event:2"
        assert [one.step for one in events] == [step, step]
        assert [one.summary for one in events] == [
            scalar("a", step / 2),
            scalar("b", step / 2),
        ]
        for one in (version, *events):
            assert before <= one.wall_time <= time.time()
    assert [step_in(file.name) for file in event_files(url)] == [0, 5, 6]


def test_another_step_and_the_end_upload_what_was_added(url: str) -> None:
    file = RemoteEventFile(url)
    file.add(scalar("a"), 3)
    file.add(scalar("a"), np.int64(4))
    assert [step_in(one.name) for one in event_files(url)] == [3]
    file.close()
    file.close()
    assert [step_in(one.name) for one in event_files(url)] == [3, 4]
    with pytest.raises(ValueError, match=f"The event file in '{url}' is closed"):
        file.add(scalar("a"), 5)


def test_nothing_added_is_nothing_written(url: str) -> None:
    with RemoteEventFile(url) as file:
        file.flush()
    assert event_files(url) == []


def test_adding_tells_by_how_much_the_files_grow(url: str) -> None:
    with RemoteEventFile(url) as file:
        grown = [file.add(scalar("t" * 1000), step) for step in (0, 0, 1)]
    sizes = [one.size for one in event_files(url)]
    assert sizes == [grown[0] + grown[1], grown[2]]


@pytest.mark.parametrize(
    "other",
    [
        "events.out.tfevents.{ahead}.host.1.0.v2",
        "events.out.tfevents.9999999999.host.1.0.v2",
        "run.tfevents",
    ],
)
def test_files_sort_after_all_that_are_there_at_that_time(url: str, other: str) -> None:
    name = other.format(ahead=int(time.time()) + 3600)
    order = []
    with RemoteEventFile(url) as file:
        for step in range(12):
            if step == 6:
                RemoteFolder(url).upload(name, b"")
                order.append(f"{url}/{name}")
            file.add(scalar("a"), step)
            file.flush()
            order.append(str(file.path))
    assert order == sorted(order)
    assert [f"{url}/{one.name}" for one in event_files(url)] == order


def test_two_writers_of_one_second_do_not_overwrite_each_other(url: str) -> None:
    files = [RemoteEventFile(url) for _ in range(3)]
    for file in files:
        file.add(scalar("a"), 7)
    for file in files:
        file.close()
    assert len(event_files(url)) == 3


@pytest.mark.parametrize("step", [-1, 2**63, 2.5, None, True, "3"])
def test_what_is_no_step_is_refused(url: str, step: object) -> None:
    with RemoteEventFile(url) as file, pytest.raises(InputError, match=r"[Ee]xpected"):
        file.add(scalar("a"), step)  # type: ignore[arg-type]
    assert event_files(url) == []


def test_what_is_no_summary_does_not_end_the_file(url: str) -> None:
    with RemoteEventFile(url) as file:
        file.add(scalar("a"), 1)
        with pytest.raises(TypeError):
            file.add("no summary", 1)  # type: ignore[arg-type]
        file.add(scalar("b"), 1)
    ((_, *events),) = contents(url)
    assert [one.summary for one in events] == [scalar("a"), scalar("b")]


def test_a_failed_upload_ends_the_writing(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    url = f"local://{tmp_path}/run"
    file = RemoteEventFile(url)
    file.add(scalar("a"), 0)
    file.flush()
    (tmp_path / "run").rename(tmp_path / "kept")
    (tmp_path / "run").write_text("in the way")
    file.add(scalar("a"), 1)
    with pytest.raises(OSError, match="File exists"):
        file.flush()
    with pytest.raises(ValueError, match="is closed"):
        file.add(scalar("a"), 2)
    file.close()
    assert (tmp_path / "run").read_text() == "in the way"
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_a_file_deleted_is_followed_by_a_new_one(url: str) -> None:
    with RemoteEventFile(url) as file:
        for step in range(2):
            file.add(scalar("a"), step)
            file.flush()
            assert not file.is_deleted
            (stored,) = event_files(url)
            stored.system.rm(stored.path)  # type: ignore[attr-defined]
        file.add(scalar("a"), 2)
    assert [step_in(one.name) for one in event_files(url)] == [2]
