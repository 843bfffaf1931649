"""Records of event files against TensorBoard's own checksums."""

from __future__ import annotations

import struct

import google_crc32c
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

from tb_actviz.writing.event_file import FOOT, HEAD, frame, is_intact, payload_length


@given(st.binary(max_size=300))
def test_frames_are_tfrecords(payload: bytes) -> None:
    record = frame(payload)
    (length,) = struct.unpack("<Q", record[:8])
    assert length == len(payload)
    assert struct.unpack("<I", record[8:12])[0] == masked_crc32c(record[:8])
    assert record[12:-4] == payload
    assert struct.unpack("<I", record[-4:])[0] == masked_crc32c(payload)


@pytest.mark.slow
@given(st.binary(max_size=300), st.binary(max_size=10))
def test_the_length_of_a_frame_is_read_back(payload: bytes, after: bytes) -> None:
    record = frame(payload)
    assert len(record) == HEAD + len(payload) + FOOT
    assert payload_length(record + after) == len(payload)
    assert payload_length(record[:HEAD]) == len(payload)


@given(st.binary(max_size=300), st.integers(0, 8 * HEAD - 1))
def test_a_head_with_one_wrong_bit_has_no_length(payload: bytes, bit: int) -> None:
    head = bytearray(frame(payload)[:HEAD])
    head[bit // 8] ^= 1 << bit % 8
    assert payload_length(bytes(head)) is None


@pytest.mark.parametrize("size", range(HEAD))
def test_a_head_that_is_not_whole_has_no_length(size: int) -> None:
    assert payload_length(frame(b"payload")[:size]) is None


def test_the_checksum_is_native() -> None:
    assert google_crc32c.implementation == "c"


@given(payload=st.binary(max_size=300), draw=st.data())
def test_a_wrong_bit_in_an_event_is_noticed(
    payload: bytes, draw: st.DataObject
) -> None:
    record = bytearray(frame(payload))
    assert is_intact(payload, bytes(record[-FOOT:]))
    bit = draw.draw(st.integers(8 * HEAD, 8 * len(record) - 1))
    record[bit // 8] ^= 1 << bit % 8
    assert not is_intact(bytes(record[HEAD:-FOOT]), bytes(record[-FOOT:]))


@pytest.mark.parametrize("size", range(FOOT))
def test_an_event_without_its_whole_checksum_is_not_intact(size: int) -> None:
    assert not is_intact(b"payload", frame(b"payload")[-FOOT:][:size])
