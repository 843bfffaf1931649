"""Classes of the samples of a data set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.errors import InputError, near_matches

#: Names of the classes, by their numbers.
ClassNames: TypeAlias = "Sequence[str] | Mapping[int, str]"
#: The class of each sample: by key, or in the order of the data.
Labels: TypeAlias = "Mapping[str, Any] | Sequence[Any]"


def label_of(value: Any, class_names: ClassNames | None) -> str | None:
    """Name the class that a data set gives with a sample.

    Args:
        value: A number, a text, one number for each class (the largest one counts), or
            anything else, which is no class.
        class_names: Names of the classes; None for their numbers.

    Returns:
        The name; None for what is no class.

    Raises:
        InputError: If there is no name for a number.
    """
    if keras.ops.is_tensor(value):
        value = keras.ops.convert_to_numpy(value)
    try:
        array = np.asarray(value)
    except Exception:  # whatever stands there, it is no class
        return None
    if array.dtype.kind in "US" or isinstance(value, bytes):
        text = array.item() if array.ndim == 0 else None
        return text.decode(errors="replace") if isinstance(text, bytes) else text
    if array.dtype == object and array.ndim == 0 and isinstance(array.item(), bytes):
        return bytes(array.item()).decode(errors="replace")
    if array.dtype.kind not in "iubf" or array.ndim > 1 or not array.size:
        return None
    if array.size > 1:
        number = int(array.argmax())
    elif float(array.reshape(())) == int(array.reshape(())):
        number = int(array.reshape(()))
    else:
        return None
    return _name(number, class_names)


def _name(number: int, class_names: ClassNames | None) -> str:
    if class_names is None:
        return str(number)
    known = (
        range(len(class_names)) if isinstance(class_names, Sequence) else class_names
    )
    if number not in known:
        raise InputError(
            f"A sample has the label {number}, but class_names has "
            f"{len(class_names)} names. Expected a name for each label."
        )
    return str(class_names[number])


class GivenLabels:
    """Labels that are given beside a data set, which has to fit them.

    Args:
        labels: By key, or in the order of the data; None for none.
        class_names: Names of the classes; None for their numbers.

    Raises:
        InputError: If they are something else.
    """

    def __init__(self, labels: Labels | None, class_names: ClassNames | None) -> None:
        if labels is not None and (
            isinstance(labels, str | bytes)
            or not (isinstance(labels, Mapping) or hasattr(labels, "__getitem__"))
        ):
            raise InputError(
                f"Received labels={labels!r:.60}; expected a dict of key to label, or "
                "a label for each sample in the order of the data."
            )
        self._labels = labels
        self._class_names = class_names
        self._used: set[str] = set()
        self._keys: list[str] = []

    @property
    def are_given(self) -> bool:
        """Whether there are any."""
        return self._labels is not None

    def of(self, key: str, index: int) -> str | None:
        """Name the class of a sample.

        Args:
            key: Its key.
            index: Its place in the data.

        Returns:
            The name; None where it has none.

        Raises:
            InputError: If there are labels in order, and none for its place.
        """
        labels = self._labels
        if labels is None:
            return None
        if isinstance(labels, Mapping):
            self._keys = [*self._keys[-7:], key]
            if key not in labels:
                return None
            self._used.add(key)
            return label_of(labels[key], self._class_names)
        if index >= len(labels):
            raise InputError(
                f"Received {len(labels)} labels, and more samples than that. Expected "
                "a label for each sample in the order of the data."
            )
        return label_of(labels[index], self._class_names)

    def check(self, count: int, unreadable: Collection[str]) -> None:
        """Refuse labels that turned out to be those of other data.

        Args:
            count: How many samples the data set had.
            unreadable: Keys of those that could not be read.

        Raises:
            InputError: If there are more labels in order than samples, or labels by
                key of which none is that of a sample.
        """
        labels = self._labels
        if isinstance(labels, Mapping):
            if labels and not self._used:
                name = next(iter(map(str, labels)))
                raise InputError(
                    f"None of the {len(labels)} labels is that of a sample. The first "
                    f"is for {name!r}. {near_matches(name, self._keys)}"
                )
        elif labels is not None and len(labels) != count + len(unreadable):
            raise InputError(
                f"Received {len(labels)} labels for {count + len(unreadable)} samples. "
                "Expected a label for each sample in the order of the data."
            )
