"""Drawn faces: pictures, labels and eyes, and the training of a network on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras_models.lazy import lazy_names

if TYPE_CHECKING:
    from keras_models.faces.batch import (
        FIRST_TEST_SEED,
        Batch,
        draw_batch,
        train_seeds,
        unseen_seeds,
    )
    from keras_models.faces.dataset import FaceDataset, as_tf_dataset
    from keras_models.faces.eye_layer import (
        EYE_CHANNELS,
        draw_open_and_closed,
        with_eye_layer,
    )
    from keras_models.faces.face import DEFAULT_SIZE, DrawnFace, draw_face
    from keras_models.faces.labels import CLASS_NAMES, Label
    from keras_models.faces.measure import Selectivity, accuracy, selectivity
    from keras_models.faces.not_face import draw_not_face

__all__ = [
    "CLASS_NAMES",
    "DEFAULT_SIZE",
    "EYE_CHANNELS",
    "FIRST_TEST_SEED",
    "Batch",
    "DrawnFace",
    "FaceDataset",
    "Label",
    "Selectivity",
    "accuracy",
    "as_tf_dataset",
    "draw_batch",
    "draw_face",
    "draw_not_face",
    "draw_open_and_closed",
    "selectivity",
    "train_seeds",
    "unseen_seeds",
    "with_eye_layer",
]

_HOME = {
    "Batch": "batch",
    "CLASS_NAMES": "labels",
    "DEFAULT_SIZE": "face",
    "DrawnFace": "face",
    "EYE_CHANNELS": "eye_layer",
    "FIRST_TEST_SEED": "batch",
    "FaceDataset": "dataset",
    "Label": "labels",
    "Selectivity": "measure",
    "accuracy": "measure",
    "as_tf_dataset": "dataset",
    "draw_batch": "batch",
    "draw_face": "face",
    "draw_not_face": "not_face",
    "draw_open_and_closed": "eye_layer",
    "selectivity": "measure",
    "train_seeds": "batch",
    "unseen_seeds": "batch",
    "with_eye_layer": "eye_layer",
}


__getattr__, __dir__ = lazy_names(__name__, _HOME)
