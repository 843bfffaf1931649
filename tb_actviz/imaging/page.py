"""A finished picture: its body below a caption with its scale, and its file.

Files are lossless PNG, encoded quickly.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_actviz.deflate import PICTURES, deflate
from tb_actviz.imaging.colormap import COLORMAPS, NON_FINITE
from tb_actviz.imaging.layout import (
    FAINT_TEXT,
    MARGIN,
    MAX_LINES,
    MIN_WIDTH,
    TEXT_SIZE,
    TITLE_SIZE,
    across,
    blank,
    down,
    draw_line,
    text_size,
    wrap,
)
from tb_actviz.imaging.scale import Marks, Scale, format_value


class Picture(NDArray[np.uint8]):
    """RGB, uint8, shape (H, W, 3): an array that shows itself in a notebook."""

    def _repr_png_(self) -> bytes | None:
        is_picture = self.ndim == 3 and self.shape[-1] == 3 and self.size > 0
        return encode_png(self) if is_picture and self.dtype == np.uint8 else None


@dataclass(frozen=True, eq=False)
class Page:
    """A finished picture: a strip with title, facts and legend above the body.

    Args:
        body: RGB, uint8, shape (H, W, 3).
        title: Usually the layer path; at most `MAX_LINES` lines of it are drawn, the
            last of a longer one ending with "…".
        lines: Facts, a line each where they fit, else wrapped and cut like the title.
        scale: What black…white stand for; drawn as a bar with its values.
        marks: How many values the scale does not tell apart.
        size: Height of the font in pixels; None for what can be read in the Images tab.
    """

    body: np.ndarray
    title: str
    lines: Sequence[str]
    scale: Scale | None = None
    marks: Marks | None = None
    size: int | None = None

    def picture(self) -> Picture:
        """Draw it.

        Returns:
            RGB, uint8.
        """
        width = max(self.body.shape[1], MIN_WIDTH)
        size = self.size or text_size(width + 2 * MARGIN)
        heading = size * TITLE_SIZE // TEXT_SIZE
        parts = [
            draw_line(line, heading)
            for line in wrap(self.title, width, heading, MAX_LINES)
        ]
        parts += [
            draw_line(line, size, FAINT_TEXT)
            for text in self.lines
            for line in wrap(text, width, size, MAX_LINES)
        ]
        if self.scale is not None:
            parts += _legend(self.scale, self.marks or Marks(), width, size)
        strip = down(parts, gap=size // 5)
        whole = down([strip, self.body], gap=size * 2 // 3)
        framed = blank(
            whole.shape[0] + 2 * MARGIN, max(whole.shape[1], MIN_WIDTH) + 2 * MARGIN
        )
        framed[MARGIN:-MARGIN, MARGIN : MARGIN + whole.shape[1]] = whole
        return framed.view(Picture)

    def caption(self) -> str:
        """Say in words what stands above the body.

        Returns:
            Lines of text, none of them cut.
        """
        lines = [self.title, *self.lines]
        if self.scale is not None:
            low, high = format_value(self.scale.low), format_value(self.scale.high)
            lines.append(f"{low} to {high}: {self.scale.note}")
            lines += [text for text, _ in _marked(self.scale, self.marks or Marks())]
        return "\n".join(lines)


def _legend(scale: Scale, marks: Marks, width: int, size: int) -> list[np.ndarray]:
    gap = size * 2 // 5
    pieces = [
        draw_line(format_value(scale.low), size),
        _bar(scale, size),
        draw_line(format_value(scale.high), size),
        draw_line(scale.note, size, FAINT_TEXT),
    ]
    rows = [across(pieces, gap=gap, align=0.5)]
    side = size * 3 // 4
    for text, colors in _marked(scale, marks):
        # A stripe of the square for each of the colours.
        stripes = np.linspace(0, len(colors), side, endpoint=False).astype(int)
        swatch = np.tile(colors[stripes][:, None], (1, side, 1))
        rows.append(across([swatch, draw_line(text, size)], gap=gap, align=0.5))
    if rows[0].shape[1] > width:
        # The words go below the bar where they would make the picture wider.
        words = wrap(scale.note, width, size)
        note = [draw_line(line, size, FAINT_TEXT) for line in words]
        rows[:1] = [across(pieces[:3], gap=gap, align=0.5), *note]
    return rows


def _marked(scale: Scale, marks: Marks) -> list[tuple[str, np.ndarray]]:
    """How many values the scale does not tell apart, in words, and their colours."""
    lost = np.array([NON_FINITE], np.uint8)
    counts = [
        (marks.not_a_number, "NaN", lost),
        (marks.infinite, "infinite", lost),
        # They have the colours of its ends.
        (marks.clipped, "beyond the scale", COLORMAPS[scale.colormap][[0, -1]]),
    ]
    return [
        (f"{count:,} {'value is' if count == 1 else 'values are'} {name}", colors)
        for count, name, colors in counts
        if count
    ]


def _bar(scale: Scale, size: int) -> np.ndarray:
    steps = np.rint(np.linspace(0, 255, 9 * size)).astype(np.uint8)
    return np.repeat(COLORMAPS[scale.colormap][steps][None], size * 3 // 4, axis=0)


_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB = 0, 2


def encode_png(image: NDArray[Any]) -> bytes:
    """Encode a picture as a PNG file.

    Feature maps hardly compress, so rows go unfiltered through a fast compression:
    without `isal` about twice as fast as a general encoder's fastest setting, with it
    several times. The compressor releases the interpreter lock.

    Args:
        image: (H, W) gray or (H, W, 3) RGB, uint8.

    Returns:
        The file's bytes; decoding gives exactly the same pixels.

    Raises:
        TypeError: If the dtype is not uint8.
        ValueError: If the shape is not one of these or there is no pixel.

    Source: PNG specification, third edition, W3C 2025.
    """
    pixels = np.asarray(image)
    if pixels.dtype != np.uint8:
        raise TypeError(
            f"Expected uint8 pixels, received dtype {pixels.dtype}. Draw values "
            f"with `colorize` first."
        )
    if pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise ValueError(
            f"Expected a picture of shape (H, W) or (H, W, 3), received {pixels.shape}."
        )
    if pixels.size == 0:
        raise ValueError(f"A picture of shape {pixels.shape} has no pixels to encode.")
    height, width = pixels.shape[:2]
    # Each row is preceded by the number of its filter; 0 is none.
    rows = np.zeros((height, 1 + pixels[0].size), np.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    color_type = _GRAY if pixels.ndim == 2 else _RGB
    header = struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0)
    return b"".join(
        [
            _SIGNATURE,
            *_chunk(b"IHDR", header),
            *_chunk(b"IDAT", deflate(rows.data, PICTURES)),
            *_chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, data: bytes) -> tuple[bytes, ...]:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)), kind, data, struct.pack(">I", checksum)
