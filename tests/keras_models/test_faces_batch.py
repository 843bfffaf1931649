from __future__ import annotations

import numpy as np
import pytest

from keras_models.faces import (
    FIRST_TEST_SEED,
    Batch,
    draw_batch,
    draw_face,
    draw_not_face,
    train_seeds,
    unseen_seeds,
)


def test_classes_take_turns_and_pictures_are_those_of_their_seeds() -> None:
    batch = draw_batch(range(10, 20), 48)
    assert batch.pictures.shape == (10, 48, 48, 3)
    assert batch.pictures.dtype == np.uint8
    assert batch.labels.tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]
    assert batch.labels.dtype == np.int64
    assert batch.boxes.shape == (10, 2, 4)
    assert batch.boxes.dtype == np.float32
    assert np.array_equal(batch.pictures[5], draw_not_face(15, 48))
    assert np.isnan(batch.boxes[[0, 5]]).all()
    face = draw_face(17, 48, False, True)
    assert np.array_equal(batch.pictures[7], face.picture)
    expected = np.array([face.left_eye_box, face.right_eye_box], np.float32)
    assert np.array_equal(batch.boxes[7], expected)


def test_no_seeds_give_no_pictures() -> None:
    batch = draw_batch([], 32)
    assert batch.pictures.shape == (0, 32, 32, 3)
    assert batch.labels.shape == (0,)


@pytest.mark.slow
def test_processes_draw_the_same() -> None:
    seeds = range(260)
    alone, together = draw_batch(seeds, 32), draw_batch(seeds, 32, processes=2)
    assert isinstance(together, Batch)
    for a, b in zip(alone, together, strict=True):
        assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def test_seeds_for_training_and_measuring_never_meet() -> None:
    assert train_seeds(5, 3) == range(5, 8)
    assert unseen_seeds(5, 3) == range(FIRST_TEST_SEED + 5, FIRST_TEST_SEED + 8)
    last = train_seeds(FIRST_TEST_SEED - 2, 2)
    assert last.stop <= unseen_seeds(0, 1).start
    with pytest.raises(ValueError, match="must lie within"):
        train_seeds(FIRST_TEST_SEED - 2, 3)
    with pytest.raises(ValueError, match="must lie within"):
        train_seeds(-1, 3)
    with pytest.raises(ValueError, match="must lie within"):
        unseen_seeds(2**31 - 1, 2)


def test_large_seeds_draw() -> None:
    assert draw_batch(unseen_seeds(2**31 - 2, 2), 32).labels.shape == (2,)
