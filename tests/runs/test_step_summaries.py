"""What one step's summaries hold, at the edges."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from tensorboard.util.tensor_util import make_ndarray

from tb_actviz.capture.named_input import NamedInput
from tb_actviz.errors import InputError
from tb_actviz.receptive_field import ReceptiveField
from tb_actviz.records.codec import unpack
from tb_actviz.records.facts import LayerFacts, Record
from tb_actviz.records.schema import decode_record
from tb_actviz.runs.options import TRAINING_STEP_BYTES, LogOptions
from tb_actviz.runs.step_summaries import StepSummaries
from tb_actviz.runs.watched_layers import WatchedInputs, WatchedLayer
from tb_actviz.runs.written_before import WrittenBefore

LAYER = WatchedLayer(LayerFacts("layer", "ReLU", "activation"), "float32", None, None)
SCORES = "scores"


def named(count: int) -> list[NamedInput]:
    return [
        NamedInput(f"input_{i}", np.zeros((2, 2, 3)), picture=None)
        for i in range(count)
    ]


def step(
    arrays: list[np.ndarray],
    layer: WatchedLayer = LAYER,
    scores: Sequence[float] | None = None,
    number: int = 3,
    before: WrittenBefore | None = None,
    **options: Any,
) -> tuple[StepSummaries, dict[str, Any]]:
    """One layer's step: the contents, and tag to summary value."""
    outputs = {} if scores is None else {"": SCORES}
    contents = StepSummaries(
        WatchedInputs(tuple(named(len(arrays))), (layer,), outputs, {"": "none"}),
        LogOptions(**options),
        number,
        views=(),
        before=before or WrittenBefore(),
    )
    summaries = []
    for array in arrays:
        captured = {layer.path: array[None]}
        if scores is not None:
            captured[SCORES] = np.float32([scores])
        for of_layer in contents.add(captured):
            summaries += of_layer
    summaries += contents.finish()
    values = [value for summary in summaries for value in summary.value]
    assert len({value.tag for value in values}) == len(values)
    return contents, {value.tag: value for value in values}


def record(values: dict[str, Any]) -> Record:
    return decode_record(values["layer/activations"].tensor.string_val)


def scalar(values: dict[str, Any], name: str) -> float:
    return float(values[f"layer/{name}"].simple_value)


@pytest.mark.parametrize("scalars", [True, False])
def test_silent_channels_are_listed_only_where_others_are_than_before(
    scalars: bool,
) -> None:
    before = WrittenBefore()

    def changed(number: int, silent: Sequence[int]) -> bool:
        maps = np.ones((2, 2, 4), np.float32)
        maps[..., list(silent)] = 0
        contents, values = step(
            [maps], number=number, before=before, scalars=scalars, histograms=False
        )
        listed = "tb_actviz/silent_channels" in values
        assert listed == (contents.silent_changed and scalars)
        return contents.silent_changed

    silent: dict[int, list[int]] = {0: [], 1: [], 2: [1], 3: [1], 4: [2], 5: [], 6: []}
    assert [n for n, channels in silent.items() if changed(n, channels)] == [0, 2, 4, 5]
    # Between steps that were written before, what was last up to there counts.
    assert not changed(3, [1])
    assert changed(1, [1])


def test_what_was_not_written_after_all_is_written_with_the_next_step() -> None:
    before = WrittenBefore()
    answers, silent = np.ones((2, 2, 4), np.float32), np.ones((2, 2, 4), np.float32)
    silent[..., 1] = 0
    table = "tb_actviz/silent_channels"
    for number, maps, listed in [(0, answers, True), (1, silent, True)]:
        _, values = step([maps], number=number, before=before)
        assert (table in values) == listed
    before.forget(1)
    _, values = step([silent], number=2, before=before)
    assert "1" in values[table].tensor.string_val[0].decode()
    _, values = step([silent], number=3, before=before)
    assert table not in values


def test_statistics_are_over_inputs_of_any_sizes() -> None:
    rng = np.random.default_rng(0)
    arrays = [
        np.maximum(rng.normal(size=(h, 5, 4)), 0).astype(np.float32) for h in (3, 7)
    ]
    arrays[0][..., 2] = arrays[1][..., 2] = 0
    arrays[0][..., 1] = 0  # silent for one input only
    whole = np.concatenate([one.reshape(-1, 4) for one in arrays])
    contents, values = step(arrays)
    assert scalar(values, "mean") == pytest.approx(whole.mean(), rel=1e-6)
    assert scalar(values, "std") == pytest.approx(whole.std(), rel=1e-6)
    assert scalar(values, "sparsity") == pytest.approx((whole == 0).mean())
    assert scalar(values, "silent") == 0.25
    assert contents.logged.statistics["layer"].silent == (2,)
    assert record(values).silent == (2,)
    left, right, counts = make_ndarray(values["layer/histogram"].tensor).T
    assert counts.sum() == whole.size
    for low, high, count in zip(left, right, counts, strict=True):
        assert ((whole >= low) & (whole < high)).sum() == count
    assert "layer/saturated" not in values
    assert "layer/nonfinite" not in values


def test_the_share_of_what_is_not_finite_is_of_all_values() -> None:
    first, second = np.ones((2, 3, 4), np.float32), np.ones((5, 1, 4), np.float32)
    first[0, 0, :2] = np.nan
    second[4, 0, 1] = -np.inf
    _, values = step([first, second])
    assert scalar(values, "nonfinite") == pytest.approx(3 / 44)


