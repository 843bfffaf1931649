"""One writer per folder: in one process, in several, after forks and after kill -9."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from waiting import soon

from tb_actviz.errors import InputError
from tb_actviz.writing.run_lock import RunLock, own_folder

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no locks on folders"
)

HOLD = """
    import sys, time
    from tb_actviz.writing.run_lock import RunLock

    lock = RunLock.acquire(sys.argv[1])
    print("held" if lock else "taken", flush=True)
"""
#: It outlives all patience, and is killed in the end.
WAIT = "    time.sleep(600)\n"


@contextmanager
def child(folder: Path, more: str = WAIT) -> Iterator[subprocess.Popen[str]]:
    """Another process that has tried to take the lock, then goes on."""
    program = textwrap.dedent(HOLD + more)
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def is_free(folder: Path) -> bool:
    lock = RunLock.acquire(folder)
    if lock is None:
        return False
    lock.release()
    return True


def test_a_folder_has_one_writer_until_it_is_released(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    lock = RunLock.acquire(folder)
    assert lock is not None
    assert lock.folder == folder
    assert folder.is_dir()
    assert RunLock.acquire(folder) is None
    assert RunLock.acquire(folder) is None
    lock.release()
    lock.release()
    again = RunLock.acquire(folder)
    assert again is not None
    # What was released before has no say in the new one.
    lock.release()
    assert RunLock.acquire(folder) is None
    again.release()


def test_a_lock_leaves_no_file_and_other_folders_alone(tmp_path: Path) -> None:
    lock = RunLock.acquire(tmp_path / "a")
    assert lock is not None
    assert list((tmp_path / "a").iterdir()) == []
    assert is_free(tmp_path)
    assert is_free(tmp_path / "a" / "2")
    lock.release()


@pytest.mark.slow
def test_a_lock_that_nobody_has_any_more_is_free(tmp_path: Path) -> None:
    lock = RunLock.acquire(tmp_path)
    assert not is_free(tmp_path)
    del lock
    gc.collect()
    assert is_free(tmp_path)


def test_no_descriptor_is_left_behind(tmp_path: Path) -> None:
    held = RunLock.acquire(tmp_path)
    assert held is not None
    before = set(os.listdir("/dev/fd"))
    for _ in range(50):
        assert RunLock.acquire(tmp_path) is None
    assert set(os.listdir("/dev/fd")) == before
    held.release()


def test_another_process_has_it_until_it_is_killed(tmp_path: Path) -> None:
    with child(tmp_path) as process:
        assert line(process) == "held"
        assert not is_free(tmp_path)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert is_free(tmp_path)


def test_another_process_is_refused(tmp_path: Path) -> None:
    lock = RunLock.acquire(tmp_path)
    assert lock is not None
    with child(tmp_path) as process:
        assert line(process) == "taken"
    lock.release()
    with child(tmp_path) as process:
        assert line(process) == "held"


def test_a_process_has_it_to_its_very_end(tmp_path: Path) -> None:
    program = """
        import atexit, sys

        def look():
            print("free" if RunLock.acquire(sys.argv[1]) else "held")

        atexit.register(look)  # The first one to be registered is the last to be run.
        from tb_actviz.writing.run_lock import RunLock

        lock = RunLock.acquire(sys.argv[1])
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stdout == "held\n"
    assert is_free(tmp_path)


