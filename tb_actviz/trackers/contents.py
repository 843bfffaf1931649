"""What trackers take of the summaries of a step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary

from tb_actviz.trackers.tracker import Histogram, Picture

#: The tabs whose contents trackers know as well.
_PLUGINS = {"scalars", "images", "histograms"}


@dataclass(frozen=True)
class Contents:
    """The contents of a step that trackers know.

    Args:
        scalars: Tag to number.
        pictures: The pictures, in their order.
        histograms: The histograms, in their order.
    """

    scalars: dict[str, float] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    histograms: list[Histogram] = field(default_factory=list)


def is_for_trackers(summary: Summary) -> bool:
    """Return whether trackers take anything of a summary.

    Args:
        summary: As `tb_actviz.writing.summaries` makes them.
    """
    plugins = {value.metadata.plugin_data.plugin_name for value in summary.value}
    return bool(plugins & _PLUGINS)


def read_contents(summaries: Iterable[Summary]) -> Contents:
    """Read what there is for trackers; records and texts stay in the event files.

    Args:
        summaries: As `tb_actviz.writing.summaries` makes them.

    Returns:
        Their contents.
    """
    contents = Contents()
    for value in (value for summary in summaries for value in summary.value):
        plugin, tag = value.metadata.plugin_data.plugin_name, _inside(value.tag)
        if plugin == "scalars":
            contents.scalars[tag] = value.simple_value
        elif plugin == "images":
            contents.pictures.append(Picture(tag, value.tensor.string_val[2]))
        elif plugin == "histograms":
            bins = np.frombuffer(value.tensor.tensor_content, "<f8").reshape(-1, 3)
            edges = np.append(bins[:, 0], bins[-1:, 1])
            contents.histograms.append(Histogram(tag, edges, bins[:, 2]))
    return contents


def _inside(tag: str) -> str:
    """A tag that leads nowhere else where a tracker makes a path of it."""
    return "/".join(part if part.strip(". ") else "_" for part in tag.split("/"))
