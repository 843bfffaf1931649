"""Logging to other machines: what local folders get, and no training is harmed."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import fsspec
import pytest
from faults import train_the_same
from fsspec.implementations.memory import MemoryFileSystem
from networks import pictures, small
from training import PROBES, fit, trainable

from tb_actviz import ActivationCallback, ActivationLogger, read_records
from tb_actviz.writing.history import bytes_of, steps_of
from tb_actviz.writing.reader import event_files


class Breaking(MemoryFileSystem):
    """A machine that takes so many files, and no more."""

    protocol = "breaking"
    store: dict[str, Any] = {}  # noqa: RUF012
    pseudo_dirs = [""]  # noqa: RUF012
    room = 1

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return super()._strip_protocol(path.replace("breaking://", "memory://"))

    def pipe_file(self, path: str, value: bytes, **options: Any) -> None:
        if len(self.store) >= self.room:
            raise TimeoutError("no answer")
        super().pipe_file(path, value, **options)


fsspec.register_implementation("breaking", Breaking, clobber=True)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.message for one in caplog.records if one.name == "tb_actviz"]


def logged_to(log_dir: str, **given: Any) -> ActivationCallback:
    return ActivationCallback(
        log_dir, PROBES, "backbone/conv", **{"max_overhead": None, **given}
    )


@pytest.mark.slow
def test_the_logger_writes_there_what_it_writes_here(tmp_path: Path) -> None:
    here, url = str(tmp_path / "run"), f"memory:/{tmp_path}/run"
    one, other = pictures(2)
    for log_dir in (here, url):
        with ActivationLogger(log_dir, small(), ["conv1", "relu1"]) as log:
            for step in (3, 4):
                log({"one": one, "other": other}, step=step)
                assert steps_of(log_dir) == set(range(3, step + 1))
            (*_, last) = event_files(log_dir)
            assert str(log.event_file).endswith(last.path)
    for found, expected in zip(read_records(url), read_records(here), strict=True):
        assert (found.layer, found.step) == (expected.layer, expected.step)
        assert found.record == expected.record


@pytest.mark.slow
def test_a_training_is_logged_and_goes_on_as_here(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found = []
    for log_dir in (str(tmp_path / "run"), f"memory:/{tmp_path}/run"):
        model = trainable()
        fit(model, logged_to(log_dir), epochs=2)
        steps = [steps_of(log_dir)]
        fit(model, logged_to(log_dir), epochs=4, initial_epoch=1)
        steps.append(steps_of(log_dir))
        fit(model, logged_to(log_dir), epochs=1)
        found.append([*steps, steps_of(log_dir)])
        read = [(one.layer, one.step) for one in read_records(log_dir)]
        assert read == [
            *((":input", step) for step in (0, 2, 4)),
            *(("backbone/conv", step) for step in sorted(found[-1][-1])),
        ]
    assert found[0] == found[1]
    assert found[1][0] == {0, 1}
    here, there = told(caplog)
    assert there == here.replace(str(tmp_path), f"memory:/{tmp_path}")
    assert len(event_files(log_dir)) == len(found[1][-1])


@pytest.mark.slow
def test_the_budget_counts_what_is_there(tmp_path: Path) -> None:
    url = f"memory:/{tmp_path}/run"
    model = trainable()
    fit(model, logged_to(url), epochs=1)
    size = bytes_of(url)
    callback = logged_to(url, max_bytes=int(2.5 * size))
    fit(model, callback, epochs=9, initial_epoch=1)
    assert 1.5 * size < bytes_of(url) <= 2.5 * size


@pytest.mark.slow
def test_a_machine_that_fails_does_not_harm_the_training(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        train_the_same(logged_to("breaking:///run"), epochs=4)
    assert steps_of("breaking:///run") == {0}
    failures = [text for text in told(caplog) if "no answer" in text]
    assert len(failures) == 1
    assert "Training goes on." in failures[0]


@pytest.mark.slow
def test_a_url_that_nothing_knows_is_told_before_the_training(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fit(trainable(), logged_to("gopher://run"))
    (text,) = [one for one in told(caplog) if "Activations are not logged" in one]
    assert "Protocol not known" in text
