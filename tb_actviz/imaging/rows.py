"""The rows of a comparison: one for each input, or before and after an activation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tb_actviz.arrays import (
    checked_maps,
    checked_picture,
    existing_channels,
    is_sequence,
    shape_before,
    slice_grid,
)
from tb_actviz.imaging.captions import (
    comparison_labels,
    cut_share,
    frame_note,
    inputs_shown,
    listed,
    relu_labels,
    with_input,
)
from tb_actviz.imaging.layout import (
    GAP,
    MARGIN,
    across,
    blank,
    down,
    labelled,
    labelled_width,
    text_size,
)
from tb_actviz.imaging.page import Page
from tb_actviz.imaging.panels import (
    MapFrame,
    in_rows,
    map_frame,
    map_panels,
    panel_size,
    panels_text_size,
    per_row,
    picture_panel,
    position_pitch,
)
from tb_actviz.imaging.scale import (
    Scale,
    common_scale,
    count_marks,
    sum_marks,
)

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


def channel_blocks(channels: int) -> list[slice]:
    """Break channels into blocks of which each fits into a row beside the input.

    Args:
        channels: How many there are.

    Returns:
        The blocks in order, each of at least one channel.
    """
    in_row = per_row(channels)
    return [slice(start, start + in_row) for start in range(0, channels, in_row)]


def rows_text_size(frames: Sequence[RowFrame], channels: int) -> int:
    """Choose how large to write below panels, so that it can be read in the Images tab.

    Args:
        frames: For each input how its panels are drawn.
        channels: How many of them stand beside an input.

    Returns:
        Height of the font in pixels.
    """
    size = text_size(0)
    for _ in range(4):
        row = max(
            labelled_width(frame.own[1], size)
            + channels * (labelled_width(frame.room, size) + GAP)
            for frame in frames
        )
        size = text_size(row + 2 * MARGIN)
    return size


def labels_that_fit(
    maps: Sequence[np.ndarray],
    channels: Sequence[int],
    input_names: Sequence[str],
    frames: Sequence[RowFrame],
    blocks: Sequence[slice],
    size: int,
) -> list[list[Labels]]:
    """Write the labels of as many inputs as fit into `MAX_HEIGHT`.

    Args:
        maps: For each input its maps, float, shape (h, w, len(channels)).
        channels: The numbers of those channels.
        input_names: A name for each input.
        frames: For each input how its panels are drawn.
        blocks: Which channels stand in one row; an input has a row for each block.
        size: Height of the labels' font in pixels.

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
            row = [labelled(blank(*frame.own), name, size=size)]
            panel = blank(frame.maps.size[0], frame.room)
            row += [labelled(panel, *words, size=size) for words in of_channels[block]]
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
    size: int,
) -> np.ndarray:
    """Draw one input and its maps side by side.

    Args:
        picture: The input, RGB, uint8, shape (H, W, 3); None leaves its place empty.
        maps: Float, shape (h, w, C).
        frame: How the panels are drawn.
        scale: What the values are drawn on.
        labels: Those of the input, and of each map.
        size: Height of the labels' font in pixels.

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
            labelled(p, *words, size=size)
            for p, words in zip([input_panel, *panels], labels, strict=True)
        ]
    )


def inputs_page(
    pictures: Sequence[np.ndarray | None],
    maps: Sequence[np.ndarray],
    channels: Sequence[int],
    *,
    layer: str,
    input_names: Sequence[str],
    limits: tuple[float, float] | None,
    limits_of: str | None,
    shapes: Sequence[Sequence[int]] | None,
) -> Page:
    """Compose what `montage.draw_inputs` does, of channels that were chosen before.

    Args:
        pictures: The inputs, RGB, uint8, shapes (H, W, 3), or None.
        maps: For each input the maps of the channels to show, float, shape
            (h, w, len(channels)).
        channels: The numbers of those channels, at least one.
        layer: Layer path, for the caption.
        input_names: A name for each input.
        limits: Fixed (low, high), or None.
        limits_of: What shares these limits, for the legend.
        shapes: For each input the shape of its activations before `as_maps`; the
            number of channels does not matter.

    Returns:
        RGB, uint8.

    Raises:
        ValueError: If the numbers of pictures, maps and names differ, there are none,
            `shapes` are not theirs, or a picture is not RGB, uint8.
    """
    if not len(maps) or not len(pictures) == len(maps) == len(input_names):
        raise ValueError(
            f"Received {len(pictures)} pictures, {len(maps)} maps and "
            f"{len(input_names)} names; expected the same number of each, at least one."
        )
    if shapes is not None and len(shapes) != len(maps):
        raise ValueError(
            f"Received {len(shapes)} shapes for {len(maps)} inputs; expected one each."
        )
    pictures = [checked_picture(picture) for picture in pictures]
    chosen = list(maps)
    said = [None] * len(maps) if shapes is None else shapes
    shapes = [
        shape_before(values.shape, shape)
        for values, shape in zip(chosen, said, strict=True)
    ]
    widest = max(range(len(chosen)), key=lambda index: chosen[index].shape[1])
    frames = [
        row_frame(picture, values, slice_grid(shape), chosen[widest].shape[1])
        for picture, values, shape in zip(pictures, chosen, shapes, strict=True)
    ]
    blocks = channel_blocks(len(channels))
    size = rows_text_size(frames, per_row(len(channels)))
    labels = labels_that_fit(chosen, channels, input_names, frames, blocks, size)
    shown = len(labels)
    chosen = chosen[:shown]
    scale = common_scale(
        *chosen,
        limits=limits,
        limits_of=limits_of,
        subject="all inputs and channels shown",
    )
    rows = [
        comparison_row(
            picture,
            values[:, :, block],
            frame,
            scale,
            [words[0], *words[1:][block]],
            size,
        )
        for block in blocks
        for picture, values, frame, words in zip(
            pictures[:shown], chosen, frames[:shown], labels, strict=True
        )
    ]
    note = frame_note(shapes[widest], frames[widest].maps.size)
    note = note or "maps resized to their input, bicubic"
    facts = [
        f"{inputs_shown(shown, len(maps))}, channels {listed(channels)}",
        f"{note}; changes are against {input_names[0]}, where they are largest",
    ]
    marks = sum_marks(*(count_marks(values, scale) for values in chosen))
    return Page(down(rows, gap=2 * GAP), layer, facts, scale, marks)


def relu_page(
    before: np.ndarray,
    after: np.ndarray,
    channels: Sequence[int],
    *,
    layer: str,
    before_layer: str,
    input_name: str = "",
    limits: tuple[float, float] | None = None,
    limits_of: str | None = None,
    shape: Sequence[int] | None = None,
) -> Page:
    """Compose what `montage.draw_relu` draws, with its arguments."""
    before, after = checked_maps(before), checked_maps(after)
    if before.shape != after.shape:
        raise ValueError(
            f"Received maps of shapes {before.shape} before and {after.shape} after "
            "the activation; expected the same shape."
        )
    shape = shape_before(before.shape, shape)
    wanted = existing_channels(channels, before.shape[2])
    cut_everywhere = cut_share(before, after)
    before, after = before[:, :, wanted], after[:, :, wanted]
    scale = common_scale(
        before,
        after,
        limits=limits,
        limits_of=limits_of,
        signed=True,
        subject="both rows",
    )
    frame = map_frame(
        before.shape, slices=slice_grid(shape), method="nearest", largest=320
    )
    upper, lower = (
        map_panels(maps, frame.size, scale, frame.method, frame.slices)
        for maps in (before, after)
    )
    stacked = is_sequence(before.shape)
    size = panels_text_size([frame.size[1]] * (1 if stacked else len(channels)))
    figures = []
    for index, channel in enumerate(channels):
        words = relu_labels(channel, before[:, :, index], after[:, :, index])
        pair = zip((upper[index], lower[index]), words, strict=True)
        figures.append(
            down([labelled(panel, *lines, size=size) for panel, lines in pair])
        )
    if stacked:
        figures = [down(figures, gap=2 * GAP)]
    height, width = before.shape[:2]
    what = frame_note(shape, frame.size) or f"maps of {height}x{width}"
    facts = [
        with_input(what, input_name),
        f"above, before: {before_layer}",
        f"below, after: {layer}; over all channels {cut_everywhere:.1%} of the values "
        "are cut to 0",
    ]
    marks = sum_marks(count_marks(before, scale), count_marks(after, scale))
    return Page(in_rows(figures), layer, facts, scale, marks)
