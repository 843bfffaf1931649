"""Packed values: what comes back, how far it may be off, and what is refused."""

from __future__ import annotations

import dataclasses
import math
import tracemalloc
import warnings
import zlib
from collections.abc import Iterator

import ml_dtypes
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from tb_actviz.deflate import deflate_with_zlib
from tb_actviz.errors import InputError
from tb_actviz.records import codec
from tb_actviz.records.codec import (
    MAX_VALUES,
    PRECISIONS,
    Packed,
    choose_precision,
    inflate,
    pack,
    unpack,
)

LARGEST = float(np.finfo(np.float32).max)
SMALLEST = 2.0**-149
#: A float32 that is no number of few digits.
HUGE = float(np.float32(3e38))

shapes = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 6)) | st.just(
    (1, 1, 300)
)
# Mostly values of like size; now and then anything that float32 can be.
ordinary = st.floats(-16, 16, width=32)
anything = st.floats(width=32, allow_subnormal=True)
extremes = st.sampled_from(
    [
        *(0.0, -0.0, 1.0, SMALLEST, -SMALLEST, 2.0**-126, 65504.0, 65519.0, 65520.0),
        *(LARGEST, -LARGEST, HUGE, -HUGE, math.inf, -math.inf, math.nan),
    ]
)
all_maps = st.one_of(
    hnp.arrays(np.float32, shapes, elements=elements)
    for elements in (ordinary, ordinary | extremes, anything | extremes)
)
finite_maps = st.one_of(
    hnp.arrays(np.float32, shapes, elements=elements)
    for elements in (
        ordinary,
        st.floats(width=32, allow_nan=False, allow_infinity=False),
    )
)


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def there_and_back(maps: np.ndarray, precision: str) -> np.ndarray:
    packed = pack(maps, precision)
    assert packed.shape == maps.shape
    assert packed.precision == precision
    back = unpack(packed)
    assert back.dtype == np.float32
    assert back.shape == maps.shape
    return back


def assert_same_bits(back: np.ndarray, maps: np.ndarray) -> None:
    np.testing.assert_array_equal(
        np.ascontiguousarray(back).view(np.uint32),
        np.ascontiguousarray(maps, np.float32).view(np.uint32),
        strict=True,
    )


def error_bound(packed: Packed) -> NDArray[np.float64]:
    """How far unpacked values of each channel, (C,), may be from what was packed."""
    if packed.low is None or packed.high is None:
        largest = 2.0**5 * 2.0**packed.exponent
        return np.full(packed.shape[2], largest if packed.precision == "float16" else 0)
    low, high = np.asarray(packed.low), np.asarray(packed.high)
    # The code is found in float32, which may take the wrong side of half a step, and
    # the value is rounded to float32.
    bound: NDArray[np.float64] = (high - low) / packed.levels * (0.5 + 2.0**-14)
    bound += np.maximum(np.abs(low), np.abs(high)) * 2.0**-24 + 2.0**-150
    return bound


@given(all_maps)
def test_float32_is_exact_to_the_bit(maps: np.ndarray) -> None:
    assert_same_bits(there_and_back(maps, "float32"), maps)
    np.testing.assert_array_equal(error_bound(pack(maps, "float32")), 0)


def test_float32_keeps_the_payload_of_nan() -> None:
    bits = np.array([0x7FC00001, 0xFFC12345, 0x7F800001], np.uint32)
    maps = bits.view(np.float32).reshape(1, 1, 3)
    assert_same_bits(there_and_back(maps, "float32"), maps)


@given(all_maps)
@example(np.float32([[[LARGEST, -LARGEST, 1, SMALLEST]]]))
@example(np.float32([[[65519, -65520, 65535, 2.0**-14, 2.0**-24]]]))
@example(np.full((1, 2, 1), np.inf, np.float32))
@example(np.zeros((2, 2, 2), np.float32))
def test_float16_is_off_by_its_last_digit_at_most(maps: np.ndarray) -> None:
    packed = pack(maps, "float16")
    back = there_and_back(maps, "float16")
    finite = np.isfinite(maps)
    assert_same_kind(back, maps)
    exact, found = maps[finite].astype(np.float64), back[finite].astype(np.float64)
    allowed = np.maximum(np.abs(exact) * 2.0**-11, 2.0 ** (packed.exponent - 25))
    assert (np.abs(found - exact) <= allowed).all()
    within = np.where(finite, maps, 0).astype(np.float64)
    off = np.abs(np.where(finite, back, 0) - within).max(axis=(0, 1))
    assert (off <= error_bound(packed)).all()
    assert (np.signbit(found) == np.signbit(exact)).all()


