"""Arrays and streams as data sets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from tb_actviz.capture.datasets import Drawn, draw_samples
from tb_actviz.capture.forward_pass import ForwardPass
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.stream_elements import generators_kept
from tb_actviz.dataset.labels import ClassNames, GivenLabels, label_of
from tb_actviz.dataset.samples import Sample
from tb_actviz.errors import InputError

#: So many samples of an array become inputs at once.
_AT_ONCE = 64


class ArraySamples:
    """The samples of an array, or of one array for each input of a model.

    Args:
        arrays: With a batch axis: an array, or a tuple of them.
        count: How many samples they hold.
        forward: Takes inputs through the model.
        labels: Classes that are given beside them.
    """

    def __init__(
        self, arrays: Any, count: int, forward: ForwardPass, labels: GivenLabels
    ) -> None:
        self._arrays = arrays
        self._forward = forward
        self._labels = labels
        self._size = count
        self.count: int | None = count
        self.unreadable: dict[str, str] = {}

    def __iter__(self) -> Iterator[Sample]:
        for start in range(0, self._size, _AT_ONCE):
            stop = min(start + _AT_ONCE, self._size)
            for index, named in zip(
                range(start, stop), self._read(start, stop), strict=True
            ):
                key = f"input_{index}"
                label = self._labels.of(key, index)
                yield Sample(key, replace(named, name=key), label)
        self._labels.check(self._size, ())

    def again(self, keys: Collection[str]) -> Iterator[Sample]:
        """Make inputs of some of the samples once more; see `Data`."""
        for key in keys:
            index = int(key.removeprefix("input_"))
            (named,) = self._read(index, index + 1)
            yield Sample(key, named)

    def _read(self, start: int, stop: int) -> list[NamedInput]:
        part = keras.tree.map_structure(lambda array: array[start:stop], self._arrays)
        return self._forward.read(part)


class ListedSamples:
    """Inputs that are in memory already.

    Args:
        inputs: The inputs, by their names.
        labels: Classes that are given beside them.
    """

    def __init__(self, inputs: Sequence[NamedInput], labels: GivenLabels) -> None:
        self._inputs = {named.name: named for named in inputs}
        self._labels = labels
        self.count: int | None = len(inputs)
        self.unreadable: dict[str, str] = {}

    def __iter__(self) -> Iterator[Sample]:
        for index, (key, named) in enumerate(self._inputs.items()):
            yield Sample(key, named, self._labels.of(key, index))
        self._labels.check(len(self._inputs), ())

    def again(self, keys: Collection[str]) -> Iterator[Sample]:
        """Give some of the samples once more; see `Data`."""
        return (Sample(key, self._inputs[key]) for key in keys)


class StreamSamples:
    """The samples of a stream that `fit` reads.

    Beside x there may be y, its class, and after it a text, its key; those without a
    key are called by their place, `sample_0`, `sample_1` and so on.

    Args:
        stream: A `tf.data.Dataset`, `PyDataset`, `DataLoader` or generator.
        forward: Takes inputs through the model.
        labels: Classes that are given beside it.
        class_names: Names of the classes that are numbers.
    """

    def __init__(
        self,
        stream: Any,
        forward: ForwardPass,
        labels: GivenLabels,
        class_names: ClassNames | None,
    ) -> None:
        self._stream = stream
        self._forward = forward
        self._labels = labels
        self._class_names = class_names
        self.count: int | None = None
        self.unreadable: dict[str, str] = {}

    def __iter__(self) -> Iterator[Sample]:
        count = 0
        for index, drawn in enumerate(self._drawn()):
            key = _key(drawn, index)
            y = drawn.beside[0] if drawn.beside else None
            label = (
                self._labels.of(key, index)
                if self._labels.are_given
                else None
                if y is None
                else label_of(y, self._class_names)
            )
            yield Sample(key, self._read(drawn, key), label)
            count = index + 1
        self.count = count
        self._labels.check(count, ())

    def again(self, keys: Collection[str]) -> Iterator[Sample] | None:
        """Draw some of the samples once more; see `Data`."""
        return None if isinstance(self._stream, Iterator) else self._again(set(keys))

    def _again(self, wanted: set[str]) -> Iterator[Sample]:
        for index, drawn in enumerate(self._drawn()):
            key = _key(drawn, index)
            if key in wanted:
                wanted.remove(key)
                yield Sample(key, self._read(drawn, key))
            if not wanted:
                return

    def _drawn(self) -> Iterator[Drawn]:
        signature = self._forward.signature
        # Else a loader that shuffles would give another order the next time.
        with generators_kept(self._stream):
            yield from draw_samples(
                self._stream,
                None if signature is None else signature.shapes_last,
                None if signature is None else signature.names,
                may_be_text=bool(signature and signature.texts),
            )

    def _read(self, drawn: Drawn, key: str) -> NamedInput:
        x = drawn.x
        if self._forward.signature is None:
            x = keras.tree.map_structure(lambda array: array[None], x)
        named = self._forward.read(x)
        if len(named) != 1:
            raise InputError(
                f"The sample {key!r} became {len(named)} inputs; expected one. Give a "
                "stream of samples or of batches, as for `fit`."
            )
        return replace(named[0], name=key)


def _key(drawn: Drawn, index: int) -> str:
    """What a sample goes by: a text after x and y, or its place."""
    if len(drawn.beside) > 1:
        key = drawn.beside[1]
        if keras.ops.is_tensor(key):
            key = keras.ops.convert_to_numpy(key)
        value = key.item() if isinstance(key, np.ndarray | np.generic) else key
        if isinstance(value, bytes):
            value = value.decode(errors="replace")
        if isinstance(value, str):
            return value
    return f"sample_{index}"
