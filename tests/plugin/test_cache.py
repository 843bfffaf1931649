"""A cache never holds more than it may, and never gives anything else back."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from tb_actviz.plugin.record_index import BoundedCache

CAPACITY = 10


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 12), st.booleans())))
def test_it_keeps_what_was_used_last_as_far_as_there_is_room(
    steps: list[tuple[int, int, bool]],
) -> None:
    cache: BoundedCache[tuple[int, int]] = BoundedCache(CAPACITY)
    kept: dict[int, int] = {}  # key to cost, the one used last at the end
    for key, cost, is_put in steps:
        if is_put:
            cache.put(key, (key, cost), cost)
            kept.pop(key, None)
            if cost <= CAPACITY:
                kept[key] = cost
            while sum(kept.values()) > CAPACITY:
                kept.pop(next(iter(kept)))
        else:
            expected = (key, kept[key]) if key in kept else None
            assert cache.get(key) == expected
            if key in kept:
                kept[key] = kept.pop(key)
    assert {key: cache.get(key) for key in range(6)} == {
        key: (key, kept[key]) if key in kept else None for key in range(6)
    }


def test_many_threads_can_use_it_together() -> None:
    cache: BoundedCache[int] = BoundedCache(100)
    wrong: list[object] = []

    def use(first: int) -> None:
        for number in range(first, first + 3000):
            cache.put(number % 50, number % 50, number % 7)
            found = cache.get((number * 7) % 50)
            if found not in (None, (number * 7) % 50):
                wrong.append(found)

    threads = [threading.Thread(target=use, args=(n * 13,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
