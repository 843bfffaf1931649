"""`tb-actviz compare`: which channels respond differently to two pictures."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING

from tb_actviz.cli.console import as_json, table
from tb_actviz.cli.models import load_preprocess, load_trained_model
from tb_actviz.cli.pictures import read_pictures
from tb_actviz.errors import InputError

if TYPE_CHECKING:
    from tb_actviz.comparison import InputDifference


def run(arguments: argparse.Namespace) -> None:
    """Rank channels by how differently they respond to two pictures."""
    if arguments.top < 1:
        raise InputError(f"Received --top {arguments.top}; expected at least 1.")
    pair = read_pictures([arguments.first, arguments.second], arguments.size)
    if len(pair) != 2:
        raise InputError(
            f"Received {len(pair)} pictures; expected two, not folders of them."
        )
    model = load_trained_model(arguments.model, arguments.weights)
    from tb_actviz.comparison import compare_inputs

    differences = compare_inputs(
        model,
        pair[0],
        pair[1],
        arguments.layers,
        preprocess=load_preprocess(arguments.preprocess, arguments.model, model),
    )[: arguments.top]
    if arguments.json:
        answer = {
            "model": arguments.model,
            "first": str(pair[0].source),
            "second": str(pair[1].source),
            "channels": [
                {**dataclasses.asdict(difference), "change": difference.change}
                for difference in differences
            ],
        }
        print(as_json(answer))
    else:
        print(as_table(differences, pair[0].name, pair[1].name))


def as_table(differences: list[InputDifference], first: str, second: str) -> str:
    """Lay out differences for people.

    Args:
        differences: From `compare_inputs`.
        first: Name of the first input.
        second: Name of the second input.

    Returns:
        A table, and a line that explains its last two columns.
    """
    if not any(difference.change for difference in differences):
        return f"No channel responds differently to {first} and {second}."
    rows = [
        [
            difference.layer,
            str(difference.channel),
            f"{difference.first:.4g}",
            f"{difference.second:.4g}",
            f"{difference.change:+.4g}",
            f"{difference.share:.0%}",
            "{1}…{3}, {0}…{2}".format(*difference.box) if difference.box else "unknown",
        ]
        for difference in differences
    ]
    header = ["layer", "channel", first, second, "change", "of layer", "x, y in pixels"]
    note = "of layer: share of the layer's largest response. Channels count from 0."
    return f"{table(header, rows, right={1, 2, 3, 4, 5})}\n{note}"
