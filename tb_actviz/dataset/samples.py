"""The samples of a data set: what they are called, and which are still of interest."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tb_actviz.capture.named_input import NamedInput


@dataclass(frozen=True, eq=False)
class Sample:
    """One sample of a data set.

    Args:
        key: What it goes by, unique in the data set.
        named: What the model is fed, and what is shown of it.
        label: The class it is of, as the data have it; None where that is not known.
        source: What it was cut from, as a video; empty where it is alone.
    """

    key: str
    named: NamedInput
    label: str | None = None
    source: str = ""


class Data(Protocol):
    """A data set, read from its start each time it is iterated over.

    What cannot be read of it is passed over, and the reason is kept.
    """

    #: How many samples there are; None where that is not known.
    count: int | None
    #: Key of what could not be read to the reason.
    unreadable: dict[str, str]

    def __iter__(self) -> Iterator[Sample]: ...

    def again(self, keys: Collection[str]) -> Iterator[Sample] | None:
        """Read some of the samples once more.

        Args:
            keys: Their keys.

        Returns:
            Those that are still there; None where none can be read twice.
        """


class KnownSamples:
    """What is known of the samples that are of interest, by a number for each."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.labels: list[str | None] = []
        #: For each the number of its source.
        self.sources: list[int] = []
        #: For each what tells its values from others.
        self.digests: list[bytes] = []
        self._numbers: dict[str, int] = {}
        self._source_names: list[str] = []
        self._source_numbers: dict[str, int] = {}

    def add(self, samples: Iterable[Sample]) -> np.ndarray:
        """Number samples; a key that is known keeps its number.

        Args:
            samples: Any.

        Returns:
            Their numbers, int64.
        """
        numbers = [
            self._add(one.key, one.label, one.source, digest(one.named))
            for one in samples
        ]
        return np.array(numbers, np.int64)

    def add_known(self, other: KnownSamples) -> np.ndarray:
        """Number the samples of another part of the data set.

        Args:
            other: What is known of them there.

        Returns:
            For each of their numbers there the number here, int64.
        """
        sources = (other.source_of(number) for number in range(len(other.keys)))
        each = zip(other.keys, other.labels, sources, other.digests, strict=True)
        return np.array([self._add(*one) for one in each], np.int64)

    def source_of(self, number: int) -> str:
        """Name the source of a sample; empty where it is alone."""
        return self._source_names[self.sources[number]]

    def only(self, numbers: np.ndarray) -> tuple[KnownSamples, np.ndarray]:
        """Forget the other samples.

        Args:
            numbers: Those to keep, each once.

        Returns:
            What is known of them, and for each old number the new one, int64; -1 for
            those that are forgotten.
        """
        kept = KnownSamples()
        renumbered = np.full(len(self.keys), -1, np.int64)
        for number in numbers.tolist():
            renumbered[number] = kept._add(
                self.keys[number],
                self.labels[number],
                self.source_of(number),
                self.digests[number],
            )
        return kept, renumbered

    def ranks(self) -> np.ndarray:
        """Order the samples by their keys.

        Returns:
            For each number the place of its key among all, int64.
        """
        order = sorted(range(len(self.keys)), key=self.keys.__getitem__)
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        return ranks

    def _add(self, key: str, label: str | None, source: str, content: bytes) -> int:
        number = self._numbers.setdefault(key, len(self.keys))
        if number == len(self.keys):
            self.keys.append(key)
            self.labels.append(label)
            self.digests.append(content)
            # A sample that is alone is a source of its own.
            name = source and f"of {source}"
            unique = name or f"alone {key}"
            place = self._source_numbers.setdefault(unique, len(self._source_names))
            if place == len(self._source_names):
                self._source_names.append(source)
            self.sources.append(place)
        return number


def digest(named: NamedInput) -> bytes:
    """Tell the values of an input from any others.

    Args:
        named: An input.

    Returns:
        16 bytes, the same for the same values.
    """
    found = hashlib.blake2b(digest_size=16)
    for part in named.parts:
        if part is not None:
            found.update(f"{part.dtype} {part.shape}".encode())
            found.update(np.ascontiguousarray(part).tobytes())
    return found.digest()