def assert_same_kind(back: np.ndarray, maps: np.ndarray) -> None:
    """NaN and each infinity are exactly where they were, and nowhere else."""
    np.testing.assert_array_equal(np.isnan(back), np.isnan(maps))
    np.testing.assert_array_equal(back == np.inf, maps == np.inf)
    np.testing.assert_array_equal(back == -np.inf, maps == -np.inf)


@pytest.mark.slow
@given(hnp.arrays(np.float16, shapes, elements=st.floats(width=16)))
def test_float16_is_exact_for_float16(maps: np.ndarray) -> None:
    back = there_and_back(maps, "float16")
    np.testing.assert_array_equal(back, maps.astype(np.float32))
    signs = ~np.isnan(maps)
    np.testing.assert_array_equal(np.signbit(back[signs]), np.signbit(maps[signs]))


@given(
    hnp.arrays(np.float32, shapes, elements=st.floats(1, 2, width=32)),
    st.integers(-120, 120),
)
def test_float16_scales_any_size_alike(maps: np.ndarray, power: int) -> None:
    scaled = np.ldexp(maps, power)
    np.testing.assert_array_equal(
        there_and_back(scaled, "float16"),
        np.ldexp(there_and_back(maps, "float16"), power),
    )


def test_float16_uses_its_highest_octave() -> None:
    maps = np.float32([[[1.0, 2.0**-39]]])
    packed = pack(maps, "float16")
    assert packed.exponent == -15
    np.testing.assert_array_equal(unpack(packed), maps)


@pytest.mark.parametrize(
    ("value", "stored"),
    [(65504, 65504), (65519, 65504), (65535, 65504), (65536, 65536), (LARGEST, None)],
)
def test_float16_never_overflows(value: float, stored: float | None) -> None:
    maps = np.float32([[[value, -value, np.inf]]])
    expected = 65504 * 2.0**112 if stored is None else stored
    assert unpack(pack(maps, "float16")).tolist() == [[[expected, -expected, math.inf]]]


@given(all_maps)
@example(np.float32([[[LARGEST, 1]], [[-LARGEST, 1]], [[0, 1]]]))
@example(np.float32([[[3e38]], [[-3e38]], [[1e38]], [[np.nan]]]))
@example(np.float32([[[0]], [[SMALLEST]], [[3 * SMALLEST]], [[-np.inf]]]))
@example(np.float32([[[1e8]], [[1e8 + 8]], [[1e8 + 16]], [[1e8 + 24]]]))
@example(np.full((1, 3, 2), np.nan, np.float32))
def test_uint8_is_off_by_half_a_step_at_most(maps: np.ndarray) -> None:
    packed = pack(maps, "uint8")
    back = there_and_back(maps, "uint8")
    finite = np.isfinite(maps)
    assert packed.levels == (255 if finite.all() else 252)
    assert_same_kind(back, maps)
    exact = np.where(finite, maps, 0).astype(np.float64)
    off = np.abs(np.where(finite, back, 0) - exact).max(axis=(0, 1))
    assert (off <= error_bound(packed)).all()


@given(finite_maps)
def test_uint8_keeps_the_ends_of_every_channel(maps: np.ndarray) -> None:
    packed = pack(maps, "uint8")
    back = unpack(packed)
    assert packed.low == tuple(maps.min(axis=(0, 1)).tolist())
    assert packed.high == tuple(maps.max(axis=(0, 1)).tolist())
    np.testing.assert_array_equal(back.min(axis=(0, 1)), maps.min(axis=(0, 1)))
    np.testing.assert_array_equal(back.max(axis=(0, 1)), maps.max(axis=(0, 1)))


