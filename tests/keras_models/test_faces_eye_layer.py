"""The layer that learns to find eyes, and what it learns from."""

from __future__ import annotations

import numpy as np
import pytest

from keras_models import SqueezeNet
from keras_models.faces import (
    EYE_CHANNELS,
    Label,
    draw_face,
    draw_open_and_closed,
    train_seeds,
    with_eye_layer,
)


def test_pictures_have_both_eyes_open_or_both_closed_in_turn() -> None:
    pictures, closed = draw_open_and_closed(4, 64)
    assert closed.tolist() == [0, 1, 0, 1]
    faces = [
        draw_face(seed, 64, not both, not both)
        for seed, both in zip(train_seeds(0, 4), closed, strict=True)
    ]
    assert {face.label for face in faces} == {Label.BOTH_OPEN, Label.BOTH_CLOSED}
    np.testing.assert_array_equal(pictures, [face.picture for face in faces])


@pytest.mark.slow
def test_only_the_third_fire_module_and_what_is_new_learn() -> None:
    net = SqueezeNet(weights="faces")
    model = with_eye_layer(net)
    old = {layer.name for layer in net.layers}
    learning = {layer.name for layer in model.layers if layer.trainable_weights}
    assert {name for name in learning if name in old} == {
        name for name in old if name.startswith("fire3") and net.get_layer(name).weights
    }
    assert learning - old == {"eyes", "open-or-closed"}
    assert model.get_layer("eyes").output.shape[-1] == EYE_CHANNELS
    answers = model(np.zeros((2, 64, 64, 3), np.float32))
    assert answers.shape == (2, 2)
