"""An input, or one channel of a layer, as a panel of a picture."""

from __future__ import annotations

import math

import numpy as np

from tb_actviz.imaging.layout import GAP, across, down
from tb_actviz.imaging.reserved import reserved_masks, resize_mask
from tb_actviz.imaging.resize import imresize
from tb_actviz.imaging.scale import Scale

#: Panels are drawn between these sizes (longest side).
MIN_PANEL, MAX_PANEL = 160, 640
#: Room for panels before they go to the next row.
ROW_WIDTH = 1440


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
    maps: np.ndarray, size: tuple[int, int], scale: Scale, method: str = "bicubic"
) -> list[np.ndarray]:
    """Draw every channel at a size.

    Values are brought into the scale before they are resized, and the overshoot of
    the cubic is cut: what is marked as clipped or not finite is so in the map itself,
    and all that is so there is marked, however much the map shrinks.

    Args:
        maps: Float, shape (h, w, C).
        size: Height and width in pixels.
        scale: What the values are drawn on.
        method: How to resize: `"bicubic"` or `"nearest"`.

    Returns:
        For each channel RGB, uint8.
    """
    masks = reserved_masks(maps, scale)
    drawn = imresize(_nearest_inside(maps, scale) if masks else maps, size, method)
    np.clip(drawn, scale.low, scale.high, out=drawn)
    panels = [scale.colorize(drawn[:, :, index]) for index in range(maps.shape[2])]
    for color, mask in masks.items():
        resized = resize_mask(mask, size)
        for index, panel in enumerate(panels):
            panel[resized[:, :, index]] = color
    return panels


def in_rows(figures: list[np.ndarray]) -> np.ndarray:
    """Put panels side by side, in as many rows as they need.

    Args:
        figures: RGB, uint8.

    Returns:
        RGB, uint8.
    """
    widest = max(figure.shape[1] for figure in figures)
    per_row = max(1, (ROW_WIDTH + GAP) // (widest + GAP))
    rows = [
        across(figures[start : start + per_row])
        for start in range(0, len(figures), per_row)
    ]
    return down(rows, gap=2 * GAP)


def _nearest_inside(maps: np.ndarray, scale: Scale) -> np.ndarray:
    return np.clip(np.where(np.isnan(maps), scale.low, maps), scale.low, scale.high)
