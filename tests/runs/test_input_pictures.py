"""The pictures of the inputs are recorded exactly, and only where they change."""

from __future__ import annotations

import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from events import values
from networks import pictures, small
from training import PROBES, compiled, fit, nested

from tb_actviz import (
    ActivationCallback,
    ActivationLogger,
    LogOptions,
    log_checkpoints,
    read_records,
)
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.records.codec import unpack
from tb_actviz.records.facts import LayerFacts, Record
from tb_actviz.records.schema import decode_record
from tb_actviz.runs.layer_records import InputPictures

A, B = pictures(2)
PLAIN = LogOptions(views=())


def shown(name: str, picture: np.ndarray | None) -> NamedInput:
    return NamedInput(name, np.zeros((2, 2, 3)), picture=picture)


def changed(known: InputPictures, step: int, *inputs: NamedInput) -> Record | None:
    """The record that a step takes, if any."""
    found = list(known.changed(inputs, step, preprocess="p", position={"epoch": step}))
    if not found:
        return None
    ((value,),) = (summary.value for summary in found)
    assert value.tag == ":input/activations"
    return decode_record(value.tensor.string_val)


def recorded(log_dir: Path) -> dict[int, list[str]]:
    """Step to the names of the inputs whose pictures were recorded there."""
    return {
        step: [one.name for one in decode_record(tensor.string_val).inputs]
        for (tag, step), tensor in values(log_dir, "activations").items()
        if tag == ":input/activations"
    }


def test_every_picture_is_exact_and_what_is_none_is_left_out() -> None:
    grey = np.broadcast_to(A[..., :1], A.shape)
    every = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    inputs = [
        shown("face", A),
        shown("numbers", None),
        shown("grey", grey),
        shown("one channel", every),
    ]
    found = changed(InputPictures(), 7, *inputs)
    assert found is not None
    assert found.layer == LayerFacts(":input", "InputLayer", "input")
    assert (found.step, found.position, found.preprocess) == (7, {"epoch": 7}, "p")
    assert [one.name for one in found.inputs] == ["face", "grey", "one channel"]
    for one, picture in zip(found.inputs, (A, grey, every), strict=True):
        assert (one.shape, one.dtype) == (picture.shape, "uint8")
        assert one.packed.precision == "uint8"
        assert set(one.packed.low or ()) == {0}
        assert set(one.packed.high or ()) == {255}
        np.testing.assert_array_equal(unpack(one.packed), picture)
        np.testing.assert_allclose(one.mean, picture.mean((0, 1)), rtol=1e-6)


def test_a_step_takes_a_record_where_the_last_one_up_to_it_is_another() -> None:
    known, a, b = InputPictures(), shown("face", A), shown("face", B)
    assert changed(known, 5, a) is not None
    assert changed(known, 5, a) is None
    assert changed(known, 9, a) is None
    assert changed(known, 3, a) is not None
    assert changed(known, 7, b) is not None
    assert changed(known, 6, a) is None
    assert changed(known, 8, a) is not None
    assert changed(known, 7, b) is None
    assert changed(known, 10, shown("other", A)) is not None
    assert changed(known, 11, shown("other", A), a) is not None


def test_a_picture_that_is_changed_in_place_is_another() -> None:
    known, picture = InputPictures(), A.copy()
    assert changed(known, 0, shown("face", picture)) is not None
    picture[0, 0, 0] ^= 1
    assert changed(known, 1, shown("face", picture)) is not None


def test_what_was_not_written_counts_for_nothing() -> None:
    known = InputPictures()
    next(known.changed([shown("face", A)], 0, preprocess="", position={}))
    assert changed(known, 0, shown("face", A)) is not None


def test_without_any_picture_there_is_no_record() -> None:
    assert changed(InputPictures(), 0, shown("numbers", None)) is None