def test_what_is_known_of_a_layer_is_in_its_record() -> None:
    field = ReceptiveField((7, 5), (2, 0), (-3, 0))
    facts = dataclasses.replace(LAYER.facts, parameters=12, receptive_field=field)
    known = dataclasses.replace(LAYER, facts=facts)
    _, values = step([np.ones((2, 2, 3), np.float32)], known)
    assert record(values).layer == LayerFacts(
        *("layer", "ReLU", "activation", None, 12),
        ReceptiveField((7, 5), (2, 0), (-3, 0)),
    )
    _, values = step([np.ones((2, 2, 3), np.float32)])
    assert record(values).layer == LayerFacts("layer", "ReLU", "activation")


def test_predictions_go_by_the_names_of_their_classes() -> None:
    arrays, scores = [np.ones((1, 1, 1), np.float32)] * 2, (0.25, 0.5, 0.125)
    _, values = step(arrays, scores=scores, class_names=["cat", "dog", "größer"])
    for one in record(values).inputs:
        assert one.predictions == ((1, 0.5), (0, 0.25), (2, 0.125))
        assert one.predicted == ("dog", "cat", "größer")
    _, values = step(arrays, scores=scores)
    assert record(values).inputs[0].predicted == ()
    _, values = step(arrays, class_names=["cat", "dog", "größer"])
    assert record(values).inputs[0].predicted == ()
    with pytest.raises(InputError, match="2 class_names; the model gives 3 scores"):
        step(arrays, scores=scores, class_names=["cat", "dog"])


@pytest.mark.parametrize(
    ("value", "edges"), [(0.0, (-0.5, 0.5)), (4.0, (2.0, 6.0)), (-8.0, (-12.0, -4.0))]
)
def test_a_constant_layer_has_one_bin_that_can_be_seen(
    value: float, edges: tuple[float, float]
) -> None:
    _, values = step([np.full((2, 3, 2), value, np.float32)])
    (row,) = make_ndarray(values["layer/histogram"].tensor)
    assert row == pytest.approx([*edges, 12])


def test_bounded_activations_have_a_share_of_saturated_values() -> None:
    bounded = dataclasses.replace(LAYER, bounds=(-1.0, 1.0))
    first = np.full((2, 2, 1), 0.999, np.float32)
    second = np.zeros((6, 2, 1), np.float32)
    _, values = step([first, second], bounded)
    assert scalar(values, "saturated") == 0.25


def test_nan_and_infinity_reach_the_record_and_leave_the_statistics() -> None:
    array = np.array([1.0, np.nan, np.inf, -np.inf, 3.0], np.float32).reshape(1, 5, 1)
    contents, values = step([array])
    (one,) = record(values).inputs
    np.testing.assert_array_equal(unpack(one.packed), array)
    assert (one.nan_count, one.inf_count) == ((1,), (2,))
    assert scalar(values, "mean") == 2.0
    assert scalar(values, "nonfinite") == pytest.approx(3 / 5)
    assert make_ndarray(values["layer/histogram"].tensor)[:, 2].sum() == 2
    assert contents.logged.strongest["layer"]["input_0"] == [(0, 3.0)]


def test_a_layer_with_nothing_finite_is_logged_without_a_histogram() -> None:
    array = np.full((2, 2, 3), np.nan, np.float32)
    _, values = step([array])
    assert "layer/histogram" not in values
    assert np.isnan(scalar(values, "mean"))
    np.testing.assert_array_equal(unpack(record(values).inputs[0].packed), array)


@pytest.mark.parametrize(
    ("bytes_as_float32", "expected"),
    [
        (TRAINING_STEP_BYTES, "float32"),
        (2 * TRAINING_STEP_BYTES, "float16"),
        (4 * TRAINING_STEP_BYTES, "uint8"),
    ],
)
def test_the_precision_is_the_most_exact_that_keeps_a_step_small(
    bytes_as_float32: int, expected: str
) -> None:
    one = np.zeros((bytes_as_float32 // 4 // 2 // 64 // 64, 64, 64), np.float32)
    _, values = step([one, one])
    assert {i.packed.precision for i in record(values).inputs} == {expected}


def test_a_step_may_take_more_where_there_are_few() -> None:
    one = np.zeros((TRAINING_STEP_BYTES // 4 // 64 // 64 + 1, 64, 64), np.float32)
    for limit, expected in [
        (TRAINING_STEP_BYTES, "float16"),
        (2 * TRAINING_STEP_BYTES, "float32"),
    ]:
        contents, values = step([one], step_bytes=limit)
        assert record(values).inputs[0].packed.precision == expected
        assert contents.logged.precision == {"layer": expected}
    contents, _ = step([one], step_bytes=1, records=False)
    assert contents.logged.precision == {}


def test_small_maps_keep_two_bytes_a_value() -> None:
    small, large = np.ones((4, 7, 3)), np.ones((4, 8, 3))
    for array, expected in [(small, "float16"), (large, "uint8")]:
        _, values = step([array.astype(np.float32)], precision="uint8")
        assert record(values).inputs[0].packed.precision == expected


def test_very_many_channels_go_without_statistics_of_each_which_is_said() -> None:
    array = np.arange(50_000, dtype=np.float32).reshape(1, 1, -1)
    _, values = step([array])
    read = record(values)
    assert read.reduced == "no statistics of each of 50000 channels"
    assert read.inputs[0].minimum == ()
    np.testing.assert_array_equal(unpack(read.inputs[0].packed), array)
    _, values = step([array[..., :1000]])
    assert record(values).reduced == ""
    assert len(record(values).inputs[0].minimum) == 1000


def test_more_inputs_than_a_record_holds_are_refused() -> None:
    arrays = [np.ones((1, 1, 1), np.float32)] * 257
    with pytest.raises(InputError, match="257 inputs; a record holds at most 256"):
        step(arrays)
    _, values = step(arrays, records=False)
    assert scalar(values, "mean") == 1.0
    _, values = step(arrays[:256])
    assert len(record(values).inputs) == 256
