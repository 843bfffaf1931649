"""What was logged comes back as it was, from sound, damaged and foreign files."""

from __future__ import annotations

import os
import struct
import time
import tracemalloc
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from events import event_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers
from networks import pictures
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from training import PROBES, compiled, fit, nested

from tb_actviz import (
    ActivationCallback,
    ActivationLogger,
    InputError,
    LogOptions,
    StoredActivations,
    activations,
    read_records,
)
from tb_actviz.arrays import as_maps
from tb_actviz.records.codec import pack
from tb_actviz.records.facts import InputFacts, LayerFacts, Record
from tb_actviz.records.schema import (
    RecordError,
    encode_record,
    record_summary,
    record_tag,
)
from tb_actviz.writing.event_file import (
    FOOT,
    HEAD,
    EventFile,
    frame,
    summary_record,
    version_record,
)
from tb_actviz.writing.remote import RemoteEventFile, RemoteFolder
from tb_actviz.writing.summaries import histogram_summary, scalar_summary

NAME = "events.out.tfevents.1785000000.host.1.0.actviz"
EXACT = LogOptions(precision="float32", views=())


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        yield


@keras.saving.register_keras_serializable("tests")
class Odd(layers.Layer):
    """Logarithms, of which some are NaN and some infinite."""

    def call(self, x: Any) -> Any:
        return keras.ops.log(keras.ops.floor(x / 8))


@keras.saving.register_keras_serializable("tests")
class Mean(layers.Layer):
    """One number for each input."""

    def call(self, x: Any) -> Any:
        return keras.ops.mean(x, axis=-1)


def every_rank() -> keras.Model:
    """Activations of shape (H, W, C), (T, C), (D, H, W, C) and so on, down to ()."""
    keras.utils.set_random_seed(4)
    inputs = keras.Input((8, 6, 3), name="data")
    maps = layers.Conv2D(4, 3, name="maps")(inputs)
    outputs = [
        Odd(name="odd")(maps),
        layers.Reshape((24, 4), name="sequence")(maps),
        layers.Reshape((6, 2, 2, 4), name="volume")(maps),
        layers.Reshape((2, 3, 2, 2, 4), name="volumes")(maps),
        layers.Reshape((1, 1, 96), name="pixel")(maps),
    ]
    vector = layers.GlobalAveragePooling2D(name="vector")(maps)
    return keras.Model(inputs, [*outputs, Mean(name="scalar")(vector)])


@pytest.mark.slow
@pytest.mark.every_backend
def test_what_the_logger_wrote_comes_back_in_every_shape(tmp_path: Path) -> None:
    model, both = every_rank(), pictures(2, (8, 6)).astype(np.float32) - 128
    probes = {"one": both[0], "two": both[1]}
    with ActivationLogger(tmp_path, model, "*", options=EXACT) as log:
        log(probes, step=3)
    expected = activations(model, both, "*")
    assert expected["volumes"].shape == (2, 2, 3, 2, 2, 4)
    assert expected["scalar"].shape == (2,)
    assert np.isnan(expected["odd"]).any()
    assert np.isinf(expected["odd"]).any()
    assert np.isfinite(expected["odd"]).any()
    shown, *found = read_records(tmp_path)
    assert shown.layer == ":input"
    assert [one.layer for one in found] == list(expected)
    for one in found:
        assert (one.run, one.step) == (".", 3)
        assert list(one.activations) == ["one", "two"]
        for index, name in enumerate(one.activations):
            values = one.activations[name]
            assert values.dtype == np.float32
            assert values.shape == expected[one.layer].shape[1:]
            np.testing.assert_allclose(
                values, expected[one.layer][index], rtol=1e-5, atol=1e-5
            )
        facts = one.record.inputs[0]
        assert one.record.layer.path == one.layer
        assert facts.maximum == pytest.approx(
            tuple(_maximum(as_maps(expected[one.layer][0]))), nan_ok=True, rel=1e-5
        )


