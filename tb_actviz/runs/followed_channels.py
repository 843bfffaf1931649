"""Which channels are followed in which layer, where layers differ in width."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tb_actviz.errors import InputError, near_matches
from tb_actviz.runs.options import MAX_CHANNELS


@dataclass(frozen=True)
class FollowedChannels:
    """The channels to follow, layer by layer.

    Args:
        of_layer: Layer path to the channels followed there, in the order asked for.
        missing: Layer path to the channels that were asked for and do not exist there.
    """

    of_layer: Mapping[str, tuple[int, ...]]
    missing: Mapping[str, tuple[int, ...]]


def follow_channels(
    asked: Mapping[str, Sequence[int]], widths: Mapping[str, int | None]
) -> FollowedChannels:
    """Find the channels to follow in each layer.

    Args:
        asked: Layer path or glob to channels, counted from 0. A path is meant before a
            glob that is written like it; what several of them name of one layer is
            followed together.
        widths: Path of each logged layer to its number of channels; None where that is
            not known yet, and any channel may exist.

    Returns:
        The channels that exist; those that do not, beside others that do.

    Raises:
        InputError: If no layer has a path or glob, none of its layers a channel, or a
            layer has more than 64 to follow.
    """
    followed: dict[str, list[int]] = {path: [] for path in widths}
    missing: dict[str, list[int]] = {path: [] for path in widths}
    for pattern, channels in asked.items():
        paths = [path for path in widths if path == pattern]
        paths = paths or [path for path in widths if fnmatch.fnmatchcase(path, pattern)]
        if not paths:
            raise InputError(
                f"Channels are to be followed in {pattern!r}, which none of the logged "
                f"layers matches. {near_matches(pattern.strip('*?'), widths)}"
            )
        for channel in channels:
            there = [path for path in paths if _has(widths[path], channel)]
            if not there:
                raise InputError(_exists_nowhere(channel, paths, widths))
            for path in paths:
                lists = followed if path in there else missing
                if channel not in lists[path]:
                    lists[path].append(channel)
    most = max(followed, key=lambda path: len(followed[path]), default="")
    if most and len(followed[most]) > MAX_CHANNELS:
        raise InputError(
            f"Received {len(followed[most])} channels to follow in {most!r}, by "
            f"several paths or globs; expected at most {MAX_CHANNELS}."
        )
    return FollowedChannels(
        {path: tuple(channels) for path, channels in followed.items()},
        {path: tuple(channels) for path, channels in missing.items() if channels},
    )


def describe_missing(missing: Mapping[str, Sequence[int]]) -> str:
    """Say in which layers channels do not exist.

    Args:
        missing: Layer path to the channels.

    Returns:
        A sentence.
    """
    listed = "; ".join(
        f"{path}: {', '.join(map(str, channels))}" for path, channels in missing.items()
    )
    return f"Of the channels to follow, these do not exist in these layers: {listed}."


def _has(width: int | None, channel: int) -> bool:
    return width is None or channel < width


def _exists_nowhere(
    channel: int, paths: Sequence[str], widths: Mapping[str, int | None]
) -> str:
    widest = max(paths, key=lambda path: widths[path] or 0)
    width = widths[widest] or 0
    which = f"The layer {widest!r}"
    if len(paths) > 1:
        which = f"The widest of {len(paths)} layers, {widest!r},"
    return (
        f"{which} has {width} channels, 0 to {width - 1}; channel {channel} does not "
        "exist. Channels count from 0."
    )
