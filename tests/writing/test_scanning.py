"""Event files of any writer, sound and damaged, without reading them through."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from events import event_files, events
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tb_actviz.writing.event_file import FOOT, HEAD, frame
from tb_actviz.writing.reader import DamagedFileError, Source, StoredEvent, fields, scan
from tb_actviz.writing.summaries import image_summary, scalar_summary

STEPS = st.integers(0, 2**63 - 1)


def event(step: int, tag: str = "t") -> bytes:
    summary = scalar_summary({tag: 1})
    return Event(wall_time=1.5, step=step, summary=summary).SerializeToString()


def source(content: bytes) -> Source:
    return Source(io.BytesIO(content), len(content))


def scanned(content: bytes) -> list[StoredEvent]:
    return list(scan(source(content)))


def varint(number: int) -> bytes:
    low, high = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(high) if high else bytes([low])


@given(st.binary(max_size=3000), st.lists(st.tuples(STEPS, STEPS), max_size=9))
def test_a_source_reads_any_stretches_in_any_order(
    content: bytes, stretches: list[tuple[int, int]]
) -> None:
    read = source(content)
    for first, second in stretches:
        start, end = sorted((first % (len(content) + 1), second % (len(content) + 1)))
        assert read.read(start, end) == content[start:end]


def test_a_source_ends_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        assert Source(file, 10).read(7, 2**40) == b"789"
        assert Source(file, 8).read(7, 9) == b"7"


def test_events_of_tensorboard_s_own_writer_are_found(tmp_path: Path) -> None:
    writer = EventFileWriter(str(tmp_path))
    for step in (0, 3, 2**40):
        for summary in (scalar_summary({"a": 1, "b": 2}), Summary()):
            writer.add_event(Event(wall_time=0.1 * step, step=step, summary=summary))
    writer.close()
    (path,) = event_files(tmp_path)
    content = path.read_bytes()
    found, expected = scanned(content), list(events(tmp_path))
    assert len(found) == len(expected) == 7
    for one, whole in zip(found, expected, strict=True):
        assert (one.step, one.wall_time) == (whole.step, whole.wall_time)
        assert Event.FromString(content[one.start : one.end]).step == whole.step
    assert [one.summary is None for one in found] == [True, *[False] * 6]
    start, end = found[1].summary or (0, 0)
    assert Summary.FromString(content[start:end]) == scalar_summary({"a": 1, "b": 2})


@given(STEPS, st.floats(1, 1e10), st.text(max_size=30))
def test_fields_may_come_in_any_order(step: int, wall_time: float, tag: str) -> None:
    summary = scalar_summary({tag: 1.0}).SerializeToString()
    parts = [
        b"\x09" + struct.pack("<d", wall_time),
        b"\x10" + varint(step),
        b"\x2a" + varint(len(summary)) + summary,
        b"\x98\x06\x07",  # A field of a later version.
        b"\xa5\x06abcd",
    ]
    for order in (parts, parts[::-1]):
        content = frame(b"".join(order))
        (found,) = scanned(content)
        assert (found.step, found.wall_time) == (step, wall_time)
        start, end = found.summary or (0, 0)
        assert content[start:end] == summary


def test_what_is_no_summary_has_none() -> None:
    content = [
        Event(wall_time=1.5, file_version="brain.Event:2"),
        Event(wall_time=1.5, step=4, session_log=SessionLog(status=SessionLog.START)),
        Event(),
        Event(step=2, summary=Summary()),
    ]
    found = scanned(b"".join(frame(one.SerializeToString()) for one in content))
    assert [one.step for one in found] == [0, 4, 0, 2]
    assert [one.summary is None for one in found] == [True, True, True, False]


def test_fields_are_those_of_a_message() -> None:
    (value,) = image_summary("a/tag", b"x" * 100_000, 3, 4, "Described.").value
    content = value.SerializeToString()
    read = source(content)
    found = {key: content[a:b] for key, a, b in fields(read, 0, len(content))}
    assert found == {
        0x0A: b"a/tag",
        0x42: value.tensor.SerializeToString(),
        0x4A: value.metadata.SerializeToString(),
    }


def test_a_file_that_is_being_written_ends_with_its_last_whole_record() -> None:
    whole = [frame(event(step)) for step in (1, 2, 300)]
    ends = [len(b"".join(whole[:count])) for count in range(1, 4)]
    content = b"".join(whole)
    for size in range(len(content) + 1):
        complete = sum(end <= size for end in ends)
        found = [one.step for one in scanned(content[:size])]
        assert found == [1, 2, 300][:complete]
        assert [one.step for one in scan(Source(io.BytesIO(content), size))] == found


def steps_before_damage(content: bytes, what: str) -> list[int]:
    found: list[int] = []
    with pytest.raises(DamagedFileError, match=what):
        found.extend(one.step for one in scan(source(content)))
    return found


def test_a_wrong_bit_in_a_head_is_damage() -> None:
    before = frame(event(6))
    what = f"^the record at byte {len(before)} is damaged$"
    for bit in range(8 * HEAD):
        damaged = bytearray(frame(event(7)))
        damaged[bit // 8] ^= 1 << bit % 8
        content = before + damaged + frame(event(8))
        assert steps_before_damage(content, what) == [6]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (b"\x09\x00", "a field is damaged"),  # Half a wall time.
        (b"not an event", "a field has the type 6"),
        (b"\x10" + b"\xff" * 10, "a number has no end"),
        (b"\x10" + b"\xff" * 9 + b"\x01", "its step is negative"),
        (b"\x10", "a number has no end"),
        (b"\x2a\x05abcd", "a field is damaged"),
        (b"\x2a" + b"\xff" * 9 + b"\x01", "a field is damaged"),
        (b"\x02\x00", "a field is damaged"),  # A field with the number 0.
        (b"\x00", "a number has no end"),
        (b"\x0b", "a field has the type 3"),
    ],
)
def test_what_is_no_event_is_damage(wrong: bytes, reason: str) -> None:
    content = frame(event(1)) + frame(wrong) + frame(event(9))
    what = f"^the record at byte {len(frame(event(1)))} holds no event: {reason}$"
    assert steps_before_damage(content, what) == [1]


@given(st.binary(max_size=300))
def test_no_content_whatever_is_another_error(content: bytes) -> None:
    for tail in (content, frame(content)):
        found: list[int] = []
        with suppress(DamagedFileError):
            found.extend(one.step for one in scan(source(frame(event(4)) + tail)))
        assert found[0] == 4


@given(st.binary(max_size=300))
def test_fields_are_read_or_refused(content: bytes) -> None:
    ends = [0]
    try:
        for key, start, end in fields(source(content), 0, len(content)):
            assert key >= 8
            assert ends[-1] < start <= end <= len(content)
            ends.append(end)
    except ValueError:
        return
    assert ends[-1] == len(content)


def test_a_huge_record_takes_no_memory(tmp_path: Path) -> None:
    size = 2**34
    beginning = b"\x10\x08\x2a" + varint(size)
    length = struct.pack("<Q", len(beginning) + size)
    content = length + struct.pack("<I", masked_crc32c(length)) + beginning
    path = tmp_path / "file"
    path.write_bytes(content)
    os.truncate(path, len(content) + size + FOOT)  # A hole in the file.
    tracemalloc.start()
    try:
        with path.open("rb") as file:
            (found,) = scan(Source(file, path.stat().st_size))
        assert found.step == 8
        assert found.summary == (len(content), len(content) + size)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("length", [1, 100, 511, 512, 513, 40_000, 1_000_000])
def test_records_of_any_size_are_skipped_exactly(length: int) -> None:
    rng = np.random.default_rng(length)
    steps = rng.integers(0, 2**62, 20).tolist()
    content = b"".join(frame(event(step, "t" * length)) for step in steps)
    assert [one.step for one in scanned(content)] == steps
