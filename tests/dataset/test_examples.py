"""The examples of channels, against whole activations searched by NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from networks import pictures, shared, small
from PIL import Image

import tb_actviz as av
from tb_actviz.dataset import patches
from tb_actviz.dataset.examples import Example

pytestmark = pytest.mark.every_backend

Found = dict[str, list[list[Example]]]
K = 3


def plain(found: Found) -> dict[str, list[list[tuple[float, int, int, str]]]]:
    return {
        path: [
            [(one.value, one.row, one.column, one.key) for one in examples]
            for examples in channels
        ]
        for path, channels in found.items()
    }


def searched(
    model: keras.Model,
    x: np.ndarray,
    paths: Any,
    keys: list[str],
    batch_size: int,
    k: int = K,
) -> dict[str, list[list[tuple[float, int, int, str]]]]:
    """Whole activations, of batches of one size, and a search for the largest."""
    fill = -len(x) % batch_size
    filled = np.concatenate([x, *[x[-1:]] * fill])
    extract = av.FeatureExtractor(model, paths)
    every = {}
    for path, values in extract(filled, batch_size=batch_size, progress=False).items():
        maps = [av.as_maps(one) for one in values[: len(x)]]
        every[path] = []
        for channel in range(values.shape[-1]):
            found = []
            for key, one in zip(keys, maps, strict=True):
                of_channel = one[..., channel]
                place = np.unravel_index(of_channel.argmax(), of_channel.shape)
                row, column = map(int, place)
                found.append((-float(of_channel.max()), row, column, key))
            found.sort(key=lambda one: (one[0], one[3]))
            every[path].append([(-v, row, col, key) for v, row, col, key in found[:k]])
    return every


def names(count: int) -> list[str]:
    return [f"input_{index}" for index in range(count)]


@pytest.mark.parametrize("batch_size", [1, 4, 32])
def test_they_are_those_of_a_search_of_whole_activations(batch_size: int) -> None:
    model, x = small(), pictures(11)
    found = av.dataset_examples(model, x, "*", k=K, batch_size=batch_size)
    assert plain(found) == searched(model, x, "*", names(11), batch_size)
    assert all(one.label is None for one in found["relu1"][0])


def sequence() -> tuple[keras.Model, np.ndarray]:
    keras.utils.set_random_seed(4)
    inputs = keras.Input((9, 2))
    x = layers.Conv1D(3, 3, name="conv")(inputs)
    x = layers.Dense(4, activation="tanh", name="dense")(x)
    model = keras.Model(inputs, layers.GlobalMaxPooling1D(name="pool")(x))
    return model, np.random.default_rng(0).normal(size=(7, 9, 2)).astype(np.float32)


def volume() -> tuple[keras.Model, np.ndarray]:
    keras.utils.set_random_seed(5)
    inputs = keras.Input((4, 6, 5, 1))
    x = layers.Conv3D(3, 2, name="conv")(inputs)
    model = keras.Model(inputs, layers.Flatten(name="flat")(x))
    x = np.random.default_rng(0).integers(0, 2, (7, 4, 6, 5, 1)).astype(np.float32)
    return model, x


def half() -> tuple[keras.Model, np.ndarray]:
    keras.utils.set_random_seed(6)
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, dtype="mixed_bfloat16", name="conv")(inputs)
    return keras.Model(inputs, layers.ReLU(name="relu")(x)), pictures(6, (8, 8))


class Positions(layers.Layer):
    """Gives what has no batch axis."""

    def call(self, x: Any) -> Any:
        return keras.ops.mean(x, axis=0)


def without_batch() -> tuple[keras.Model, np.ndarray]:
    keras.utils.set_random_seed(7)
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    alone = Positions(name="alone")(x)
    model = keras.Model(inputs, [layers.ReLU(name="relu")(x), alone])
    return model, pictures(3, (8, 8))


@pytest.mark.parametrize("make", [sequence, volume, half])
def test_layers_of_any_shape_and_dtype(
    make: Callable[[], tuple[keras.Model, np.ndarray]],
) -> None:
    model, x = make()
    found = av.dataset_examples(model, x, "*", k=K, batch_size=4)
    assert plain(found) == searched(model, x, "*", names(len(x)), 4)


def test_layers_without_a_batch_axis_are_run_one_by_one() -> None:
    model, x = without_batch()
    found = av.dataset_examples(model, x, "*", k=K, batch_size=4)
    assert plain(found) == searched(model, x, "*", names(len(x)), 1)


def test_calls_and_values_before_activations_are_layers_too() -> None:
    model, x = shared(), pictures(5)
    found = av.dataset_examples(model, x, ["same", "same#2"], k=K, batch_size=4)
    assert plain(found) == searched(model, x, ["same", "same#2"], names(5), 4)
    found = av.dataset_examples(small(), x, "a:pre", k=K, batch_size=4)
    assert plain(found) == searched(small(), x, "a:pre", names(5), 4)


class Subclassed(keras.Model):
    """A model without a graph."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = layers.Conv2D(3, 3, name="conv")
        self.relu = layers.ReLU(name="relu")

    def call(self, x: Any) -> Any:
        return self.relu(self.conv(x))


