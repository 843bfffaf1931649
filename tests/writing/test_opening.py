"""Paths get a file that grows, URLs files that are uploaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from events import event_files

from tb_actviz.errors import InputError
from tb_actviz.writing.event_file import EventFile
from tb_actviz.writing.remote import RemoteEventFile, open_event_file
from tb_actviz.writing.summaries import scalar_summary


@pytest.mark.parametrize("log_dir", ["{}/run", "file://{}/run"])
def test_a_folder_of_this_machine_gets_an_event_file(
    tmp_path: Path, log_dir: str
) -> None:
    with open_event_file(log_dir.format(tmp_path)) as file:
        assert isinstance(file, EventFile)
        file.add(scalar_summary({"a": 1}), 0)
    assert len(event_files(tmp_path / "run")) == 1
    assert isinstance(open_event_file(tmp_path), EventFile)


def test_a_url_gets_remote_files(tmp_path: Path) -> None:
    file = open_event_file(f"memory:/{tmp_path}/run")
    assert isinstance(file, RemoteEventFile)
    assert file.log_dir == f"memory:/{tmp_path}/run"


def test_what_is_to_be_done_with_a_deleted_file_is_passed_on(tmp_path: Path) -> None:
    with open_event_file(tmp_path / "a", lambda: tmp_path / "b") as file:
        file.add(scalar_summary({"a": 1}), 0)
        event_files(tmp_path)[0].unlink()
        file.add(scalar_summary({"a": 1}), 1)
    assert event_files(tmp_path)[0].parent == tmp_path / "b"


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    for log_dir in (tmp_path / "taken", "gopher://run", ""):
        with pytest.raises(InputError, match="The log directory"):
            open_event_file(log_dir)
