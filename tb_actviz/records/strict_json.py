"""Reading JSON that anyone may have written: every surprise has a one-line reason."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


class RecordError(ValueError):
    """A record cannot be read; the text says why in one line.

    Example:
        >>> for stored in av.read_records("runs", layers="conv1"):
        ...     try:
        ...         print(stored.step, stored.activations["face"].shape)
        ...     except av.RecordError as error:
        ...         print("left out:", error)
        0 (64, 64, 8)
    """


#: How many lists, objects and keys can be read; each takes 60 to 200 bytes.
MAX_LISTS = 1 << 18

#: How many entries all lists and objects can have; each takes up to 60 bytes.
MAX_ENTRIES = 1 << 20


def check_size(data: bytes) -> None:
    """Refuse JSON that would take too much time and memory, without parsing it.

    The marks of lists, keys and entries are counted also where they stand in texts.

    Args:
        data: UTF-8.

    Raises:
        RecordError: If there may be more than `MAX_LISTS` lists, objects and keys, or
            more than `MAX_ENTRIES` entries.
    """
    lists = sum(map(data.count, (b"[", b"{", b":")))
    if lists > MAX_LISTS:
        raise RecordError(
            f"The header has {lists} lists, objects and keys, at most {MAX_LISTS} can "
            "be read."
        )
    entries = data.count(b",")
    if entries > MAX_ENTRIES:
        raise RecordError(
            f"The header has {entries} entries, at most {MAX_ENTRIES} can be read."
        )


def parse_object(data: bytes) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        data: UTF-8.

    Returns:
        Its keys and values.

    Raises:
        RecordError: If it is anything else, a key comes twice, a number is NaN or
            infinite by name, or `check_size` refuses it.
    """
    check_size(data)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise RecordError("The header is not UTF-8.") from None
    try:
        parsed = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except RecordError:
        raise
    except RecursionError:
        raise RecordError("The header is nested too deeply.") from None
    except ValueError as error:
        raise RecordError(f"The header is not JSON: {error}.") from None
    if not isinstance(parsed, dict):
        raise RecordError(f"The header is {_name(parsed)}, expected an object.")
    return parsed


@dataclass(frozen=True)
class Fields:
    """One JSON object, read key by key as what is expected there.

    Every method raises a `RecordError` where the key is missing or holds something
    else, or a list with more entries than `most`, whatever they are. Integers are 0 to
    2**63 - 1 unless a method says otherwise.

    Args:
        values: The object's keys and values.
        place: What its keys are named after in errors.
    """

    values: dict[str, Any]
    place: str = ""

    def says(self, key: str) -> bool:
        """Return whether a key is there and not null."""
        return self.values.get(key) is not None

    def text(self, key: str) -> str:
        """Read a string."""
        return str(self._checked(key, "a string", isinstance(self[key], str)))

    def text_or_none(self, key: str) -> str | None:
        """Read a string or null."""
        return None if self[key] is None else self.text(key)

    def integer(self, key: str, lowest: int = 0) -> int:
        """Read an integer that may be as low as `lowest`."""
        fits = _is_integer(self[key], lowest)
        return int(self._checked(key, f"an integer from {lowest}", fits))

    def texts(self, key: str, most: int, longest: int) -> tuple[str, ...]:
        """Read a list of strings of up to `longest` characters."""
        return tuple(
            self._list(
                key,
                f"strings of at most {longest} characters",
                lambda value: isinstance(value, str) and len(value) <= longest,
                most,
            )
        )

    def integers(self, key: str, most: int, lowest: int = 0) -> tuple[int, ...]:
        """Read a list of integers that may be as low as `lowest`."""
        return tuple(
            self._list(key, "integers", lambda value: _is_integer(value, lowest), most)
        )

    def numbers(self, key: str, most: int) -> NDArray[np.float64]:
        """Read a list of numbers; null is NaN."""
        # NumPy takes None for NaN, and no more memory than the numbers.
        return np.array(self._list(key, "numbers", _is_number, most), np.float64)

    def numbers_or_none(self, key: str, most: int) -> NDArray[np.float64] | None:
        """Read a list of numbers, or null in its place."""
        return None if self[key] is None else self.numbers(key, most)

    def pairs(self, key: str, most: int) -> tuple[tuple[int, float], ...]:
        """Read a list of pairs of an integer and a number; null is NaN."""
        pairs = self._list(key, "[integer, number] pairs", _is_pair, most)
        return tuple((n, math.nan if x is None else float(x)) for n, x in pairs)

    def counts(self, key: str, most: int) -> dict[str, int]:
        """Read an object of integers."""
        counts = self.part(key).values
        self._check_length(key, len(counts), most)
        for name, value in counts.items():
            if not _is_integer(value):
                raise RecordError(
                    f"{self.place}{key}[{name!r:.80}] is {_name(value)}, expected an "
                    "integer."
                )
        return counts

    def part(self, key: str) -> Fields:
        """Read an object."""
        value = self._checked(key, "an object", isinstance(self[key], dict))
        return Fields(value, f"{self.place}{key}.")

    def parts(self, key: str, most: int) -> list[Fields]:
        """Read a list of objects."""
        objects = self._list(
            key, "objects", lambda value: isinstance(value, dict), most
        )
        return [
            Fields(value, f"{self.place}{key}[{index}].")
            for index, value in enumerate(objects)
        ]

    def __getitem__(self, key: str) -> Any:
        if key not in self.values:
            raise RecordError(f"{self.place}{key} is missing.")
        return self.values[key]

    def _list(
        self, key: str, what: str, fits: Callable[[Any], bool], most: int
    ) -> list[Any]:
        values: list[Any] = self._checked(
            key, f"a list of {what}", isinstance(self[key], list)
        )
        self._check_length(key, len(values), most)
        for index, value in enumerate(values):
            if not fits(value):
                raise RecordError(
                    f"{self.place}{key}[{index}] is {_name(value)}, expected a list of "
                    f"{what}."
                )
        return values

    def _check_length(self, key: str, length: int, most: int) -> None:
        if length > most:
            raise RecordError(
                f"{self.place}{key} has {length} entries, expected {most} at most."
            )

    def _checked(self, key: str, expected: str, fits: bool) -> Any:
        if not fits:
            raise RecordError(
                f"{self.place}{key} is {_name(self[key])}, expected {expected}."
            )
        return self[key]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise RecordError(f"The header has the key {twice!r:.80} twice.")
    return unique


def _refuse_constant(name: str) -> None:
    raise RecordError(f"The header is not JSON: it has the number {name}.")


def _is_integer(value: object, lowest: int = 0) -> bool:
    # `type`, since true and false are integers to Python.
    return type(value) is int and lowest <= value < 2**63


def _is_number(value: Any) -> bool:
    if value is None:
        return True
    return type(value) in (int, float) and abs(value) <= sys.float_info.max


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and _is_integer(value[0])
        and _is_number(value[1])
    )


def _name(value: object) -> str:
    """Name a JSON value for an error, however large it is."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    kinds = {dict: "an object", list: "a list", str: "a string"}
    for kind, name in kinds.items():
        if isinstance(value, kind):
            return name
    if isinstance(value, int) and abs(value) >= 2**63:
        return "a huge integer"
    return f"the number {value}"
