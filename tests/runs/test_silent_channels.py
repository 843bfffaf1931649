"""Which channels are silent, in words, and when a fall into silence is told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tb_actviz.analysis.channels import channel_statistics
from tb_actviz.analysis.layer import LayerStatistics, layer_statistics
from tb_actviz.runs.silent_channels import (
    FallenSilent,
    about_fallen,
    fall_to_tell,
    silent_table,
)


def layer(silent: Sequence[int], channels: int = 4, inputs: int = 3) -> LayerStatistics:
    """A layer with these silent channels."""
    values = np.ones((2, 2, channels), np.float32)
    values[..., list(silent)] = 0
    return layer_statistics([channel_statistics(values)] * inputs, [4] * inputs)


def test_a_table_says_for_how_many_inputs_and_shortens_long_lists() -> None:
    statistics = {"few": layer([1]), "none": layer([]), "many": layer(range(30), 40)}
    assert silent_table(statistics).splitlines() == [
        "Channels that are silent for these 3 inputs, that is, zero at every position. "
        "They may respond to others.",
        "",
        "| layer | silent | channels |",
        "|---|---|---|",
        "| few | 1 of 4 (25%) | 1 |",
        "| many | 30 of 40 (75%) | 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … 18 more |",
    ]


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ([1], "No channel is silent for this input."),
        ([7, 7], "No channel is silent for these 7 inputs."),
        ([2, 7], "No channel is silent for their inputs."),
    ],
)
def test_nothing_silent_is_said_too(inputs: list[int], words: str) -> None:
    statistics = {str(n): layer([], inputs=n) for n in inputs}
    if len(inputs) == 2 and inputs[0] == inputs[1]:
        statistics = {"a": layer([], inputs=7), "b": layer([], inputs=7)}
    assert silent_table(statistics) == words


@pytest.mark.parametrize(
    ("inputs", "share"),
    [(1, 1), (3, 1), (4, 0.875), (6, 0.75), (30, 0.55), (10**9, 0.5)],
)
def test_few_inputs_weigh_little(inputs: int, share: float) -> None:
    assert fall_to_tell(0.5, inputs) == pytest.approx(share)


def told(steps: Sequence[Sequence[int]], inputs: int, threshold: float = 0.5) -> list:
    """At which steps a layer of eight channels is told of, and which fell silent."""
    fallen = FallenSilent(threshold)
    found = [fallen.find({"a": layer(silent, 8, inputs)}) for silent in steps]
    return [(step, falls["a"].fallen) for step, falls in enumerate(found) if falls]


def test_only_what_responded_before_can_fall_silent() -> None:
    # Half a layer is silent for similar inputs, before anything is trained.
    assert told([range(8), range(8)], inputs=300) == []
    assert told([range(4), range(4), range(5)], inputs=300) == []
    assert told([range(4), range(7)], inputs=300) == [(1, (4, 5, 6))]
    # What responds for a while in between counts as well.
    assert told([range(8), [], range(8)], inputs=3) == [(2, tuple(range(8)))]


def test_few_inputs_are_a_reason_only_where_nothing_responds_any_more() -> None:
    assert told([[], range(7)], inputs=3) == []
    assert told([[], range(7)], inputs=30) == [(1, tuple(range(7)))]
    assert told([range(4), range(8)], inputs=1) == [(1, (4, 5, 6, 7))]


def test_a_layer_is_told_once_and_never_without_a_threshold() -> None:
    steps = [[], range(8), [], range(8)]
    assert told(steps, inputs=3) == [(1, tuple(range(8)))]
    fallen = FallenSilent(None)
    assert [fallen.find({"a": layer(silent, 8)}) for silent in steps] == [{}] * 4


def test_the_warning_names_layers_channels_and_how_many_inputs_there_are() -> None:
    fallen = FallenSilent(0.5)
    fallen.find({"a": layer([0]), "b": layer([])})
    falls = fallen.find({"a": layer(range(4)), "b": layer(range(4))})
    assert about_fallen(9, falls) == (
        "At step 9, channels that responded before are silent for these 3 inputs: "
        "'a' 3 of 3 (1, 2, 3); 'b' 4 of 4 (0, 1, 2, 3)."
    )
