"""The eye test as numbers: which channels respond differently, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import keras
import numpy as np

from tb_actviz.analysis.differences import ChannelDifference, channel_differences
from tb_actviz.arrays import as_maps
from tb_actviz.capture.inputs import Inputs
from tb_actviz.capture.parts_pass import pass_through
from tb_actviz.capture.preprocessing import Preprocess
from tb_actviz.capture.receptive import SeenPicture
from tb_actviz.capture.seen_maps import Box, Places
from tb_actviz.capture.selection import (
    LayerSelection,
    select_calls,
)
from tb_actviz.errors import InputError
from tb_actviz.notebook_output import html_table


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
        box: Where that is in the picture that was given: top, left, bottom, right in
            pixels, the latter two exclusive. It holds the cells of the map around the
            place that change at least half as much, each where the middle of what it
            sees is; or all that the place sees, where the pictures are the same there.
            None where it is not known what the layer sees: behind layers and
            preprocessing that are not understood, and for inputs without a picture or
            with several.

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
    box: tuple[int, int, int, int] | None

    @property
    def change(self) -> float:
        """Second less first, in units of the activations."""
        return self.second - self.first


class InputDifferences(list[InputDifference]):
    """Differences, the largest first, shown as a table in a notebook."""

    def _repr_html_(self) -> str:
        rows = [
            (
                one.layer,
                one.channel,
                f"{one.share:.1%}",
                f"{one.first:.4g}",
                f"{one.second:.4g}",
                f"{one.row}, {one.column}",
                "" if one.box is None else ", ".join(map(str, one.box)),
            )
            for one in self
        ]
        header = (
            *("layer", "channel", "change", "first", "second", "row, column"),
            "top, left, bottom, right",
        )
        return html_table(header, rows)


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
        Every channel of every layer, the largest `share` first. In a notebook it shows
        itself as a table.

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
    forward = pass_through(model, choose, preprocess=preprocess)
    pair = []
    for inputs in (first, second):
        named = forward.read(inputs)
        if len(named) != 1:
            raise InputError(
                f"Received {len(named)} inputs where one was expected: "
                f"{', '.join(several.name for several in named)}. Compare two pictures."
            )
        pair += named
    captured = forward.run(pair)
    seen = forward.seen_picture(pair[0])
    differing = _differing(pair[0].parts, pair[1].parts, seen)
    differences = []
    for path, values in captured.items():
        maps = seen.layers.get(path)
        boxes = None if maps is None else _Boxes(maps.places(), differing)
        first_maps, second_maps = map(as_maps, values)
        differences += _of_layer(path, first_maps, second_maps, boxes)
    ranked = sorted(differences, key=lambda difference: -difference.share)
    return InputDifferences(ranked)


def _of_layer(
    path: str, first: np.ndarray, second: np.ndarray, boxes: _Boxes | None
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
            box=None if boxes is None else boxes.of(difference),
        )
        for difference in channel_differences(first, second)
    ]


def _differing(
    first: Sequence[np.ndarray], second: Sequence[np.ndarray], seen: SeenPicture
) -> np.ndarray:
    """Which pixels of two pictures differ, (H, W)."""
    if seen.number is None:
        return np.zeros(seen.size, bool)
    changed = first[seen.number] != second[seen.number]
    if changed.ndim == 2:
        return np.asarray(changed)
    by_row = changed.ndim - (3 if changed.shape[-3:-1] == seen.size else 2)
    others = [axis for axis in range(changed.ndim) if axis - by_row not in (0, 1)]
    return np.asarray(changed.any(axis=tuple(others)))


class _Boxes:
    """Where the cells of a layer's maps are in two pictures.

    Args:
        places: Where its positions are.
        differing: Which pixels of the pictures differ, (H, W).
    """

    def __init__(self, places: Places, differing: np.ndarray) -> None:
        self._places = places
        self._differing = differing

    def of(self, found: ChannelDifference) -> Box | None:
        """Find the box of a difference; None where nothing is seen."""
        box = self._places.box(found.box, found.channel)
        if box is None or not found.change or self._differ_in(box):
            return box
        # Windows respond beside the middle too.
        place = (found.row, found.column, found.row + 1, found.column + 1)
        return self._places.field(place, found.channel)

    def _differ_in(self, box: Box) -> bool:
        top, left, bottom, right = box
        return bool(self._differing[top:bottom, left:right].any())
