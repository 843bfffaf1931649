"""Event files against TensorBoard's own readers, and against faults."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from events import event_files, events
from tensorboard.backend.event_processing.plugin_event_multiplexer import (
    EventMultiplexer,
)
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.errors import InputError
from tb_actviz.writing.event_file import EventFile
from tb_actviz.writing.summaries import scalar_summary


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


@pytest.mark.parametrize("folder", ["", "a\0b", "gs://bucket/run", "file://x"])
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


def test_adding_tells_by_how_much_the_file_grew(tmp_path: Path) -> None:
    with EventFile(tmp_path) as file:
        sizes = []
        grown = []
        for step, length in enumerate([3, 70_000, 0]):
            grown.append(file.add(scalar("t" * length, 1), step))
            assert file.path is not None
            sizes.append(file.path.stat().st_size)
    assert grown == [sizes[0], sizes[1] - sizes[0], sizes[2] - sizes[1]]


def test_what_is_no_summary_does_not_end_the_file(tmp_path: Path) -> None:
    with EventFile(tmp_path) as file:
        with pytest.raises(TypeError):
            file.add("no summary", 0)  # type: ignore[arg-type]
        file.add(scalar("a", 1), 1)
    assert [e.step for e in events(tmp_path) if e.summary.value] == [1]


class Loader:
    """TensorBoard's own Python loader, which goes on from where it was."""

    def __init__(self, log_dir: Path) -> None:
        self.multiplexer = EventMultiplexer()
        self.log_dir = log_dir

    def steps(self) -> list[int]:
        self.multiplexer.AddRunsFromDirectory(str(self.log_dir))
        self.multiplexer.Reload()
        return [event.step for event in self.multiplexer.Tensors(".", "loss")]


def log(folder: Path, *steps: int) -> None:
    with EventFile(folder) as file:
        for step in steps:
            file.add(scalar_summary({"loss": step}), step)


def test_the_python_loader_reads_every_file_of_one_second(tmp_path: Path) -> None:
    loader = Loader(tmp_path)
    # Past the step of the counter in the name to two digits.
    for opening in range(12):
        log(tmp_path, 2 * opening, 2 * opening + 1)
        assert loader.steps() == list(range(2 * opening + 2))


@pytest.mark.parametrize(
    "other",
    [
        # Another host and a larger process.
        "events.out.tfevents.{now}.zebra.9999999.9.v2",
        # From before the clock was set back.
        "events.out.tfevents.{hour_ahead}.host.1.0.v2",
        # From the year 2100, and from the last second there is.
        "events.out.tfevents.4102444800.host.1.0.v2",
        "events.out.tfevents.9999999999.host.1.0.v2",
        "events.out.tfevents.99999999999999",
        "run.tfevents",
    ],
)
def test_the_python_loader_reads_a_new_file_after_any_other(
    tmp_path: Path, other: str
) -> None:
    log(tmp_path, 0, 1)
    now = int(time.time())
    (found,) = event_files(tmp_path)
    found.rename(tmp_path / other.format(now=now, hour_ahead=now + 3600))
    loader = Loader(tmp_path)
    assert loader.steps() == [0, 1]
    log(tmp_path, 2)
    assert loader.steps() == [0, 1, 2]
    log(tmp_path, 3)
    assert loader.steps() == [0, 1, 2, 3]


def test_the_python_loader_does_not_go_back(tmp_path: Path) -> None:
    """Why the names matter: a file that sorts before a read one is never read."""
    log(tmp_path, 0)
    loader = Loader(tmp_path)
    assert loader.steps() == [0]
    log(tmp_path, 1)
    event_files(tmp_path)[1].rename(tmp_path / "events.out.tfevents.0000000001")
    assert loader.steps() == [0]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)],  # noqa: S607
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S607


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs")
def test_a_full_disk_leaves_whole_records_and_ends_the_file(small_disk: Path) -> None:
    file = EventFile(small_disk)
    written, grown = 0, []
    with pytest.raises(OSError, match="No space left on device"):  # noqa: PT012
        while True:
            grown.append(file.add(scalar("t" * 50_000, 1), written))
            written += 1
    assert written == 5
    assert file.path is not None
    assert file.path.stat().st_size == sum(grown)
    assert [e.step for e in events(small_disk) if e.summary.value] == [0, 1, 2, 3, 4]

    with pytest.raises(ValueError, match="is closed"):
        file.add(scalar("fits", 1), 5)
    assert file.path.stat().st_size == sum(grown)
    file.close()

    log(small_disk, 6)
    assert [e.step for e in events(small_disk) if e.summary.value] == [0, 1, 2, 3, 4, 6]


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs")
def test_a_disk_without_room_for_the_first_record_is_no_half_file(
    small_disk: Path,
) -> None:
    file = EventFile(small_disk)
    with pytest.raises(OSError, match="No space left on device"):
        file.add(scalar("t" * 400_000, 1), 0)
    assert [e.file_version for e in events(small_disk)] == ["brain.Event:2"]
    with pytest.raises(ValueError, match="is closed"):
        file.add(scalar("a", 1), 0)


