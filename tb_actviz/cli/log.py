"""`tb-actviz log`: pictures through a model into TensorBoard."""

from __future__ import annotations

import argparse
import shlex
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tb_actviz.cli.arguments import drawing_options
from tb_actviz.cli.console import as_json, say_missing, table
from tb_actviz.cli.models import class_names, load_preprocess, load_trained_model
from tb_actviz.cli.pictures import read_pictures
from tb_actviz.errors import InputError, format_shape

if TYPE_CHECKING:
    import numpy as np

    from tb_actviz.capture.named_input import NamedInput
    from tb_actviz.logger import ActivationLogger
    from tb_actviz.runs.logged_step import LoggedStep


def run(arguments: argparse.Namespace) -> None:
    """Log pictures of a model's activations."""
    from tb_actviz.runs.options import SINGLE_STEP_BYTES

    # There are no further steps to save room for.
    options = replace(drawing_options(arguments), step_bytes=SINGLE_STEP_BYTES)
    # Before the model: a wrong path should not have to wait for a network.
    inputs = read_pictures(_paths(arguments), arguments.size)
    model = load_trained_model(arguments.model, arguments.weights)
    preprocess = load_preprocess(arguments.preprocess, arguments.model, model)
    names = class_names(arguments.model, arguments.weights, model)
    from tb_actviz.logger import ActivationLogger

    with (
        ActivationLogger(
            arguments.logdir,
            model,
            arguments.layers,
            preprocess=preprocess,
            options=replace(options, class_names=names),
        ) as logger,
        warnings.catch_warnings(),
    ):
        # Channels that do not exist everywhere are said below.
        warnings.filterwarnings("ignore", "Of the channels to follow")
        logged = logger(inputs, arguments.step)
    say_missing(logged)
    answer = _answer(arguments, logger, logged)
    print(as_json(answer) if arguments.json else _as_text(answer))


def _paths(arguments: argparse.Namespace) -> list[str]:
    """The pictures, or where they went: an option with a list swallows what follows."""
    if arguments.pictures:
        return list(arguments.pictures)
    for option in ("layers", "views"):
        swallowed = [v for v in getattr(arguments, option) or () if Path(v).exists()]
        if swallowed:
            raise InputError(
                f"No pictures were given; {swallowed[0]!r} was read as one of "
                f"--{option}. Name pictures first, or put -- before them."
            )
    raise InputError("No pictures were given. Name picture files, or folders of them.")


def _answer(
    arguments: argparse.Namespace,
    logger: ActivationLogger,
    logged: LoggedStep,
) -> dict[str, Any]:
    return {
        "model": arguments.model,
        "log_dir": arguments.logdir,
        "event_file": logger.event_file,
        "step": logged.step,
        "preprocess": logged.preprocess,
        "inputs": [
            _input_answer(named, logged, logger.options.class_names)
            for named in logged.inputs
        ],
        "strongest": {
            layer: {
                name: [{"channel": c, "max": value} for c, value in channels]
                for name, channels in inputs.items()
            }
            for layer, inputs in logged.strongest.items()
        },
        "missing_channels": logged.missing_channels,
        "precision": list(dict.fromkeys(logged.precision.values())),
        "tags": logged.tags,
        "command": f"tensorboard --logdir {shlex.quote(arguments.logdir)}",
    }


def _input_answer(
    named: NamedInput, logged: LoggedStep, names: Sequence[str] | None
) -> dict[str, Any]:
    scores = logged.predictions.get(named.name)
    return {
        "name": named.name,
        "file": None if named.source is None else str(named.source),
        "shape": [list(part.shape) for part in named.parts],
        "height": None if named.picture is None else named.picture.shape[0],
        "width": None if named.picture is None else named.picture.shape[1],
        "notes": list(named.notes),
        "probabilities": scores is not None and _are_probabilities(scores),
        "predictions": [
            {
                "class": index,
                "name": names[index] if names else f"class {index}",
                "score": score,
            }
            for index, score in logged.best_classes(named.name)
        ],
    }


def _are_probabilities(scores: np.ndarray) -> bool:
    return bool((scores >= 0).all()) and abs(float(scores.sum()) - 1) < 1e-3


def _as_text(answer: dict[str, Any]) -> str:
    lines = []
    for shown in answer["inputs"]:
        notes = "".join(f", {note}" for note in shown["notes"])
        size = f"{shown['height']}×{shown['width']}"
        if shown["height"] is None:
            size = " and ".join(format_shape(shape) for shape in shown["shape"])
        lines.append(f"{shown['name']}: {size}{notes}")
        form = "{:8.2%}" if shown["probabilities"] else "{:8.4g}"
        lines += [
            f"  {form.format(p['score'])}  {p['name']}" for p in shown["predictions"]
        ]
    lines.append(f"preprocessing: {answer['preprocess']}")
    lines.append(f"values stored as: {_stored(answer['precision'])}")
    names = [shown["name"] for shown in answer["inputs"]]
    rows = [
        [layer, *(_channel_list(inputs[name]) for name in names)]
        for layer, inputs in answer["strongest"].items()
    ]
    lines += ["", "strongest channels, counted from 0 (maximum):"]
    lines += [table(["layer", *names], rows, right=set())]
    lines += ["", f"{len(answer['tags'])} pictures in {answer['log_dir']}, tags:"]
    lines += [f"  {tag}" for tag in answer["tags"]]
    lines += ["", "see them:", f"  {answer['command']}"]
    return "\n".join(lines)


def _stored(precision: Sequence[str]) -> str:
    """How exactly values are stored, and how to have them whole."""
    words = ", ".join(precision)
    whole = list(precision) == ["float32"]
    return words if whole else f"{words} (--precision float32 stores them whole)"


def _channel_list(channels: list[dict[str, Any]]) -> str:
    return ", ".join(
        f"{channel['channel']} ({channel['max']:.4g})" for channel in channels
    )
