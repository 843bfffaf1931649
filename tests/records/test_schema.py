"""Records there and back, and every way in which one can be unreadable."""

from __future__ import annotations

import dataclasses
import json
import math
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from events import events
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_BLOB_SEQUENCE
from tensorboard.util import tensor_util

from tb_actviz import __version__
from tb_actviz.receptive_field import ReceptiveField, TokenGrid
from tb_actviz.records import schema
from tb_actviz.records.codec import PRECISIONS, Packed, pack, unpack
from tb_actviz.records.facts import KINDS, MAX_INPUTS, InputFacts, LayerFacts, Record
from tb_actviz.records.header import MAX_HEADER_BYTES, read_header
from tb_actviz.records.schema import (
    RecordError,
    activation_of_tag,
    decode_record,
    encode_record,
    record_summary,
    record_tag,
)
from tb_actviz.records.strict_json import MAX_ENTRIES, MAX_LISTS
from tb_actviz.writing.event_file import EventFile

STATISTICS = ("minimum", "maximum", "mean", "zero_share", "nan_count", "inf_count")
FIELD = ReceptiveField((7, 9), (2, 0), (-1, 0))
MAPS = np.float32([[[1, 0, np.nan], [2.5, 0, np.inf]]])


def facts(precision: str = "uint8", maps: np.ndarray = MAPS, **changes: Any) -> Any:
    """What a record says of small maps."""
    channels = maps.shape[2]
    numbers = np.arange(channels) / 10
    given = {
        "name": "face",
        "shape": maps.shape,
        "dtype": "bfloat16",
        "packed": pack(maps, precision),
        "minimum": numbers,
        "maximum": numbers + 1,
        "mean": np.where(numbers > 0.15, np.nan, numbers),
        "zero_share": numbers / 3,
        "nan_count": np.arange(channels),
        "inf_count": np.arange(channels) * 2,
        "strongest": [(channels - 1, 2.5), (0, -math.inf)],
        "predictions": ((281, 0.9), (0, 0.1)),
        "predicted": ("tabby", "größer"),
    }
    return InputFacts(**(given | changes))


def record(*inputs: InputFacts, **changes: Any) -> Record:
    given = {
        "layer": LayerFacts(
            "block/relu_conv1", "ReLU", "activation", "block/conv1", 1792, FIELD
        ),
        "step": 400,
        "inputs": inputs or (facts(),),
        "position": {"epoch": 3, "batch": 400},
        "silent": (1,),
        "preprocess": "squeezenet: −mean",
        "reduced": "",
    }
    return Record(**(given | changes))


