"""What fits into a page, and in which order the rest goes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tb_actviz.export.thinning import (
    FEWEST_STEPS,
    NothingFitsError,
    evenly,
    records_at,
    thin,
)

PRECISIONS = ("float32", "float16", "uint8")


def sizes(steps: Sequence[int], **layers: float) -> dict[str, object]:
    """A run in which each record of a layer takes so much, half and a quarter."""
    return {
        layer: {
            precision: dict.fromkeys(steps, size / share)
            for precision, share in zip(PRECISIONS, (1, 2, 4), strict=True)
        }
        for layer, size in layers.items()
    }


@pytest.mark.parametrize(
    ("count", "chosen"),
    [
        (1, (50,)),
        (2, (0, 50)),
        (3, (0, 20, 50)),
        (6, (0, 10, 20, 30, 40, 50)),
        (9, (0, 10, 20, 30, 40, 50)),
    ],
)
def test_steps_are_chosen_at_even_distances(
    count: int, chosen: tuple[int, ...]
) -> None:
    assert evenly(range(0, 60, 10), count) == chosen


@pytest.mark.parametrize("total", range(1, 40))
def test_so_many_different_steps_are_chosen(total: int) -> None:
    for count in range(1, total + 1):
        chosen = evenly(range(total), count)
        assert len(set(chosen)) == count
        assert list(chosen) == sorted(chosen)
        assert chosen[-1] == total - 1
        assert count == 1 or chosen[0] == 0


def test_of_layers_logged_at_other_steps_the_last_ones_before_stay() -> None:
    assert records_at([0, 7, 30], [5, 10, 20, 40]) == [0, 7, 30]
    assert records_at([8], [5]) == []


@pytest.mark.parametrize(
    ("limit", "steps", "precision", "left_out"),
    [
        (10_000, 100, "float32", ()),
        (9_999, 99, "float32", ()),
        (5_000, 50, "float32", ()),
        (1_000, FEWEST_STEPS, "float32", ()),
        # Then less exactly, with as many steps as fit.
        (999, 19, "float16", ()),
        (500, FEWEST_STEPS, "float16", ()),
        (499, 19, "uint8", ()),
        (250, FEWEST_STEPS, "uint8", ()),
        # Then down to the last step, and then without the largest layers.
        (100, 4, "uint8", ()),
        (25, 1, "uint8", ()),
        (24, 1, "uint8", ("large",)),
        (9, 1, "uint8", ("large", "middle")),
    ],
)
def test_steps_go_first_then_precision_then_layers(
    limit: float, steps: int, precision: str, left_out: tuple[str, ...]
) -> None:
    run = sizes(range(100), small=10, middle=30, large=60)
    plan = thin({"run": run}, PRECISIONS, limit, "")
    assert (len(plan.steps["run"]), plan.precision, plan.left_out) == (
        steps,
        precision,
        left_out,
    )
    assert plan.size <= limit
    assert plan.steps["run"][-1] == 99


def test_each_run_keeps_as_many_steps() -> None:
    runs = {
        "long": sizes(range(100), conv=10),
        "short": sizes(range(15), conv=10),
        "one": sizes([4], conv=10),
    }
    plan = thin(runs, PRECISIONS, 12 * 20 + 10, "")
    assert {run: len(steps) for run, steps in plan.steps.items()} == {
        "long": 12,
        "short": 12,
        "one": 1,
    }


def test_the_inputs_pictures_stay_with_what_is_left() -> None:
    run = sizes(range(2), conv=10, dense=1) | sizes([0], **{":input": 100})
    plan = thin({"run": run}, PRECISIONS, 26, ":input")
    assert (plan.left_out, plan.size) == (("conv",), 25.25)


def test_where_nothing_fits_the_smallest_is_named() -> None:
    run = sizes(range(20), conv=10, dense=2)
    with pytest.raises(NothingFitsError) as error:
        thin({"run": run}, PRECISIONS, 0.4, "")
    smallest = error.value.smallest
    assert (smallest.size, smallest.left_out) == (0.5, ("conv",))
    assert smallest.steps == {"run": (19,)}


def test_only_what_may_be_used_is_used() -> None:
    run = sizes(range(20), conv=10)
    plan = thin({"run": run}, ("float32",), 50, "")
    assert (plan.precision, len(plan.steps["run"])) == ("float32", 5)
