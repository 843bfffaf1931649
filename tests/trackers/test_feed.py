"""Steps on their way to trackers that are quick, slow, broken or hang."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from recorder import Recorder
from tensorboard.compat.proto.summary_pb2 import Summary
from waiting import soon

from tb_actviz.trackers import feed as feed_module
from tb_actviz.trackers.feed import TrackerFeed
from tb_actviz.trackers.tracker import Picture
from tb_actviz.writing.summaries import histogram_summary, image_summary, scalar_summary


class Gated(Recorder):
    """Waits in each call for scalars until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.gate = threading.Event(), threading.Event()

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        self.entered.set()
        self.gate.wait(60)
        super().scalars(values, step)


class Failing(Recorder):
    """Fails at its second picture."""

    def image(self, picture: Picture, step: int) -> None:
        if any(call[0] == "image" for call in self.calls):
            raise ConnectionError("gone")
        super().image(picture, step)


def summaries(value: float = 1.0, pictures: int = 1) -> list[Summary]:
    picture = image_summary("conv/channels/face", b"png", 1, 1)
    return [
        scalar_summary({"conv/mean": value}),
        *[picture] * pictures,
        histogram_summary("conv/histogram", [0.0, 1.0], [3.0]),
    ]


def steps(tracker: Recorder) -> list[int]:
    return [call[2] for call in tracker.calls if call[0] == "scalars"]


class Said(list[str]):
    def __call__(self, kind: str, text: str) -> None:
        self.append(text)


def test_each_step_goes_to_every_tracker_in_order_on_one_other_thread() -> None:
    trackers = [Recorder(), Recorder()]
    said = Said()
    feed = TrackerFeed(trackers, {"version": "1"}, said)
    feed.log(summaries(1.0), 0)
    feed.log(summaries(2.0), 5)
    feed.close()
    for tracker in trackers:
        assert tracker.calls == [
            ("parameters", {"version": "1"}),
            ("scalars", {"conv/mean": 1.0}, 0),
            ("image", "conv/channels/face", 0),
            ("histogram", "conv/histogram", 0),
            ("scalars", {"conv/mean": 2.0}, 5),
            ("image", "conv/channels/face", 5),
            ("histogram", "conv/histogram", 5),
            ("close",),
        ]
        assert tracker.threads == {"tb-actviz writer"}
    assert said == []


def test_one_that_fails_gets_no_more_and_the_others_all() -> None:
    broken, whole = Failing(), Recorder()
    said = Said()
    feed = TrackerFeed([broken, whole], {}, said)
    for step in range(4):
        feed.log(summaries(), step)
        time.sleep(0.05)
    feed.close()
    assert steps(whole) == [0, 1, 2, 3]
    assert steps(broken) == [0, 1]
    assert ("close",) not in broken.calls
    assert said == [
        "recorder gets no more activations: ConnectionError: gone. The event files "
        "have them all."
    ]


def test_a_slow_one_loses_the_oldest_steps_and_says_how_many() -> None:
    tracker, said = Gated(), Said()
    feed = TrackerFeed([tracker], {}, said)
    feed.log(summaries(), 0)
    assert tracker.entered.wait(10)
    for step in range(1, 9):
        feed.log(summaries(), step)
    tracker.gate.set()
    feed.close()
    assert steps(tracker) == [0, 5, 6, 7, 8]
    assert tracker.calls[-1] == ("close",)
    assert said == [
        "recorder did not keep up: 4 of 9 steps of activations are in the event files "
        "alone."
    ]


def test_one_that_does_not_return_from_a_call_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed_module, "PATIENCE", 0.2)
    tracker, other, said = Gated(), Recorder(), Said()
    feed = TrackerFeed([tracker, other], {}, said)
    feed.log(summaries(), 0)
    assert tracker.entered.wait(10)
    time.sleep(0.3)
    feed.log(summaries(), 1)
    feed.close()
    tracker.gate.set()
    assert steps(other) == [0, 1]
    assert said == [
        "recorder gets no more activations: it has not answered for 0.2 s. The event "
        "files have them all."
    ]


def test_the_end_waits_for_those_that_go_on_for_a_bounded_time() -> None:
    class Slow(Recorder):
        def image(self, picture: Picture, step: int) -> None:
            time.sleep(0.2)
            super().image(picture, step)

    tracker, said = Slow(), Said()
    feed = TrackerFeed([tracker], {}, said)
    feed.log(summaries(pictures=30), 0)
    feed.close(patience=0.5)
    assert 1 <= len(tracker.calls) < 20
    assert said == [
        "recorder gets no more activations: it has not taken all within 60 s. The "
        "event files have them all."
    ]


