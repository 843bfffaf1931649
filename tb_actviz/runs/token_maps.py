"""A layer's tokens as maps, where it is known how they lie on the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tb_actviz.arrays import as_maps
from tb_actviz.receptive_field import TokenGrid
from tb_actviz.records.facts import LayerFacts

#: So many tokens before those that a declared grid has places for are class tokens.
_MOST_CLASS_TOKENS = 16


def with_token_grid(
    facts: LayerFacts, shape: Sequence[int], declared: tuple[int, int] | None
) -> LayerFacts:
    """Take a token grid that was declared for a layer that has as many tokens.

    Args:
        facts: What is known of the layer from its model.
        shape: Shape of its activations for one input.
        declared: Rows and columns of patches; None for what is known.

    Returns:
        The same, with a token grid only if the layer has its tokens.
    """
    tokens = _tokens(facts.axes, shape)
    grid = facts.token_grid
    if declared is not None and (grid is None or grid.size != declared):
        class_tokens = tokens - declared[0] * declared[1]
        grid = None
        if 0 <= class_tokens <= _MOST_CLASS_TOKENS:
            grid = TokenGrid(declared, class_tokens)
    if grid is not None and grid.tokens != tokens:
        grid = None
    return replace(facts, token_grid=grid)


def common_facts(layers: Sequence[LayerFacts]) -> LayerFacts:
    """Find what is said of a layer for all inputs.

    Args:
        layers: What is said of it for each, at least one.

    Returns:
        The same, without a token grid where the inputs have different ones.
    """
    first = layers[0]
    if any(other.token_grid != first.token_grid for other in layers):
        return replace(first, token_grid=None)
    return first


def folded(
    activations: np.ndarray, facts: LayerFacts
) -> tuple[np.ndarray, tuple[int, ...]]:
    """Give activations a height and a width, tokens those of their grid.

    Args:
        activations: Those of one input.
        facts: Of the layer, from `with_token_grid`.

    Returns:
        The maps, and the shape that they are said to have.
    """
    grid = facts.token_grid
    if grid is None or facts.axes:  # those of scores are keys, not positions
        return as_maps(activations), activations.shape
    maps = as_maps(activations, (grid.size[0], grid.size[1]))
    return maps, maps.shape


def folding_words(facts: LayerFacts) -> str:
    """Say that tokens are drawn as maps, and what is left out.

    Args:
        facts: Of the layer, from `with_token_grid`.

    Returns:
        Such as `65 tokens as 8x8 patches, without the first one, a class token`; empty
        for other layers.
    """
    grid = facts.token_grid
    if grid is None or facts.axes:
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
