"""Activations -> finished pictures, one function for each view.

Every view returns RGB, uint8, shape (H, W, 3), and states its scale in a caption.
Channels are counted from 0.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    frame_note,
    heat_map_note,
    input_note,
    listed,
    maps_note,
    order_note,
    peak,
    resize_note,
    with_input,
)
from tb_actviz.imaging.grid import draw_grid
from tb_actviz.imaging.heat_map import draw_heat_map
from tb_actviz.imaging.layout import GAP, down, labelled
from tb_actviz.imaging.page import Page
from tb_actviz.imaging.panels import (
    in_rows,
    map_frame,
    map_panels,
    panel_size,
    panels_text_size,
    picture_panel,
)
from tb_actviz.imaging.rows import inputs_page, relu_page
from tb_actviz.imaging.scale import (
    common_scale,
    count_marks,
    stretch_channels,
)


def draw_channels(
    maps: np.ndarray,
    *,
    layer: str,
    input_name: str = "",
    limits: tuple[float, float] | None = None,
    limits_of: str | None = None,
    per_channel: bool = False,
    shape: Sequence[int] | None = None,
) -> np.ndarray:
    """Show all channels of a layer as one grid, row by row, or as a heat map.

    Args:
        maps: Activations of one input, float, shape (H, W, C); others from `as_maps`.
        layer: Layer path, for the caption.
        input_name: Name of the input, for the caption.
        limits: Fixed (low, high); default is one scale for the whole layer.
        limits_of: What shares these limits, for the legend, such as "all steps".
        per_channel: Stretch every channel over its own range instead.
        shape: Shape of the activations before `as_maps`, without the batch axis, so
            that the slices of a volume are kept apart; None for what `maps` has.

    Returns:
        RGB, uint8. Small maps are enlarged by a whole factor, very large grids shrunk;
        the caption says so. Channels whose maps have one row, as those of sequences,
        are the lines of a heat map, with positions to the right.

    Raises:
        ValueError: If `maps` is not (H, W, C) or has more than a million channels,
            `shape` is not theirs, or both `limits` and `per_channel` are given.

    Example:
        >>> acts = av.activations(model, "face.png", "conv1")
        >>> grid = av.draw_channels(acts["conv1"][0], layer="conv1", input_name="face")
        >>> grid.shape, grid.dtype
        ((..., ..., 3), dtype('uint8'))
    """
    return channels_page(
        maps,
        layer=layer,
        input_name=input_name,
        limits=limits,
        limits_of=limits_of,
        per_channel=per_channel,
        shape=shape,
    ).picture()


def draw_beside_input(
    picture: np.ndarray | None,
    maps: np.ndarray,
    channels: Sequence[int],
    *,
    layer: str,
    input_name: str = "",
    limits: tuple[float, float] | None = None,
    limits_of: str | None = None,
    heading: str = "chosen channels",
    shape: Sequence[int] | None = None,
    picture_note: str = "",
) -> np.ndarray:
    """Show channels beside the input, resized to it, all on one scale.

    Args:
        picture: The input, RGB, uint8, shape (H, W, 3); None where it is not a picture.
        maps: Activations of that input, float, shape (h, w, C).
        channels: Which channels to show, in this order, at least one.
        layer: Layer path, for the caption.
        input_name: Name of the input, for the caption.
        limits: Fixed (low, high); default is one scale for the channels shown.
        limits_of: What shares these limits, for the legend, such as "all steps".
        heading: What the channels are, for the caption ("strongest channels").
        shape: Shape of the activations before `as_maps`, as for `draw_channels`.
        picture_note: On which scale the picture is shown, such as "shown from -1 to 1".

    Returns:
        RGB, uint8. Sequences and the slices of volumes are not parts of a picture and
        keep a size of their own; sequences stand below one another.

    Raises:
        ValueError: If a channel does not exist, shapes are wrong, or the picture is
            not RGB, uint8.

    Example:
        >>> face = np.array(keras.utils.load_img("face.png"))  # RGB, uint8
        >>> maps = av.activations(model, face, "relu_conv1")["relu_conv1"][0]
        >>> drawn = av.draw_beside_input(face, maps, [3, 7], layer="relu_conv1")
        >>> drawn.shape
        (..., ..., 3)
    """
    return beside_input_page(
        picture,
        maps,
        channels,
        layer=layer,
        input_name=input_name,
        limits=limits,
        limits_of=limits_of,
        heading=heading,
        shape=shape,
        picture_note=picture_note,
    ).picture()


def draw_relu(
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
        limits_of: What shares these limits, for the legend, such as "all steps".
        shape: Shape of the activations before `as_maps`, as for `draw_channels`.

    Returns:
        RGB, uint8: a column for each channel, before above after, with the share of
        its values that the activation cut to zero; sequences all below one another.

    Raises:
        ValueError: If the shapes differ or a channel does not exist.

    Example:
        >>> acts = av.activations(model, "face.png", ["conv1", "relu_conv1"])
        >>> before, after = acts["conv1"][0], acts["relu_conv1"][0]
        >>> drawn = av.draw_relu(
        ...     before, after, [3, 7], layer="relu_conv1", before_layer="conv1"
        ... )
        >>> drawn.shape
        (..., ..., 3)
    """
    return relu_page(
        before,
        after,
        channels,
        layer=layer,
        before_layer=before_layer,
        input_name=input_name,
        limits=limits,
        limits_of=limits_of,
        shape=shape,
    ).picture()


