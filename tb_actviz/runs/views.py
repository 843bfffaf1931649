"""One layer's response to one input -> every picture of it that was asked for.

Tokens that are patches of a picture are drawn in their rows and columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tb_actviz.arrays import as_maps
from tb_actviz.imaging.montage import beside_input_page, channels_page
from tb_actviz.imaging.page import Page
from tb_actviz.imaging.rows import relu_page
from tb_actviz.imaging.scale import common_scale
from tb_actviz.receptive_field import TokenGrid
from tb_actviz.records.facts import LayerFacts
from tb_actviz.runs.options import LogOptions

#: So many tokens before those that a declared grid has places for are class tokens.
_MOST_CLASS_TOKENS = 16


@dataclass(frozen=True, eq=False)
class Response:
    """How one layer responds to one input.

    Args:
        layer: Layer path.
        input_name: Name of the input.
        picture: The input, RGB, uint8, shape (H, W, 3); None where it is not a picture.
        maps: Its activations, float32, shape (h, w, C), from `as_maps`.
        shape: Their shape before that, without the batch axis.
        before_layer: Path of the layer before the activation, if it has one.
        before: The activations of that layer, same shape as `maps`.
        followed: The channels that are followed in the layer.
        picture_note: On which scale the input is shown, where that needs saying.
        axes: What the axes of the maps are, in words, where they are not those of a
            picture; else empty.
    """

    layer: str
    input_name: str
    picture: np.ndarray | None
    maps: np.ndarray
    shape: tuple[int, ...]
    before_layer: str | None = None
    before: np.ndarray | None = None
    followed: tuple[int, ...] = ()
    picture_note: str = ""
    axes: str = ""


@dataclass(frozen=True)
class SharedScale:
    """One scale for each layer, the same in its pictures at several steps.

    Args:
        ranges: Layer path to the smallest and largest finite value of all of them;
            None where nothing is finite.
        shared_by: In words, who shares the scale.
    """

    ranges: Mapping[str, tuple[float, float] | None]
    shared_by: str

    def limits(self, *layers: str, signed: bool = False) -> tuple[float, float]:
        """Find the ends of the scale, as a picture's own scale has them.

        Args:
            *layers: Paths of the layers that are shown together.
            signed: Take the symmetric scale even if no value is negative.

        Returns:
            (low, high) in units of the activations.
        """
        seen = [np.array(limits) for layer in layers if (limits := self.ranges[layer])]
        scale = common_scale(*seen, signed=signed, subject=self.shared_by)
        return scale.low, scale.high


def draw(
    response: Response,
    strongest: Sequence[int],
    views: Sequence[str],
    options: LogOptions,
    shared: SharedScale | None = None,
) -> Iterator[tuple[str, Page]]:
    """Compose views of one response.

    Args:
        response: The layer's response.
        strongest: Its strongest channels, strongest first.
        views: Which views to draw.
        options: How to draw them.
        shared: Scales of the layer and the one before it; None for those of the
            options.

    Yields:
        Name of the view and its page. The view `inputs` needs several responses and
        is not among them.
    """
    layer, maps = response.layer, response.maps
    limits = options.limits if shared is None else shared.limits(layer)
    captions: dict[str, Any] = {
        "layer": f"{layer} ({response.axes})" if response.axes else layer,
        "input_name": response.input_name,
        "shape": response.shape,
        "limits_of": None if shared is None else shared.shared_by,
    }
    beside_input = partial(
        beside_input_page,
        response.picture,
        maps=maps,
        limits=limits,
        picture_note=response.picture_note,
        **captions,
    )
    if "channels" in views:
        stretched = options.per_channel
        yield (
            "channels",
            channels_page(maps, limits=limits, per_channel=stretched, **captions),
        )
    if "chosen" in views and response.followed:
        yield "chosen", beside_input(channels=response.followed)
    if "strongest" in views:
        yield (
            "strongest",
            beside_input(channels=strongest, heading="strongest channels"),
        )
    if "relu" in views and response.before is not None:
        before_layer = str(response.before_layer)
        both = limits
        if shared is not None:
            both = shared.limits(before_layer, layer, signed=True)
        yield (
            "relu",
            relu_page(
                response.before,
                maps,
                response.followed or strongest,
                before_layer=before_layer,
                limits=both,
                **captions,
            ),
        )


def token_grid_of(
    facts: LayerFacts, shape: Sequence[int], declared: tuple[int, int] | None
) -> TokenGrid | None:
    """Find how the tokens of a layer lie on the picture, or its keys.

    Args:
        facts: What is known of the layer from its model.
        shape: Shape of its activations for one input.
        declared: Rows and columns of patches; None for what is known.

    Returns:
        The grid that was declared or is known; None if the layer has not its tokens.
    """
    tokens, grid = _tokens(facts.axes, shape), facts.token_grid
    if declared is not None and (grid is None or grid.size != declared):
        class_tokens = tokens - declared[0] * declared[1]
        if not 0 <= class_tokens <= _MOST_CLASS_TOKENS:
            return None
        grid = TokenGrid(declared, class_tokens)
    return None if grid is None or grid.tokens != tokens else grid


def common_grid(grids: Sequence[TokenGrid | None]) -> TokenGrid | None:
    """Find the token grid that a layer has for all inputs.

    Args:
        grids: Those that it has for each, at least one.

    Returns:
        The grid; None where the inputs have different ones.
    """
    return grids[0] if all(grid == grids[0] for grid in grids) else None


def folded(
    activations: np.ndarray, axes: Sequence[str], grid: TokenGrid | None
) -> tuple[np.ndarray, tuple[int, ...]]:
    """Give activations a height and a width, tokens those of their grid.

    Args:
        activations: Those of one input.
        axes: What the layer's facts name; the grid of scores is that of their keys.
        grid: The layer's token grid, from `token_grid_of`.

    Returns:
        The maps, and the shape that they are said to have.
    """
    if grid is None or axes:
        return as_maps(activations), activations.shape
    maps = as_maps(activations, (grid.size[0], grid.size[1]))
    return maps, maps.shape


def folding_words(axes: Sequence[str], grid: TokenGrid | None) -> str:
    """Say that tokens are drawn as maps, and what is left out.

    Args:
        axes: As for `folded`.
        grid: As for `folded`.

    Returns:
        Such as `65 tokens as 8x8 patches, without the first one, a class token`; empty
        for other layers.
    """
    if grid is None or axes:
        return ""
    rows, columns = grid.size
    words = f"{grid.tokens} tokens as {rows}x{columns} patches"
    if grid.class_tokens == 1:
        words += ", without the first one, a class token"
    elif grid.class_tokens:
        words += f", without the first {grid.class_tokens}, class tokens"
    return words


def _tokens(axes: Sequence[str], shape: Sequence[int]) -> int:
    """How many tokens, or keys of attention, activations have; 0 for none."""
    if len(shape) == 2 and not axes:
        return shape[0]
    return shape[1] if len(shape) == 3 and tuple(axes[:2]) == ("queries", "keys") else 0