def _maximum(maps: np.ndarray) -> np.ndarray:
    finite = np.where(np.isfinite(maps), maps, -np.inf).max(axis=(0, 1))
    return np.where(np.isfinite(finite), finite, np.nan)


@pytest.mark.slow
@pytest.mark.every_backend
def test_what_the_callback_wrote_comes_back(tmp_path: Path) -> None:
    model = compiled(nested())
    callback = ActivationCallback(
        tmp_path / "run", PROBES, "*", max_overhead=None, options=EXACT
    )
    fit(model, callback, epochs=3)
    expected = activations(model, np.stack(list(PROBES.values())), "*")
    found = list(read_records(tmp_path, steps=2))
    assert [one.layer for one in found] == list(expected)
    for one in found:
        assert (one.run, one.step) == ("run", 2)
        assert one.record.position["epoch"] == 2
        for index, name in enumerate(PROBES):
            np.testing.assert_allclose(
                one.activations[name], expected[one.layer][index], rtol=1e-5, atol=1e-6
            )
    assert [one.step for one in read_records(tmp_path, layers="head")] == [0, 1, 2]


def summary(
    layer: str, step: int, values: np.ndarray | None = None, *, precision: str = ""
) -> Summary:
    """A record of one input, by default of one value that tells its step."""
    own = np.float32([step]) if values is None else values
    facts = InputFacts(
        "face", own.shape, "float32", pack(as_maps(own), precision or "float32")
    )
    record = Record(LayerFacts(layer, "Conv2D", "activation"), step, (facts,))
    return record_summary(record_tag(layer), record)


def write(folder: Path | str, *logged: tuple[str, int], value: float = 0) -> None:
    """One event file with a record for each (layer, step)."""
    with EventFile(folder) as file:
        for layer, step in logged:
            file.add(summary(layer, step, np.float32([value])), step)


def content(*logged: tuple[str, int]) -> list[bytes]:
    """The records of an event file."""
    return [
        version_record(1.5),
        *(summary_record(summary(layer, step), step, 1.5) for layer, step in logged),
    ]


def names(found: Iterator[StoredActivations]) -> list[tuple[str, str, int]]:
    return [(one.run, one.layer, one.step) for one in found]


def values(found: Iterator[StoredActivations]) -> dict[int, list[float]]:
    return {one.step: one.activations["face"].tolist() for one in found}


def test_the_order_is_that_of_runs_then_layers_then_steps(tmp_path: Path) -> None:
    write(tmp_path / "b", ("conv10", 5), ("conv9", 5), ("conv10", 2))
    write(tmp_path / "b", ("conv9", 1), ("added", 1))
    write(tmp_path / "a" / "x", ("größer/conv:pre", 0))
    write(tmp_path, ("conv1", 2**63 - 1))
    assert names(read_records(tmp_path)) == [
        (".", "conv1", 2**63 - 1),
        ("a/x", "größer/conv:pre", 0),
        ("b", "conv10", 2),
        ("b", "conv10", 5),
        ("b", "conv9", 1),
        ("b", "conv9", 5),
        ("b", "added", 1),
    ]


def test_what_was_written_last_counts(tmp_path: Path) -> None:
    write(tmp_path, ("a", 0), ("a", 1), ("a", 2), value=1)
    write(tmp_path, ("a", 1), value=2)
    with EventFile(tmp_path) as file:
        for value in (3.0, 4.0):
            file.add(summary("a", 2, np.float32([value])), 2)
    assert values(read_records(tmp_path)) == {0: [1], 1: [2], 2: [4]}