numbers = st.floats(width=32, allow_infinity=False)
texts = st.text(st.characters(), max_size=12)
pixels = st.integers(1, 2**31 - 1)
fields = st.builds(
    ReceptiveField,
    size=st.tuples(pixels, pixels),
    stride=st.tuples(pixels | st.just(0), pixels),
    start=st.tuples(pixels.map(lambda n: -n), pixels),
)
grids = st.builds(
    TokenGrid,
    size=st.tuples(pixels, pixels),
    class_tokens=st.integers(0, 3),
    patch=fields | st.none(),
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    inputs = []
    for _ in range(draw(st.integers(1, 3))):
        channels = draw(st.integers(1, 4))
        maps = draw(st.lists(numbers, min_size=channels, max_size=channels))
        per_channel = st.lists(numbers, min_size=channels, max_size=channels)
        counts = st.lists(st.integers(0, 2**40), min_size=channels, max_size=channels)
        pairs = st.tuples(st.integers(0, channels - 1), numbers)
        predictions = draw(st.lists(pairs, max_size=6))
        names = st.lists(texts, min_size=len(predictions), max_size=len(predictions))
        inputs.append(
            InputFacts(
                name=draw(texts),
                shape=draw(st.lists(st.integers(0, 999), max_size=5)),
                dtype=draw(texts),
                packed=pack([[maps]], draw(st.sampled_from(PRECISIONS))),
                minimum=draw(per_channel),
                maximum=draw(per_channel),
                mean=draw(per_channel),
                zero_share=draw(per_channel),
                nan_count=draw(counts),
                inf_count=draw(counts),
                strongest=draw(st.lists(pairs, max_size=channels)),
                predictions=predictions,
                predicted=draw(names | st.just([])),
            )
        )
    return Record(
        layer=LayerFacts(
            path=draw(texts),
            class_name=draw(texts),
            kind=draw(st.sampled_from(KINDS)),
            partner=draw(texts | st.none()),
            parameters=draw(st.integers(0, 2**63 - 1) | st.none()),
            receptive_field=draw(fields | st.none()),
            axes=draw(st.lists(texts, min_size=3, max_size=3) | st.just([])),
            token_grid=draw(grids | st.none()),
        ),
        step=draw(st.integers(0, 2**63 - 1)),
        inputs=tuple(inputs),
        position=draw(st.dictionaries(texts, st.integers(0, 2**63 - 1), max_size=3)),
        silent=tuple(draw(st.lists(st.integers(0, 99), max_size=1))),
        preprocess=draw(texts),
        reduced=draw(texts),
        producer=draw(texts),
    )


@pytest.mark.slow
@given(records())
def test_what_is_encoded_is_decoded(given_record: Record) -> None:
    parts = encode_record(given_record)
    assert all(type(part) is bytes for part in parts)
    assert decode_record(parts) == given_record
    assert encode_record(decode_record(parts)) == parts


def test_values_come_back_with_the_record() -> None:
    maps = np.random.default_rng(0).normal(size=(5, 6, 7)).astype(np.float32)
    for precision in PRECISIONS:
        one = facts(precision, maps)
        (found,) = decode_record(encode_record(record(one))).inputs
        np.testing.assert_array_equal(unpack(found.packed), unpack(one.packed))


def test_the_header_is_read_without_the_values() -> None:
    whole = record(facts(), facts("float16", name="closed"))
    bare = tuple(
        dataclasses.replace(one, packed=dataclasses.replace(one.packed, data=b""))
        for one in whole.inputs
    )
    assert read_header(encode_record(whole)[0]) == dataclasses.replace(
        whole, inputs=bare
    )


def test_statistics_may_be_left_out() -> None:
    bare = record(facts(**dict.fromkeys(STATISTICS, ())))
    assert decode_record(encode_record(bare)) == bare
    assert b'"minimum":[],"maximum":[],"mean":[]' in encode_record(bare)[0]


def test_facts_are_kept_as_plain_numbers_of_float32() -> None:
    one = facts(minimum=np.array([0.1, 1e300, -np.inf]), nan_count=np.int32([1, 0, 2]))
    assert one.minimum == (float(np.float32(0.1)), math.nan, math.nan)
    assert one.nan_count == (1, 0, 2)
    assert one.strongest == ((2, 2.5), (0, math.nan))
    assert one.predictions == ((281, float(np.float32(0.9))), (0, one.minimum[0]))


def test_a_record_says_what_wrote_it() -> None:
    assert record().producer == f"tb_actviz {__version__}"


def documented() -> dict[str, Any]:
    text = (schema.__doc__ or "").split("no spaces):\n\n")[1].split("\n\nChannels")[0]
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_header_is_as_documented() -> None:
    example = documented()
    data = json.dumps(example).encode()
    compact = json.dumps(example, separators=(",", ":")).encode()
    found = read_header(data)
    assert encode_record(found)[0] == compact
    assert found == Record(
        layer=LayerFacts(
            "relu_conv1",
            "ReLU",
            "activation",
            "conv1",
            parameters=0,
            receptive_field=ReceptiveField((3, 3), (2, 2), (0, 0)),
        ),
        step=400,
        inputs=(
            InputFacts(
                name="face",
                shape=(113, 113, 2),
                dtype="float32",
                packed=Packed(
                    "uint8",
                    (113, 113, 2),
                    exponent=0,
                    low=(0.0, 0.0),
                    high=(17.25, 0.0),
                    levels=252,
                ),
                minimum=(0.0, math.nan),
                maximum=(17.25, math.nan),
                mean=(0.1, math.nan),
                zero_share=(0.75, 0.0),
                nan_count=(1, 12769),
                inf_count=(0, 0),
                strongest=((0, 17.25), (1, math.nan)),
                predictions=((281, 0.5),),
                predicted=("tabby",),
            ),
        ),
        position={"epoch": 3, "batch": 400},
        silent=(1,),
        preprocess="squeezenet",
        reduced="",
        producer="tb_actviz 0.1.0",
    )


def test_the_header_is_strict_compact_ascii_json() -> None:
    header = encode_record(record())[0]

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    read = json.loads(header.decode("ascii"), parse_constant=refuse)
    assert read["inputs"][0]["mean"] == [0.0, 0.1, None]
    assert b'"minimum":[0.0,0.1,0.2]' in header
    assert b": " not in header.replace(b"squeezenet: ", b"")


def header_with(change: Any) -> bytes:
    header = json.loads(encode_record(record())[0])
    change(header)
    return json.dumps(header).encode()


def put(value: Any, *keys: Any) -> Any:
    """Change the value at a place in a header."""

    def change(header: Any) -> None:
        for key in keys[:-1]:
            header = header[key]
        header[keys[-1]] = value

    return change


def dropped(*keys: Any) -> Any:
    def change(header: Any) -> None:
        for key in keys[:-1]:
            header = header[key]
        del header[keys[-1]]

    return change


def assert_unreadable(header: bytes, reason: str) -> None:
    with pytest.raises(RecordError, match=reason) as caught:
        read_header(header)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"", "header is not JSON"),
        (b"\xff\xfe{}", "header is not UTF-8"),
        (b'{"schema": "\xed\xa0\x80"}', "header is not UTF-8"),
        (b"\xef\xbb\xbf{}", "header is not JSON"),
        (b"{", "header is not JSON"),
        (b"{}{}", "header is not JSON"),
        (b"[1]", "header is a list, expected an object"),
        (b"null", "header is null, expected an object"),
        (b"12", "header is the number 12, expected an object"),
        (b'"text"', "header is a string, expected an object"),
        (b"{}", "schema is missing"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"schema": NaN}', "not JSON: it has the number NaN"),
        (b'{"extra": [Infinity]}', "not JSON: it has the number Infinity"),
        (b'{"extra": -Infinity}', "not JSON: it has the number -Infinity"),
        (b'{"a": 1, "b": 2, "a": 3}', "the key 'a' twice"),
        (b'{"x": {"k\\n": 1, "k\\n": 1}}', r"the key 'k\\n' twice"),
        (b'{"schema": ' + b"9" * 5000 + b"}", "header is not JSON|a huge integer"),
    ],
)
def test_what_is_no_json_object_is_unreadable(header: bytes, reason: str) -> None:
    assert_unreadable(header, reason)


