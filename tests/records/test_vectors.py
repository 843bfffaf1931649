"""The records in `vectors.json`, which every decoder must read alike.

Run this file to write them anew.
"""

from __future__ import annotations

import base64
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tb_actviz.arrays import as_maps
from tb_actviz.receptive_field import ReceptiveField
from tb_actviz.records.codec import PRECISIONS, inflate, pack, unpack
from tb_actviz.records.facts import InputFacts, LayerFacts, Record
from tb_actviz.records.schema import decode_record, encode_record

PATH = Path(__file__).with_name("vectors.json")
ABOUT = (
    "Records of tb_actviz: `header` is their first part, `data` are the others in "
    "base64, one for each input. `values` is what those decode to, little-endian "
    "float32 (H, W, C) in base64: bit for bit, except that any NaN is as good as "
    "another. Written by test_vectors.py."
)

LARGEST = float(np.finfo(np.float32).max)
SMALLEST = 2.0**-149
NAN, INF = math.nan, math.inf


def numbers(*shape: int) -> np.ndarray:
    """Numbers from -1 to 1 without any order, the same on every machine."""
    count = np.arange(math.prod(shape), dtype=np.uint64)
    bits = (count * 2654435761 + 12345) % 2**32
    return (bits / 2.0**31 - 1).astype(np.float32).reshape(shape)


def relu(*shape: int) -> np.ndarray:
    """Numbers from 0 to 1, half of them 0."""
    return np.maximum(numbers(*shape), 0)


def mixed(*shape: int) -> np.ndarray:
    """Numbers, and among them what is not finite and what is very small."""
    values = numbers(*shape)
    odd = [NAN, INF, -INF, -0.0, 0.0, SMALLEST, -SMALLEST, 2.0**-126, 65504, -65519]
    values.ravel()[: len(odd)] = odd
    return values


def bits(*patterns: int) -> np.ndarray:
    """The float32 numbers with these bits, as one vector."""
    return np.array(patterns, np.uint32).view(np.float32)


# What the inputs of each record do, in the layer's own shape, and how it is packed.
CASES: dict[str, tuple[str, list[np.ndarray]]] = {
    "float32: maps of odd size, finite or not": ("float32", [mixed(5, 3, 2)]),
    "float32: a vector": ("float32", [numbers(7)]),
    "float32: one value for each input": ("float32", [np.float32(0.5), np.float32(-7)]),
    "float32: NaN of any kind": (
        "float32",
        [bits(0x7FC00001, 0xFFC12345, 0x7F800001, 0x80000000)],
    ),
    "float32: its ends": (
        "float32",
        [np.float32([LARGEST, -LARGEST, SMALLEST, -SMALLEST])],
    ),
    "float16: maps of odd size, finite or not": ("float16", [mixed(3, 7, 3)]),
    "float16: a sequence": ("float16", [1e-3 * numbers(9, 4)]),
    "float16: a long vector": ("float16", [1e4 * numbers(300)]),
    "float16: a volume in a grid": ("float16", [numbers(6, 3, 2, 2)]),
    "float16: the lowest exponent": ("float16", [np.float32([SMALLEST, -1e-44, 0])]),
    "float16: the highest exponent": ("float16", [np.float32([LARGEST, -1e38, 1e30])]),
    "float16: nothing but zeros": ("float16", [np.zeros((2, 2, 1), np.float32)]),
    "float16: nothing finite": ("float16", [np.float32([NAN, INF, -INF])]),
    "uint8: maps of several inputs and sizes": (
        "uint8",
        [relu(24, 20, 4), 3 * relu(1, 17, 4), relu(13, 1, 4)],
    ),
    "uint8: beside what is not finite": ("uint8", [mixed(5, 7, 3)]),
    "uint8: constant channels": (
        "uint8",
        [np.broadcast_to(np.float32([0, 2.5, -1e-3]), (3, 3, 3))],
    ),
    "uint8: the widest range": ("uint8", [np.float32([[LARGEST], [-LARGEST], [1]])]),
    "uint8: the narrowest range": (
        "uint8",
        [np.float32([[0], [SMALLEST], [3 * SMALLEST]])],
    ),
    "uint8: channels with nothing finite": (
        "uint8",
        [np.float32([[NAN, INF, -INF, 1], [NAN, NAN, INF, 2]])],
    ),
    "uint8: one pixel": ("uint8", [numbers(1, 1, 5)]),
}


