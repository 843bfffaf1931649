"""Streams that `model.fit` reads -> a few samples, taken once from the start."""

from __future__ import annotations

import itertools
import operator
import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import keras
import numpy as np

from tb_actviz.capture.batch_or_single import is_batch, looks_batched
from tb_actviz.errors import InputError, describe_error

# NumPy's variable-width strings have the scalar type str.
_NOT_NUMBERS = (np.flexible, np.object_, np.datetime64, np.timedelta64, str)


def is_dataset(value: Any) -> bool:
    """Return whether a value gives its samples one after another.

    Returns:
        True for a `tf.data.Dataset`, a `keras.utils.PyDataset`, a torch `DataLoader`,
        generators, iterators and other iterables. False for arrays and tensors,
        strings, paths, mappings, and lists, tuples and other sequences.
    """
    if isinstance(value, keras.utils.PyDataset):
        return True
    if hasattr(value, "__array__") or keras.ops.is_tensor(value):
        return False
    return isinstance(value, Iterable) and not isinstance(
        value, str | bytes | os.PathLike | Mapping | Sequence
    )


class RememberedStream:
    """A stream that can be read from its start again, as far as it was read.

    Args:
        stream: As for `take_samples`.
    """

    def __init__(self, stream: Any) -> None:
        self.original = stream
        self._stream = _elements(stream)
        self._read: list[Any] = []

    def __iter__(self) -> Iterator[Any]:
        """Give what was read, then what comes."""
        for index in itertools.count():
            if index == len(self._read):
                try:
                    self._read.append(next(self._stream))
                except StopIteration:
                    return
            yield self._read[index]


def what_reading_moves(stream: Any) -> str:
    """Say what of a stream is other than before once samples were taken of it.

    Args:
        stream: As for `take_samples`.

    Returns:
        In words; empty where another reader gets the same as before.
    """
    if isinstance(stream, Iterator):
        return "it goes on where the samples end"
    if _is_shuffled(stream):
        return "it is shuffled otherwise than before"
    return ""


def _is_shuffled(stream: Any) -> bool:
    """Whether a `tf.data.Dataset` shuffles, which draws from a state of its own."""
    pending = [stream]
    while pending:
        dataset = pending.pop()
        is_shuffle = "shuffle" in type(dataset).__name__.lower()
        if is_shuffle and getattr(dataset, "_reshuffle_each_iteration", True):
            return True
        # Private, and there is no public way; a test guards it.
        inputs = getattr(dataset, "_inputs", None)
        pending += inputs() if callable(inputs) else []
    return False


@contextmanager
def _generators_kept(stream: Any) -> Iterator[None]:
    """Put the random generators back that a torch `DataLoader` draws from."""
    samplers = (getattr(stream, name, None) for name in ("sampler", "batch_sampler"))
    holders = (stream, *samplers)
    given: list[Any] = [getattr(holder, "generator", None) for holder in holders]
    generators = [one for one in given if hasattr(one, "get_state")]
    states = [generator.get_state() for generator in generators]
    try:
        yield
    finally:
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)


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
    with _generators_kept(_original(stream)):
        return _take(stream, wanted, shapes, names, reshaped, batched, may_be_text)


def _take(
    stream: Any,
    wanted: int,
    shapes: Sequence[tuple[int | None, ...]] | None,
    names: Sequence[str] | None,
    reshaped: Container[int],
    batched: bool | None,
    may_be_text: bool,
) -> list[Any]:
    samples: list[Any] = []
    first = None
    for index, element in enumerate(_elements(stream)):
        where = f"Element {index} of the {_kind(stream)}"
        x = _by_name(_x_of(element, where, shapes), names)
        x = _as_arrays(x, where, may_be_text)
        if first is None:
            first = x
        _check_structure(x, first, where)
        split = batched
        if split is None:
            split = _is_batched(x, shapes, reshaped, where)
        if shapes is None:
            shapes = [(None,) * (array.ndim - split) for array in keras.tree.flatten(x)]
        samples += _split(x, split, wanted - len(samples), where)
        if len(samples) == wanted:
            return samples
    if not samples:
        raise InputError(
            f"The {_kind(stream)} gave no samples. Expected at least one; an "
            "iterator that was read to its end must be made anew."
        )
    return samples


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


def _kind(stream: Any) -> str:
    return type(_original(stream)).__name__


def _original(stream: Any) -> Any:
    return stream.original if isinstance(stream, RememberedStream) else stream


def _elements(stream: Any) -> Iterator[Any]:
    if isinstance(stream, RememberedStream):
        yield from stream
        return
    try:
        # No `yield from`: it would close the caller's generator with this one.
        for element in _batches(stream):  # noqa: UP028
            yield element
    except Exception as error:
        raise InputError(
            f"The {type(stream).__name__} raised {describe_error(error)}. Expected "
            "elements x, (x,), (x, y) or (x, y, sample_weight), as for `model.fit`."
        ) from error


def _batches(stream: Any) -> Iterator[Any]:
    if not isinstance(stream, keras.utils.PyDataset):
        return iter(stream)
    # By index, as `fit` reads it, but without its workers.
    known = stream.num_batches
    indices = itertools.count() if known is None else range(known)
    return (stream[index] for index in indices)


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


def _split(x: Any, batched: bool, most: int, where: str) -> list[Any]:
    """Copy the samples, for a stream may reuse its buffers."""
    if not batched:
        return [keras.tree.map_structure(np.array, x)]
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
    return [
        keras.tree.map_structure(partial(_copy_at, index=index), x)
        for index in range(min(most, sizes.pop()))
    ]


def _copy_at(batch: np.ndarray, index: int) -> np.ndarray:
    return np.array(batch[index])


def _shapes(x: Any) -> Any:
    return keras.tree.map_structure(np.shape, x)
