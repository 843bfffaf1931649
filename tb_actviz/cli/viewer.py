"""Starting TensorBoard on what was logged."""

from __future__ import annotations

import re
import subprocess
import sys
import webbrowser
from pathlib import Path


def open_tensorboard(logdir: Path) -> None:
    """Serve a log directory until Ctrl-C, and open it in the browser.

    Args:
        logdir: What to serve.
    """
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir)]
    # The arguments are our own, and no shell reads them.
    with subprocess.Popen(  # noqa: S603
        command, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            opened = False
            for line in server.stderr or ():
                print(line, end="", file=sys.stderr, flush=True)
                address = re.search(r"http://\S+", line)
                if address and not opened:
                    webbrowser.open(f"{address.group()}#images")
                    opened = True
        except KeyboardInterrupt:
            pass  # this is how it is meant to end
        finally:
            server.terminate()
