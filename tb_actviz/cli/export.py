"""`tb-actviz export`: what was logged, in files that need no TensorBoard."""

from __future__ import annotations

import argparse
from typing import Any

from tb_actviz.cli.console import as_json
from tb_actviz.errors import InputError

_KINDS = ("png", "gif", "npz", "csv")


def run(arguments: argparse.Namespace) -> None:
    """Write what was logged into files."""
    targets = {kind: getattr(arguments, kind) for kind in _KINDS}
    targets = {kind: path for kind, path in targets.items() if path is not None}
    if arguments.html is None and not targets:
        raise InputError(
            "Nothing says what to write. Name a page with --html report.html, or a "
            "target for --png, --gif, --npz or --csv."
        )
    if arguments.html is None:
        _refuse_what_pages_take(arguments)
    answer: dict[str, Any] = {"log_dir": arguments.logdir}
    chosen = {
        "runs": arguments.runs,
        "layers": arguments.layers,
        "steps": arguments.steps,
        "inputs": arguments.inputs,
        "force": arguments.force,
        "progress": True,
    }
    if arguments.html is not None:
        answer |= _page(arguments, chosen)
    if targets:
        from tb_actviz.export.files import export_files

        files = export_files(arguments.logdir, **targets, **chosen)
        answer["files"] = [str(path) for path in files.paths]
        known = answer.setdefault("not_read", [])
        known += [problem for problem in files.problems if problem not in known]
    print(as_json(answer) if arguments.json else _as_text(answer))


def _page(arguments: argparse.Namespace, chosen: dict[str, Any]) -> dict[str, Any]:
    from tb_actviz.export.html import export_html

    page = export_html(
        arguments.logdir,
        arguments.html,
        precision=arguments.precision,
        max_mb=arguments.max_mb,
        split=arguments.split,
        **chosen,
    )
    return {
        "html": str(page.path),
        "bytes": page.size,
        "chosen": list(page.chosen),
        "left_out": list(page.losses),
        "not_read": list(page.problems),
    }


def _refuse_what_pages_take(arguments: argparse.Namespace) -> None:
    for name in ("precision", "max_mb", "split"):
        if getattr(arguments, name):
            option = f"--{name.replace('_', '-')}"
            raise InputError(f"{option} is about a page: name one with --html.")


def _as_text(answer: dict[str, Any]) -> str:
    lines = []
    if "html" in answer:
        lines.append(f"{answer['html']}: {answer['bytes'] / 1e6:.1f} MB")
        for words, key in (("chosen", "chosen"), ("left out to fit", "left_out")):
            if answer[key]:
                lines.append(f"{words}: {'; '.join(answer[key])}")
    lines += answer.get("files", [])
    if answer["not_read"]:
        lines.append(f"not read: {'; '.join(answer['not_read'])}")
    return "\n".join(lines)
