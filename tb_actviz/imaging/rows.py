"""The rows of a comparison, one for each input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tb_actviz.imaging.captions import comparison_labels
from tb_actviz.imaging.layout import GAP, across, blank, labelled
from tb_actviz.imaging.panels import ROW_WIDTH, map_panels, picture_panel
from tb_actviz.imaging.scale import Scale

#: Height of all rows: with its caption a picture stays below 16,000 pixels.
MAX_HEIGHT = 15_400

Labels = tuple[str, ...]


def channel_blocks(channels: int, width: int) -> list[slice]:
    """Break channels into blocks of which each fits into a row beside the input.

    Args:
        channels: How many there are.
        width: Width of a panel in pixels.

    Returns:
        The blocks in order, each of at least one channel.
    """
    per_row = max(1, ROW_WIDTH // (width + GAP) - 1)
    return [slice(start, start + per_row) for start in range(0, channels, per_row)]


def labels_that_fit(
    maps: Sequence[np.ndarray],
    channels: Sequence[int],
    input_names: Sequence[str],
    sizes: Sequence[tuple[int, int]],
    blocks: Sequence[slice],
) -> list[list[Labels]]:
    """Write the labels of as many inputs as fit into `MAX_HEIGHT`.

    Args:
        maps: For each input its maps, float, shape (h, w, len(channels)).
        channels: The numbers of those channels.
        input_names: A name for each input.
        sizes: For each input the height and width of its panels.
        blocks: Which channels stand in one row; an input has a row for each block.

    Returns:
        For each input that fits, at least one, the labels of its own panel and then of
        each channel's.
    """
    found: list[list[Labels]] = []
    height = 0
    for values, name, size in zip(maps, input_names, sizes, strict=True):
        own = [
            comparison_labels(
                channel, values[:, :, index], maps[0][:, :, index] if found else None
            )
            for index, channel in enumerate(channels)
        ]
        for block in blocks:
            row = [labelled(blank(*size), *words) for words in ((name,), *own[block])]
            height += max(panel.shape[0] for panel in row) + 2 * GAP
        if found and height > MAX_HEIGHT:
            break
        found.append([(name,), *own])
    return found


def comparison_row(
    picture: np.ndarray | None,
    maps: np.ndarray,
    size: tuple[int, int],
    scale: Scale,
    labels: Sequence[Labels],
) -> np.ndarray:
    """Draw one input and its maps side by side.

    Args:
        picture: The input, RGB, uint8, shape (H, W, 3); None leaves its place empty.
        maps: Float, shape (h, w, C).
        size: Height and width of every panel.
        scale: What the values are drawn on.
        labels: Of the input, and of each map.

    Returns:
        RGB, uint8.
    """
    first = blank(*size) if picture is None else picture_panel(picture, size)
    panels = [first, *map_panels(maps, size, scale)]
    return across(
        [labelled(p, *words) for p, words in zip(panels, labels, strict=True)]
    )
