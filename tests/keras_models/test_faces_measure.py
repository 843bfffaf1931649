from __future__ import annotations

import keras
import numpy as np
import pytest

from keras_models.faces import accuracy, draw_batch, draw_face, selectivity
from keras_models.squeezenet import preprocess_input


def test_accuracy_counts_right_answers() -> None:
    pictures = draw_batch(range(10), 32)

    class Fixed(keras.Model):
        def call(self, inputs, training=False):  # noqa: ANN001, ANN202
            # Says 1 for each picture.
            return keras.ops.one_hot(keras.ops.ones(len(inputs), "int32"), 5)

    assert accuracy(Fixed(), pictures) == {"all": 0.2, "faces": 0.25, "no faces": 0.0}
    faces_only = type(pictures)(*(part[pictures.labels > 0] for part in pictures))
    found = accuracy(Fixed(), faces_only)
    assert found["all"] == 0.25
    assert np.isnan(found["no faces"])


@pytest.fixture
def brightness() -> keras.Model:
    """A network whose layer "light" is the picture's own positive part."""
    inputs = keras.Input((None, None, 3))
    return keras.Model(inputs, keras.layers.ReLU(name="light")(inputs))


def test_selectivity_is_what_the_eye_s_boxes_say(brightness: keras.Model) -> None:
    seed, size = 21, 96
    ranked = selectivity(
        brightness, [seed], size, layers=["light"], max_change=np.inf, min_seen=0.0
    )
    found = {entry.channel: entry for entry in ranked}
    assert sorted(found) == [0, 1, 2]

    def light(left: bool, right: bool) -> np.ndarray:
        face = draw_face(seed, size, left, right)
        maps = np.maximum(preprocess_input(face.picture), 0)
        eyes = []
        for top, first, bottom, last in (face.left_eye_box, face.right_eye_box):
            y, x = 0.25 * (bottom - top), 0.25 * (last - first)
            rows = slice(int(top - y), int(np.ceil(bottom + y)))
            columns = slice(int(first - x), int(np.ceil(last + x)))
            eyes.append(maps[rows, columns].max(axis=(0, 1)))
        return np.array(eyes)

    both, left, right = light(True, True), light(False, True), light(True, False)
    before = both.mean(axis=0)
    loss = 1 - (left[0] + right[1]) / 2 / before
    change = (abs(left[1] - both[1]) + abs(right[0] - both[0])) / 2 / before
    for channel, entry in found.items():
        assert entry.layer == "light"
        assert entry.response == pytest.approx(before[channel], rel=1e-5)
        assert entry.loss == pytest.approx(loss[channel], rel=1e-4, abs=1e-6)
        assert entry.change == pytest.approx(change[channel], rel=1e-4, abs=1e-6)
        assert entry.seen == 1.0
    assert [entry.loss for entry in ranked] == sorted(
        (entry.loss for entry in ranked), reverse=True
    )


def test_channels_that_change_at_the_open_eye_are_left_out(
    brightness: keras.Model,
) -> None:
    every = selectivity(
        brightness, range(4), 64, ["light"], max_change=np.inf, min_seen=0.0
    )
    limit = sorted(entry.change for entry in every)[1]
    kept = selectivity(brightness, range(4), 64, ["light"], limit, min_seen=0.0)
    assert [e for e in every if e.change < limit] == kept
