"""Checking packed values without holding them, as many requests may do at a time."""

from __future__ import annotations

import zlib

from tb_actviz.plugin.refusals import TooLargeError, UnreadableError
from tb_actviz.records.codec import Packed

#: What a browser is asked to inflate at most, in bytes.
MAX_INFLATED = 1 << 28
# How much is inflated at a time, and how much is handed to the inflater at a time.
_BLOCK, _SLICE = 1 << 20, 1 << 16


def inflated_size(packed: Packed) -> int:
    """Tell how many bytes the values must inflate to.

    Args:
        packed: The description of the values.

    Returns:
        Bytes.

    Raises:
        TooLargeError: If they are more than `MAX_INFLATED`.
    """
    size = packed.inflated_bytes
    if size > MAX_INFLATED:
        raise TooLargeError(
            f"The values take {size} bytes inflated, at most {MAX_INFLATED} are sent. "
            "Log smaller inputs, or with a lower precision."
        )
    return size


def check_inflates(data: bytes, size: int) -> None:
    """Refuse values that are not what their description says.

    Args:
        data: The values, deflated.
        size: What they must inflate to, in bytes.

    Raises:
        UnreadableError: If they inflate to more or fewer, or the stream is damaged, cut
            off or followed by anything. No more is inflated than there must be.
    """
    stream, view = zlib.decompressobj(), memoryview(data)
    found = after = 0
    try:
        for start in range(0, len(view), _SLICE):
            rest: bytes | memoryview = view[start : start + _SLICE]
            while rest and not stream.eof:
                found += len(stream.decompress(rest, _BLOCK))
                if found > size:
                    raise UnreadableError(
                        f"The values inflate to more than the {size} bytes that their "
                        "shape takes."
                    )
                rest = stream.unconsumed_tail
            if stream.eof:
                after = max(0, len(view) - start - _SLICE) + len(stream.unused_data)
                break
    except zlib.error as error:
        raise UnreadableError(f"The values cannot be inflated: {error}.") from None
    if not stream.eof:
        raise UnreadableError("The values are cut off.")
    if found < size:
        raise UnreadableError(
            f"The values inflate to {found} bytes; their shape takes {size}."
        )
    if after:
        raise UnreadableError(f"{after} bytes follow the values.")
