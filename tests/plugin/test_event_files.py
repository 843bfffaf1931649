"""Damaged event files: the plugin goes on with what TensorBoard could read of them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import google_crc32c
import pytest
from plugin.serving import LOADERS, Host, refusal
from plugin.writing_records import summary
from tensorboard.compat.proto.event_pb2 import Event
from waiting import soon

import tb_actviz
from tb_actviz.writing.event_file import EventFile, frame

pytestmark = pytest.mark.slow

TAG = "conv/activations"
#: What a traceback through our own code would show.
OURS = str(Path(tb_actviz.__file__).parent)
NAME = "events.out.tfevents.1700000000.host"


def records(count: int) -> bytes:
    """A whole event file of some steps."""
    events = [Event(wall_time=1.0, file_version="brain.Event:2")] + [
        Event(wall_time=1.7e9 + step, step=step, summary=summary("conv", step))
        for step in range(count)
    ]
    return b"".join(frame(event.SerializeToString()) for event in events)


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]


def of_length(length: int) -> bytes:
    """The head of a record that claims a length, with the right checksum."""
    head = struct.pack("<Q", length)
    crc = google_crc32c.value(head)
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    return head + struct.pack("<I", masked)


def nan_time() -> bytes:
    event = Event(wall_time=float("nan"), step=2, summary=summary("conv", 2))
    return records(2) + frame(event.SerializeToString())


#: Damage that ends one file: what lies in the run's folder, by the name of the file,
#: and the steps that are then shown by the data server and by the Python loader.
FILES: dict[str, tuple[Callable[[], dict[str, bytes]], tuple[list[int], list[int]]]] = {
    "cut off": (lambda: {NAME: records(3)[:-7]}, ([0, 1], [0, 1])),
    "a bit flipped": (lambda: {NAME: flipped(records(3), -60)}, ([0, 1], [0, 1])),
    "a length flipped": (
        lambda: {NAME: records(2) + flipped(records(1), 3)},
        ([0, 1], [0, 1]),
    ),
    "a wall time of NaN": (lambda: {NAME: nan_time()}, ([0, 1], [0, 1, 2])),
    "empty": (lambda: {NAME: b""}, ([], [])),
    "text": (lambda: {NAME: b"These are the steps of yesterday.\n" * 50}, ([], [])),
    "two writers": (
        lambda: {f"{NAME}.1": records(5), f"{NAME}.2": records(2)},
        ([0, 1], [0, 1, 2, 3, 4]),
    ),
    "appended to half a record": (
        lambda: {NAME: records(3)[:-7] + records(2)},
        ([0, 1], [0, 1]),
    ),
}
#: Damage that may end the loading of everything.
FATAL: dict[str, Callable[[], bytes]] = {
    "no event": lambda: records(1) + frame(b"\xff" * 20),
    "a length of 32 GiB": lambda: records(1) + of_length(1 << 35),
    "a length of 4 EiB": lambda: records(1) + of_length(1 << 62),
}
#: What TensorBoard says, one way or the other, when it comes to the damage.
NOTICED = ("Traceback", "Read error in", "memory allocation of")


def check_all_routes(host: Host, run: str) -> list[int]:
    """Ask for whatever there is of a run; gives the steps whose values are served."""
    answer = host.get("steps", run=run, tag=TAG)
    if answer.status != 200:
        assert refusal(answer)[0] in (404, 503)
        return []
    served = []
    for one in answer.json()["steps"]:
        place = {"run": run, "tag": TAG, "step": one["step"]}
        if one["wall_time"] is not None:
            place["wall_time"] = one["wall_time"]
        for answer in (
            host.get("record", **place),
            host.get("values", **place, input=0),
        ):
            if answer.status != 200:
                assert refusal(answer)[0] in (404, 422, 503)
        if answer.status == 200:
            served.append(one["step"])
    return served


def test_damaged_files_are_shown_as_far_as_they_go(loader: str, tmp_path: Path) -> None:
    log_dir = tmp_path / "runs"
    for run, (files, _) in FILES.items():
        for name, data in files().items():
            (log_dir / run).mkdir(parents=True, exist_ok=True)
            (log_dir / run / name).write_bytes(data)
    with EventFile(log_dir / "good") as file:
        for step in range(3):
            file.add(summary("conv", step), step)
    host = Host(log_dir, loader)
    try:
        host.wait_for("good", TAG, 2)
        index = 0 if loader == "rust" else 1
        expected = {run: shown[index] for run, (_, shown) in FILES.items()}

        def served() -> dict[str, list[int]]:
            return {run: check_all_routes(host, run) for run in FILES}

        soon(lambda: served() == expected)
        assert served() == expected
        assert check_all_routes(host, "good") == [0, 1, 2]
        assert host.get("runs").status == 200
    finally:
        host.stop()
    assert OURS not in host.output()


@pytest.fixture(scope="module")
def damaged(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[tuple[str, str], Host]]:
    """One of each loader for each damage, which comes once it has loaded a good run."""
    hosts: dict[tuple[str, str], Host] = {}

    def start(which: tuple[str, str]) -> None:
        log_dir = tmp_path_factory.mktemp("fatal") / "runs"
        with EventFile(log_dir / "good") as file:
            for step in range(3):
                file.add(summary("conv", step), step)
        hosts[which] = Host(log_dir, which[0])
        hosts[which].wait_for("good", TAG, 2)
        (log_dir / "bad").mkdir()
        (log_dir / "bad" / NAME).write_bytes(FATAL[which[1]]())
        output = hosts[which].output
        assert soon(lambda: any(words in output() for words in NOTICED))

    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(start, product(LOADERS, FATAL)))
        yield hosts
    finally:
        for host in hosts.values():
            host.stop()


@pytest.mark.parametrize("damage", FATAL)
def test_damage_that_ends_the_loading_ends_nothing_else(
    loader: str, damaged: dict[tuple[str, str], Host], damage: str
) -> None:
    host = damaged[loader, damage]
    try:
        check_all_routes(host, "bad")
        if loader == "rust" and "length" in damage:
            # The data server ends.
            assert soon(lambda: host.get("runs").status != 200)
            assert refusal(host.get("runs"))[0] == 503
        else:
            assert check_all_routes(host, "good") == [0, 1, 2]
    finally:
        host.stop()
    assert OURS not in host.output()
