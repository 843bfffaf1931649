"""How well a network knows drawn faces: accuracy, and selectivity for eyes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from keras_models.faces.batch import Batch
from keras_models.faces.face import draw_face
from keras_models.squeezenet import preprocess_input

MIDDLE_LAYERS = tuple(
    f"fire{number}-relu_{part}"
    for number in (4, 5, 6, 7, 8)
    for part in ("squeeze1x1", "expand1x1", "expand3x3")
)

#: Pictures in one forward pass; more of them take gigabytes at 227 pixels.
_BATCH = 16


def accuracy(model: Any, pictures: Batch) -> dict[str, float]:
    """Measure how many pictures a network names rightly.

    Args:
        model: Keras model, (N, H, W, 3) preprocessed -> scores (N, classes).
        pictures: What to name.

    Returns:
        Share of right answers: `"all"`, `"faces"`, `"no faces"`, 0 … 1; NaN for
        pictures that there are none of.

    Example:
        >>> from keras_models import SqueezeNet
        >>> from keras_models.faces import accuracy, draw_batch, unseen_seeds
        >>> batch = draw_batch(unseen_seeds(0, 5), size=128)
        >>> accuracy(SqueezeNet(weights="faces"), batch)
        {'all': 1.0, 'faces': 1.0, 'no faces': 1.0}
    """
    named = []
    for first in range(0, len(pictures.labels), _BATCH):
        part = preprocess_input(pictures.pictures[first : first + _BATCH])
        scores = keras.ops.convert_to_numpy(model(part, training=False))
        named.append(scores.argmax(axis=1))
    right = np.concatenate(named) == pictures.labels
    groups = {
        "all": np.ones_like(right),
        "faces": pictures.labels != 0,
        "no faces": pictures.labels == 0,
    }
    return {
        name: float(right[group].mean()) if group.any() else float("nan")
        for name, group in groups.items()
    }


@dataclass(frozen=True)
class Selectivity:
    """How a channel responds when one eye of a face is closed.

    Args:
        layer: Name of the layer.
        channel: Index, 0-based.
        response: Mean response at open eyes.
        loss: Share of the response that is lost at the eye that closes, ≤ 1; negative
            where closing raises it.
        change: Mean absolute change of the response at the eye that stays open, as a
            share of the response.
        seen: Share of the open eyes that it responds to with at least half of its
            mean response, 0 … 1.

    Example:
        >>> from keras_models import SqueezeNet
        >>> from keras_models.faces import selectivity, unseen_seeds
        >>> net, seeds = SqueezeNet(weights="faces"), unseen_seeds(0, 3)
        >>> best = selectivity(net, seeds, size=128, layers=["fire4-relu_expand3x3"])[0]
        >>> print(f"channel {best.channel} loses {best.loss:.0%} of its response")
        channel 121 loses 99% of its response
    """

    layer: str
    channel: int
    response: float
    loss: float
    change: float
    seen: float


def selectivity(
    model: Any,
    seeds: Iterable[int],
    size: int,
    layers: Sequence[str] = MIDDLE_LAYERS,
    max_change: float = 0.1,
    min_seen: float = 0.8,
) -> list[Selectivity]:
    """Rank channels by how much of their response at an eye is lost when it closes.

    Each face is drawn with both eyes open, with its left and with its right eye
    closed. A channel's response at an eye is the maximum of its map within the eye's
    box, grown by a quarter of its size on each side; responses are averaged over
    faces and both eyes before they are compared.

    Args:
        model: Keras model, (N, H, W, 3) preprocessed -> anything.
        seeds: Seeds of the faces.
        size: Side of the pictures in pixels.
        layers: Names of the layers to look at.
        max_change: Channels that change more than this at the open eye are left out.
        min_seen: Channels that respond to a smaller share of open eyes are left out.

    Returns:
        The channels, largest loss first.

    Example:
        >>> from keras_models import SqueezeNet
        >>> from keras_models.faces import selectivity, unseen_seeds
        >>> net, seeds = SqueezeNet(weights="faces"), unseen_seeds(0, 3)
        >>> ranked = selectivity(net, seeds, size=128, layers=["fire4-relu_expand3x3"])
        >>> [channel.channel for channel in ranked[:2]]
        [121, 0]
    """
    outputs = {name: model.get_layer(name).output for name in layers}
    sub = keras.Model(model.inputs[0], outputs)
    # For each face (state, eye, channel); states: both open, left, right closed.
    found: dict[str, list[NDArray[np.float32]]] = {name: [] for name in layers}
    for seed in seeds:
        faces = [
            draw_face(seed, size, left, right)
            for left, right in ((True, True), (False, True), (True, False))
        ]
        inputs = preprocess_input(np.stack([face.picture for face in faces]))
        boxes = (faces[0].left_eye_box, faces[0].right_eye_box)
        for name, maps in sub(inputs, training=False).items():
            values = keras.ops.convert_to_numpy(maps)
            found[name].append(np.stack([_at(values, b, size) for b in boxes], axis=1))
    ranked = [
        channel
        for name, responses in found.items()
        for channel in _compare(name, np.stack(responses))
        if channel.change < max_change and channel.seen >= min_seen
    ]
    return sorted(ranked, key=lambda channel: -channel.loss)


def _at(
    maps: NDArray[np.float32], box: tuple[float, float, float, float], size: int
) -> NDArray[np.float32]:
    """Return the maximum of each channel (states, h, w, c) in a box: (states, c)."""
    top, left, bottom, right = box
    grow_y, grow_x = 0.25 * (bottom - top), 0.25 * (right - left)
    h, w = maps.shape[1] / size, maps.shape[2] / size
    rows = slice(max(0, int((top - grow_y) * h)), int(np.ceil((bottom + grow_y) * h)))
    columns = slice(
        max(0, int((left - grow_x) * w)), int(np.ceil((right + grow_x) * w))
    )
    result: NDArray[np.float32] = maps[:, rows, columns].max(axis=(1, 2))
    return result


def _compare(layer: str, responses: NDArray[np.float32]) -> list[Selectivity]:
    opened = responses[:, 0]
    # Closing the left eye is state 1, the right one state 2.
    closed = np.stack([responses[:, 1, 0], responses[:, 2, 1]], axis=1)
    other = np.stack([responses[:, 2, 0], responses[:, 1, 1]], axis=1)
    before = opened.mean(axis=(0, 1))
    loss = before - closed.mean(axis=(0, 1))
    change = np.abs(other - opened).mean(axis=(0, 1))
    seen = (opened > 0.5 * before).mean(axis=(0, 1))
    return [
        Selectivity(
            layer,
            channel,
            float(before[channel]),
            float(loss[channel] / before[channel]),
            float(change[channel] / before[channel]),
            float(seen[channel]),
        )
        for channel in np.flatnonzero(before > 0).tolist()
    ]