@pytest.mark.skipif(not hasattr(os, "ftruncate"), reason="needs POSIX limits")
def test_a_limit_on_the_size_of_files_leaves_whole_records(tmp_path: Path) -> None:
    program = """
        import resource, sys
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tb_actviz.writing.event_file import EventFile

        file = EventFile(sys.argv[1])
        value = Summary.Value(tag="t" * 5000, simple_value=1)
        summary = Summary(value=[value])
        resource.setrlimit(resource.RLIMIT_FSIZE, (18_000, resource.RLIM_INFINITY))
        for step in range(10):
            try:
                file.add(summary, step)
            except (OSError, ValueError) as error:
                print(step, type(error).__name__, error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    first, *rest = done.stdout.splitlines()
    assert first == "3 OSError [Errno 27] File too large"
    closed = f"ValueError The event file in {str(tmp_path)!r} is closed."
    assert rest == [f"{step} {closed}" for step in range(4, 10)]
    assert [e.step for e in events(tmp_path) if e.summary.value] == [0, 1, 2]


def test_a_failed_opening_ends_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    file = EventFile(folder)
    folder.write_text("a file in the way")
    with pytest.raises(FileExistsError):
        file.add(scalar("a", 1), 0)
    folder.unlink()
    with pytest.raises(ValueError, match="is closed"):
        file.add(scalar("a", 1), 0)
    assert not folder.exists()


def test_a_deleted_file_is_followed_by_a_new_one(tmp_path: Path) -> None:
    run = tmp_path / "a" / "run"
    with EventFile(run) as file:
        assert not file.is_deleted
        file.add(scalar("a", 1), 0)
        assert not file.is_deleted
        for step, gone in [(1, run), (2, tmp_path / "a")]:
            shutil.rmtree(gone)
            assert file.is_deleted
            grown = file.add(scalar("a", 1), step)
            assert not file.is_deleted
            (path,) = event_files(run)
            assert (path, path.stat().st_size) == (file.path, grown)
            assert [e.step for e in events(run) if e.summary.value] == [step]
        assert file.path is not None
        file.path.unlink()
        file.add(scalar("a", 1), 3)
        file.add(scalar("a", 1), 4)
    assert [e.step for e in events(run) if e.summary.value] == [3, 4]
    assert not file.is_deleted


def test_a_file_that_was_moved_is_not_deleted(tmp_path: Path) -> None:
    with EventFile(tmp_path / "run") as file:
        file.add(scalar("a", 1), 0)
        (tmp_path / "run").rename(tmp_path / "kept")
        assert not file.is_deleted
        file.add(scalar("a", 1), 1)
    assert [e.step for e in events(tmp_path / "kept") if e.summary.value] == [0, 1]


def test_a_deleted_file_can_be_followed_elsewhere(tmp_path: Path) -> None:
    def refuse() -> Path:
        raise OSError("nowhere to go")

    file = EventFile(tmp_path / "a", when_deleted=lambda: tmp_path / "b")
    file.add(scalar("a", 1), 0)
    shutil.rmtree(tmp_path / "a")
    file.add(scalar("a", 1), 1)
    file.close()
    assert file.log_dir == tmp_path / "b"
    assert [e.step for e in events(tmp_path) if e.summary.value] == [1]
    assert not (tmp_path / "a").exists()

    file = EventFile(tmp_path / "c", when_deleted=refuse)
    file.add(scalar("a", 1), 0)
    shutil.rmtree(tmp_path / "c")
    with pytest.raises(OSError, match="nowhere to go"):
        file.add(scalar("a", 1), 1)
    with pytest.raises(ValueError, match="is closed"):
        file.add(scalar("a", 1), 1)
