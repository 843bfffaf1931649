"""Placing panels, captions and legends."""

from __future__ import annotations

import numpy as np
import pytest

from tb_actviz.imaging.colormap import CLIPPED, NON_FINITE
from tb_actviz.imaging.layout import (
    MARGIN,
    MIN_WIDTH,
    across,
    blank,
    down,
    labelled,
    page,
)
from tb_actviz.imaging.scale import Marks, Scale
from tb_actviz.imaging.text import BACKGROUND

RED = np.full((4, 6, 3), [255, 0, 0], np.uint8)
BLUE = np.full((2, 3, 3), [0, 0, 255], np.uint8)
GREY = Scale(0.0, 5.0, "gray", "0 to maximum, this layer")


def has(picture: np.ndarray, color: tuple[int, int, int]) -> bool:
    return bool((picture == np.array(color)).all(axis=2).any())


def test_across_and_down_place_everything_once() -> None:
    row = across([RED, BLUE], gap=2)
    assert row.shape == (4, 11, 3)
    np.testing.assert_array_equal(row[:4, :6], RED)
    np.testing.assert_array_equal(row[:2, 8:], BLUE)
    assert (row[2:, 6:] == BACKGROUND).all()
    column = down([RED, BLUE], gap=1, align=1.0)
    assert column.shape == (7, 6, 3)
    np.testing.assert_array_equal(column[5:, 3:], BLUE)
    middle = across([RED, BLUE], gap=0, align=0.5)
    np.testing.assert_array_equal(middle[1:3, 6:], BLUE)


def test_a_label_keeps_the_panel_and_adds_text_below() -> None:
    panel = labelled(RED, "channel 13", "max 1630")
    np.testing.assert_array_equal(panel[:4, :6], RED)
    assert panel.shape[0] > 30
    assert (panel[8:] != BACKGROUND).any()


def test_a_page_holds_the_body_unchanged_under_its_caption() -> None:
    body = np.random.default_rng(0).integers(0, 256, (50, 60, 3), dtype=np.uint8)
    whole = page(body, "conv1", ["64 maps of 113x113"], GREY)
    assert whole.shape[1] == MIN_WIDTH + 2 * MARGIN
    inside = whole[-MARGIN - 50 : -MARGIN, MARGIN : MARGIN + 60]
    np.testing.assert_array_equal(inside, body)
    assert (whole[:MARGIN] == BACKGROUND).all()
    assert (whole[:, -MARGIN:] == BACKGROUND).all()


def test_long_titles_and_notes_never_leave_the_page() -> None:
    title = "/".join(["some_very_long_layer_name"] * 12)
    scale = Scale(0.0, 5.0, "gray", "words " * 40)
    whole = page(RED, title, ["fact " * 60], scale)
    assert whole.shape[1] == MIN_WIDTH + 2 * MARGIN
    assert (whole[:, -MARGIN:] == BACKGROUND).all()


def test_reserved_colours_are_explained_only_where_they_occur() -> None:
    plain = page(RED, "a", [], GREY, Marks())
    assert not has(plain, NON_FINITE)
    assert not has(plain, CLIPPED)
    marked = page(RED, "a", [], GREY, Marks(not_a_number=1, clipped=3))
    assert has(marked, NON_FINITE)
    assert has(marked, CLIPPED)
    infinite = page(RED, "a", [], GREY, Marks(infinite=2))
    assert has(infinite, NON_FINITE)
    assert infinite.shape[0] > plain.shape[0]


def test_the_legend_shows_both_ends_of_the_map() -> None:
    whole = page(np.zeros((4, 4, 3), np.uint8), "a", [], GREY)
    assert has(whole, (255, 255, 255))


@pytest.mark.parametrize("size", [(3, 5), (1, 1), (0, 4), (4, 0)])
def test_background_is_background_everywhere(size: tuple[int, int]) -> None:
    page = blank(*size)
    expected = np.tile(np.array(BACKGROUND, np.uint8), (*size, 1))
    np.testing.assert_array_equal(page, expected, strict=True)
    page[:1] = 7
    assert (page[1:] == BACKGROUND).all()


def test_a_hostile_name_makes_no_picture_metres_high() -> None:
    name = "x" * 100_000
    captioned = page(RED, name, [name, name], GREY)
    assert captioned.shape[0] < 500
    assert labelled(RED, name, name).shape[0] < 300
    six = page(RED, "x" * 290, [], GREY)
    assert page(RED, name, [], GREY).shape == six.shape