def test_a_header_that_is_too_long_is_not_even_parsed() -> None:
    assert_unreadable(b"{" * (MAX_HEADER_BYTES + 1), "takes 4194305 bytes, at most")


def long_header(one: str, *keys: Any, channels: int = 3) -> bytes:
    """As long a header as may be, with a list of the same entry again and again."""

    def change(header: Any) -> None:
        header["inputs"][0]["packed"].update(
            precision="float32", shape=[1, 2, channels], low=None, high=None, levels=0
        )
        header["inputs"][0].update({name: [] for name in STATISTICS}, strongest=[])
        put("here", *keys)(header)

    head, tail = header_with(change).replace(b" ", b"").split(b'"here"')
    room = MAX_HEADER_BYTES - len(head) - len(tail) - 1
    inside = ",".join([one] * (room // (len(one) + 1)))
    return head + b"[" + inside.encode() + b"]" + tail


#: Of the processor, which takes longer when it is busy; the aim is one.
SECONDS = 10
LISTS = "lists, objects and keys, at most 262144 can be read"
ENTRIES = "entries, at most 1048576 can be read"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (long_header("[0,0]", "inputs", 0, "strongest"), LISTS),
        (long_header("[0,0]", "inputs", 0, "predictions"), LISTS),
        (long_header("{}", "inputs"), LISTS),
        (long_header("[" * 400 + "]" * 400, "extra"), LISTS),
        (long_header("0", "dead"), ENTRIES),
        (long_header("0", "inputs", 0, "minimum", channels=1 << 21), ENTRIES),
        (long_header('""', "extra"), ENTRIES),
        (long_header('{"":0}', "extra"), LISTS),
        pytest.param(
            *(
                long_header("0.0", "inputs", 0, "mean"),
                "mean has .* expected 3 at most",
            ),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            long_header("1e40", "inputs", 0, "mean", channels=1 << 20),
            "entries of mean",
            marks=pytest.mark.slow,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_long_header_takes_little_time_and_memory(header: bytes, reason: str) -> None:
    assert len(header) > MAX_HEADER_BYTES - 1000
    begin = time.process_time()
    assert_unreadable(header, reason)
    assert time.process_time() - begin < SECONDS
    tracemalloc.start()
    try:
        assert_unreadable(header, reason)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100e6


@pytest.mark.slow
def test_as_many_entries_as_can_be_read_are_read_in_no_time() -> None:
    numbers = (MAX_ENTRIES - 100) // len(STATISTICS)
    change = {name: [0] * numbers for name in STATISTICS}
    packed = {"precision": "float32", "shape": [1, 1, numbers], "levels": 0}

    def fill(header: Any) -> None:
        header["inputs"][0].update(change)
        header["inputs"][0]["packed"].update(packed, low=None, high=None)

    header = header_with(fill).replace(b" ", b"")
    begin = time.process_time()
    read_header(header)
    assert time.process_time() - begin < SECONDS


MAY_MISS = [
    ("layer", "parameters"),
    ("layer", "receptive_field"),
    ("inputs", 0, "predicted"),
]
ALL_KEYS = [
    *((key,) for key in documented() if key != "schema"),
    *(("layer", key) for key in documented()["layer"]),
    *(("layer", "receptive_field", key) for key in ("size", "stride", "start")),
    *(("inputs", 0, key) for key in documented()["inputs"][0]),
    *(("inputs", 0, "packed", key) for key in documented()["inputs"][0]["packed"]),
]


def dotted(keys: tuple[Any, ...]) -> str:
    return "".join(rf"\[{k}\]" if k == 0 else f".{k}" for k in keys)[1:]


@pytest.mark.parametrize("keys", ALL_KEYS, ids=lambda keys: ".".join(map(str, keys)))
def test_every_key_is_typed(keys: tuple[Any, ...]) -> None:
    for wrong, name in ((True, "true"), ([{}], "a list|an object")):
        expected = rf"^{dotted(keys)}(\[0\])?(\.\w+)? is ({name}|missing)"
        assert_unreadable(header_with(put(wrong, *keys)), expected)


@pytest.mark.parametrize(
    "keys",
    [keys for keys in ALL_KEYS if keys not in MAY_MISS],
    ids=lambda keys: ".".join(map(str, keys)),
)
def test_every_key_but_a_few_is_needed(keys: tuple[Any, ...]) -> None:
    assert_unreadable(header_with(dropped(*keys)), f"^{dotted(keys)} is missing")


def test_what_is_no_picture_says_what_it_is() -> None:
    axes = ("queries", "keys", "heads")
    whole = record()
    for grid in (TokenGrid((8, 6), 1, FIELD), TokenGrid((8, 6))):
        layer = dataclasses.replace(whole.layer, axes=axes, token_grid=grid)
        stated = dataclasses.replace(whole, layer=layer)
        assert decode_record(encode_record(stated)).layer == layer
    written = json.loads(encode_record(stated)[0])["layer"]
    assert (written["axes"], written["token_grid"]) == (
        list(axes),
        {"size": [8, 6], "class_tokens": 0, "patch": None},
    )
    plain = json.loads(encode_record(whole)[0])["layer"]
    assert not {"axes", "token_grid"} & set(plain)


def test_facts_that_are_not_stated_are_unknown() -> None:
    whole = record()
    (one,) = whole.inputs
    bare = dataclasses.replace(
        whole,
        layer=dataclasses.replace(whole.layer, parameters=None, receptive_field=None),
        inputs=(dataclasses.replace(one, predicted=()),),
    )
    data = one.packed.data

    def drop_all(header: Any) -> None:
        for keys in MAY_MISS:
            dropped(*keys)(header)

    def put_null(header: Any) -> None:
        for keys in MAY_MISS:
            put(None, *keys)(header)

    for change in (drop_all, put_null):
        assert decode_record([header_with(change), data]) == bare
    written = json.loads(encode_record(bare)[0])
    assert written["layer"]["parameters"] is None
    assert written["layer"]["receptive_field"] is None
    assert written["inputs"][0]["predicted"] == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("x", "step"), "step is a string, expected an integer from 0"),
        (put(-1, "step"), "step is the number -1, expected an integer from 0"),
        (put(1.0, "step"), "step is the number 1.0, expected an integer"),
        (put(2**63, "step"), "step is a huge integer"),
        (put(10**4000, "step"), "step is a huge integer"),
        (put(None, "layer"), "layer is null, expected an object"),
        (put("relu", "layer", "kind"), "no kind 'relu' of layer"),
        (put(-1, "layer", "parameters"), "layer.parameters is the number -1"),
        (put(2**63, "layer", "parameters"), "layer.parameters is a huge integer"),
        (
            put([1, 2, 3], "layer", "receptive_field", "size"),
            "^layer.receptive_field.size has 3 entries, expected 2 at most",
        ),
        (
            put([1], "layer", "receptive_field", "stride"),
            "^A receptive field has 1 entries of stride, expected 2",
        ),
        (
            put([0, 1], "layer", "receptive_field", "size"),
            r"^A receptive field cannot have the size \(0, 1\)",
        ),
        (
            put([1, 2**31], "layer", "receptive_field", "stride"),
            r"^A receptive field cannot have the stride \(1, 2147483648\)",
        ),
        (
            put([-(2**31), 0], "layer", "receptive_field", "start"),
            r"start\[0\] is the number -2147483648, expected a list of integers",
        ),
        (
            put(["queries", "keys"], "layer", "axes"),
            "^There are 2 names of axes, expected those of rows, columns and channels",
        ),
        (put(["a" * 65, "b", "c"], "layer", "axes"), r"^layer.axes\[0\] is a string"),
        (put([8, 8], "layer", "token_grid"), "^layer.token_grid is a list"),
        (
            put({"size": [8], "class_tokens": 0}, "layer", "token_grid"),
            "^A token grid has 1 sides, expected rows and columns",
        ),
        (
            put({"size": [0, 8], "class_tokens": 0}, "layer", "token_grid"),
            r"^A token grid cannot have the size \(0, 8\)",
        ),
        (
            put({"size": [8, 8]}, "layer", "token_grid"),
            "^layer.token_grid.class_tokens is missing",
        ),
        (put({"a\nb": "x"}, "position"), r"position\['a\\nb'\] is a string"),
        (put({"epoch": -1}, "position"), r"position\['epoch'\] is the number -1"),
        (put([0, -1], "dead"), r"dead\[1\] is the number -1"),
        (put([], "inputs"), "1 to 256 inputs, not 0"),
        (put([{}] * 2, "inputs"), r"inputs\[0\].name is missing"),
        (put([[1]], "inputs"), r"inputs\[0\] is a list"),
        (put([0] * 257, "inputs"), "^inputs has 257 entries, expected 256 at most"),
        (put([""] * 4, "dead"), "^dead has 4 entries, expected 3 at most"),
        (
            put(dict.fromkeys(map(str, range(17)), ""), "position"),
            "^position has 17 entries, expected 16 at most",
        ),
    ],
)
def test_wrong_facts_are_unreadable(change: Any, reason: str) -> None:
    assert_unreadable(header_with(change), reason)


