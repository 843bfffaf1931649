"""How many steps TensorBoard keeps, and what is said of the others, on both loaders."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugin.serving import serving_both
from plugin.writing_records import summary

from tb_actviz.writing.event_file import EventFile

pytestmark = pytest.mark.slow

STEPS = 1100
TAG = "conv/activations"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More steps than are kept unless the user asks for them."""
    log_dir = tmp_path_factory.mktemp("retention") / "runs"
    with EventFile(log_dir / "train") as file:
        for step in range(STEPS):
            file.add(summary("conv", step, step), step)
    return log_dir


@pytest.mark.parametrize(
    ("arguments", "kept", "kept_at_most", "logged"),
    [
        ([], 1000, 1000, None),
        (["--samples_per_plugin=activations=20"], 20, 20, None),
        (["--samples_per_plugin=images=3,activations=0"], STEPS, None, STEPS),
        (["--samples_per_plugin=activations=1101"], STEPS, 1101, STEPS),
    ],
    ids=["default", "20", "all", "more than there are"],
)
def test_the_steps_kept_are_those_the_user_asked_for(
    logs: Path,
    arguments: list[str],
    kept: int,
    kept_at_most: int | None,
    logged: int | None,
) -> None:
    with serving_both(logs, *arguments) as hosts:
        for host in hosts.values():
            host.wait_for("train", TAG, STEPS - 1)
            assert host.get("runs").json()["kept_at_most"] == kept_at_most
            listed = host.get("steps", run="train", tag=TAG).json()
            steps = [one["step"] for one in listed["steps"]]
            assert len(steps) == kept
            assert steps == sorted(set(steps))
            assert steps[-1] == STEPS - 1
            assert listed["logged"] == logged
            first = listed["steps"][0]
            place = {"run": "train", "tag": TAG, "step": first["step"]}
            header = host.get("record", **place, wall_time=first["wall_time"]).json()
            assert header["step"] == first["step"]
