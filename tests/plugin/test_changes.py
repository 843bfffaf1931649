"""Runs that change while they are shown, on both loaders."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plugin.serving import Host, serving, serving_both
from plugin.writing_records import maps, record, summary
from waiting import soon

from tb_actviz.records.schema import encode_record
from tb_actviz.writing.event_file import EventFile

pytestmark = pytest.mark.slow

TAG = "conv/activations"


def write(folder: Path, steps: range, seed: int) -> None:
    with EventFile(folder) as file:
        for step in steps:
            file.add(summary("conv", step, seed + step), step)


def values(step: int, seed: int) -> bytes:
    return encode_record(record("conv", step, [maps(seed + step)]))[1]


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Host]]:
    """One of each loader, whose runs come and go."""
    log_dir = tmp_path_factory.mktemp("changes") / "runs"
    log_dir.mkdir()
    with serving_both(log_dir) as running:
        yield running


@pytest.fixture
def mine(host: Host, tmp_path: Path) -> str:
    """A folder of runs that no other test has."""
    write(host.log_dir / tmp_path.name / "train", range(3), seed=0)
    write(host.log_dir / tmp_path.name / "other", range(3), seed=50)
    for run in ("train", "other"):
        host.wait_for(f"{tmp_path.name}/{run}", TAG, 2)
    return tmp_path.name


@pytest.fixture
def train(mine: str) -> str:
    """One of them."""
    return f"{mine}/train"


def places(host: Host, run: str = "train") -> list[dict[str, Any]]:
    """Where each record lies, as a page names it."""
    listed = host.get("steps", run=run, tag=TAG).json()["steps"]
    return [
        {"run": run, "tag": TAG, "step": one["step"], "wall_time": one["wall_time"]}
        for one in listed
    ]


def read(host: Host, place: dict[str, Any]) -> bytes:
    assert host.get("record", **place).json()["step"] == place["step"]
    answer = host.get("values", **place, input=0)
    assert answer.status == 200, answer.text()
    return answer.body


def test_steps_that_are_logged_later_join_the_others(host: Host, train: str) -> None:
    before = places(host, train)
    assert [read(host, place) for place in before] == [values(n, 0) for n in range(3)]
    for step in (3, 4):
        write(host.log_dir / train, range(step, step + 1), seed=100)
        host.wait_for(train, TAG, step)
    after = places(host, train)
    assert after[:3] == before
    assert [read(host, place) for place in after] == [
        *(values(step, 0) for step in range(3)),
        *(values(step, 100) for step in (3, 4)),
    ]


def test_a_run_that_was_deleted_is_gone(host: Host, mine: str, train: str) -> None:
    gone = places(host, train)
    assert read(host, gone[0]) == values(0, 0)
    shutil.rmtree(host.log_dir / train)
    assert soon(lambda: (train, TAG) not in host.tags())
    for place in gone:
        assert host.refused("record", **place)[0] == 404
        assert host.refused("values", **place, input=0)[0] == 404
    assert host.refused("steps", run=train, tag=TAG)[0] == 404
    assert host.refused("health", run=train)[0] == 404
    assert host.refused("curve", run=train, tag=TAG, input=0)[0] == 404
    # The other tests have runs there as well.
    listed = [one["run"] for one in host.get("runs").json()["runs"]]
    assert [run for run in listed if run.startswith(f"{mine}/")] == [f"{mine}/other"]
    assert read(host, places(host, f"{mine}/other")[1]) == values(1, 50)


@pytest.mark.parametrize("seen", [True, False], ids=["seen", "not seen"])
def test_a_run_that_was_made_anew_is_not_taken_for_the_old_one(
    host: Host, mine: str, train: str, seen: bool
) -> None:
    """The steps, and so the storage keys, are the same ones."""
    old = places(host, train)
    assert [read(host, place) for place in old] == [values(n, 0) for n in range(3)]
    shutil.rmtree(host.log_dir / train)
    if seen:
        assert soon(lambda: (train, TAG) not in host.tags())
    write(host.log_dir / train, range(3), seed=200)
    if host.loader == "python" and not seen:
        # It adds the new records to the old ones, which it goes on to show.
        wait_until_all_is_read(host, mine)
        assert places(host, train) == old
        assert [read(host, place) for place in old] == [values(n, 0) for n in range(3)]
        return

    def is_new() -> bool:
        if host.get("steps", run=train, tag=TAG).status != 200:
            return False
        return places(host, train) != old and len(places(host, train)) == 3

    assert soon(is_new)
    for place in old:
        for answer in (
            host.refused("record", **place),
            host.refused("values", **place, input=0),
        ):
            assert answer == (
                404,
                f"Step {place['step']} of tag '{TAG}' in run '{train}' has no record "
                "of that wall time, or it is no longer available.",
            )
    new = places(host, train)
    assert [read(host, place) for place in new] == [values(n, 200) for n in range(3)]
    for place in new:
        del place["wall_time"]
    assert [read(host, place) for place in new] == [values(n, 200) for n in range(3)]


def test_a_step_that_was_thinned_out_is_gone(loader: str, tmp_path: Path) -> None:
    write(tmp_path / "runs" / "train", range(4), seed=0)
    arguments = "--samples_per_plugin=activations=4"
    with serving(tmp_path / "runs", loader, arguments) as host:
        host.wait_for("train", TAG, 3)
        before = places(host)
        assert read(host, before[3]) == values(3, 0)
        write(host.log_dir / "train", range(4, 40), seed=0)
        host.wait_for("train", TAG, 39)
        after = places(host)
        assert len(after) == 4
        assert after[-1]["step"] == 39
        for place in before:
            status = 200 if place in after else 404
            assert host.get("record", **place).status == status
            assert host.get("values", **place, input=0).status == status


def test_a_data_server_that_died_is_told(loader: str, tmp_path: Path) -> None:
    if loader == "python":
        pytest.skip("it has none")
    write(tmp_path / "runs" / "train", range(2), seed=0)
    with serving(tmp_path / "runs", loader) as host:
        host.wait_for("train", TAG, 1)
        place = places(host)[0]
        assert read(host, place) == values(0, 0)
        os.kill(host.processes()[1], signal.SIGKILL)
        expected = (
            503,
            "TensorBoard's data server does not answer (UNAVAILABLE). Restart "
            "TensorBoard.",
        )
        assert host.refused("runs") == expected
        assert host.refused("steps", run="train", tag=TAG) == expected
        assert host.refused("record", **place) == expected
        assert host.refused("values", **place, input=0) == expected
        assert host.refused("health", run="train") == expected
        assert host.refused("curve", run="train", tag=TAG, input=0) == expected
        assert host.refused("record", run="train")[0] == 400


def wait_until_all_is_read(host: Host, folder: str) -> None:
    """Wait until a reload has ended that looked for runs after the call.

    It has found the first one of these, and the next reload the second one.
    """
    for run in (f"{folder}/first", f"{folder}/second"):
        write(host.log_dir / run, range(1), seed=0)
        host.wait_for(run, TAG, 0)