@pytest.mark.parametrize(
    ("value", "key", "reason"),
    [
        ([1.0, None], "mean", r"^inputs\[0\]: There are 2 entries of mean for 3"),
        ([1.0] * 4, "zero_share", "zero_share has 4 entries, expected 3 at most"),
        ([1, 2], "nan_count", "2 entries of nan_count for 3 channels"),
        ([1, 2, 3.5], "inf_count", r"inf_count\[2\] is the number 3.5"),
        ([1, 2, "3"], "minimum", r"minimum\[2\] is a string, expected a list of num"),
        ([1, 2, False], "minimum", r"minimum\[2\] is false"),
        ([1, 2, 10**400], "maximum", r"maximum\[2\] is a huge integer"),
        ([[3, 1.0]], "strongest", "strongest channel 3 is none of 3"),
        ([[0]], "strongest", r"strongest\[0\] is a list, expected a list of \[integer"),
        ([[0, 1, 2]], "predictions", r"predictions\[0\] is a list"),
        ([[-1, 0.5]], "predictions", r"predictions\[0\] is a list"),
        ([[0.5, 1]], "predictions", r"predictions\[0\] is a list"),
        ([1, -2], "shape", r"shape\[1\] is the number -2"),
        ([""] * 65, "shape", "shape has 65 entries, expected 64 at most"),
        ([""] * 4, "nan_count", "nan_count has 4 entries, expected 3 at most"),
        ([""] * 4, "strongest", "strongest has 4 entries, expected 3 at most"),
        ([""] * 1001, "predictions", "predictions has 1001 entries, expected 1000 at"),
        (5, "name", "name is the number 5, expected a string"),
        (["a"], "predicted", r"^inputs\[0\]: There are 1 names of 2 predictions"),
        (["a", 1], "predicted", r"predicted\[1\] is the number 1, expected a list of"),
        (
            ["a", "b" * 257],
            "predicted",
            r"predicted\[1\] is a string, expected a list of strings of at most 256 ch",
        ),
        ([1] * 1001, "predicted", "predicted has 1001 entries, expected 1000 at most"),
    ],
)
def test_wrong_facts_of_an_input_are_unreadable(
    value: Any, key: str, reason: str
) -> None:
    assert_unreadable(header_with(put(value, "inputs", 0, key)), reason)


