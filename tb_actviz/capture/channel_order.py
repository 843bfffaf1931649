"""Which axis of a tensor is its channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import keras

from tb_actviz.capture.attention import Layout, attention_layout, owners
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import is_activation, is_input

_MOVES_AXES = (keras.layers.Permute, keras.layers.Reshape)
_HANDS_ON = (keras.layers.Dropout, keras.layers.Identity)


def with_channel_order(calls: Sequence[LayerCall]) -> list[LayerCall]:
    """Find out which axes of tensors are the channels.

    Only some layers say so themselves; the others keep the order of what they are
    called on, as long as they keep the number of axes and do not permute them. Inputs
    have the order of the layers that use them. What attention computes has an order of
    its own.

    Args:
        calls: The calls of one model, in the order they run.

    Returns:
        The same calls, with `channel_axis` and `axes` set.
    """
    ranks = {call.path: len(call.shape) for call in calls}
    said = {call.path: _said_order(call) for call in calls}
    first: dict[str, bool] = {}
    # Backwards for the inputs: a user of theirs, or a user of its result, says it.
    wanted: set[str] = set()
    for call in reversed(calls):
        if said[call.path] or (said[call.path] is None and call.path in wanted):
            wanted.update(s for s in call.sources if ranks.get(s) == ranks[call.path])
    for call in calls:
        is_first = said[call.path]
        if is_first is None:
            is_first = any(
                first.get(source, False) and ranks[source] == ranks[call.path]
                for source in call.sources
            ) or (not call.sources and is_input(call.layer) and call.path in wanted)
        first[call.path] = is_first
    ordered = [
        replace(call, channel_axis=1) if first[call.path] else call for call in calls
    ]
    return _with_attention(ordered)


def _with_attention(calls: Sequence[LayerCall]) -> list[LayerCall]:
    """Give what attention computes its own layout, and what is handed on of it."""
    by_path = {call.path: call for call in calls}
    owner_of = owners(calls)
    layouts: dict[str, Layout] = {}
    for call in calls:
        layout = attention_layout(call, owner_of(call), by_path)
        if layout is not None:
            # What a softmax is taken of is laid out as what it gives.
            of_softmax = call.sources if is_activation(call.layer) else ()
            layouts |= {s: layout for s in of_softmax if _is_like(call, by_path.get(s))}
        elif isinstance(call.layer, _HANDS_ON):
            layout = next((layouts[s] for s in call.sources if s in layouts), None)
        if layout is not None:
            layouts[call.path] = layout
    return [
        replace(call, channel_axis=layouts[call.path][0], axes=layouts[call.path][1])
        if call.path in layouts
        else call
        for call in calls
    ]


def _is_like(call: LayerCall, source: LayerCall | None) -> bool:
    return source is not None and len(source.shape) == len(call.shape)


def _said_order(call: LayerCall) -> bool | None:
    """Whether a call's layer says that channels are first; None where it is silent."""
    if len(call.shape) < 3 or isinstance(call.layer, _MOVES_AXES):
        return False
    order = getattr(call.layer, "data_format", None)
    return None if order is None else order == "channels_first"
