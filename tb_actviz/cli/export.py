"""`tb-actviz export`: what was logged, in files that need no TensorBoard."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from tb_actviz.cli.console import as_json
from tb_actviz.errors import InputError

if TYPE_CHECKING:
    from tb_actviz.export.html import ExportedPage


def run(arguments: argparse.Namespace) -> None:
    """Write what was logged into files."""
    if arguments.html is None:
        raise InputError(
            "Nothing says what to write. Name a page with --html report.html."
        )
    from tb_actviz.export.html import export_html

    page = export_html(
        arguments.logdir,
        arguments.html,
        runs=arguments.runs,
        layers=arguments.layers,
        steps=arguments.steps,
        inputs=arguments.inputs,
        precision=arguments.precision,
        max_mb=arguments.max_mb,
        split=arguments.split,
        force=arguments.force,
        progress=True,
    )
    answer = _answer(arguments, page)
    print(as_json(answer) if arguments.json else _as_text(answer))


def _answer(arguments: argparse.Namespace, page: ExportedPage) -> dict[str, Any]:
    return {
        "log_dir": arguments.logdir,
        "html": str(page.path),
        "bytes": page.size,
        "chosen": list(page.chosen),
        "left_out": list(page.losses),
        "not_read": list(page.problems),
    }


def _as_text(answer: dict[str, Any]) -> str:
    lines = [f"{answer['html']}: {answer['bytes'] / 1e6:.1f} MB"]
    for words, key in (
        ("chosen", "chosen"),
        ("left out to fit", "left_out"),
        ("not read", "not_read"),
    ):
        if answer[key]:
            lines.append(f"{words}: {'; '.join(answer[key])}")
    return "\n".join(lines)
