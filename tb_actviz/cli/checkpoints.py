"""`tb-actviz checkpoints`: pictures through many checkpoints of one model."""

from __future__ import annotations

import argparse
import shlex
import sys
import warnings
from typing import TYPE_CHECKING, Any

from tb_actviz.cli.arguments import drawing_options
from tb_actviz.cli.console import as_json, say_missing, table
from tb_actviz.cli.models import load_model, load_preprocess
from tb_actviz.cli.pictures import read_pictures

if TYPE_CHECKING:
    from tb_actviz.checkpoints.log import LoggedCheckpoints


def run(arguments: argparse.Namespace) -> None:
    """Log pictures of a model's activations at each of its checkpoints."""
    from tb_actviz.checkpoints.files import find_checkpoints, number_checkpoints

    options = drawing_options(arguments)
    # Before the model: a wrong path should not have to wait for a network.
    inputs = read_pictures(arguments.pictures, arguments.size)
    checkpoints = find_checkpoints(arguments.checkpoints)
    number_checkpoints(checkpoints, arguments.steps)
    model = load_model(arguments.model, arguments.weights)
    preprocess = load_preprocess(arguments.preprocess, arguments.model, model)
    from tb_actviz.checkpoints.log import log_checkpoints

    with warnings.catch_warnings():
        # Skipped checkpoints and missing channels are said below.
        warnings.simplefilter("ignore", UserWarning)
        done = log_checkpoints(
            arguments.logdir,
            model,
            checkpoints,
            inputs,
            arguments.layers,
            steps=arguments.steps,
            scale=arguments.scale,
            preprocess=preprocess,
            options=options,
            strict=arguments.strict,
        )
    for skipped in done.skipped:
        print(f"skipped: {skipped.reason}", file=sys.stderr)
    say_missing(done.logged[0])
    answer = _answer(arguments, done)
    print(as_json(answer) if arguments.json else _as_text(answer))


def _answer(arguments: argparse.Namespace, done: LoggedCheckpoints) -> dict[str, Any]:
    return {
        "model": arguments.model,
        "log_dir": arguments.logdir,
        "event_file": done.event_file,
        "preprocess": done.logged[0].preprocess,
        "inputs": [named.name for named in done.logged[0].inputs],
        "scale": done.scale,
        "steps_from": done.steps_from,
        "checkpoints": [
            {"step": checkpoint.step, "file": str(checkpoint.path)}
            for checkpoint in done.checkpoints
        ],
        "skipped": [
            {
                "step": skipped.checkpoint.step,
                "file": str(skipped.checkpoint.path),
                "reason": skipped.reason,
            }
            for skipped in done.skipped
        ],
        "missing_channels": done.logged[0].missing_channels,
        "tags": list(
            dict.fromkeys(tag for logged in done.logged for tag in logged.tags)
        ),
        "command": f"tensorboard --logdir {shlex.quote(arguments.logdir)}",
    }


def _as_text(answer: dict[str, Any]) -> str:
    rows = [
        [str(checkpoint["step"]), checkpoint["file"]]
        for checkpoint in answer["checkpoints"]
    ]
    lines = [
        table(["step", "checkpoint"], rows, right={0}),
        f"steps: from {answer['steps_from']}",
        f"scale: {answer['scale']}",
        f"preprocessing: {answer['preprocess']}",
        "",
        f"{len(answer['tags'])} pictures for each step in {answer['log_dir']}, tags:",
        *(f"  {tag}" for tag in answer["tags"]),
        "",
        "see them:",
        f"  {answer['command']}",
    ]
    return "\n".join(lines)
