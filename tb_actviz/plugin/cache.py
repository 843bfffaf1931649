"""A few recent answers, kept in a bounded amount of memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class BoundedCache(Generic[_Value]):
    """Keeps the values that were used last, for any number of threads.

    Args:
        capacity: What the costs of all values kept may add up to.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._used = 0
        self._entries: OrderedDict[Hashable, tuple[_Value, int]] = OrderedDict()
        # Held for moments only, never while anything is read.
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> _Value | None:
        """Find a value.

        Args:
            key: What it was kept under.

        Returns:
            The value, None if it is not kept, or no longer.
        """
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def put(self, key: Hashable, value: _Value, cost: int) -> None:
        """Keep a value, in place of those that were not used for longest.

        Args:
            key: What to keep it under.
            value: The value; not kept if it costs more than there is room for.
            cost: What it takes of the capacity.
        """
        with self._lock:
            _, before = self._entries.pop(key, (None, 0))
            self._used -= before
            if cost > self._capacity:
                return
            self._entries[key] = value, cost
            self._used += cost
            while self._used > self._capacity:
                _, (_, oldest) = self._entries.popitem(last=False)
                self._used -= oldest
