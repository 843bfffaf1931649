"""What the views say in words."""

from __future__ import annotations

import numpy as np
import pytest

from tb_actviz.imaging.captions import (
    comparison_labels,
    cut_share,
    inputs_shown,
    largest_change,
    listed,
    order_note,
    peak,
    relu_labels,
    resize_note,
    with_input,
)


def test_the_peak_is_the_largest_finite_value() -> None:
    values = np.array([[np.nan, -3.0, 2.0], [np.inf, 1629.5, -np.inf]])
    assert peak(values) == "max 1630 at row 1, column 1"
    assert peak(values[:, :1]) == "nothing finite"


def test_the_comparison_says_where_a_channel_changed_most() -> None:
    one = np.zeros((3, 3))
    one[1, 2] = 1630.0
    one[0, 0] = 1700.0
    two = one.copy()
    two[1, 2] = 1019.0
    own = ("channel 13", "max 1700 at row 0, column 0")
    assert comparison_labels(13, one, None) == own
    assert comparison_labels(13, one.copy(), one) == own
    change = "row 1, column 2: 1630 -> 1019"
    assert comparison_labels(13, two, one) == (*own, change)


def test_changes_of_other_sizes_or_into_infinity_are_not_named() -> None:
    assert largest_change(np.zeros((2, 2)), np.ones((2, 3))) == ""
    first = np.array([[0.0, np.inf, np.nan, np.inf, 1.0]])
    values = np.array([[np.inf, np.inf, 1.0, -np.inf, 1.5]])
    assert largest_change(first, values) == "row 0, column 4: 1 -> 1.5"
    assert largest_change(first[:, :4], values[:, :4]) == ""


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        ([-1.0, -2.0, 0.0, 4.0], [0.0, 0.0, 0.0, 4.0], 0.5),
        ([0.5, -1.0], [0.0, 0.0], 1.0),
        ([0.0, -0.0], [0.0, 0.0], 0.0),
        ([np.nan, -np.inf], [np.nan, 0.0], 0.5),
        ([-1.0, 7.0], [-0.1, 6.0], 0.0),
    ],
)
def test_cut_is_what_became_zero(
    before: list[float], after: list[float], share: float
) -> None:
    assert cut_share(np.array(before), np.array(after)) == share


def test_each_channel_says_what_its_activation_cut() -> None:
    before = np.array([[-1.0, -2.0], [0.0, 4.0]])
    after = np.maximum(before, 0)
    assert relu_labels(13, before, after) == (
        ("channel 13", "before"),
        ("channel 13", "after: 50% cut"),
    )


def test_notes() -> None:
    assert order_note(1, 1, 1, 128) == "channel 0; enlarged 128 times"
    assert order_note(64, 8, 8, 1) == "channels 0-63, row by row, 8x8"
    assert order_note(16, 4, 4, 0.682) == (
        "channels 0-15, row by row, 4x4; shrunk to 68%"
    )
    picture = np.zeros((1280, 640, 3), np.uint8)
    assert resize_note((14, 14), (640, 320), picture) == (
        "maps of 14x14 resized to 640x320, bicubic; the input has 1280x640"
    )
    assert resize_note((14, 14), (640, 320), None) == (
        "maps of 14x14 resized to 640x320, bicubic"
    )
    assert with_input("48 maps", "face") == "48 maps · input: face"
    assert with_input("48 maps", "") == "48 maps"
    assert listed([13, 46]) == "13, 46"
    assert inputs_shown(12, 12) == "12 inputs"
    assert inputs_shown(40, 300) == "first 40 of 300 inputs"
