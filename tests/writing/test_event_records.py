"""The records of our event files against TensorBoard's own reader."""

from __future__ import annotations

from pathlib import Path

from events import events

from tb_actviz.writing.event_file import summary_record, version_record
from tb_actviz.writing.summaries import scalar_summary


def test_both_kinds_are_read_by_tensorboard(tmp_path: Path) -> None:
    summary = scalar_summary({"a": 1, "b": 2})
    content = version_record(1.5) + summary_record(summary, 2**40, 2.5)
    (tmp_path / "events.out.tfevents.1").write_bytes(content)
    version, found = events(tmp_path)
    assert (version.wall_time, version.file_version) == (1.5, "brain.Event:2")
    assert (found.wall_time, found.step) == (2.5, 2**40)
    assert [value.tag for value in found.summary.value] == ["a", "b"]