STARTS = {
    "os.fork": """
    import os

    if os.fork() == 0:
        assert RunLock.acquire(sys.argv[1]) is None, "the parent has it"
        lock.release()  # Not its own.
        print(os.getpid(), flush=True)
        time.sleep(600)
        os._exit(0)
    time.sleep(600)
    """,
    "multiprocessing": """
    import multiprocessing
    import os

    def work():
        print(os.getpid(), flush=True)
        time.sleep(600)

    multiprocessing.get_context("fork").Process(target=work).start()
    time.sleep(600)
    """,
    "subprocess": """
    import subprocess

    print(subprocess.Popen(["sleep", "600"]).pid, flush=True)
    time.sleep(600)
    """,
    "fork in C and a program": """
    import os

    # posix_spawn of the C library forks without Python's knowledge.
    print(os.posix_spawnp("sleep", ["sleep", "600"], os.environ), flush=True)
    time.sleep(600)
    """,
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_a_child_does_not_keep_the_lock_of_its_dead_parent(
    tmp_path: Path, start: str
) -> None:
    with child(tmp_path, start) as process:
        assert line(process) == "held"
        grandchild = int(line(process))
        try:
            assert not is_free(tmp_path)
            process.kill()
            process.wait()
            os.kill(grandchild, 0)  # It lives.
            assert soon(lambda: is_free(tmp_path))
        finally:
            os.kill(grandchild, signal.SIGKILL)


def test_the_end_of_a_child_leaves_the_lock_with_its_parent(tmp_path: Path) -> None:
    start = """
    import os

    pid = os.fork()
    if pid == 0:
        lock.release()
        sys.exit()  # With all that Python does at its end.
    os.waitpid(pid, 0)
    print("ended", flush=True)
    time.sleep(600)
    """
    with child(tmp_path, start) as process:
        assert [line(process), line(process)] == ["held", "ended"]
        assert not is_free(tmp_path)


def test_only_a_fork_unknown_to_python_keeps_the_lock(tmp_path: Path) -> None:
    """What the documentation says is not possible; and that releasing still works."""
    start = """
    import ctypes
    import os

    fork = ctypes.PyDLL(None).fork
    if (pid := fork()) == 0:
        time.sleep(600)
        os._exit(0)
    print(pid, flush=True)
    sys.stdin.readline()
    lock.release()
    print("released", flush=True)
    sys.stdin.readline()
    """
    program = textwrap.dedent(HOLD + start)
    for release in (True, False):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            assert line(process) == "held"
            grandchild = int(line(process))
            try:
                if release:
                    process.stdin.write("\n")  # type: ignore[union-attr]
                    process.stdin.flush()  # type: ignore[union-attr]
                    assert line(process) == "released"
                else:
                    process.kill()
                    process.wait()
                assert is_free(tmp_path) == release
            finally:
                process.kill()
                os.kill(grandchild, signal.SIGKILL)
        assert soon(lambda: is_free(tmp_path))


def test_the_folder_itself_is_taken_where_it_is_free(tmp_path: Path) -> None:
    folder, lock = own_folder(tmp_path / "run")
    assert folder == lock.folder == tmp_path / "run"
    assert list(folder.iterdir()) == []
    lock.release()


def test_the_first_free_folder_below_is_taken_otherwise(tmp_path: Path) -> None:
    run = tmp_path / "run"
    locks = {}
    for expected in (run, run / "2", run / "3"):
        folder, locks[expected] = own_folder(str(run))
        assert folder == expected
    locks[run / "2"].release()
    folder, locks[folder] = own_folder(run)
    assert folder == run / "2"
    locks[run].release()
    folder, locks[folder] = own_folder(run)
    assert folder == run
    for lock in locks.values():
        lock.release()


class Training:
    """Something that a folder is locked for."""


def test_a_writer_of_this_process_that_is_ending_is_waited_for(tmp_path: Path) -> None:
    training = Training()
    folder, lock = own_folder(tmp_path / "run")
    lock.user = weakref.ref(training)
    assert own_folder(tmp_path / "run", 60)[0] == folder / "2"
    del training
    (tmp_path / "link").symlink_to(folder)
    release = threading.Timer(0.2, lock.release)
    release.start()
    again, other = own_folder(tmp_path / "link", 60)
    assert again == tmp_path / "link"
    other.release()
    release.join()


def test_a_lock_that_is_being_given_back_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    unlocking, go_on = threading.Event(), threading.Event()
    flock = fcntl.flock

    def slow(descriptor: int, operation: int) -> None:
        if operation == fcntl.LOCK_UN:
            unlocking.set()
            assert go_on.wait(60)
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", slow)
    training = Training()
    for user in (None, weakref.ref(training)):
        unlocking.clear()
        go_on.clear()
        lock = RunLock.acquire(tmp_path)
        assert lock is not None
        lock.user = user
        releasing = threading.Thread(target=lock.release)
        releasing.start()
        assert unlocking.wait(60)
        threading.Timer(0.2, go_on.set).start()
        folder, following = own_folder(tmp_path)
        releasing.join()
        assert folder == tmp_path
        following.release()


def test_a_lock_that_cannot_be_given_back_is_closed_and_nobody_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    flock = fcntl.flock

    def failing(descriptor: int, operation: int) -> None:
        if operation == fcntl.LOCK_UN:
            raise OSError("the file system is gone")
        flock(descriptor, operation)

    lock = RunLock.acquire(tmp_path)
    assert lock is not None
    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", failing)
        with pytest.raises(OSError, match="the file system is gone"):
            lock.release()
    folder, following = own_folder(tmp_path, 0)
    assert folder == tmp_path
    assert own_folder(tmp_path, 60)[0] == tmp_path / "2"
    following.release()


def test_a_writer_that_does_not_end_is_waited_for_a_bounded_time(
    tmp_path: Path,
) -> None:
    training = Training()
    folder, lock = own_folder(tmp_path / "run")
    lock.user = weakref.ref(training)
    del training
    found, other = own_folder(folder, 0.05)
    assert found == folder / "2"
    lock.release()
    other.release()


def test_the_home_folder_is_meant_by_its_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder, lock = own_folder("~/run")
    assert folder == tmp_path / "run"
    lock.release()


@pytest.mark.parametrize("folder", ["", "a\0b", "file://x"])
def test_what_is_no_folder_here_is_refused(folder: str) -> None:
    with pytest.raises(InputError, match="The log directory"):
        own_folder(folder)


def test_on_another_machine_there_are_no_locks() -> None:
    for _ in range(2):
        folder, lock = own_folder("memory:///run")
        assert folder == "memory:///run"
    lock.release()
    lock.release()


def test_a_file_in_the_way_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="is, or lies in, something that is a file"):
        own_folder(tmp_path / "taken" / "run")