def test_uint8_steps_are_as_documented() -> None:
    maps = np.linspace(-3, 8, 1000, dtype=np.float32).reshape(1, -1, 1)
    packed = pack(maps, "uint8")
    codes = np.frombuffer(inflate(packed), np.uint8)
    assert (packed.low, packed.high, packed.levels) == ((-3.0,), (8.0,), 255)
    np.testing.assert_array_equal(codes, np.rint((maps.ravel() + 3) * (255 / 11)))
    decoded = [np.float32((-3.0 * (255 - k) + 8.0 * k) / 255) for k in codes.tolist()]
    np.testing.assert_array_equal(unpack(packed).ravel(), decoded)


def test_uint8_marks_what_is_not_finite() -> None:
    maps = np.float32([[[1, 5, np.nan]], [[3, -np.inf, np.inf]], [[2, np.inf, np.nan]]])
    packed = pack(maps, "uint8")
    expected = Packed(
        "uint8",
        (3, 1, 3),
        0,
        low=(1.0, 5.0, 0.0),
        high=(3.0, 5.0, 0.0),
        levels=252,
        data=packed.data,
    )
    assert packed == expected
    assert list(inflate(packed)) == [0, 252, 126, 0, 253, 254, 255, 254, 255]
    np.testing.assert_array_equal(unpack(packed), maps)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int64])
def test_pictures_are_exact_on_the_range_of_bytes(dtype: type) -> None:
    picture = np.random.default_rng(0).integers(30, 200, (20, 30, 3)).astype(dtype)
    picture[0, 0] = 40, 50, 60
    packed = pack(picture, "uint8", limits=(0, 255))
    assert (packed.low, packed.high) == ((0.0,) * 3, (255.0,) * 3)
    planes = np.frombuffer(inflate(packed), np.uint8).reshape(3, 20, 30)
    np.testing.assert_array_equal(planes, picture.transpose(2, 0, 1))
    np.testing.assert_array_equal(unpack(packed), picture.astype(np.float32))