@pytest.mark.parametrize(
    ("value", "key", "reason"),
    [
        ("int4", "precision", r"^inputs\[0\]: There is no precision 'int4'"),
        ("x" * 10_000, "precision", "There is no precision 'xxx"),
        ([1, 2], "shape", "packed.shape has 2 entries, expected 3"),
        ([1, 2, 3, 4], "shape", "packed.shape has 4 entries, expected 3"),
        ([1, 0, 3], "shape", r"cannot have the shape \(1, 0, 3\)"),
        ([1, -2, 3], "shape", r"packed.shape\[1\] is the number -2"),
        ([10**9, 10**9, 3], "shape", "more than 268435456 values"),
        ([1, 2, 4], "shape", "3 and 3 ends of ranges for 4 channels"),
        (1, "exponent", "cannot have the exponent 1"),
        (0.5, "exponent", "exponent is the number 0.5"),
        (254, "levels", "254 levels"),
        (None, "low", "need the range of each channel"),
        ([0, None, 0], "low", "range of a channel is not finite"),
        ([0, 0, 1e39], "high", "range of a channel is not finite"),
        ([""] * 4, "low", "packed.low has 4 entries, expected 3 at most"),
        ([""] * 4, "high", "packed.high has 4 entries, expected 3 at most"),
        ([9, 9, 9], "low", "range of a channel descends"),
        ("float32", "precision", "float32 values have no ranges"),
    ],
)
def test_wrong_packing_is_unreadable(value: Any, key: str, reason: str) -> None:
    assert_unreadable(header_with(put(value, "inputs", 0, "packed", key)), reason)


