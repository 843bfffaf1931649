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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

#: Below TensorBoard's own root.
PLUGIN = "data/plugin/activations"
#: Its two ways to read event files: the data server, and Python.
LOADERS = {"rust": "true", "python": "false"}
#: How long an answer may take on a slow machine; the aim is one second.
SECONDS = 5.0


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
    connection = http.client.HTTPConnection(host, timeout=60)
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


def hide_tensorflow(folder: Path) -> Path:
    """Make what Python must import from first, to find no TensorFlow."""
    hidden = folder / "hidden"
    (hidden / "tensorflow").mkdir(parents=True, exist_ok=True)
    (hidden / "tensorflow/__init__.py").write_text("raise ImportError('hidden')\n")
    return hidden


class Host:
    """A running `tensorboard`, which finds no TensorFlow.

    Args:
        log_dir: What it shows.
        loader: One of `LOADERS`.
        *arguments: More of its command line.
        path: What it imports before anything that is installed.
    """

    def __init__(
        self, log_dir: Path, loader: str, *arguments: str, path: Path | None = None
    ) -> None:
        self.loader = loader
        self.log_dir = log_dir
        hidden = hide_tensorflow(log_dir.parent)
        folders = [str(hidden), *([str(path)] if path else [])]
        command = [
            *(sys.executable, "-m", "tensorboard.main", "--logdir", str(log_dir)),
            *("--port", "0", "--host", "127.0.0.1", "--reload_interval=1"),
            *(f"--load_fast={LOADERS[loader]}", *arguments),
        ]
        count = len(list(log_dir.parent.glob("*.output")))
        self._output = log_dir.parent / f"{count}-{loader}.output"
        begin = time.perf_counter()
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=log_dir.parent,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
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
        for _ in range(600):
            found = self.tags().get((run, tag))
            if found is not None and found["last_step"] >= step:
                return
            time.sleep(0.05)
        raise AssertionError(f"{run} {tag} did not load: {self.output()}")

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
        self.process.wait(timeout=20)

    def _wait_for_url(self) -> str:
        for _ in range(1200):
            found = re.search(r"http://127\.0\.0\.1:\S+", self.output())
            if found:
                return found[0].rstrip("/") + "/"
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"tensorboard did not start: {self.output()}")


@contextmanager
def serving(
    log_dir: Path, loader: str, *arguments: str, path: Path | None = None
) -> Iterator[Host]:
    """A `tensorboard` that must not stumble while it is used."""
    host = Host(log_dir, loader, *arguments, path=path)
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