def test_without_locks_in_the_system_it_is_acquired_unprotected(tmp_path: Path) -> None:
    program = """
        import sys
        sys.modules["fcntl"] = None  # As on Windows, it cannot be imported.
        from tb_actviz.writing.run_lock import RunLock, own_folder

        one, two = RunLock.acquire(sys.argv[1]), RunLock.acquire(sys.argv[1])
        print(one.folder == two.folder, own_folder(sys.argv[1])[0] == one.folder)
        one.release()
        two.release()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path / "run")],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stdout == "True True\n"
    assert (tmp_path / "run").is_dir()


REFUSE = """
    import ctypes, errno, os, platform, struct, sys
    from tb_actviz.writing.run_lock import RunLock

    def refuse_flock(number):
        \"\"\"Let the kernel answer `flock` with an error number, in this process.\"\"\"
        call = {"x86_64": 73, "aarch64": 32}[platform.machine()]
        load_call, equal, answer = 0x20, 0x15, 0x06
        program = b"".join(
            struct.pack("=HBBI", *instruction)
            for instruction in [
                (load_call, 0, 0, 0),
                (equal, 0, 1, call),
                (answer, 0, 0, 0x00050000 | number),
                (answer, 0, 0, 0x7FFF0000),
            ]
        )
        code = ctypes.create_string_buffer(program)
        filter = struct.pack("@HP", 4, ctypes.addressof(code))
        system = ctypes.CDLL(None, use_errno=True)
        for arguments in [(38, 1, 0, 0, 0), (22, 2, filter)]:
            if system.prctl(*arguments):
                print("refused", os.strerror(ctypes.get_errno()))
                sys.exit()

    refuse_flock(getattr(errno, sys.argv[2]))
    before = os.listdir("/dev/fd")
    try:
        one, two = RunLock.acquire(sys.argv[1]), RunLock.acquire(sys.argv[1])
        print(one is not None and two is not None)
        one.release()
    except OSError as error:
        print(type(error).__name__, error.errno == getattr(errno, sys.argv[2]))
    assert os.listdir("/dev/fd") == before
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs seccomp")
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("ENOLCK", "True"),
        ("EOPNOTSUPP", "True"),
        ("EBADF", "True"),
        ("EIO", "OSError True"),
    ],
)
def test_a_file_system_without_locks_is_not_protected(
    tmp_path: Path, error: str, expected: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(REFUSE), str(tmp_path), error],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    if done.stdout.startswith("refused"):
        pytest.skip(f"the kernel takes no filter of system calls: {done.stdout}")
    assert done.stdout.strip() == expected
