"""Every example of `http_api.md`, run against the data that it describes."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from plugin.serving import Host
from plugin.writing_records import strings, write_events
from tensorboard.compat.proto.summary_pb2 import Summary

import tb_actviz.plugin
from tb_actviz.receptive_field import ReceptiveField
from tb_actviz.records.codec import pack
from tb_actviz.records.facts import InputFacts, LayerFacts, Record
from tb_actviz.records.schema import encode_record, record_summary
from tb_actviz.writing.summaries import scalar_summary

#: The one that the document tells of.
RUN = "train"
TEXT = (Path(tb_actviz.plugin.__file__).parent / "http_api.md").read_text()


@dataclass(frozen=True)
class Example:
    """A request, and the answer that the document shows."""

    method: str
    route: str
    status: int
    headers: dict[str, str]
    body: str


def examples() -> list[Example]:
    found = []
    for block in re.findall(r"```http\n(.*?)```", TEXT, re.DOTALL):
        request, head, body = block.split("\n\n", 2)
        method, route = request.split(" ")
        first, *lines = head.splitlines()
        status, content_type = first.split(" ", 1)
        headers = dict(line.split(": ") for line in lines)
        headers["Content-Type"] = content_type
        found.append(Example(method, route, int(status), headers, body.rstrip("\n")))
    return found


def record(layer: str, step: int) -> Record:
    maps = np.array([[[0.0], [0.5]], [[1.0], [2.0]]], np.float32)
    return Record(
        layer=LayerFacts(
            layer,
            "Conv2D",
            "activation",
            parameters=28,
            receptive_field=ReceptiveField((3, 3), (2, 2), (-1, 0)),
        ),
        step=step,
        inputs=(
            InputFacts(
                name="face",
                shape=maps.shape,
                dtype="float32",
                packed=pack(maps, "uint8"),
                minimum=[0],
                maximum=[2],
                mean=[0.875],
                zero_share=[0.25],
                nan_count=[0],
                inf_count=[0],
                strongest=[(0, 2)],
                predictions=[(281, 0.5)],
                predicted=["tabby"],
            ),
        ),
        position={"epoch": step // 100},
        preprocess="squeezenet",
        producer="tb_actviz 0.1.0",
    )


def scalars(**values: float) -> Summary:
    return scalar_summary({f"conv1/{name}": one for name, one in values.items()})


@pytest.fixture(scope="module")
def hosts(shared_log_dir: Path, shared_hosts: dict[str, Host]) -> dict[str, Host]:
    conv1, relu1 = "conv1/activations", "relu1/activations"
    _, values = encode_record(record("relu1", 0))
    newer = json.dumps({"schema": 2, "news": True}).encode()
    first, second = 1_700_000_000.25, 1_700_000_060.25
    write_events(
        shared_log_dir / RUN / "events.out.tfevents.1700000000.host",
        [
            (first, 0, record_summary(conv1, record("conv1", 0))),
            (first + 0.25, 0, strings(relu1, [newer, values])),
            (first + 0.5, 0, scalars(mean=0.875, silent=0.0)),
            (first + 0.5, 0, scalar_summary({"epoch_loss": 0.75})),
            (second, 100, record_summary(conv1, record("conv1", 100))),
            (second + 0.5, 100, scalars(mean=float("nan"), silent=0.5)),
            (second + 0.5, 100, scalar_summary({"epoch_loss": 0.25})),
            (second + 0.25, 100, strings(relu1, [])),
        ],
    )
    for one in shared_hosts.values():
        one.wait_for(RUN, relu1, 100)
    return shared_hosts


def test_the_document_has_an_example_of_each_route_and_status() -> None:
    assert {(one.route.split("?")[0], one.status) for one in examples()} == {
        ("runs", 200),
        *(("steps", status) for status in (200, 404)),
        *(("record", status) for status in (200, 400, 404, 422)),
        *(("values", status) for status in (200, 400, 405)),
        *(("health", status) for status in (200, 404)),
        *(("curve", status) for status in (200, 400, 404)),
        *(("scalar", status) for status in (200, 404)),
        ("static/../plugin.py", 404),
    }


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.route[:60])
def test_the_answer_is_the_one_in_the_document(host: Host, example: Example) -> None:
    answer = host.raw(example.route, example.method)
    assert answer.status == example.status
    shown = {name: answer.headers[name] for name in example.headers}
    assert shown == example.headers
    if example.headers["Content-Type"] == "application/json":
        found, shown = answer.json(), json.loads(example.body)
        if example.route == "runs":
            # Other modules have runs there as well.
            found["runs"] = [one for one in found["runs"] if one["run"] == RUN]
        assert found == shown
    elif example.headers["Content-Type"] == "application/octet-stream":
        assert f"inflated: {zlib.decompress(answer.body).hex()}" == example.body
    else:
        assert answer.text() == example.body
