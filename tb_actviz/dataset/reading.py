"""What users pass as data -> a data set."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture.array_files import is_array_file
from tb_actviz.capture.batch_or_single import is_batch, looks_batched
from tb_actviz.capture.forward_pass import ForwardPass
from tb_actviz.capture.inputs import Inputs
from tb_actviz.capture.stream_elements import is_dataset
from tb_actviz.dataset.given_samples import ArraySamples, ListedSamples, StreamSamples
from tb_actviz.dataset.labels import ClassNames, GivenLabels, Labels
from tb_actviz.dataset.picture_files import PictureFiles
from tb_actviz.dataset.samples import Data

#: What may be a data set.
DataLike: TypeAlias = "Inputs | Iterable[Any]"


def read_data(
    data: DataLike,
    forward: ForwardPass,
    *,
    labels: Labels | None,
    class_names: ClassNames | None,
    size: tuple[int, int] | None,
    strict: bool,
) -> Data:
    """Find out how to read a data set; as little of it as possible is read.

    Args:
        data: As for `dataset_examples`.
        forward: Takes inputs through the model.
        labels: Classes that are given beside it.
        class_names: Names of the classes that are numbers.
        size: Height and width to resize picture files to.
        strict: Whether to stop at the first picture that cannot be read.

    Returns:
        The data set.

    Raises:
        InputError: If it is nothing that can be one.
    """
    given = GivenLabels(labels, class_names)
    takes_text = forward.signature is not None and bool(forward.signature.texts)
    if not takes_text and (paths := _picture_paths(data)):
        return PictureFiles(paths, forward, given, size=size, strict=strict)
    if is_dataset(data):
        return StreamSamples(data, forward, given, class_names)
    count = _batch_of(data, forward)
    if count is not None:
        return ArraySamples(data, count, forward, given)
    return ListedSamples(forward.read(data), given)


def _picture_paths(data: Any) -> list[Any]:
    """The paths that data are, if they are pictures and folders."""
    one = isinstance(data, str | os.PathLike)
    paths = [data] if one else list(data) if isinstance(data, list | tuple) else []
    are_paths = all(isinstance(path, str | os.PathLike) for path in paths)
    if not are_paths or any(is_array_file(path) for path in paths):
        return []
    return paths


def _batch_of(data: Any, forward: ForwardPass) -> int | None:
    """How many samples an array holds, or arrays for each input; None for others."""
    if isinstance(data, Mapping) or (
        isinstance(data, Sequence) and not isinstance(data, tuple)
    ):
        return None
    parts = list(data) if isinstance(data, tuple) else [data]
    if not all(hasattr(one, "shape") or keras.ops.is_tensor(one) for one in parts):
        return None
    sizes = {one.shape[0] if len(one.shape) else None for one in parts}
    count = sizes.pop()
    if sizes or count is None:
        return None
    samples: list[np.ndarray | None] = [
        np.asarray(keras.ops.convert_to_numpy(one[:1])) for one in parts
    ]
    signature = forward.signature
    if signature is None:
        batched = len(samples) == 1 and samples[0] is not None
        return count if batched and looks_batched(np.asarray(parts[0])) else None
    if len(parts) != len(signature.shapes):
        return None
    # One row tells whether the first axis is that of the batch.
    return count if is_batch(samples, signature.shapes_last) else None
