"""Folders on other machines, which may be missing, locked or gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tb_actviz.errors import InputError
from tb_actviz.writing.remote import RemoteFolder


class Failing(MemoryFileSystem):
    """A machine that fails in the way that its class attributes say."""

    protocol = "failing"
    # Not those of other file systems in memory.
    store: dict[str, Any] = {}  # noqa: RUF012
    pseudo_dirs = [""]  # noqa: RUF012
    error: BaseException | None = None
    listing_error: Exception | None = None

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return super()._strip_protocol(path.replace("failing://", "memory://"))

    def pipe_file(self, path: str, value: bytes, **options: Any) -> None:
        if type(self).error is None:
            return super().pipe_file(path, value, **options)
        super().pipe_file(path, value[: len(value) // 2])
        raise type(self).error

    def ls(self, path: str, *given: Any, **options: Any) -> Any:
        if type(self).listing_error is not None:
            raise type(self).listing_error
        return super().ls(path, *given, **options)


fsspec.register_implementation("failing", Failing, clobber=True)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Sets and resets how the machine fails."""
    monkeypatch.setattr(Failing, "store", {})
    return monkeypatch


def test_a_file_is_written_whole_and_found(tmp_path: Path) -> None:
    folder = RemoteFolder(f"memory:/{tmp_path}/run/")
    assert folder.url == f"memory:/{tmp_path}/run"
    assert folder.files() == []
    folder.check()
    assert folder.upload("a", b"one") == f"memory:/{tmp_path}/run/a"
    (file,) = folder.files()
    assert (file.name, file.size, file.read(1, 3)) == ("a", 3, b"ne")


def test_the_root_of_a_machine_is_a_folder_too(failing: pytest.MonkeyPatch) -> None:
    folder = RemoteFolder("failing://")
    folder.check()
    assert folder.upload("a", b"one") == "failing:///a"
    assert [file.name for file in folder.files()] == ["a"]
    assert [*folder.files_below()] == [""]


def test_folders_are_made_where_there_are_any(tmp_path: Path) -> None:
    folder = RemoteFolder(f"local://{tmp_path}/a/b")
    folder.check()
    folder.upload("name", b"content")
    assert (tmp_path / "a/b/name").read_bytes() == b"content"
    assert list(folder.files_below()) == [""]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(28, "No space left"), "No space left"),
        (RuntimeError("Odd."), "failing:///run cannot be reached: RuntimeError: Odd$"),
    ],
)
def test_a_failed_upload_leaves_nothing(
    failing: pytest.MonkeyPatch, error: Exception, text: str
) -> None:
    folder = RemoteFolder("failing:///run")
    folder.upload("before", b"whole")
    failing.setattr(Failing, "error", error)
    with pytest.raises(OSError, match=text):
        folder.upload("name", b"content")
    assert [file.name for file in folder.files()] == ["before"]


def test_an_interrupted_upload_leaves_nothing(failing: pytest.MonkeyPatch) -> None:
    failing.setattr(Failing, "error", KeyboardInterrupt())
    folder = RemoteFolder("failing:///run")
    with pytest.raises(KeyboardInterrupt):
        folder.upload("name", b"content")
    assert folder.files() == []


@pytest.mark.parametrize("error", [PermissionError("Forbidden"), ValueError("No key.")])
def test_a_folder_that_cannot_be_listed_is_a_clear_error(
    failing: pytest.MonkeyPatch, error: Exception
) -> None:
    folder = RemoteFolder("failing:///run")
    failing.setattr(Failing, "listing_error", error)
    with pytest.raises(
        InputError,
        match=r"'failing:///run' cannot be read: .*(Forbidden|No key)\. Check the addr",
    ):
        folder.check()
    for listing in (folder.files, folder.files_below):
        with pytest.raises(OSError, match=r"Forbidden|No key"):
            listing()


def test_a_url_that_nothing_knows_is_a_clear_error() -> None:
    with pytest.raises(
        InputError,
        match=r"'gopher://run' cannot be reached: ValueError: Protocol not known: "
        r"gopher\. Name a folder",
    ):
        RemoteFolder("gopher://run")


@pytest.mark.parametrize(
    ("url", "missing"),
    [
        ("s3://bucket/run", "s3fs"),
        ("gs://bucket/run", "gcsfs"),
        ("memory:///run", "fsspec"),
    ],
)
def test_a_missing_package_and_what_brings_it_are_named(url: str, missing: str) -> None:
    program = (
        "import sys\n"
        f"sys.modules[{missing!r}] = None\n"
        "from tb_actviz.writing.remote import RemoteFolder\n"
        "try:\n"
        f"    RemoteFolder({url!r})\n"
        "except ValueError as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"InputError The log directory {url!r} is on another")
    assert missing in done.stdout
    assert "pip install 'tb-actviz[remote]'" in done.stdout


def test_nothing_of_it_is_imported_before_it_is_needed() -> None:
    program = (
        "import sys, tb_actviz.reading, tb_actviz.writing.remote\n"
        "print('fsspec' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
