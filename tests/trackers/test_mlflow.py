"""Names that MLflow takes."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tb_actviz.imaging.page import encode_png
from tb_actviz.trackers import mlflow
from tb_actviz.trackers.tracker import Picture, Tracker


class Client:
    """Notes what MLflow's client is called with."""

    def __init__(self) -> None:
        self.batches: list[Any] = []
        self.keys: list[str] = []

    def log_batch(self, run: str, metrics: list[Any]) -> None:
        self.batches.append([metric[0] for metric in metrics])

    def log_image(self, run: str, image: Any, key: str, step: int) -> None:
        self.keys.append(key)


def found(client: Client, version: str, patch: pytest.MonkeyPatch) -> Tracker:
    module: Any = ModuleType("mlflow")
    module.__version__ = version
    module.active_run = lambda: SimpleNamespace(info=SimpleNamespace(run_id="r"))
    module.get_tracking_uri = str
    module.MlflowClient = lambda uri: client
    module.entities = SimpleNamespace(Metric=lambda *given: given)
    patch.setitem(sys.modules, "mlflow", module)
    tracker = mlflow.find("runs/a")
    assert tracker is not None
    return tracker


def test_tags_become_keys_of_which_no_two_are_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client()
    tracker = found(client, "3.17.2", monkeypatch)
    long = "a" * 300 + "/mean"
    tags = ["conv#2/mean", "conv_2/mean", "conv:2/mean", long, f"{long}2"]
    tracker.scalars(dict.fromkeys(tags, 1.0), 0)
    tracker.scalars(dict.fromkeys(tags, 2.0), 1)
    first, second = client.batches
    assert first == second
    assert first[0] == "conv_2/mean"
    assert len(set(first)) == len(tags)
    assert all(len(key) <= 120 and key.isascii() for key in first)


def test_many_metrics_go_in_several_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    tracker = found(client, "3.17.2", monkeypatch)
    tracker.scalars({f"conv{number}/mean": 1.0 for number in range(2300)}, 0)
    assert [len(batch) for batch in client.batches] == [1000, 1000, 300]


@pytest.mark.parametrize(
    ("version", "key"),
    [
        ("3.6.0", "conv channels a b"),
        ("3.10.1", "conv channels a b"),
        ("3.11.1", "conv/channels/a b"),
        ("4.0.0rc1", "conv/channels/a b"),
    ],
)
def test_pictures_have_names_that_this_version_shows(
    version: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    png = encode_png(np.zeros((2, 2, 3), np.uint8))
    tracker = found(client, version, monkeypatch)
    tracker.image(Picture("conv/channels/a b", png), 3)
    assert client.keys == [key]
