"""Every kind of model, compiled and not, against values computed by hand.

The third axis of the table, the back ends, is what `tests/test_every_backend.py` adds.
"""

from __future__ import annotations

import math
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import pytest
from zoo import KINDS, QUICK_KINDS, Kind
from zoo.kind import runs_channels_first

from tb_actviz.capture.extractor import FeatureExtractor
from tb_actviz.capture.graph import is_flat, read_graph
from tb_actviz.capture.keras_graph import has_graph
from tb_actviz.capture.layer_kinds import all_layers, is_input
from tb_actviz.capture.listing import run_watched
from tb_actviz.capture.model_signature import model_signature
from tb_actviz.capture.selection import describe_layers
from tb_actviz.logger import ActivationLogger

pytestmark = pytest.mark.usefixtures("hardly_optimised")


class Row:
    """A kind of model, and what is found out about it once for all of its tests.

    Args:
        kind: Which.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.inputs = kind.inputs()

    @cached_property
    def by_hand(self) -> dict[str, np.ndarray]:
        """What a model gives that no extractor has seen."""
        return self.kind.expected(self.kind.build(), self.inputs)

    @cached_property
    def captured(self) -> Captured:
        """What the compiled pass finds; it saw the model as its kind is built."""
        return self.capture(compiled=True)

    def capture(self, *, compiled: bool) -> Captured:
        """Capture all values of a new model."""
        is_fused = any(path.endswith(":pre") for path in self.by_hand)
        model = self.kind.build()
        extract = FeatureExtractor(
            model,
            ["*", "*:pre"] if is_fused else "*",
            preprocess=None,
            compiled=compiled,
        )
        return Captured(model, extract, extract(self.inputs))


class Captured(NamedTuple):
    """A model, what captures from it, and what that found."""

    model: keras.Model
    extract: FeatureExtractor
    found: dict[str, np.ndarray]


@pytest.fixture(
    scope="module",  # so that all tests of a kind come one after the other
    params=[
        pytest.param(kind, marks=[] if kind in QUICK_KINDS else [pytest.mark.slow])
        for kind in KINDS
        if keras.backend.backend() in kind.backends
    ],
    ids=lambda kind: kind.name,
)
def row(request: pytest.FixtureRequest) -> Row:
    kind: Kind = request.param
    if kind.channels_first and not runs_channels_first():
        pytest.skip("TensorFlow was started without oneDNN: TF_ENABLE_ONEDNN_OPTS=1")
    return Row(kind)


@pytest.mark.every_backend
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "eager"])
def test_activations_equal_those_computed_by_hand(row: Row, compiled: bool) -> None:
    kind, expected = row.kind, row.by_hand
    _, extract, found = row.captured if compiled else row.capture(compiled=False)
    if kind.complete:
        assert set(found) == set(expected)
    assert extract.describe().left_out == {}
    for path, values in expected.items():
        assert found[path].dtype == np.float32
        assert found[path].shape == values.shape, path
        largest = float(np.abs(values).max())
        np.testing.assert_allclose(
            found[path], values, rtol=0, atol=kind.tolerance * largest, err_msg=path
        )


@pytest.mark.every_backend
def test_a_graph_read_and_a_run_watched_tell_the_same(row: Row) -> None:
    model = row.captured.model
    is_sequential = isinstance(model, keras.Sequential)
    assert has_graph(model) == (row.kind.graph or is_sequential)
    if not has_graph(model):
        return
    signature = model_signature(model)
    assert signature is not None
    tensors = [
        keras.ops.convert_to_tensor(array) for array in keras.tree.flatten(row.inputs)
    ]
    names = [call.path for call in read_graph(model) if is_input(call.layer)]
    run = run_watched(model, signature, tensors, input_paths=names).calls
    read = [call for call in read_graph(model) if not is_input(call.layer)]
    outer = [call for call in run if "/" not in call.path]
    if is_flat(model):
        assert [call.path for call in outer] == [call.path for call in run]
        assert [call.path for call in read] == [call.path for call in run]
        assert [call.times for call in read] == [call.times for call in run]
        assert [call.layer for call in read] == [call.layer for call in run]
    own = {call.path for call in outer if not call.fused}
    assert own == {call.path for call in read if not call.fused}


def test_every_layer_is_described(row: Row) -> None:
    model, _, found = row.captured
    infos = describe_layers(model)
    assert len({info.path for info in infos}) == len(infos)
    # Not `count_params`: some versions of Keras forget layers beside a graph.
    weights = {id(w): w for layer in all_layers(model) for w in layer.weights}
    parameters = sum(math.prod(weight.shape) for weight in weights.values())
    assert sum(info.parameters for info in infos) == parameters
    shapes = {info.path: info.output_shape for info in infos}
    for path, values in found.items():
        assert len(shapes[path]) == values.ndim - 1, path
        for stated, size in zip(shapes[path], values.shape[1:], strict=True):
            assert stated in (None, size), path


@pytest.mark.slow  # all kinds together
def test_every_kind_is_logged(row: Row, tmp_path: Path) -> None:
    with ActivationLogger(tmp_path, row.kind.build(), "*", preprocess=None) as log:
        logged = log(row.inputs)
    drawn = {tag.rpartition("/")[0].rpartition("/")[0] for tag in logged.tags}
    assert set(log.layers) <= drawn
    assert len(logged.inputs) == 2