def test_what_ends_the_thread_itself_is_said_too() -> None:
    class Leaving(Recorder):
        def image(self, picture: Picture, step: int) -> None:
            raise SystemExit(3)

    tracker, said = Leaving(), Said()
    feed = TrackerFeed([tracker], {}, said)
    feed.log(summaries(), 0)
    feed.close()
    (text,) = said
    assert "the writing thread ended with SystemExit: 3" in text


def test_a_caution_of_a_tracker_is_passed_on() -> None:
    class Careful(Recorder):
        def scalars(self, values: Mapping[str, float], step: int) -> None:
            self.caution = f"mind step {step}"

    said = Said()
    feed = TrackerFeed([Careful()], {}, said)
    feed.log(summaries(), 3)
    feed.close()
    assert set(said) == {"mind step 3"}


def test_what_the_trackers_cost_is_counted() -> None:
    class Busy(Recorder):
        def scalars(self, values: Mapping[str, float], step: int) -> None:
            end = time.thread_time() + 0.1
            while time.thread_time() < end:
                pass

    feed = TrackerFeed([Busy(), Busy()], {}, Said())
    assert feed.busy_seconds == 0
    feed.log(summaries(), 0)
    feed.close()
    assert feed.busy_seconds >= 0.2


def test_without_trackers_there_is_nobody_to_wait_for() -> None:
    before = threading.active_count()
    feed = TrackerFeed([], {}, Said())
    feed.log(summaries(), 0)
    assert threading.active_count() == before
    feed.close()


class Keeping(Recorder):
    """Keeps what is in the page."""

    def artifact(self, page: Path) -> None:
        self.note("artifact", page.name, page.read_text())


class Written:
    """Writes a page, and counts how often."""

    def __init__(self, pause: float = 0.0, error: Exception | None = None) -> None:
        self.paths: list[Path] = []
        self.pause, self.error = pause, error

    def __call__(self, path: Path) -> None:
        self.paths.append(path)
        time.sleep(self.pause)
        if self.error is not None:
            raise self.error
        path.write_text("the page")


def test_each_tracker_gets_the_page_after_all_steps_and_it_is_made_once() -> None:
    trackers, said, write = [Keeping(), Keeping()], Said(), Written(pause=0.2)
    feed = TrackerFeed(trackers, {}, said, write)
    feed.log(summaries(), 0)
    feed.close()
    for tracker in trackers:
        assert tracker.calls[-2:] == [
            ("artifact", "activations.html", "the page"),
            ("close",),
        ]
    assert said == []
    (path,) = write.paths
    assert not path.parent.exists()


def test_one_that_ended_or_was_given_nothing_gets_no_page() -> None:
    class Gone(Keeping):
        def scalars(self, values: Mapping[str, float], step: int) -> None:
            raise ConnectionError("gone")

    write = Written()
    feed = TrackerFeed([Gone()], {}, Said(), write)
    feed.log(summaries(), 0)
    feed.close()
    unused = TrackerFeed([Keeping()], {}, Said(), write)
    unused.close()
    assert write.paths == []


def test_a_page_that_cannot_be_made_is_told_once() -> None:
    trackers, said = [Keeping(), Keeping()], Said()
    write = Written(error=OSError(28, "No space left on device"))
    feed = TrackerFeed(trackers, {}, said, write)
    feed.log(summaries(), 0)
    feed.close()
    assert [call[0] for call in trackers[0].calls][-1] == "close"
    assert len(write.paths) == 1
    assert said == [
        "There is no page of the activations for the trackers: OSError: [Errno 28] No "
        "space left on device. The event files have them all."
    ]


def test_a_tracker_that_has_no_pages_keeps_the_rest() -> None:
    class Old(Recorder):
        def artifact(self, page: Path) -> None:
            raise AttributeError("module has no attribute 'Html'")

    tracker, said = Old(), Said()
    feed = TrackerFeed([tracker], {}, said, Written())
    feed.log(summaries(), 0)
    feed.close()
    assert tracker.calls[-1] == ("close",)
    assert said == [
        "recorder has no page of the activations: AttributeError: module has no "
        "attribute 'Html'."
    ]


def test_a_page_that_takes_too_long_is_waited_for_no_longer_than_the_rest() -> None:
    gate = threading.Event()
    paths: list[Path] = []

    def write(path: Path) -> None:
        paths.append(path)
        gate.wait(60)
        path.write_text("the page")

    said = Said()
    feed = TrackerFeed([Keeping()], {}, said, write)
    feed.log(summaries(), 0)
    feed.close(patience=0.3)
    # It is over, while the page is still being made.
    assert not gate.is_set()
    assert said == [
        "recorder gets no more activations: it has not taken all within 60 s. The "
        "event files have them all."
    ]
    gate.set()
    assert soon(lambda: not paths[0].parent.exists())
    assert len(said) == 1
