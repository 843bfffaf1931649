"""This machine's fastest compression into zlib's format, for values and pictures."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress


def deflate_with_zlib(data: memoryview, level: int) -> bytes:
    """Compress bytes with what every Python has.

    Args:
        data: What to compress.
        level: Ignored, since levels of zlib mean something else: the fastest is taken.

    Returns:
        One stream in zlib's format.
    """
    return zlib.compress(data, level=1)


deflate: Callable[[memoryview, int], bytes] = deflate_with_zlib
with suppress(ImportError):  # not every processor has a build of it
    from isal import isal_zlib

    deflate = isal_zlib.compress

#: How hard to try: values deflate best at ISA-L's level 1, rows of pictures at 2.
VALUES, PICTURES = 1, 2
