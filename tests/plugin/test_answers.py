"""Whole answers about several runs, on both loaders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from events import events
from plugin.serving import PLUGIN, Host, ask
from plugin.writing_records import maps, record

from tb_actviz.records.codec import PRECISIONS, Packed, unpack
from tb_actviz.records.schema import decode_record, encode_record, record_summary
from tb_actviz.writing.event_file import EventFile
from tb_actviz.writing.summaries import scalar_summary

STEPS = 25
#: Run to layer to the precision of its records and their number of inputs.
RUNS = {
    "answers/a": {"conv1": ("float32", 1)},
    "answers/b/validation": {
        "conv10": ("float16", 3),
        "block/conv2": ("uint8", 2),
        "größe:pre": ("float32", 1),
    },
}


def inputs(layer: str, step: int, count: int) -> list[np.ndarray]:
    """Activations of different sizes, which tell layer, step and input apart."""
    seed = sum(map(ord, layer)) + 10 * step
    return [maps(seed + number, (3, 4 + number, 2)) for number in range(count)]


@pytest.fixture(scope="module")
def hosts(shared_log_dir: Path, shared_hosts: dict[str, Host]) -> dict[str, Host]:
    with EventFile(shared_log_dir / "answers/without") as file:
        file.add(scalar_summary({"loss": 1.0}), 0)
    for run, layers in RUNS.items():
        with EventFile(shared_log_dir / run) as file:
            for step in range(STEPS):
                file.add(scalar_summary({"loss": 1.0}), step)
                for layer, (precision, count) in layers.items():
                    shown = record(layer, step, inputs(layer, step, count), precision)
                    tag = f"{layer}/activations"
                    file.add(record_summary(tag, shown), step)
    for one in shared_hosts.values():
        for run, layers in RUNS.items():
            one.wait_for(run, f"{[*layers][-1]}/activations", STEPS - 1)
    return shared_hosts


def wall_times(folder: Path, tag: str) -> list[float]:
    return [
        event.wall_time
        for event in events(folder)
        for value in event.summary.value
        if value.tag == tag
    ]


def test_runs_names_every_layer_of_every_run(host: Host) -> None:
    def tags(run: str) -> list[dict[str, Any]]:
        return [
            {
                "tag": f"{layer}/activations",
                "layer": layer,
                "activation": None,
                "last_step": STEPS - 1,
                "last_wall_time": wall_times(
                    host.log_dir / run, f"{layer}/activations"
                )[-1],
                "unreadable": None,
            }
            for layer in sorted(RUNS[run])
        ]

    found = host.get("runs").json()
    # Other modules have runs there as well.
    own = [one for one in found["runs"] if one["run"].startswith("answers/")]
    assert {**found, "runs": own} == {
        "kept_at_most": 1000,
        "runs": [
            {"run": run, "tags": tags(run), "unreadable": None} for run in sorted(RUNS)
        ],
    }


def test_steps_gives_every_step_that_was_logged(host: Host) -> None:
    for run, layers in RUNS.items():
        for layer, (_, count) in layers.items():
            tag = f"{layer}/activations"
            times = wall_times(host.log_dir / run, tag)
            assert host.get("steps", run=run, tag=tag).json() == {
                "run": run,
                "tag": tag,
                "logged": STEPS,
                "steps": [
                    {
                        "step": step,
                        "wall_time": time,
                        "inputs": count,
                        "unreadable": None,
                    }
                    for step, time in enumerate(times)
                ],
            }


@pytest.mark.parametrize("named", [False, True], ids=["latest", "by wall time"])
def test_record_and_values_give_what_was_logged(host: Host, named: bool) -> None:
    for run, layers in RUNS.items():
        for layer, (precision, count) in layers.items():
            tag = f"{layer}/activations"
            listed = host.get("steps", run=run, tag=tag).json()["steps"]
            for step in (0, 7, STEPS - 1):
                query = {"run": run, "tag": tag, "step": step}
                if named:
                    query["wall_time"] = listed[step]["wall_time"]
                original = inputs(layer, step, count)
                expected = encode_record(record(layer, step, original, precision))
                answer, *values = host.at_once(
                    ("record", query),
                    *(("values", {**query, "input": n}) for n in range(count)),
                )
                assert answer.json() == json.loads(expected[0])
                assert [answer.body, *(one.body for one in values)] == expected
                read = decode_record([answer.body, *(one.body for one in values)])
                for one, maps_ in zip(read.inputs, original, strict=True):
                    assert_close(one.packed, maps_)
                kept = (
                    "private, max-age=86400, immutable"
                    if named
                    else "no-cache, must-revalidate"
                )
                for one in (answer, *values):
                    assert one.headers["Cache-Control"] == kept
                    assert ("Expires" in one.headers) is not named


def assert_close(packed: Packed, expected: np.ndarray) -> None:
    bound = dict(zip(PRECISIONS, (0, 2e-3, 2e-2), strict=True))[packed.precision]
    np.testing.assert_allclose(unpack(packed), expected, rtol=0, atol=bound)


def test_json_is_compressed_for_those_who_ask_and_values_never(host: Host) -> None:
    plain = host.raw("runs")
    small = host.raw("runs", **{"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.body) < len(plain.body)
    values = host.raw(
        "values?run=answers/a&tag=conv1/activations&step=0&input=0",
        **{"Accept-Encoding": "gzip, deflate"},
    )
    assert "Content-Encoding" not in values.headers


def test_head_gives_the_same_headers_without_the_body(host: Host) -> None:
    query = "run=answers/a&tag=conv1/activations&step=3"
    for route in (
        "runs",
        f"steps?{query}",
        f"record?{query}",
        f"values?{query}&input=0",
        *("health?run=answers/a", f"curve?{query}&input=0"),
    ):
        full, head = host.raw(route), host.raw(route, "HEAD")
        assert (full.status, head.status, head.body) == (200, 200, b"")
        varying = {"Date"}
        assert {k: v for k, v in head.headers.items() if k not in varying} == {
            k: v for k, v in full.headers.items() if k not in varying
        }


def test_every_answer_has_the_headers_that_keep_a_page_safe(host: Host) -> None:
    query = "run=answers/a&tag=conv1/activations&step=3"
    for route in (
        *("runs", f"steps?{query}", f"record?{query}", f"values?{query}&input=0"),
        *("health?run=answers/a", f"curve?{query}&input=0", "health", "curve"),
        *("nothing", "steps", f"record?{query}9", f"values?{query}&input=a"),
    ):
        answer = host.raw(route, **{"Origin": "http://evil.example"})
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Content-Type"] in {
            "application/json",
            "application/octet-stream",
            "text/plain; charset=utf-8",
        }


def test_another_plugin_is_not_reached_through_this_one(host: Host) -> None:
    assert host.refused("steps", run="answers/a", tag="loss") == (
        404,
        "There is no tag 'loss' in a run 'answers/a'.",
    )
    assert host.refused("curve", run="answers/a", tag="loss", input=0)[0] == 404
    (layer,) = host.get("health", run="answers/a").json()["layers"]
    assert layer == {"layer": "conv1", "scalars": {}}
    assert ask(f"{host.url}{PLUGIN}").status == 404
