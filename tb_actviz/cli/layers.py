"""`tb-actviz layers`: a model as a table."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING

from tb_actviz.cli.console import as_json, table
from tb_actviz.cli.models import load_model

if TYPE_CHECKING:
    from tb_actviz.capture.selection import LayerInfo


def run(arguments: argparse.Namespace) -> None:
    """List the layers of a model."""
    model = load_model(arguments.model, arguments.weights)
    # Only now is Keras there, on a back end that is installed.
    from tb_actviz.capture.selection import describe_calls, known_calls, select_calls
    from tb_actviz.layer_paths import FUSED

    calls = known_calls(model)
    infos = describe_calls(calls)
    if arguments.layers:
        wanted = {call.path for call in select_calls(calls, arguments.layers)}
        infos = [info for info in infos if info.path in wanted]
    if arguments.json:
        answer = {
            "model": model.name,
            "parameters": model.count_params(),
            "layers": [dataclasses.asdict(info) for info in infos],
        }
        print(as_json(answer))
        return
    header = ["path", "class", "output", "channels", "parameters", "pair", "warnings"]
    print(table(header, [_row(info) for info in infos], right={3, 4}))
    layers = [info for info in infos if not info.path.endswith(FUSED)]
    print(f"\n{model.name}: {len(layers)} layers, {model.count_params():,} parameters")
    if len(layers) < len(infos):
        print(f"{FUSED} is the value before an activation inside the layer")
    if any(None in info.output_shape for info in infos):
        print("? in a shape: depends on the size of the picture")


def _row(info: LayerInfo) -> list[str]:
    pair = {
        "activation": f"after {info.partner}",
        "pre-activation": f"before {info.partner}",
    }
    return [
        info.path,
        info.class_name,
        "×".join("?" if size is None else str(size) for size in info.output_shape),
        "" if info.channels is None else str(info.channels),
        f"{info.parameters:,}" if info.parameters else "",
        pair.get(info.kind, ""),
        "; ".join(info.warnings),
    ]
