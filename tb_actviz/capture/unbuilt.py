"""Models that were never called, and what they are called on.

A model that does not say what it takes gets inputs as `model(inputs)` would take them,
each array a batch. Only where it cannot, before it has made any weights, other readings
are tried: one picture without a batch axis, names of inputs, a list of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from tb_actviz.capture.array_input import as_array, input_of_nest
from tb_actviz.capture.datasets import take_samples
from tb_actviz.capture.inputs import Inputs, read_inputs
from tb_actviz.capture.layer_kinds import all_layers, is_model
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.parts import runs_itself
from tb_actviz.capture.stream_elements import RememberedStream, is_dataset
from tb_actviz.errors import InputError, format_shape


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to take what was given as inputs of a model.

    Args:
        inputs: At least one input.
        sample: One input as the model's nest of arrays, without the batch axis.
    """

    inputs: list[NamedInput]
    sample: Any


def readings(inputs: Inputs, *, samples: int) -> Iterator[Reading]:
    """Read inputs in each way that a model which was never called could take them.

    Args:
        inputs: As for `read_inputs`.
        samples: How many samples to take of a dataset or generator.

    Yields:
        The readings, as by `model(inputs)` first.

    Raises:
        InputError: If there is no way to read them.
    """
    if is_dataset(inputs):
        stream = RememberedStream(inputs)
        # As `fit` takes them.
        for batched in (True, None):
            try:
                taken = take_samples(stream, samples, None, batched=batched)
            except InputError:
                if batched is None:
                    raise
                continue
            yield _reading(taken, "sample")
        return
    is_nest = _is_nest(inputs)
    if is_nest:
        arrays = keras.tree.map_structure(as_array, inputs)
        counts = {array.shape[:1] for array in keras.tree.flatten(arrays)}
        (count, *_), *others = counts
        if not others and count:
            yield _reading([_row(arrays, index) for index in range(count)], "input")
    read = read_inputs(inputs)
    yield Reading(read, read[0].values)
    if is_nest and keras.tree.is_nested(inputs):
        yield _reading([arrays], "input")


def refuse_axes(model: keras.Model, sample: Any) -> None:
    """Refuse an input of which a sequential model can be known not to take a batch.

    To try it would leave the model with a wrong input.

    Args:
        model: A model that was never called.
        sample: One input of it, without the batch axis.

    Raises:
        InputError: If its first layer that minds takes more axes, or fewer.
    """
    if not isinstance(model, keras.Sequential) or keras.tree.is_nested(sample):
        return
    axes = np.ndim(sample) + 1
    for layer in model.layers:
        spec = getattr(layer, "input_spec", None)
        if isinstance(spec, keras.InputSpec):
            if axes < (spec.min_ndim or 0) or spec.ndim not in (None, axes):
                raise InputError(
                    f"The layer {layer.name!r} of the model {model.name!r} takes "
                    f"{spec.ndim or f'at least {spec.min_ndim}'} axes with the batch "
                    f"axis; received {axes}, in inputs of shape "
                    f"{format_shape(np.shape(sample))}."
                )
            return


def is_unfinished(model: keras.Model) -> bool:
    """Return whether a training would make weights of a model that are not there yet.

    Args:
        model: Any Keras model.

    Returns:
        True for a model that was never called, or with a layer inside that was not.
        One without a `call` is run part by part, and is as built as its parts.
    """
    return not all(
        layer.built or (is_model(layer) and not runs_itself(layer))
        for layer in all_layers(model)
    )


def count_weights(model: keras.Model) -> int:
    """Count the variables that a model and its layers have by now.

    Returns:
        Their number; states of random layers are there before any call.
    """
    return sum(len(layer.variables) for layer in all_layers(model))


def _is_nest(value: Any) -> bool:
    """Whether a value is an array, or holds nothing but arrays to any depth."""
    if isinstance(value, Mapping):
        return bool(value) and all(map(_is_nest, value.values()))
    if isinstance(value, list | tuple):
        return bool(value) and all(map(_is_nest, value))
    return (
        not isinstance(value, NamedInput)
        and (hasattr(value, "__array__") or keras.ops.is_tensor(value))
        and np.ndim(as_array(value)) > 0
    )


def _reading(samples: list[Any], name: str) -> Reading:
    names = (
        [name]
        if len(samples) == 1 and name == "input"
        else [f"{name}_{index}" for index in range(len(samples))]
    )
    return Reading(
        [
            input_of_nest(sample, name)
            for sample, name in zip(samples, names, strict=True)
        ],
        samples[0],
    )


def _row(arrays: Any, index: int) -> Any:
    return keras.tree.map_structure(lambda array: array[index], arrays)
