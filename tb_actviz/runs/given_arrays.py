"""Arrays from anywhere, as what a model would give for the same inputs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from PIL import Image

from tb_actviz.arrays import as_real
from tb_actviz.capture.input_files import read_files
from tb_actviz.capture.named_input import NamedInput, numbered
from tb_actviz.capture.pictures import from_pillow, picture_in
from tb_actviz.errors import InputError, format_shape, near_matches
from tb_actviz.records.facts import LayerFacts
from tb_actviz.runs.followed_channels import follow_channels
from tb_actviz.runs.watched_layers import WatchedInputs, WatchedLayer, shown_paths

#: Where the channels of arrays are.
DATA_FORMATS = ("channels_last", "channels_first")

#: Layer path to activations, anything that `numpy.asarray` takes.
Arrays: TypeAlias = "Mapping[str, Any]"
#: What was fed, for people to see; None where that is not at hand.
Pictures: TypeAlias = "Mapping[str, Any] | Sequence[Any] | np.ndarray | str | None"

#: What stands in place of a layer's class.
_CLASS = "array"
_NOT_KNOWN = "not known, since arrays were given"
_SCORES = ":scores"


class GivenArrays:
    """Activations that were given, as `Watched` has them.

    Args:
        arrays: Layer path to activations, (N, …), channels last, float32.
        dtypes: Layer path to the dtype that they were given in.
        before: Path of an activation to that of what it is applied to.
        channels: Layer path or glob to the channels to follow there.
        scores: Scores of classes, (N, classes), or None.

    Raises:
        InputError: If a layer or channel does not exist.
    """

    def __init__(
        self,
        arrays: Mapping[str, np.ndarray],
        dtypes: Mapping[str, str],
        before: Mapping[str, str],
        channels: Mapping[str, Sequence[int]],
        scores: np.ndarray | None = None,
    ) -> None:
        for path in (*before, *before.values()):
            if path not in arrays:
                raise InputError(
                    f"There is no array of a layer {path!r}. "
                    f"{near_matches(path, arrays)}"
                )
        followed = follow_channels(
            channels, {path: array.shape[-1] for path, array in arrays.items()}
        )
        after = {first: second for second, first in before.items()}
        self.layers = tuple(
            WatchedLayer(
                facts=LayerFacts(
                    path=path,
                    class_name=_CLASS,
                    kind="activation"
                    if path in before
                    else "pre-activation"
                    if path in after
                    else "other",
                    partner=before.get(path, after.get(path)),
                ),
                dtype=dtypes[path],
                bounds=None,
                before=before.get(path),
                channels=followed.of_layer[path],
            )
            for path in arrays
        )
        self._missing = followed.missing
        self._arrays = dict(arrays)
        self._outputs = {}
        if scores is not None:
            self._arrays[_SCORES] = scores
            self._outputs[""] = _SCORES

    @property
    def versions(self) -> dict[str, str]:
        """What computes the activations, which is not known."""
        return {}

    @property
    def shown(self) -> set[str]:
        """Paths of the layers, and of those that are shown with them."""
        return shown_paths(self.layers)

    def with_inputs(self, inputs: Sequence[NamedInput]) -> WatchedInputs:
        """Say what is logged for inputs.

        Args:
            inputs: The inputs, as many as each array has activations of.

        Returns:
            The inputs, and the layers.
        """
        return WatchedInputs(
            inputs=tuple(inputs),
            layers=self.layers,
            outputs=self._outputs,
            preprocess={"": _NOT_KNOWN},
            missing_channels=self._missing,
        )

    def run_each(self, inputs: Sequence[NamedInput]) -> Iterator[dict[str, np.ndarray]]:
        """Give the activations for inputs, one after another.

        Args:
            inputs: The inputs.

        Yields:
            Layer path to activations with a batch axis of one.
        """
        for index in range(len(inputs)):
            yield {
                path: array[index : index + 1] for path, array in self._arrays.items()
            }


def read_arrays(
    arrays: Arrays, data_format: str
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read activations of any source.

    Args:
        arrays: Layer path to activations, (N, …, C) or (N, C, …), any real dtype.
        data_format: Where the channels are, one of `DATA_FORMATS`.

    Returns:
        Layer path to activations, float32, channels last, and to the dtype that they
        came in.

    Raises:
        InputError: If they are something else, or for different numbers of inputs.
    """
    if data_format not in DATA_FORMATS:
        raise InputError(
            f"There is no data_format {data_format!r}. "
            f"{near_matches(str(data_format), DATA_FORMATS)}"
        )
    if not isinstance(arrays, Mapping) or not arrays:
        raise InputError(
            f"Received arrays={arrays!r:.80}; expected a dict of layer path to array, "
            "with at least one."
        )
    read: dict[str, np.ndarray] = {}
    dtypes: dict[str, str] = {}
    for path, given in arrays.items():
        if not isinstance(path, str) or not path or path.startswith(":"):
            raise InputError(
                f"Received {path!r} as the path of a layer; expected a text that does "
                "not begin with a colon."
            )
        values = _as_real(given, f"The array of {path!r}")
        if values.ndim < 2 or 0 in values.shape:
            raise InputError(
                f"The array of {path!r} has the shape {format_shape(values.shape)}; "
                "expected the inputs as the first axis, one more axis or several, and "
                "nothing empty."
            )
        # PyTorch's are called `torch.float32`.
        dtypes[path] = str(getattr(given, "dtype", values.dtype)).rpartition(".")[2]
        read[path] = _channels_last(_float32(values), data_format)
    counts = {path: len(values) for path, values in read.items()}
    if len(set(counts.values())) > 1:
        named = ", ".join(f"{path!r}: {count}" for path, count in counts.items())
        raise InputError(
            f"The arrays are for different numbers of inputs ({named}). The first axis "
            "of each has to be the inputs."
        )
    return read, dtypes


