"""2000 unseen faces and pictures without one: what is true, and what it means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tb_actviz as av
from keras_models import SqueezeNet
from keras_models.faces import draw_batch, draw_face, unseen_seeds

pytestmark = pytest.mark.slow

COUNT, SIZE, BATCH, K = 2000, 227, 32, 9


@pytest.fixture(scope="module")
def faces() -> Any:
    return draw_batch(unseen_seeds(0, COUNT), SIZE, processes=2)


@pytest.fixture(scope="module")
def net() -> Any:
    return SqueezeNet(weights="faces")


@pytest.fixture(scope="module")
def relus(net: Any) -> list[str]:
    return [layer.name for layer in net.layers if "relu" in layer.name]


@pytest.fixture(scope="module")
def found(net: Any, faces: Any, relus: list[str]) -> Any:
    return av.dataset_examples(net, faces.pictures, relus, k=K, batch_size=BATCH)


def strongest(
    extract: Callable[..., dict[str, np.ndarray]], pictures: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The largest value of each map of each picture, and its place, (N, C)."""
    every: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for start in range(0, len(pictures), BATCH):
        part = pictures[start : start + BATCH]
        fill = np.repeat(part[-1:], BATCH - len(part), axis=0)
        batch = np.concatenate([part, fill])
        for path, values in extract(batch, batch_size=BATCH, progress=False).items():
            flat = values[: len(part)].reshape(len(part), -1, values.shape[-1])
            every.setdefault(path, []).append((flat.max(1), flat.argmax(1)))
    return {
        path: (
            np.concatenate([one for one, _ in rows]),
            np.concatenate([p for _, p in rows]),
        )
        for path, rows in every.items()
    }


def test_every_winner_value_and_place_is_that_of_a_search(
    net: Any, faces: Any, relus: list[str], found: Any
) -> None:
    keys = np.array([f"input_{index}" for index in range(COUNT)])
    extract = av.FeatureExtractor(net, relus)
    searched = strongest(extract, faces.pictures)
    assert [*searched] == relus
    width = {path: a.shape[2] for path, a in extract(faces.pictures[:1]).items()}
    for path, (values, places) in searched.items():
        for channel in range(values.shape[1]):
            of_channel = values[:, channel]
            best = np.lexsort((keys, -of_channel))[:K]
            expected = [
                (
                    float(of_channel[index]),
                    keys[index],
                    *divmod(int(places[index, channel]), width[path]),
                )
                for index in best
            ]
            examples = found[path][channel]
            assert [(e.value, e.key, e.row, e.column) for e in examples] == expected


def overlap(box: tuple[int, ...], eye: np.ndarray) -> float:
    """Which share of an eye a box holds; 0 where there is none."""
    height = min(box[2], eye[2]) - max(box[0], eye[0])
    width = min(box[3], eye[3]) - max(box[1], eye[1])
    area = (eye[2] - eye[0]) * (eye[3] - eye[1])
    share = max(height, 0) * max(width, 0) / area
    return float(np.nan_to_num(share))


def test_what_fires_the_eye_channels_most_are_eyes_that_are_open(
    net: Any, faces: Any, found: Any
) -> None:
    """Those that the demonstration names, from one face with an eye closed."""
    (seed,) = unseen_seeds(0, 1)
    face, closed = (
        draw_face(seed, SIZE, is_open, True).picture for is_open in (True, False)
    )
    differences = av.compare_inputs(net, face, closed, "fire[4-7]-relu_*")
    dark = [one for one in differences if one.change < 0][:8]
    for channel in dark:
        for example in found[channel.layer][channel.channel]:
            index = int(example.key.removeprefix("input_"))
            # 0: no face, 1: both open, 2: left closed, 3: right closed.
            is_open = {1: (0, 1), 2: (1,), 3: (0,)}[int(faces.labels[index])]
            shares = [
                overlap(example.box, faces.boxes[index, side]) for side in is_open
            ]
            assert max(shares) > 0.5, (channel.layer, channel.channel, example)
