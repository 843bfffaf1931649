"""Checkpoints of Keras 2 show their own values, or are refused for the right reason."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import h5py
import keras
import keras_2
import numpy as np
import pytest
from damaged import endless

from tb_actviz import InputError, log_checkpoints
from tb_actviz.checkpoints.loading import CheckpointLoader


def trained() -> keras.Model:
    model = keras_2.network()
    rng = np.random.default_rng(3)
    model.set_weights([rng.uniform(1, 2, w.shape) for w in model.get_weights()])
    return model


def written(folder: Path) -> dict[str, Path]:
    model = trained()
    return {
        "weights": keras_2.write_weights(folder / "1.weights.h5", model),
        "untrained": keras_2.write_weights(
            folder / "2.weights.h5", model, trained=False
        ),
        "archive": keras_2.write_archive(folder / "3.keras", model),
        "legacy": keras_2.write_legacy_weights(folder / "4.h5", model),
        # Before 2.13 the ending said nothing about the layout.
        "old name": keras_2.write_legacy_weights(folder / "5.weights.h5", model),
        "new layout": shutil.copy(folder / "1.weights.h5", folder / "6.hdf5"),
    }


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("compiled", [False, True])
def test_values_are_those_of_the_file(tmp_path: Path, compiled: bool) -> None:
    model = keras_2.network()
    if compiled:
        model.compile("adam", "mse", metrics=["mae"])
        model.fit(np.ones((2, 8, 6)), np.ones((2, 8, 2)), verbose=0)
    variables = [*model.variables, *(model.optimizer.variables if compiled else ())]
    before = [np.array(keras.ops.convert_to_numpy(one)) for one in variables]
    with CheckpointLoader(model) as loader:
        for name, path in written(tmp_path).items():
            loader.load(path)
            for got, wanted in zip(
                model.get_weights(), trained().get_weights(), strict=True
            ):
                np.testing.assert_array_equal(got, wanted, err_msg=name)
    for was, now in zip(before, variables, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(now), was)


def test_a_layer_that_a_file_leaves_out_is_no_match(tmp_path: Path) -> None:
    path = keras_2.write_weights(tmp_path / "1.weights.h5", trained())
    with h5py.File(path, "a") as file:
        file.move("layers/conv1d", "layers/convolution")
    with (
        CheckpointLoader(keras_2.network()) as loader,
        pytest.raises(InputError, match="Layer 'conv' expected 2 variables"),
    ):
        loader.load(path)


def test_values_that_keras_skips_in_silence_are_missed(tmp_path: Path) -> None:
    """A layer may read what it finds; the others would keep the model's own values."""

    class Lenient(keras.layers.Dense):
        def load_own_variables(self, store):  # noqa: ANN001, ANN202
            for index, variable in enumerate([self.kernel, self.bias]):
                if str(index) in store and store[str(index)].shape == variable.shape:
                    variable.assign(store[str(index)])

    def build() -> keras.Model:
        inputs = keras.Input((4,))
        return keras.Model(inputs, Lenient(4, name="lenient")(inputs))

    path = tmp_path / "1.weights.h5"
    build().save_weights(path)
    with CheckpointLoader(build()) as loader:
        loader.load(path)
        with h5py.File(path, "a") as file:
            file["layers/lenient/vars"].move("1", "2")
        with pytest.raises(InputError, match="it holds nothing for 'lenient/bias'"):
            loader.load(path)


def test_more_layers_than_the_model_has_are_no_match(tmp_path: Path) -> None:
    path = keras_2.write_weights(tmp_path / "1.weights.h5", trained())
    with h5py.File(path, "a") as file:
        file["layers/dense_1/vars/0"] = np.ones((2, 2), np.float32)
    with (
        CheckpointLoader(keras_2.network()) as loader,
        pytest.raises(InputError, match="dense_1/vars/0 is only in the file"),
    ):
        loader.load(path)


@pytest.mark.slow
def test_damaged_ones_are_skipped_wherever_they_are(tmp_path: Path) -> None:
    """One that is endless, in each format; one good one; and what is no file."""
    folder = tmp_path / "c"
    folder.mkdir()
    model = keras_2.network()
    endless(keras_2.write_legacy_weights(folder / "c-1.h5", model))
    endless(keras_2.write_weights(folder / "c-2.weights.h5", model))
    inside = endless(keras_2.write_weights(tmp_path / "in.weights.h5", model))
    with zipfile.ZipFile(folder / "c-3.keras", "w") as archive:
        archive.writestr("config.json", "{}")
        archive.write(inside, "model.weights.h5")
    keras_2.write_archive(folder / "c-4.keras", model)
    (folder / "c-5.keras").mkdir()
    with pytest.warns(UserWarning, match="It was skipped"):
        done = log_checkpoints(
            tmp_path / "run", model, folder, np.ones((8, 6)), "head", preprocess=None
        )
    assert [one.step for one in done.checkpoints] == [4]
    reasons = [one.reason.partition(" cannot be loaded: ")[2] for one in done.skipped]
    never = "it is damaged: reading it does not end"
    assert reasons == [never, never, never, "it is a folder; expected a regular file"]


def test_files_by_hand_are_as_tf_keras_writes_them(tmp_path: Path) -> None:
    tf_keras = pytest.importorskip("tf_keras", reason="compares with tf_keras itself")
    inputs = tf_keras.Input((8, 6))
    x = tf_keras.layers.Conv1D(4, 3, name="conv", padding="same")(inputs)
    x = tf_keras.layers.BatchNormalization(name="bn")(x)
    x = tf_keras.layers.Dropout(0.5, name="drop")(x)
    x = tf_keras.layers.MultiHeadAttention(2, 3, name="mha")(x, x)
    model = tf_keras.Model(inputs, tf_keras.layers.Dense(2, name="head")(x))
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(np.ones((2, 8, 6)), np.ones((2, 8, 2)), verbose=0)
    own, by_hand = tmp_path / "own", tmp_path / "hand"
    own.mkdir()
    by_hand.mkdir()
    model.save_weights(own / "1.weights.h5")
    model.save(own / "3.keras")
    model.save_weights(own / "4.h5")
    written(by_hand)
    for name in ("1.weights.h5", "4.h5"):
        assert structure(own / name) == structure(by_hand / name)
    for folder in (own, by_hand):
        with zipfile.ZipFile(folder / "3.keras") as archive:
            archive.extract("model.weights.h5", folder)
    assert structure(own / "model.weights.h5") == structure(
        by_hand / "model.weights.h5"
    )


def structure(path: Path) -> dict[str, tuple[int, ...]]:
    """Shapes by name; the last parts of legacy names are the weights' own."""
    shapes = {}

    def visit(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            parts = name.split("/")
            is_legacy = path.name == "4.h5"
            shapes[f"{parts[0]} {len(shapes)}" if is_legacy else name] = item.shape

    with h5py.File(path) as file:
        file.visititems(visit)
    return shapes
