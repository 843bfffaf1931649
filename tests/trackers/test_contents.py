"""What trackers take of summaries."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tb_actviz.imaging.page import encode_png
from tb_actviz.records.codec import pack
from tb_actviz.records.facts import InputFacts, LayerFacts, Record
from tb_actviz.records.schema import record_summary, record_tag
from tb_actviz.trackers.contents import read_contents
from tb_actviz.writing.summaries import (
    histogram_summary,
    image_summary,
    scalar_summary,
    text_summary,
)


def test_scalars_pictures_and_histograms_are_taken_and_nothing_else() -> None:
    pixels = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)
    png = encode_png(pixels)
    values = pack(np.ones((1, 1, 3)), "uint8")
    record = Record(
        LayerFacts("conv", "Dense", "other"),
        0,
        (InputFacts("a", (3,), "float32", values),),
    )
    contents = read_contents(
        [
            scalar_summary({"conv/mean": 0.5, "conv/std": float("nan")}),
            image_summary("conv/channels/a", png, 4, 5, "All channels."),
            histogram_summary("conv/histogram", [-1.0, 0.0, 2.5], [3, 4]),
            text_summary("tb_actviz/silent_channels", "none"),
            record_summary(record_tag("conv"), record),
        ]
    )
    assert list(contents.scalars) == ["conv/mean", "conv/std"]
    assert contents.scalars["conv/mean"] == 0.5
    assert np.isnan(contents.scalars["conv/std"])
    (picture,) = contents.pictures
    assert (picture.tag, picture.png) == ("conv/channels/a", png)
    np.testing.assert_array_equal(np.asarray(picture.image()), pixels)
    with picture.as_file() as path:
        np.testing.assert_array_equal(np.asarray(Image.open(path)), pixels)
    (histogram,) = contents.histograms
    assert histogram.tag == "conv/histogram"
    assert histogram.edges.tolist() == [-1.0, 0.0, 2.5]
    assert histogram.counts.tolist() == [3.0, 4.0]


@pytest.mark.parametrize(
    ("tag", "given"),
    [
        ("block.2/conv#1:pre/mean", "block.2/conv#1:pre/mean"),
        ("../../evil/mean", "_/_/evil/mean"),
        ("/a//b/ /./mean", "_/a/_/b/_/_/mean"),
    ],
)
def test_no_name_leads_out_of_the_folder_of_a_tracker(tag: str, given: str) -> None:
    png = encode_png(np.zeros((2, 2, 3), np.uint8))
    contents = read_contents(
        [
            scalar_summary({tag: 1.0}),
            image_summary(tag, png, 2, 2),
            histogram_summary(tag, [0, 1], [2]),
        ]
    )
    assert list(contents.scalars) == [given]
    assert contents.pictures[0].tag == contents.histograms[0].tag == given


def test_the_file_of_a_picture_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    contents = read_contents(
        [image_summary("a", encode_png(np.zeros((2, 2, 3), np.uint8)), 2, 2)]
    )
    with contents.pictures[0].as_file() as path:
        assert Path(path).read_bytes()[:4] == b"\x89PNG"
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []
