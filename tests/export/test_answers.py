"""A page holds what a server answers, to all that the tab can ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import logs
from export.reading_pages import ReadPage, Request, request
from plugin.serving import Host, ask, serving_both
from plugin.writing_records import parts, strings, summary, write_events

import tb_actviz as av
from tb_actviz.writing.summaries import scalar_summary

pytestmark = pytest.mark.slow

#: When the runs of damaged records were written.
BEGAN = 1_700_000_000.0


def write(folder: Path) -> None:
    """Runs of several layers, steps and inputs, scalars, pairs, and unreadable ones."""
    logs.write_training(folder)
    logs.write_loss(folder)
    logs.write_forms(folder)
    newer = parts("conv", 1)
    newer[0] = newer[0].replace(b'"schema":1', b'"schema":99')
    write_events(
        folder / "damaged" / "events.out.tfevents.1.host",
        [
            (BEGAN, 0, summary("conv", 0, count=2)),
            (BEGAN + 1.5, 1, strings("conv/activations", newer)),
            (BEGAN + 2, 2, strings("conv/activations", [])),
            (BEGAN + 3, 3, strings("conv/activations", [b"{", b"x"])),
            (BEGAN + 4, 4, strings("conv/activations", [parts()[0], b"no stream"])),
            (BEGAN + 5, 4, scalar_summary({"conv/mean": float("nan"), "loss": 0.5})),
        ],
    )


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answers") / "runs"
    write(folder)
    return folder


@pytest.fixture(scope="module")
def page(log_dir: Path) -> ReadPage:
    path = log_dir.parent / "page.html"
    done = av.export_html(log_dir, path)
    assert (done.chosen, done.losses, done.problems) == ((), (), ())
    assert done.size == path.stat().st_size
    return ReadPage(path)


@pytest.fixture(scope="module")
def hosts(log_dir: Path) -> Iterator[dict[str, Host]]:
    with serving_both(log_dir) as running:
        for host in running.values():
            host.wait_for("damaged", "conv/activations", 4)
            host.wait_for("first", "block/relu2/activations", 5)
            host.wait_for("forms", "projection/activations", 0)
            host.wait_for("many", "conv/activations", max(logs.LOSS_STEPS))
            host.wait_for_scalar("many/validation", "epoch_loss", 40)
        yield running


def asked_by_the_tab(host: Host) -> set[Request]:
    """All that the tab can ask a server for, found by asking it."""
    found = {request("runs"), request("../../runs"), request("../../environment")}
    for run in host.get("runs").json()["runs"]:
        name = run["run"]
        found |= {request("health", run=name), request("scalar", run=name)}
        for scalar in host.get("scalar", run=name).json()["names"]:
            found.add(request("scalar", run=name, name=scalar))
        for tag in run["tags"]:
            place = {"run": name, "tag": tag["tag"]}
            found.add(request("steps", **place))
            inputs = 0
            for kept in host.get("steps", **place).json()["steps"]:
                if kept["unreadable"] is not None:
                    continue
                at = {**place, "step": kept["step"], "wall_time": kept["wall_time"]}
                found.add(request("record", **at))
                header = host.get("record", **at)
                if header.status == 200:
                    count = len(header.json()["inputs"])
                    inputs = max(inputs, count)
                    found |= {request("values", **at, input=i) for i in range(count)}
            found |= {request("curve", **place, input=i) for i in range(inputs)}
    return found


def plain(route: str, content: Any) -> Any:
    """An answer without what loaders may choose."""
    if route == "runs":
        # All is kept in a page; a server keeps so many steps of a tag.
        return {**content, "kept_at_most": None}
    return content


@pytest.mark.parametrize("loader", ["rust", "python"])
def test_all_answers_equal_those_of_a_server(
    page: ReadPage, hosts: dict[str, Host], loader: str
) -> None:
    host, answers = hosts[loader], page.answers()
    assert asked_by_the_tab(host) == answers.keys()
    for (route, given), held in answers.items():
        if route.startswith("../.."):
            continue
        answer = host.get(route, **dict(given))
        assert held.status == answer.status, (route, given, answer.text())
        kind = answer.headers["Content-Type"].partition(";")[0]
        assert held.content_type == kind
        if route == "record" and answer.status == 200:
            # As it was written, byte for byte.
            assert held.body == answer.body
        elif kind == "application/json":
            assert plain(route, held.json()) == plain(route, answer.json())
        elif answer.status != 422:
            assert held.body == answer.body, (route, given)
    statuses = {answer.status for answer in answers.values()}
    assert statuses == {200, 422}


def test_runs_are_in_tensorboards_order(
    page: ReadPage, hosts: dict[str, Host], log_dir: Path
) -> None:
    """In which it gives them colours."""
    answers = page.answers()
    served = ask(f"{hosts['rust'].url}data/runs").json()
    assert answers[request("../../runs")].json() == served
    assert answers[request("../../environment")].json() == {
        "data_location": str(log_dir)
    }


def test_values_are_those_that_were_logged(page: ReadPage, log_dir: Path) -> None:
    answers = page.answers()
    stored = next(av.read_records(log_dir, runs="first", layers="conv1", steps=5))
    at = {
        "run": "first",
        "tag": "conv1/activations",
        "step": 5,
        "wall_time": stored.wall_time,
    }
    header = answers[request("record", **at)].json()
    assert [one["name"] for one in header["inputs"]] == [*stored.activations]
    packed = stored.record.inputs[0].packed
    assert answers[request("values", **at, input=0)].body == packed.data


def test_a_record_that_cannot_be_read_says_so(page: ReadPage) -> None:
    refused = {
        dict(given)["step"]: answer.body.decode()
        for (route, given), answer in page.answers().items()
        if answer.status == 422 and route in {"record", "values"}
    }
    assert refused == {
        1: "The record is of schema 99, newer than 1: update tb_actviz to read it.",
        3: refused[3],
        4: refused[4],
    }
    assert "inflate" in refused[4]


def test_names_that_need_quoting_are_asked_for(tmp_path: Path) -> None:
    logs.write_hostile(tmp_path / "runs")
    av.export_html(tmp_path / "runs", tmp_path / "page.html")
    answers = ReadPage(tmp_path / "page.html").answers()
    assert {answer.status for answer in answers.values()} == {200}
    runs = answers[request("runs")].json()["runs"]
    assert {run["run"] for run in runs} == {
        *(logs.ELEMENT, logs.QUOTE, logs.FORMULA, "plain")
    }
    layers = {tag["layer"] for run in runs for tag in run["tags"]}
    assert layers == set(logs.HOSTILE)
    for name in layers:
        tag = f"{name}/activations"
        assert request("steps", run="plain", tag=tag) in answers


def test_of_a_step_logged_twice_the_last_counts(
    tmp_path: Path,
) -> None:
    for seed, when in ((1, 5.0), (2, 6.0)):
        write_events(
            tmp_path / "runs" / "one" / f"events.out.tfevents.{seed}.host",
            [(when, 0, summary("conv", 0, seed=seed))],
        )
    av.export_html(tmp_path / "runs", tmp_path / "page.html")
    answers = ReadPage(tmp_path / "page.html").answers()
    (step,) = answers[request("steps", run="one", tag="conv/activations")].json()[
        "steps"
    ]
    assert step["wall_time"] == 6.0
    (stored,) = av.read_records(tmp_path / "runs")
    assert stored.wall_time == 6.0
    place = {"run": "one", "tag": "conv/activations", "step": 0, "wall_time": 6.0}
    body = answers[request("values", **place, input=0)].body
    assert body == stored.record.inputs[0].packed.data