def test_models_without_a_graph_that_were_never_called() -> None:
    keras.utils.set_random_seed(8)
    model, x = Subclassed(), pictures(5).astype(np.float32)
    found = av.dataset_examples(model, x, "*", k=K, batch_size=4)
    assert plain(found) == searched(model, x, "*", names(5), 4)
    keras.utils.set_random_seed(8)
    again = av.dataset_examples(Subclassed(), iter(x), "*", k=K, patches=False)
    assert again.keys() == found.keys()


def test_pictures_of_many_sizes_go_through_a_model_that_takes_any() -> None:
    model = small()
    given = {f"{i}": pictures(1, (20 + i % 3, 17))[0] for i in range(8)}
    found = av.dataset_examples(model, given, "relu1", k=8, batch_size=2)
    for channel in range(4):
        expected = []
        for key, picture in given.items():
            maps = av.activations(model, picture, "relu1")["relu1"][0, ..., channel]
            expected.append((key, float(maps.max())))
        expected.sort(key=lambda one: (-one[1], one[0]))
        examples = found["relu1"][channel]
        assert [one.key for one in examples] == [key for key, _ in expected]
        np.testing.assert_allclose(
            [one.value for one in examples], [value for _, value in expected], rtol=1e-6
        )


def test_the_mean_of_maps_can_decide() -> None:
    model, x = small(), pictures(9)
    found = av.dataset_examples(model, x, "b", k=9, by="mean", batch_size=9)
    values = av.activations(model, x, "b")["b"]
    for channel, examples in enumerate(found["b"]):
        means = values[..., channel].mean((1, 2))
        np.testing.assert_allclose(
            [one.value for one in examples], np.sort(means)[::-1], rtol=1e-5, atol=1e-6
        )
        for one in examples:
            maps = values[int(one.key.removeprefix("input_")), ..., channel]
            place = np.unravel_index(maps.argmax(), maps.shape)
            assert (one.row, one.column) == place


def test_nan_and_infinities_never_win_and_are_counted() -> None:
    inputs = keras.Input((4, 4, 3))
    model = keras.Model(inputs, layers.Activation("linear", name="same")(inputs))
    x = np.random.default_rng(0).normal(size=(4, 4, 4, 3)).astype(np.float32)
    x[0, 1, 2, 0] = np.nan
    x[1, :, :, 1] = np.inf
    x[2, 0, 0, 2] = np.inf
    expected = np.where(np.isfinite(x), x, -np.inf).max((1, 2))
    with pytest.warns(UserWarning, match="3 maps have NaN or infinity as their"):
        found = av.dataset_examples(model, x, "same", k=4, preprocess=None)["same"]
    for channel, examples in enumerate(found):
        ranked = np.sort(expected[:, channel])[::-1]
        ranked = ranked[np.isfinite(ranked)]
        assert [one.value for one in examples] == ranked.tolist()
    assert len(found[1]) == 3


def test_patches_are_what_the_position_sees() -> None:
    model, x = small(), pictures(6, (40, 30))
    found = av.dataset_examples(model, x, ["conv1", "concat", "average"], k=2)
    for path, channels in found.items():
        for examples in channels:
            for one in examples:
                picture = x[int(one.key.removeprefix("input_"))]
                assert one.box is not None
                assert one.patch is not None
                top, left, bottom, right = one.box
                if path == "conv1":  # of three pixels, two apart
                    row, column = 2 * one.row, 2 * one.column
                    assert one.box == (row, column, row + 3, column + 3)
                elif path == "average":
                    assert one.box == (0, 0, 37, 29)  # what pooling leaves out is not
                np.testing.assert_array_equal(
                    one.patch, picture[top:bottom, left:right]
                )


def test_large_patches_are_made_smaller() -> None:
    model = small()
    x = np.zeros((1, 200, 120, 3), np.uint8)
    x[:, :100] = 200
    (examples, *_) = av.dataset_examples(model, x, "average", k=1)["average"]
    (one,) = examples
    assert one.patch is not None
    assert one.patch.shape == (96, 57, 3)
    assert one.patch[:40].min() == 200
    assert one.patch[60:].max() == 0


