"""TensorBoard as notebooks start it, in a real kernel, on both loaders."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugin.serving import LOADERS, PLUGIN, Answer, ask, python_path
from plugin.writing_records import parts, summary
from waiting import PATIENCE, soon

from tb_actviz.writing.event_file import EventFile

jupyter_client = pytest.importorskip("jupyter_client")
pytest.importorskip("ipykernel")

TAG = "conv/activations"


class Notebook:
    """A kernel, and what its cells print and show."""

    def __init__(self, folder: Path) -> None:
        (folder / "temporary").mkdir()
        bin_folder = str(Path(sys.executable).parent)
        environment = {
            **os.environ,
            "PYTHONPATH": python_path(folder / "hidden", ["tensorflow"]),
            # The magic starts the `tensorboard` that comes first, whoever runs it.
            "PATH": os.pathsep.join([bin_folder, os.environ["PATH"]]),
            # Where TensorBoard notes which of it are running.
            "TMPDIR": str(folder / "temporary"),
        }
        self._manager = jupyter_client.KernelManager()
        self._manager.start_kernel(env=environment, cwd=str(folder))
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=PATIENCE)

    def run(self, cell: str) -> str:
        """Run a cell; gives its output, whatever that is made of."""
        found: list[str] = []

        def take(message: dict[str, dict[str, object]]) -> None:
            content = message["content"]
            found.extend(
                str(content[key])
                for key in ("text", "data", "traceback")
                if key in content
            )

        reply = self._client.execute_interactive(
            cell, timeout=PATIENCE, output_hook=take
        )
        assert reply["content"]["status"] == "ok", found
        return "\n".join(found)

    def stop(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Notebook]:
    found = Notebook(tmp_path)
    try:
        yield found
    finally:
        found.stop()


@pytest.mark.slow
def test_the_magic_serves_our_routes(
    loader: str, tmp_path: Path, notebook: Notebook
) -> None:
    with EventFile(tmp_path / "runs/a") as file:
        for step in range(25):
            file.add(summary("conv", step), step)
    notebook.run("%load_ext tensorboard")
    shown = notebook.run(
        f"%tensorboard --logdir {tmp_path / 'runs'} --host 127.0.0.1 --port 0 "
        f"--reload_interval 1 --load_fast={LOADERS[loader]}"
    )
    listed = notebook.run("from tensorboard import notebook\nnotebook.list()")
    ((port, process),) = re.findall(r"port (\d+): logdir .* pid (\d+)\)", listed)
    try:
        assert port in shown
        url = f"http://127.0.0.1:{port}/{PLUGIN}"

        def steps() -> Answer:
            return ask(f"{url}/steps?run=a&tag={TAG}")

        assert soon(lambda: steps().status == 200 and steps().json()["logged"] == 25)
        assert [one["step"] for one in steps().json()["steps"]] == [*range(25)]
        place = f"run=a&tag={TAG}&step=0"
        header, values = parts()
        assert ask(f"{url}/record?{place}").body == header
        assert ask(f"{url}/values?{place}&input=0").body == values
        assert ask(f"{url}/runs").json()["kept_at_most"] == 1000
    finally:
        os.kill(int(process), signal.SIGTERM)
