"""Inputs that are not arrays of pictures: text, array files, pictures' own values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops
from PIL import Image
from training import assert_equal, weights

from tb_actviz import (
    ActivationCallback,
    ActivationLogger,
    activations,
    read_records,
)
from tb_actviz.capture.inputs import read_inputs
from tb_actviz.errors import InputError

text = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="other back ends have no strings in a model",
)


def reviews() -> keras.Model:
    keras.utils.set_random_seed(2)
    words = layers.TextVectorization(50, output_sequence_length=10)
    words.adapt(["this film was great", "bad film really"])
    inputs = keras.Input((1,), dtype="string", name="review")
    x = layers.Embedding(50, 8)(words(inputs))
    x = layers.Conv1D(4, 3, activation="relu", name="conv")(x)
    x = layers.GlobalMaxPooling1D()(x)
    return keras.Model(inputs, layers.Dense(1, name="score")(x))


TEXT = [["great film"], ["bad"]]


def as_dataset() -> Any:
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((TEXT, [[1.0], [0.0]])).batch(2)


def as_tensor() -> Any:
    import tensorflow as tf

    return tf.constant(TEXT)


@text
@pytest.mark.parametrize(
    "given",
    [
        lambda: TEXT,
        lambda: np.array(TEXT),
        lambda: np.array(TEXT, dtype=object),
        lambda: np.array(TEXT)[:, 0],
        lambda: ["great film", "bad"],
        lambda: {"good": [["great film"]], "bad": [["bad"]]},
        as_tensor,
        as_dataset,
    ],
)
def test_strings_go_to_a_model_that_takes_text(given: Any) -> None:
    model = reviews()
    found = activations(model, given(), ["conv", "score"])
    expected = model(as_tensor()).numpy()
    np.testing.assert_allclose(found["score"], expected, rtol=1e-5)
    assert found["conv"].shape == (2, 8, 4)


@text
def test_a_model_of_text_and_numbers_takes_both() -> None:
    age = keras.Input((1,), name="age")
    job = keras.Input((1,), name="job", dtype="string")
    encoded = layers.StringLookup(vocabulary=["a", "b"], output_mode="one_hot")(job)
    both = layers.Concatenate(name="both")([age, encoded])
    model = keras.Model({"age": age, "job": job}, both)
    given = {"age": np.array([[3.0], [4.0]]), "job": np.array([["a"], ["z"]])}
    assert activations(model, given, "both")["both"].tolist() == [
        [3, 0, 1, 0],
        [4, 1, 0, 0],
    ]


@pytest.mark.slow
@text
def test_the_training_of_a_text_model_is_logged(tmp_path: Path) -> None:
    def trained(*callbacks: Any) -> keras.Model:
        model = reviews()
        model.compile("adam", "mse")
        model.fit(as_dataset(), verbose=0, callbacks=list(callbacks))
        return model

    watched = trained(ActivationCallback(tmp_path, TEXT[:1], "conv"))
    assert_equal(weights(watched), weights(trained()))
    (stored,) = read_records(tmp_path, layers="conv")
    np.testing.assert_allclose(
        stored.activations["input"],
        activations(watched, TEXT[:1], "conv")["conv"][0],
        atol=1e-3,
    )


def test_strings_for_a_model_of_numbers_are_refused() -> None:
    model = keras.Sequential([keras.Input((2,)), layers.ReLU(name="r")])
    with pytest.raises(InputError, match="dtype <U1; expected integers or floats"):
        activations(model, np.array([["a", "b"]]), "r")
    with pytest.raises(InputError, match="There is no file 'great'"):
        activations(model, "great", "r")


def relu(*shape: int | None) -> keras.Model:
    return keras.Sequential([keras.Input(shape), layers.ReLU(name="r")])


@pytest.mark.every_backend
@pytest.mark.parametrize(
    ("takes", "given", "samples"),
    [
        ((6, 6, 1), (6, 6), 1),
        ((6, 6, 1), (4, 6, 6), 4),
        ((6, 6, 1), (4, 6, 6, 1), 4),
        ((None, None, 1), (4, 6, 6), 4),
        ((6, 6), (6, 6), 1),
        ((6, 6), (4, 6, 6), 4),
        ((6, 6), (6, 6, 1), 1),
        ((6, 6), (4, 6, 6, 1), 4),
        ((5, 1), (4, 5), 4),
        ((5, 1), (5,), 1),
        ((1,), (4,), 4),
        ((1,), (4, 1), 4),
        ((2, 6, 6, 1), (2, 6, 6), 1),
        ((2, 6, 6, 1), (4, 2, 6, 6), 4),
    ],
)
def test_an_axis_of_one_number_may_be_missing_or_be_one_more(
    takes: tuple[int | None, ...], given: tuple[int, ...], samples: int
) -> None:
    model, x = relu(*takes), np.random.default_rng(0).random(given, np.float32)
    found = activations(model, x, "r", preprocess=None)["r"]
    assert found.shape == (samples, *(6 if n is None else n for n in takes))
    np.testing.assert_array_equal(found.ravel(), x.ravel())
    if samples == len(x) and len(given) > 1:
        predicted = model.predict(x, verbose=0)
        np.testing.assert_array_equal(found, predicted.reshape(found.shape))


RGB = np.random.default_rng(0).integers(0, 256, (6, 6, 3)).astype(np.uint8)


@pytest.mark.every_backend
@pytest.mark.parametrize("takes", [(6, 6, 1), (6, 6)])
def test_colour_becomes_luminance_where_one_channel_or_none_is_taken(
    takes: tuple[int, ...], tmp_path: Path
) -> None:
    Image.fromarray(RGB).save(tmp_path / "a.png")
    expected = RGB @ np.array([0.299, 0.587, 0.114], np.float32)
    for given in (tmp_path / "a.png", RGB, RGB[None], [RGB]):
        found = activations(relu(*takes), given, "r")["r"]
        np.testing.assert_allclose(found.reshape(6, 6), expected, rtol=1e-5)


@pytest.mark.every_backend
def test_a_picture_has_its_own_values_for_a_model_of_as_many_channels(
    tmp_path: Path,
) -> None:
    deep = np.arange(36, dtype=np.uint16).reshape(6, 6) * 100
    signed = np.linspace(-700, 900, 36, dtype=np.float32).reshape(6, 6)
    clear = np.dstack([RGB, np.arange(36, dtype=np.uint8).reshape(6, 6)])
    Image.fromarray(deep).save(tmp_path / "deep.png")
    Image.fromarray(signed).save(tmp_path / "signed.tif")
    Image.fromarray(clear).save(tmp_path / "clear.png")
    for name, values in (("deep.png", deep), ("signed.tif", signed)):
        for takes in ((6, 6, 1), (None, None, 1), (6, 6)):
            found = activations(relu(*takes), tmp_path / name, "r")["r"]
            expected = np.maximum(values.astype(np.float32), 0)
            np.testing.assert_array_equal(found.reshape(6, 6), expected)
    found = activations(relu(6, 6, 4), tmp_path / "clear.png", "r")["r"]
    np.testing.assert_array_equal(found[0], clear)
    found = activations(relu(6, 6, 4), Image.fromarray(clear), "r")["r"]
    np.testing.assert_array_equal(found[0], clear)
    # Three channels are RGB, 0…255, as before.
    found = activations(relu(6, 6, 3), tmp_path / "deep.png", "r")["r"]
    np.testing.assert_array_equal(found[0, ..., 0], np.rint(deep / 257.0))
    with pytest.raises(InputError, match=r"shape 6×6×1, but .* takes 6×6×3\. Give 3"):
        activations(relu(6, 6, 3), tmp_path / "signed.tif", "r")
    with ActivationLogger(tmp_path / "run", relu(6, 6, 1), "r") as log:
        (named,) = log(tmp_path / "signed.tif").inputs
    assert named.notes == ("shown from -700 to 900", "fed as it is, -700 to 900")
    assert named.picture is not None
    assert (named.picture.min(), named.picture.max()) == (0, 255)


def test_what_a_function_of_0_to_255_prepares_is_never_of_16_bits(
    tmp_path: Path,
) -> None:
    model = relu(6, 6, 1)
    model.preprocess_input = lambda x: x / 255
    Image.fromarray(np.full((6, 6), 65535, np.uint16)).save(tmp_path / "deep.png")
    assert activations(model, tmp_path / "deep.png", "r")["r"].max() == 1


def test_an_input_of_another_range_is_shown_on_its_own_scale() -> None:
    (one,) = read_inputs(np.linspace(-1, 1, 12).reshape(2, 2, 3))
    assert one.picture is not None
    assert one.picture.ravel().tolist() == [
        *(0, 23, 46, 70, 93, 116, 139, 162, 185, 209, 232, 255),
    ]
    assert one.notes == ("shown from -1 to 1",)
    (usual,) = read_inputs(np.linspace(0, 1, 12).reshape(2, 2, 3))
    assert usual.notes == ()


FIVE = np.random.default_rng(1).random((3, 6, 6, 5), np.float32)


@pytest.mark.every_backend
def test_array_files_are_batches_or_single_inputs_as_the_model_says(
    tmp_path: Path,
) -> None:
    np.save(tmp_path / "many.npy", FIVE)
    np.save(tmp_path / "one.npy", FIVE[0])
    np.savez(tmp_path / "named.npz", a=FIVE[0], b=FIVE[1:])
    np.savez_compressed(tmp_path / "pair.npz", first=FIVE[0, 0], second=FIVE[1, 0])
    model = relu(6, 6, 5)
    np.testing.assert_array_equal(
        activations(model, tmp_path / "many.npy", "r")["r"], FIVE
    )
    with ActivationLogger(tmp_path / "run", model, "r") as log:
        names = {
            file: [named.name for named in log.read(tmp_path / file)]
            for file in ("many.npy", "one.npy", "named.npz")
        }
        assert [n.name for n in log.read({"x": tmp_path / "one.npy"})] == ["x"]
    assert names == {
        "many.npy": ["many_0", "many_1", "many_2"],
        "one.npy": ["one"],
        "named.npz": ["named/a", "named/b_0", "named/b_1"],
    }
    first, second = (keras.Input((6, 5), name=name) for name in ("first", "second"))
    pair = keras.Model([first, second], layers.Subtract(name="less")([first, second]))
    np.testing.assert_array_equal(
        activations(pair, tmp_path / "pair.npz", "less")["less"],
        (FIVE[0, 0] - FIVE[1, 0])[None],
    )
    with pytest.raises(InputError, match="'one' is one array or picture, but the mod"):
        activations(pair, tmp_path / "one.npy", "less")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read as an array file"),
        (b"\x93NUMPY\x01\x00", "cannot be read as an array file"),
        (b"PK\x03\x04 nothing", "cannot be read as an array file"),
        (b"not an array", "cannot be read as an array file: ValueError"),
    ],
)
@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_a_damaged_array_file_is_a_clear_error(
    content: bytes, words: str, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_inputs(path)
    with pytest.raises(InputError, match="There is no file"):
        read_inputs(tmp_path / f"nowhere{suffix}")


def test_objects_in_an_array_file_are_never_made(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="cannot be read as an array file: ValueError"):
        read_inputs(tmp_path / "a.npy")


class Graph(keras.Model):
    """Gives each node what comes to it along edges, which are pairs of nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = layers.Dense(3, name="enter")
        self.leave = layers.Dense(2, name="leave")

    def call(self, graph: Any) -> Any:
        nodes, edges = graph
        sent = ops.take(self.enter(nodes), edges[:, 0], axis=0)
        return self.leave(ops.segment_sum(sent, edges[:, 1], ops.shape(nodes)[0]))


@pytest.mark.every_backend
def test_nodes_and_edges_of_a_graph_are_one_input_together() -> None:
    rng = np.random.default_rng(0)
    nodes = rng.normal(size=(10, 6)).astype(np.float32)
    edges = rng.integers(0, 10, (14, 2)).astype(np.int32)
    model = Graph()
    model((nodes, edges))
    found = activations(model, (nodes, edges), "*", preprocess=None)
    entered = ops.convert_to_numpy(model.enter(nodes))
    left = ops.convert_to_numpy(model((nodes, edges)))
    assert set(found) == {"enter", "leave"}
    np.testing.assert_allclose(found["enter"], entered[None], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found["leave"], left[None], rtol=1e-5, atol=1e-6)
    two = {"a": (nodes, edges), "b": (nodes[::-1], edges)}
    both = activations(model, two, "enter", preprocess=None)["enter"]
    np.testing.assert_allclose(both[1], entered[::-1], rtol=1e-5, atol=1e-6)
