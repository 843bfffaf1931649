"""Placing pictures and captions side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tb_actviz.imaging.colormap import CLIPPED, COLORMAPS, NON_FINITE
from tb_actviz.imaging.scale import Marks, Scale, format_value
from tb_actviz.imaging.text import BACKGROUND, FAINT_TEXT, TEXT, draw_line, wrap

#: Pixels between neighbouring panels, and around a whole picture.
GAP = 8
MARGIN = 12
#: Captions get at least this much room, however small the picture.
MIN_WIDTH = 440
#: Longer captions end with "…", so that no name makes a picture metres high.
MAX_LINES = 6
_BAR_WIDTH, _BAR_HEIGHT = 128, 10
_TICK = 4


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


def with_axes(
    picture: np.ndarray, rows: range, columns: range, gutter: int
) -> np.ndarray:
    """Number the rows of a heat map at its left and its columns below it.

    Args:
        picture: RGB, uint8, shape (H, W, 3).
        rows: Numbers of the rows that share its height, at least one.
        columns: Numbers of the columns that share its width, at least one.
        gutter: Pixels for the numbers at the left, from `gutter_width`.

    Returns:
        RGB, uint8, shape (H + `axis_height()`, W + gutter, 3). Numbered are the first
        row and column, and as many multiples of 1, 2 or 5 times a power of ten as
        there is room for.
    """
    height, width = picture.shape[:2]
    line = draw_line("0", 13).shape[0]
    top = line // 2
    page = blank(height + axis_height(), width + gutter)
    page[top : top + height, gutter:] = picture
    for row, pixel in _numbered(rows, height, line):
        number = draw_line(str(row), 13)
        right = gutter - _TICK - 2
        page[pixel : pixel + line, right - number.shape[1] : right] = number
        page[top + pixel, gutter - _TICK : gutter - 1] = FAINT_TEXT
    widest = draw_line(str(columns[-1]), 13).shape[1]
    for column, pixel in _numbered(columns, width, 2 * widest):
        number = draw_line(str(column), 13)
        left = gutter + min(pixel - number.shape[1] // 2, width - number.shape[1])
        left = max(left, 0)
        page[-line:, left : left + number.shape[1]] = number
        below = top + height + 1
        page[below : below + _TICK - 1, gutter + pixel] = FAINT_TEXT
    return page


def gutter_width(largest: int) -> int:
    """Find how much room `with_axes` needs at the left.

    Args:
        largest: The largest number of a row.

    Returns:
        Pixels.
    """
    return int(draw_line(str(largest), 13).shape[1]) + _TICK + 2


def axis_height() -> int:
    """Find how much height `with_axes` adds.

    Returns:
        Pixels.
    """
    line = int(draw_line("0", 13).shape[0])
    return line // 2 + 1 + _TICK + line


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
        marks: How many values are drawn in a reserved colour.

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


def _numbered(numbers: range, length: int, room: int) -> Iterator[tuple[int, int]]:
    """The numbers to write along a side, each with the pixel in the middle of it."""
    pitch = length / len(numbers)
    step = _round_step(room / pitch)
    for index, number in enumerate(numbers):
        if index == 0 or (number % step == 0 and index * pitch >= room):
            yield number, int((index + 0.5) * pitch)


def _round_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50… that is no smaller than this."""
    power = int(10 ** max(0, math.ceil(math.log10(least)) - 1))
    return next(power * n for n in (1, 2, 5, 10) if power * n >= least)


def _legend(scale: Scale, marks: Marks, width: int) -> list[np.ndarray]:
    pieces = [
        draw_line(format_value(scale.low), 13),
        _bar(scale),
        draw_line(format_value(scale.high), 13),
        draw_line(scale.note, 13, FAINT_TEXT),
    ]
    rows = [across(pieces, gap=6, align=0.5)]
    swatches = [
        (marks.not_a_number, "NaN", NON_FINITE),
        (marks.infinite, "infinite", NON_FINITE),
        (marks.clipped, "beyond the scale", CLIPPED),
    ]
    for count, name, color in swatches:
        if count:
            swatch = np.full((_BAR_HEIGHT, _BAR_HEIGHT, 3), color, np.uint8)
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
