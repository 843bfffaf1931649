"""The two kinds of records that our event files hold."""

from __future__ import annotations

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.writing.framing import frame

_VERSION = "brain.Event:2"


def version_record(wall_time: float) -> bytes:
    """Make the record that an event file begins with.

    Args:
        wall_time: Seconds since 1970.

    Returns:
        The record.
    """
    return frame(Event(wall_time=wall_time, file_version=_VERSION).SerializeToString())


def summary_record(summary: Summary, step: int, wall_time: float) -> bytes:
    """Make the record of a summary.

    Args:
        summary: The summary.
        step: Its step.
        wall_time: Seconds since 1970.

    Returns:
        The record.
    """
    event = Event(wall_time=wall_time, step=int(step), summary=summary)
    return frame(event.SerializeToString())
