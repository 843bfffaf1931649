"""Summaries equal those of TensorBoard's own plugins."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard import data_compat
from tensorboard.compat.proto.summary_pb2 import (
    DATA_CLASS_BLOB_SEQUENCE,
    DATA_CLASS_SCALAR,
    DATA_CLASS_TENSOR,
    Summary,
    SummaryMetadata,
)
from tensorboard.plugins.histogram import metadata as histogram_metadata
from tensorboard.plugins.image import metadata as image_metadata
from tensorboard.plugins.scalar import metadata as scalar_metadata
from tensorboard.plugins.text import metadata as text_metadata
from tensorboard.util import tensor_util

from tb_actviz.errors import InputError
from tb_actviz.writing.summaries import (
    histogram_summary,
    image_summary,
    scalar_summary,
    text_summary,
)


def assert_metadata(
    value: Summary.Value,
    plugin: ModuleType,
    expected: SummaryMetadata,
    data_class: int,
) -> None:
    """The metadata are those of a plugin, but for how its version 0 is written."""
    ours = plugin.parse_plugin_metadata(value.metadata.plugin_data.content)
    theirs = plugin.parse_plugin_metadata(expected.plugin_data.content)
    assert ours.version == theirs.version == 0
    expected.data_class = data_class
    expected.plugin_data.content = value.metadata.plugin_data.content
    assert value.metadata == expected


def test_an_image_summary_is_what_the_images_tab_reads() -> None:
    summary = image_summary("conv1/channels/face", b"\x89PNG", 40, 30, "All channels.")
    (value,) = summary.value
    assert value.tag == "conv1/channels/face"
    assert tensor_util.make_ndarray(value.tensor).tolist() == [b"40", b"30", b"\x89PNG"]
    expected = image_metadata.create_summary_metadata(
        display_name="", description="All channels.", converted_to_tensor=None
    )
    assert_metadata(value, image_metadata, expected, DATA_CLASS_BLOB_SEQUENCE)


def test_a_scalar_summary_is_what_the_scalars_tab_reads() -> None:
    values = {"conv1/mean": 0.1, "conv1/silent": 3, "loss": np.float32(2.5)}
    summary = scalar_summary(values)
    assert [value.tag for value in summary.value] == list(values)
    for value, number in zip(summary.value, values.values(), strict=True):
        assert value.WhichOneof("value") == "simple_value"
        assert value.simple_value == np.float32(number)
        expected = scalar_metadata.create_summary_metadata("", "")
        assert_metadata(value, scalar_metadata, expected, DATA_CLASS_SCALAR)
        # What TensorBoard's Python loader makes of it.
        migrated = data_compat.migrate_value(value)
        read = tensor_util.make_ndarray(migrated.tensor)
        assert (read.shape, read.dtype) == ((), np.float32)
        assert read == np.float32(number)


@given(st.floats())
def test_every_number_is_kept_as_float32(number: float) -> None:
    (value,) = scalar_summary({"t": number}).value
    with np.errstate(over="ignore"):
        expected = np.float32(number)
    np.testing.assert_array_equal(np.float32(value.simple_value), expected)


def test_no_scalars_are_an_empty_summary() -> None:
    assert scalar_summary({}) == Summary()


def test_a_histogram_summary_is_what_the_histograms_tab_reads() -> None:
    summary = histogram_summary("conv1/histogram", [-1, 0, 0.5, 2], [3, 0, 7], "Bins.")
    (value,) = summary.value
    assert value.tag == "conv1/histogram"
    read = tensor_util.make_ndarray(value.tensor)
    assert read.dtype == np.float64
    assert read.tolist() == [[-1, 0, 3], [0, 0.5, 0], [0.5, 2, 7]]
    expected = histogram_metadata.create_summary_metadata("", "Bins.")
    assert_metadata(value, histogram_metadata, expected, DATA_CLASS_TENSOR)


def test_a_histogram_of_any_numeric_arrays_is_float64() -> None:
    edges = np.asarray([0, 1, 2], np.float16)
    counts = np.asarray([2**40, 1], ">i8")
    (value,) = histogram_summary("t", edges, counts).value
    read = tensor_util.make_ndarray(value.tensor)
    assert read.tolist() == [[0, 1, 2**40], [1, 2, 1]]


def test_a_histogram_without_bins_is_empty() -> None:
    (value,) = histogram_summary("t", [0.5], []).value
    assert tensor_util.make_ndarray(value.tensor).shape == (0, 3)


@pytest.mark.parametrize(
    ("edges", "counts", "shapes"),
    [
        ([0, 1], [1, 2], r"edges of shape \(2,\) and counts of shape \(2,\)"),
        ([], [], r"edges of shape \(0,\) and counts of shape \(0,\)"),
        ([[0, 1, 2]], [1, 2], r"edges of shape \(1, 3\) and counts of shape \(2,\)"),
        ([0, 1], 1, r"edges of shape \(2,\) and counts of shape \(\)"),
    ],
)
def test_edges_that_do_not_fit_the_counts_are_refused(
    edges: list[float], counts: list[float], shapes: str
) -> None:
    with pytest.raises(InputError, match=shapes):
        histogram_summary("t", edges, counts)


@pytest.mark.parametrize("text", ["", "**Silent**: 3, 7\n\n| a | b |", "größer – 😀"])
def test_a_text_summary_is_what_the_text_tab_reads(text: str) -> None:
    (value,) = text_summary("conv1/silent", text, "Names.").value
    assert value.tag == "conv1/silent"
    read = tensor_util.make_ndarray(value.tensor)
    assert read.shape == ()
    assert read.item() == text.encode()
    expected = text_metadata.create_summary_metadata("", "Names.")
    assert_metadata(value, text_metadata, expected, DATA_CLASS_TENSOR)


@pytest.mark.slow
def test_making_summaries_needs_no_tensorflow() -> None:
    program = (
        "import sys\n"
        "from tb_actviz.writing.summaries import *\n"
        "histogram_summary('t', [0, 1], [2]), text_summary('t', ''), "
        "scalar_summary({'t': 1})\n"
        "print('tensorflow' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True
    )
    assert done.stdout == "False\n"
