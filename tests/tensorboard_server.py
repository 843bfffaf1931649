"""A real `tensorboard` to ask over HTTP."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path


class Server:
    """A running `tensorboard`, with its output in a file beside the log directory.

    Args:
        log_dir: What it shows.
        *arguments: More of its command line.
    """

    def __init__(self, log_dir: Path, *arguments: str) -> None:
        self.log_dir = log_dir
        self.log = (log_dir.parent / f"{'_'.join(arguments)}.log").open("w+")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tensorboard.main", "--logdir", str(log_dir)),
                *("--port", "0", "--host", "127.0.0.1", *arguments),
            ],
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        #: Where it is reached, with a slash at the end.
        self.url = self._wait_for_url()

    def get(self, path: str, **query: str | int) -> bytes:
        """The body of the answer for a path below the server's root."""
        address = f"{self.url}{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address, timeout=10) as reply:
            return bytes(reply.read())

    def stop(self) -> None:
        """End it; its output can still be read."""
        self.process.terminate()
        self.process.wait(timeout=20)
        self.log.close()

    def output(self) -> str:
        """What it has said so far."""
        return Path(self.log.name).read_text()

    def _wait_for_url(self) -> str:
        for _ in range(600):
            words = self.output().split()
            found = [word for word in words if word.startswith("http://127.0.0.1:")]
            if found:
                return found[0].rstrip("/") + "/"
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"tensorboard did not start: {self.output()}")
