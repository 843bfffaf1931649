"""Many requests at a time, and much data, on both loaders."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from plugin.serving import PLUGIN, SECONDS, Answer, Host, refusal, serving, serving_both
from plugin.writing_records import record, summary, write_events
from tensorboard.compat.proto.summary_pb2 import Summary
from waiting import soon

from tb_actviz.records.schema import encode_record, record_summary
from tb_actviz.writing.event_file import EventFile

pytestmark = pytest.mark.slow

TAG = "conv/activations"
NAME = "events.out.tfevents.1700000000.host"
STEPS = 8


def noise(step: int, size: int = 64) -> np.ndarray:
    """Values of a megabyte, which do not get smaller deflated."""
    shape = (size, size, 64)
    bits = np.random.default_rng(step).integers(0, 2**30, shape, np.uint32)
    return bits.view(np.float32)


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Host]]:
    log_dir = tmp_path_factory.mktemp("load") / "runs"
    with EventFile(log_dir / "a") as file:
        for step in range(STEPS):
            file.add(record_summary(TAG, record("conv", step, [noise(step)])), step)
        # More than sockets hold.
        large = record("large", 0, [noise(0, 192)])
        file.add(record_summary("large", large), 0)
    with serving_both(log_dir) as running:
        for one in running.values():
            one.wait_for("a", "large", 0)
        yield running


def test_fifty_requests_at_a_time_are_all_answered(host: Host) -> None:
    expected = [
        encode_record(record("conv", step, [noise(step)])) for step in range(STEPS)
    ]
    listed = host.get("steps", run="a", tag=TAG).json()["steps"]
    ready = threading.Barrier(50)

    def ask(number: int) -> tuple[int, str, Answer]:
        step = number % STEPS
        place = {"run": "a", "tag": TAG, "step": step}
        if number % 3:
            place["wall_time"] = listed[step]["wall_time"]
        route = ("record", "values", "values", "steps", "runs")[number % 5]
        ready.wait(60)
        return step, route, host.get(route, **place, input=0)

    begin = time.perf_counter()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(ask, range(50)))
    print(f"{host.loader}: 50 requests in {time.perf_counter() - begin:.2f} s")
    for step, route, answer in answers:
        assert answer.status == 200, answer.text()
        if route in ("record", "values"):
            assert answer.body == expected[step][route == "values"]
    assert time.perf_counter() - begin < 10 * SECONDS


def test_clients_that_hang_up_leave_nothing_behind(host: Host) -> None:
    address = urlsplit(host.url)
    request = f"GET /{PLUGIN}/values?run=a&tag=large&step=0&input=0 HTTP/1.1\r\n\r\n"
    assert host.get("values", run="a", tag="large", step=0, input=0).status == 200
    before, threads = host.peak(), thread_count(host)
    for number in range(30):
        with socket.create_connection((address.hostname, address.port), 20) as client:
            client.sendall(request.encode())
            if number % 2:
                assert client.recv(1000).startswith(b"HTTP/1.")
    assert soon(lambda: thread_count(host) <= threads)
    assert host.get("values", run="a", tag="large", step=0, input=0).status == 200
    print(f"{host.loader}: {(host.peak() - before) / 1e6:.0f} MB more")
    assert host.peak() - before < 300e6


def thread_count(host: Host) -> int:
    return len(list(Path(f"/proc/{host.process.pid}/task").iterdir()))


def test_five_thousand_tags_are_listed_in_no_time(loader: str, tmp_path: Path) -> None:
    found = summary("conv", 0)
    values = []
    for number in range(5000):
        one = Summary.Value()
        one.CopyFrom(found.value[0])
        one.tag = f"layer {number}/activations"
        values.append(one)
    events = [(1.7e9 + step, step, Summary(value=values)) for step in range(3)]
    write_events(tmp_path / "runs/a" / NAME, events)
    with serving(tmp_path / "runs", loader) as host:
        host.wait_for("a", "layer 4999/activations", 2)
        answers = [host.get("runs") for _ in range(3)]
        (run,) = answers[0].json()["runs"]
        names = [tag["tag"] for tag in run["tags"]]
        assert names == sorted(f"layer {n}/activations" for n in range(5000))
        one = host.get("steps", run="a", tag="layer 77/activations")
        assert one.json()["logged"] == 3
        told = [f"{answer.seconds:.3f}" for answer in (*answers, one)]
        print(f"{loader}: runs {told[:3]} s, steps {told[3]} s")
        assert max(answer.seconds for answer in (*answers, one)) < SECONDS


def test_a_thousand_runs_are_listed_in_no_time(loader: str, tmp_path: Path) -> None:
    layers = [summary(f"conv{number}", 0) for number in range(5)]
    for number in range(1000):
        events = [(1.7e9 + n, n // 5, one) for n, one in enumerate(layers * 2)]
        write_events(tmp_path / f"runs/{number}" / NAME, events)
    with serving(tmp_path / "runs", loader) as host:

        def are_loaded() -> bool:
            tags = host.tags().values()
            return len(tags) == 5000 and {tag["last_step"] for tag in tags} == {1}

        # Most are there by then, and what all of them are is much to ask for.
        host.wait_for("999", "conv4/activations", 1)
        assert soon(are_loaded)
        runs = host.get("runs")
        tags = [tag for run in runs.json()["runs"] for tag in run["tags"]]
        assert [run["run"] for run in runs.json()["runs"]] == sorted(
            str(number) for number in range(1000)
        )
        assert len(tags) == 5000
        one = host.get("steps", run="999", tag="conv4/activations")
        assert one.json()["logged"] == 2
        print(f"{loader}: runs {runs.seconds:.3f} s, steps {one.seconds:.3f} s")
        assert max(runs.seconds, one.seconds) < SECONDS


def test_a_list_that_does_not_come_through_is_too_large(tmp_path: Path) -> None:
    """The data server sends the descriptions of all tags in one piece."""
    events = []
    for number in range(28):
        one = summary(f"conv{number}", 0)
        one.value[0].metadata.summary_description = "x" * (10 << 20)
        events.append((1.7e9, 0, one))
    write_events(tmp_path / "runs/a" / NAME, events)
    with serving(tmp_path / "runs", "rust") as host:
        # The whole list is long in coming as long as it does come through.
        host.wait_for("a", "conv27/activations", 0)
        assert soon(lambda: host.get("runs").status != 200)
        assert refusal(host.get("runs")) == (
            413,
            "The answer of TensorBoard's data server is too large.",
        )
        # What is asked for by its name comes through.
        place = {"run": "a", "tag": "conv7/activations", "step": 0}
        assert host.get("record", **place).json()["layer"]["path"] == "conv7"
