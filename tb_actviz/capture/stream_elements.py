"""Streams that `model.fit` reads -> their elements, and what reading them moves."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import keras

from tb_actviz.errors import InputError, describe_error


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
        self._stream = elements(stream)
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
def generators_kept(stream: Any) -> Iterator[None]:
    """Put the random generators back that a torch `DataLoader` draws from.

    Args:
        stream: As for `take_samples`.
    """
    loader = _original(stream)
    samplers = (getattr(loader, name, None) for name in ("sampler", "batch_sampler"))
    holders = (loader, *samplers)
    given: list[Any] = [getattr(holder, "generator", None) for holder in holders]
    generators = [one for one in given if hasattr(one, "get_state")]
    states = [generator.get_state() for generator in generators]
    try:
        yield
    finally:
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)


def kind(stream: Any) -> str:
    """Name what a stream is, for messages.

    Args:
        stream: As for `take_samples`.

    Returns:
        The name of its class.
    """
    return type(_original(stream)).__name__


def _original(stream: Any) -> Any:
    return stream.original if isinstance(stream, RememberedStream) else stream


def elements(stream: Any) -> Iterator[Any]:
    """Read a stream from its start, as `fit` does.

    Args:
        stream: As for `take_samples`.

    Yields:
        Its elements.

    Raises:
        InputError: If it raises an exception.
    """
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
