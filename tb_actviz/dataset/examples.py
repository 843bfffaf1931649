"""The pictures of a data set that fire each channel most."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import keras
import numpy as np

from tb_actviz.capture.forward_pass import BATCH_SIZE, ForwardPass
from tb_actviz.capture.parts_pass import pass_through
from tb_actviz.capture.preprocessing import Preprocess
from tb_actviz.capture.reduced import Reduction, largest, mean
from tb_actviz.capture.seen_maps import Box
from tb_actviz.capture.selection import LayerSelection, select_calls
from tb_actviz.dataset.labels import ClassNames, Labels
from tb_actviz.dataset.patches import Fields
from tb_actviz.dataset.reading import DataLike, read_data
from tb_actviz.dataset.samples import Data, Sample
from tb_actviz.dataset.survey import Survey, survey
from tb_actviz.dataset.winners import At, CutOut, cut_winners
from tb_actviz.errors import InputError, near_matches
from tb_actviz.progress import Progress, reporting

#: What says how much a map is fired, by its name.
SCORES: dict[str, Reduction] = {"maximum": largest, "mean": mean}
#: How many names a warning gives.
_NAMED = 3


@dataclass(frozen=True, eq=False)
class Example:
    """A sample of a data set that fires a channel.

    Args:
        value: How much: the largest activation of the channel's map, or their mean.
        row: Row of the largest activation in the map.
        column: Its column.
        key: What the sample goes by: the path of a file below its folder, `input_7` of
            an array, the name of an input, the key or place in a stream.
        label: Its class, where that is known.
        box: What the position sees of the picture: top, left, bottom, right in pixels,
            the latter two exclusive; None where that is not known.
        patch: That part of the picture, or all of it where it is not known, at most 96
            pixels long: RGB, uint8, shape (H, W, 3). None where the sample is no
            picture, or could not be read again.

    Example:
        >>> pictures = {"open": "face.png", "closed": "face-eye-closed.png"}
        >>> found = av.dataset_examples(model, pictures, "relu_conv1")
        >>> best, second = found["relu_conv1"][3]
        >>> best.key, best.row, best.column, best.patch.shape
        ('open', 32, 22, (3, 3, 3))
    """

    value: float
    row: int
    column: int
    key: str
    label: str | None
    box: Box | None
    patch: np.ndarray | None = field(repr=False)


def dataset_examples(
    model: keras.Model,
    data: DataLike,
    layers: LayerSelection | None = None,
    *,
    k: int = 9,
    by: str = "maximum",
    labels: Labels | None = None,
    class_names: ClassNames | None = None,
    patches: bool = True,
    size: int | tuple[int, int] | None = None,
    preprocess: Preprocess = "auto",
    batch_size: int = BATCH_SIZE,
    strict: bool = False,
    progress: Progress = True,
) -> dict[str, list[list[Example]]]:
    """Find the pictures of a data set that fire each channel most, in one pass.

    What is looked for is computed with the activations; only one number for each
    channel and picture comes back from where the model runs. Memory does not grow with
    the data set. Samples that fire a channel alike are told apart by their keys, not by
    the order in which they come.

    Args:
        model: Any Keras model with a `call`.
        data: A folder of pictures, or of a folder for each class; paths of pictures; an
            array (N, H, W, C); a `tf.data.Dataset`, `keras.utils.PyDataset`, torch
            `DataLoader` or generator of x, (x, y) or (x, y, key); or whatever inputs of
            `activations` may be. Pictures in files are resized where the model takes
            another size.
        layers: A path, a glob, a layer class, a predicate, or a list of these; None
            takes convolutions, activation layers and attention.
        k: How many pictures for each channel, at least 1.
        by: `"maximum"` or `"mean"` of a channel's map.
        labels: A dict of key to class, or the class of each sample in the order of the
            data; None takes the classes that the data give.
        class_names: Names of the classes that are numbers.
        patches: Whether to cut out of the pictures what the strongest position sees.
            The winners are read once more for it.
        size: Height and width to resize pictures in files to, or one number for both.
        preprocess: `"auto"`, None, or a callable, as for `FeatureExtractor`.
        batch_size: How many go through the model at once, always.
        strict: Whether to stop at the first picture that cannot be read; others are
            passed over, with a warning.
        progress: Whether to show a progress bar on a terminal; or what to call with
            (samples done, all samples).

    Returns:
        Layer path to a list with the examples of each channel, the strongest first; of
        samples that are as strong, the one whose key comes first. NaN and infinities
        never win. There are fewer than `k` where the data set has fewer.

    Raises:
        InputError: If the data, the labels or an argument cannot be used, or the
            examples would not fit into memory.

    Example:
        >>> found = av.dataset_examples(model, x, "fire6-relu*", k=2)
        >>> [example.key for example in found["fire6-relu_squeeze1x1"][0]]
        ['input_4', 'input_6']
    """
    _check(k, by, batch_size)
    forward = pass_through(
        model, partial(select_calls, layers=layers), preprocess=preprocess
    )
    if not isinstance(forward, ForwardPass):
        raise InputError(
            f"The model {model.name!r} has no call(), so that it takes no data set. "
            "Give one of the networks that it holds."
        )
    dataset = read_data(
        data,
        forward,
        labels=labels,
        class_names=class_names,
        size=(size, size) if isinstance(size, int) else size,
        strict=strict,
    )
    fields = Fields(forward)

    def begin(sample: Sample, channels: Mapping[str, int]) -> None:
        if patches:
            fields.refuse_too_many(sample.named, channels, k)

    with reporting(progress, "looking for examples") as report:
        found = survey(
            forward,
            dataset,
            begin,
            SCORES[by],
            k=k,
            batch_size=batch_size,
            report=report,
        )
    _warn(dataset, found)
    cut_out = cut_winners(fields, dataset, found) if patches else {}
    return {path: _examples(path, found, cut_out) for path in forward.layers}


def _check(k: int, by: str, batch_size: int) -> None:
    for name, count in (("k", k), ("batch_size", batch_size)):
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise InputError(
                f"Received {name}={count!r}; expected an integer of at least 1."
            )
    if by not in SCORES:
        raise InputError(f"Received by={by!r}. {near_matches(str(by), SCORES)}")


def _warn(dataset: Data, found: Survey) -> None:
    """Say what is not in the answer."""
    if dataset.unreadable:
        names = ", ".join(map(repr, [*dataset.unreadable][:_NAMED]))
        rest = len(dataset.unreadable) - _NAMED
        names += f" and {rest} more" if rest > 0 else ""
        reason = next(iter(dataset.unreadable.values()))
        warnings.warn(
            f"{len(dataset.unreadable)} of the data cannot be read and are passed "
            f"over: {names}. The first: {reason}",
            stacklevel=3,
        )
    broken = {
        path: int(state.not_finite.sum())
        for path, state in found.layers.items()
        if state.not_finite.any()
    }
    if broken:
        layers = ", ".join(map(repr, [*broken][:_NAMED]))
        warnings.warn(
            f"{sum(broken.values())} maps have NaN or infinity as their largest value, "
            f"which wins nothing: of {len(broken)} layers, such as {layers}.",
            stacklevel=3,
        )


def _examples(
    path: str, found: Survey, cut_out: Mapping[At, CutOut]
) -> list[list[Example]]:
    state, known = found.layers[path], found.known
    return [
        [
            Example(
                float(state.values[channel, place]),
                int(state.rows[channel, place]),
                int(state.columns[channel, place]),
                known.keys[number],
                known.labels[number],
                *cut_out.get((path, channel, place), (None, None)),
            )
            for place, number in enumerate(numbers.tolist())
            if number >= 0
        ]
        for channel, numbers in enumerate(state.samples)
    ]
