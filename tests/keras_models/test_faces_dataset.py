from __future__ import annotations

import keras
import numpy as np
import pytest

from keras_models.faces import (
    FIRST_TEST_SEED,
    Batch,
    FaceDataset,
    as_tf_dataset,
    draw_batch,
)
from keras_models.squeezenet import preprocess_input


@pytest.fixture(scope="module")
def pictures() -> Batch:
    return draw_batch(range(10), 32)


def test_batches_hold_all_pictures_in_order(pictures: Batch) -> None:
    data = FaceDataset(range(10), 4, 32)
    assert len(data) == 3
    inputs, labels = zip(*(data[index] for index in range(3)), strict=True)
    assert [len(part) for part in labels] == [4, 4, 2]
    assert np.array_equal(np.concatenate(labels), pictures.labels)
    expected = preprocess_input(pictures.pictures)
    assert np.array_equal(np.concatenate(inputs), expected)


def test_pictures_drawn_before_give_the_same_batches(pictures: Batch) -> None:
    drawn, kept = FaceDataset(range(10), 4, 32), FaceDataset(pictures, 4)
    for index in range(3):
        assert np.array_equal(drawn[index][0], kept[index][0])
        assert np.array_equal(drawn[index][1], kept[index][1])


def test_without_preprocessing_pictures_stay_bytes(pictures: Batch) -> None:
    inputs, _ = FaceDataset(pictures, 10, preprocess=None)[0]
    assert inputs.dtype == np.uint8
    assert np.array_equal(inputs, pictures.pictures)


def test_shuffling_changes_with_the_epoch_and_comes_back_with_the_seed(
    pictures: Batch,
) -> None:
    def orders() -> list[list[int]]:
        data = FaceDataset(pictures, 10, shuffle=True, seed=3)
        found = []
        for _ in range(3):
            found.append(data[0][1].tolist())
            data.on_epoch_end()
        return found

    first = orders()
    assert first == orders()
    assert first[0] != first[1] or first[1] != first[2]
    assert all(sorted(order) == sorted(pictures.labels.tolist()) for order in first)


def test_mirroring_flips_pictures_with_their_labels(pictures: Batch) -> None:
    before = pictures.pictures.copy()
    data = FaceDataset(pictures, 10, mirror=True, preprocess=None)
    swapped = {0: 0, 1: 1, 2: 3, 3: 2, 4: 4}
    seen = set()
    for _ in range(4):
        inputs, labels = data[0]
        for k in range(10):
            flipped = np.array_equal(inputs[k], before[k, :, ::-1])
            assert flipped or np.array_equal(inputs[k], before[k])
            label = int(pictures.labels[k])
            assert labels[k] == (swapped[label] if flipped else label)
            seen.add(flipped)
        data.on_epoch_end()
    assert seen == {True, False}
    assert np.array_equal(pictures.pictures, before)


def test_fresh_pictures_come_from_the_seeds_that_follow() -> None:
    data = FaceDataset(range(5, 10), 5, 32, fresh=True, preprocess=None)
    data.on_epoch_end()
    expected = draw_batch(range(10, 15), 32)
    assert np.array_equal(data[0][0], expected.pictures)
    assert np.array_equal(data[0][1], expected.labels)


def test_fresh_pictures_never_reach_the_unseen_ones() -> None:
    start = FIRST_TEST_SEED - 4
    data = FaceDataset(range(start, start + 3), 3, 32, fresh=True)
    data.on_epoch_end()
    with pytest.raises(ValueError, match="begin with smaller seeds"):
        data[0]


def test_a_batch_that_is_not_there(pictures: Batch) -> None:
    with pytest.raises(IndexError, match="batch 3 of 3"):
        FaceDataset(pictures, 4)[3]


def test_arguments_out_of_range(pictures: Batch) -> None:
    with pytest.raises(ValueError, match="batch_size must be 1 or more"):
        FaceDataset(pictures, 0)
    with pytest.raises(ValueError, match="needs seeds"):
        FaceDataset(pictures, fresh=True)
    with pytest.raises(ValueError, match="consecutive"):
        FaceDataset(range(0, 10, 2))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_fit_takes_it(workers: int) -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(5, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    data = FaceDataset(range(12), 4, 32, fresh=True, workers=workers)
    history = model.fit(data, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert len(history.history["loss"]) == 2


def test_tensorflow_gets_the_same_batches(pictures: Batch) -> None:
    pytest.importorskip("tensorflow")
    data = FaceDataset(pictures, 4)
    stream = as_tf_dataset(data)
    assert int(stream.cardinality()) == 3
    batches = list(stream.as_numpy_iterator())
    for index, (inputs, labels) in enumerate(batches):
        assert np.array_equal(inputs, data[index][0])
        assert np.array_equal(labels, data[index][1])
    assert len(batches) == 3
