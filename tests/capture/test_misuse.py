"""Models and inputs of the unusual sort: right values, or one clear sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops
from networks import pictures, small
from PIL import Image

from tb_actviz.capture.extractor import FeatureExtractor, activations
from tb_actviz.capture.inputs import read_inputs
from tb_actviz.capture.model_signature import model_signature
from tb_actviz.capture.selection import describe_layers
from tb_actviz.errors import InputError
from tb_actviz.logger import ActivationLogger

RNG = np.random.default_rng(21)
BACKEND = keras.backend.backend()


def noise(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


@pytest.mark.every_backend
def test_layers_made_while_the_model_runs_keep_their_paths() -> None:
    class Making(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(4, name="dense")

        def call(self, x: Any) -> Any:
            x = layers.ReLU()(self.dense(x))
            return layers.ReLU(max_value=0.5)(x)

    model, x = Making(), noise(3, 4)
    model(x)
    extract = FeatureExtractor(model, "*")
    for _ in range(2):
        found = extract(x)
        assert list(found) == ["dense", "re_lu", "re_lu#2"]
        np.testing.assert_array_equal(found["re_lu"], np.maximum(found["dense"], 0))
        np.testing.assert_array_equal(
            found["re_lu#2"], np.minimum(found["re_lu"], np.float32(0.5))
        )


@pytest.mark.every_backend
def test_a_time_distributed_layer_with_a_call_of_its_own_is_run_as_it_is() -> None:
    class Doubled(layers.TimeDistributed):
        def call(self, x: Any, training: Any = None, mask: Any = None) -> Any:
            return super().call(x, training=training, mask=mask) * 2

    inputs = keras.Input((3, 4))
    x = Doubled(layers.Dense(2, name="dense"), name="steps")(inputs)
    model = keras.Model(inputs, layers.Dense(1, name="out")(x))
    x = noise(2, 3, 4)
    expected = keras.ops.convert_to_numpy(model(x))
    np.testing.assert_allclose(activations(model, x, "*")["out"], expected, rtol=1e-5)


@pytest.mark.every_backend
@pytest.mark.parametrize("batch_size", [1, 2, 32])
def test_a_first_axis_that_is_not_the_batch(batch_size: int) -> None:
    inputs = keras.Input((5, 2))
    x = ops.transpose(inputs, (1, 0, 2))
    dense = layers.Dense(3, name="dense")
    model = keras.Model(inputs, ops.transpose(dense(x), (1, 0, 2)))
    x = noise(3, 5, 2)
    found = FeatureExtractor(model, "dense")(x, batch_size=batch_size)["dense"]
    # Time first, as the layer has it, for each input on its own.
    expected = keras.ops.convert_to_numpy(dense(x))[:, :, None]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.every_backend
def test_a_fixed_batch_size_is_no_part_of_shapes(tmp_path: Path) -> None:
    inputs = keras.Input(batch_shape=(4, 8, 8, 3))
    x = layers.Conv2D(5, 3, activation="relu", name="conv")(inputs)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    model = keras.Model(inputs, layers.Dense(2, name="head")(x))
    shapes = {info.path: info.output_shape for info in describe_layers(model)}
    assert (shapes["conv"], shapes["conv:pre"]) == ((6, 6, 5), (6, 6, 5))
    assert shapes["head"] == (2,)
    batch = pictures(5, (8, 8))
    with ActivationLogger(tmp_path, model) as log:
        logged = log(batch)
    assert log.layers == ("conv",)
    for index, scores in enumerate(logged.predictions.values()):
        alone = np.repeat(batch[index : index + 1], 4, axis=0)
        expected = keras.ops.convert_to_numpy(model(alone))[0]
        np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-4)


def test_rows_of_a_fixed_batch_that_nothing_tells_apart_are_left_out() -> None:
    inputs = keras.Input(batch_shape=(4, 8, 3))
    rows = layers.Dense(2, name="rows")(ops.reshape(inputs, (-1, 3)))
    model = keras.Model(inputs, layers.Dense(2, name="head")(inputs))
    folded = keras.Model(inputs, rows)
    assert list(activations(model, noise(1, 8, 3), "*")) == ["head"]
    with pytest.raises(InputError, match="'rows' cannot be captured: its first axis"):
        activations(folded, noise(1, 8, 3), "rows")


@pytest.mark.every_backend
def test_a_layer_that_never_runs_changes_nothing() -> None:
    class Spare(layers.Layer):
        def __init__(self) -> None:
            super().__init__(name="spare")
            self.used = layers.Dense(3, name="used")
            self.unused = layers.Dense(3, name="unused")

        def build(self, shape: Any) -> None:
            self.used.build(shape)
            self.built = True

        def call(self, x: Any) -> Any:
            return self.used(x)

    model = keras.Sequential([keras.Input((4,)), Spare(), layers.Dense(2, name="d")])
    output, nodes = model.outputs[0], len(model.layers[-1]._inbound_nodes)
    for _ in range(3):
        assert activations(model, noise(2, 4), "spare/used")["spare/used"].shape == (
            (2, 3)
        )
    assert model.outputs[0] is output
    assert len(model.layers[-1]._inbound_nodes) == nodes
    assert not model.layers[0].unused.built
    assert FeatureExtractor(model, "*").layers == ("spare/used", "spare", "d")
    with pytest.raises(InputError, match=r"'spare/usd'\. Did you mean 'spare/used'"):
        FeatureExtractor(model, "spare/usd")


@pytest.mark.every_backend
def test_one_number_for_the_whole_batch_is_left_out() -> None:
    keras.utils.clear_session()
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(2, name="d")(inputs) * ops.mean(inputs))
    extract = FeatureExtractor(model, "*")
    assert list(extract(noise(2, 4))) == ["d", "multiply"]
    assert extract.describe().left_out == {
        "mean": "it is one number for the whole batch"
    }


@pytest.mark.every_backend
@pytest.mark.parametrize("layers_asked", ["head", ["conv:pre", "head"]])
def test_during_training_the_values_are_those_of_the_moment(layers_asked: Any) -> None:
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(2, 3, activation="relu", name="conv")(inputs)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    model = keras.Model(inputs, layers.Dense(2, name="head")(x))
    model.compile("sgd", "mse")
    # No callback touches `self.model` here, which brings weights back on JAX.
    extract, probe = FeatureExtractor(model, layers_asked), noise(2, 8, 8, 3)
    seen: list[bytes] = []

    class Watching(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append(extract(probe)["head"].tobytes())

    model.fit(
        noise(8, 8, 8, 3), noise(8, 2), batch_size=2, verbose=0, callbacks=[Watching()]
    )
    assert len(set(seen)) == 4
    assert seen[-1] == extract(probe)["head"].tobytes()


@pytest.mark.every_backend
def test_a_size_that_does_not_fit_is_one_sentence_also_later() -> None:
    inputs = keras.Input((None, None, 3))
    down = layers.MaxPooling2D(2, name="down")(inputs)
    up = layers.UpSampling2D(2, name="up")(down)
    model = keras.Model(inputs, layers.Concatenate(name="both")([inputs, up]))
    extract = FeatureExtractor(model, "*")
    assert extract(pictures(1, (8, 8)))["both"].shape == (1, 8, 8, 6)
    with pytest.raises(InputError, match=r"'input' \(9×9×3\) is|fails on these inputs"):
        extract(pictures(1, (9, 9)))


@pytest.mark.every_backend
def test_other_dtypes_of_the_same_shape_are_fed_to_a_model_without_a_graph() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(2, name="dense")

        def call(self, x: Any) -> Any:
            return self.dense(ops.cast(x, "float32"))

    extract = FeatureExtractor(Own(), "*")
    x = np.arange(6).reshape(2, 3)
    found = [extract(x.astype(dtype))["dense"] for dtype in ("float32", "int64", "u1")]
    np.testing.assert_allclose(found[1], found[0], rtol=1e-6)
    np.testing.assert_allclose(found[2], found[0], rtol=1e-6)


def test_an_input_may_be_called_as_a_value_before_an_activation() -> None:
    inputs = keras.Input((3,), name="dense:pre")
    model = keras.Model(inputs, layers.Dense(2, "relu", name="dense")(inputs))
    found = activations(model, noise(2, 3), ["dense:pre~2", "dense"])
    np.testing.assert_array_equal(found["dense"], np.maximum(found["dense:pre~2"], 0))


def test_names_of_inputs_are_unique_whatever_the_files_are_called(
    tmp_path: Path,
) -> None:
    for name in ("a#2.png", "a.png"):
        Image.fromarray(pictures(1)[0]).save(tmp_path / name)
    paths = [tmp_path / "a#2.png", tmp_path / "a.png", tmp_path / "a.png"]
    assert [one.name for one in read_inputs(paths)] == ["a#2", "a", "a#3"]


def test_named_inputs_go_to_a_model_with_as_many_inputs() -> None:
    two = [keras.Input((3,), name="a"), keras.Input((3,), name="b")]
    model = keras.Model(two, layers.Add(name="sum")(two))
    a, b = noise(2, 3), noise(2, 3)
    named = read_inputs([a, b], model_signature(model))
    assert len(named) == 2
    np.testing.assert_allclose(activations(model, named, "*")["sum"], a + b, rtol=1e-6)


@pytest.mark.parametrize("batch_size", [0, -1, 2.0, "a", None, float("nan")])
def test_batch_sizes_that_are_none(batch_size: Any) -> None:
    with pytest.raises(InputError, match=r"batch_size=.*; expected an integer of at"):
        FeatureExtractor(small(), "*")(pictures(), batch_size=batch_size)


@pytest.mark.parametrize(
    ("preprocess", "words"),
    [
        (lambda x: 1 / 0, r"failed on pictures .*ZeroDivisionError: division by zero"),
        (lambda x: None, "gave object of shape"),
        (lambda x: x.mean(), r"shape \(\) for pictures of shape \(1, 20, 17, 3\)"),
        (lambda x: x[:-1], r"gave float32 of shape \(0, 20, 17, 3\)"),
        (
            lambda x: x[:, 0, 0, 0],
            r"has shape  after .*takes any×any×3\. Give an array",
        ),
    ],
)
def test_preprocessing_that_does_not_give_pictures(preprocess: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        activations(small(), pictures(), "*", preprocess=preprocess)
    with pytest.raises(InputError, match="expected 'auto', None, or a callable"):
        FeatureExtractor(small(), "*", preprocess=np.zeros(2))  # type: ignore[arg-type]


def test_numbers_of_the_users_own_models_go_on_as_before() -> None:
    keras.utils.clear_session()
    inputs = keras.Input((3,))
    first = keras.Model(inputs, layers.ReLU()(inputs))
    activations(first, noise(1, 3), "*")
    assert keras.Model(inputs, layers.ReLU()(inputs)).name == "functional_1"
