"""The plugin object, as TensorBoard uses it, in this process."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from plugin.watching import Watched, write
from tensorboard.plugins import base_plugin
from werkzeug.test import Client

from tb_actviz.plugin.routes import ActivationsPlugin

STEPS = 3


@pytest.fixture
def provider(tmp_path: Path) -> Watched:
    write(tmp_path, "a", [10.0 * (step + 1) for step in range(STEPS)])
    return Watched(tmp_path)


def test_the_routes_are_those_of_the_document(provider: Watched) -> None:
    plugin = ActivationsPlugin(base_plugin.TBContext(data_provider=provider))
    data = {route for route in plugin.get_plugin_apps() if "static" not in route}
    layers = {"/runs", "/steps", "/record", "/values", "/health", "/curve"}
    assert data == layers | {"/scalar"}
    assert plugin.is_active() is False


@pytest.mark.parametrize(
    ("hints", "flags", "kept_at_most", "logged"),
    [
        ({"activations": 1000}, Namespace(grpc_data_provider=""), 1000, STEPS),
        ({"activations": 1000}, None, 1000, STEPS),
        ({"activations": STEPS}, None, STEPS, None),
        ({"activations": 0}, None, None, STEPS),
        ({"activations": -1}, None, None, STEPS),
        ({"images": 3}, None, None, None),
        (None, None, None, None),
        # A data server of its own keeps as many as it was told to.
        ({"activations": 1000}, Namespace(grpc_data_provider="host:1"), None, None),
    ],
)
def test_how_many_steps_are_kept_is_said_only_where_it_is_known(
    provider: Watched,
    hints: dict[str, int] | None,
    flags: Namespace | None,
    kept_at_most: int | None,
    logged: int | None,
) -> None:
    context = base_plugin.TBContext(
        data_provider=provider, sampling_hints=hints, flags=flags
    )
    apps = ActivationsPlugin(context).get_plugin_apps()

    def get(route: str, **query: Any) -> Any:
        return Client(apps[route]).get(route, query_string=query).json

    assert get("/runs")["kept_at_most"] == kept_at_most
    listed = get("/steps", run="a", tag="conv")
    assert listed["logged"] == logged
    assert [one["step"] for one in listed["steps"]] == [*range(STEPS)]
