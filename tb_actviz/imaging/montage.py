"""Activations -> finished pictures, one function for each view.

Every view returns RGB, uint8, shape (H, W, 3), and states its scale in a caption.
Channels are counted from 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tb_actviz.imaging.grid import draw_grid
from tb_actviz.imaging.layout import GAP, across, blank, down, labelled, page
from tb_actviz.imaging.panels import (
    ROW_WIDTH,
    in_rows,
    map_panels,
    panel_size,
    picture_panel,
)
from tb_actviz.imaging.scale import (
    common_scale,
    count_marks,
    format_value,
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
        ValueError: If `maps` is not (H, W, C), or both `limits` and `per_channel` are
            given.
    """
    maps = _checked(maps)
    height, width, channels = maps.shape
    if per_channel and limits is not None:
        raise ValueError("Received limits and per_channel=True; expected one of them.")
    if per_channel:
        shown, scale = stretch_channels(maps)
    else:
        shown, scale = maps, common_scale(maps, limits=limits, of="this layer")
    grid = draw_grid(shown, scale)
    order = "channel 0"
    if channels > 1:
        order = f"channels 0-{channels - 1}, row by row, {grid.rows}x{grid.columns}"
    if grid.factor > 1:
        order += f"; enlarged {grid.factor:g} times"
    elif grid.factor < 1:
        order += f"; shrunk to {grid.factor:.0%}"
    facts = [_facts(f"{channels} maps of {height}x{width}", input_name), order]
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
        ValueError: If a channel does not exist, or shapes are wrong.
    """
    maps = _checked(maps)
    chosen = maps[:, :, _existing(channels, maps.shape[2])]
    what = "this channel" if len(channels) == 1 else f"these {len(channels)} channels"
    scale = common_scale(chosen, limits=limits, of=what)
    size = panel_size(picture.shape[:2] if picture is not None else maps.shape[:2])
    panels = map_panels(chosen, size, scale)
    labels = [
        (f"channel {channel}", _peak(chosen[:, :, index]))
        for index, channel in enumerate(channels)
    ]
    figures = [labelled(p, *words) for p, words in zip(panels, labels, strict=True)]
    if picture is not None:
        figures.insert(0, labelled(picture_panel(picture, size), input_name or "input"))
    facts = [
        _facts(f"{heading}: {_listed(channels)}", input_name),
        _resize_note(maps.shape[:2], size, picture),
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
) -> np.ndarray:
    """Show channels before and after an activation, on one symmetric scale.

    Args:
        before: Pre-activations of one input, float, shape (H, W, C).
        after: Activations, same shape.
        channels: Which channels to show, in this order, at least one.
        layer: Path of the activation layer.
        before_layer: Path of the layer that feeds it.
        input_name: Name of the input, for the caption.

    Returns:
        RGB, uint8: a column for each channel, before above after, with the share of
        its values that the activation cut to zero.

    Raises:
        ValueError: If the shapes differ or a channel does not exist.
    """
    before, after = _checked(before), _checked(after)
    if before.shape != after.shape:
        raise ValueError(
            f"Received maps of shapes {before.shape} before and {after.shape} after "
            "the activation; expected the same shape."
        )
    wanted = _existing(channels, before.shape[2])
    cut_everywhere = _cut_share(before, after)
    before, after = before[:, :, wanted], after[:, :, wanted]
    scale = common_scale(before, after, signed=True, of="both rows")
    size = panel_size(before.shape[:2], largest=320)
    upper = map_panels(before, size, scale, "nearest")
    lower = map_panels(after, size, scale, "nearest")
    figures = []
    for index, channel in enumerate(channels):
        cut = _cut_share(before[:, :, index], after[:, :, index])
        figures.append(
            down(
                [
                    labelled(upper[index], f"channel {channel}", "before"),
                    labelled(lower[index], f"after: {cut:.0%} cut"),
                ]
            )
        )
    height, width = before.shape[:2]
    facts = [
        _facts(f"maps of {height}x{width}", input_name),
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
        first input's.

    Raises:
        ValueError: If the numbers of pictures, maps and names differ, there are none,
            or the maps are not those of the channels.
    """
    if not maps or not len(pictures) == len(maps) == len(input_names):
        raise ValueError(
            f"Received {len(pictures)} pictures, {len(maps)} maps and "
            f"{len(input_names)} names; expected the same number of each, at least one."
        )
    chosen = [_checked(one) for one in maps]
    if any(one.shape[2] != len(channels) for one in chosen):
        raise ValueError(
            f"Received maps of {[one.shape[2] for one in chosen]} channels; expected "
            f"the {len(channels)} channels {_listed(channels)} of each."
        )
    scale = common_scale(*chosen, limits=limits, of="all inputs and channels shown")
    sizes = [
        panel_size((values if picture is None else picture).shape[:2], largest=320)
        for picture, values in zip(pictures, chosen, strict=True)
    ]
    per_row = max(1, ROW_WIDTH // max(width + GAP for _, width in sizes) - 1)
    rows = []
    for start in range(0, len(channels), per_row):
        shown = range(start, min(start + per_row, len(channels)))
        for picture, values, size, name in zip(
            pictures, chosen, sizes, input_names, strict=True
        ):
            drawn = blank(*size) if picture is None else picture_panel(picture, size)
            row = [labelled(drawn, name)]
            panels = map_panels(values[:, :, shown], size, scale)
            for index, panel in zip(shown, panels, strict=True):
                changes = _against(chosen[0][:, :, index], values[:, :, index])
                row.append(labelled(panel, f"channel {channels[index]}", *changes))
            rows.append(across(row))
    facts = [
        f"{len(maps)} inputs, channels {_listed(channels)}",
        "maps resized to their input, bicubic; changes are against "
        f"{input_names[0]}, where they are largest",
    ]
    marks = sum_marks(*(count_marks(values, scale) for values in chosen))
    return page(down(rows, gap=2 * GAP), layer, facts, scale, marks)


def _checked(maps: np.ndarray) -> np.ndarray:
    maps = np.asarray(maps)
    if maps.ndim != 3 or 0 in maps.shape:
        raise ValueError(
            f"Received maps of shape {maps.shape}; expected (H, W, C), none of them 0."
        )
    return maps


def _existing(channels: Sequence[int], count: int) -> list[int]:
    wrong = [channel for channel in channels if not 0 <= channel < count]
    if wrong or not len(channels):
        raise ValueError(
            f"Received channels {list(channels)}; expected at least one, from 0 to "
            f"{count - 1}."
        )
    return [int(channel) for channel in channels]


def _peak(values: np.ndarray) -> str:
    if not np.isfinite(values).any():
        return "nothing finite"
    only = np.where(np.isfinite(values), values, -np.inf)
    row, column = np.unravel_index(int(np.argmax(only)), values.shape)
    return f"max {format_value(float(only[row, column]))} at row {row}, column {column}"


def _against(first: np.ndarray, values: np.ndarray) -> list[str]:
    """The maximum, and where maps of one size differ most from the first input's."""
    labels = [_peak(values)]
    if np.shares_memory(first, values) or first.shape != values.shape:
        return labels
    change = np.abs(values - first, dtype=np.float64)
    change = np.where(np.isfinite(change), change, 0)
    place = np.unravel_index(int(np.argmax(change)), change.shape)
    if change[place]:
        was, now = format_value(float(first[place])), format_value(float(values[place]))
        labels.append(f"row {place[0]}, column {place[1]}: {was} -> {now}")
    return labels


def _cut_share(before: np.ndarray, after: np.ndarray) -> float:
    return float(np.mean((before < 0) & (after == 0)))


def _facts(text: str, input_name: str) -> str:
    return f"{text} · input: {input_name}" if input_name else text


def _listed(channels: Sequence[int]) -> str:
    return ", ".join(str(channel) for channel in channels)


def _resize_note(
    maps: tuple[int, ...], size: tuple[int, int], picture: np.ndarray | None
) -> str:
    note = f"maps of {maps[0]}x{maps[1]} resized to {size[0]}x{size[1]}, bicubic"
    if picture is not None and picture.shape[:2] != size:
        note += f"; the input has {picture.shape[0]}x{picture.shape[1]}"
    return note
