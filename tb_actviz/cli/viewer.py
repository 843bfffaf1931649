"""Starting TensorBoard on what was logged."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import webbrowser
from pathlib import Path
from urllib.parse import quote


def open_tensorboard(logdir: Path, place: str) -> None:
    """Serve a log directory until Ctrl-C, and open it in the browser.

    Args:
        logdir: What to serve.
        place: What follows TensorBoard's address, from `#` on; see `tab_place`.
    """
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir)]
    # A plain `kill` must not leave the server behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # The arguments are our own, and no shell reads them.
    with subprocess.Popen(  # noqa: S603
        command, stderr=subprocess.PIPE, text=True
    ) as server:
        said: list[str] = []
        try:
            for line in server.stderr or ():
                said.append(line)
                address = re.search(r"http://\S+", line)
                if address:
                    print(line, end="", file=sys.stderr, flush=True)
                    webbrowser.open(address.group() + place)
                    said.clear()
        except KeyboardInterrupt:
            said.clear()  # this is how it is meant to end
        finally:
            server.terminate()
    # What TensorFlow says at every start is of interest only if there was no start.
    print(*said, sep="", end="", file=sys.stderr)


def tab_place(**shown: str) -> str:
    """Return what follows TensorBoard's address for the Activations tab to open.

    Args:
        shown: What the tab opens on, such as `run` and `layer`.

    Returns:
        The hash, as the tab itself writes it.
    """
    parts = [f"p.activations.{key}={quote(text, '')}" for key, text in shown.items()]
    return "&".join(["#activations", *parts])
