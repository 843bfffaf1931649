"""A real `tensorboard` process, and what it answers to exactly what was asked."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from waiting import PATIENCE, soon

#: Below TensorBoard's own root.
PLUGIN = "data/plugin/activations"
#: Its two ways to read event files: the data server, and Python.
LOADERS = {"rust": "true", "python": "false"}
#: How long an answer may take on a machine that is busy with other things; the aim is
#: one second.
SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """What came back, and after how long, in seconds."""

    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    seconds: float = field(repr=False)

    def json(self) -> Any:
        assert self.status == 200, self.text()
        assert self.headers["Content-Type"] == "application/json"
        return json.loads(self.body, parse_constant=pytest.fail)

    def text(self) -> str:
        return self.body.decode()


def ask(url: str, method: str = "GET", **headers: str) -> Answer:
    """Ask for an address as it is written, without any tidying."""
    scheme, _, rest = url.partition("://")
    assert scheme == "http"
    host, slash, path = rest.partition("/")
    connection = http.client.HTTPConnection(host, timeout=PATIENCE)
    begin = time.perf_counter()
    try:
        connection.request(method, slash + path, headers=headers)
        reply = connection.getresponse()
        body = reply.read()
        return Answer(
            reply.status, dict(reply.headers), body, time.perf_counter() - begin
        )
    finally:
        connection.close()


def refusal(answer: Answer) -> tuple[int, str]:
    """The status and the text of a refusal, which must be fit to be shown."""
    assert answer.status >= 400, answer.body[:80]
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-cache, must-revalidate"
    assert answer.seconds < SECONDS
    text = answer.text()
    assert 0 < len(text) < 500
    assert text.isprintable()
    assert "Traceback" not in text
    return answer.status, text


def python_path(folder: Path, hidden: Iterable[str], *first: Path) -> str:
    """Where Python looks for packages, so that it does not find some of them.

    Args:
        folder: Where to put what is found instead.
        hidden: Packages that cannot be imported.
        *first: What comes before anything that is installed.
    """
    for name in hidden:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "__init__.py").write_text("raise ImportError('hidden')\n")
    rest = os.environ.get("PYTHONPATH")
    return os.pathsep.join([*map(str, (folder, *first)), *([rest] if rest else [])])


class Host:
    """A running `tensorboard`, which finds no TensorFlow unless it shall.

    It starts in a quarter of the time then.

    Args:
        log_dir: What it shows: a folder, or the address of one elsewhere.
        loader: One of `LOADERS`.
        *arguments: More of its command line.
        folder: Where its output goes; beside the log directory unless it is given.
        path: What it imports before anything that is installed.
        hidden: Packages that it cannot import.
        environment: More of its environment.
    """

    def __init__(
        self,
        log_dir: Path | str,
        loader: str,
        *arguments: str,
        folder: Path | None = None,
        path: Path | None = None,
        hidden: Iterable[str] = ("tensorflow",),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.loader = loader
        self.log_dir = Path(log_dir)
        folder = folder or self.log_dir.parent
        count = len(list(folder.glob("*.output")))
        self._output = folder / f"{count}-{loader}.output"
        packages = self._output.with_suffix(".hidden")
        command = [
            *(sys.executable, "-m", "tensorboard.main", "--logdir", str(log_dir)),
            *("--port", "0", "--host", "127.0.0.1", "--reload_interval=1"),
            *(f"--load_fast={LOADERS[loader]}", *arguments),
        ]
        first = [path] if path else []
        begin = time.perf_counter()
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={
                    **os.environ,
                    **(environment or {}),
                    "PYTHONPATH": python_path(packages, hidden, *first),
                },
            )
        #: Where it is reached, with a slash at the end.
        self.url = self._wait_for_url()
        #: How long it took to be there.
        self.seconds_to_start = time.perf_counter() - begin

    def get(
        self, route: str, method: str = "GET", **query: str | int | float
    ) -> Answer:
        """The answer to a route of the plugin."""
        text = urllib.parse.urlencode(query)
        return self.raw(f"{route}?{text}" if text else route, method)

    def raw(self, route: str, method: str = "GET", **headers: str) -> Answer:
        """The answer to what stands behind the plugin's own path."""
        return ask(f"{self.url}{PLUGIN}/{route}", method, **headers)

    def of_another(self, route: str, **query: str | int) -> Answer:
        """The answer to a route of another plugin, such as `scalars/tags`."""
        return ask(f"{self.url}data/plugin/{route}?{urllib.parse.urlencode(query)}")

    def refused(self, route: str, **query: str | int | float) -> tuple[int, str]:
        """The status and the text with which the plugin refuses something."""
        return refusal(self.get(route, **query))

    def at_once(
        self, *requests: tuple[str, dict[str, str | int | float]]
    ) -> list[Answer]:
        """The answers to several routes, asked for together as a page does."""
        with ThreadPoolExecutor() as pool:
            return list(pool.map(lambda one: self.get(one[0], **one[1]), requests))

    def tags(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What `runs` says of each run and tag."""
        return {
            (run["run"], tag["tag"]): tag
            for run in self.get("runs").json()["runs"]
            for tag in run["tags"]
        }

    def wait_for(self, run: str, tag: str, step: int) -> None:
        """Wait until a step is loaded, and the rest of what was written before it."""

        def is_loaded() -> bool:
            answer = self.get("steps", run=run, tag=tag)
            if answer.status == 404:
                return False
            return any(one["step"] >= step for one in answer.json()["steps"])

        assert soon(is_loaded), f"{run} {tag} did not load: {self.output()}"

    def wait_for_scalar(self, run: str, tag: str, step: int) -> None:
        """Wait until a step of a scalar is loaded."""

        def is_loaded() -> bool:
            answer = self.of_another("scalars/scalars", run=run, tag=tag)
            # Each point is a wall time, a step and a value.
            return answer.status == 200 and any(one[1] >= step for one in answer.json())

        assert soon(is_loaded), f"{run} {tag} did not load: {self.output()}"

    def output(self) -> str:
        """What it has said so far."""
        return self._output.read_text()

    def peak(self) -> int:
        """Bytes of memory that it and its data server had at most."""
        text = "".join(
            Path(f"/proc/{pid}/status").read_text() for pid in self.processes()
        )
        return sum(int(size) * 1024 for size in re.findall(r"VmHWM:\s+(\d+) kB", text))

    def forget_peak(self) -> None:
        """Begin anew to measure the peak."""
        for pid in self.processes():
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def processes(self) -> list[int]:
        """Its own process and those that it started."""
        pid = self.process.pid
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, started)]

    def stop(self) -> None:
        """End it; its output can still be read."""
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)

    def _wait_for_url(self) -> str:
        def found() -> re.Match[str] | None:
            return re.search(r"http://127\.0\.0\.1:\S+", self.output())

        soon(lambda: found() or self.process.poll() is not None)
        url = found()
        if url is None:
            self.process.kill()
        assert url, f"tensorboard did not start: {self.output()}"
        return url[0].rstrip("/") + "/"


@contextmanager
def serving(
    log_dir: Path | str, loader: str, *arguments: str, **more: Any
) -> Iterator[Host]:
    """A `tensorboard` that must not stumble while it is used."""
    host = Host(log_dir, loader, *arguments, **more)
    try:
        yield host
    finally:
        host.stop()
    assert "Traceback" not in host.output()
    # What TensorBoard says of answers without the headers it wants.
    assert "will become an error" not in host.output()


@contextmanager
def serving_both(log_dir: Path, *arguments: str) -> Iterator[dict[str, Host]]:
    """One of each loader that shows the same, which start at the same time."""
    with ExitStack() as stack:

        def start(loader: str) -> Host:
            return stack.enter_context(serving(log_dir, loader, *arguments))

        with ThreadPoolExecutor() as pool:
            hosts = dict(zip(LOADERS, pool.map(start, LOADERS), strict=True))
        yield hosts
