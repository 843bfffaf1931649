from __future__ import annotations

import numpy as np
import pytest

from keras_models.faces import DEFAULT_SIZE, DrawnFace, Label, draw_face

Box = tuple[float, float, float, float]


def changed(a: DrawnFace, b: DrawnFace) -> np.ndarray:
    """Pixels that differ, (H, W)."""
    return (a.picture != b.picture).any(axis=-1)


def inside(box: Box, size: int, grow: float) -> np.ndarray:
    """Pixels of a box grown by `grow` pixels, (H, W)."""
    top, left, bottom, right = box
    at = np.arange(size) + 0.5
    rows = (at > top - grow) & (at < bottom + grow)
    columns = (at > left - grow) & (at < right + grow)
    return rows[:, None] & columns[None, :]


def test_the_same_seed_draws_the_same_picture() -> None:
    first, second = draw_face(7, 64), draw_face(7, 64)
    assert np.array_equal(first.picture, second.picture)
    assert first.left_eye_box == second.left_eye_box
    assert first.label == second.label


def test_other_seeds_draw_other_pictures() -> None:
    pictures = {draw_face(seed, 48).picture.tobytes() for seed in range(40)}
    assert len(pictures) == 40


@pytest.mark.parametrize("size", [32, 96, 150, 227])
def test_any_size(size: int) -> None:
    face = draw_face(3, size)
    assert face.picture.shape == (size, size, 3)
    assert face.picture.dtype == np.uint8


def test_the_default_size_is_the_network_s_own() -> None:
    assert DEFAULT_SIZE == 227
    assert draw_face(0).picture.shape == (227, 227, 3)


@pytest.mark.slow
@pytest.mark.parametrize("size", [64, 128, 227])
@pytest.mark.parametrize("which", ["left", "right"])
def test_closing_an_eye_changes_the_picture_around_this_eye_only(
    size: int, which: str
) -> None:
    for seed in range(25):
        both = draw_face(seed, size, True, True)
        other = draw_face(seed, size, which != "left", which != "right")
        box = both.left_eye_box if which == "left" else both.right_eye_box
        difference = changed(both, other)
        assert not (difference & ~inside(box, size, grow=3)).any(), seed
        assert (difference & inside(box, size, grow=0)).sum() > 0.3 * difference.sum()
        assert difference.any()


def test_boxes_do_not_depend_on_the_eyes() -> None:
    faces = [
        draw_face(11, 64, left, right)
        for left in (True, False)
        for right in (True, False)
    ]
    assert len({(face.left_eye_box, face.right_eye_box) for face in faces}) == 1


def test_both_eyes_closed_is_left_closed_and_right_closed_together() -> None:
    both_open = draw_face(5, 96, True, True)
    left = draw_face(5, 96, False, True).picture
    right = draw_face(5, 96, True, False)
    expected = np.where(changed(both_open, right)[..., None], right.picture, left)
    assert np.array_equal(draw_face(5, 96, False, False).picture, expected)


@pytest.mark.slow
def test_boxes_lie_in_the_picture_left_one_left_and_hold_the_iris() -> None:
    for seed in range(60):
        face = draw_face(seed, 128, True, True)
        top, left, bottom, right = face.left_eye_box
        assert 0 <= top < bottom <= 128
        assert 0 <= left < right < face.right_eye_box[3] <= 128
        assert left < face.right_eye_box[1]
        # What an eye changes when it closes spreads over most of its box.
        closed = draw_face(seed, 128, False, True)
        rows, columns = np.nonzero(changed(face, closed))
        assert columns.max() - columns.min() > 0.55 * (right - left)
        assert rows.max() - rows.min() > 0.4 * (bottom - top)


@pytest.mark.slow
def test_open_eyes_are_brighter_and_darker_than_closed_ones() -> None:
    spreads = []
    for seed in range(30):
        top, left, bottom, right = map(int, draw_face(seed, 128).left_eye_box)
        for is_open in (True, False):
            eye = draw_face(seed, 128, is_open, True).picture[top:bottom, left:right]
            spreads.append(float(eye.astype(float).std()))
    opened, closed = np.array(spreads).reshape(-1, 2).T
    assert (opened > closed).mean() > 0.9


@pytest.mark.parametrize(
    ("left", "right", "label"),
    [
        (True, True, Label.BOTH_OPEN),
        (False, True, Label.LEFT_CLOSED),
        (True, False, Label.RIGHT_CLOSED),
        (False, False, Label.BOTH_CLOSED),
    ],
)
def test_label_names_the_eyes(left: bool, right: bool, label: Label) -> None:
    face = draw_face(2, 32, left, right)
    assert (face.label, face.left_eye_open, face.right_eye_open) == (label, left, right)
    assert label.eyes_open == (left, right)


def test_chance_opens_and_closes_each_eye() -> None:
    labels = {draw_face(seed, 32).label for seed in range(40)}
    assert labels == {1, 2, 3, 4}


def test_chance_draws_what_asking_for_it_draws() -> None:
    by_chance = draw_face(4, 64)
    asked = draw_face(4, 64, by_chance.left_eye_open, by_chance.right_eye_open)
    assert np.array_equal(by_chance.picture, asked.picture)


@pytest.mark.slow
def test_faces_vary_in_place_size_and_colour() -> None:
    faces = [draw_face(seed, 64) for seed in range(80)]
    boxes = np.array([face.left_eye_box for face in faces])
    assert boxes[:, 1].std() > 3
    widths = boxes[:, 3] - boxes[:, 1]
    assert widths.max() > 1.5 * widths.min()
    between = [
        face.picture[
            int(face.left_eye_box[0]) : int(face.left_eye_box[2]),
            int(face.left_eye_box[3]) : int(face.right_eye_box[1]) + 1,
        ].mean()
        for face in faces
    ]
    assert np.std(between) > 25


@pytest.mark.parametrize(("seed", "size"), [(-1, 64), (0, 31)])
def test_seed_and_size_out_of_range(seed: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"must be .* received"):
        draw_face(seed, size)


@pytest.mark.parametrize("name", ["left_eye_open", "right_eye_open"])
def test_a_state_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}='no'; expected True, False, or None"):
        draw_face(1, 64, **{name: "no"})