def test_the_wall_time_is_that_of_the_event(tmp_path: Path) -> None:
    before = time.time()
    write(tmp_path, ("a", 0))
    (one,) = read_records(tmp_path)
    assert before <= one.wall_time <= time.time()


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [0, 1, 2, 3, 4, 5, 6, 7]),
    ({"runs": "a"}, [0, 1, 2, 3]),
    ({"runs": "*"}, [0, 1, 2, 3, 4, 5, 6, 7]),
    ({"runs": ["b/c", "a"]}, [0, 1, 2, 3, 4, 5, 6, 7]),
    ({"runs": "b*"}, [4, 5, 6, 7]),
    ({"layers": "conv[1]"}, [0, 1, 4, 5]),
    ({"layers": ["conv1", "*:pre"]}, [0, 1, 2, 3, 4, 5, 6, 7]),
    ({"layers": "conv1:pre"}, [2, 3, 6, 7]),
    ({"steps": 10}, [1, 3, 5, 7]),
    ({"steps": np.int64(0)}, [0, 2, 4, 6]),
    ({"steps": [10, 99]}, [1, 3, 5, 7]),
    ({"steps": range(0, 10**15, 5)}, [0, 1, 2, 3, 4, 5, 6, 7]),
    ({"steps": range(1, 10)}, []),
    ({"steps": np.arange(3)}, [0, 2, 4, 6]),
    ({"steps": lambda step: step > 5}, [1, 3, 5, 7]),
    ({"runs": "a", "layers": "conv1", "steps": (10,)}, [1]),
]


@pytest.mark.parametrize("place", ["{}", "memory:/{}"])
@pytest.mark.parametrize(("asked", "expected"), FILTERS)
def test_runs_layers_and_steps_can_be_chosen(
    tmp_path: Path, place: str, asked: dict[str, Any], expected: list[int]
) -> None:
    top = place.format(tmp_path)
    everything = []
    for run in ("a", "b/c"):
        kind = EventFile if place == "{}" else RemoteEventFile
        with kind(f"{top}/{run}") as file:
            for step in (0, 10):
                for layer in ("conv1", "conv1:pre"):
                    file.add(summary(layer, step), step)
        everything += [
            (run, layer, step) for layer in ("conv1", "conv1:pre") for step in (0, 10)
        ]
    assert names(read_records(top, **asked)) == [everything[i] for i in expected]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"runs": "trian"}, "There is no run 'trian' in '{}'. Did you mean 'train'?"),
        ({"runs": ["train", "x*"]}, "There is no run 'x*' in '{}'. There are: 'train'"),
        (
            {"layers": "cnov1"},
            "There is no layer 'cnov1' in what was logged. Did you mean 'conv1'?",
        ),
        ({"layers": "CONV*"}, "There is no layer 'CONV*' in what was logged. Did you"),
        (
            {"layers": "conv1", "steps": 5},
            "no layer 'conv1' in what was logged at these steps. There is none at all.",
        ),
    ],
)
def test_a_name_that_matches_nothing_is_an_error_at_once(
    tmp_path: Path, asked: dict[str, Any], message: str
) -> None:
    write(tmp_path / "train", ("conv1", 0))
    with pytest.raises(InputError) as error:
        read_records(tmp_path, **asked)
    assert message.format(tmp_path) in str(error.value)


@pytest.mark.parametrize(
    "asked",
    [
        {"runs": []},
        {"runs": 3},
        {"layers": [3]},
        {"layers": ()},
        {"steps": "5"},
        {"steps": 2.5},
        {"steps": [1, None]},
    ],
)
def test_what_cannot_be_a_choice_is_refused(
    tmp_path: Path, asked: dict[str, Any]
) -> None:
    (name,) = asked
    with pytest.raises(InputError, match=f"Received {name}="):
        read_records(tmp_path, **asked)


