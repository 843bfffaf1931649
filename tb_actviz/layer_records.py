"""What is known and found of a layer -> what its record says."""

from __future__ import annotations

from typing import Any

from tb_actviz.analysis.channels import ChannelStatistics
from tb_actviz.records.facts import LayerFacts, ReceptiveFacts
from tb_actviz.watch import WatchedLayer

#: A record's header names no statistics of more channels than these, of all inputs.
_MOST_CHANNELS = 40_000


def layer_facts(layer: WatchedLayer) -> LayerFacts:
    """State what is known of a layer.

    Args:
        layer: The layer.

    Returns:
        What its record says of it.
    """
    field = layer.receptive_field
    return LayerFacts(
        path=layer.path,
        class_name=layer.class_name,
        kind=layer.kind,
        partner=layer.partner,
        parameters=layer.parameters,
        receptive_field=None
        if field is None
        else ReceptiveFacts(field.size, field.stride, field.start),
    )


def channel_facts(statistics: ChannelStatistics, inputs: int) -> dict[str, Any]:
    """State the statistics of each channel: nothing of very many.

    Args:
        statistics: Of one input, arrays (C,).
        inputs: How many inputs the record has.

    Returns:
        Arguments of `InputFacts`.
    """
    if reduction(len(statistics.minimum), inputs):
        return {}
    return {
        "minimum": statistics.minimum,
        "maximum": statistics.maximum,
        "mean": statistics.mean,
        "zero_share": statistics.zero_share,
        "nan_count": statistics.nan_count,
        "inf_count": statistics.inf_count,
    }


def reduction(channels: int, inputs: int) -> str:
    """State what a record leaves out.

    Args:
        channels: How many channels the layer has.
        inputs: How many inputs the record has.

    Returns:
        In words, what; empty where it is nothing.
    """
    if channels * inputs > _MOST_CHANNELS:
        return f"no statistics of each of {channels} channels"
    return ""
