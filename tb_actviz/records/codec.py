"""Activations <-> compressed bytes, in three precisions.

Values are float32 first: integers and float64 are rounded to it, and what is beyond its
range becomes infinite. They have the shape (H, W, C) and are packed channel by channel,
each row by row:

- `float32`: the values themselves.
- `float16`: the values divided by 2**exponent. The exponent puts the largest finite
  magnitude into the highest octave of float16, 32768 to 65536, so that the small ones
  keep their digits as long as possible; magnitudes above 65504, the largest float16,
  become that. Every value is off by at most 2**-11 of itself, or by 2**(exponent - 25)
  where that is more. NaN, infinities and the sign of zero stay.
- `uint8`: codes of steps between the lowest and the highest finite value of a channel.
  Code k is (low * (levels - k) + high * k) / levels, computed in float64 and rounded to
  float32. There are 255 steps where all values of all channels are finite. Else there
  are 252, and codes 253, 254 and 255 are -infinity, infinity and NaN.

Where values take several bytes, the lowest bytes of all come first, then the next
bytes of all, and so on; last the highest, with the signs. Then everything is deflated
as one stream in zlib's format. On the convolutions of SqueezeNet this order makes
streams 6 to 9 % smaller than values in one piece, on their ReLUs, where whole zeros
repeat, 1 to 8 % larger, and on all of them 3 to 4 % smaller.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tb_actviz.arrays import as_real
from tb_actviz.deflate import VALUES, deflate
from tb_actviz.errors import InputError, near_matches

#: How values can be packed, most faithful first.
PRECISIONS = ("float32", "float16", "uint8")

#: How many values can be packed together; they take 1 GiB as float32.
MAX_VALUES = 1 << 28

#: How many bytes one value takes in each precision, before it is deflated.
VALUE_BYTES = {"float32": 4, "float16": 2, "uint8": 1}

# At the lowest exponent, the smallest float32 is the smallest float16.
_EXPONENTS = range(-125, 113)
_STEPS = 255
_STEPS_BESIDE_NON_FINITE = 252
_NEGATIVE_INFINITY, _INFINITY, _NAN = 253, 254, 255
_LARGEST_HALF = np.float16(65504)
#: How many values are handled at a time where a cache should hold them.
_BLOCK_VALUES = 1 << 18


@dataclass(frozen=True)
class Packed:
    """Activations of one layer for one input, packed.

    Args:
        precision: `"float32"`, `"float16"` or `"uint8"`.
        shape: (H, W, C).
        exponent: The values are what is stored times 2**exponent; 0 unless float16.
        low: For each channel the value of code 0, float32; None unless uint8.
        high: For each channel the value of code `levels`, float32; None unless uint8.
        levels: Steps between low and high: 255, or 252 beside non-finite values; 0
            unless uint8.
        data: The stored values, deflated as zlib does; empty where only the
            description is at hand.

    Raises:
        ValueError: If these contradict each other, or there are no values or more than
            2**28.

    Example:
        >>> stored = next(av.read_records("runs", layers="conv1"))
        >>> packed = stored.record.inputs[0].packed
        >>> packed.precision, packed.shape
        ('float32', (64, 64, 8))
    """

    precision: str
    shape: tuple[int, int, int]
    exponent: int = 0
    low: tuple[float, ...] | None = None
    high: tuple[float, ...] | None = None
    levels: int = 0
    data: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ValueError(f"There is no precision {self.precision!r:.80}.")
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise ValueError(f"Values cannot have the shape {self.shape!r:.80}.")
        if math.prod(self.shape) > MAX_VALUES:
            raise ValueError(
                f"The shape {self.shape!r:.80} has more than {MAX_VALUES} values."
            )
        exponents = _EXPONENTS if self.precision == "float16" else (0,)
        if self.exponent not in exponents:
            raise ValueError(
                f"{self.precision} values cannot have the exponent "
                f"{self.exponent!r:.80}."
            )
        if self.precision == "uint8":
            self._check_ranges()
        elif (self.low, self.high, self.levels) != (None, None, 0):
            raise ValueError(f"{self.precision} values have no ranges and levels.")

    @property
    def inflated_bytes(self) -> int:
        """How many bytes the values must inflate to."""
        return math.prod(self.shape) * VALUE_BYTES[self.precision]

    def _check_ranges(self) -> None:
        if self.levels not in (_STEPS, _STEPS_BESIDE_NON_FINITE):
            raise ValueError(f"uint8 values cannot have {self.levels!r:.80} levels.")
        channels = self.shape[2]
        if self.low is None or self.high is None:
            raise ValueError("uint8 values need the range of each channel.")
        if not len(self.low) == len(self.high) == channels:
            raise ValueError(
                f"There are {len(self.low)} and {len(self.high)} ends of ranges for "
                f"{channels} channels."
            )
        with np.errstate(over="ignore", under="ignore"):
            low, high = (np.asarray(x, np.float32) for x in (self.low, self.high))
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            raise ValueError("The range of a channel is not finite.")
        if (low > high).any():
            raise ValueError("The range of a channel descends.")


def pack(
    maps: ArrayLike, precision: str, *, limits: tuple[float, float] | None = None
) -> Packed:
    """Pack the activations of one layer for one input.

    Large blocks go through NumPy and the compressor, which release the interpreter
    lock.

    Args:
        maps: (H, W, C), any real dtype, any values.
        precision: One of `PRECISIONS`.
        limits: One range (low, high) for all channels of uint8, float32, finite; by
            default each has its own. (0, 255) packs pictures exactly.

    Returns:
        The packed values.

    Raises:
        InputError: If the shape, the dtype, the precision or the limits cannot be, or
            if a finite value lies outside the limits.
    """
    if precision not in PRECISIONS:
        raise InputError(
            f"There is no precision {precision!r}. "
            f"{near_matches(precision, PRECISIONS)}"
        )
    if limits is not None and precision != "uint8":
        raise InputError(
            f"Received limits {limits} with {precision}; only uint8 has a range. Leave "
            "them out."
        )
    values = _checked_maps(maps)
    height, width, channels = values.shape
    shape = (height, width, channels)
    # Small values may become zero and large float64 infinite, as the module says; a
    # signalling NaN is as good as any.
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        planar = _planar(values)
        if precision == "float32":
            return Packed(
                precision, shape, data=deflate(_byte_planes(planar).data, VALUES)
            )
        lowest, highest = planar.min(axis=1), planar.max(axis=1)
        finite = bool(np.isfinite(lowest).all() and np.isfinite(highest).all())
        if not finite:
            usable = np.isfinite(planar)
            lowest = np.where(usable, planar, np.float32(np.inf)).min(axis=1)
            highest = np.where(usable, planar, np.float32(-np.inf)).max(axis=1)
        if precision == "float16":
            largest = float(np.maximum(highest, -lowest).max())
            exponent = _exponent(largest)
            halves = _byte_planes(_as_halves(planar, exponent, largest))
            return Packed(precision, shape, exponent, data=deflate(halves.data, VALUES))
        low, high = _ranges(lowest, highest, limits)
        levels = _STEPS if finite else _STEPS_BESIDE_NON_FINITE
        codes = _as_codes(planar, low, high, levels)
    ends = tuple(low.tolist()), tuple(high.tolist())
    return Packed(precision, shape, 0, *ends, levels, deflate(codes.data, VALUES))


def unpack(packed: Packed) -> NDArray[np.float32]:
    """Read packed values.

    Args:
        packed: From `pack`, or from anywhere.

    Returns:
        (H, W, C), float32; as it lies in memory, channel by channel.

    Raises:
        ValueError: If the data are not what shape and precision say.
    """
    height, width, channels = packed.shape
    stored = np.frombuffer(inflate(packed), np.uint8)
    if packed.precision == "uint8":
        planar = _from_codes(packed, stored.reshape(channels, -1))
    else:
        size = VALUE_BYTES[packed.precision]
        joined = np.ascontiguousarray(stored.reshape(size, -1).T).view(f"<f{size}")
        planar = joined.astype(np.float32, copy=False)
        if packed.precision == "float16":
            # A signalling NaN is as good as any.
            with np.errstate(under="ignore", invalid="ignore"):
                planar *= np.float32(math.ldexp(1, packed.exponent))
    return planar.reshape(channels, height, width).transpose(1, 2, 0)


def inflate(packed: Packed) -> bytes:
    """Inflate packed values to exactly as many bytes as there must be.

    Args:
        packed: From `pack`, or from anywhere.

    Returns:
        The bytes, in the order that the module describes.

    Raises:
        ValueError: If there are more or fewer bytes, or the stream is damaged, cut off
            or followed by anything. No more is inflated than there must be.
    """
    expected = packed.inflated_bytes
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(packed.data, expected + 1)
    except zlib.error as error:
        raise ValueError(f"The values cannot be inflated: {error}.") from None
    if len(data) > expected:
        raise ValueError(
            f"The values inflate to more than the {expected} bytes that their shape "
            f"{packed.shape} takes as {packed.precision}."
        )
    if not stream.eof:
        raise ValueError("The values are cut off.")
    if len(data) < expected:
        raise ValueError(
            f"The values inflate to {len(data)} bytes; their shape {packed.shape} "
            f"takes {expected} as {packed.precision}."
        )
    if stream.unused_data:
        raise ValueError(f"{len(stream.unused_data)} bytes follow the values.")
    return data


def choose_precision(value_counts: Sequence[int], aim: int) -> str:
    """Choose the most faithful precision that meets a size.

    Args:
        value_counts: Numbers of values that are to be packed with one precision.
        aim: How many bytes all of them may take before compression.

    Returns:
        One of `PRECISIONS`; the last one where none is small enough.
    """
    total = sum(value_counts)
    fitting = (name for name in PRECISIONS if total * VALUE_BYTES[name] <= aim)
    return next(fitting, PRECISIONS[-1])


def _checked_maps(maps: ArrayLike) -> NDArray[Any]:
    try:
        values = as_real(maps)
    except TypeError as error:
        raise InputError(str(error)) from None
    if values.ndim != 3 or values.size == 0:
        raise InputError(
            f"Expected activations of shape (H, W, C), none of them 0, received "
            f"{values.shape}."
        )
    if values.size > MAX_VALUES:
        raise InputError(
            f"Activations of shape {values.shape} are more than {MAX_VALUES} values. "
            "Reduce them first."
        )
    return values


def _planar(values: NDArray[Any]) -> NDArray[np.float32]:
    """Copy (H, W, C) to (C, H * W), a few rows at a time, which a cache holds."""
    height, width, channels = values.shape
    planar = np.empty((channels, height, width), np.float32)
    step = max(1, _BLOCK_VALUES // (width * channels))
    for start in range(0, height, step):
        rows = slice(start, start + step)
        planar[:, rows] = values[rows].transpose(2, 0, 1)
    return planar.reshape(channels, -1)


def _byte_planes(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Take the bytes of values apart, lowest first: (bytes of each, values)."""
    size = values.dtype.itemsize
    bits = values.view(f"u{size}").ravel()
    planes = np.empty((size, bits.size), np.uint8)
    for place, plane in enumerate(planes):
        plane[:] = bits >> 8 * place
    return planes


