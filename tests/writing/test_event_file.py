"""Event files against TensorBoard's own readers, and against faults."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import google_crc32c
import numpy as np
import pytest
from events import event_files, events
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

from tb_actviz.errors import InputError
from tb_actviz.writing.event_file import EventFile, frame


def scalar(tag: str, value: float) -> Summary:
    return Summary(value=[Summary.Value(tag=tag, simple_value=value)])


def test_what_is_written_is_read_back_in_order(tmp_path: Path) -> None:
    before = time.time()
    with EventFile(tmp_path / "a" / "b") as file:
        for step in range(3):
            file.add(scalar(f"tag {step}", step / 2), step)
    version, *found = events(tmp_path)
    assert version.file_version == "brain.Event:2"
    assert [(e.step, e.summary.value[0].tag) for e in found] == [
        (0, "tag 0"),
        (1, "tag 1"),
        (2, "tag 2"),
    ]
    assert all(before <= e.wall_time <= time.time() for e in found)


def test_no_file_before_the_first_summary_and_a_new_one_each_time(
    tmp_path: Path,
) -> None:
    with EventFile(tmp_path) as file:
        assert file.path is None
    assert event_files(tmp_path) == []
    for _ in range(2):
        with EventFile(tmp_path) as file:
            file.add(scalar("a", 1), 0)
    assert len(event_files(tmp_path)) == 2


def test_a_record_is_on_disk_at_once(tmp_path: Path) -> None:
    file = EventFile(tmp_path)
    file.add(scalar("a", 1), 7)
    assert [e.step for e in events(tmp_path)] == [0, 7]
    file.close()
    file.close()
    with pytest.raises(ValueError, match="is closed"):
        file.add(scalar("a", 1), 8)


@given(st.binary(max_size=300))
def test_frames_are_tfrecords(payload: bytes) -> None:
    record = frame(payload)
    (length,) = struct.unpack("<Q", record[:8])
    assert length == len(payload)
    assert struct.unpack("<I", record[8:12])[0] == masked_crc32c(record[:8])
    assert record[12:-4] == payload
    assert struct.unpack("<I", record[-4:])[0] == masked_crc32c(payload)


def test_the_checksum_is_native() -> None:
    assert google_crc32c.implementation == "c"


def test_negative_steps_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with EventFile(tmp_path) as file, pytest.raises(ValueError, match="step=-1"):
        file.add(scalar("a", 1), -1)
    assert event_files(tmp_path) == []


@pytest.mark.parametrize("step", [2**63, 2.5, None, True, "3"])
def test_what_is_no_step_is_refused(tmp_path: Path, step: object) -> None:
    with EventFile(tmp_path) as file, pytest.raises(InputError, match="expected"):
        file.add(scalar("a", 1), step)  # type: ignore[arg-type]
    assert event_files(tmp_path) == []


def test_the_folder_is_made_with_the_file(tmp_path: Path) -> None:
    with EventFile(tmp_path / "a" / "b") as file:
        assert list(tmp_path.iterdir()) == []
        file.add(scalar("a", 1), np.int64(3))
    assert len(event_files(tmp_path / "a" / "b")) == 1


@pytest.mark.parametrize("folder", ["", "a\0b", "gs://bucket/run", "file:///tmp/x"])
def test_what_is_no_folder_here_is_refused(folder: str) -> None:
    with pytest.raises(InputError, match="The log directory"):
        EventFile(folder)


def test_the_home_folder_is_meant_by_its_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with EventFile("~/run") as file:
        file.add(scalar("a", 1), 0)
    assert len(event_files(tmp_path / "run")) == 1


def test_a_file_in_the_way_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    for folder in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(
            InputError, match="is, or lies in, something that is a file"
        ):
            EventFile(folder)


@pytest.fixture
def nobody() -> Iterator[None]:
    """Root may write anywhere; an ordinary user may not."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX permissions")
@pytest.mark.usefixtures("nobody")
def test_a_read_only_folder_is_a_clear_error() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o500)
        with pytest.raises(InputError, match="cannot be written to: Permission denied"):
            EventFile(folder)
        with pytest.raises(InputError, match="cannot be written to: Permission denied"):
            EventFile(Path(folder) / "below")


def test_a_name_that_is_too_long_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written to: File name too long"):
        EventFile(tmp_path / ("x" * 300))


def test_a_killed_process_leaves_complete_records(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from tensorboard.compat.proto.summary_pb2 import Summary\n"
        "from tb_actviz.writing.event_file import EventFile\n"
        "file = EventFile(sys.argv[1])\n"
        "step = 0\n"
        "while True:\n"
        "    value = Summary.Value(tag='t' * 5000, simple_value=step)\n"
        "    file.add(Summary(value=[value]), step)\n"
        "    step += 1\n"
        "    print(step, flush=True)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    while int(child.stdout.readline()) < 200:
        pass
    child.send_signal(signal.SIGKILL)
    child.wait()
    steps = [event.step for event in events(tmp_path) if event.summary.value]
    assert len(steps) >= 200
    assert steps == list(range(len(steps)))


def test_two_processes_at_once_make_two_whole_files(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from tensorboard.compat.proto.summary_pb2 import Summary\n"
        "from tb_actviz.writing.event_file import EventFile\n"
        "with EventFile(sys.argv[1]) as file:\n"
        "    for step in range(100):\n"
        "        value = Summary.Value(tag=sys.argv[2], simple_value=1)\n"
        "        file.add(Summary(value=[value]), step)\n"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), tag])
        for tag in ("a", "b")
    ]
    assert [child.wait() for child in children] == [0, 0]
    assert len(event_files(tmp_path)) == 2
    tags = [v.tag for e in events(tmp_path) for v in e.summary.value]
    assert sorted(tags) == ["a"] * 100 + ["b"] * 100