def test_more_patches_than_fit_are_refused_with_their_sum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = pictures(2, (200, 120))
    monkeypatch.setattr(patches, "physical_memory", lambda: 2**20)
    seen: list[int] = []
    with pytest.raises(av.InputError, match="9 channels of 2 layers × 4 patches need"):
        av.dataset_examples(
            small(), x, ["conv1", "average"], k=4, progress=lambda *done: seen.append(0)
        )
    assert seen == []
    # Of conv1 nine pixels each.
    av.dataset_examples(small(), x, "conv1", k=4)
    av.dataset_examples(small(), x, "average", k=4, patches=False)


def folder_of(folder: Path, x: np.ndarray) -> list[str]:
    """Pictures in folders of two classes; returns their keys."""
    keys = []
    for index, one in enumerate(x):
        key = f"{'cat' if index % 2 else 'dog'}/{index:02}.png"
        (folder / key).parent.mkdir(exist_ok=True)
        Image.fromarray(one).save(folder / key)
        keys.append(key)
    return keys


def test_folders_of_class_folders(tmp_path: Path) -> None:
    model, x = small(), pictures(9)
    keys = folder_of(tmp_path, x)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden/broken.png").write_text("no picture")
    (tmp_path / "cat/notes.txt").write_text("no picture")
    # As a folder is read: class by class, by name.
    order = np.argsort(keys)
    found = av.dataset_examples(model, tmp_path, "relu1", k=K, batch_size=4)
    assert plain(found) == searched(model, x[order], "relu1", sorted(keys), 4)
    for examples in found["relu1"]:
        assert all(one.label == one.key.partition("/")[0] for one in examples)
        assert all(one.patch is not None for one in examples)


def test_files_are_resized_where_the_model_takes_one_size(tmp_path: Path) -> None:
    inputs = keras.Input((8, 10, 3))
    model = keras.Model(inputs, layers.Conv2D(2, 1, name="conv")(inputs))
    x = pictures(3, (16, 20))
    keys = folder_of(tmp_path, x)
    small_ones = np.stack([av.imresize(one, (8, 10)) for one in x])
    order = np.argsort(keys)
    found = av.dataset_examples(model, str(tmp_path), "conv", k=K, batch_size=4)
    expected = searched(model, small_ones[order], "conv", sorted(keys), 4)
    assert plain(found) == expected
    again = av.dataset_examples(small(), tmp_path, "relu1", size=(8, 10), k=K)
    boxes = [one.box for examples in again["relu1"] for one in examples]
    assert max(box[3] for box in boxes if box) <= 10


def test_what_cannot_be_read_is_named_and_passed_over(tmp_path: Path) -> None:
    keys = folder_of(tmp_path, pictures(4))
    (tmp_path / keys[1]).write_bytes(b"no picture")
    (tmp_path / keys[2]).write_bytes((tmp_path / keys[2]).read_bytes()[:100])
    with pytest.warns(
        UserWarning, match="^2 of the data cannot be read .* 'cat/01.png"
    ):
        found = av.dataset_examples(small(), tmp_path, "relu1")
    assert {one.key for one in found["relu1"][0]} == {keys[0], keys[3]}
    with pytest.raises(av.InputError, match=r"01\.png"):
        av.dataset_examples(small(), tmp_path, "relu1", strict=True)
    for key in keys:
        (tmp_path / key).write_bytes(b"")
    with pytest.raises(av.InputError, match="No sample of the data can be read"):
        av.dataset_examples(small(), tmp_path, "relu1")