def test_a_folder_that_is_none_is_refused_and_an_empty_one_is_empty(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    for log_dir in (tmp_path / "missing", tmp_path / "file"):
        with pytest.raises(InputError, match="is not a folder"):
            read_records(log_dir)
    assert list(read_records(tmp_path)) == []
    assert list(read_records(f"file://{tmp_path}")) == []
    assert list(read_records(f"memory:/{tmp_path}")) == []


def test_an_unknown_input_is_an_error_that_names_near_ones(tmp_path: Path) -> None:
    write(tmp_path, ("a", 7))
    (one,) = read_records(tmp_path)
    assert "fcae" not in one.activations
    with pytest.raises(KeyError, match="no input 'fcae'"):
        one.activations["fcae"]
    assert repr(one.activations) == (
        "<activations of 'a' at step 7 of run '.': 'face': (1,)>"
    )


def foreign(folder: Path) -> None:
    """Files of other programs, also with tags that end like ours."""
    writer = EventFileWriter(str(folder))
    bins = histogram_summary("conv1/activations", [0.0, 1.0], [1.0])
    for step in range(3):
        writer.add_event(Event(step=step, wall_time=1.5, summary=bins))
        both = scalar_summary({"loss": 1, "conv1/activations": 2, "a": 3})
        writer.add_event(Event(step=step, wall_time=1.5, summary=both))
    writer.close()
    with tf.summary.create_file_writer(str(folder)).as_default(step=1):
        tf.summary.scalar("loss", 1.0)
        tf.summary.image("conv1/activations", np.zeros((1, 9, 9, 3), np.uint8))
        tf.summary.histogram("x/activations", [1.0, 2.0])
        tf.summary.text("activations", "text")
        tf.summary.trace_on(graph=True)
        tf.function(lambda x: x + 1)(tf.ones(3))
        tf.summary.trace_export("graph")


def test_what_other_programs_wrote_is_passed_over(tmp_path: Path) -> None:
    foreign(tmp_path)
    assert list(read_records(tmp_path)) == []
    write(tmp_path, ("conv1", 1))
    foreign(tmp_path)
    assert names(read_records(tmp_path)) == [(".", "conv1", 1)]
    with pytest.raises(InputError, match="There is no layer 'x'"):
        read_records(tmp_path, layers="x")


def test_records_are_found_in_files_of_any_writer(tmp_path: Path) -> None:
    both = Summary(value=[*summary("a", 1).value, *scalar_summary({"t": 1}).value])
    both.value.extend(summary("b", 1).value)
    writer = EventFileWriter(str(tmp_path))
    writer.add_event(Event(step=1, wall_time=1.5, summary=both))
    writer.close()
    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        (value,) = summary("c", 4).value
        tf.summary.write(
            value.tag,
            tf.constant(list(value.tensor.string_val)),
            4,
            value.metadata.SerializeToString(),
        )
    # Which of the two files comes first is for their writers' names to say.
    found = names(read_records(tmp_path))
    assert sorted(found) == [(".", "a", 1), (".", "b", 1), (".", "c", 4)]


def test_a_file_that_is_being_written_counts_up_to_its_last_record(
    tmp_path: Path,
) -> None:
    parts = content(("a", 1), ("a", 2), ("a", 3))
    ends = np.cumsum([len(part) for part in parts])[1:]
    whole = b"".join(parts)
    for size in range(0, len(whole) + 1, 7):
        (tmp_path / NAME).write_bytes(whole[:size])
        complete = int((ends <= size).sum())
        expected = {step: [step] for step in (1, 2, 3)[:complete]}
        assert values(read_records(tmp_path)) == expected


def left_out(tmp_path: Path, **asked: Any) -> tuple[dict[int, list[float]], list[str]]:
    """What is read, and the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = values(read_records(tmp_path, **asked))
    return found, [str(one.message) for one in caught]


def test_a_damaged_head_ends_a_file_but_not_the_others(tmp_path: Path) -> None:
    parts = content(("a", 1), ("a", 2), ("a", 3))
    position = len(parts[0] + parts[1])
    parts[2] = bytes(HEAD) + parts[2][HEAD:]
    (tmp_path / NAME).write_bytes(b"".join(parts))
    write(tmp_path, ("a", 4))
    found, told = left_out(tmp_path)
    assert sorted(found) == [1, 4]
    assert told == [
        f"{tmp_path / NAME} cannot be read to its end: the record at byte {position} "
        "is damaged. What comes before counts."
    ]


def test_a_damaged_record_is_left_out_and_an_earlier_one_taken(tmp_path: Path) -> None:
    parts = content(("a", 1), ("a", 2), ("a", 2), ("a", 3), ("a", 3))
    for index in (3, 4, 5):
        damaged = bytearray(parts[index])
        damaged[-FOOT - 3] ^= 1
        parts[index] = bytes(damaged)
    (tmp_path / NAME).write_bytes(b"".join(parts))
    found, told = left_out(tmp_path)
    assert found == {1: [1], 2: [2]}
    assert told == [
        f"The record of 'a' at step {step} of run '.', in {tmp_path / NAME}, cannot be "
        "read: It is damaged: its checksum is another one. It is left out."
        for step in (2, 3, 3)
    ]


def with_header(**changed: Any) -> Summary:
    """A record whose header has something else in it."""
    made = summary("a", 7)
    header = made.value[0].tensor.string_val[0]
    for key, text in changed.items():
        start = header.index(f'"{key}":'.encode()) + len(key) + 3
        header = header[:start] + text.encode() + header[header.index(b",", start) :]
    made.value[0].tensor.string_val[0] = header
    return made


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (with_header(schema="2"), "newer than 1: update tb_actviz to read it."),
        (with_header(producer="7"), "producer is the number 7, expected a string."),
        (with_header(step="[" * 10_000), "The header is nested too deeply."),
    ],
)
def test_a_record_that_nothing_can_read_is_left_out(
    tmp_path: Path, made: Summary, reason: str
) -> None:
    write(tmp_path, ("b", 8))
    with EventFile(tmp_path) as file:
        file.add(made, 7)
    found, told = left_out(tmp_path)
    assert found == {8: [0]}
    assert len(told) == 1
    assert "record of 'a' at step 7" in told[0]
    assert reason in told[0]


def test_parts_that_are_missing_make_a_record_unreadable(tmp_path: Path) -> None:
    made = summary("a", 7)
    del made.value[0].tensor.string_val[:]
    with EventFile(tmp_path) as file:
        file.add(made, 7)
    found, told = left_out(tmp_path)
    assert found == {}
    assert "The record is empty." in told[0]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"data": b"no stream"}, "The values cannot be inflated"),
        ({"shape": [5]}, r"Maps of shape \(1, 1, 1\) are not made of \(5,\)"),
        ({"shape": [2**62, 2**62, 1, 1, 1]}, "Maps of shape .* are not made of"),
    ],
)
def test_values_are_looked_at_when_asked_for_and_not_before(
    tmp_path: Path, changed: dict[str, Any], reason: str
) -> None:
    made = summary("a", 7)
    strings = made.value[0].tensor.string_val
    if "data" in changed:
        strings[1] = changed["data"]
    else:
        shape = f'"shape":{changed["shape"]}'.encode()
        strings[0] = strings[0].replace(b'"shape":[1]', shape, 1)
    with EventFile(tmp_path) as file:
        file.add(made, 7)
    (one,) = read_records(tmp_path)
    began = time.perf_counter()
    with pytest.raises(
        RecordError, match=f"'a' at step 7 of run '.' for 'face' cannot.*: {reason}"
    ):
        one.activations["face"]
    assert time.perf_counter() - began < 1


def test_a_file_that_goes_away_is_told(tmp_path: Path) -> None:
    write(tmp_path, ("a", 1))
    reading = read_records(tmp_path)
    event_files(tmp_path)[0].unlink()
    with pytest.warns(UserWarning, match=r"cannot be read: .*No such file.*left out"):
        assert list(reading) == []


def test_a_length_takes_no_memory(tmp_path: Path) -> None:
    (value,) = summary("a", 1).value
    tag = b"\x0a" + bytes([len(value.tag)]) + value.tag.encode()
    size = 2**34
    inner = tag + b"\x42" + varint(size - 40)
    value_ = b"\x0a" + varint(size) + inner
    beginning = b"\x10\x08\x2a" + varint(len(value_) + size - len(inner)) + value_
    length = struct.pack("<Q", len(beginning) + size - len(inner))
    head = length + struct.pack("<I", masked_crc32c(length))
    before = b"".join(content(("a", 1)))
    path = tmp_path / NAME
    path.write_bytes(before + head + beginning)
    os.truncate(path, len(before + head + beginning) + size - len(inner) + FOOT)
    tracemalloc.start()
    try:
        assert values(read_records(tmp_path)) == {1: [1]}
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


def varint(number: int) -> bytes:
    low, high = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(high) if high else bytes([low])


SOUND = content(("a", 1), ("b", 1), ("a", 2))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, sum(map(len, SOUND)) - 1), byte=st.integers(1, 255))
def test_of_a_damaged_file_only_what_was_written_is_read(
    tmp_path: Path, place: int, byte: int
) -> None:
    data = bytearray(b"".join(SOUND))
    data[place] ^= byte
    (tmp_path / NAME).write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for one in read_records(tmp_path):
            assert one.layer in ("a", "b")
            assert one.activations["face"].tolist() == [one.step]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), min_size=1),
    cut=st.integers(0, 100),
)
def test_nothing_in_an_event_is_another_error(
    tmp_path: Path, changes: list[tuple[int, int]], cut: int
) -> None:
    """Events with a right checksum, as anybody can write them."""
    event = bytearray(SOUND[1][HEAD:-FOOT])
    for place, byte in changes:
        event[place % len(event)] = byte
    data = SOUND[2] + frame(bytes(event[: len(event) - cut])) + SOUND[3]
    (tmp_path / NAME).write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = list(read_records(tmp_path))
        assert ("b", 1) in [(one.layer, one.step) for one in found]
        for one in found:
            for name in one.activations:
                with suppress(RecordError):
                    assert one.activations[name].dtype == np.float32


def test_a_url_is_read_like_a_folder(tmp_path: Path) -> None:
    here, url = tmp_path / "run", f"memory:/{tmp_path}/run"
    logged = [("a", 1), ("b", 1), ("a", 2)]
    write(here, *logged, value=7)
    with RemoteEventFile(url) as file:
        for layer, step in logged:
            file.add(summary(layer, step, np.float32([7])), step)
    found = list(read_records(url))
    expected = list(read_records(here))
    assert [one.record for one in found] == [one.record for one in expected]
    assert names(iter(found)) == names(iter(expected))


def test_of_other_steps_no_remote_file_is_fetched(tmp_path: Path) -> None:
    url = f"memory:/{tmp_path}/run"
    with RemoteEventFile(url) as file:
        for step in (1, 2, 3):
            file.add(summary("a", step), step)
            file.flush()
    name = str(file.path).rpartition("/")[2]
    assert ".step3." in name
    RemoteFolder(url).upload(name, b"damaged as it is, it would be told of")
    assert values(read_records(url, steps=range(3))) == {1: [1], 2: [2]}
    with pytest.warns(UserWarning, match="the record at byte 0 is damaged"):
        read_records(url)


def test_headers_tell_what_was_logged(tmp_path: Path) -> None:
    record = Record(
        LayerFacts("a", "ReLU", "activation", "b"),
        3,
        (InputFacts("face", (2, 2, 1), "float16", pack(np.ones((2, 2, 1)), "uint8")),),
        position={"epoch": 3},
        silent=(0,),
    )
    with EventFile(tmp_path) as file:
        file.add(record_summary(record_tag("a"), record), 3)
    (one,) = read_records(tmp_path)
    assert one.record == record
    assert encode_record(one.record) == encode_record(record)
    np.testing.assert_array_equal(one.activations["face"], np.ones((2, 2, 1)))
