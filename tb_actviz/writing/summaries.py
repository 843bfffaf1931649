"""Contents of summaries that TensorBoard's own tabs show.

An image summary is a rank-1 string tensor: width, height, PNG.
"""

from __future__ import annotations

from tensorboard.compat.proto.summary_pb2 import (
    DATA_CLASS_BLOB_SEQUENCE,
    Summary,
    SummaryMetadata,
)
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING


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
        The summary.
    """
    strings = [str(width).encode(), str(height).encode(), png]
    tensor = TensorProto(
        dtype=DT_STRING,
        string_val=strings,
        tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=len(strings))]),
    )
    metadata = SummaryMetadata(
        summary_description=description, data_class=DATA_CLASS_BLOB_SEQUENCE
    )
    metadata.plugin_data.plugin_name = "images"
    return Summary(value=[Summary.Value(tag=tag, tensor=tensor, metadata=metadata)])
