"""Which scalars belong to a run's training, and which of them is its loss."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from plugin.serving import Host
from plugin.watching import NAME
from plugin.writing_records import summary, write_events

from tb_actviz.plugin.training_scalars import (
    LOSSES,
    MOST_STEPS,
    TrainingScalar,
    likeliest_loss,
    runs_of_training,
)
from tb_actviz.writing.summaries import scalar_summary

#: Where each training lies: its run with activations, and the scalars of each run.
SCALARS: dict[str, dict[str, dict[str, float]]] = {
    # All in one folder, as where `keras.callbacks.TensorBoard` has the same folder.
    "folder": {
        "folder": {"conv/mean": 1.0, "lr": 0.5},
        "folder/train": {"epoch_loss": 0.25, "epoch_accuracy": 0.5},
        "folder/validation": {"epoch_loss": 0.75},
    },
    # A folder of its own below that of Keras.
    "below/activations": {
        "below": {"loss": 0.125},
        "below/activations": {"conv/std": 1.0},
        "below/train": {"epoch_accuracy": 0.5},
    },
    "alone": {"alone": {"conv/mean": 1.0}},
}


@pytest.fixture(scope="module")
def hosts(shared_log_dir: Path, shared_hosts: dict[str, Host]) -> dict[str, Host]:
    log_dir = shared_log_dir / "training"
    for run, runs in SCALARS.items():
        for name, scalars in runs.items():
            events = [
                (1.7e9 + step, step, scalar_summary({**scalars, "late": math.nan}))
                if name == "below" and step
                else (1.7e9 + step, step, scalar_summary(scalars))
                for step in range(3)
            ]
            if name == run:
                events += [(1.7e9, 0, summary("conv", 0))]
            write_events(log_dir / name / NAME, events)
    for one in shared_hosts.values():
        for run in SCALARS:
            one.wait_for(f"training/{run}", "conv/activations", 0)
        for runs in SCALARS.values():
            for name, scalars in runs.items():
                for tag in scalars:
                    one.wait_for_scalar(f"training/{name}", tag, 2)
    return shared_hosts


def answer(run: str, **part: Any) -> dict[str, Any]:
    start = {
        "run": f"training/{run}",
        "given_at_most": MOST_STEPS,
        "steps": [0, 1, 2],
        "wall_times": [1.7e9, 1.7e9 + 1, 1.7e9 + 2],
        "unreadable": None,
    }
    return start | part


def test_the_loss_of_keras_below_the_run_is_found(host: Host) -> None:
    names = [
        "lr",
        "train: epoch_accuracy",
        "train: epoch_loss",
        "validation: epoch_loss",
    ]
    assert host.get("scalar", run="training/folder").json() == answer(
        "folder", names=names, name=names[2], values=[0.25] * 3
    )
    asked = host.get("scalar", run="training/folder", name="lr").json()
    assert asked == answer("folder", names=names, name="lr", values=[0.5] * 3)


def test_what_is_beside_and_above_belongs_to_the_only_run_there(host: Host) -> None:
    names = [
        "../train: epoch_accuracy",
        "..: late",
        "..: loss",
    ]
    run = "training/below/activations"
    assert host.get("scalar", run=run).json() == answer(
        "below/activations", names=names, name=names[2], values=[0.125] * 3
    )
    assert host.get("scalar", run=run, name=names[1]).json() == answer(
        "below/activations",
        names=names,
        name=names[1],
        steps=[1, 2],
        wall_times=[1.7e9 + 1, 1.7e9 + 2],
        values=[None, None],
    )


def test_scalars_of_layers_are_none_of_the_training(host: Host) -> None:
    assert host.get("scalar", run="training/alone").json() == answer(
        "alone", names=[], name=None, steps=[], wall_times=[], values=[]
    )
    assert host.refused("scalar", run="training/alone", name="conv/mean") == (
        404,
        "There is no scalar 'conv/mean' beside run 'training/alone'.",
    )


@pytest.mark.parametrize(
    ("run", "others", "expected"),
    [
        ("a", (), ["a", "a/train", "a/validation", "train", "validation", "."]),
        ("a", ("b",), ["a", "a/train", "a/validation"]),
        ("a", (".",), ["a", "a/train", "a/validation"]),
        ("a", ("b/c",), ["a", "a/train", "a/validation", "train", "validation", "."]),
        ("a", ("a/train",), ["a", "a/validation", "train", "validation", "."]),
        (".", ("a",), [".", "train", "validation"]),
        (".", ("train",), [".", "validation"]),
        (
            "a/train",
            ("b/train",),
            ["a/train", "a/train/train", "a/train/validation", "a/validation", "a"],
        ),
    ],
)
def test_the_runs_of_a_training(
    run: str, others: tuple[str, ...], expected: list[str]
) -> None:
    assert [*runs_of_training(run, [run, *others])] == expected


def named(*tags: str) -> list[TrainingScalar]:
    return [TrainingScalar("run", tag, tag) for tag in tags]


def test_the_loss_is_the_likeliest_of_all() -> None:
    for place, loss in enumerate(LOSSES):
        less_likely = [*LOSSES[place:], "my_loss", "accuracy"]
        chosen = likeliest_loss(named(*reversed(less_likely)))
        assert chosen is not None
        assert chosen.tag == loss


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((), None),
        (("accuracy", "loss/accuracy"), None),
        (("accuracy", "val/Cross_Loss", "other_loss"), "val/Cross_Loss"),
    ],
)
def test_else_it_is_the_first_that_is_called_a_loss(
    tags: tuple[str, ...], expected: str | None
) -> None:
    chosen = likeliest_loss(named(*tags))
    assert (chosen and chosen.tag) == expected


def test_of_one_name_it_is_that_of_the_run_that_fits_best() -> None:
    scalars = [TrainingScalar(run, "loss", f"{run}: loss") for run in ("a", "b")]
    assert likeliest_loss(scalars) == scalars[0]
