"""When to log, and how seldom where it costs too much."""

from __future__ import annotations

import numpy as np
import pytest

from tb_actviz.errors import InputError
from tb_actviz.runs.schedule import Budget, read_schedule


def due(update_freq: object, until: int = 12) -> list[int]:
    schedule = read_schedule(update_freq)  # type: ignore[arg-type]
    assert not schedule.per_epoch
    return [step for step in range(until + 1) if schedule.is_due(step)]


def test_epochs_are_told_from_batches() -> None:
    schedule = read_schedule("epoch")
    assert schedule.per_epoch
    assert all(schedule.is_due(epoch) for epoch in range(5))


@pytest.mark.parametrize(
    ("update_freq", "expected"),
    [
        ("batch", list(range(13))),
        (1, list(range(13))),
        (5, [0, 5, 10]),
        (np.int64(6), [0, 6, 12]),
        ([0, 3, 11], [0, 3, 11]),
        (range(2, 20, 8), [2, 10]),
        ({7}, [7]),
        (lambda step: step % 2 == 1 and step > 8, [9, 11]),
    ],
)
def test_batches_are_due_as_asked(update_freq: object, expected: list[int]) -> None:
    assert due(update_freq) == expected


def test_several_batches_at_once_are_one_moment() -> None:
    schedule = read_schedule([3, 4, 9])
    assert not schedule.any_due(0, 2)
    assert schedule.any_due(2, 4)
    assert not schedule.any_due(4, 8)
    assert schedule.any_due(8, 12)