class Sequence(keras.utils.PyDataset):  # type: ignore[misc]
    def __init__(self, x: np.ndarray) -> None:
        super().__init__()
        self.x = x

    def __len__(self) -> int:
        return -(-len(self.x) // 4)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        part = slice(4 * index, 4 * index + 4)
        return self.x[part], np.arange(len(self.x))[part] % 2


def test_streams_with_labels(tmp_path: Path) -> None:
    model, x = small(), pictures(9)
    keys = [f"sample_{index}" for index in range(9)]
    expected = searched(model, x, "relu1", keys, 4)
    given: dict[str, Any] = {"class_names": ["even", "odd"], "k": K, "batch_size": 4}

    def assert_found(data: Any) -> None:
        found = av.dataset_examples(model, data, "relu1", **given)
        assert plain(found) == expected
        for examples in found["relu1"]:
            for one in examples:
                number = int(one.key.removeprefix("sample_"))
                assert one.label == ["even", "odd"][number % 2]
                assert one.patch is not None

    assert_found(Sequence(x))
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        one_hot = np.eye(2)[np.arange(9) % 2]
        assert_found(tf.data.Dataset.from_tensor_slices((x, one_hot)).batch(4))
    if keras.backend.backend() == "torch":
        import torch

        data = torch.utils.data.TensorDataset(
            torch.from_numpy(x.astype(np.float32)), torch.arange(9) % 2
        )
        assert_found(torch.utils.data.DataLoader(data, batch_size=4))
        shuffled = torch.utils.data.DataLoader(
            data, batch_size=4, shuffle=True, generator=torch.Generator()
        )
        found = av.dataset_examples(model, shuffled, "relu1", **given)
        patches = [one.patch for examples in found["relu1"] for one in examples]
        assert all(patch is not None for patch in patches)


def test_what_can_be_read_only_once_comes_without_patches() -> None:
    model, x = small(), pictures(9)

    def one_by_one() -> Iterator[tuple[np.ndarray, int, str]]:
        for index, one in enumerate(x):
            yield one, index, f"picture {index}"

    with pytest.warns(UserWarning, match="read only once"):
        found = av.dataset_examples(model, one_by_one(), "relu1", k=K, batch_size=4)
    keys = [f"picture {index}" for index in range(9)]
    assert plain(found) == searched(model, x, "relu1", keys, 4)
    every = [one for examples in found["relu1"] for one in examples]
    assert all(one.patch is None and one.box is None for one in every)
    assert all(one.label == one.key.removeprefix("picture ") for one in every)


def test_data_that_change_between_two_readings_are_said_not_guessed() -> None:
    rng = np.random.default_rng(0)

    class Augmented(Sequence):
        def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
            x, y = super().__getitem__(index)
            return x + rng.random(x.shape, np.float32), y

    data = Augmented(pictures(4).astype(np.float32) / 2)
    with pytest.warns(UserWarning, match="4 samples are not what they were"):
        found = av.dataset_examples(small(), data, "relu1", k=4)
    assert all(one.patch is None for one in found["relu1"][0])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"k": 0}, "Received k=0; expected an integer of at least 1"),
        ({"k": True}, "Received k=True"),
        ({"batch_size": 1.5}, "batch_size=1.5"),
        ({"by": "maxmium"}, "Did you mean 'maximum'"),
        ({"labels": ["a"]}, "Received 1 labels, and more samples than that"),
        ({"labels": [*"abcde"]}, "Received 5 labels for 4 samples"),
        ({"labels": {"inptu_1": 1}}, "Did you mean 'input_"),
        ({"labels": "folders"}, "expected a dict of key to label"),
        ({"labels": [5] * 4, "class_names": ["a"]}, "label 5, but class_names has 1"),
    ],
)
def test_arguments_that_cannot_be_used(given: dict[str, Any], message: str) -> None:
    with pytest.raises(av.InputError, match=message):
        av.dataset_examples(small(), pictures(4), "relu1", **given)


def test_labels_by_key_and_in_order() -> None:
    x = pictures(4)
    found = av.dataset_examples(small(), x, "relu1", labels=[3, 1, 2, 0])
    number = {"input_0": "3", "input_1": "1", "input_2": "2", "input_3": "0"}
    assert {one.key: one.label for one in found["relu1"][0]} == number
    found = av.dataset_examples(small(), x, "relu1", labels={"input_2": "face"})
    labels = {one.key: one.label for one in found["relu1"][0]}
    assert labels == {**dict.fromkeys(names(4)), "input_2": "face"}


def test_data_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(av.InputError, match="hold no pictures"):
        av.dataset_examples(small(), tmp_path, "relu1")
    with pytest.raises(av.InputError, match="There is no file"):
        av.dataset_examples(small(), tmp_path / "none.png", "relu1", strict=True)
    with pytest.raises(av.InputError, match="gave no samples"):
        av.dataset_examples(small(), iter([]), "relu1")
    with pytest.raises(av.InputError, match="Cannot use"):
        av.dataset_examples(small(), 3, "relu1")  # type: ignore[arg-type]


def test_progress_is_told_for_each_batch() -> None:
    told: list[tuple[int, int]] = []
    av.dataset_examples(
        small(),
        pictures(9),
        "relu1",
        batch_size=4,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(4, 9), (8, 9), (9, 9)]


def test_layers_in_which_inputs_meet_are_said() -> None:
    inputs = keras.Input((8, 8, 3))
    x = layers.Lambda(
        lambda x: x - keras.ops.mean(x, axis=0, keepdims=True), name="met"
    )
    model = keras.Model(inputs, layers.Conv2D(2, 3, name="conv")(x(inputs)))
    with pytest.warns(UserWarning, match="depends on the others of its batch"):
        av.dataset_examples(model, pictures(4, (8, 8)), "conv", batch_size=2)
