"""Contents of summaries that TensorBoard's own tabs show.

Each value is a number, or a tensor, with metadata that name its tab.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import numpy as np
from tensorboard.compat.proto.summary_pb2 import (
    DATA_CLASS_BLOB_SEQUENCE,
    DATA_CLASS_SCALAR,
    DATA_CLASS_TENSOR,
    Summary,
    SummaryMetadata,
)
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_DOUBLE, DT_STRING

from tb_actviz.errors import InputError


def image_summary(
    tag: str, png: bytes, width: int, height: int, description: str = ""
) -> Summary:
    """Make a summary that the Images tab shows.

    Args:
        tag: Its tag.
        png: The picture, encoded as PNG.
        width: Its width in pixels.
        height: Its height in pixels.
        description: Markdown shown behind the tag's "i".

    Returns:
        The summary, a tensor of three strings: width, height, PNG.
    """
    strings = [str(width).encode(), str(height).encode(), png]
    tensor = TensorProto(
        dtype=DT_STRING, string_val=strings, tensor_shape=_shape(len(strings))
    )
    metadata = _metadata("images", DATA_CLASS_BLOB_SEQUENCE, description)
    return _summary(tag, tensor, metadata)


def scalar_summary(values: Mapping[str, float]) -> Summary:
    """Make a summary of numbers that the Scalars and Time Series tabs show.

    Args:
        values: Tag to number; kept as float32. NaN is kept as well: the line is
            interrupted there, and the tabs draw a triangle.

    Returns:
        The summary, one value for each tag: a plain number, which readers without
        TensorFlow know as well.
    """
    metadata = _metadata("scalars", DATA_CLASS_SCALAR)
    return Summary(
        value=[
            Summary.Value(tag=tag, simple_value=value, metadata=metadata)
            for tag, value in values.items()
        ]
    )


def histogram_summary(
    tag: str,
    edges: Sequence[float] | np.ndarray,
    counts: Sequence[float] | np.ndarray,
    description: str = "",
) -> Summary:
    """Make a summary that the Histograms and Distributions tabs show.

    Args:
        tag: Its tag.
        edges: Edges of the k bins, (k + 1,), rising.
        counts: How many values lie in each bin, (k,).
        description: Markdown shown behind the tag's "i".

    Returns:
        The summary, a float64 tensor (k, 3): left edge, right edge, count.

    Raises:
        InputError: If there is not one edge more than counts.
    """
    sides, heights = np.asarray(edges, "<f8"), np.asarray(counts, "<f8")
    if heights.ndim != 1 or sides.shape != (len(heights) + 1,):
        raise InputError(
            f"Received edges of shape {sides.shape} and counts of shape "
            f"{heights.shape}; expected (k + 1,) and (k,)."
        )
    bins = np.stack([sides[:-1], sides[1:], heights], axis=1)
    tensor = TensorProto(
        dtype=DT_DOUBLE,
        tensor_content=bins.tobytes(),
        tensor_shape=_shape(*bins.shape),
    )
    metadata = _metadata("histograms", DATA_CLASS_TENSOR, description)
    return _summary(tag, tensor, metadata)


def text_summary(tag: str, text: str, description: str = "") -> Summary:
    """Make a summary that the Text tab shows.

    Args:
        tag: Its tag.
        text: Markdown.
        description: Markdown shown behind the tag's "i".

    Returns:
        The summary, a tensor of one string.
    """
    tensor = TensorProto(
        dtype=DT_STRING, string_val=[text.encode()], tensor_shape=_shape()
    )
    metadata = _metadata("text", DATA_CLASS_TENSOR, description)
    return _summary(tag, tensor, metadata)


def as_code(text: str) -> str:
    """Write text in Markdown so that it is shown as it is.

    Args:
        text: Lines of text.

    Returns:
        A block of code, in which `_` and `*` mean themselves.
    """
    return "\n".join(f"    {line}" for line in text.splitlines())


Content = TypeVar("Content")


class LastWritten(Generic[Content]):
    """Knows what was written at which steps.

    A reader takes what was written last up to a step, so that this is compared.
    """

    def __init__(self) -> None:
        self._at: dict[int, Content] = {}

    def is_news(self, step: int, content: Content) -> bool:
        """Return whether something else was written last, or nothing.

        Args:
            step: The step.
            content: What there is to write.
        """
        before = max((at for at in self._at if at <= step), default=None)
        return before is None or self._at[before] != content

    def keep(self, step: int, content: Content) -> None:
        """Remember what was written.

        Args:
            step: The step.
            content: What was written at it.
        """
        self._at[step] = content

    def forget(self, step: int) -> None:
        """Forget what was kept of a step that was not written after all.

        Args:
            step: The step.
        """
        self._at.pop(step, None)


def _shape(*sizes: int) -> TensorShapeProto:
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])


def _metadata(plugin: str, data_class: int, description: str = "") -> SummaryMetadata:
    """Metadata without content of its own, which means version 0 of the plugin."""
    return SummaryMetadata(
        plugin_data=SummaryMetadata.PluginData(plugin_name=plugin),
        summary_description=description,
        data_class=data_class,
    )


def _summary(tag: str, tensor: TensorProto, metadata: SummaryMetadata) -> Summary:
    return Summary(value=[Summary.Value(tag=tag, tensor=tensor, metadata=metadata)])
