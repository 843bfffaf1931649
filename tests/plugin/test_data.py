"""Answers from TensorBoard's own provider, in this process, where it can be watched."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import grpc
import pytest
from plugin.watching import NAME, Watched, stored, write
from plugin.writing_records import parts, strings, write_events
from tensorboard import context, errors
from waiting import PATIENCE

from tb_actviz.plugin.errors import (
    MissingError,
    RefusalError,
    TooLargeError,
    UnavailableError,
    UnreadableError,
)
from tb_actviz.plugin.provider import Provider, RequestContext
from tb_actviz.plugin.record_data import ActivationData
from tb_actviz.plugin.record_index import RecordAddress, RecordIndex

ASKER = RequestContext(context.RequestContext(), "")


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    write(tmp_path, "a", [10.0, 20.0, 30.0])
    write(tmp_path, "b", [10.0, 20.0], seed=50)
    return Watched(tmp_path)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def data(
    watched: Watched, limit: int | None = 100, clock: Clock | None = None
) -> ActivationData:
    provider = Provider(watched)
    return ActivationData(provider, RecordIndex(provider, clock or Clock()), limit)


@pytest.mark.parametrize(
    ("pause", "asked"),
    [(0.0, {}), (0.3, {}), (1.0, {"list": 1}), (60.0, {"list": 1})],
)
def test_a_page_asks_for_the_series_and_the_header_once(
    watched: Watched, pause: float, asked: dict[str, int]
) -> None:
    """And lists the tag again only where a second has passed."""
    clock = Clock()
    ours = data(watched, clock=clock)
    steps = ours.steps(ASKER, "a", "conv")["steps"]
    assert watched.counted() == {"list": 1, "series": 1}
    for one in steps:
        clock.now += pause
        place = RecordAddress("a", "conv", one["step"], one["wall_time"])
        read = [ours.header(ASKER, place)] + [
            ours.values(ASKER, place, number) for number in (0, 1)
        ]
        assert read == stored(0, one["step"])
        assert watched.counted() == {**asked, "part": 3}


def test_the_second_counts_from_before_the_listing(watched: Watched) -> None:
    clock = Clock()

    def take_time(name: str) -> None:
        clock.now += 0.75 if name == "list" else 0

    ours = data(watched, clock=clock)
    watched.before = take_time
    place = RecordAddress("a", "conv", 0, 10.0)
    for asked in ({"list": 1, "series": 1, "part": 1}, {"part": 1}):
        ours.header(ASKER, place)
        assert watched.counted() == asked
    clock.now += 0.25
    ours.header(ASKER, place)
    assert watched.counted() == {"list": 1, "part": 1}


def test_steps_are_always_those_that_there_are_now(watched: Watched) -> None:
    ours = data(watched)
    for times in ([10.0, 20.0, 30.0], [11.0, 21.0, 31.0], [11.0], [11.0, 25.0]):
        write(watched.log_dir, "a", times)
        watched.load()
        watched.counted()
        listed = ours.steps(ASKER, "a", "conv")["steps"]
        assert [one["wall_time"] for one in listed] == times
        assert watched.counted() == {"list": 1, "series": 1}


def test_a_step_that_was_just_logged_is_found(watched: Watched) -> None:
    """Though what was known of the tag a moment ago does not hold any more."""
    ours = data(watched)
    ours.steps(ASKER, "a", "conv")
    write(watched.log_dir, "a", [10.0, 20.0, 30.0, 40.0])
    watched.load()
    watched.counted()
    for asked in ({"list": 1, "series": 1, "part": 1}, {"part": 1}):
        header = ours.header(ASKER, RecordAddress("a", "conv", 3, 40.0))
        assert header == stored(0, 3)[0]
        assert watched.counted() == asked


def test_what_is_known_of_one_experiment_is_not_told_of_another(
    watched: Watched,
) -> None:
    ours = data(watched)
    for experiment in ("", "other"):
        asker = RequestContext(context.RequestContext(), experiment)
        ours.header(asker, RecordAddress("a", "conv", 0, 10.0))
        assert watched.counted() == {"list": 1, "series": 1, "part": 1}


def test_who_names_no_wall_time_gets_nothing_from_a_cache(watched: Watched) -> None:
    ours = data(watched)
    for _ in range(2):
        assert ours.values(ASKER, RecordAddress("a", "conv", 1), 0) == stored(0, 1)[1]
        assert watched.counted() == {"list": 1, "series": 1, "part": 2}


@pytest.mark.parametrize("times", [[11.0, 21.0, 31.0], [11.0, 20.0, 30.0], [11.0]])
def test_a_new_record_in_the_place_of_an_old_one_is_never_confused_with_it(
    watched: Watched, times: list[float]
) -> None:
    """Also where neither the last step nor the last wall time tells that it is new."""
    ours = data(watched)
    old = RecordAddress("a", "conv", 0, 10.0)
    assert ours.values(ASKER, old, 0) == stored(0, 0)[1]
    write(watched.log_dir, "a", times, seed=100)
    watched.load()
    new = RecordAddress("a", "conv", 0, 11.0)
    assert ours.header(ASKER, new) == stored(100, 0)[0]
    assert ours.values(ASKER, new, 1) == stored(100, 0)[2]
    with pytest.raises(MissingError, match="no record of that wall time"):
        ours.values(ASKER, old, 0)
    assert ours.values(ASKER, RecordAddress("a", "conv", 0), 0) == stored(100, 0)[1]


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "a second later"])
def test_an_old_record_is_missing_a_second_after_its_run_was_made_anew_or_when_listed(
    watched: Watched, listed: bool
) -> None:
    clock = Clock()
    ours = data(watched, clock=clock)
    old = RecordAddress("a", "conv", 0, 10.0)
    assert ours.values(ASKER, old, 0) == stored(0, 0)[1]
    clock.now += 0.5
    write(watched.log_dir, "a", [11.0, 21.0, 31.0], seed=100)
    watched.load()
    if listed:
        ours.steps(ASKER, "a", "conv")
    else:
        clock.now += 0.5
    for read in (lambda: ours.header(ASKER, old), lambda: ours.values(ASKER, old, 0)):
        with pytest.raises(MissingError, match="no record of that wall time"):
            read()
    assert (
        ours.values(ASKER, RecordAddress("a", "conv", 0, 11.0), 0) == stored(100, 0)[1]
    )


def test_a_record_of_a_run_that_was_just_deleted_is_missing_at_once(
    watched: Watched,
) -> None:
    ours = data(watched)
    place = RecordAddress("a", "conv", 0, 10.0)
    ours.header(ASKER, place)
    shutil.rmtree(watched.log_dir / "a")
    watched.load()
    with pytest.raises(MissingError):
        ours.header(ASKER, place)


@pytest.mark.parametrize(
    ("limit", "kept_at_most", "logged"),
    [(2, 2, None), (3, 3, None), (4, 4, 3), (0, None, 3), (None, None, None)],
)
def test_all_steps_were_kept_where_there_was_room_for_more(
    watched: Watched, limit: int | None, kept_at_most: int | None, logged: int | None
) -> None:
    ours = data(watched, limit)
    assert ours.runs(ASKER)["kept_at_most"] == kept_at_most
    assert ours.steps(ASKER, "a", "conv")["logged"] == logged


def test_a_slow_answer_holds_up_nobody_else(watched: Watched) -> None:
    ours, go_on, waiting = data(watched), threading.Event(), threading.Event()

    def wait(name: str) -> None:
        if threading.current_thread().name == "slow":
            waiting.set()
            assert go_on.wait(PATIENCE)

    watched.before = wait
    found: list[bytes] = []
    place = RecordAddress("a", "conv", 1, 20.0)
    slow = threading.Thread(
        target=lambda: found.append(ours.values(ASKER, place, 0)), name="slow"
    )
    slow.start()
    try:
        assert waiting.wait(PATIENCE)
        assert ours.values(ASKER, place, 0) == stored(0, 1)[1]
        assert ours.steps(ASKER, "a", "conv")["logged"] == 3
        assert found == []
    finally:
        go_on.set()
        slow.join()
    assert found == [stored(0, 1)[1]]


def test_a_tag_that_is_just_being_loaded_is_waited_for(watched: Watched) -> None:
    """The Python loader names a tag before it has its records."""
    accumulator = watched.multiplexer.GetAccumulator("a")
    tensors = accumulator.tensors_by_tag.pop("conv")
    ours = data(watched)

    def load(name: str) -> None:
        if watched.asked["list"] == 2:
            accumulator.tensors_by_tag["conv"] = tensors

    watched.before = load
    assert [run["run"] for run in ours.runs(ASKER)["runs"]] == ["a", "b"]
    accumulator.tensors_by_tag.pop("conv")
    with pytest.raises(MissingError, match="is being loaded"):
        ours.steps(ASKER, "a", "conv")
    listed = ours.runs(ASKER)["runs"]
    assert [(run["run"], run["unreadable"]) for run in listed] == [
        ("a", "TensorBoard cannot list it: a tag has no data ('conv')."),
        ("b", None),
    ]


def test_a_tag_whose_records_were_purged_is_not_listed(watched: Watched) -> None:
    watched.multiplexer.GetAccumulator("a").tensors_by_tag["conv"].FilterItems(
        lambda item: False
    )
    ours = data(watched)
    assert [len(run["tags"]) for run in ours.runs(ASKER)["runs"]] == [0, 1]
    with pytest.raises(MissingError, match="There is no tag 'conv' in a run 'a'"):
        ours.steps(ASKER, "a", "conv")


@pytest.mark.parametrize("method", ["list", "series", "part"])
def test_a_run_that_ends_between_listing_and_reading_is_missing(
    watched: Watched, method: str
) -> None:
    def end(name: str) -> None:
        if name == method and (watched.log_dir / "a").exists():
            shutil.rmtree(watched.log_dir / "a")
            watched.load()

    watched.before = end
    with pytest.raises(MissingError):
        data(watched).values(ASKER, RecordAddress("a", "conv", 1), 0)


class Failure(grpc.RpcError):  # type: ignore[misc]
    """What the client of the data server raises."""

    def __init__(self, status: grpc.StatusCode) -> None:
        self._status = status

    def code(self) -> grpc.StatusCode:
        return self._status


@pytest.mark.parametrize(
    ("error", "expected", "text"),
    [
        (
            Failure(grpc.StatusCode.UNAVAILABLE),
            UnavailableError,
            "TensorBoard's data server does not answer (UNAVAILABLE). Restart "
            "TensorBoard.",
        ),
        (
            Failure(grpc.StatusCode.INTERNAL),
            UnavailableError,
            "TensorBoard's data server does not answer (INTERNAL). Restart "
            "TensorBoard.",
        ),
        (
            Failure(grpc.StatusCode.RESOURCE_EXHAUSTED),
            TooLargeError,
            "The answer of TensorBoard's data server is too large.",
        ),
        (
            OSError("no such device"),
            UnavailableError,
            "TensorBoard's data server does not answer (OSError). Restart TensorBoard.",
        ),
        (
            errors.NotFoundError("a secret"),
            MissingError,
            "It is no longer available, or its run is being loaded.",
        ),
    ],
)
@pytest.mark.parametrize("method", ["list", "series", "part"])
def test_a_provider_that_fails_is_told_in_a_few_words(
    watched: Watched,
    method: str,
    error: Exception,
    expected: type[RefusalError],
    text: str,
) -> None:
    ours = data(watched)

    def fail(name: str) -> None:
        if name == method:
            raise error

    watched.before = fail
    with pytest.raises(expected) as caught:
        ours.values(ASKER, RecordAddress("a", "conv", 1), 0)
    assert str(caught.value) == text


def test_an_error_that_tensorboard_knows_is_left_to_it(watched: Watched) -> None:
    def refuse(name: str) -> None:
        raise errors.PermissionDeniedError("not yours")

    watched.before = refuse
    with pytest.raises(errors.PermissionDeniedError, match="not yours"):
        data(watched).runs(ASKER)


def test_a_negative_step_is_listed_as_unreadable(tmp_path: Path) -> None:
    header, values = parts("conv", 0)
    write_events(
        tmp_path / "a" / NAME,
        [(10.0, -5, strings("conv", [header, values])), (20.0, 0, strings("conv", []))],
    )
    listed = data(Watched(tmp_path)).steps(ASKER, "a", "conv")["steps"]
    assert listed == [
        {
            "step": -5,
            "wall_time": 10.0,
            "inputs": 1,
            "unreadable": "The step is negative.",
        },
        {
            "step": 0,
            "wall_time": 20.0,
            "inputs": 0,
            "unreadable": "The record is empty.",
        },
    ]


def test_a_wall_time_that_is_no_number_is_null(tmp_path: Path) -> None:
    header, values = parts("conv", 0)
    nan = float("nan")
    write_events(tmp_path / "a" / NAME, [(nan, 0, strings("conv", [header, values]))])
    ours = data(Watched(tmp_path))
    listed = [ours.runs(ASKER), ours.steps(ASKER, "a", "conv")]
    assert listed[0]["runs"][0]["tags"][0]["last_wall_time"] is None
    assert listed[1]["steps"][0]["wall_time"] is None
    json.dumps(listed, allow_nan=False)
    assert ours.values(ASKER, RecordAddress("a", "conv", 0), 0) == values


def test_very_many_parts_are_not_even_listed(tmp_path: Path) -> None:
    header, values = parts("conv", 0)
    many = strings("conv", [header, values], [10**12])
    write_events(tmp_path / "a" / NAME, [(10.0, 0, many)])
    watched = Watched(tmp_path)
    ours = data(watched)
    for ask in (
        lambda: ours.steps(ASKER, "a", "conv"),
        lambda: ours.header(ASKER, RecordAddress("a", "conv", 0)),
        lambda: ours.values(ASKER, RecordAddress("a", "conv", 0, 10.0), 0),
    ):
        with pytest.raises(UnreadableError, match="claims to have more parts"):
            ask()
    assert watched.counted() == {"list": 3}


class Backwards(Watched):
    """A provider that gives everything in the opposite order."""

    def list_blob_sequences(self, *values: Any, **arguments: Any) -> Any:
        found = super().list_blob_sequences(*values, **arguments)
        return {run: dict([*found[run].items()][::-1]) for run in [*found][::-1]}

    def read_blob_sequences(self, *values: Any, **arguments: Any) -> Any:
        found = super().read_blob_sequences(*values, **arguments)
        return {
            run: {tag: series[::-1] for tag, series in tags.items()}
            for run, tags in found.items()
        }


def test_the_order_of_everything_is_our_own(tmp_path: Path) -> None:
    header, values = parts("conv", 0)
    events = [
        (10.0 * (step + 1), step, strings(tag, [header, values]))
        for step in range(3)
        for tag in ("t2", "t1", "t10")
    ]
    for run in ("b", "a", "c"):
        write_events(tmp_path / run / NAME, events)
    for provider in (Watched(tmp_path), Backwards(tmp_path)):
        ours = data(provider)
        listed = ours.runs(ASKER)["runs"]
        assert [run["run"] for run in listed] == ["a", "b", "c"]
        for run in listed:
            assert [tag["tag"] for tag in run["tags"]] == ["t1", "t10", "t2"]
        steps = ours.steps(ASKER, "b", "t2")["steps"]
        assert [one["step"] for one in steps] == [0, 1, 2]
