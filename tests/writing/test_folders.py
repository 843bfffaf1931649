"""What names a folder of a run, here or on another machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tb_actviz.errors import InputError
from tb_actviz.writing.names import as_folder, is_remote


@pytest.mark.parametrize(
    ("log_dir", "path"),
    [
        ("runs/a", Path("runs/a")),
        (Path("/runs/a"), Path("/runs/a")),
        ("file:///runs/a b%20c/", Path("/runs/a b%20c")),
        ("file:/runs", Path("file:/runs")),
    ],
)
def test_folders_of_this_machine(log_dir: str | Path, path: Path) -> None:
    assert not is_remote(log_dir)
    assert as_folder(log_dir) == path


def test_the_home_folder_is_meant_by_its_sign() -> None:
    assert as_folder("~/runs") == Path.home() / "runs"


@pytest.mark.parametrize(
    "log_dir", ["s3://bucket/run", "gs://bucket", "memory:///run", "local:///tmp"]
)
def test_other_urls_are_remote(log_dir: str) -> None:
    assert is_remote(log_dir)
    with pytest.raises(InputError, match=f"{log_dir}' is on another machine"):
        as_folder(log_dir)


@pytest.mark.parametrize("log_dir", ["file://runs/a", "file://", "file://~/runs"])
def test_a_url_of_this_machine_has_an_absolute_path(log_dir: str) -> None:
    with pytest.raises(InputError, match="three slashes: file:///path"):
        as_folder(log_dir)


@pytest.mark.parametrize("log_dir", ["", "a\0b", "file:///a\0b"])
def test_what_is_no_path_is_refused(log_dir: str) -> None:
    with pytest.raises(InputError, match="is not a path"):
        as_folder(log_dir)
