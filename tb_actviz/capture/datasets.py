"""Streams that `model.fit` reads -> samples, drawn one after another."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np

from tb_actviz.capture.batch_or_single import is_batch, looks_batched
from tb_actviz.capture.stream_elements import elements, generators_kept, kind
from tb_actviz.errors import InputError, describe_error

# NumPy's variable-width strings have the scalar type str.
_NOT_NUMBERS = (np.flexible, np.object_, np.datetime64, np.timedelta64, str)


def take_samples(
    stream: Any,
    count: int,
    shapes: Sequence[tuple[int | None, ...]] | None,
    names: Sequence[str] | None = None,
    *,
    reshaped: Container[int] = (),
    batched: bool | None = None,
    may_be_text: bool = False,
) -> list[Any]:
    """Take the first samples of a stream; no more elements are drawn than needed.

    An element is x, (x,), (x, y) or (x, y, sample_weight), as in `model.fit`, with or
    without a batch axis; x is an array or a nest of arrays, one for each input of the
    model. Back-end tensors may be on any device. An iterator is left where the last
    element was drawn.

    Args:
        stream: A `tf.data.Dataset`, `keras.utils.PyDataset`, torch `DataLoader`,
            generator or other iterable. It may be infinite.
        count: How many samples, at least 1. A shorter stream gives all it has.
        shapes: Shape of each input of the model without the batch axis, channels last,
            None for any size, in the order that `keras.tree.flatten` gives for x. None
            where that is not known: the first element then counts as a batch if its
            arrays have at least two axes, except for one picture, three axes of which
            the last has size 1, 3 or 4; later elements are read as samples with as many
            axes as the first's.
        names: Names of the model's inputs, in the order of `shapes`. An x that is a
            dict with all these keys gives them in this order, as a tuple.
        reshaped: As for `read_inputs`.
        batched: Whether each element is a batch; None to find out.
        may_be_text: Whether strings are taken, too.

    Returns:
        1 to `count` samples without the batch axis, each a nest like x of NumPy
        arrays. They are copies, with the dtype the stream gives.

    Raises:
        InputError: If `count` is not a positive integer; if the stream is empty or
            raises an exception; if an element holds anything but numbers in dense
            arrays, has another structure than the first, inputs of different batch
            sizes, or another number of inputs or axes than the model.
    """
    wanted = _positive(count)
    drawn = draw_samples(
        stream,
        shapes,
        names,
        reshaped=reshaped,
        batched=batched,
        may_be_text=may_be_text,
    )
    with generators_kept(stream):
        return [sample.x for sample in itertools.islice(drawn, wanted)]


@dataclass(frozen=True, eq=False)
class Drawn:
    """One sample of a stream.

    Args:
        x: What the model gets of it, without the batch axis: a nest of NumPy arrays.
        beside: What stood beside x in the element, y and more, each for this sample if
            there is as much of it as there are samples, as the stream gave it.
    """

    x: Any
    beside: tuple[Any, ...]


def draw_samples(
    stream: Any,
    shapes: Sequence[tuple[int | None, ...]] | None,
    names: Sequence[str] | None = None,
    *,
    reshaped: Container[int] = (),
    batched: bool | None = None,
    may_be_text: bool = False,
) -> Iterator[Drawn]:
    """Draw the samples of a stream one after another, to its end.

    Args:
        stream: As for `take_samples`.
        shapes: As for `take_samples`.
        names: As for `take_samples`.
        reshaped: As for `take_samples`.
        batched: As for `take_samples`.
        may_be_text: As for `take_samples`.

    Yields:
        At least one sample; copies.

    Raises:
        InputError: As by `take_samples`.
    """
    first, is_empty = None, True
    for index, element in enumerate(elements(stream)):
        where = f"Element {index} of the {kind(stream)}"
        given = _x_of(element, where, shapes)
        beside = () if given is element else tuple(element[1:])
        x = _as_arrays(_by_name(given, names), where, may_be_text)
        if first is None:
            first = x
        _check_structure(x, first, where)
        split = batched
        if split is None:
            split = _is_batched(x, shapes, reshaped, where)
        if shapes is None:
            shapes = [(None,) * (array.ndim - split) for array in keras.tree.flatten(x)]
        for sample in _split(x, beside, split, where):
            is_empty = False
            yield sample
    if is_empty:
        raise InputError(
            f"The {kind(stream)} gave no samples. Expected at least one; an "
            "iterator that was read to its end must be made anew."
        )


def _positive(count: Any) -> int:
    try:
        number = operator.index(count)
    except TypeError:
        raise InputError(
            f"The count of samples must be an integer, received {count!r}."
        ) from None
    if number < 1:
        raise InputError(f"The count of samples must be at least 1, received {number}.")
    return number


def _x_of(element: Any, where: str, shapes: Sequence[Any] | None) -> Any:
    if not isinstance(element, tuple | list):
        return element
    if (
        shapes is not None
        and len(element) == len(shapes) > 1
        and not any(map(keras.tree.is_nested, element))
        and is_batch(list(map(np.asarray, element)), shapes) is not None
    ):
        # One array for each input, as a training step of one's own takes them.
        return element
    if 1 <= len(element) <= 3:
        return element[0]
    raise InputError(
        f"{where} is a {type(element).__name__} of {len(element)}. Expected x, (x,), "
        "(x, y) or (x, y, sample_weight); the inputs of a model with several go "
        "together as x, as in ((a, b, c, d), y)."
    )


def _by_name(x: Any, names: Sequence[str] | None) -> Any:
    """The inputs in the model's order: a dict flattens in that of its keys."""
    if names is None or not isinstance(x, Mapping) or not set(names) <= set(x):
        return x
    return tuple(x[name] for name in names)


