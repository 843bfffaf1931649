"""The layers worth seeing of a model when none were named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from tb_actviz.capture.attention import is_attention
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.layer_kinds import (
    ACTIVATION_LAYERS,
    CONVOLUTIONS,
    fused_activation,
    is_input,
)

#: Less than one of so many layers is worth a word.
_FEW = 8
#: How many layers a sentence names.
_NAMED = 4


def is_meant_by_globs(call: LayerCall) -> bool:
    """Return whether a call is one of all layers, as `*` means them.

    Args:
        call: The call.

    Returns:
        False for inputs, values before fused activations, and what cannot be captured.
    """
    return not (is_input(call.layer) or call.fused or call.problem)


def select_default(calls: Sequence[LayerCall]) -> list[LayerCall]:
    """Pick the layers worth seeing when none were named.

    Args:
        calls: The calls of one model, from `list_calls`.

    Returns:
        Convolutions, activation layers and attention with maps, and in models with
        attention dense layers that apply an activation to each position; every layer
        but the inputs where there are none; in each part of a model that is run part by
        part.
    """
    selected = []
    for part in dict.fromkeys(call.part for call in calls):
        of_part = [call for call in calls if call.part == part]
        capturable = [call for call in of_part if is_meant_by_globs(call)]
        attends = any(is_attention(call.layer) for call in of_part)
        selected += [
            call
            for call in capturable
            if len(call.sample_shape) > 1 and _is_worth_seeing(call.layer, attends)
        ] or capturable
    return selected


def describe_default(
    calls: Sequence[LayerCall], chosen: Sequence[LayerCall]
) -> str | None:
    """Say how little of a model is taken where no layers were named.

    Args:
        calls: The calls of one model.
        chosen: Those that `select_default` picked.

    Returns:
        A sentence; None where it is no small part.
    """
    count = sum(map(is_meant_by_globs, calls))
    if _FEW * len(chosen) >= count:
        return None
    paths = ", ".join(repr(call.path) for call in chosen[:_NAMED])
    return (
        f"No layers were named, so that {len(chosen)} of {count} are taken, those that "
        f"are convolutions, activation layers or attention: {paths}"
        f"{', …' if len(chosen) > _NAMED else ''}. layers='*' takes all of them."
    )


def _is_worth_seeing(layer: Any, attends: bool) -> bool:
    if isinstance(layer, CONVOLUTIONS + ACTIVATION_LAYERS) or is_attention(layer):
        return True
    is_dense = isinstance(layer, keras.layers.Dense | keras.layers.EinsumDense)
    return attends and is_dense and fused_activation(layer) is not None
