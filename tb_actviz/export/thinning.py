"""How a page becomes small enough: which steps, which precision, which layers.

What does not fit goes in this order: steps, at even distances, down to `FEWEST_STEPS`
of each run; then precision, to float16 and to 8 bits, with as many steps as fit then;
then steps down to the last one; then layers, the largest first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

#: Steps of each run that stay where values can be stored less exactly instead.
FEWEST_STEPS = 10

#: Precision to step to the bytes that a record takes in a page.
Sizes = Mapping[str, Mapping[int, float]]
#: Run to layer to what its records take.
SizesOfRuns = Mapping[str, Mapping[str, Sizes]]


@dataclass(frozen=True)
class Plan:
    """What of the records of a page fits.

    Args:
        steps: Run to the steps that stay, ascending.
        precision: The most exact precision that stays, one of those asked about.
        left_out: Layers that do not fit, the largest first.
        size: Bytes that all of it takes.
    """

    steps: Mapping[str, tuple[int, ...]]
    precision: str
    left_out: tuple[str, ...]
    size: float


class NothingFitsError(Exception):
    """Not even the smallest page fits.

    Args:
        smallest: What the smallest one holds.
    """

    def __init__(self, smallest: Plan) -> None:
        super().__init__(f"At least {smallest.size:.0f} bytes.")
        self.smallest = smallest


def evenly(steps: Sequence[int], count: int) -> tuple[int, ...]:
    """Choose some of many steps.

    Args:
        steps: The steps, ascending.
        count: How many, at least 1.

    Returns:
        So many of them, at even distances in the list: the last one, if there are two
        the first one, and others between. All, where there are not so many.
    """
    last = len(steps) - 1
    if count > last:
        return tuple(steps)
    if count == 1:
        return (steps[last],)
    return tuple(steps[round(index * last / (count - 1))] for index in range(count))


def records_at(logged: Sequence[int], steps: Sequence[int]) -> list[int]:
    """Find the records of a layer that are looked at where some steps are.

    Args:
        logged: The steps of its records, ascending.
        steps: The steps.

    Returns:
        For each step that of the last record not after it, if there is one; each once,
        ascending.
    """
    last = {bisect_right(logged, step) - 1 for step in steps}
    return [logged[index] for index in sorted(last - {-1})]


def thin(
    sizes: SizesOfRuns, precisions: Sequence[str], limit: float, always: str
) -> Plan:
    """Find what fits.

    Args:
        sizes: Run to layer to what its records take.
        precisions: Those that may be used, most exact first, at least one.
        limit: Bytes that there is room for.
        always: A layer that is never left out, if there is one of that name.

    Returns:
        What stays.

    Raises:
        NothingFitsError: If nothing of it fits.
    """
    steps = {run: _steps(layers, always) for run, layers in sizes.items()}
    most = max(map(len, steps.values()))
    few = min(most, FEWEST_STEPS)

    def plan(count: int, precision: str, left_out: tuple[str, ...] = ()) -> Plan:
        kept = {run: evenly(of_run, count) for run, of_run in steps.items()}
        size = sum(
            _size(of_layer[precision], kept[run])
            for run, layers in sizes.items()
            for layer, of_layer in layers.items()
            if layer not in left_out
        )
        return Plan(kept, precision, left_out, size)

    for precision in precisions:
        if plan(few, precision).size <= limit:
            return _largest(partial(plan, precision=precision), few, most, limit)
    least = precisions[-1]
    if plan(1, least).size <= limit:
        return _largest(partial(plan, precision=least), 1, few, limit)
    by_size = _by_size(sizes, least, always)
    for count in range(1, len(by_size)):
        fewer = plan(1, least, tuple(by_size[:count]))
        if fewer.size <= limit:
            return fewer
    raise NothingFitsError(plan(1, least, tuple(by_size[:-1])))


def _largest(plan: Callable[[int], Plan], low: int, high: int, limit: float) -> Plan:
    """The plan of most steps that fits, where that of fewest does."""
    fitting = plan(low)
    while low < high:
        middle = (low + high + 1) // 2
        tried = plan(middle)
        if tried.size <= limit:
            low, fitting = middle, tried
        else:
            high = middle - 1
    return fitting


def _steps(layers: Mapping[str, Sizes], always: str) -> list[int]:
    return sorted(
        {
            step
            for layer, sizes in layers.items()
            if layer != always
            for at_steps in sizes.values()
            for step in at_steps
        }
    )


def _by_size(sizes: SizesOfRuns, precision: str, always: str) -> list[str]:
    """The layers that may be left out, the largest first."""
    largest: dict[str, float] = {}
    for layers in sizes.values():
        for layer, of_layer in layers.items():
            size = max(of_layer[precision].values(), default=0)
            largest[layer] = max(size, largest.get(layer, 0))
    largest.pop(always, None)
    return sorted(largest, key=lambda layer: (-largest[layer], layer))


def _size(at_steps: Mapping[int, float], steps: Sequence[int]) -> float:
    return sum(at_steps[step] for step in records_at(sorted(at_steps), steps))
