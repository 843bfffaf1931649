"""Trainings beside the real trackers, offline; what they have is what was written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import events
import numpy as np
import pytest
from export.reading_pages import ReadPage, request
from tracker_stores import digests, offline

import tb_actviz

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
#: Tracker to its package.
PACKAGES = {
    "wandb": "wandb",
    "mlflow": "mlflow",
    "clearml": "clearml",
    "comet": "comet_ml",
    "trackio": "trackio",
    "swanlab": "swanlab",
}
TRACKERS = [
    pytest.param(
        name,
        marks=[
            pytest.mark.slow,
            pytest.mark.skipif(
                find_spec(package) is None,
                reason=f"{package} is not installed: tests/trackers/requirements.txt",
            ),
        ],
    )
    for name, package in PACKAGES.items()
]
#: Trackers that encode pictures anew, to the same pixels.
ENCODE_ANEW = {"mlflow", "swanlab"}
#: What has pages, in trackers that had none a year ago.
PAGES = {
    "trackio": "media/html.py",
    "swanlab": "sdk/internal/run/transforms/html",
}
WITHOUT_HISTOGRAMS = {"mlflow", "swanlab"}


def train(tracker: str, how: str, folder: Path) -> tuple[dict[str, Any], str]:
    """Train beside a tracker: what it has, and what was said."""
    paths = [str(ROOT), str(ROOT / "tests" / "support")]
    environment = {
        **os.environ,
        **offline(folder),
        "PYTHONPATH": os.pathsep.join(paths),
    }

    def last_line(*command: str) -> tuple[dict[str, Any], str]:
        done = subprocess.run(
            [sys.executable, *command, str(folder)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1]), done.stderr

    result, said = last_line(str(HERE / "trained.py"), tracker, how)
    if how != "nothing":
        stores = str(ROOT / "tests" / "support" / "tracker_stores.py")
        result |= last_line(stores, tracker)[0]
    return result, said


@pytest.fixture(scope="module")
def plain_weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The weights of the same training beside no tracker at all."""
    result, said = train("none", "nothing", tmp_path_factory.mktemp("nothing"))
    assert "tb_actviz" not in said
    return str(result["weights"])


def check_that_all_is_there(tracker: str, kept: dict[str, Any], log_dir: Path) -> None:
    """Compare tags, steps, values, pictures and counts with the event files."""
    written = [
        (tag, step, value) for (tag, step), value in events.scalars(log_dir).items()
    ]
    assert len(written) > 10
    # They are float32; W&B's own reader writes those with fewer digits.
    got = [(tag, step, float(np.float32(n))) for tag, step, n in kept["scalars"]]
    assert sorted(got) == sorted(written)

    pictures = []
    for (tag, step), tensor in events.values(log_dir, "images").items():
        pictures.append((tag, step, *digests(tensor.string_val[2])))
    kept_pictures = [tuple(picture) for picture in kept["pictures"]]
    if tracker in ENCODE_ANEW:
        pictures = [picture[:3] for picture in pictures]
        kept_pictures = [picture[:3] for picture in kept_pictures]
    assert len(pictures) > 1
    assert sorted(kept_pictures) == sorted(pictures)

    histograms = {
        (tag, step): rows[:, 2].tolist()
        for (tag, step), rows in events.histograms(log_dir).items()
    }
    kept_histograms = {(tag, step): counts for tag, step, counts in kept["histograms"]}
    if tracker in WITHOUT_HISTOGRAMS:
        histograms = {}
    if tracker == "comet":  # it counts into bins of its own
        histograms = {key: [sum(counts)] for key, counts in histograms.items()}
        kept_histograms = {
            key: [sum(counts)] for key, counts in kept_histograms.items()
        }
    assert kept_histograms == histograms
    assert len(kept["histograms"]) == len(histograms)


@pytest.mark.parametrize("tracker", TRACKERS)
def test_all_that_a_training_logs_arrives(
    tracker: str, tmp_path: Path, plain_weights: str
) -> None:
    kept, said = train(tracker, "callback", tmp_path)
    check_that_all_is_there(tracker, kept, tmp_path / "runs" / "a")
    assert kept["parameters"] == {
        "version": tb_actviz.__version__,
        "keras": kept["parameters"]["keras"],
        "folder": str(tmp_path / "runs" / "a"),
        "layers": "conv1, block.2",
        "inputs": "one, two",
        "frequency": "batches 0, 2, 5, 12",
        "precision": "auto",
    }
    assert kept["weights"] == plain_weights
    (line,) = [line for line in said.splitlines() if "tb_actviz:" in line]
    assert line.startswith(f"tb_actviz: {tracker} gets scalars")
    assert line.endswith("The values stay in the event files.")


