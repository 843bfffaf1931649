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
_MORE = "…"


@lru_cache(maxsize=256)
def draw_line(
    text: str, size: int = 14, color: tuple[int, int, int] = TEXT
) -> np.ndarray:
    """Draw one line of text on the pictures' background.

    Args:
        text: What to write; line breaks and other control characters are escaped.
        size: Height of the font in pixels.
        color: RGB, 0…255.

    Returns:
        RGB pixels, uint8, shape (about 1.4 * size, width of the text, 3), read-only.
    """
    font, text = _font_for(text, size)
    ascent, descent = font.getmetrics()
    width = max(1, round(font.getlength(text)))
    line = Image.new("RGB", (width, ascent + descent), BACKGROUND)
    ImageDraw.Draw(line).text((0, 0), text, font=font, fill=color)
    pixels = np.array(line)
    pixels.flags.writeable = False
    return pixels


def wrap(text: str, width: int, size: int = 14, most: int | None = None) -> list[str]:
    """Break text into lines that fit, at spaces where there are any.

    Args:
        text: What will be written.
        width: Room in pixels.
        size: Height of the font in pixels.
        most: How many lines there may be, at least 1; the last one of a longer text
            ends with "…". None for any number.

    Returns:
        At least one line; without `most` nothing of the text is lost but the spaces
        at the breaks.
    """
    lines: list[str] = []
    start = 0
    while start < len(text) or not lines:
        length = _fitting(text, start, width, size)
        end = start + length
        if most is not None and len(lines) == most - 1 and end < len(text):
            return [*lines, _with_more(text[start:end], width, size)]
        space = text.rfind(" ", start + 1, end + 1) if end < len(text) else -1
        if space > 0:
            end, length = space, space + 1 - start
        lines.append(text[start:end])
        start += length
    return lines


def _with_more(line: str, width: int, size: int) -> str:
    while len(line) > 1 and _width(line.rstrip() + _MORE, size) > width:
        line = line[:-1]
    return line.rstrip() + _MORE


def _fitting(text: str, start: int, width: int, size: int) -> int:
    """How many characters from a start fit, at least one of any that are left.

    The sum of the characters' own widths is right but for kerning and ligatures, so
    that few prefixes, and no long ones, have to be measured.
    """
    left = len(text) - start
    probe, room = 0, float(width)
    while probe < left and room >= 0:
        room -= _advance(text[start + probe], size)
        probe += 1
    fits, beyond, step = 0, left + 1, 1
    while beyond - fits > 1:
        if fits and beyond <= left:
            probe = (fits + beyond) // 2
        probe = min(max(probe, fits + 1), beyond - 1)
        if _width(text[start : start + probe], size) <= width:
            fits, probe = probe, probe + step
        else:
            beyond, probe = probe, probe - step
        step *= 2
    return max(fits, min(left, 1))


@lru_cache(maxsize=4096)
def _advance(character: str, size: int) -> float:
    return _width(character, size)


def _width(text: str, size: int) -> float:
    font, text = _font_for(text, size)
    return font.getlength(text)


def _font_for(text: str, size: int) -> tuple[ImageFont.FreeTypeFont, str]:
    """The built-in font where it has every character, else the machine's."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    own = _own_font(size)
    missing = {c for c in set(text) if not _has(own, c)}
    if not missing:
        return own, text
    for name in _WIDE_FONTS:
        font = _font_of_machine(name, size)
        if font is not None and all(_has(font, c) for c in missing):
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


@lru_cache(maxsize=64)
def _font_of_machine(name: str, size: int) -> ImageFont.FreeTypeFont | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


@lru_cache(maxsize=4096)
def _has(font: ImageFont.FreeTypeFont, character: str) -> bool:
    """A character that is missing draws as the same box as a non-character."""
    return bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))
