"""TensorBoard's own Images tab serves what was logged, over HTTP, on both loaders."""

from __future__ import annotations

import io
import json
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from events import images
from networks import pictures, small
from PIL import Image
from tensorboard_server import Server

from tb_actviz import ActivationLogger, LogOptions

pytestmark = pytest.mark.slow

TAB = "data/plugin/images"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of a small network; one with two steps."""
    root = tmp_path_factory.mktemp("tab") / "runs"
    one, two = pictures(2, (40, 33))
    options = LogOptions(channels=(1, 2))
    for run, steps in [("a", [0, 1]), ("b/c", [0])]:
        layers = ["conv1", "relu1", "b.act"]
        with ActivationLogger(root / run, small(), layers, options=options) as log:
            for step in steps:
                log({"face": one, "face closed": two}, step)
    return root


@pytest.fixture(params=["true", "false"])
def server(request: pytest.FixtureRequest, logs: Path) -> Iterator[Server]:
    running = Server(logs, f"--load_fast={request.param}")
    yield running
    running.stop()


def when_loaded(server: Server, runs: set[str]) -> dict[str, Any]:
    """The tags, once every run is there."""
    for _ in range(300):
        tags = json.loads(server.get(f"{TAB}/tags"))
        if set(tags) == runs:
            return dict(tags)
        time.sleep(0.1)
    raise AssertionError(f"runs did not load: {set(tags)}")


def test_every_picture_is_served_as_it_was_drawn(server: Server, logs: Path) -> None:
    tags = when_loaded(server, {"a", "b/c"})
    for run in ("a", "b/c"):
        written = images(logs / run)
        expected: dict[str, list[int]] = {}
        for tag, step in written:
            expected.setdefault(tag, []).append(step)
        assert set(tags[run]) == set(expected)
        for tag, steps in expected.items():
            assert tags[run][tag]["samples"] == 1
            assert tags[run][tag]["description"].startswith("<p>")
            listed = json.loads(server.get(f"{TAB}/images", run=run, tag=tag, sample=0))
            assert [one["step"] for one in listed] == sorted(steps)
            for one in listed:
                query = dict(urllib.parse.parse_qsl(one["query"]))
                png = server.get(f"{TAB}/individualImage", **query)
                served = np.asarray(Image.open(io.BytesIO(png)))
                np.testing.assert_array_equal(served, written[tag, one["step"]])
    assert "Traceback" not in server.output()
