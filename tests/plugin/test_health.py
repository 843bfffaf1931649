"""The scalars of all layers at once, on both loaders."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugin.serving import Host
from plugin.watching import NAME, Watched
from plugin.writing_records import metadata, parts, strings, summary, write_events
from tensorboard import context
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_SCALAR, Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_DOUBLE, DT_FLOAT, DT_STRING

from tb_actviz.plugin import layer_scalars
from tb_actviz.plugin.errors import MissingError, UnreadableError
from tb_actviz.plugin.layer_scalars import (
    MOST_NUMBERS,
    SCALARS,
    ScalarProvider,
    layer_health,
)
from tb_actviz.plugin.provider import Provider, RequestContext
from tb_actviz.writing.summaries import scalar_summary

ASKER = RequestContext(context.RequestContext(), "")
STEPS = 30
NAMES = ("mean", "std", "sparsity", "silent")
LAYERS = ("block/conv2", "conv1", "conv10", "größe:pre")


def number(layer: str, name: str, step: int) -> float:
    """Something that tells layer, name and step apart."""
    return sum(map(ord, layer + name)) / 7 + step / 3


def logged(step: int) -> Summary:
    return scalar_summary(
        {
            **{f"{a}/{b}": number(a, b, step) for a in LAYERS for b in NAMES},
            **({"conv1/saturated": step / 64} if step % 2 else {}),
            # Of no layer that has records, or nothing of ours.
            **{"loss": 1.0, "other/mean": 2.0, "conv1/weird": 3.0, "conv1": 4.0},
        }
    )


def tensor(tag: str, sizes: list[int], **content: Any) -> Summary:
    """A summary that says it is a scalar."""
    found = metadata("scalars")
    found.data_class = DATA_CLASS_SCALAR
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])
    proto = TensorProto(tensor_shape=shape, **content)
    return Summary(value=[Summary.Value(tag=tag, tensor=proto, metadata=found)])


#: Scalars that are none, and what is told of them by the data server and by Python.
ODD: dict[str, tuple[Summary, Any, Any]] = {
    "mean": (
        tensor("conv/mean", [2], dtype=DT_FLOAT, float_val=[1.0, 2.0]),
        None,
        "It is not a list of numbers: can only convert an array of size 1 to a Python "
        "scalar.",
    ),
    "std": (tensor("conv/std", [], dtype=DT_STRING, string_val=[b"1"]), None, [None]),
    "sparsity": (
        tensor("conv/sparsity", [], dtype=DT_DOUBLE, double_val=[1e300]),
        None,
        [None],
    ),
    "silent": (
        tensor("conv/silent", [], dtype=99),
        None,
        "It is not a list of numbers: Cannot convert value 99 to a TensorFlow DType.",
    ),
    "saturated": (scalar_summary({"conv/saturated": -math.inf}), [None], [None]),
}


@pytest.fixture(scope="module")
def hosts(shared_log_dir: Path, shared_hosts: dict[str, Host]) -> dict[str, Host]:
    log_dir = shared_log_dir / "health"
    events = [(1.7e9 + step, step, logged(step)) for step in range(STEPS)]
    records = [(1.8e9, 0, summary(layer, 0)) for layer in LAYERS]
    write_events(log_dir / "without" / NAME, events)
    write_events(log_dir / "train" / NAME, events + records)
    odd = [(1.7e9, 0, one) for one, _, _ in ODD.values()]
    nothing = Summary(value=[Summary.Value(tag="conv/nonfinite")])
    odd += [(1.7e9, 0, nothing), (1.7e9, 0, strings("conv", parts()))]
    good = [(1.7e9, 0, scalar_summary({"other/mean": 1.0}))]
    records = [(1.8e9, 0, summary(layer, 0)) for layer in ("conv", "other")]
    write_events(log_dir / "odd" / NAME, odd + good + records)
    for one in shared_hosts.values():
        one.wait_for("health/train", f"{LAYERS[-1]}/activations", 0)
        one.wait_for("health/odd", "other/activations", 0)
    return shared_hosts


def as_read(value: float) -> float:
    """A number as float32 keeps it, in as few digits as tell it apart."""
    return float(str(np.float32(value)))


def series(steps: range, values: list[float]) -> dict[str, Any]:
    shown = [as_read(value) for value in values]
    return {"steps": [*steps], "values": shown, "unreadable": None}


def test_it_gives_every_scalar_of_every_layer_that_has_records(host: Host) -> None:
    expected: dict[str, dict[str, Any]] = {
        layer: {
            name: series(range(STEPS), [number(layer, name, n) for n in range(STEPS)])
            for name in NAMES
        }
        for layer in LAYERS
    }
    odd = range(1, STEPS, 2)
    expected["conv1"]["saturated"] = series(odd, [n / 64 for n in odd])
    assert host.get("health", run="health/train").json() == {
        "run": "health/train",
        "given_at_most": MOST_NUMBERS // (len(LAYERS) * (len(SCALARS) + 1)),
        "layers": [{"layer": one, "scalars": expected[one]} for one in sorted(LAYERS)],
    }


def test_what_is_no_number_hides_no_other(host: Host) -> None:
    conv, other = host.get("health", run="health/odd").json()["layers"]
    index = 1 if host.loader == "rust" else 2
    expected = {}
    for name, told in ODD.items():
        one = told[index]
        if isinstance(one, str):
            expected[name] = {"steps": [], "values": [], "unreadable": one}
        elif one is not None:
            expected[name] = {"steps": [0], "values": one, "unreadable": None}
    assert conv == {"layer": "conv", "scalars": expected}
    assert other == {"layer": "other", "scalars": {"mean": series(range(1), [1.0])}}


@pytest.mark.parametrize("run", ["without", "nowhere", "trai", "train/", "../train"])
def test_a_run_without_records_is_missing(host: Host, run: str) -> None:
    assert host.refused("health", run=f"health/{run}") == (
        404,
        f"There is no run {f'health/{run}'!r} with activations.",
    )


def ask(watched: Watched, run: str = "a") -> dict[str, Any]:
    return layer_health(Provider(watched), ScalarProvider(watched), ASKER, run)


def write(log_dir: Path, events: list[Summary]) -> None:
    places = [(1.7e9 + step, step, one) for step, one in enumerate(events)]
    write_events(log_dir / "a" / NAME, places)


def test_all_is_read_at_once(tmp_path: Path) -> None:
    scalars = {f"conv{n}/{name}": 1.0 for n in range(50) for name in SCALARS}
    layers = [summary(f"conv{n}", 0) for n in range(50)]
    write(tmp_path, [scalar_summary(scalars), *layers])
    watched = Watched(tmp_path)
    assert len(ask(watched)["layers"]) == 50
    assert watched.counted() == {"list": 1, "scalars": 1}


def test_logs_that_call_silent_channels_dead_are_read_too(tmp_path: Path) -> None:
    shares = [{"a/dead": 0.5}, {"a/dead": 0.25, "a/silent": 0.75}, {"a/silent": 1.0}]
    shares[0]["b/dead"] = 0.125
    layers = [summary("a", 0), summary("b", 0)]
    write(tmp_path, [*map(scalar_summary, shares), *layers])
    assert ask(Watched(tmp_path))["layers"] == [
        {"layer": "a", "scalars": {"silent": series(range(3), [0.5, 0.75, 1.0])}},
        {"layer": "b", "scalars": {"silent": series(range(1), [0.125])}},
    ]


@pytest.mark.parametrize("good", ["dead", "silent"])
def test_what_is_no_number_under_one_name_hides_nothing_of_the_other(
    tmp_path: Path, good: str
) -> None:
    (bad,) = {"dead", "silent"} - {good}
    odd = tensor(f"conv/{bad}", [2], dtype=DT_FLOAT, float_val=[1.0, 2.0])
    write(tmp_path, [scalar_summary({f"conv/{good}": 0.5}), odd, summary("conv", 0)])
    (layer,) = ask(Watched(tmp_path))["layers"]
    assert layer["scalars"] == {"silent": series(range(1), [0.5])}


def test_the_steps_that_are_given_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, [summary("conv", 0)] + [scalar_summary({"conv/std": 2.0})] * 20)
    watched = Watched(tmp_path)
    for most, given in ((70, 10), (7, 1), (1, 1), (700, 100)):
        monkeypatch.setattr(layer_scalars, "MOST_NUMBERS", most)
        found = ask(watched)
        assert found["given_at_most"] == given
        steps = found["layers"][0]["scalars"]["std"]["steps"]
        assert len(steps) == min(given, 20)
        assert steps[-1] == 20
        assert [*steps] == sorted(steps)


def test_only_tags_of_our_own_name_are_layers(tmp_path: Path) -> None:
    write(tmp_path, [strings("conv", parts()), scalar_summary({"conv/mean": 1.0})])
    watched = Watched(tmp_path)
    assert ask(watched)["layers"] == []
    assert watched.counted() == {"list": 1}


def test_a_run_that_cannot_be_listed_says_why(tmp_path: Path) -> None:
    nothing = Summary(value=[Summary.Value(tag="nothing", metadata=metadata())])
    write(tmp_path, [summary("conv", 0), nothing])
    with pytest.raises(UnreadableError, match="a tag has no data \\('nothing'\\)"):
        ask(Watched(tmp_path))


def test_a_run_that_ends_after_it_was_listed_has_no_scalars_left(
    tmp_path: Path,
) -> None:
    write(tmp_path, [summary("conv", 0), scalar_summary({"conv/mean": 1.0})])
    watched = Watched(tmp_path)

    def end(name: str) -> None:
        if name == "scalars" and (tmp_path / "a" / NAME).exists():
            (tmp_path / "a" / NAME).unlink()
            watched.load()

    watched.before = end
    assert ask(watched)["layers"] == [{"layer": "conv", "scalars": {}}]
    with pytest.raises(MissingError):
        ask(watched)