@pytest.mark.parametrize(
    ("update_freq", "words"),
    [
        ("epochs", "update_freq='epochs'; expected 'epoch', .*Did you mean 'epoch'"),
        (0, "update_freq=0; expected every n-th batch, at least 1"),
        (-3, "update_freq=-3"),
        (2.5, "update_freq=2.5; expected 'epoch', 'batch'"),
        (True, "update_freq=True"),
        (None, "update_freq=None"),
        ([], r"update_freq=\[\]"),
        ([1, -1], r"update_freq=\[1, -1\]"),
        ([1.5], r"update_freq=\[1.5\]"),
        (["a"], "update_freq="),
    ],
)
def test_what_is_no_frequency_is_refused(update_freq: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_schedule(update_freq)  # type: ignore[arg-type]


def train(
    budget: Budget,
    steps: int,
    *,
    each: float,
    cost: float,
    size: int = 0,
    total: int | None = None,
) -> list[int]:
    """Steps that are logged of a training whose steps take `each` seconds."""
    logged: list[int] = []
    for step in range(steps):
        if logged:
            remaining = None if total is None else total - step
            budget.adapt((step + 1) * each, cost * len(logged), len(logged), remaining)
        if budget.allows():
            logged.append(step)
            budget.wrote(size)
    return logged


def test_everything_is_logged_where_it_costs_little() -> None:
    budget = Budget(max_overhead=0.05, max_bytes=None)
    assert train(budget, 10, each=1.0, cost=0.05) == list(range(10))
    assert budget.skipped == 0


def test_the_interval_is_the_smallest_that_keeps_the_share() -> None:
    budget = Budget(max_overhead=0.05, max_bytes=None)
    logged = train(budget, 40, each=1.0, cost=0.16)
    assert budget.interval == 4
    assert logged == list(range(0, 40, 4))
    assert budget.skipped == 30
    spent, trained = 0.16 * len(logged), 40 * 1.0
    assert spent / trained <= 0.05


def test_no_share_means_every_step() -> None:
    budget = Budget(max_overhead=None, max_bytes=None)
    assert train(budget, 10, each=0.001, cost=5.0) == list(range(10))


def test_the_first_step_and_the_last_one_are_always_logged() -> None:
    budget = Budget(max_overhead=0.01, max_bytes=None)
    assert budget.allows()
    budget.adapt(2.0, 10.0, 1, None)
    assert budget.interval == 1000
    assert budget.stretched_by == "max_overhead"
    assert not budget.allows()
    assert budget.skipped == 1
    assert budget.allows_last()
    assert budget.skipped == 0


def test_the_interval_shrinks_again() -> None:
    budget = Budget(max_overhead=0.1, max_bytes=None)
    budget.allows()
    budget.adapt(2.0, 1.0, 1, None)
    assert budget.interval == 10
    budget.adapt(20.0, 1.0, 1, None)
    assert budget.interval == 1


@pytest.mark.parametrize("used", [0, 300])
def test_files_stay_within_their_size_and_reach_to_the_end(used: int) -> None:
    budget = Budget(max_overhead=None, max_bytes=1000, bytes_used=used)
    logged = train(budget, 100, each=1.0, cost=0.0, size=70, total=100)
    assert used + 70 * len(logged) <= 1000
    assert budget.bytes_used == used + 70 * len(logged)
    assert budget.stretched_by in ("max_bytes", "")
    # Spread over the whole training, not all at its beginning.
    assert logged[-1] >= 80
    assert len(logged) >= (1000 - used) // 70 - 3


def test_without_an_end_in_sight_the_interval_grows() -> None:
    budget = Budget(max_overhead=None, max_bytes=1000)
    logged = train(budget, 100, each=1.0, cost=0.0, size=70)
    assert 70 * len(logged) <= 1000
    gaps = np.diff(logged)
    assert (np.diff(gaps) >= 0).all()
    assert gaps[0] == 1
    assert logged[-1] >= 40


def test_the_last_step_is_not_logged_where_there_is_no_room() -> None:
    budget = Budget(max_overhead=None, max_bytes=100)
    assert budget.allows()
    budget.wrote(60)
    assert budget.exhausted
    assert not budget.allows()
    assert not budget.allows_last()
    assert budget.skipped == 1


@pytest.mark.parametrize("room", [2.1, 2.6, 3.1, 5.0, 12.4, 40.0])
@pytest.mark.parametrize("sizes", ["equal", "shrinking", "growing", "first larger"])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("overhead", [None, 0.2])
def test_the_last_step_finds_room_however_sizes_change(
    room: float, sizes: str, known: bool, overhead: float | None
) -> None:
    of_step = {
        "equal": lambda step: 1000,
        "shrinking": lambda step: 1000 - 6 * step,
        "growing": lambda step: 850 + 3 * step,
        "first larger": lambda step: 1000 if step == 0 else 700,
    }[sizes]
    total, most = 50, int(room * 1000)
    budget = Budget(max_overhead=overhead, max_bytes=most)
    logged: list[int] = []
    for step in range(total):
        if logged:
            seconds, cost = float(step + 1), 0.5 * len(logged)
            remaining = total - 1 - step if known else None
            budget.adapt(seconds, cost, len(logged), remaining)
        if budget.allows():
            logged.append(step)
            budget.wrote(of_step(step))
    if logged[-1] != total - 1 and budget.allows_last():
        logged.append(total - 1)
        budget.wrote(of_step(total - 1))
    assert logged[0] == 0
    assert logged[-1] == total - 1
    assert budget.bytes_used <= most


def test_logs_that_are_on_their_way_have_their_room() -> None:
    budget = Budget(max_overhead=None, max_bytes=1000)
    assert budget.allows()
    budget.wrote(200)
    budget.waiting = 2
    assert budget.exhausted
    assert not budget.is_full
    budget.waiting = 1
    assert not budget.exhausted
    # They are held back rather than take the room of the last.
    budget.waiting = 9
    assert not budget.is_full
    assert budget.allows_last()


def test_no_room_is_kept_where_nobody_asks_for_the_last_step() -> None:
    budget = Budget(max_overhead=None, max_bytes=300)
    budget.keeps_room = False
    for _ in range(3):
        assert budget.allows()
        budget.wrote(100)
    assert not budget.allows()
