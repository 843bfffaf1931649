"""Lines of text, and panels placed side by side: the same pixels on every machine.

TensorBoard's Images tab draws every picture `SHOWN_WIDTH` pixels wide and leaves out
the pixels in between, so that text is as large in a picture as can be read there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

TEXT = (232, 234, 237)
FAINT_TEXT = (170, 174, 180)
BACKGROUND = (32, 33, 36)

#: How wide TensorBoard's Images tab draws pictures, in pixels of the screen.
SHOWN_WIDTH = 350
#: Height of the letters there. With less, the thinnest strokes of the font are thinner
#: than a pixel, and some of them are left out.
TEXT_SIZE, TITLE_SIZE = 14, 18
#: How thick a minus is there.
_MINUS = 2
#: Lines of larger letters, of which few pictures have any, are not kept.
_LARGEST_KEPT = 48

#: Tried, in this order, for characters that Pillow's own font does not have.
_WIDE_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "Arial Unicode.ttf",
    "arial.ttf",
)
_MORE = "…"


def text_size(width: int) -> int:
    """Choose how large to write, so that it can be read in the Images tab.

    Args:
        width: Width of the whole picture in pixels, margins included.

    Returns:
        Height of the font in pixels.
    """
    return math.ceil(TEXT_SIZE * max(width, SHOWN_WIDTH) / SHOWN_WIDTH)


def text_size_beside(width: int, room: Callable[[int], int]) -> int:
    """Choose how large to write at the side of a picture, which makes it wider.

    Args:
        width: Width of the rest in pixels, without the page's margins.
        room: The pixels of width that letters of a height take.

    Returns:
        Height of the font in pixels.
    """
    width += 2 * MARGIN
    size = text_size(width)
    # Much room makes letters larger, and so takes more; a third of the page is enough.
    for _ in range(8):
        size = text_size(width + min(room(size), width // 2))
    return size


def draw_line(
    text: str, size: int = TEXT_SIZE, color: tuple[int, int, int] = TEXT
) -> np.ndarray:
    """Draw one line of text on the pictures' background.

    Args:
        text: What to write; line breaks and other control characters are escaped.
        size: Height of the font in pixels.
        color: RGB, 0…255.

    Returns:
        RGB pixels, uint8, shape (about 1.4 * size, width of the text, 3), read-only.
        Each minus is thick enough to be seen in the Images tab.
    """
    if size > _LARGEST_KEPT:
        return _draw_line(text, size, color)
    return _kept_line(text, size, color)


def _draw_line(text: str, size: int, color: tuple[int, int, int]) -> np.ndarray:
    font, text = _font_for(text, size)
    ascent, descent = font.getmetrics()
    width = max(1, round(font.getlength(text)))
    line = Image.new("RGB", (width, ascent + descent), BACKGROUND)
    drawing = ImageDraw.Draw(line)
    drawing.text((0, 0), text, font=font, fill=color)
    for index, character in enumerate(text):
        if character == "-":
            start = round(font.getlength(text[:index]))
            top, right, bottom = _minus(font, size)
            drawing.rectangle((start, top, start + right, bottom), fill=color)
    pixels = np.array(line)
    pixels.flags.writeable = False
    return pixels


@lru_cache(maxsize=64)
def _minus(font: ImageFont.FreeTypeFont, size: int) -> tuple[int, int, int]:
    """A thick minus where the font has its thin one: its top, right end and bottom."""
    right = max(1, math.floor(font.getlength("-"))) - 1
    thin = Image.new("L", (right + 1, 2 * size))
    ImageDraw.Draw(thin).text((0, 0), "-", font=font, fill=255)
    _, above, _, below = thin.getbbox() or (0, size // 2, 0, size // 2)
    thick = max(below - above, math.ceil(_MINUS * size / TEXT_SIZE))
    top = (above + below - thick) // 2
    return top, right, top + thick - 1


_kept_line = lru_cache(maxsize=256)(_draw_line)


def wrap(
    text: str, width: int, size: int = TEXT_SIZE, most: int | None = None
) -> list[str]:
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
    built_in = _own_font(size)
    missing = {c for c in set(text) if not _has(built_in, c)}
    if not missing:
        return built_in, text
    for name in _WIDE_FONTS:
        font = _font_of_machine(name, size)
        if font is not None and all(_has(font, c) for c in missing):
            return font, text
    escaped = "".join(ascii(c)[1:-1] if c in missing else c for c in text)
    return built_in, escaped


@lru_cache(maxsize=64)
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


#: Pixels between neighbouring panels, and around a whole picture.
GAP = 8
MARGIN = 12
#: Captions get at least this much room, however small the picture.
MIN_WIDTH = SHOWN_WIDTH - 2 * MARGIN
#: Longer captions end with "…", so that no name makes a picture metres high.
MAX_LINES = 6


def across(
    images: Sequence[np.ndarray], gap: int = GAP, align: float = 0.0
) -> np.ndarray:
    """Put pictures side by side on the background.

    Args:
        images: RGB, uint8, shapes (H, W, 3).
        gap: Pixels between them.
        align: 0 lines up their tops, 0.5 their middles, 1 their bottoms.

    Returns:
        RGB, uint8.
    """
    height = max(image.shape[0] for image in images)
    width = sum(image.shape[1] for image in images) + gap * (len(images) - 1)
    page = blank(height, width)
    left = 0
    for image in images:
        top = round((height - image.shape[0]) * align)
        page[top : top + image.shape[0], left : left + image.shape[1]] = image
        left += image.shape[1] + gap
    return page


def down(
    images: Sequence[np.ndarray], gap: int = GAP, align: float = 0.0
) -> np.ndarray:
    """Put pictures below one another on the background.

    Args:
        images: RGB, uint8, shapes (H, W, 3).
        gap: Pixels between them.
        align: 0 lines up their left edges, 0.5 their middles, 1 their right edges.

    Returns:
        RGB, uint8.
    """
    width = max(image.shape[1] for image in images)
    height = sum(image.shape[0] for image in images) + gap * (len(images) - 1)
    page = blank(height, width)
    top = 0
    for image in images:
        left = round((width - image.shape[1]) * align)
        page[top : top + image.shape[0], left : left + image.shape[1]] = image
        top += image.shape[0] + gap
    return page


def blank(height: int, width: int) -> np.ndarray:
    """Make an empty stretch of background.

    Args:
        height: Pixels.
        width: Pixels.

    Returns:
        RGB, uint8, shape (height, width, 3).
    """
    page = np.empty((height, width, 3), np.uint8)
    # A whole row at a time: pixel by pixel is forty times slower.
    page[:1] = BACKGROUND
    page[1:] = page[:1]
    return page


def with_seams(picture: np.ndarray, slices: tuple[int, int]) -> np.ndarray:
    """Put a line of background below and at the right of every slice of a picture.

    Args:
        picture: RGB, uint8, shape (H, W, 3).
        slices: Rows and columns of equal slices in it.

    Returns:
        RGB, uint8, shape (H + rows, W + columns, 3).
    """
    rows, columns = slices
    height, width = picture.shape[0] // rows, picture.shape[1] // columns
    page = blank(picture.shape[0] + rows, picture.shape[1] + columns)
    places = page.reshape(rows, height + 1, columns, width + 1, 3)
    places[:, :-1, :, :-1] = picture.reshape(rows, height, columns, width, 3)
    return page


def labelled(panel: np.ndarray, *labels: str, size: int = TEXT_SIZE) -> np.ndarray:
    """Write short labels below a panel, wrapped to its width.

    Args:
        panel: RGB, uint8, shape (H, W, 3).
        *labels: The first in full, the others in faint letters; of each at most
            `MAX_LINES` lines, the last of a longer one ending with "…".
        size: Height of the font in pixels.

    Returns:
        RGB, uint8, at least as large as the panel.
    """
    room = labelled_width(panel.shape[1], size)
    lines = [
        draw_line(line, size, FAINT_TEXT if index else TEXT)
        for index, label in enumerate(labels)
        for line in wrap(label, room, size, MAX_LINES)
    ]
    return down([panel, down(lines, gap=0)], gap=4)


def labelled_width(width: int, size: int) -> int:
    """Find how wide a panel gets with labels below it.

    Args:
        width: Width of the panel in pixels.
        size: Height of the font in pixels.

    Returns:
        Pixels: those of the panel, or of some six letters.
    """
    return max(width, 5 * size)
