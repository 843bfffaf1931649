"""Image summaries equal those of TensorBoard's own image plugin."""

from __future__ import annotations

from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_BLOB_SEQUENCE
from tensorboard.plugins.image import metadata
from tensorboard.util import tensor_util

from tb_actviz.writing.summaries import image_summary


def test_an_image_summary_is_what_the_images_tab_reads() -> None:
    summary = image_summary("conv1/channels/face", b"\x89PNG", 40, 30, "All channels.")
    (value,) = summary.value
    assert value.tag == "conv1/channels/face"
    assert tensor_util.make_ndarray(value.tensor).tolist() == [b"40", b"30", b"\x89PNG"]
    expected = metadata.create_summary_metadata(
        display_name="", description="All channels.", converted_to_tensor=None
    )
    expected.data_class = DATA_CLASS_BLOB_SEQUENCE
    # Absent and default content mean the same version of the image plugin.
    ours = metadata.parse_plugin_metadata(value.metadata.plugin_data.content)
    theirs = metadata.parse_plugin_metadata(expected.plugin_data.content)
    assert ours.version == theirs.version == 0
    value.metadata.plugin_data.content = expected.plugin_data.content
    assert value.metadata == expected
