"""The parts that faces are drawn with: curves, poses, colours, canvas, camera."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from keras_models.faces.canvas import Canvas
from keras_models.faces.colours import any_colour, darkness, mix, pick, shaded
from keras_models.faces.eye_looks import sample_eyes
from keras_models.faces.eyes import EyeSocket
from keras_models.faces.finish import finish
from keras_models.faces.geometry import (
    bow,
    closed_curve,
    ellipse,
    mirrored,
    open_curve,
)
from keras_models.faces.pose import Pose, sample_pose, surface
from keras_models.faces.skin import sample_skin_looks, shade_skin
from keras_models.faces.surroundings import sample_background

SQUARE = np.array([(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)])


def test_curves_pass_through_their_points() -> None:
    points = np.array([(0.0, 0.0), (1.0, 2.0), (3.0, 1.0), (2.0, -1.0)])
    closed, opened = closed_curve(points, 5), open_curve(points, 5)
    assert closed.shape == (20, 2)
    assert np.allclose(closed[::5], points)
    assert opened.shape == (16, 2)
    assert np.allclose(opened[::5], points)


def test_a_straight_line_stays_straight() -> None:
    line = open_curve([(0, 0), (1, 2), (2, 4)], 4)
    assert np.allclose(line[:, 1], 2 * line[:, 0])
    assert np.allclose(np.diff(line[:, 0]), 0.25)


def test_ellipse_bow_and_mirror() -> None:
    assert np.allclose(
        ellipse((1, 2), (3, 1), 4), [(4, 2), (1, 3), (-2, 2), (1, 1)], atol=1e-12
    )
    assert np.allclose(bow((0, 0), (2, 0), 1, 3), [(0, 0), (1, 1), (2, 0)])
    assert mirrored([(0, 0), (1, 1), (0, 2)]).tolist() == [
        [0, 0],
        [1, 1],
        [0, 2],
        [-1, 1],
    ]


def test_pose_places_scales_and_tilts() -> None:
    pose = Pose(x=0.5, y=0.4, scale=0.2)
    points = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
    expected = [(0.5, 0.4), (0.7, 0.4), (0.5, 0.6)]
    assert np.allclose(pose.place(points), expected)
    tilted = replace(pose, roll=np.pi / 2)
    expected = [(0.5, 0.4), (0.5, 0.6), (0.3, 0.4)]
    assert np.allclose(tilted.place(points), expected)


def test_a_turned_head_shows_its_nose_further_than_its_ears() -> None:
    pose = Pose(x=0.5, y=0.5, scale=0.2, yaw=0.3)
    nose, ear = pose.place([(0.0, 0.5)], 0.2)[0], pose.place([(1.0, 0.1)])[0]
    assert nose[0] > 0.54
    assert ear[0] < 0.72
    assert surface(np.array([(5.0, 0.0)])) == 0


def test_grid_is_the_inverse_of_placing() -> None:
    pose = Pose(x=0.45, y=0.55, scale=0.25, roll=0.3)
    x, y = pose.grid(40)
    flat = np.stack([x.ravel(), y.ravel()], axis=1)
    ticks = (np.arange(40) + 0.5) / 40
    assert np.allclose(
        pose.place(flat), np.stack(np.meshgrid(ticks, ticks), 2).reshape(-1, 2), 1e-5
    )


def test_sampled_poses_keep_both_eyes_in_the_picture() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        eyes = sample_pose(rng).place([(-0.7, 0.0), (0.7, 0.0)])
        assert eyes.min() > 0.02
        assert eyes.max() < 0.98


def test_colours_stay_in_range() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        base = pick(rng, ((250.0, 250.0, 250.0), (5.0, 5.0, 5.0)), 20)
        made = mix(base, any_colour(rng), rng.random())
        for colour in (base, made, shaded(made, rng.uniform(0, 2))):
            assert min(colour) >= 0
            assert max(colour) <= 255
    assert mix((0, 0, 0), (10, 20, 30), 0.5) == (5, 10, 15)
    assert shaded((10, 20, 30), 1.0) == (10, 20, 30)
    assert darkness((250, 222, 205)) < 0.1 < 0.9 < darkness((74, 50, 39))


@pytest.mark.parametrize("size", [40, 200])
def test_canvas_fills_a_polygon_and_smooths_its_edge(size: int) -> None:
    canvas = Canvas(size, np.zeros((2, 2, 3), np.float32))
    canvas.polygon(ellipse((0.5, 0.5), (0.25, 0.25), 90), (200, 100, 50))
    picture = canvas.finished()
    assert picture.shape == (size, size, 3)
    assert picture[size // 2, size // 2].tolist() == [200, 100, 50]
    assert picture[0, 0].tolist() == [0, 0, 0]
    area = picture[..., 0].sum() / 200
    assert area == pytest.approx(np.pi / 16 * size**2, rel=0.05)
    assert len(np.unique(picture[..., 0])) > 4


def test_clipped_drawing_stays_inside_and_keeps_its_place() -> None:
    canvas = Canvas(60, np.zeros((2, 2, 3), np.float32))
    with canvas.clipped(SQUARE) as inside:
        inside.polygon(SQUARE * 4 - 1.5, (255, 255, 255))
        inside.line(np.array([(0.0, 0.5), (1.0, 0.5)]), (255, 0, 0), 0.1)
    picture = canvas.finished()
    assert picture[30, 30].tolist() == [255, 0, 0]
    assert picture[18, 30].tolist() == [255, 255, 255]
    assert picture[:14].max() == picture[:, :14].max() == 0
    assert picture[47:].max() == picture[:, 47:].max() == 0


def test_a_field_is_enlarged_into_a_polygon() -> None:
    canvas = Canvas(60, np.zeros((2, 2, 3), np.float32))
    ramp = np.linspace(0, 240, 60, dtype=np.float32)[None, :, None]
    canvas.field(np.broadcast_to(ramp, (60, 60, 3)), SQUARE)
    row = canvas.finished()[30, :, 0]
    assert np.allclose(row[18:42], ramp[0, 18:42, 0], atol=3)
    assert row[:14].max() == row[47:].max() == 0


def test_a_brush_is_as_wide_as_told() -> None:
    canvas = Canvas(100, np.zeros((2, 2, 3), np.float32))
    line = np.array([(0.1, 0.5), (0.5, 0.5), (0.9, 0.5)])
    canvas.brush(line, (255, 255, 255), [0.1, 0.2, 0.3])
    widths = (canvas.finished()[..., 0] / 255).sum(axis=0)
    assert widths[[12, 50, 87]] == pytest.approx([10.5, 20, 29.5], abs=1.5)


def test_skin_is_lit_from_where_the_light_is() -> None:
    rng = np.random.default_rng(2)
    pose = Pose(x=0.5, y=0.5, scale=0.3)
    skin = replace(sample_skin_looks(rng), ambient=0.5, light=(0.6, 0.0, 0.8))
    colours = shade_skin(skin, pose)
    assert colours.shape == (60, 60, 3)
    assert colours[20:40, 34:44].mean() > colours[20:40, 16:26].mean() + 10


def test_an_eye_is_drawn_within_its_box() -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        skin, pose = sample_skin_looks(rng), sample_pose(rng)
        eyes = sample_eyes(rng, skin, (60, 40, 30))
        for side in (-1, 1):
            socket = EyeSocket(eyes, skin, pose, side)
            top, left, bottom, right = socket.box() * 120
            for draw in (socket.draw_open, socket.draw_closed):
                canvas = Canvas(120, np.full((2, 2, 3), 255, np.float32))
                draw(canvas)
                drawn = (canvas.finished() != 255).any(axis=-1)
                rows, columns = np.nonzero(drawn)
                assert rows.min() > top - 2
                assert rows.max() < bottom + 1
                assert columns.min() > left - 2
                assert columns.max() < right + 1


def test_the_camera_changes_nothing_far_from_a_change() -> None:
    rng = np.random.default_rng(4)
    for seed in range(20):
        scene = rng.uniform(0, 255, (80, 80, 3)).astype(np.float32)
        changed = scene.copy()
        changed[40:44, 40:44] = 0
        photos = [finish(s, np.random.default_rng(seed)) for s in (scene, changed)]
        rows, columns = np.nonzero((photos[0] != photos[1]).any(axis=-1))
        assert min(rows.min(), columns.min()) >= 38
        assert max(rows.max(), columns.max()) <= 45
        assert photos[0].dtype == np.uint8


def test_backgrounds_differ() -> None:
    drawn = [sample_background(np.random.default_rng(seed)) for seed in range(30)]
    assert all(b.shape == (64, 64, 3) and b.dtype == np.float32 for b in drawn)
    assert len({b.tobytes() for b in drawn}) == 30
