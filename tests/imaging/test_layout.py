"""Placing panels, captions and legends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tb_actviz.imaging.colormap import NON_FINITE
from tb_actviz.imaging.heat_map import axis_height, gutter_width, with_axes
from tb_actviz.imaging.layout import (
    BACKGROUND,
    FAINT_TEXT,
    MARGIN,
    MIN_WIDTH,
    across,
    blank,
    down,
    draw_line,
    labelled,
    with_seams,
)
from tb_actviz.imaging.page import Page
from tb_actviz.imaging.scale import Marks, Scale

RED = np.full((4, 6, 3), [255, 0, 0], np.uint8)
BLUE = np.full((2, 3, 3), [0, 0, 255], np.uint8)
GREY = Scale(0.0, 5.0, "gray", "0 to maximum, this layer")


#: Height of the font where a test does without the Images tab.
SIZE = 13


def page(*content: Any) -> np.ndarray:
    return Page(*content).picture()


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


def test_what_the_scale_does_not_tell_apart_is_counted_only_where_it_occurs() -> None:
    plain = page(RED, "a", [], GREY, Marks())
    assert not has(plain, NON_FINITE)
    clipped = page(RED, "a", [], GREY, Marks(clipped=3))
    assert not has(clipped, NON_FINITE)
    assert clipped.shape[0] > plain.shape[0]
    marked = page(RED, "a", [], GREY, Marks(not_a_number=1, clipped=3))
    assert has(marked, NON_FINITE)
    assert marked.shape[0] > clipped.shape[0]
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


def test_seams_follow_every_slice() -> None:
    picture = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    seamed = with_seams(picture, (2, 3))
    expected = blank(6, 9)
    for row in range(2):
        for column in range(3):
            part = picture[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            expected[3 * row : 3 * row + 2, 3 * column : 3 * column + 2] = part
    np.testing.assert_array_equal(seamed, expected, strict=True)


def places(page: np.ndarray, number: int) -> list[tuple[int, int]]:
    """Top left corners at which a number stands with nothing right beside it."""
    drawn = draw_line(str(number), SIZE)
    height, width = drawn.shape[:2]
    windows = np.lib.stride_tricks.sliding_window_view(page, drawn.shape)[:, :, 0]
    found = np.argwhere((windows == drawn).all(axis=(2, 3, 4)))
    free = []
    for top, left in found.tolist():
        around = page[top : top + height, max(0, left - 4) : left + width + 4].copy()
        start = left - max(0, left - 4)
        around[:, start : start + width] = BACKGROUND
        if (around == BACKGROUND).all(axis=2).mean() > 0.9:
            free.append((top, left))
    return free


def test_axes_number_rows_and_columns_at_their_middles() -> None:
    picture = np.full((60, 300, 3), [255, 0, 0], np.uint8)
    gutter = gutter_width(102, SIZE)
    page = with_axes(picture, range(100, 103), range(10), SIZE, gutter)
    line = draw_line("0", SIZE).shape[0]
    assert page.shape == (60 + axis_height(SIZE), 300 + gutter, 3)
    top = line // 2
    np.testing.assert_array_equal(page[top : top + 60, gutter:], picture)
    assert (page[:top, gutter:] == BACKGROUND).all()
    ticks = (page == np.array(FAINT_TEXT)).all(axis=2)
    assert np.flatnonzero(ticks[:, gutter - 3]).tolist() == [
        top + 10,
        top + 30,
        top + 50,
    ]
    below = np.flatnonzero(ticks[top + 61, gutter:])
    assert below.tolist() == list(range(15, 300, 30))
    for index, row in enumerate(range(100, 103)):
        width = draw_line(str(row), SIZE).shape[1]
        # The number's middle is at the middle of its row.
        assert (10 + 20 * index, gutter - 6 - width) in places(page, row)
    for column in range(10):
        width = draw_line(str(column), SIZE).shape[1]
        left = gutter + 15 + 30 * column - width // 2
        assert (page.shape[0] - line, left) in places(page, column)


@pytest.mark.parametrize(
    ("rows", "height", "numbered"),
    [
        (range(8), 8 * 24, list(range(8))),
        (range(10), 10 * 10, [0, 2, 4, 6, 8]),
        (range(400), 400, list(range(0, 400, 20))),
        (range(192, 384), 960, [192, *range(200, 384, 5)]),
        (range(1000), 50, [0, 500]),
        (range(7, 8), 2, [7]),
    ],
)
def test_as_many_rows_are_numbered_as_there_is_room_for(
    rows: range, height: int, numbered: list[int]
) -> None:
    picture = np.full((height, 3, 3), [255, 0, 0], np.uint8)
    gutter = gutter_width(rows[-1], SIZE)
    page = with_axes(picture, rows, range(1), SIZE, gutter)
    ticks = (page[:, gutter - 3] == np.array(FAINT_TEXT)).all(axis=1)
    top = draw_line("0", SIZE).shape[0] // 2
    pitch = height / len(rows)
    expected = [top + int((rows.index(row) + 0.5) * pitch) for row in numbered]
    assert np.flatnonzero(ticks).tolist() == expected
    for row in numbered:
        assert places(page, row)


def test_numbers_below_never_leave_a_narrow_heat_map() -> None:
    picture = np.full((5, 700, 3), [255, 0, 0], np.uint8)
    gutter = gutter_width(0, SIZE)
    page = with_axes(picture, range(1), range(100_001), SIZE, gutter)
    assert page.shape[1] == 700 + gutter
    assert places(page, 100_000)