def test_the_logger_records_them_once_for_each_opening(tmp_path: Path) -> None:
    model = small()
    with ActivationLogger(tmp_path, model, "relu1", options=PLAIN) as log:
        for step in (0, 1):
            log({"face": A, "closed": B}, step)
        log({"face": A}, 2)
        log({"face": A}, 3)
    with ActivationLogger(tmp_path, model, "relu1", options=PLAIN) as log:
        log({"face": A}, 4)
    assert recorded(tmp_path) == {
        **{0: ["face", "closed"], 2: ["face"], 4: ["face"]},
    }
    found = list(read_records(tmp_path, steps=range(3)))
    layers = [(one.layer, one.step) for one in found]
    assert layers == [
        *((":input", step) for step in (0, 2)),
        *(("relu1", step) for step in (0, 1, 2)),
    ]
    np.testing.assert_array_equal(found[0].activations["closed"], B)
    (one,) = read_records(tmp_path, layers=":input", steps=4)
    np.testing.assert_array_equal(one.activations["face"], A)


def test_without_records_there_are_none(tmp_path: Path) -> None:
    options = LogOptions(records=False)
    with ActivationLogger(tmp_path, small(), "relu1", options=options) as log:
        log(A)
    assert values(tmp_path, "activations") == {}


def test_after_a_run_is_deleted_they_are_recorded_anew(tmp_path: Path) -> None:
    with ActivationLogger(tmp_path / "run", small(), "relu1", options=PLAIN) as log:
        log(A, 0)
        shutil.rmtree(tmp_path / "run")
        log(A, 1)
        log(A, 2)
    assert recorded(tmp_path) == {1: ["input"]}


@pytest.mark.slow
def test_checkpoints_and_trainings_record_them_once(tmp_path: Path) -> None:
    model = small()
    for step in (1, 2):
        model.save_weights(tmp_path / f"{step}.weights.h5")
    log_checkpoints(
        tmp_path / "checkpoints",
        model,
        str(tmp_path / "*.h5"),
        A,
        "relu1",
        options=PLAIN,
        progress=False,
    )
    assert recorded(tmp_path / "checkpoints") == {1: ["input"]}
    callback = ActivationCallback(
        tmp_path / "training", PROBES, max_overhead=None, options=PLAIN
    )
    fit(compiled(nested()), callback, epochs=3)
    assert recorded(tmp_path / "training") == {0: ["one", "two"]}
    (one,) = read_records(tmp_path / "training", layers=":input")
    np.testing.assert_array_equal(one.activations["two"], PROBES["two"])


@pytest.mark.every_backend
def test_no_layer_can_take_their_place(tmp_path: Path) -> None:
    inputs = keras.Input((20, 17, 3), name=":input")
    x = keras.layers.Conv2D(2, 3, name="conv")(inputs)
    model = keras.Model(inputs, keras.layers.ReLU(name=":input_")(x))
    with ActivationLogger(tmp_path, model, ":input~2", options=PLAIN) as log:
        log(A)
    found = {one.layer: one for one in read_records(tmp_path)}
    assert list(found) == [":input", ":input~2"]
    assert found[":input"].record.layer.kind == "input"
    assert found[":input~2"].record.layer.kind == "other"


def test_signals_are_as_they_are_fed_and_other_numbers_are_left_out() -> None:
    def given(name: str, values: np.ndarray) -> NamedInput:
        return NamedInput(name, values, picture=None)

    signal = np.linspace(-1, 1, 12, dtype=np.float32).reshape(6, 2)
    inputs = [
        given("signal", signal),
        given("tokens", np.arange(6)),
        given("table", np.zeros(6, np.float32)),
        given("ids", np.zeros((6, 2), np.int32)),
        given("one step", signal[:1]),
        given("long", np.zeros((2**20 + 1, 1), np.float32)),
    ]
    known = InputPictures()
    found = changed(known, 0, *inputs)
    assert found is not None
    (one,) = found.inputs
    assert (one.name, one.shape, one.dtype) == ("signal", (6, 2), "float32")
    np.testing.assert_array_equal(unpack(one.packed), signal[None], strict=True)
    assert changed(known, 1, *inputs) is None
    assert changed(known, 2, given("signal", signal + 1)) is not None
