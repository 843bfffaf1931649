"""The statistics of each channel at all steps, on both loaders."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugin.serving import SECONDS, Host, serving
from plugin.watching import NAME, Watched
from plugin.writing_records import maps, parts, record, strings, write_events
from tensorboard import context
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.plugin import curves
from tb_actviz.plugin.curves import Curves, Wanted
from tb_actviz.plugin.errors import (
    MalformedError,
    MissingError,
    RefusalError,
    TooLargeError,
    UnavailableError,
)
from tb_actviz.plugin.provider import Provider, RequestContext
from tb_actviz.plugin.record_index import RecordIndex
from tb_actviz.records.facts import Record
from tb_actviz.records.schema import encode_record, record_summary

ASKER = RequestContext(context.RequestContext(), "")
TAG = "conv/activations"
STATISTICS = ("minimum", "maximum", "mean", "zero_share")
STEPS = 12
RUN = "curves/train"


def stated(step: int, names: Sequence[str], channels: int = 3) -> Record:
    """A record that states something else of each step, input and channel."""
    shape = (2, 2, channels)
    plain = record("conv", step, [maps(step, shape) for _ in names], "uint8")
    inputs = []
    for number, (one, name) in enumerate(zip(plain.inputs, names, strict=True)):
        first = 100 * step + 10 * number + np.arange(channels) / 7
        inputs.append(
            replace(
                one,
                name=name,
                **{what: first + n for n, what in enumerate(STATISTICS)},
                nan_count=[0] * channels,
                inf_count=[0] * channels,
            )
        )
    return replace(plain, inputs=tuple(inputs))


def row(one: Record, number: int, statistic: str) -> list[float | None]:
    """What the header says, as it was written."""
    header = json.loads(encode_record(one)[0])
    return list(header["inputs"][number][statistic])


def logged(step: int) -> Record:
    return stated(step, ("face", "closed"))


@pytest.fixture(scope="module")
def hosts(shared_log_dir: Path, shared_hosts: dict[str, Host]) -> dict[str, Host]:
    both = [(1.7e9 + n, n, record_summary(TAG, logged(n))) for n in range(STEPS)]
    nan = stated(3, ("face",))
    inputs = (replace(nan.inputs[0], minimum=[1, math.nan, 2], mean=()),)
    newer = json.dumps({"schema": 2}).encode()
    mixed = [
        record_summary("mixed", stated(0, ("face",), channels=2)),
        strings("mixed", [newer, b"x"]),
        record_summary("mixed", stated(2, ("other", "more"), channels=3)),
        record_summary("mixed", replace(nan, inputs=inputs)),
        strings("mixed", []),
    ]
    events = [(1.7e9 + step, step, one) for step, one in enumerate(mixed)]
    poor = [(1.7e9, 0, record_summary("poor", record("conv", 0, [maps(0)])))]
    poor += [(1.7e9, 0, strings("bad", [b"{", b"x"]))]
    write_events(shared_log_dir / RUN / NAME, events + poor + both)
    for one in shared_hosts.values():
        one.wait_for(RUN, TAG, STEPS - 1)
    return shared_hosts


def test_all_statistics_of_all_steps_are_given(host: Host) -> None:
    for number, name in enumerate(("face", "closed")):
        for _ in range(2):  # read, and remembered
            answer = host.get("curve", run=RUN, tag=TAG, input=number)
            assert answer.json() == {
                "run": RUN,
                "tag": TAG,
                "input": number,
                "inputs": ["face", "closed"],
                "steps": [*range(STEPS)],
                "wall_times": [1.7e9 + step for step in range(STEPS)],
                "names": [name] * STEPS,
                "unreadable": [None] * STEPS,
                "statistics": {
                    what: [row(logged(n), number, what) for n in range(STEPS)]
                    for what in STATISTICS
                },
            }
            assert answer.headers["Cache-Control"] == "no-cache, must-revalidate"


@pytest.mark.parametrize("statistic", STATISTICS)
def test_one_statistic_can_be_asked_for(host: Host, statistic: str) -> None:
    query = {"run": RUN, "tag": TAG, "input": 1}
    every = host.get("curve", **query).json()
    one = host.get("curve", **query, statistic=statistic).json()
    assert one.pop("statistics") == {statistic: every.pop("statistics")[statistic]}
    assert one == every


def test_what_a_step_does_not_say_is_null(host: Host) -> None:
    found = host.get("curve", run=RUN, tag="mixed", input=0).json()
    assert found["inputs"] == ["face"]
    assert found["names"] == ["face", None, "other", "face", None]
    assert found["unreadable"] == [
        None,
        "The record is of schema 2, newer than 1: update tb_actviz to read it.",
        None,
        None,
        "The record is empty.",
    ]
    small, other = stated(0, ("face",), 2), stated(2, ("other", "more"))
    assert found["statistics"]["minimum"] == [
        row(small, 0, "minimum"),
        None,
        row(other, 0, "minimum"),
        [1.0, None, 2.0],
        None,
    ]
    assert found["statistics"]["mean"] == [
        row(small, 0, "mean"),
        None,
        row(other, 0, "mean"),
        None,
        None,
    ]
    second = host.get("curve", run=RUN, tag="mixed", input=1).json()
    assert second["names"] == [None, None, "more", None, None]
    maximum = second["statistics"]["maximum"]
    assert maximum == [None, None, row(other, 1, "maximum"), None, None]


def test_a_record_without_statistics_has_none(host: Host) -> None:
    found = host.get("curve", run=RUN, tag="poor", input=0).json()
    assert (found["names"], found["unreadable"]) == (["input 0"], [None])
    assert found["statistics"] == {name: [None] for name in STATISTICS}


def test_where_nothing_can_be_read_any_input_may_be_asked_for(host: Host) -> None:
    found = host.get("curve", run=RUN, tag="bad", input=7).json()
    assert (found["inputs"], found["names"]) == ([], [None])
    assert found["unreadable"][0].startswith("The header is not JSON")
    assert found["statistics"] == {name: [None] for name in STATISTICS}


@pytest.mark.parametrize(("tag", "number", "last"), [(TAG, 2, 1), ("mixed", 2, 0)])
def test_an_input_that_no_record_has_is_malformed(
    host: Host, tag: str, number: int, last: int
) -> None:
    assert host.refused("curve", run=RUN, tag=tag, input=number) == (
        400,
        f"Received input={number}; expected 0 to {last}, which the last record has.",
    )


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """500 steps of 512 channels."""
    log_dir = tmp_path_factory.mktemp("wide") / "runs"
    events = [
        (1.7e9 + n, n, record_summary(TAG, stated(n, ("face",), 512)))
        for n in range(500)
    ]
    write_events(log_dir / "a" / NAME, events)
    return log_dir


@pytest.mark.slow
def test_five_hundred_steps_take_little_time(loader: str, wide: Path) -> None:
    with serving(wide, loader) as host:
        host.wait_for("a", TAG, 499)
        host.forget_peak()
        before = host.peak()
        answers = [host.get("curve", run="a", tag=TAG, input=0) for _ in range(2)]
        first, second = (answer.seconds for answer in answers)
        print(
            f"{loader}: {first:.2f} s, then {second:.2f} s, {len(answers[0].body)} B, "
            f"{(host.peak() - before) / 1e6:.0f} MB more"
        )
        assert answers[0].body == answers[1].body
        mean = answers[0].json()["statistics"]["mean"]
        assert (len(mean), len(mean[0])) == (500, 512)
        assert host.peak() - before < 100e6
        assert (first < 2 * SECONDS, second < SECONDS) == (True, True)


def ours(watched: Watched) -> Curves:
    provider = Provider(watched)
    return Curves(provider, RecordIndex(provider))


def ask(found: Curves, number: int = 0, *statistics: str) -> Any:
    return json.loads(
        found.curve(ASKER, Wanted("a", TAG, number, statistics or STATISTICS))
    )


def write(log_dir: Path, found: Sequence[Record | Summary], first: float = 10) -> None:
    events = [
        (first + n, n, one if isinstance(one, Summary) else record_summary(TAG, one))
        for n, one in enumerate(found)
    ]
    write_events(log_dir / "a" / NAME, events)


def test_a_header_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, [logged(n) for n in range(3)])
    watched = Watched(tmp_path)
    found = ours(watched)
    assert ask(found)["unreadable"] == [None] * 3
    assert watched.counted() == {"list": 1, "series": 1, "part": 3}
    ask(found, 0, "mean")
    assert watched.counted() == {"list": 1, "series": 1}
    write(tmp_path, [logged(n) for n in range(4)])
    watched.load()
    assert ask(found)["steps"] == [0, 1, 2, 3]
    assert watched.counted() == {"list": 1, "series": 1, "part": 1}
    ask(found, 1)
    assert watched.counted() == {"list": 1, "series": 1, "part": 4}


def test_a_run_that_was_made_anew_is_read_anew(tmp_path: Path) -> None:
    write(tmp_path, [logged(n) for n in range(3)])
    watched = Watched(tmp_path)
    found = ours(watched)
    ask(found)
    new = [logged(n + 50) for n in range(3)]
    write(tmp_path, new, first=11)
    watched.load()
    assert ask(found)["statistics"]["mean"] == [row(one, 0, "mean") for one in new]


@pytest.mark.parametrize(
    ("numbers", "size", "reason"),
    [
        (3 * 4 * STEPS - 1, 10**9, "The answer has some 144 numbers, at most 143 are"),
        (10**9, 2000, "The headers of all records take some"),
    ],
)
def test_more_than_can_be_sent_is_refused_after_the_first_record(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    numbers: int,
    size: int,
    reason: str,
) -> None:
    monkeypatch.setattr(curves, "MOST_NUMBERS", numbers)
    monkeypatch.setattr(curves, "MOST_BYTES", size)
    write(tmp_path, [logged(n) for n in range(STEPS)])
    watched = Watched(tmp_path)

    def linger(name: str) -> None:
        if name == "part" and watched.asked[name] > 1:
            time.sleep(1)  # much longer than to refuse takes, which is the subject

    watched.before = linger
    with pytest.raises(TooLargeError, match=reason):
        ask(ours(watched))
    # Those that were begun already are read to their end.
    assert 1 <= watched.counted()["part"] < STEPS / 2


def test_as_much_as_can_be_sent_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curves, "MOST_NUMBERS", 3 * STEPS)
    write(tmp_path, [logged(n) for n in range(STEPS)])
    found = ours(Watched(tmp_path))
    with pytest.raises(TooLargeError):
        ask(found)
    assert len(ask(found, 0, "mean")["statistics"]["mean"]) == STEPS


def test_more_channels_in_earlier_records_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curves, "MOST_NUMBERS", 100)
    write(tmp_path, [*(stated(n, ("a",), 30) for n in range(3)), stated(3, ("a",), 1)])
    with pytest.raises(TooLargeError):
        ask(ours(Watched(tmp_path)))


def test_a_record_that_is_thinned_out_meanwhile_says_so(tmp_path: Path) -> None:
    write(tmp_path, [logged(n) for n in range(3)])
    watched = Watched(tmp_path)

    def thin_out(name: str) -> None:
        if name == "part":
            accumulator = watched.multiplexer.GetAccumulator("a")
            accumulator.tensors_by_tag[TAG].FilterItems(lambda item: item.step != 1)

    watched.before = thin_out
    found = ours(watched)
    gone = "It is no longer available, or its run is being loaded."
    assert ask(found)["unreadable"] == [None, gone, None]
    assert ask(found)["steps"] == [0, 2]


@pytest.mark.parametrize("method", ["list", "series", "part"])
def test_a_provider_that_does_not_answer_is_told(tmp_path: Path, method: str) -> None:
    write(tmp_path, [logged(n) for n in range(3)])
    watched = Watched(tmp_path)

    def fail(name: str) -> None:
        if name == method:
            raise OSError("no such device")

    watched.before = fail
    with pytest.raises(UnavailableError):
        ask(ours(watched))


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (Wanted("b", TAG, 0), MissingError),
        (Wanted("a", "other", 0), MissingError),
        (Wanted("a", TAG, 2), MalformedError),
    ],
)
def test_what_is_not_there_is_refused(
    tmp_path: Path, wanted: Wanted, error: type[RefusalError]
) -> None:
    write(tmp_path, [logged(0)])
    with pytest.raises(error):
        ours(Watched(tmp_path)).curve(ASKER, wanted)


def test_records_of_negative_steps_are_told_as_they_are_listed(tmp_path: Path) -> None:
    header, values = parts("conv", 0)
    write_events(tmp_path / "a" / NAME, [(10.0, -5, strings(TAG, [header, values]))])
    assert ask(ours(Watched(tmp_path)))["steps"] == [-5]
