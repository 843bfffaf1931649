"""Steps go on where a run has been."""

from __future__ import annotations

import pytest

from tb_actviz.runs.schedule import StepCounter


@pytest.mark.parametrize(
    ("last", "begin", "counts", "expected", "repeats"),
    [
        (None, 0, [0, 1, 2], [0, 1, 2], False),  # an empty folder
        (None, 5, [5, 6], [5, 6], False),  # a resumed training in a new folder
        (4, 5, [5, 6], [5, 6], False),  # resumed where it was left
        (4, 8, [8], [8], False),  # steps in between were not logged
        (4, 0, [0, 1], [5, 6], False),  # a new training
        (0, 0, [0], [1], False),
        (6, 5, [5, 6, 7], [None, None, 7], True),  # resumed from an older backup
        (4, 4, [4, 5], [None, 5], True),
    ],
)
def test_no_step_comes_twice(
    last: int | None,
    begin: int,
    counts: list[int],
    expected: list[int | None],
    repeats: bool,
) -> None:
    steps = StepCounter(last, begin)
    assert [steps.step(count) for count in counts] == expected
    assert steps.repeats == repeats
