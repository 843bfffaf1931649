"""The eye test as numbers: which channels respond differently, and where."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import keras
import numpy as np

from tb_actviz.analysis.differences import channel_differences
from tb_actviz.arrays import as_maps
from tb_actviz.capture.forward_pass import ForwardPass
from tb_actviz.capture.inputs import Inputs, read_inputs
from tb_actviz.capture.preprocessing import Preprocess
from tb_actviz.capture.selection import (
    LayerSelection,
    select_calls,
)
from tb_actviz.errors import InputError


@dataclass(frozen=True)
class InputDifference:
    """How differently one channel responds to two inputs, where it does so most.

    Args:
        layer: Layer path.
        channel: Number of the channel, from 0.
        first: Activation at that place for the first input.
        second: Activation at the same place for the second input.
        share: The change as a share of the layer's largest magnitude for the first
            input, 0 or more; it makes layers of different magnitudes comparable.
        row: Row of the place in the feature map.
        column: Column of the place in the feature map.
        box: Where that is in the input: top, left, bottom, right in pixels, the latter
            two exclusive. It holds the cells of the map around the place that change
            at least half as much.

    Example:
        >>> pair = "face.png", "face-eye-closed.png"
        >>> largest = av.compare_inputs(model, *pair, layers="relu*")[0]
        >>> print(f"{largest.layer} {largest.channel}: {largest.change:+.2f}")
        relu_conv1 3: -1.34
        >>> largest.box  # top, left, bottom, right in pixels of the picture
        (32, 22, 33, 23)
    """

    layer: str
    channel: int
    first: float
    second: float
    share: float
    row: int
    column: int
    box: tuple[int, int, int, int]

    @property
    def change(self) -> float:
        """Second less first, in units of the activations."""
        return self.second - self.first


def compare_inputs(
    model: keras.Model,
    first: Inputs,
    second: Inputs,
    layers: LayerSelection | None = None,
    *,
    preprocess: Preprocess = "auto",
) -> list[InputDifference]:
    """Rank channels by how differently they respond to two pictures of one size.

    Args:
        model: Any Keras model.
        first: One picture, as for `activations`.
        second: Another one of the same size.
        layers: A path, a glob, a layer class, a predicate, or a list of these; None
            takes convolutions, activation layers and attention.
        preprocess: `"auto"`, None, or a callable, as for `FeatureExtractor`.

    Returns:
        Every channel of every layer, the largest `share` first.

    Raises:
        InputError: If an input cannot be used, there is more than one on a side, the
            two differ in size, or a layer does not exist.

    Example:
        >>> pair = "face.png", "face-eye-closed.png"
        >>> for difference in av.compare_inputs(model, *pair, layers="relu*")[:2]:
        ...     print(difference.layer, difference.channel, f"{difference.share:.0%}")
        relu_conv1 3 49%
        relu_conv1 7 28%
    """
    choose = partial(select_calls, layers=layers)
    forward = ForwardPass(model, choose, preprocess=preprocess)
    pair = []
    for inputs in (first, second):
        named = read_inputs(inputs, forward.signature)
        if len(named) != 1:
            raise InputError(
                f"Received {len(named)} inputs where one was expected: "
                f"{', '.join(several.name for several in named)}. Compare two pictures."
            )
        pair += named
    captured = forward.run(pair)
    pictures = [part for part in pair[0].parts if part.ndim == 3]
    size = pictures[0].shape[:2] if pictures else (1, 1)
    differences = [
        difference
        for path, values in captured.items()
        for difference in _of_layer(path, as_maps(values[0]), as_maps(values[1]), size)
    ]
    return sorted(differences, key=lambda difference: -difference.share)


def _of_layer(
    path: str, first: np.ndarray, second: np.ndarray, size: tuple[int, ...]
) -> list[InputDifference]:
    largest = float(np.max(np.abs(first), initial=0.0, where=np.isfinite(first)))
    return [
        InputDifference(
            layer=path,
            channel=difference.channel,
            first=difference.first,
            second=difference.second,
            share=abs(difference.change) / largest if largest else 0.0,
            row=difference.row,
            column=difference.column,
            box=_in_pixels(difference.box, size),
        )
        for difference in channel_differences(first, second)
    ]


def _in_pixels(
    box: tuple[float, float, float, float], size: tuple[int, ...]
) -> tuple[int, int, int, int]:
    height, width = size
    top, left, bottom, right = box
    return (
        math.floor(top * height),
        math.floor(left * width),
        math.ceil(bottom * height),
        math.ceil(right * width),
    )
