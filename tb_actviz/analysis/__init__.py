"""From arrays to numbers."""

from tb_actviz.analysis.channels import (
    ChannelStatistics,
    channel_statistics,
    dead_channels,
    strongest_channels,
)
from tb_actviz.analysis.histogram import Histogram, histogram
from tb_actviz.analysis.layer import LayerStatistics, layer_statistics

__all__ = [
    "ChannelStatistics",
    "Histogram",
    "LayerStatistics",
    "channel_statistics",
    "dead_channels",
    "histogram",
    "layer_statistics",
    "strongest_channels",
]