def test_limits_may_lie_anywhere_around_the_values() -> None:
    maps = np.float32([[[1, np.nan], [2, 3]]])
    packed = pack(maps, "uint8", limits=(-LARGEST, LARGEST))
    assert (packed.low, packed.high) == ((-LARGEST,) * 2, (LARGEST,) * 2)
    assert_same_kind(unpack(packed), maps)
    constant = pack(np.full((2, 2, 1), 7), "uint8", limits=(7, 7))
    np.testing.assert_array_equal(unpack(constant), np.full((2, 2, 1), 7, np.float32))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ((0.0, 1.5), r"values from 1\.0 to 2\.0; expected them within"),
        ((1.5, 3.0), r"values from 1\.0 to 2\.0; expected them within"),
        ((2.0, 1.0), "the lower first"),
        ((0.0, math.inf), "finite float32"),
        ((math.nan, 1.0), "finite float32"),
        ((0.0, 1e39), "finite float32"),
    ],
)
def test_limits_that_cannot_hold_the_values_are_refused(
    limits: tuple[float, float], reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        pack(np.float32([[[1, 2], [np.nan, np.inf]]]), "uint8", limits=limits)


def test_limits_are_for_uint8_alone() -> None:
    with pytest.raises(InputError, match="only uint8 has a range"):
        pack(np.zeros((1, 1, 1)), "float16", limits=(0, 255))


@given(hnp.arrays(np.float64, shapes, elements=st.floats()))
def test_float64_is_rounded_to_float32_first(maps: np.ndarray) -> None:
    with np.errstate(over="ignore", under="ignore"):
        rounded = maps.astype(np.float32)
    for precision in PRECISIONS:
        assert pack(maps, precision) == pack(rounded, precision)


@pytest.mark.parametrize(
    "dtype", [np.bool_, np.int8, np.uint16, np.int64, np.float16, ml_dtypes.bfloat16]
)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_real_dtype_is_packed(dtype: type, precision: str) -> None:
    maps = np.random.default_rng(0).integers(0, 2, (3, 4, 5)).astype(dtype)
    back = there_and_back(maps, precision)
    np.testing.assert_array_equal(back, maps.astype(np.float32))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_views_are_packed_as_they_look_and_left_alone(precision: str) -> None:
    whole = np.random.default_rng(0).normal(size=(300, 40, 30)).astype(np.float32)
    before = whole.copy()
    whole.setflags(write=False)
    for view in (whole[::-2, 3:], whole.transpose(2, 0, 1), whole[:, :, :1]):
        assert pack(view, precision) == pack(view.copy(), precision)
    np.testing.assert_array_equal(whole, before)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_large_maps_are_packed_like_their_parts(precision: str) -> None:
    maps = np.random.default_rng(0).normal(size=(70, 80, 90)).astype(np.float32)
    maps[0] = 20.0, *[-20.0] * 89
    maps[1] = -maps[0]
    found = there_and_back(maps, precision)
    for rows in (slice(0, 3), slice(2, 70, 17)):
        part = maps[[0, 1, *range(70)[rows]]]
        back = there_and_back(part, precision)
        np.testing.assert_array_equal(found[rows], back[2:])


@pytest.mark.parametrize(
    "shape", [(), (3,), (2, 3), (1, 2, 3, 4), (0, 2, 3), (2, 3, 0)]
)
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(
        InputError, match=r"shape \(H, W, C\), none of them 0, received"
    ):
        pack(np.zeros(shape), "float32")


def test_more_values_than_can_be_read_are_refused() -> None:
    many = np.broadcast_to(np.float32(0), (MAX_VALUES, 2, 1))
    with pytest.raises(InputError, match="are more than 268435456 values"):
        pack(many, "uint8")


@pytest.mark.parametrize(
    "maps",
    [
        np.zeros((1, 1, 1), np.complex64),
        np.zeros((1, 1, 1), object),
        np.zeros((1, 1, 1), "datetime64[s]"),
        np.full((1, 1, 1), "a"),
    ],
)
def test_what_are_no_real_numbers_is_refused(maps: np.ndarray) -> None:
    with pytest.raises(InputError, match="received dtype"):
        pack(maps, "float32")


def test_an_unknown_precision_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'float61'.*Did you mean 'float16'"):
        pack(np.zeros((1, 1, 1)), "float61")


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_any_inflater_reads_the_data(
    precision: str, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codec.deflate is not deflate_with_zlib
    if not fast:
        monkeypatch.setattr(codec, "deflate", deflate_with_zlib)
    maps = np.float32([[[1, -2], [0.5, 4]]])
    stored = {
        "float32": np.float32([1, 0.5, -2, 4]).view(np.uint8).reshape(4, 4).T.tobytes(),
        "float16": np.float16([1, 0.5, -2, 4]).view(np.uint8).reshape(4, 2).T,
        "uint8": bytes([255, 0, 0, 255]),
    }
    packed = pack(maps, precision)
    if precision == "float16":
        scaled = np.float16([1, 0.5, -2, 4]) * np.float16(2.0**13)
        assert packed.exponent == -13
        stored["float16"] = scaled.view(np.uint8).reshape(4, 2).T.tobytes()
    assert zlib.decompress(packed.data) == stored[precision]
    np.testing.assert_array_equal(unpack(packed), maps)


def test_zeros_take_hardly_any_space() -> None:
    for precision in PRECISIONS:
        assert len(pack(np.zeros((100, 100, 64)), precision).data) < 20_000


def with_data(data: bytes, shape: tuple[int, int, int] = (2, 3, 4)) -> Packed:
    return Packed("float16", shape, 0, data=data)


WHOLE = zlib.compress(bytes(range(48)))


def test_exactly_the_right_bytes_are_inflated() -> None:
    assert inflate(with_data(WHOLE)) == bytes(range(48))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "are cut off"),
        (WHOLE[:1], "are cut off"),
        (WHOLE[:-5], "are cut off"),
        (WHOLE[:-1], "are cut off"),
        (WHOLE + b"\0", "1 bytes follow the values"),
        (WHOLE + WHOLE, f"{len(WHOLE)} bytes follow"),
        (zlib.compress(bytes(47)), r"inflate to 47 bytes.*\(2, 3, 4\) takes 48"),
        (zlib.compress(bytes(49)), "more than the 48 bytes"),
        (zlib.compress(b""), "inflate to 0 bytes"),
        (WHOLE[:-1] + b"\0", "cannot be inflated: .*incorrect data check"),
        (b"not deflated at all", "cannot be inflated: .*incorrect header check"),
        (b"\x78\xbb" + WHOLE[2:], "cannot be inflated"),
    ],
)
def test_damaged_data_are_refused(data: bytes, reason: str) -> None:
    for read in (inflate, unpack):
        with pytest.raises(ValueError, match=reason):
            read(with_data(data))