def test_numbers_beyond_every_float_are_unreadable() -> None:
    header = encode_record(record())[0].replace(b'"maximum":[1.0', b'"maximum":[1e999')
    assert_unreadable(header, r"maximum\[0\] is the number inf")


@pytest.mark.parametrize("text", [b"NaN", b"Infinity", b"-Infinity"])
def test_numbers_that_json_has_not_are_unreadable(text: bytes) -> None:
    header = encode_record(record())[0].replace(
        b'"maximum":[1.0', b'"maximum":[' + text
    )
    assert_unreadable(header, f"it has the number {text.decode()}")


def test_a_newer_schema_asks_for_an_update_whatever_else_it_says() -> None:
    for header in (b'{"schema": 2}', header_with(put(2, "schema"))):
        assert_unreadable(header, r"of schema 2, newer than 1: update tb_actviz")


@pytest.mark.parametrize("version", [0, -1, True, "1", 1.0, None])
def test_a_schema_that_never_was_is_unreadable(version: Any) -> None:
    assert_unreadable(header_with(put(version, "schema")), "schema is .*from 1")


@pytest.mark.parametrize(
    "keys", [(), ("layer",), ("inputs", 0), ("inputs", 0, "packed")]
)
def test_keys_of_a_later_writer_are_ignored(keys: tuple[Any, ...]) -> None:
    more = header_with(put({"deep": [1, None]}, *keys, "extra"))
    assert read_header(more) == read_header(encode_record(record())[0])


