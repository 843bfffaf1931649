"""What the views say in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tb_actviz.imaging.captions import (
    comparison_labels,
    cut_share,
    frame_note,
    heat_map_note,
    input_note,
    inputs_shown,
    largest_change,
    listed,
    maps_note,
    order_note,
    peak,
    place,
    relu_labels,
    resize_note,
    with_input,
)

# The tab is tested with the same ones. What JSON has no number for is a text in them.
CUT_SHARES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("cut_share_vectors.json").read_text()
)["vectors"]


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
    assert largest_change(first, values) == "position 4: 1 -> 1.5"
    assert largest_change(first[:, :4], values[:, :4]) == ""
    both = np.concatenate([first, first]), np.concatenate([first, values])
    assert largest_change(*both) == "row 1, column 4: 1 -> 1.5"


@pytest.mark.parametrize("vector", CUT_SHARES, ids=lambda vector: vector["name"])
def test_cut_is_what_was_not_zero_and_became_zero(vector: dict[str, Any]) -> None:
    before = np.array(vector["before"], np.float32)
    after = np.array(vector["after"], np.float32)
    assert cut_share(before, after) == vector["share"]


def test_each_channel_says_what_its_activation_cut() -> None:
    before = np.array([[-1.0, -2.0], [0.0, 4.0]])
    after = np.maximum(before, 0)
    assert relu_labels(13, before, after) == (
        ("channel 13", "before"),
        ("channel 13", "after: 50% cut"),
    )


def test_notes() -> None:
    assert order_note(1, 1, 1, 128) == "channel 0; enlarged 128 times"
    assert order_note(64, 8, 8, 1) == "channels 0 to 63, row by row, 8x8"
    assert order_note(16, 4, 4, 0.682) == (
        "channels 0 to 15, row by row, 4x4; shrunk to 68%"
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


@pytest.mark.parametrize(
    ("index", "shape", "slices", "words"),
    [
        (0, (1, 1), (1, 1), ""),
        (57, (1, 100), (1, 1), "position 57"),
        (57, (100, 1), (1, 1), "row 57, column 0"),
        (30, (5, 7), (1, 1), "row 4, column 2"),
        (0, (4, 6), (2, 3), "slice 0, row 0, column 0"),
        (3 * 6 + 4, (4, 6), (2, 3), "slice 5, row 1, column 0"),
        (5, (1, 6), (1, 1), "position 5"),
    ],
)
def test_places_are_named_as_what_they_are(
    index: int, shape: tuple[int, int], slices: tuple[int, int], words: str
) -> None:
    assert place(index, shape, slices) == words


def test_labels_of_vectors_sequences_and_slices() -> None:
    one, other = np.array([[1629.5]]), np.array([[1019.0]])
    assert comparison_labels(3, one, None) == ("channel 3", "value 1630")
    assert comparison_labels(3, other, one) == (
        "channel 3",
        "value 1019",
        "1630 -> 1019",
    )
    assert peak(np.array([[0.0, 3.0, -9.0]])) == "max 3 at position 1"
    slices = np.zeros((4, 6))
    slices[2, 5] = 3.0
    assert comparison_labels(0, slices, np.zeros((4, 6)), (2, 3)) == (
        "channel 0",
        "max 3 at slice 5, row 0, column 1",
        "slice 5, row 0, column 1: 0 -> 3",
    )


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((), "1 channel, one value"),
        ((1,), "1 channel, one value"),
        ((10,), "10 channels, one value each"),
        ((1, 1, 1000), "1000 channels, one value each"),
        ((100, 1), "1 channel x 100 positions"),
        ((100, 32), "32 channels x 100 positions"),
        ((1, 100, 32), "32 channels x 100 positions"),
        ((14, 14, 48), "48 maps of 14x14"),
        ((1, 14, 14, 48), "48 maps of 14x14"),
        ((8, 16, 16, 32), "32 maps of 8 slices of 16x16, row by row, 2x4"),
        ((2, 8, 8, 8, 16), "16 maps of 2x8 slices of 8x8, row by row, 4x4"),
    ],
)
def test_what_there_is_of_each_channel(shape: tuple[int, ...], words: str) -> None:
    assert maps_note(shape) == words


def test_notes_of_heat_maps() -> None:
    assert heat_map_note(1, 10, 1, 1, (24, 64)) == (
        "channel 0, positions 0 to 9 to the right; each value 24x64 pixels"
    )
    assert heat_map_note(32, 100, 32, 1, (24, 9)) == (
        "channels 0 to 31 downwards, positions 0 to 99 to the right; "
        "each value 24x9 pixels"
    )
    assert heat_map_note(768, 10, 192, 4, (5, 19)) == (
        "channels 0 to 767 downwards in 4 columns of 192, positions 0 to 9 to the "
        "right; each value 5x19 pixels"
    )
    assert heat_map_note(64, 16_000, 64, 1, (15, 0.25)) == (
        "channels 0 to 63 downwards, positions 0 to 15999 to the right; "
        "positions shrunk to 25%"
    )
    assert heat_map_note(9, 9, 9, 1, (0.5, 0.004)) == (
        "channels 0 to 8 downwards, positions 0 to 8 to the right; "
        "channels shrunk to 50%; positions shrunk to 0.4%"
    )


def test_notes_of_panels_that_are_no_pictures() -> None:
    assert frame_note((10,), (227, 227)) == "one value for each channel"
    assert frame_note((100, 32), (48, 600)) == (
        "positions 0 to 99 to the right; enlarged 6 times"
    )
    assert frame_note((512, 32), (48, 512)) == "positions 0 to 511 to the right"
    assert frame_note((16_000, 1), (48, 640)) == (
        "positions 0 to 15999 to the right; shrunk to 4%"
    )
    assert frame_note((8, 16, 16, 32), (97, 195)) == (
        "maps of 8 slices of 16x16, row by row, 2x4; enlarged 3 times"
    )
    assert frame_note((14, 14, 48), (227, 227)) == ""
    picture = np.zeros((1280, 640, 3), np.uint8)
    assert input_note(picture, (640, 320)) == "; the input has 1280x640"
    assert input_note(picture, (1280, 640)) == ""
    assert input_note(None, None) == ""
