"""TensorBoard's own Images tab serves what was logged, over HTTP, on both loaders."""

from __future__ import annotations

import io
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from events import images
from networks import pictures, small
from PIL import Image
from plugin.serving import LOADERS, Host, serving
from waiting import soon

from tb_actviz import ActivationLogger, LogOptions

pytestmark = pytest.mark.slow


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


@pytest.fixture(params=LOADERS)
def host(request: pytest.FixtureRequest, logs: Path) -> Iterator[Host]:
    with serving(logs, request.param) as running:
        yield running


def test_every_picture_is_served_as_it_was_drawn(host: Host, logs: Path) -> None:
    def all_tags() -> dict[str, Any]:
        return dict(host.of_another("images/tags").json())

    assert soon(lambda: set(all_tags()) == {"a", "b/c"})
    tags = all_tags()
    for run in ("a", "b/c"):
        written = images(logs / run)
        expected: dict[str, list[int]] = {}
        for tag, step in written:
            expected.setdefault(tag, []).append(step)
        assert set(tags[run]) == set(expected)
        for tag, steps in expected.items():
            assert tags[run][tag]["samples"] == 1
            assert tags[run][tag]["description"].startswith("<p>")
            place: dict[str, Any] = {"run": run, "tag": tag, "sample": 0}
            listed = host.of_another("images/images", **place).json()
            assert [one["step"] for one in listed] == sorted(steps)
            for one in listed:
                query = dict(urllib.parse.parse_qsl(one["query"]))
                png = host.of_another("images/individualImage", **query).body
                served = np.asarray(Image.open(io.BytesIO(png)))
                np.testing.assert_array_equal(served, written[tag, one["step"]])
    assert "Traceback" not in host.output()
