"""TensorBoard's own tabs serve what was written, over HTTP, on both loaders."""

from __future__ import annotations

import json
import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from events import event_files
from tensorboard_server import Server

from tb_actviz.writing.event_file import EventFile
from tb_actviz.writing.summaries import (
    histogram_summary,
    scalar_summary,
    text_summary,
)

pytestmark = pytest.mark.slow

SCALARS = "data/plugin/scalars"
HISTOGRAMS = "data/plugin/histograms"
TEXT = "data/plugin/text"

NUMBERS = {
    "conv1/mean": [0.1, -2.5, 1e30],
    "conv1/odd": [float("nan"), float("inf"), float("-inf")],
}
BINS = [
    ([-1.0, 0.0, 0.5, 2.0], [3.0, 0.0, 7.0]),
    ([-2.0, -1.0, 1.0, 3.0], [1.0, 2.0, 0.5]),
    ([0.0, 0.0, 0.0, 1e-300], [0.0, 0.0, 2.0**53]),
]
TEXTS = ["**Dead**: 3, 7", "größer – 😀", ""]


def write(folder: Path) -> None:
    """Three steps, in a file from before the clock was set back."""
    with EventFile(folder) as file:
        for step in range(3):
            values = {tag: numbers[step] for tag, numbers in NUMBERS.items()}
            file.add(scalar_summary(values), step)
            file.add(histogram_summary("conv1/bins", *BINS[step], "Bins."), step)
            file.add(text_summary("conv1/dead", TEXTS[step], "Names."), step)
    (made,) = event_files(folder)
    _, _, _, stamp, rest = made.name.split(".", 4)
    made.rename(folder / f"events.out.tfevents.{int(stamp) + 3600}.{rest}")


@pytest.fixture(
    scope="module", params=["true", "false"], ids=["Rust loader", "Python loader"]
)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    log_dir = tmp_path_factory.mktemp("tabs") / "runs"
    for run in ("a", "b"):
        write(log_dir / run)
    running = Server(log_dir, f"--load_fast={request.param}", "--reload_interval=1")
    yield running
    running.stop()
    assert "Traceback" not in running.output()


def answer(server: Server, path: str, **query: str | int) -> Any:
    return json.loads(server.get(path, **query))


def loaded(
    server: Server, path: str, count: int, run: str = "a", **query: str
) -> list[Any]:
    """An answer, once it is as long as expected."""
    for _ in range(300):
        try:
            found = answer(server, path, run=run, **query)
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            found = []
        if len(found) >= count:
            return list(found)
        time.sleep(0.1)
    raise AssertionError(f"{path} {query} has only {found}")


def test_each_tab_serves_its_values(server: Server) -> None:
    for tag, numbers in NUMBERS.items():
        points = loaded(server, f"{SCALARS}/scalars", 3, tag=tag)
        assert [step for _, step, _ in points] == [0, 1, 2]
        # What JSON cannot hold is served as a string, which the tab knows.
        served = np.asarray([float(value) for _, _, value in points])
        np.testing.assert_array_equal(served, np.asarray(numbers, np.float32))
    odd = loaded(server, f"{SCALARS}/scalars", 3, tag="conv1/odd")
    assert [value for _, _, value in odd] == ["NaN", "Infinity", "-Infinity"]

    histograms = loaded(server, f"{HISTOGRAMS}/histograms", 3, tag="conv1/bins")
    assert [step for _, step, _ in histograms] == [0, 1, 2]
    for (_, _, served), (edges, counts) in zip(histograms, BINS, strict=True):
        assert served == [
            list(one) for one in zip(edges[:-1], edges[1:], counts, strict=True)
        ]

    texts = loaded(server, f"{TEXT}/text", 3, tag="conv1/dead")
    assert [one["step"] for one in texts] == [0, 1, 2]
    assert [one["text"] for one in texts] == [
        "<p><strong>Dead</strong>: 3, 7</p>",
        "<p>größer – 😀</p>",
        "",
    ]


def test_each_tab_lists_its_tags(server: Server) -> None:
    loaded(server, f"{TEXT}/text", 3, tag="conv1/dead")
    assert answer(server, f"{SCALARS}/tags")["a"] == {
        tag: {"displayName": "", "description": ""} for tag in NUMBERS
    }
    assert answer(server, f"{HISTOGRAMS}/tags")["a"] == {
        "conv1/bins": {"displayName": "", "description": "<p>Bins.</p>"}
    }
    assert answer(server, f"{TEXT}/tags")["a"] == ["conv1/dead"]


def test_a_running_server_reads_files_that_are_made_later(server: Server) -> None:
    def points(count: int) -> list[Any]:
        return loaded(server, f"{SCALARS}/scalars", count, "b", tag="conv1/mean")

    points(3)
    # By the clock, both are earlier than the file that is there.
    for step in (3, 4):
        with EventFile(server.log_dir / "b") as file:
            file.add(scalar_summary({"conv1/mean": step}), step)
        assert [point[1] for point in points(step + 1)] == list(range(step + 1))
        assert points(step + 1)[-1][2] == step
