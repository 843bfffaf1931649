"""All that a page asks for, and what the plugin answers."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from typing import Any

from tb_actviz.export.held_provider import HeldProvider
from tb_actviz.export.log_index import Log
from tb_actviz.export.page import Arguments, HeldAnswer
from tb_actviz.records.schema import PLUGIN_NAME

#: TensorBoard's own routes, as the tab names them from where it lies.
_RUNS, _ENVIRONMENT = "../../runs", "../../environment"
_JSON = "application/json"


def ask_all(provider: HeldProvider, log: Log) -> Iterator[HeldAnswer]:
    """Ask the plugin all that the tab can ask for.

    Args:
        provider: What the page holds.
        log: What was logged.

    Yields:
        The answers, among them refusals, such as that a record cannot be read.
    """
    asker = _Asker(provider)
    listing = asker.ask("runs")
    yield listing
    runs = json.loads(listing.body)["runs"]
    # In TensorBoard's order, in which the tab gives them colours.
    began = [
        (math.inf if found.began is None else found.began, run)
        for run, found in log.runs.items()
    ]
    yield _answer(_RUNS, [run for _, run in sorted(began)])
    yield _answer(_ENVIRONMENT, {"data_location": log.log_dir})
    for run in runs:
        yield from _of_run(asker, run["run"])
        for tag in run["tags"]:
            count = len(log.runs[run["run"]].layers[tag["layer"]])
            yield from _of_tag(asker, run["run"], tag["tag"], count)


class _Asker:
    """Asks the plugin, in this process, what a server of it would be asked."""

    def __init__(self, provider: HeldProvider) -> None:
        # Only where a page is made: the parts of TensorBoard that serve warn when they
        # are imported, and trainings import this.
        from tensorboard.plugins.base_plugin import TBContext
        from werkzeug.test import Client

        from tb_actviz.plugin.routes import ActivationsPlugin

        plugin = ActivationsPlugin(
            TBContext(
                data_provider=provider,
                flags=argparse.Namespace(),
                sampling_hints={PLUGIN_NAME: 0},
            )
        )
        apps = plugin.get_plugin_apps()
        self._clients = {route: Client(app) for route, app in apps.items()}

    def ask(self, route: str, **arguments: str | int | float) -> HeldAnswer:
        given = {key: _as_text(value) for key, value in arguments.items()}
        answer = self._clients[f"/{route}"].get(query_string=given)
        kind = answer.headers["Content-Type"].partition(";")[0]
        return HeldAnswer(route, arguments, answer.status_code, kind, answer.get_data())


def _as_text(value: str | int | float) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _answer(route: str, content: Any) -> HeldAnswer:
    return HeldAnswer(route, {}, 200, _JSON, json.dumps(content).encode())


def _of_run(asker: _Asker, run: str) -> Iterator[HeldAnswer]:
    yield asker.ask("health", run=run)
    loss = asker.ask("scalar", run=run)
    yield loss
    if loss.status == 200:
        for name in json.loads(loss.body)["names"]:
            yield asker.ask("scalar", run=run, name=name)


def _of_tag(asker: _Asker, run: str, tag: str, logged: int) -> Iterator[HeldAnswer]:
    steps = asker.ask("steps", run=run, tag=tag)
    if steps.status != 200:
        yield steps
        return
    series = json.loads(steps.body)
    yield _answer_instead(steps, series | {"logged": logged})
    inputs = 0
    for kept in series["steps"]:
        if kept["unreadable"] is not None:
            continue
        place: Arguments = {"run": run, "tag": tag, "step": kept["step"]}
        if kept["wall_time"] is not None:
            place["wall_time"] = kept["wall_time"]
        header = asker.ask("record", **place)
        yield header
        if header.status == 200:
            inputs = max(inputs, kept["inputs"])
            for number in range(kept["inputs"]):
                yield asker.ask("values", **place, input=number)
    for number in range(inputs):
        yield asker.ask("curve", run=run, tag=tag, input=number)


def _answer_instead(answer: HeldAnswer, content: Any) -> HeldAnswer:
    body = json.dumps(content, separators=(",", ":")).encode()
    return HeldAnswer(
        answer.route, answer.arguments, answer.status, answer.content_type, body
    )
