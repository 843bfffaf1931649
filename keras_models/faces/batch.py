"""Many pictures at once, with labels and boxes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from keras_models.faces.face import DEFAULT_SIZE, draw_face
from keras_models.faces.labels import Label
from keras_models.faces.not_face import draw_not_face

#: Seeds below are for training, seeds from here on for measuring: no training draws
#: from these, so what is measured on them is measured on unseen pictures.
FIRST_TEST_SEED = 2**31
_END = 2**32
#: Pictures that a process draws before it hands them over.
_CHUNK = 250


class Batch(NamedTuple):
    """Pictures and what is known of them.

    Args:
        pictures: (N, size, size, 3), uint8, RGB.
        labels: (N,), int64, see `Label`.
        boxes: (N, 2, 4), float32, pixels: left and right eye (in the picture), each
            as top, left, bottom, right; NaN where there is no face.

    Example:
        >>> from keras_models.faces import draw_batch
        >>> batch = draw_batch(range(10), size=64)
        >>> batch.pictures.shape, batch.labels.shape, batch.boxes.shape
        ((10, 64, 64, 3), (10,), (10, 2, 4))
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    boxes: NDArray[np.float32]


def label_of(seed: int) -> Label:
    """Return which class the picture of a seed shows in a batch.

    Args:
        seed: ≥ 0.

    Returns:
        The label; each is as frequent as the others, in a fixed turn.
    """
    return Label(seed % len(Label))


def draw_batch(
    seeds: Iterable[int], size: int = DEFAULT_SIZE, processes: int = 1
) -> Batch:
    """Draw a picture for each seed, with the classes in turn.

    Args:
        seeds: Each ≥ 0. Those below `FIRST_TEST_SEED` are meant for training, the
            others for measuring.
        size: Side of the pictures in pixels, ≥ 32.
        processes: How many processes draw, ≥ 1; more than 1 needs a main module that
            can be imported, as `multiprocessing` explains. The pictures are the same.

    Returns:
        Pictures, labels and boxes.

    Raises:
        ValueError: If a seed or the size is out of range.

    Example:
        >>> from keras_models.faces import CLASS_NAMES, draw_batch
        >>> batch = draw_batch(range(3), size=64)
        >>> [CLASS_NAMES[label] for label in batch.labels]
        ['no face', 'both eyes open', 'left eye closed']
    """
    chosen = [int(seed) for seed in seeds]
    if processes > 1 and len(chosen) > _CHUNK:
        return _draw_in_processes(chosen, size, processes)
    pictures = np.empty((len(chosen), size, size, 3), np.uint8)
    labels = np.array([label_of(seed) for seed in chosen], np.int64)
    boxes = np.full((len(chosen), 2, 4), np.nan, np.float32)
    for k, seed in enumerate(chosen):
        label = label_of(seed)
        if label is Label.NO_FACE:
            pictures[k] = draw_not_face(seed, size)
            continue
        face = draw_face(seed, size, *label.eyes_open)
        pictures[k] = face.picture
        boxes[k] = face.left_eye_box, face.right_eye_box
    return Batch(pictures, labels, boxes)


def _draw_in_processes(seeds: list[int], size: int, processes: int) -> Batch:
    chunks = [seeds[k : k + _CHUNK] for k in range(0, len(seeds), _CHUNK)]
    # Not "fork": a process with a back end's threads must not be copied.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        drawn = list(pool.map(partial(draw_batch, size=size), chunks))
    return Batch(*(np.concatenate(parts) for parts in zip(*drawn, strict=True)))


def train_seeds(start: int, count: int) -> range:
    """Return seeds for training.

    Args:
        start: Number of the first, ≥ 0.
        count: How many.

    Returns:
        The seeds, all below `FIRST_TEST_SEED`.

    Raises:
        ValueError: If they reach beyond.

    Example:
        >>> from keras_models.faces import train_seeds
        >>> train_seeds(0, 1000)
        range(0, 1000)
    """
    return _checked(range(start, start + count), 0, FIRST_TEST_SEED)


def unseen_seeds(start: int, count: int) -> range:
    """Return seeds for measuring, which no training uses.

    Args:
        start: Number of the first, ≥ 0.
        count: How many.

    Returns:
        The seeds, from `FIRST_TEST_SEED` + `start` on, below 2**32.

    Raises:
        ValueError: If they reach beyond.

    Example:
        >>> from keras_models.faces import draw_batch, unseen_seeds
        >>> unseen_seeds(0, 10)
        range(2147483648, 2147483658)
        >>> batch = draw_batch(unseen_seeds(0, 10), size=64)
    """
    first = FIRST_TEST_SEED + start
    return _checked(range(first, first + count), FIRST_TEST_SEED, _END)


def _checked(seeds: range, low: int, high: int) -> range:
    if seeds.start < low or seeds.stop > high or seeds.stop < seeds.start:
        raise ValueError(
            f"seeds must lie within {low} … {high - 1}, received "
            f"start={seeds.start - low}, count={seeds.stop - seeds.start}"
        )
    return seeds
