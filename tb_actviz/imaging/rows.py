"""The rows of a comparison, one for each input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tb_actviz.arrays import is_sequence
from tb_actviz.imaging.captions import comparison_labels
from tb_actviz.imaging.layout import GAP, across, blank, labelled
from tb_actviz.imaging.panels import (
    ROW_WIDTH,
    MapFrame,
    map_frame,
    map_panels,
    panel_size,
    picture_panel,
    position_pitch,
)
from tb_actviz.imaging.scale import Scale

#: Height of all rows: with its caption a picture stays below 16,000 pixels.
MAX_HEIGHT = 15_400

#: Longest side of a panel, so that several fit into a row.
LARGEST = 320

Labels = tuple[str, ...]


@dataclass(frozen=True)
class RowFrame:
    """How the panels of one input are drawn.

    Args:
        own: Height and width of the input's own panel.
        maps: How its maps are drawn.
        room: Pixels of width for each of them, so that the sequences of all inputs
            start at the same places however long they are.
    """

    own: tuple[int, int]
    maps: MapFrame
    room: int

    @property
    def width(self) -> int:
        """Width of the widest panel in pixels."""
        return max(self.own[1], self.room)


def row_frame(
    picture: np.ndarray | None,
    maps: np.ndarray,
    slices: tuple[int, int],
    positions: int,
) -> RowFrame:
    """Choose how to draw one input and its maps.

    Args:
        picture: The input, RGB, uint8, shape (H, W, 3), or None.
        maps: Its maps, shape (h, w, C).
        slices: Rows and columns of slices in each map.
        positions: Width of the widest maps of all inputs; sequences share its pitch.

    Returns:
        The frame.
    """
    beside = None if picture is None else panel_size(picture.shape[:2], largest=LARGEST)
    pitch = position_pitch(positions, LARGEST)
    frame = map_frame(maps.shape, beside, slices=slices, largest=LARGEST, pitch=pitch)
    sequence = is_sequence(maps.shape)
    room = round(positions * pitch) if sequence else frame.size[1]
    return RowFrame(beside or (frame.size[0], room), frame, room)


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
    frames: Sequence[RowFrame],
    blocks: Sequence[slice],
) -> list[list[Labels]]:
    """Write the labels of as many inputs as fit into `MAX_HEIGHT`.

    Args:
        maps: For each input its maps, float, shape (h, w, len(channels)).
        channels: The numbers of those channels.
        input_names: A name for each input.
        frames: For each input how its panels are drawn.
        blocks: Which channels stand in one row; an input has a row for each block.

    Returns:
        For each input that fits, at least one, the labels of its own panel and then of
        each channel's.
    """
    labels: list[list[Labels]] = []
    height = 0
    for values, name, frame in zip(maps, input_names, frames, strict=True):
        of_channels = [
            comparison_labels(
                channel,
                values[:, :, index],
                maps[0][:, :, index] if labels else None,
                frame.maps.slices,
            )
            for index, channel in enumerate(channels)
        ]
        for block in blocks:
            row = [labelled(blank(*frame.own), name)]
            panel = blank(frame.maps.size[0], frame.room)
            row += [labelled(panel, *words) for words in of_channels[block]]
            height += max(panel.shape[0] for panel in row) + 2 * GAP
        if labels and height > MAX_HEIGHT:
            break
        labels.append([(name,), *of_channels])
    return labels


def comparison_row(
    picture: np.ndarray | None,
    maps: np.ndarray,
    frame: RowFrame,
    scale: Scale,
    labels: Sequence[Labels],
) -> np.ndarray:
    """Draw one input and its maps side by side.

    Args:
        picture: The input, RGB, uint8, shape (H, W, 3); None leaves its place empty.
        maps: Float, shape (h, w, C).
        frame: How the panels are drawn.
        scale: What the values are drawn on.
        labels: Those of the input, and of each map.

    Returns:
        RGB, uint8.
    """
    input_panel = (
        blank(*frame.own) if picture is None else picture_panel(picture, frame.own)
    )
    look = frame.maps
    panels = map_panels(maps, look.size, scale, look.method, look.slices)
    if frame.room > look.size[1]:
        filling = blank(look.size[0], frame.room - look.size[1])
        panels = [across([panel, filling], gap=0) for panel in panels]
    return across(
        [
            labelled(p, *words)
            for p, words in zip([input_panel, *panels], labels, strict=True)
        ]
    )
