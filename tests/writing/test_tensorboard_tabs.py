"""TensorBoard's own tabs serve what was written, over HTTP, on both loaders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from events import event_files
from plugin.serving import LOADERS, Host, serving
from waiting import soon

from tb_actviz.writing.event_file import EventFile
from tb_actviz.writing.summaries import histogram_summary, scalar_summary, text_summary

pytestmark = pytest.mark.slow

NUMBERS = {
    "conv1/mean": [0.1, -2.5, 1e30],
    "conv1/odd": [float("nan"), float("inf"), float("-inf")],
}
BINS = [
    ([-1.0, 0.0, 0.5, 2.0], [3.0, 0.0, 7.0]),
    ([-2.0, -1.0, 1.0, 3.0], [1.0, 2.0, 0.5]),
    ([0.0, 0.0, 0.0, 1e-300], [0.0, 0.0, 2.0**53]),
]
TEXTS = ["**Silent**: 3, 7", "größer – 😀", ""]


def write(folder: Path) -> None:
    """Three steps, in a file from before the clock was set back."""
    with EventFile(folder) as file:
        for step in range(3):
            values = {tag: numbers[step] for tag, numbers in NUMBERS.items()}
            file.add(scalar_summary(values), step)
            file.add(histogram_summary("conv1/bins", *BINS[step], "Bins."), step)
            file.add(text_summary("conv1/silent", TEXTS[step], "Names."), step)
    (made,) = event_files(folder)
    _, _, _, stamp, rest = made.name.split(".", 4)
    made.rename(folder / f"events.out.tfevents.{int(stamp) + 3600}.{rest}")


@pytest.fixture(scope="module", params=LOADERS)
def host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    log_dir = tmp_path_factory.mktemp("tabs") / "runs"
    for run in ("a", "b"):
        write(log_dir / run)
    with serving(log_dir, request.param) as running:
        yield running


def loaded(host: Host, route: str, count: int, run: str = "a", **query: str) -> Any:
    """An answer, once it is as long as expected."""

    def asked() -> Any:
        answer = host.of_another(route, run=run, **query)
        return [] if answer.status == 404 else answer.json()

    assert soon(lambda: len(asked()) >= count), f"{route} {query} has only {asked()}"
    return asked()


def test_each_tab_serves_its_values(host: Host) -> None:
    for tag, numbers in NUMBERS.items():
        points = loaded(host, "scalars/scalars", 3, tag=tag)
        assert [step for _, step, _ in points] == [0, 1, 2]
        # What JSON cannot hold is served as a string, which the tab knows.
        served = np.asarray([float(value) for _, _, value in points])
        np.testing.assert_array_equal(served, np.asarray(numbers, np.float32))
    odd = loaded(host, "scalars/scalars", 3, tag="conv1/odd")
    assert [value for _, _, value in odd] == ["NaN", "Infinity", "-Infinity"]

    histograms = loaded(host, "histograms/histograms", 3, tag="conv1/bins")
    assert [step for _, step, _ in histograms] == [0, 1, 2]
    for (_, _, served), (edges, counts) in zip(histograms, BINS, strict=True):
        assert served == [
            list(one) for one in zip(edges[:-1], edges[1:], counts, strict=True)
        ]

    texts = loaded(host, "text/text", 3, tag="conv1/silent")
    assert [one["step"] for one in texts] == [0, 1, 2]
    assert [one["text"] for one in texts] == [
        "<p><strong>Silent</strong>: 3, 7</p>",
        "<p>größer – 😀</p>",
        "",
    ]


def test_each_tab_lists_its_tags(host: Host) -> None:
    loaded(host, "text/text", 3, tag="conv1/silent")
    # TensorBoard's Python loader names a scalar of its first format after its tag.
    assert host.of_another("scalars/tags").json()["a"] == {
        tag: {"displayName": tag if host.loader == "python" else "", "description": ""}
        for tag in NUMBERS
    }
    assert host.of_another("histograms/tags").json()["a"] == {
        "conv1/bins": {"displayName": "", "description": "<p>Bins.</p>"}
    }
    assert host.of_another("text/tags").json()["a"] == ["conv1/silent"]


def test_a_running_server_reads_files_that_are_made_later(host: Host) -> None:
    def points(count: int) -> list[Any]:
        return loaded(host, "scalars/scalars", count, "b", tag="conv1/mean")

    points(3)
    # By the clock, both are earlier than the file that is there.
    for step in (3, 4):
        with EventFile(host.log_dir / "b") as file:
            file.add(scalar_summary({"conv1/mean": step}), step)
        assert [point[1] for point in points(step + 1)] == list(range(step + 1))
        assert points(step + 1)[-1][2] == step