def draw_inputs(
    pictures: Sequence[np.ndarray | None],
    maps: Sequence[np.ndarray],
    channels: Sequence[int],
    *,
    layer: str,
    input_names: Sequence[str],
    limits: tuple[float, float] | None = None,
    limits_of: str | None = None,
    shapes: Sequence[Sequence[int]] | None = None,
) -> np.ndarray:
    """Show the same channels for several inputs, one row each, all on one scale.

    Args:
        pictures: The inputs, RGB, uint8, shapes (H, W, 3), or None; sizes may differ.
        maps: For each input its activations, float, shape (h, w, C).
        channels: Which channels to show, in this order, at least one.
        layer: Layer path, for the caption.
        input_names: A name for each input.
        limits: Fixed (low, high); default is one scale for everything shown.
        limits_of: What shares these limits, for the legend, such as "all steps".
        shapes: For each input the shape of its activations before `as_maps`, as for
            `draw_channels`.

    Returns:
        RGB, uint8. Below each map stands its maximum, and how it differs from the
        first input's. As many inputs are shown as fit into 16,000 pixels of height,
        at least one; the caption says how many.

    Raises:
        ValueError: If the numbers of pictures, maps and names differ, there are none,
            a channel does not exist, `shapes` are not theirs, or a picture is not RGB,
            uint8.

    Example:
        >>> names = ["face", "face-eye-closed"]
        >>> faces = [np.array(keras.utils.load_img(f"{name}.png")) for name in names]
        >>> acts = av.activations(model, faces, "conv1")
        >>> rows = av.draw_inputs(
        ...     faces, acts["conv1"], [3, 7], layer="conv1", input_names=names
        ... )
        >>> rows.shape, rows.dtype
        ((..., ..., 3), dtype('uint8'))
    """
    whole = [checked_maps(values) for values in maps]
    chosen = [
        values[:, :, existing_channels(channels, values.shape[2])] for values in whole
    ]
    return inputs_page(
        pictures,
        chosen,
        channels,
        layer=layer,
        input_names=input_names,
        limits=limits,
        limits_of=limits_of,
        shapes=shapes,
    ).picture()


def channels_page(
    maps: np.ndarray,
    *,
    layer: str,
    input_name: str = "",
    limits: tuple[float, float] | None = None,
    limits_of: str | None = None,
    per_channel: bool = False,
    shape: Sequence[int] | None = None,
) -> Page:
    """Compose what `draw_channels` draws, with its arguments."""
    maps = checked_maps(maps)
    shape = shape_before(maps.shape, shape)
    _, width, channels = maps.shape
    if per_channel and limits is not None:
        raise ValueError("Received limits and per_channel=True; expected one of them.")
    if per_channel:
        shown, scale = stretch_channels(maps)
    else:
        shown = maps
        scale = common_scale(
            maps, limits=limits, limits_of=limits_of, subject="this layer"
        )
    if is_sequence(maps.shape):
        lines = draw_heat_map(shown, scale)
        picture = lines.picture
        order = heat_map_note(channels, width, lines.rows, lines.columns, lines.cell)
    else:
        grid = draw_grid(shown, scale, slice_grid(shape))
        picture = grid.picture
        order = order_note(channels, grid.rows, grid.columns, grid.factor)
    facts = [with_input(maps_note(shape), input_name), order]
    return Page(picture, layer, facts, scale, count_marks(shown, scale))


def beside_input_page(
    picture: np.ndarray | None,
    maps: np.ndarray,
    channels: Sequence[int],
    *,
    layer: str,
    input_name: str = "",
    limits: tuple[float, float] | None = None,
    limits_of: str | None = None,
    heading: str = "chosen channels",
    shape: Sequence[int] | None = None,
    picture_note: str = "",
) -> Page:
    """Compose what `draw_beside_input` draws, with its arguments."""
    picture, maps = checked_picture(picture), checked_maps(maps)
    shape = shape_before(maps.shape, shape)
    chosen = maps[:, :, existing_channels(channels, maps.shape[2])]
    what = "this channel" if len(channels) == 1 else f"these {len(channels)} channels"
    scale = common_scale(chosen, limits=limits, limits_of=limits_of, subject=what)
    beside = None if picture is None else panel_size(picture.shape[:2])
    frame = map_frame(maps.shape, beside, slices=slice_grid(shape))
    panels = map_panels(chosen, frame.size, scale, frame.method, frame.slices)
    labels = [
        (f"channel {channel}", peak(chosen[:, :, index], frame.slices))
        for index, channel in enumerate(channels)
    ]
    stacked = is_sequence(maps.shape)
    widths = [frame.size[1]] * (1 if stacked else len(panels))
    size = panels_text_size(widths if beside is None else [beside[1], *widths])
    figures = [
        labelled(panel, *words, size=size)
        for panel, words in zip(panels, labels, strict=True)
    ]
    if stacked:
        figures = [down(figures, gap=2 * GAP)]
    if picture is not None and beside is not None:
        input_panel = picture_panel(picture, beside)
        words = [input_name or "input", *([picture_note] if picture_note else [])]
        figures.insert(0, labelled(input_panel, *words, size=size))
    note = frame_note(shape, frame.size)
    if note:
        note += input_note(picture, beside)
    else:
        note = resize_note(maps.shape[:2], frame.size, picture)
    facts = [with_input(f"{heading}: {listed(channels)}", input_name), note]
    body = in_rows(figures)
    return Page(body, layer, facts, scale, count_marks(chosen, scale))