def test_parts_must_be_those_of_the_header() -> None:
    parts = encode_record(record())
    for wrong, reason in (
        ([], "record is empty"),
        (parts[:1], "1 parts, expected a header and the values of 1 inputs"),
        ([*parts, b""], "3 parts, expected a header and the values of 1 inputs"),
        ([parts[0], "text"], "Part 1 of the record is str, expected bytes"),
        ([np.float64(1), parts[1]], "Part 0 of the record is float64, expected bytes"),
        ([b"", parts[1]], "header is not JSON"),
    ):
        with pytest.raises(RecordError, match=reason):
            decode_record(wrong)  # type: ignore[arg-type]


def test_damaged_values_are_found_when_they_are_unpacked() -> None:
    header, data = encode_record(record())
    (one,) = decode_record([header, data[:-1]]).inputs
    with pytest.raises(ValueError, match="cut off"):
        unpack(one.packed)


@given(st.binary(max_size=60), st.integers(0, 2000), st.integers(0, 30))
def test_damage_of_a_header_has_a_reason(junk: bytes, place: int, cut: int) -> None:
    header = encode_record(record())[0]
    for damaged in (junk, header[:place] + junk + header[place + cut :]):
        try:
            read_header(damaged)
        except RecordError as error:
            assert "\n" not in str(error)  # noqa: PT017