def read_scores(scores: Any, count: int) -> np.ndarray | None:
    """Read the scores that a model gives to classes.

    Args:
        scores: (N, classes), any real dtype, or None.
        count: How many inputs there are.

    Returns:
        The scores as float32, None where there are none.

    Raises:
        InputError: If they are of another shape.
    """
    if scores is None:
        return None
    values = _float32(_as_real(scores, "scores"))
    if values.ndim != 2 or len(values) != count or 0 in values.shape:
        raise InputError(
            f"Received scores of shape {format_shape(values.shape)}; expected "
            f"{count} inputs and at least one class."
        )
    return values


def read_pictures(inputs: Pictures, count: int, data_format: str) -> list[NamedInput]:
    """Read what was fed, to be seen beside the activations.

    Args:
        inputs: A dict of name to picture, a list of pictures, an array of them, a path,
            or None. A picture is a path, a Pillow image or an array, (H, W, C) or
            (C, H, W).
        count: How many inputs there must be.
        data_format: Where the channels of arrays are, where both could be.

    Returns:
        The inputs.

    Raises:
        InputError: If they cannot be read, or are more or fewer.
    """
    if inputs is None:
        empty = np.zeros(0, np.float32)
        return [NamedInput(f"input_{i}", empty, None) for i in range(count)]
    if isinstance(inputs, str | os.PathLike):
        named = read_files(inputs)
    elif isinstance(inputs, Mapping):
        named = [
            _input(value, str(name), data_format) for name, value in inputs.items()
        ]
    else:
        named = [
            _input(value, f"input_{i}", data_format) for i, value in enumerate(inputs)
        ]
    if len(named) != count:
        raise InputError(
            f"Received {len(named)} inputs, and arrays for {count}. Pass one input for "
            "each entry of the arrays' first axis, or inputs=None."
        )
    return numbered(named)


def _input(value: Any, name: str, data_format: str) -> NamedInput:
    if isinstance(value, str | os.PathLike):
        (read,) = read_files(value)
        return read if name.startswith("input_") else _renamed(read, name)
    if isinstance(value, Image.Image):
        picture, notes = from_pillow(value, name)
        return NamedInput(name, picture, picture, notes=notes)
    values = _as_real(value, f"The input {name!r}")
    if values.ndim == 3 and _is_channels_first(values.shape, data_format):
        values = np.moveaxis(values, 0, -1)
    shown = picture_in(values)
    if shown is None:
        return NamedInput(name, values, None)
    picture, note = shown
    return NamedInput(name, values, picture, notes=(note,) if note else ())


def _renamed(named: NamedInput, name: str) -> NamedInput:
    return NamedInput(name, named.values, named.picture, named.source, named.notes)


def _is_channels_first(shape: Sequence[int], data_format: str) -> bool:
    first, last = shape[0] in (1, 3), shape[-1] in (1, 3)
    return data_format == "channels_first" if first == last else first


def _channels_last(values: np.ndarray, data_format: str) -> np.ndarray:
    if data_format == "channels_first" and values.ndim > 2:
        return np.moveaxis(values, 1, -1)
    return values


def _as_real(value: Any, what: str) -> np.ndarray:
    """An array of what other libraries call one."""
    try:
        # PyTorch hands over neither what it trains nor what is on a GPU.
        if hasattr(value, "detach") and hasattr(value, "cpu"):
            value = value.detach().cpu()
            if str(value.dtype) == "torch.bfloat16":
                value = value.float()
        return as_real(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{what} cannot be read. {error}") from None


def _float32(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # what is too large becomes infinite, as it is
        return values.astype(np.float32, copy=False)
