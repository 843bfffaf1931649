"""What an operation sees that is called on what sees that much."""

from __future__ import annotations

from typing import Any

import numpy as np

from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import is_activation
from tb_actviz.capture.seen import Seen
from tb_actviz.capture.seen_rules import (
    along,
    joined_together,
    merged,
    picked_by,
    reduced,
    reshaped_as,
    tried,
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Operations on the same values of several tensors.
_MERGING_OPERATIONS = _names(
    "Add Arctan2 Divide DivideNoNan Equal FloorDivide Greater GreaterEqual Hypot "
    "Less LessEqual LogicalAnd LogicalOr LogicalXor Logaddexp Maximum Minimum "
    "Mod Multiply NotEqual Power Subtract TrueDivide Where"
)
#: Operations on each value by itself.
_ELEMENT_WISE_OPERATIONS = _names(
    "Abs Absolute Arccos Arcsin Arctan Cast Ceil Clip Copy Cos Cosh Erf Exp "
    "Expm1 Floor Identity IsFinite Isnan Log Log10 Log1p Log2 LogicalNot "
    "NanToNum Negative Reciprocal Round Rsqrt Sign Sin Sinh Sqrt Square "
    "StopGradient Tan Tanh"
)
_REDUCING_OPERATIONS = _names(
    "All Amax Amin Any Argmax Argmin CountNonzero Logsumexp Max Mean Median Min "
    "Prod Std Sum Var"
)
#: Operations that give some of the values of one tensor, in another order.
_PICKING_OPERATIONS = _names(
    "ArraySplit BroadcastTo CropImages DepthToSpace Diagonal ExtractPatches Flip "
    "Fliplr Flipud GetItem Moveaxis Repeat Roll Rot90 Slice SpaceToDepth Split "
    "Swapaxes Take Tile Transpose Unfold Unstack"
)
#: Activations that put values together.
_ALONG_AN_AXIS = {"Glu", "LogSoftmax", "Softmax", "Sparsemax"}
_RESHAPING_OPERATIONS = {"ExpandDims", "Ravel", "Reshape", "Squeeze", "View"}


def through_operation(
    call: LayerCall, sources: list[Seen], channels_first: bool
) -> Seen | None:
    """Find what an operation sees.

    Args:
        call: A call of one of Keras' own.
        sources: What the tensors see that it is called on, at least one.
        channels_first: Whether the first of them has its channels first.

    Returns:
        The same for what it gives; None if it is not understood.
    """
    operation, (first, *more) = call.layer, sources
    name = type(operation).__name__
    if name == "Concatenate":
        return joined_together(sources, operation.axis, channels_first)
    if name in _MERGING_OPERATIONS:
        return merged(sources)
    if more:
        return None
    if name in ("ZerosLike", "OnesLike"):
        return Seen.of_nothing(first.shape)
    if name in _ELEMENT_WISE_OPERATIONS:
        return first
    if name in _REDUCING_OPERATIONS:
        axes, count = operation.axis, len(first.shape)
        axes = [axes] if isinstance(axes, int) else list(axes or range(count))
        if 0 in {axis % count for axis in axes}:
            return None
        return reduced(first, axes, operation.keepdims)
    if name in _RESHAPING_OPERATIONS:
        return reshaped_as(operation, first, call)
    if name == "Pad":
        return _padded(operation, first, call)
    if name in _PICKING_OPERATIONS:
        return picked_by(call, first)
    if name in ("Resize", "PadImages"):
        return tried(operation.call, first, operation.data_format)
    if not is_activation(operation):
        return None
    if name in _ALONG_AN_AXIS:
        return along(first, getattr(operation, "axis", -1), channels_first)
    return first


def _padded(operation: Any, seen: Seen, call: LayerCall) -> Seen | None:
    """Other values around the tensor, or its own."""
    if operation.mode != "constant":
        return picked_by(call, seen)
    widths = operation.pad_width
    count = len(seen.shape)
    widths = widths * count if len(widths) == 1 else widths
    if len(widths) != count or any(widths[0]):
        return None
    for axis, (before, after) in enumerate(widths):
        if before or after:
            taps = np.arange(-before, seen.shape[axis] + after)[:, None]
            seen = seen.taken(axis, taps)
    return seen
