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

    def served(run: str, tag: str, count: int) -> list[Any]:
        def listed() -> list[Any]:
            place: dict[str, Any] = {"run": run, "tag": tag, "sample": 0}
            return list(host.of_another("images/images", **place).json())

        soon(lambda: len(listed()) == count)
        return listed()

    written = {run: images(logs / run) for run in ("a", "b/c")}
    expected: dict[str, dict[str, list[int]]] = {}
    for run, pictures_of_run in written.items():
        for tag, step in pictures_of_run:
            expected.setdefault(run, {}).setdefault(tag, []).append(step)
    names = {run: set(tags) for run, tags in expected.items()}
    soon(lambda: {run: set(tags) for run, tags in all_tags().items()} == names)
    found = all_tags()
    assert {run: set(tags) for run, tags in found.items()} == names
    for run, tags in expected.items():
        for tag, steps in tags.items():
            assert found[run][tag]["samples"] == 1
            assert found[run][tag]["description"].startswith("<p>")
            listed = served(run, tag, len(steps))
            assert [one["step"] for one in listed] == sorted(steps)
            for one in listed:
                query = dict(urllib.parse.parse_qsl(one["query"]))
                png = host.of_another("images/individualImage", **query).body
                picture = np.asarray(Image.open(io.BytesIO(png)))
                np.testing.assert_array_equal(picture, written[run][tag, one["step"]])