def test_every_truncation_is_noticed() -> None:
    packed = pack(np.random.default_rng(0).normal(size=(4, 5, 6)), "float32")
    for length in range(len(packed.data)):
        with pytest.raises(ValueError, match="are cut off"):
            unpack(dataclasses.replace(packed, data=packed.data[:length]))


def memory_of_refusal(packed: Packed) -> int:
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="The values"):
            unpack(packed)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_bomb_is_not_inflated() -> None:
    bomb = zlib.compress(bytes(100_000_000), 9)
    assert memory_of_refusal(with_data(bomb, (10, 10, 10))) < 200_000


def test_a_shape_that_promises_too_much_takes_no_memory() -> None:
    promised = with_data(WHOLE, (1 << 14, 1 << 14, 1))
    assert memory_of_refusal(promised) < 200_000


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"precision": "int4"}, "no precision 'int4'"),
        ({"shape": (0, 1, 2)}, r"shape \(0, 1, 2\)"),
        ({"shape": (1, -1, 2)}, r"shape \(1, -1, 2\)"),
        ({"shape": (1, 2)}, r"shape \(1, 2\)"),
        ({"shape": (10**9, 10**9, 2)}, "more than 268435456 values"),
        ({"exponent": 1}, "uint8 values cannot have the exponent 1"),
        ({"levels": 254}, "254 levels"),
        ({"levels": 0}, "0 levels"),
        ({"low": None}, "need the range of each channel"),
        ({"high": None}, "need the range of each channel"),
        ({"low": (0.0,)}, "1 and 2 ends of ranges for 2 channels"),
        ({"high": (1.0,) * 3}, "2 and 3 ends of ranges for 2 channels"),
        ({"low": (0.0, math.nan)}, "not finite"),
        ({"high": (math.inf, 1.0)}, "not finite"),
        ({"low": (0.0, 2.0)}, "descends"),
        ({"precision": "float32"}, "float32 values have no ranges"),
    ],
)
def test_descriptions_that_contradict_themselves_are_refused(
    changes: dict[str, object], reason: str
) -> None:
    good = Packed("uint8", (1, 1, 2), 0, (0.0, 0.0), (1.0, 1.0), 255)
    with pytest.raises(ValueError, match=reason):
        dataclasses.replace(good, **changes)


@pytest.mark.parametrize("exponent", [-126, 113, 10**9])
def test_exponents_that_no_float32_needs_are_refused(exponent: int) -> None:
    with pytest.raises(ValueError, match="cannot have the exponent"):
        Packed("float16", (1, 1, 1), exponent)


@pytest.mark.parametrize(
    ("counts", "aim", "precision"),
    [
        ([10, 15], 100, "float32"),
        ([10, 15], 99, "float16"),
        ([10, 15], 50, "float16"),
        ([10, 15], 49, "uint8"),
        ([10, 15], 1, "uint8"),
        ([], 0, "float32"),
    ],
)
def test_the_most_faithful_precision_that_fits_is_chosen(
    counts: list[int], aim: int, precision: str
) -> None:
    assert choose_precision(counts, aim) == precision


def test_a_signalling_nan_of_float16_is_read_as_nan() -> None:
    halves = bytes([1, 0, 0x7C, 0x3C])  # 0x7C01 and 1.0, lowest bytes first
    packed = Packed("float16", (2, 1, 1), 3, data=zlib.compress(halves))
    np.testing.assert_array_equal(unpack(packed), [[[np.nan]], [[8]]])


@pytest.mark.parametrize("end", [1e300, -1e39])
def test_a_range_beyond_float32_is_refused(end: float) -> None:
    low, high = sorted((0.0, end))
    with pytest.raises(ValueError, match="range of a channel is not finite"):
        Packed("uint8", (1, 1, 1), low=(low,), high=(high,), levels=255)
