"""Values are refused exactly where reading them would fail."""

from __future__ import annotations

import tracemalloc
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugin.writing_records import maps

from tb_actviz.plugin.errors import TooLargeError, UnreadableError
from tb_actviz.plugin.record_data import MAX_INFLATED, check_inflates, inflated_size
from tb_actviz.records.codec import PRECISIONS, Packed, inflate, pack

#: Values that are larger inflated than the pieces they are inflated in.
LARGE = pack(maps(0, (400, 800, 1)), "float32")
#: The same number of values, which take next to nothing deflated.
ZEROS = replace(LARGE, data=zlib.compress(bytes(len(inflate(LARGE)))))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_size_is_that_of_the_values_inflated(precision: str) -> None:
    packed = pack(maps(0, (3, 5, 7)), precision)
    assert inflated_size(packed) == len(inflate(packed))


@pytest.mark.parametrize("packed", [LARGE, ZEROS], ids=["noise", "zeros"])
def test_values_that_were_packed_are_in_order(packed: Packed) -> None:
    check_inflates(packed.data, inflated_size(packed))


@pytest.mark.parametrize(
    ("shape", "precision", "size"),
    [
        ((1 << 13, 1 << 14, 1), "float32", 1 << 29),
        ((1 << 14, 1 << 14, 1), "float16", 1 << 29),
    ],
)
def test_more_than_a_browser_can_take_is_too_large(
    shape: tuple[int, int, int], precision: str, size: int
) -> None:
    with pytest.raises(TooLargeError, match=f"{size} bytes inflated"):
        inflated_size(Packed(precision, shape))
    height, width, channels = shape
    half = (height // 2, width, channels)
    assert inflated_size(Packed(precision, half)) == MAX_INFLATED


@given(
    st.sampled_from([LARGE, ZEROS, pack(maps(0), "uint8"), pack(maps(1), "float16")]),
    st.integers(-3, 3),
    st.integers(-70_000, 70_000),
    st.none() | st.integers(0, 10**7),
)
def test_it_refuses_what_the_codec_cannot_inflate(
    packed: Packed, rows: int, longer: int, flip: int | None
) -> None:
    """Another shape, a stream that is cut off or followed, and a flipped bit."""
    height, width, channels = packed.shape
    data = packed.data[: len(packed.data) + min(0, longer)] + bytes(max(0, longer))
    if flip is not None and data:
        place = flip // 8 % len(data)
        changed = data[place] ^ 1 << flip % 8
        data = data[:place] + bytes([changed]) + data[place + 1 :]
    shape = max(1, height + rows), width, channels
    other = replace(packed, data=data, shape=shape)
    try:
        inflate(other)
    except ValueError:
        with pytest.raises(UnreadableError):
            check_inflates(data, inflated_size(other))
    else:
        check_inflates(data, inflated_size(other))


def test_it_takes_little_memory() -> None:
    size = 1 << 26
    bomb = zlib.compress(bytes(size))
    tracemalloc.start()
    try:
        check_inflates(bomb, size)
        with pytest.raises(UnreadableError, match="more than"):
            check_inflates(bomb, 10)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 << 20
