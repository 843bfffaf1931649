"""From arrays to numbers."""

from tb_actviz.analysis.channels import (
    ChannelStatistics,
    channel_statistics,
    dead_channels,
    strongest_channels,
)

__all__ = [
    "ChannelStatistics",
    "channel_statistics",
    "dead_channels",
    "strongest_channels",
]
