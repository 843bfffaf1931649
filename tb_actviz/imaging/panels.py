"""An input, or one channel of a layer, as a panel of a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tb_actviz.arrays import is_sequence
from tb_actviz.imaging.colormap import NON_FINITE
from tb_actviz.imaging.layout import (
    GAP,
    MARGIN,
    across,
    down,
    labelled_width,
    text_size,
    with_seams,
)
from tb_actviz.imaging.resize import imresize
from tb_actviz.imaging.scale import Scale, non_finite_mask, resize_mask

#: Panels are drawn between these sizes (longest side).
MIN_PANEL, MAX_PANEL = 160, 640
#: Height of the strip a sequence is drawn as.
STRIP_HEIGHT = 48
#: How many panels stand in a row at most: of more, labels below them could be read in
#: the Images tab only where they are very short.
PANELS_IN_A_ROW = 3


@dataclass(frozen=True)
class MapFrame:
    """How the maps of a layer are drawn as panels.

    Args:
        size: Height and width in pixels, seams included.
        method: How to resize, `"bicubic"` or `"nearest"`.
        slices: Rows and columns of slices, with a seam between them.
    """

    size: tuple[int, int]
    method: str = "bicubic"
    slices: tuple[int, int] = (1, 1)


def map_frame(
    shape: Sequence[int],
    beside: tuple[int, int] | None = None,
    *,
    slices: tuple[int, int] = (1, 1),
    method: str = "bicubic",
    largest: int = MAX_PANEL,
    pitch: float | None = None,
) -> MapFrame:
    """Choose how to draw the maps of a layer.

    Args:
        shape: Shape of the maps: height, width and more.
        beside: Height and width that their input is drawn at, None without a picture.
            Maps get that size too, but neither sequences nor slices, whose places are
            not those of the picture.
        slices: Rows and columns of slices in each map, from `slice_grid`.
        method: How to resize maps. Sequences and slices keep their values apart where
            they are enlarged, and are averaged where they shrink.
        largest: Longest side of maps without a picture.
        pitch: Pixels for each position of a sequence; None for those of
            `position_pitch`.

    Returns:
        The frame.
    """
    height, width = shape[:2]
    if is_sequence(shape):
        pitch = pitch or position_pitch(width)
        size = STRIP_HEIGHT, max(1, round(width * pitch))
        return MapFrame(size, "nearest" if pitch >= 1 else "bicubic")
    alone = panel_size((height, width), largest=largest)
    if slices == (1, 1):
        return MapFrame(beside or alone, method)
    rows, columns = slices
    slice_height, slice_width = max(1, alone[0] // rows), max(1, alone[1] // columns)
    shrunk = slice_height * rows < height or slice_width * columns < width
    size = rows * (slice_height + 1) - 1, columns * (slice_width + 1) - 1
    return MapFrame(size, "bicubic" if shrunk else "nearest", slices)


def position_pitch(positions: int, longest: int = MAX_PANEL) -> float:
    """Choose how wide to draw each position of a sequence.

    Args:
        positions: How many there are.
        longest: The sequence becomes at most this many pixels wide.

    Returns:
        A whole number of pixels, or less than 1 for sequences that have to shrink.
    """
    if positions > longest:
        return longest / positions
    wide_enough = max(STRIP_HEIGHT, math.ceil(MIN_PANEL / positions))
    return min(longest // positions, wide_enough)


def panel_size(
    shape: tuple[int, ...], smallest: int = MIN_PANEL, largest: int = MAX_PANEL
) -> tuple[int, int]:
    """Choose the size to draw something at.

    Args:
        shape: Its own height and width.
        smallest: Its longest side becomes at least about this.
        largest: Its longest side becomes at most this.

    Returns:
        Height and width: its own, a whole multiple of a small one, or a shrunk large
        one.
    """
    longest = max(shape)
    if longest > largest:
        factor: float = largest / longest
    else:
        factor = math.ceil(smallest / longest) if longest < smallest else 1
    return max(1, round(shape[0] * factor)), max(1, round(shape[1] * factor))


def picture_panel(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Draw an input at a size.

    Args:
        picture: RGB, uint8, shape (H, W, 3).
        size: Height and width in pixels, from `panel_size`.

    Returns:
        RGB, uint8; pixels of small pictures stay visible.
    """
    enlarged = size[0] >= picture.shape[0]
    return imresize(picture, size, "nearest" if enlarged else "bicubic")


def map_panels(
    maps: np.ndarray,
    size: tuple[int, int],
    scale: Scale,
    method: str = "bicubic",
    slices: tuple[int, int] = (1, 1),
) -> list[np.ndarray]:
    """Draw every channel at a size.

    Values are brought into the scale before they are resized, and the overshoot of
    the cubic is cut: what is marked as not finite is so in the map itself, and all that
    is so there is marked, however much the map shrinks.

    Args:
        maps: Float, shape (h, w, C).
        size: Height and width in pixels.
        scale: What the values are drawn on.
        method: How to resize: `"bicubic"` or `"nearest"`.
        slices: Rows and columns of slices in each map; between them there is a line
            of background, which is part of the size.

    Returns:
        For each channel RGB, uint8.
    """
    seams = slices[0] - 1, slices[1] - 1
    size = size[0] - seams[0], size[1] - seams[1]
    lost = non_finite_mask(maps)
    drawn = imresize(_nearest_inside(maps, scale), size, method)
    np.clip(drawn, scale.low, scale.high, out=drawn)
    panels = [scale.colorize(drawn[:, :, index]) for index in range(maps.shape[2])]
    if lost is not None:
        resized = resize_mask(lost, size)
        for index, panel in enumerate(panels):
            panel[resized[:, :, index]] = NON_FINITE
    if slices == (1, 1):
        return panels
    return [with_seams(panel, slices)[:-1, :-1] for panel in panels]


def per_row(panels: int) -> int:
    """Choose how many panels stand in a row.

    Args:
        panels: How many there are, at least 1.

    Returns:
        At most `PANELS_IN_A_ROW`, so that rows are as equally long as they can be.
    """
    rows = -(-panels // PANELS_IN_A_ROW)
    return -(-panels // rows)


def panels_text_size(widths: Sequence[int]) -> int:
    """Choose how large to write below panels, so that it can be read in the Images tab.

    Args:
        widths: Their widths in pixels.

    Returns:
        Height of the font in pixels.
    """
    in_row, widest = per_row(len(widths)), max(widths)
    size = text_size(0)
    for _ in range(4):
        row = in_row * (labelled_width(widest, size) + GAP) - GAP
        size = text_size(row + 2 * MARGIN)
    return size


def in_rows(figures: list[np.ndarray]) -> np.ndarray:
    """Put panels side by side, in as many rows as they need.

    Args:
        figures: RGB, uint8.

    Returns:
        RGB, uint8.
    """
    in_row = per_row(len(figures))
    rows = [
        across(figures[start : start + in_row])
        for start in range(0, len(figures), in_row)
    ]
    return down(rows, gap=2 * GAP)


def _nearest_inside(maps: np.ndarray, scale: Scale) -> np.ndarray:
    return np.clip(np.where(np.isnan(maps), scale.low, maps), scale.low, scale.high)
