"""Models of the official examples of Keras: listed, seen as they are, left unharmed."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from spied import spied
from training import assert_equal
from zoo.examples import EXAMPLES, Example
from zoo.kind import fresh

from tb_actviz import (
    ActivationCallback,
    LogOptions,
    activations,
    describe_layers,
    read_records,
)

#: Trained as users train them. TensorFlow takes the others' steps eagerly: to compile
#: one takes ten times as long as all the steps of its training.
COMPILED = {"VAE", "siamese triplets", "recommender", "digits", "sequence to sequence"}
#: What stands for all where time is short.
QUICK = {"recommender", "endpoint layer", "super-resolution"}
#: What stands for all on JAX, which takes a quarter of an hour to compile them.
ON_JAX = {
    *("VAE", "VQ-VAE", "NeRF", "PixelCNN", "NNCLR", "siamese triplets"),
    *("knowledge distillation", "digits", "Zero-DCE", "sequence to sequence"),
    *("recommender", "endpoint layer"),
}


class Row:
    """An example, and what is found out about it once for all of its tests.

    Args:
        example: Which.
        folder: What its training is logged to.
    """

    def __init__(self, example: Example, folder: Path) -> None:
        self.example = example
        self.folder = folder

    def trained(self, *callbacks: keras.callbacks.Callback) -> keras.Model:
        """A new model after its training, the same each time."""
        fresh()
        model = self.example.build()
        if keras.backend.backend() == "tensorflow":
            model.run_eagerly = self.example.name not in COMPILED
        x, *y = self.example.data()
        model.fit(x, *y, batch_size=4, verbose=0, callbacks=list(callbacks))
        return model

    @cached_property
    def alone(self) -> keras.Model:
        """Trained without the callback."""
        return self.trained()

    @cached_property
    def logged(self) -> keras.Model:
        """Trained with it, which logs all layers after each batch."""
        return self.trained(
            ActivationCallback(
                self.folder,
                self.example.inputs(),
                "*",
                "batch",
                preprocess=None,
                # Pictures of all kinds of layers are drawn by other tests.
                options=LogOptions(views=()),
                max_overhead=None,
            )
        )

    @cached_property
    def by_hand(self) -> dict[str, np.ndarray]:
        """What its layers give after the training for each input, by their paths."""
        if self.example.parts is None:
            return self._spied(self.alone, self.example.inputs())
        return {
            f"{part}/{path}": values
            for part, inputs in self.example.inputs().items()
            for path, values in self._spied(getattr(self.alone, part), inputs).items()
        }

    def _spied(self, model: Any, inputs: Any) -> dict[str, np.ndarray]:
        together = spied(model, inputs)
        if self.example.one_graph is not None:
            return {path: values[None] for path, values in together.items()}
        if all(len(values) == 2 for values in together.values()):
            return together
        # Windows, nodes of a graph: all that they give belongs to an input run alone.
        alone = [spied(model, one) for one in one_by_one(inputs)]
        return {
            path: values
            if len(values) == 2 and all(len(one[path]) == 1 for one in alone)
            else np.stack([one[path] for one in alone])
            for path, values in together.items()
        }


def one_by_one(inputs: Any) -> list[Any]:
    """Each of two samples as a batch."""
    arrays = keras.tree.flatten(inputs)
    return [
        keras.tree.pack_sequence_as(inputs, [array[i : i + 1] for array in arrays])
        for i in range(2)
    ]


def marks_of(example: Example) -> list[pytest.MarkDecorator]:
    marks = [] if example.name in QUICK else [pytest.mark.slow]
    if keras.backend.backend() != "jax" or example.name in ON_JAX:
        marks.append(pytest.mark.every_backend)
    return marks


@pytest.fixture(
    scope="module",  # so that all tests of an example come one after the other
    params=[
        pytest.param(example, marks=marks_of(example))
        for example in EXAMPLES
        if keras.backend.backend() in example.backends
    ],
    ids=lambda example: example.name,
)
def row(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Row:
    return Row(request.param, tmp_path_factory.mktemp("run"))


def close(
    found: dict[str, np.ndarray], expected: dict[str, np.ndarray], tolerance: float
) -> None:
    """Two models' worth of activations are the same to float accuracy."""
    assert set(found) == set(expected)
    for path, values in expected.items():
        assert found[path].shape == values.shape, path
        largest = float(np.abs(values).max())
        np.testing.assert_allclose(
            found[path], values, rtol=0, atol=tolerance * largest, err_msg=path
        )


def of_parts(example: Example, paths: Any) -> list[str]:
    """The paths inside the parts that are watched; of other models all."""
    if example.parts is None:
        return list(paths)
    watched = tuple(f"{part}/" for part in example.inputs())
    return [path for path in paths if path.startswith(watched)]


def test_every_layer_that_runs_is_listed(row: Row) -> None:
    model, example = row.alone, row.example
    if example.parts is None and not model.built:
        model(example.inputs())  # its training ran a part of it instead
    infos = [info for info in describe_layers(model) if info.class_name != "InputLayer"]
    listed = of_parts(example, [info.path for info in infos])
    assert len(set(listed)) == len(listed)
    if example.layers:
        assert listed == list(example.layers)
    seen = row.by_hand
    assert [path for path in listed if not path.endswith(":pre")] == list(seen)
    shapes = {info.path: info.output_shape for info in infos}
    for path, values in seen.items():
        # From the end: how many windows one input has is not listed.
        for stated, size in zip(shapes[path][::-1], values.shape[:0:-1], strict=False):
            assert stated in (None, size), path


def test_activations_are_what_the_layers_give(row: Row) -> None:
    model, example = row.alone, row.example
    found = activations(model, example.inputs(), "*", preprocess=None)
    chosen = of_parts(example, found)
    close({path: found[path] for path in chosen}, row.by_hand, example.tolerance)


def test_a_logged_training_is_the_same_to_the_bit(
    row: Row, caplog: pytest.LogCaptureFixture
) -> None:
    logged = row.logged
    told = [one.message for one in caplog.records if one.name == "tb_actviz"]
    assert [message for message in told if "are silent" not in message] == []
    assert_equal(state(logged), state(row.alone))
    steps = {record.step for record in read_records(row.folder)}
    # Before the first batch there may be nothing to run.
    assert steps | ({0} if row.example.waits else set()) == {0, 1, 2}
    last = {
        record.layer: np.stack(list(record.activations.values()))
        for record in read_records(row.folder, steps=[2])
    }
    chosen = of_parts(row.example, last)
    close(
        {path: last[path] for path in chosen},
        row.by_hand,
        row.example.tolerance,
    )


def state(model: keras.Model) -> list[np.ndarray]:
    """All variables of a model and of its optimizers."""
    optimizers = [
        value
        for held in vars(model).values()
        for value in (held if isinstance(held, list | tuple) else [held])
        if isinstance(value, keras.optimizers.Optimizer)
    ]
    variables = [*model.variables, *(v for one in optimizers for v in one.variables)]
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]
