"""Lines of text, and panels placed side by side: the same pixels on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tb_actviz.imaging.colormap import COLORMAPS, NON_FINITE
from tb_actviz.imaging.scale import Marks, Scale, format_value

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


#: Pixels between neighbouring panels, and around a whole picture.
GAP = 8
MARGIN = 12
#: Captions get at least this much room, however small the picture.
MIN_WIDTH = 440
#: Longer captions end with "…", so that no name makes a picture metres high.
MAX_LINES = 6
_BAR_WIDTH, _BAR_HEIGHT = 128, 10


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


def labelled(panel: np.ndarray, *labels: str) -> np.ndarray:
    """Write short labels below a panel, wrapped to its width.

    Args:
        panel: RGB, uint8, shape (H, W, 3).
        *labels: The first in full, the others in faint letters; of each at most
            `MAX_LINES` lines, the last of a longer one ending with "…".

    Returns:
        RGB, uint8, at least as large as the panel.
    """
    room = max(panel.shape[1], 72)
    lines = [
        draw_line(line, 13, FAINT_TEXT if index else TEXT)
        for index, label in enumerate(labels)
        for line in wrap(label, room, 13, MAX_LINES)
    ]
    return down([panel, down(lines, gap=0)], gap=4)


def page(
    body: np.ndarray,
    title: str,
    lines: Sequence[str],
    scale: Scale | None = None,
    marks: Marks | None = None,
) -> np.ndarray:
    """Finish a picture: caption strip with title, facts and legend above the body.

    Args:
        body: RGB, uint8, shape (H, W, 3).
        title: Usually the layer path; at most `MAX_LINES` lines of it are drawn, the
            last of a longer one ending with "…".
        lines: Facts, a line each where they fit, else wrapped and cut like the title.
        scale: What black…white stand for; drawn as a bar with its values.
        marks: How many values the scale does not tell apart.

    Returns:
        RGB, uint8.
    """
    width = max(body.shape[1], MIN_WIDTH)
    parts = [draw_line(line, 17) for line in wrap(title, width, 17, MAX_LINES)]
    parts += [
        draw_line(line, 13, FAINT_TEXT)
        for text in lines
        for line in wrap(text, width, 13, MAX_LINES)
    ]
    if scale is not None:
        parts += _legend(scale, marks or Marks(), width)
    strip = down(parts, gap=3)
    whole = down([strip, body], gap=10)
    framed = blank(
        whole.shape[0] + 2 * MARGIN, max(whole.shape[1], MIN_WIDTH) + 2 * MARGIN
    )
    framed[MARGIN:-MARGIN, MARGIN : MARGIN + whole.shape[1]] = whole
    return framed


def _legend(scale: Scale, marks: Marks, width: int) -> list[np.ndarray]:
    pieces = [
        draw_line(format_value(scale.low), 13),
        _bar(scale),
        draw_line(format_value(scale.high), 13),
        draw_line(scale.note, 13, FAINT_TEXT),
    ]
    rows = [across(pieces, gap=6, align=0.5)]
    lost = np.full((_BAR_HEIGHT, _BAR_HEIGHT, 3), NON_FINITE, np.uint8)
    # What is beyond the scale has the colours of its ends.
    ends = COLORMAPS[scale.colormap][[0, -1]].repeat(_BAR_HEIGHT // 2, 0)
    swatches = [
        (marks.not_a_number, "NaN", lost),
        (marks.infinite, "infinite", lost),
        (marks.clipped, "beyond the scale", np.tile(ends, (_BAR_HEIGHT, 1, 1))),
    ]
    for count, name, swatch in swatches:
        if count:
            noun = "value is" if count == 1 else "values are"
            text = draw_line(f"{count:,} {noun} {name}", 13)
            rows.append(across([swatch, text], gap=6, align=0.5))
    if rows[0].shape[1] > width:
        # The words go below the bar where they would make the picture wider.
        note = [draw_line(line, 13, FAINT_TEXT) for line in wrap(scale.note, width, 13)]
        rows[:1] = [across(pieces[:3], gap=6, align=0.5), *note]
    return rows


def _bar(scale: Scale) -> np.ndarray:
    steps = np.rint(np.linspace(0, 255, _BAR_WIDTH)).astype(np.uint8)
    return np.repeat(COLORMAPS[scale.colormap][steps][None], _BAR_HEIGHT, axis=0)