def test_records_that_could_not_be_read_cannot_be_made() -> None:
    for count in (0, MAX_INPUTS + 1):
        with pytest.raises(ValueError, match=f"1 to 256 inputs, not {count}"):
            record(inputs=(facts(),) * count)
    with pytest.raises(ValueError, match="2 entries of mean for 3 channels"):
        facts(mean=[1, 2])
    for changes, reason in (
        ({"strongest": [(0, 1.0)] * 4}, "4 strongest channels, at most 3 can be"),
        ({"predictions": [(0, 1.0)] * 1001}, "1001 predictions, at most 1000 can be"),
        ({"shape": [1] * 65}, "65 axes of the shape, at most 64 can be"),
        ({"predicted": ["a"]}, "There are 1 names of 2 predictions"),
        ({"predicted": ["a", "b" * 257]}, "257 characters of a class's name, at most"),
    ):
        with pytest.raises(ValueError, match=reason):
            facts(**changes)
    with pytest.raises(ValueError, match="4 silent channels, at most 3 can be"):
        record(silent=(0, 1, 2, 2))
    with pytest.raises(ValueError, match="17 numbers of the position, at most 16"):
        record(position=dict.fromkeys(map(str, range(17)), 0))
    with pytest.raises(ValueError, match="no kind 'conv'"):
        LayerFacts("a", "A", "conv")
    with pytest.raises(ValueError, match="cannot have -1 parameters"):
        LayerFacts("a", "A", "other", parameters=-1)
    with pytest.raises(ValueError, match=r"cannot have the stride \(-1, 1\)"):
        ReceptiveField((1, 1), (-1, 1), (0, 0))


@pytest.mark.slow
def test_a_header_that_could_not_be_read_is_not_written() -> None:
    many = facts(maps=np.zeros((1, 1, 100_000), np.float32))
    with pytest.raises(ValueError, match=r"header of the record takes .* at most"):
        encode_record(record(many))
    pairs = facts(
        maps=np.zeros((1, 1, MAX_LISTS), np.float32),
        **dict.fromkeys(STATISTICS, ()),
        precision="float32",
        strongest=[(0, 0.0)] * MAX_LISTS,
    )
    with pytest.raises(RecordError, match="lists, objects and keys, at most 262144"):
        encode_record(record(pairs))


def test_a_summary_is_what_tensorboard_reads_back(tmp_path: Path) -> None:
    given_record = record(facts(), facts("float16", name="face, eye closed"))
    tag = record_tag("block/relu_conv1")
    assert tag == "block/relu_conv1/activations"
    with EventFile(tmp_path) as file:
        file.add(record_summary(tag, given_record, "What it is."), 400)
    _, event = events(tmp_path)
    (value,) = event.summary.value
    assert (event.step, value.tag) == (400, tag)
    assert value.metadata.data_class == DATA_CLASS_BLOB_SEQUENCE
    assert value.metadata.summary_description == "What it is."
    assert value.metadata.plugin_data.plugin_name == "activations"
    assert value.metadata.plugin_data.content == b'{"schema": 1}'
    parts = tensor_util.make_ndarray(value.tensor)
    assert parts.shape == (3,)
    assert decode_record(parts.tolist()) == given_record


def test_a_tag_says_what_a_pre_activation_becomes() -> None:
    def content(kind: str, partner: str | None) -> bytes:
        layer = dataclasses.replace(record(facts()).layer, kind=kind, partner=partner)
        summary = record_summary(
            "tag", dataclasses.replace(record(facts()), layer=layer)
        )
        return bytes(summary.value[0].metadata.plugin_data.content)

    assert (
        content("pre-activation", "rélu")
        == b'{"schema": 1, "activation": "r\\u00e9lu"}'
    )
    assert activation_of_tag(content("pre-activation", "rélu")) == "rélu"
    assert content("pre-activation", None) == b'{"schema": 1}'
    assert content("activation", "conv") == b'{"schema": 1}'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b'{"activation": 1}',
        b'{"activation": null}',
        b'{"activation": "a", "activation": "b"}',
        b"\xff",
        b'{"activation": "' + b"a" * 20_000 + b'"}',
    ],
)
def test_what_is_kept_of_a_tag_may_be_anything(content: bytes) -> None:
    assert activation_of_tag(content) is None