def _as_arrays(x: Any, where: str, may_be_text: bool) -> Any:
    if not keras.tree.flatten(x):
        raise InputError(f"{where} holds no arrays: x is {x!r:.60}.")
    read = partial(_as_array, where=where, may_be_text=may_be_text)
    return keras.tree.map_structure(read, x)


def _as_array(value: Any, where: str, may_be_text: bool) -> np.ndarray:
    # Ragged and sparse tensors have no `__array__`, or one that raises.
    if not hasattr(value, "__array__"):
        shown = " ".join(repr(value).split())
        raise InputError(
            f"{where} holds {type(value).__name__} {shown:.60}. Expected NumPy arrays "
            "or dense tensors. Make ragged and sparse tensors dense first; pass paths "
            "and Pillow images as a list."
        )
    try:
        array = _to_numpy(value)
    except Exception as error:
        raise InputError(
            f"{where} holds a {type(value).__name__} that is not a NumPy array and "
            f"cannot be made one ({describe_error(error)}). Expected dense values of a "
            "dtype that NumPy has."
        ) from error
    if issubclass(array.dtype.type, _NOT_NUMBERS) and not may_be_text:
        raise InputError(
            f"{where} holds an array of dtype {array.dtype}; expected integers or "
            "floats."
        )
    return array


def _to_numpy(value: Any) -> np.ndarray:
    if keras.ops.is_tensor(value):
        return np.asarray(keras.ops.convert_to_numpy(value))
    if hasattr(value, "detach"):
        # A torch tensor while Keras runs on another back end.
        return np.asarray(value.numpy(force=True))
    return np.asarray(value)


def _check_structure(x: Any, first: Any, where: str) -> None:
    try:
        keras.tree.assert_same_structure(first, x)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{where} holds x of shape {_shapes(x)}, the first one {_shapes(first)}. "
            "Expected the same structure in each."
        ) from error


def _is_batched(
    x: Any,
    shapes: Sequence[tuple[int | None, ...]] | None,
    reshaped: Container[int],
    where: str,
) -> bool:
    arrays = keras.tree.flatten(x)
    if shapes is None:
        answers = {looks_batched(array) for array in arrays}
        if len(answers) == 1:
            return answers.pop()
        raise InputError(
            f"{where} holds x of shape {_shapes(x)}, in which some arrays look like "
            "batches, some like one sample. Expected the same of all. Call the model "
            "once, so that its inputs are known."
        )
    if len(arrays) != len(shapes):
        raise InputError(
            f"{where} holds x of shape {_shapes(x)}; expected one array for each input "
            f"of the model, that is {len(shapes)}. The first item of a tuple or list "
            "of two or three is x; several inputs go together as x, as in ((a, b), y)."
        )
    answer = is_batch(arrays, shapes, reshaped)
    if answer is not None:
        return answer
    single = " and ".join(str(len(shape)) for shape in shapes)
    batched = " and ".join(str(len(shape) + 1) for shape in shapes)
    raise InputError(
        f"{where} holds x of shape {_shapes(x)}; expected {single} axes, or {batched} "
        "with the batch axis."
    )


def _split(
    x: Any, beside: tuple[Any, ...], batched: bool, where: str
) -> Iterator[Drawn]:
    """Copy the samples, for a stream may reuse its buffers."""
    if not batched:
        yield Drawn(keras.tree.map_structure(np.array, x), beside)
        return
    if any(array.ndim == 0 for array in keras.tree.flatten(x)):
        raise InputError(
            f"{where} holds x of shape {_shapes(x)}; expected batches, as for "
            "`model.fit`."
        )
    sizes = {len(array) for array in keras.tree.flatten(x)}
    if len(sizes) > 1:
        raise InputError(
            f"{where} holds x of shape {_shapes(x)}; expected one batch size for all "
            "inputs."
        )
    size = sizes.pop()
    for index in range(size):
        sample = keras.tree.map_structure(partial(_copy_at, index=index), x)
        yield Drawn(sample, tuple(_row(one, index, size) for one in beside))


def _row(beside: Any, index: int, size: int) -> Any:
    """What of it stands beside one sample."""
    shape = getattr(beside, "shape", None)
    rows = shape[0] if shape else len(beside) if isinstance(beside, list | tuple) else 0
    return beside[index] if rows == size else beside


def _copy_at(batch: np.ndarray, index: int) -> np.ndarray:
    return np.array(batch[index])


def _shapes(x: Any) -> Any:
    return keras.tree.map_structure(np.shape, x)
