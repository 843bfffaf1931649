"""Records with fewer inputs, or less exact values."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from export.test_html import INPUTS, of_layer, values
from plugin.writing_records import parts as small_parts

import tb_actviz as av
from tb_actviz.export.repacking import (
    Repacking,
    as_repacking,
    input_names,
    repacked,
    stored_precision,
)
from tb_actviz.plugin.errors import UnreadableError
from tb_actviz.records.codec import pack, unpack
from tb_actviz.records.schema import decode_record, encode_record


@pytest.fixture
def parts() -> list[bytes]:
    return encode_record(of_layer("dense", 4))


@pytest.mark.parametrize(
    "keeping",
    [
        Repacking(),
        Repacking(precision="float32"),
        Repacking(inputs=("*",)),
        Repacking(inputs=INPUTS, precision="float32"),
    ],
)
def test_what_keeps_all_keeps_every_byte(
    parts: list[bytes], keeping: Repacking
) -> None:
    # Also of keys that this version does not know.
    parts[0] = parts[0].replace(b'"schema":1', b'"schema":1,"unknown":[1, 2]')
    assert repacked(parts, keeping) == parts


@pytest.mark.parametrize("precision", ["float16", "uint8"])
def test_values_become_those_that_are_packed_so(
    parts: list[bytes], precision: str
) -> None:
    record = decode_record(repacked(parts, Repacking(precision=precision)))
    before = decode_record(parts)
    for name, facts, whole in zip(INPUTS, record.inputs, before.inputs, strict=True):
        expected = pack(values("dense", name, 4), precision)
        assert facts.packed == expected
        assert dataclasses.replace(facts, packed=whole.packed) == whole
    assert dataclasses.replace(record, inputs=before.inputs) == before


def test_less_exact_values_do_not_become_more_exact(parts: list[bytes]) -> None:
    less = repacked(parts, Repacking(precision="uint8"))
    assert repacked(less, Repacking(precision="float16")) == less
    assert repacked(less, Repacking(precision="float32")) == less


def test_pictures_stay_what_they_are() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
    packed = pack(picture, "uint8", limits=(0, 255))
    facts = dataclasses.replace(
        of_layer("dense", 0).inputs[0],
        packed=packed,
        **dict.fromkeys(("minimum", "maximum", "mean", "zero_share"), ()),
    )
    record = dataclasses.replace(of_layer("dense", 0), inputs=(facts,), silent=())
    found = decode_record(repacked(encode_record(record), Repacking(precision="uint8")))
    np.testing.assert_array_equal(unpack(found.inputs[0].packed), picture)


def test_only_the_inputs_that_are_wanted_stay(parts: list[bytes]) -> None:
    record = decode_record(repacked(parts, Repacking(inputs=("r*",))))
    assert [facts.name for facts in record.inputs] == ["right"]
    with pytest.raises(UnreadableError, match="none of the inputs that were chosen"):
        repacked(parts, Repacking(inputs=("up",)))


def test_what_is_no_record_says_so() -> None:
    for broken in ([], [b"{"], [*small_parts(), b"more"]):
        with pytest.raises(UnreadableError):
            repacked(broken, Repacking(precision="uint8"))
        assert input_names(broken) == ()
        assert stored_precision(broken) is None
    header, _ = small_parts()
    with pytest.raises(UnreadableError, match="cannot be inflated"):
        repacked([header, b"no stream"], Repacking(precision="uint8"))


def test_what_is_asked_for_is_checked() -> None:
    assert as_repacking("face", None) == Repacking(("face",))
    with pytest.raises(av.InputError, match="Did you mean 'uint8'"):
        as_repacking(None, "unit8")