def record(name: str) -> Record:
    """One of the cases, with all that a header can say."""
    precision, values = CASES[name]
    channels = as_maps(values[0]).shape[2]
    return Record(
        layer=LayerFacts(
            f"block/{name}",
            "ReLU",
            "activation",
            "block/größer",
            parameters=2**53 - 1,
            receptive_field=ReceptiveField((11, 9), (4, 0), (-3, 0)),
        ),
        step=2**53 - 1,
        inputs=tuple(
            InputFacts(
                name=f"input {index}",
                shape=one.shape,
                dtype="bfloat16",
                packed=pack(as_maps(one), precision),
                minimum=[0.1] * (channels - 1) + [NAN],
                maximum=[LARGEST] * channels,
                mean=[SMALLEST] * channels,
                zero_share=[0.25] * channels,
                nan_count=[0] * channels,
                inf_count=[2**31] * channels,
                strongest=[(channels - 1, 1.5), (0, INF)][:channels],
                predictions=[(999, 0.75)],
                predicted=["größte Klasse"],
            )
            for index, one in enumerate(values)
        ),
        position={"epoch": 3, "batch": 400},
        silent=(0,),
        preprocess="squeezenet",
        reduced="",
        producer="vectors of tb_actviz",
    )


def as_json(name: str) -> dict[str, Any]:
    made = record(name)
    header, *data = encode_record(made)
    values = [unpack(one.packed).astype("<f4").tobytes() for one in made.inputs]
    return {
        "name": name,
        "header": header.decode(),
        "data": [base64.b64encode(one).decode() for one in data],
        "values": [base64.b64encode(one).decode() for one in values],
    }


def write() -> None:
    """Write the file that is committed."""
    content = {"about": ABOUT, "records": [as_json(name) for name in CASES]}
    PATH.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def stored() -> dict[str, Any]:
    content = json.loads(PATH.read_text("utf-8"))
    assert content["about"] == ABOUT
    return {one["name"]: one for one in content["records"]}


def test_there_is_one_for_every_case() -> None:
    assert list(stored()) == list(CASES)
    assert PATH.stat().st_size < 60_000


@pytest.mark.parametrize("name", CASES)
def test_what_is_stored_decodes_to_its_values(name: str) -> None:
    one = stored()[name]
    data = [base64.b64decode(part) for part in one["data"]]
    decoded = decode_record([one["header"].encode(), *data])
    assert len(decoded.inputs) == len(one["values"])
    for facts, values in zip(decoded.inputs, one["values"], strict=True):
        expected = np.frombuffer(base64.b64decode(values), "<u4")
        found = unpack(facts.packed)
        assert found.shape == facts.packed.shape
        bits = np.ascontiguousarray(found).view(np.uint32).ravel()
        np.testing.assert_array_equal(bits, expected)


@pytest.mark.parametrize("name", CASES)
def test_what_is_stored_is_what_packing_gives_today(name: str) -> None:
    """All but how the values are deflated, which differs between the libraries."""
    one, today = stored()[name], as_json(name)
    assert one["header"] == today["header"]
    assert one["values"] == today["values"]
    data = [base64.b64decode(part) for part in one["data"]]
    kept = decode_record([one["header"].encode(), *data])
    for old, new in zip(kept.inputs, record(name).inputs, strict=True):
        assert inflate(old.packed) == inflate(new.packed)


def test_every_way_of_packing_is_among_them() -> None:
    packed = [one.packed for name in CASES for one in record(name).inputs]
    assert {one.precision for one in packed} == set(PRECISIONS)
    assert {one.levels for one in packed} == {0, 252, 255}
    exponents = {one.exponent for one in packed if one.precision == "float16"}
    assert min(exponents) == -125
    assert max(exponents) == 112
    assert {len(values[0].shape) for _, values in CASES.values()} == {0, 1, 2, 3, 4}


if __name__ == "__main__":
    write()