def _exponent(largest: float) -> int:
    """Find the power of two that brings a magnitude below 65536."""
    if largest <= 0:  # nothing but zeros, or nothing finite at all
        return _EXPONENTS[0]
    return max(math.frexp(largest)[1] - 16, _EXPONENTS[0])


def _as_halves(
    planar: NDArray[np.float32], exponent: int, largest: float
) -> NDArray[np.float16]:
    """Divide values, of which the largest magnitude is known, by 2**exponent."""
    scaled = planar * np.float32(math.ldexp(1, -exponent))
    halves = scaled.astype(np.float16)
    if math.ldexp(largest, -exponent) >= 65520:  # what rounds to 65536, infinite
        beyond = np.isinf(halves) & np.isfinite(scaled)
        np.copyto(halves, np.copysign(_LARGEST_HALF, halves), where=beyond)
    return halves


def _ranges(
    lowest: NDArray[np.float32],
    highest: NDArray[np.float32],
    limits: tuple[float, float] | None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give each channel its range; where nothing is finite, `lowest` is the higher."""
    if limits is None:
        empty = lowest > highest
        zero = np.float32(0)
        return np.where(empty, zero, lowest), np.where(empty, zero, highest)
    low, high = np.asarray(limits, np.float32)
    if not (np.isfinite(low) and np.isfinite(high) and low <= high):
        raise InputError(
            f"Received limits {limits}; expected two finite float32 numbers, the lower "
            "first."
        )
    smallest, largest = lowest.min(), highest.max()
    if smallest < low or largest > high:
        raise InputError(
            f"Received values from {smallest} to {largest}; expected them within the "
            f"limits {limits}."
        )
    return np.full_like(lowest, low), np.full_like(highest, high)


def _as_codes(
    planar: NDArray[np.float32],
    low: NDArray[np.float32],
    high: NDArray[np.float32],
    levels: int,
) -> NDArray[np.uint8]:
    width = high.astype(np.float64) - low
    scale = np.divide(levels, width, out=np.zeros_like(width), where=width > 0)
    largest = float(np.finfo(np.float32).max)
    fits = width.max() <= largest and scale.max() <= largest
    work = np.dtype(np.float32 if fits else np.float64)
    usable = planar
    if levels == _STEPS_BESIDE_NON_FINITE:
        usable = np.where(np.isfinite(planar), planar, low[:, None])
    steps = np.subtract(usable, low[:, None], dtype=work)
    steps *= scale.astype(work)[:, None]
    steps += work.type(0.5)
    codes = steps.astype(np.uint8)
    if levels == _STEPS_BESIDE_NON_FINITE:
        codes[planar == -np.inf] = _NEGATIVE_INFINITY
        codes[planar == np.inf] = _INFINITY
        codes[np.isnan(planar)] = _NAN
    return codes


def _from_codes(packed: Packed, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
    low, high = (np.asarray(ends)[:, None] for ends in (packed.low, packed.high))
    steps = np.arange(256)
    table = (low * (packed.levels - steps) + high * steps) / packed.levels
    if packed.levels == _STEPS_BESIDE_NON_FINITE:
        table[:, _NEGATIVE_INFINITY:] = -np.inf, np.inf, np.nan
    with np.errstate(under="ignore"):
        known = table.astype(np.float32)
    planar = np.empty(codes.shape, np.float32)
    for rows in _row_blocks(codes.shape):
        planar[rows] = np.take_along_axis(known[rows], codes[rows].astype(np.intp), 1)
    return planar


def _row_blocks(shape: tuple[int, ...]) -> Iterator[slice]:
    """Cut planar values into groups of whole channels."""
    step = max(1, _BLOCK_VALUES // shape[1])
    return (slice(start, start + step) for start in range(0, shape[0], step))
