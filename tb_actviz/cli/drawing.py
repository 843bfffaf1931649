"""Drawing options of the command line -> those of the logger."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tb_actviz.options import LogOptions


def drawing_options(arguments: argparse.Namespace) -> LogOptions:
    """Read what is to be drawn of each layer.

    Args:
        arguments: Parsed command line of a command that draws.

    Returns:
        The options.

    Raises:
        InputError: If one of them makes no sense.
    """
    from tb_actviz.options import LogOptions

    return LogOptions(
        channels=arguments.channels,
        strongest=arguments.strongest,
        views=arguments.views,
        limits=tuple(arguments.limits) if arguments.limits else None,
        per_channel=arguments.per_channel,
    )
