"""What earlier files hold, also of damaged ones, and without reading them through."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path

import pytest
from events import events
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

from tb_actviz.errors import InputError
from tb_actviz.writing.event_file import HEAD, EventFile, frame
from tb_actviz.writing.history import bytes_of, last_step, steps_of
from tb_actviz.writing.remote import RemoteEventFile, RemoteFolder
from tb_actviz.writing.summaries import scalar_summary

NAME = "events.out.tfevents.1785000000.host.1.0.actviz"
STEPS = st.integers(0, 2**63 - 1)


def log(folder: Path, *steps: int, length: int = 3) -> Path:
    """One file with a summary at each step, some bytes long."""
    with EventFile(folder) as file:
        for step in steps:
            file.add(scalar_summary({"t" * length: 1.0}), step)
        assert file.path is not None
        return file.path


def record(event: Event) -> bytes:
    return frame(event.SerializeToString())


def summary(step: int) -> bytes:
    return record(Event(wall_time=1.5, step=step, summary=scalar_summary({"t": 1})))


@given(st.lists(STEPS, max_size=5))
def test_all_steps_and_the_largest_are_found(steps: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_bytes(b"".join(map(summary, steps)))
        assert steps_of(folder) == set(steps)
        assert last_step(folder) == max(steps, default=None)


def test_nothing_has_no_last_step_and_no_bytes(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing", f"memory:/{tmp_path}"):
        assert steps_of(folder) == set()
        assert last_step(folder) is None
        assert bytes_of(folder) == 0


def test_all_files_of_ours_in_the_folder_count(tmp_path: Path) -> None:
    files = [log(tmp_path, *steps) for steps in ((7, 3), (5, 3), (0,))]
    assert steps_of(tmp_path) == {0, 3, 5, 7}
    assert last_step(tmp_path) == 7
    assert bytes_of(tmp_path) == sum(file.stat().st_size for file in files)


def test_other_files_and_folders_do_not_count(tmp_path: Path) -> None:
    ours = log(tmp_path, 1)
    log(tmp_path / "2", 9)
    log(tmp_path / "folder.tfevents.actviz", 9)
    for name in ("events.out.tfevents.1785000000.host.1.0.v2", "notes.actviz"):
        (tmp_path / name).write_bytes(summary(9))
    (tmp_path / "gone.tfevents.actviz").symlink_to(tmp_path / "nowhere")
    assert last_step(tmp_path) == 1
    assert bytes_of(tmp_path) == ours.stat().st_size


def test_only_summaries_count(tmp_path: Path) -> None:
    parts = [
        Event(wall_time=1.5, file_version="brain.Event:2"),
        Event(wall_time=1.5, step=3, file_version="brain.Event:2"),
        Event(wall_time=1.5, step=4, session_log=SessionLog(status=SessionLog.START)),
        Event(wall_time=1.5, step=5),
        Event(wall_time=1.5),
        Event(wall_time=1.5, step=2, summary=Summary()),
    ]
    (tmp_path / NAME).write_bytes(b"".join(map(record, parts)))
    assert last_step(tmp_path) == 2


def test_a_truncated_file_counts_up_to_its_last_whole_record(tmp_path: Path) -> None:
    whole = [summary(step) for step in (1, 2, 300)]
    ends = [len(b"".join(whole[:count])) for count in range(1, 4)]
    content = b"".join(whole)
    for size in range(len(content) + 1):
        (tmp_path / NAME).write_bytes(content[:size])
        complete = sum(end <= size for end in ends)
        assert last_step(tmp_path) == [None, 1, 2, 300][complete]


def head_of(length: int) -> bytes:
    """The head of a record of any length, whatever follows."""
    number = struct.pack("<Q", length)
    return number + struct.pack("<I", masked_crc32c(number))


@given(st.integers(0, 2**64 - 1))
def test_no_length_in_a_head_is_trusted(length: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        content = summary(6) + head_of(length) + summary(7) * 9
        (Path(folder) / NAME).write_bytes(content)
        assert last_step(folder) == 6


def test_a_wrong_bit_in_a_head_ends_the_file(tmp_path: Path) -> None:
    for bit in range(8 * HEAD):
        damaged = bytearray(summary(7))
        damaged[bit // 8] ^= 1 << bit % 8
        (tmp_path / NAME).write_bytes(summary(6) + damaged + summary(8))
        assert last_step(tmp_path) == 6


@pytest.mark.parametrize(
    "event",
    [
        b"\x09\x00",  # Half a wall time.
        b"not an event",
        b"\x09" + b"\x00" * 8 + b"\x10" + b"\xff" * 10,  # A step without end.
        b"\x09" + b"\x00" * 8 + b"\x10" + b"\xff" * 9 + b"\x01\x2a",  # Step -1.
        b"\x09" + b"\x00" * 8 + b"\x10",  # A step without a number.
    ],
)
def test_what_is_no_event_ends_a_file_but_not_the_others(
    tmp_path: Path, event: bytes
) -> None:
    (tmp_path / NAME).write_bytes(summary(1) + frame(event) + summary(9))
    assert last_step(tmp_path) == 1
    log(tmp_path, 3)
    assert last_step(tmp_path) == 3


def test_an_empty_event_is_passed_over_as_tensorboard_does(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(summary(1) + record(Event()) + summary(9))
    assert steps_of(tmp_path) == {1, 9}
    assert [event.step for event in events(tmp_path)] == [1, 0, 9]


@given(st.binary(max_size=200))
def test_no_content_whatever_is_an_error(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_bytes(content)
        assert last_step(folder) is None
        (Path(folder) / NAME).write_bytes(summary(4) + content)
        assert last_step(folder) == 4
        assert bytes_of(folder) == len(summary(4) + content)


@pytest.mark.parametrize("length", [1, 100, 40_000, 1_000_000])
def test_records_of_any_size_are_skipped_exactly(tmp_path: Path, length: int) -> None:
    log(tmp_path, 2**40, *range(30), length=length)
    assert last_step(tmp_path) == 2**40
    assert last_step(tmp_path) == max(event.step for event in events(tmp_path))


def test_on_another_machine_the_names_tell(tmp_path: Path) -> None:
    url = f"memory:/{tmp_path}/run"
    with RemoteEventFile(url) as file:
        sizes = [file.add(scalar_summary({"t": 1}), step) for step in (7, 0, 2**62)]
    with RemoteEventFile(f"{url}/2") as file:
        file.add(scalar_summary({"t": 1}), 8)
    assert steps_of(url) == {0, 7, 2**62}
    assert last_step(url) == 2**62
    assert bytes_of(url) == sum(sizes)


def test_files_copied_to_another_machine_are_looked_into(tmp_path: Path) -> None:
    ours, url = log(tmp_path, 3, 9, 4), f"memory:/{tmp_path}"
    RemoteFolder(url).upload(ours.name, ours.read_bytes())
    RemoteFolder(url).upload("events.out.tfevents.1.host.1.0.v2", summary(10))
    assert steps_of(url) == {3, 4, 9}
    assert bytes_of(url) == ours.stat().st_size


def test_a_name_on_this_machine_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "events.out.tfevents.1.host.1.ab.step5.actviz").write_bytes(summary(6))
    assert steps_of(tmp_path) == {6}


def test_a_url_that_nothing_knows_is_a_clear_error() -> None:
    with pytest.raises(InputError, match="Protocol not known: gopher"):
        steps_of("gopher://run")
