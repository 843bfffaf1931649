"""Activations -> finished pictures, one function for each view.

Every view returns RGB, uint8, shape (H, W, 3), and states its scale in a caption.
Channels are counted from 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tb_actviz.imaging.captions import (
    cut_share,
    inputs_shown,
    listed,
    order_note,
    peak,
    relu_labels,
    resize_note,
    with_input,
)
from tb_actviz.imaging.checks import checked_maps, checked_picture, existing_channels
from tb_actviz.imaging.grid import draw_grid
from tb_actviz.imaging.layout import GAP, down, labelled, page
from tb_actviz.imaging.panels import (
    in_rows,
    map_panels,
    panel_size,
    picture_panel,
)
from tb_actviz.imaging.rows import channel_blocks, comparison_row, labels_that_fit
from tb_actviz.imaging.scale import (
    common_scale,
    count_marks,
    stretch_channels,
    sum_marks,
)


def channel_grid(
    maps: np.ndarray,
    *,
    layer: str,
    input_name: str = "",
    limits: tuple[float, float] | None = None,
    per_channel: bool = False,
) -> np.ndarray:
    """Show all channels of a layer as one grid, row by row.

    Args:
        maps: Activations of one input, float, shape (H, W, C).
        layer: Layer path, for the caption.
        input_name: Name of the input, for the caption.
        limits: Fixed (low, high); default is one scale for the whole layer.
        per_channel: Stretch every channel over its own range instead.

    Returns:
        RGB, uint8. Small maps are enlarged by a whole factor, very large grids shrunk;
        the caption says so.

    Raises:
        ValueError: If `maps` is not (H, W, C) or has more than a million channels, or
            both `limits` and `per_channel` are given.
    """
    maps = checked_maps(maps)
    height, width, channels = maps.shape
    if per_channel and limits is not None:
        raise ValueError("Received limits and per_channel=True; expected one of them.")
    if per_channel:
        shown, scale = stretch_channels(maps)
    else:
        shown, scale = maps, common_scale(maps, limits=limits, of="this layer")
    grid = draw_grid(shown, scale)
    facts = [
        with_input(f"{channels} maps of {height}x{width}", input_name),
        order_note(channels, grid.rows, grid.columns, grid.factor),
    ]
    return page(grid.picture, layer, facts, scale, count_marks(shown, scale))


def channels_beside_input(
    picture: np.ndarray | None,
    maps: np.ndarray,
    channels: Sequence[int],
    *,
    layer: str,
    input_name: str = "",
    limits: tuple[float, float] | None = None,
    heading: str = "chosen channels",
) -> np.ndarray:
    """Show channels beside the input, resized to it, all on one scale.

    Args:
        picture: The input, RGB, uint8, shape (H, W, 3); None where it is no picture.
        maps: Activations of that input, float, shape (h, w, C).
        channels: Which channels to show, in this order, at least one.
        layer: Layer path, for the caption.
        input_name: Name of the input, for the caption.
        limits: Fixed (low, high); default is one scale for the channels shown.
        heading: What the channels are, for the caption ("strongest channels").

    Returns:
        RGB, uint8.

    Raises:
        ValueError: If a channel does not exist, shapes are wrong, or the picture is
            not RGB, uint8.
    """
    picture, maps = checked_picture(picture), checked_maps(maps)
    chosen = maps[:, :, existing_channels(channels, maps.shape[2])]
    what = "this channel" if len(channels) == 1 else f"these {len(channels)} channels"
    scale = common_scale(chosen, limits=limits, of=what)
    size = panel_size(picture.shape[:2] if picture is not None else maps.shape[:2])
    panels = map_panels(chosen, size, scale)
    labels = [
        (f"channel {channel}", peak(chosen[:, :, index]))
        for index, channel in enumerate(channels)
    ]
    figures = [labelled(p, *words) for p, words in zip(panels, labels, strict=True)]
    if picture is not None:
        figures.insert(0, labelled(picture_panel(picture, size), input_name or "input"))
    facts = [
        with_input(f"{heading}: {listed(channels)}", input_name),
        resize_note(maps.shape[:2], size, picture),
    ]
    body = in_rows(figures)
    return page(body, layer, facts, scale, count_marks(chosen, scale))


def relu_comparison(
    before: np.ndarray,
    after: np.ndarray,
    channels: Sequence[int],
    *,
    layer: str,
    before_layer: str,
    input_name: str = "",
    limits: tuple[float, float] | None = None,
) -> np.ndarray:
    """Show channels before and after an activation, on one scale.

    Args:
        before: Pre-activations of one input, float, shape (H, W, C).
        after: Activations, same shape.
        channels: Which channels to show, in this order, at least one.
        layer: Path of the activation layer.
        before_layer: Path of the layer that feeds it.
        input_name: Name of the input, for the caption.
        limits: Fixed (low, high), two-hued where zero is their middle and grey
            elsewhere; default is one symmetric, two-hued scale for both rows.

    Returns:
        RGB, uint8: a column for each channel, before above after, with the share of
        its values that the activation cut to zero.

    Raises:
        ValueError: If the shapes differ or a channel does not exist.
    """
    before, after = checked_maps(before), checked_maps(after)
    if before.shape != after.shape:
        raise ValueError(
            f"Received maps of shapes {before.shape} before and {after.shape} after "
            "the activation; expected the same shape."
        )
    wanted = existing_channels(channels, before.shape[2])
    cut_everywhere = cut_share(before, after)
    before, after = before[:, :, wanted], after[:, :, wanted]
    scale = common_scale(before, after, limits=limits, signed=True, of="both rows")
    size = panel_size(before.shape[:2], largest=320)
    upper = map_panels(before, size, scale, "nearest")
    lower = map_panels(after, size, scale, "nearest")
    figures = []
    for index, channel in enumerate(channels):
        words = relu_labels(channel, before[:, :, index], after[:, :, index])
        pair = zip((upper[index], lower[index]), words, strict=True)
        figures.append(down([labelled(panel, *lines) for panel, lines in pair]))
    height, width = before.shape[:2]
    facts = [
        with_input(f"maps of {height}x{width}", input_name),
        f"above, before: {before_layer}",
        f"below, after: {layer}; over all channels {cut_everywhere:.1%} of the values "
        "are cut to 0",
    ]
    marks = sum_marks(count_marks(before, scale), count_marks(after, scale))
    return page(in_rows(figures), layer, facts, scale, marks)


def input_comparison(
    pictures: Sequence[np.ndarray | None],
    maps: Sequence[np.ndarray],
    channels: Sequence[int],
    *,
    layer: str,
    input_names: Sequence[str],
    limits: tuple[float, float] | None = None,
) -> np.ndarray:
    """Show the same channels for several inputs, one row each, all on one scale.

    Args:
        pictures: The inputs, RGB, uint8, shapes (H, W, 3), or None; sizes may differ.
        maps: For each input the maps of the channels to show, float, shape
            (h, w, len(channels)).
        channels: The numbers of those channels, at least one.
        layer: Layer path, for the caption.
        input_names: A name for each input.
        limits: Fixed (low, high); default is one scale for everything shown.

    Returns:
        RGB, uint8. Below each map stands its maximum, and how it differs from the
        first input's. Of many inputs those are shown that fit into 16,000 pixels of
        height, at least one; the caption says how many.

    Raises:
        ValueError: If the numbers of pictures, maps and names differ, there are none,
            the maps are not those of the channels, or a picture is not RGB, uint8.
    """
    if not maps or not len(pictures) == len(maps) == len(input_names):
        raise ValueError(
            f"Received {len(pictures)} pictures, {len(maps)} maps and "
            f"{len(input_names)} names; expected the same number of each, at least one."
        )
    pictures = [checked_picture(picture) for picture in pictures]
    chosen = [checked_maps(one) for one in maps]
    if any(one.shape[2] != len(channels) for one in chosen):
        raise ValueError(
            f"Received maps of {[one.shape[2] for one in chosen]} channels; expected "
            f"the {len(channels)} channels {listed(channels)} of each."
        )
    sizes = [
        panel_size((values if picture is None else picture).shape[:2], largest=320)
        for picture, values in zip(pictures, chosen, strict=True)
    ]
    blocks = channel_blocks(len(channels), max(width for _, width in sizes))
    labels = labels_that_fit(chosen, channels, input_names, sizes, blocks)
    shown = len(labels)
    chosen = chosen[:shown]
    scale = common_scale(*chosen, limits=limits, of="all inputs and channels shown")
    rows = [
        comparison_row(
            picture, values[:, :, block], size, scale, [own[0], *own[1:][block]]
        )
        for block in blocks
        for picture, values, size, own in zip(
            pictures[:shown], chosen, sizes[:shown], labels, strict=True
        )
    ]
    facts = [
        f"{inputs_shown(shown, len(maps))}, channels {listed(channels)}",
        "maps resized to their input, bicubic; changes are against "
        f"{input_names[0]}, where they are largest",
    ]
    marks = sum_marks(*(count_marks(values, scale) for values in chosen))
    return page(down(rows, gap=2 * GAP), layer, facts, scale, marks)
