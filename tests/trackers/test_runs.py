"""Everything that logs feeds the trackers with what it writes."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import Any

import events
import keras
import numpy as np
import pytest
from export.reading_pages import ReadPage, request
from recorder import Recorder

import tb_actviz as av
from tb_actviz.trackers.found import FINDERS
from tb_actviz.trackers.tracker import Picture

INPUTS = {"one": np.full((8, 8, 3), 90, np.uint8), "two": np.zeros((8, 8, 3), np.uint8)}


class Keeper(Recorder):
    name = "wandb"

    def values(self, kind: str) -> list[Any]:
        return [call[1:] for call in self.calls if call[0] == kind]


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> Keeper:
    """A tracker with an active run."""
    keeper = Keeper()
    monkeypatch.setitem(FINDERS, "wandb", lambda folder: keeper)
    return keeper


def network() -> keras.Model:
    layers = [
        keras.Input((8, 8, 3)),
        keras.layers.Conv2D(2, 3, activation="relu", name="conv"),
        keras.layers.GlobalAveragePooling2D(),
    ]
    model = keras.Sequential(layers)
    model.compile("sgd", "mse")
    return model


def fit(watch: av.ActivationCallback, model: keras.Model | None = None) -> None:
    x = np.random.default_rng(0).random((8, 8, 8, 3)).astype("float32")
    (model or network()).fit(x, x[:, 0, 0, :2], epochs=2, verbose=0, callbacks=[watch])


def check(tracker: Keeper, folder: Path) -> None:
    scalars = {
        (tag, step): value
        for values, step in tracker.values("scalars")
        for tag, value in values.items()
    }
    assert scalars == events.scalars(folder)
    assert sorted(tracker.values("image")) == sorted(events.images(folder))
    assert sorted(tracker.values("histogram")) == sorted(events.histograms(folder))
    assert tracker.calls[-1] == ("close",)


@pytest.mark.every_backend
def test_a_training_does(tracker: Keeper, tmp_path: Path) -> None:
    fit(av.ActivationCallback(tmp_path, INPUTS, preprocess=None, max_overhead=None))
    check(tracker, tmp_path)
    ((stated,),) = tracker.values("parameters")
    assert stated == {
        "version": av.__version__,
        "keras": f"{keras.__version__} on {keras.backend.backend()}",
        "folder": str(tmp_path),
        "layers": "conv",
        "inputs": "one, two",
        "frequency": "every epoch",
        "precision": "auto",
    }


def test_what_trackers_cost_is_part_of_the_budget(
    tracker: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    burnt = threading.Event()

    def burn(picture: Picture, step: int) -> None:
        if burnt.is_set() or picture.tag.endswith("/two"):
            burnt.set()  # what the first took is counted by now
            return
        end = time.thread_time() + 1
        while time.thread_time() < end:
            pass

    monkeypatch.setattr(tracker, "image", burn)
    x = np.random.default_rng(0).random((64, 8, 8, 3)).astype("float32")
    watch = av.ActivationCallback(tmp_path, INPUTS, preprocess=None, max_overhead=0.05)
    pause = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: burnt.wait(60))
    network().fit(x, x[:, 0, 0, :2], epochs=12, verbose=0, callbacks=[watch, pause])
    scalars = events.scalars(tmp_path)
    last = max(step for _, step in scalars)
    # What the budget goes by, as `tests/runs/test_schedule.py` has it.
    assert scalars["tb_actviz/seconds_worker", 0] < 1
    assert scalars["tb_actviz/seconds_worker", last] > 1


def test_a_logger_does_with_each_step(tracker: Keeper, tmp_path: Path) -> None:
    with av.ActivationLogger(tmp_path, network(), preprocess=None) as log:
        log(INPUTS, step=3)
        log(INPUTS, step=4)
    check(tracker, tmp_path)
    assert len(tracker.values("parameters")) == 1


def test_checkpoints_do(tracker: Keeper, tmp_path: Path) -> None:
    model = network()
    for epoch in (1, 2):
        model.save_weights(tmp_path / f"ckpt-{epoch}.weights.h5")
    av.log_checkpoints(
        tmp_path / "run", model, str(tmp_path / "*.h5"), INPUTS, preprocess=None
    )
    check(tracker, tmp_path / "run")


def test_options_name_them_or_none(tracker: Keeper, tmp_path: Path) -> None:
    for trackers in (None, ("mlflow",)):
        options = av.LogOptions(trackers=trackers)
        fit(av.ActivationCallback(tmp_path, INPUTS, preprocess=None, options=options))
    assert tracker.calls == []


def test_what_goes_where_is_said_once(
    tracker: Keeper, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = network()
    watch = av.ActivationCallback(tmp_path, INPUTS, preprocess=None)
    fit(watch, model)
    fit(watch, model)
    words = "wandb gets scalars, pictures and histograms. The values stay in the event"
    assert capfd.readouterr().err.count(f"tb_actviz: {words} files.\n") == 1


def test_it_is_logged_where_logging_is_set_up(
    tracker: Keeper, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tb_actviz")
    fit(av.ActivationCallback(tmp_path, INPUTS, preprocess=None))
    (record,) = [r for r in caplog.records if "wandb gets" in r.getMessage()]
    assert record.levelno == logging.INFO


def test_a_run_that_a_later_callback_begins_is_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keeper, begun = Keeper(), []
    monkeypatch.setitem(FINDERS, "wandb", lambda folder: keeper if begun else None)

    class Begins(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: Any = None) -> None:
            begun.append(True)

    watch = av.ActivationCallback(tmp_path, INPUTS, preprocess=None)
    x = np.zeros((4, 8, 8, 3), "float32")
    network().fit(x, x[:, 0, 0, :2], verbose=0, callbacks=[watch, Begins()])
    assert keeper.values("scalars")


def test_long_lists_of_layers_are_counted(tracker: Keeper, tmp_path: Path) -> None:
    x = inputs = keras.Input((8, 8, 3))
    names = [f"a_convolution_with_a_long_name_{number}" for number in range(40)]
    for name in names:
        x = keras.layers.Conv2D(1, 1, name=name)(x)
    model = keras.Model(inputs, x)
    options = av.LogOptions(views=(), records=False, histograms=False)
    with av.ActivationLogger(tmp_path, model, preprocess=None, options=options) as log:
        log(INPUTS)
    ((stated,),) = tracker.values("parameters")
    listed, _, more = stated["layers"].rpartition(" and ")
    shown = listed.split(", ")
    assert shown == names[: len(shown)]
    assert more == f"{40 - len(shown)} more"
    assert 400 < len(stated["layers"]) <= 500


class PageKeeper(Keeper):
    """Keeps the page as it was when it was given."""

    def artifact(self, page: Path) -> None:
        self.note("artifact", page.name, page.read_text(encoding="utf-8"))


@pytest.fixture
def of_pages(monkeypatch: pytest.MonkeyPatch) -> PageKeeper:
    keeper = PageKeeper()
    monkeypatch.setitem(FINDERS, "wandb", lambda folder: keeper)
    return keeper


def steps_in(tracker: PageKeeper, folder: Path, run: str) -> list[int]:
    """The steps of the layer in the one page that a tracker was given."""
    ((name, text),) = tracker.values("artifact")
    assert name == "activations.html"
    (folder / "given.html").write_text(text, encoding="utf-8")
    asked = request("steps", run=run, tag="conv/activations")
    answers = ReadPage(folder / "given.html").answers()
    return [one["step"] for one in answers[asked].json()["steps"]]


PAGE = av.LogOptions(html="artifact")


def test_all_that_logs_gives_a_page_at_its_end(
    of_pages: PageKeeper, tmp_path: Path
) -> None:
    folder = tmp_path / "runs" / "a"
    fit(
        av.ActivationCallback(
            folder, INPUTS, preprocess=None, max_overhead=None, options=PAGE
        )
    )
    assert steps_in(of_pages, tmp_path, "a") == [0, 1]
    assert of_pages.calls[-1] == ("close",)

    of_pages.calls.clear()
    folder = tmp_path / "runs" / "b"
    with av.ActivationLogger(folder, network(), preprocess=None, options=PAGE) as log:
        for step in (3, 5):
            log(INPUTS, step=step)
        assert of_pages.values("artifact") == []
    assert steps_in(of_pages, tmp_path, "b") == [3, 5]

    of_pages.calls.clear()
    with av.ArrayLogger(tmp_path / "runs" / "c", options=PAGE) as log:
        log({"conv": np.ones((1, 2, 2, 3))}, step=1)
    assert steps_in(of_pages, tmp_path, "c") == [1]


def test_a_page_is_given_only_where_it_is_asked_for(
    of_pages: PageKeeper, tmp_path: Path
) -> None:
    with av.ActivationLogger(tmp_path, network(), preprocess=None) as log:
        log(INPUTS)
    assert of_pages.values("artifact") == []


def test_a_training_with_a_page_is_the_same_training(
    of_pages: PageKeeper, tmp_path: Path
) -> None:
    weights = []
    for options in (av.LogOptions(), PAGE):
        keras.utils.set_random_seed(3)
        model = network()
        folder = tmp_path / str(len(weights))
        fit(
            av.ActivationCallback(folder, INPUTS, preprocess=None, options=options),
            model,
        )
        weights.append(model.get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_page_without_a_tracker_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with av.ActivationLogger(tmp_path, network(), preprocess=None, options=PAGE) as log:
        log(INPUTS)
        log(INPUTS, step=1)
    words = "There is no tracker with an active run to give the page to."
    assert [one.getMessage() for one in caplog.records].count(words) == 1


def test_a_log_that_is_gone_costs_the_page_alone(
    of_pages: PageKeeper, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "a"
    with av.ActivationLogger(folder, network(), preprocess=None, options=PAGE) as log:
        log(INPUTS)
        for path in folder.iterdir():
            path.unlink()
    (said,) = [
        one.getMessage()
        for one in caplog.records
        if "no page of the activations" in one.getMessage()
    ]
    assert "There are no activations in" in said
    assert of_pages.values("artifact") == []
    assert of_pages.calls[-1] == ("close",)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"html": "artefact"}, "Did you mean 'artifact'"),
        ({"html": "artifact", "trackers": None}, "and no trackers; expected some"),
    ],
)
def test_pages_nobody_can_get_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(av.InputError, match=words):
        av.LogOptions(**options)
