from __future__ import annotations

import numpy as np
import pytest

from keras_models.faces import draw_face, draw_not_face


def test_the_same_seed_draws_the_same_picture() -> None:
    for seed in range(12):
        first, second = draw_not_face(seed, 64), draw_not_face(seed, 64)
        assert first.shape == (64, 64, 3)
        assert first.dtype == np.uint8
        assert np.array_equal(first, second)


def test_other_seeds_draw_other_pictures() -> None:
    assert len({draw_not_face(seed, 32).tobytes() for seed in range(40)}) == 40


@pytest.mark.slow
def test_some_are_faces_cut_up_with_no_tile_in_its_place() -> None:
    scrambled = 0
    for seed in range(40):
        picture, face = draw_not_face(seed, 60), draw_face(seed, 60).picture
        if not np.array_equal(np.sort(picture.ravel()), np.sort(face.ravel())):
            continue
        scrambled += 1
        assert (picture != face).any(axis=-1).mean() > 0.5
    assert 2 <= scrambled <= 15


@pytest.mark.slow
def test_colour_alone_does_not_tell_faces_from_others() -> None:
    faces = np.array([draw_face(s, 48).picture.mean(axis=(0, 1)) for s in range(80)])
    others = np.array([draw_not_face(s, 48).mean(axis=(0, 1)) for s in range(80)])
    gap = np.abs(faces.mean(axis=0) - others.mean(axis=0))
    assert (gap < others.std(axis=0)).all()


@pytest.mark.parametrize(("seed", "size"), [(-1, 64), (0, 31)])
def test_seed_and_size_out_of_range(seed: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"must be .* received"):
        draw_not_face(seed, size)
