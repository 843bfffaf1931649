"""A scalar of the training that a run belongs to, such as its loss."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from posixpath import relpath
from typing import Any

from tb_actviz.plugin.errors import MissingError
from tb_actviz.plugin.layer_scalars import (
    LAYER_SCALARS,
    ScalarProvider,
    as_json_numbers,
)
from tb_actviz.plugin.provider import Provider, RequestContext
from tb_actviz.records.schema import TAG_SUFFIX

#: How many steps one answer has at most.
MOST_STEPS = 1000
#: What a loss is called, the likeliest first; the first four are of Keras.
LOSSES = (
    "epoch_loss",
    "batch_loss",
    "evaluation_loss_vs_iterations",
    "loss",
    "train/loss",
    "train_loss",
    "loss/train",
)
# Where `keras.callbacks.TensorBoard` writes, below its folder.
_OF_KERAS = ("train", "validation")
_ROOT = "."


@dataclass(frozen=True)
class TrainingScalar:
    """A tag that holds a scalar of a training.

    Args:
        run: The run in which it was written.
        tag: The tag.
        name: What it is called: the tag, behind the way to a run that is another.
    """

    run: str
    tag: str
    name: str


def runs_of_training(run: str, with_activations: Collection[str]) -> tuple[str, ...]:
    """Name the runs in which the scalars of a run's training may be.

    That is the run itself, what Keras writes below its folder, and what lies beside it,
    unless another run with activations lies there too, whose it may be.

    Args:
        run: Name of the run.
        with_activations: The runs that have activations.

    Returns:
        Names of runs, those that fit best first; there need not be all of them.
    """
    found = [run, *(_below(run, name) for name in _OF_KERAS)]
    parent = _parent(run)
    others = [one for one in with_activations if one != run]
    if parent is not None and not any(
        one == parent or _parent(one) == parent for one in others
    ):
        found += [*(_below(parent, name) for name in _OF_KERAS), parent]
    return tuple(dict.fromkeys(one for one in found if one not in others))


def _below(folder: str, name: str) -> str:
    return name if folder == _ROOT else f"{folder}/{name}"


def _parent(run: str) -> str | None:
    if run == _ROOT:
        return None
    return run.rpartition("/")[0] or _ROOT


def likeliest_loss(scalars: Sequence[TrainingScalar]) -> TrainingScalar | None:
    """Choose the scalar that is shown where nobody chose one: the loss of the training.

    Args:
        scalars: All there are, those of the run that fits best first.

    Returns:
        The first that is called as the first of `LOSSES` that there is; else the first
        with "loss" in the last part of its tag; None where there is none.
    """
    for loss in LOSSES:
        for scalar in scalars:
            if scalar.tag == loss:
                return scalar
    named = (one for one in scalars if "loss" in one.tag.rpartition("/")[2].lower())
    return next(named, None)


def training_scalar(
    provider: Provider,
    scalars: ScalarProvider,
    asker: RequestContext,
    run: str,
    name: str | None,
) -> dict[str, Any]:
    """Read a scalar of the training that a run belongs to.

    Args:
        provider: Where the records come from.
        scalars: Where the scalars come from.
        asker: Who asks.
        run: Name of the run.
        name: Which scalar; None for the loss.

    Returns:
        What `http_api.md` says of `scalar`.

    Raises:
        RefusalError: If there is no such run, no such scalar, or it cannot be read.
    """
    tags = provider.tags_of(asker, run)
    runs = runs_of_training(run, provider.tags(asker).tags)
    found = _found(run, runs, scalars.tags(asker, runs), _of_layers(tags))
    if name is None:
        chosen = likeliest_loss(found)
    else:
        chosen = next((one for one in found if one.name == name), None)
        if chosen is None:
            raise MissingError(
                f"There is no scalar {name!r:.80} beside run {run!r:.80}."
            )
    answer: dict[str, Any] = {
        "run": run,
        "names": [one.name for one in found],
        "name": chosen and chosen.name,
        "given_at_most": MOST_STEPS,
        "steps": (),
        "wall_times": [],
        "values": [],
        "unreadable": None,
    }
    if chosen:
        by_tag = scalars.read(asker, chosen.run, [chosen.tag], MOST_STEPS)
        read = by_tag.get(chosen.tag)
        if read:
            answer |= {
                "steps": read.steps,
                "wall_times": [
                    time if math.isfinite(time) else None for time in read.wall_times
                ],
                "values": as_json_numbers(read.values),
                "unreadable": read.unreadable,
            }
    return answer


def _of_layers(tags: Sequence[str]) -> set[str]:
    """Name the scalars that are of layers, and not of the training."""
    layers = [tag.removesuffix(f"/{TAG_SUFFIX}") for tag in tags]
    return {f"{layer}/{name}" for layer in layers for name in LAYER_SCALARS}


def _found(
    run: str,
    runs: Sequence[str],
    tags: Mapping[str, Sequence[str]],
    of_layers: Collection[str],
) -> list[TrainingScalar]:
    return [
        TrainingScalar(one, tag, tag if one == run else f"{relpath(one, run)}: {tag}")
        for one in runs
        for tag in sorted(tags.get(one, ()))
        if one != run or tag not in of_layers
    ]
