"""Files from elsewhere are read once in a process apart, under limits."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import spawn
from types import TracebackType
from typing import IO, Any

from tb_actviz.checkpoints.file_contents import serve
from tb_actviz.errors import InputError

#: Seconds without a sign of life: for a start, and more where a file is large. Where
#: the process bounds its own time, this is for files that do not come, as on a network.
_PATIENCE = 60 if sys.platform == "win32" else 300
_SLOWEST_BYTES = 4 << 20
#: The search path is given, because options that would set it up are not for all.
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    f"from {serve.__module__} import {serve.__name__}; {serve.__name__}()"
)


@dataclass(frozen=True)
class FileContents:
    """What a file holds that was read whole without harm.

    Args:
        format: `archive` for a `.keras` file, `values` for the values of Keras 3,
            `legacy` for the older layout of HDF5, `other` for any other HDF5.
        version: The version of Keras that wrote it, where it is known.
        config: The model's configuration as text, where it has one.
        shapes: The shapes of all values, by their paths.
    """

    format: str
    version: str | None
    config: str | None
    shapes: dict[str, tuple[int, ...]]


class ReadingProcess:
    """A process that reads files whole, so that no file can harm this one.

    It is started when it is first needed, serves for many files, and is given up and
    started anew when a file makes it loop, end or take too much memory. Use it in a
    `with` statement.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._known: dict[tuple[str, int, int], FileContents] = {}

    def read(self, path: str | os.PathLike[str]) -> FileContents:
        """Find out what a file holds.

        Args:
            path: Any path.

        Returns:
            What it holds; a file that has not changed is read once only.

        Raises:
            InputError: If it cannot be read whole within limits, is no file of a model
                or of weights, or refers to other files. The text says why, without the
                path.
        """
        try:
            status = os.stat(path)
        except (OSError, ValueError) as error:
            raise InputError(f"{type(error).__name__}: {error}") from None
        key = os.path.abspath(path), status.st_size, status.st_mtime_ns
        if key not in self._known:
            answer = self._ask(os.path.abspath(path), status.st_size)
            if "reason" in answer:
                raise InputError(answer["reason"])
            shapes = {name: tuple(sizes) for name, sizes in answer["shapes"].items()}
            self._known[key] = FileContents(**{**answer, "shapes": shapes})
        return self._known[key]

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            # What was not sent is not wanted any more.
            with suppress(OSError):
                _pipe(self._process.stdin).close()
            self._process.wait()
            self._process = None

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, path: str, size: int) -> dict[str, Any]:
        if self._process is not None and self._process.poll() is not None:
            self.close()  # it was ended by someone else
        process = self._process or self._started()
        patience = _PATIENCE + size / _SLOWEST_BYTES
        try:
            requests = _pipe(process.stdin)
            requests.write(json.dumps(path).encode() + b"\n")
            requests.flush()
            answer = self._answer(patience)
        except (OSError, queue.Empty):
            answer = None
        except BaseException:  # such as Ctrl-C
            self.close()
            raise
        if answer is None:
            # The pipe closes a moment before the process has ended.
            ended = self._exit_code()
            self.close()
            return {"reason": _given_up(ended, patience)}
        if answer.pop("ends", False):
            self.close()
        return answer

    def _exit_code(self) -> int | None:
        assert self._process is not None  # noqa: S101 - it was asked
        try:
            return self._process.wait(1)
        except subprocess.TimeoutExpired:
            return None

    def _started(self) -> subprocess.Popen[bytes]:
        program = os.fsdecode(spawn.get_executable() or "")
        command = [program, "-c", _PROGRAM, *sys.path]
        try:
            process = subprocess.Popen(  # noqa: S603 - this Python
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise InputError(_not_started(program, str(error))) from None
        self._process, self._lines = process, queue.SimpleQueue()
        answers = _pipe(process.stdout)
        threading.Thread(
            target=_pass_on, args=(answers, self._lines), daemon=True
        ).start()
        try:
            ready = self._answer(_PATIENCE)
        except queue.Empty:
            ready = None
        if ready is None:
            code = self._exit_code()
            self.close()
            raise InputError(_not_started(program, f"it ended with code {code}"))
        return process

    def _answer(self, patience: float) -> dict[str, Any] | None:
        """The next answer, which signs of life may come before; None at the end."""
        while True:
            line = self._lines.get(timeout=patience)
            if not line:
                return None
            if line.strip():
                answer: dict[str, Any] = json.loads(line)
                return answer


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101 - they were asked for
    return pipe


def _pass_on(answers: IO[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    with answers:
        for line in answers:
            lines.put(line)
    lines.put(b"")


def _given_up(code: int | None, patience: float) -> str:
    if code is None:
        return f"it is damaged: reading it showed no progress for {patience:.0f} s"
    if sys.platform != "win32" and code == -signal.SIGXCPU:
        return "it is damaged: reading it does not end"
    if sys.platform != "win32" and code == -signal.SIGKILL:
        return "it is damaged: reading it takes more memory than there is"
    return f"it is damaged: HDF5 fails when it reads it (exit code {code})"


def _not_started(program: str, reason: str) -> str:
    return (
        f"it is read in a process of its own first, and Python ({program!r}) could not "
        f"be started: {reason}. Name Python's program with "
        "multiprocessing.set_executable."
    )