@pytest.mark.parametrize("tracker", TRACKERS)
def test_checkpoints_and_single_steps_arrive(tracker: str, tmp_path: Path) -> None:
    kept, _ = train(tracker, "checkpoints", tmp_path)
    check_that_all_is_there(tracker, kept, tmp_path / "runs" / "a")
    assert {step for _, step, _ in kept["scalars"]} == {1, 2, 7}


@pytest.mark.parametrize("tracker", TRACKERS)
@pytest.mark.parametrize("how", ["own rows", "own steps", "sync"])
def test_nothing_that_the_user_logs_is_lost(
    tracker: str, how: str, tmp_path: Path
) -> None:
    if tracker != "wandb" and how != "own rows":
        pytest.skip("W&B alone has rows with steps of their own, and a sync")
    kept, _ = train(tracker, how, tmp_path)
    check_that_all_is_there(tracker, kept, tmp_path / "runs" / "a")
    assert kept["of_user"] == {"user/loss": [0.0, 1.0, 2.0]}
    assert kept["steps_of_user"] == sorted(kept["steps_of_user"])
    # W&B counts rows: those that are given no number come after what was there.
    if how == "own steps" or tracker != "wandb":
        assert kept["steps_of_user"] == [0, 1, 2]


@pytest.mark.parametrize("tracker", TRACKERS)
@pytest.mark.parametrize("how", ["raises", "blocks", "finished"])
def test_a_tracker_that_fails_ends_for_itself(
    how: str, tracker: str, tmp_path: Path, plain_weights: str
) -> None:
    result, said = train(tracker, how, tmp_path)
    assert result["weights"] == plain_weights
    steps = {step for _, step in events.scalars(tmp_path / "runs" / "a")}
    assert steps == {0, 2, 5, 12}
    assert len(events.images(tmp_path / "runs" / "a")) == 4 * 2 * 2
    if how == "finished" and tracker == "mlflow":  # it takes what comes after the end
        check_that_all_is_there(tracker, result, tmp_path / "runs" / "a")
        return
    (line,) = [line for line in said.splitlines() if "gets no more" in line]
    assert f"{tracker} gets no more activations: " in line
    if how == "raises":
        assert "ConnectionError: the network is gone" in line
    if how == "blocks":  # for 30 s in each call, of which 2 are waited for
        assert "it has not answered for 2 s" in line
        assert result["seconds"] < 25


@pytest.mark.parametrize("tracker", TRACKERS)
def test_a_page_is_kept_beside_the_run(tracker: str, tmp_path: Path) -> None:
    (package,) = find_spec(PACKAGES[tracker]).submodule_search_locations  # type: ignore[union-attr, misc]
    if tracker in PAGES and not (Path(package) / PAGES[tracker]).exists():
        pytest.skip(f"this {tracker} has no pages")
    kept, said = train(tracker, "page", tmp_path)
    (text,) = kept["pages"]
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    page = ReadPage(tmp_path / "page.html")
    answers = page.answers()
    (run,) = answers[request("runs")].json()["runs"]
    assert run["run"] == "a"
    for layer in ("conv1", "block.2"):
        asked = request("steps", run="a", tag=f"{layer}/activations")
        steps = [one["step"] for one in answers[asked].json()["steps"]]
        assert steps == [0, 2, 5, 12]
    assert page.about()["losses"] == []
    check_that_all_is_there(tracker, kept, tmp_path / "runs" / "a")
    assert "no page" not in said


@pytest.mark.parametrize("tracker", TRACKERS)
def test_a_tracker_without_a_run_costs_nothing(tracker: str) -> None:
    code = (
        f"import sys, threading, {PACKAGES[tracker]}\n"
        "from tb_actviz.trackers.found import find_trackers\n"
        "before = set(sys.modules), threading.active_count()\n"
        "trackers, problems = find_trackers('auto', 'runs/a')\n"
        "after = set(sys.modules), threading.active_count()\n"
        "assert (trackers, problems) == ([], [])\n"
        "assert after == before, after[0] - before[0]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
