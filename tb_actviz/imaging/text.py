"""Lines of text as pixels, the same on every machine."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

TEXT = (232, 234, 237)
FAINT_TEXT = (170, 174, 180)
BACKGROUND = (32, 33, 36)

#: Tried, in this order, for characters that Pillow's own font does not have.
_WIDE_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "Arial Unicode.ttf",
    "arial.ttf",
)


def draw_line(
    text: str, size: int = 14, color: tuple[int, int, int] = TEXT
) -> np.ndarray:
    """Draw one line of text on the pictures' background.

    Args:
        text: What to write; line breaks and other control characters are escaped.
        size: Height of the font in pixels.
        color: RGB, 0…255.

    Returns:
        RGB pixels, uint8, shape (about 1.4 * size, width of the text, 3).
    """
    font, text = _font_for(text, size)
    ascent, descent = font.getmetrics()
    width = max(1, round(font.getlength(text)))
    line = Image.new("RGB", (width, ascent + descent), BACKGROUND)
    ImageDraw.Draw(line).text((0, 0), text, font=font, fill=color)
    return np.asarray(line)


def wrap(text: str, width: int, size: int = 14) -> list[str]:
    """Break text into lines that fit, at spaces where there are any.

    Args:
        text: What will be written.
        width: Room in pixels.
        size: Height of the font in pixels.

    Returns:
        At least one line; nothing of the text is lost but the spaces at the breaks.
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if _width(longer, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while _width(line, size) > width and len(line) > 1:
            fitting = next(
                n
                for n in range(len(line) - 1, 0, -1)
                if n == 1 or _width(line[:n], size) <= width
            )
            lines.append(line[:fitting])
            line = line[fitting:]
    return [*lines, line]


def _width(text: str, size: int) -> float:
    font, text = _font_for(text, size)
    return font.getlength(text)


@lru_cache(maxsize=4096)
def _font_for(text: str, size: int) -> tuple[ImageFont.FreeTypeFont, str]:
    """The built-in font where it has every character, else the machine's."""
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    own = _own_font(size)
    missing = {c for c in text if not _has(own, c)}
    if not missing:
        return own, text
    for name in _WIDE_FONTS:
        try:
            font = ImageFont.truetype(name, size)
        except OSError:
            continue
        if all(_has(font, c) for c in missing):
            return font, text
    escaped = "".join(ascii(c)[1:-1] if c in missing else c for c in text)
    return own, escaped


@lru_cache(maxsize=16)
def _own_font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError(
            "Captions need Pillow with FreeType, which its wheels have; this Pillow "
            "was built without it. Reinstall it: pip install --force-reinstall pillow."
        )
    return font


def _has(font: ImageFont.FreeTypeFont, character: str) -> bool:
    """A character that is missing draws as the same box as a non-character."""
    return bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))
