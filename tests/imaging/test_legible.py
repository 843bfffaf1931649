"""Text that can be read as TensorBoard's Images tab shows pictures.

It draws every one `SHOWN_WIDTH` pixels wide, and leaves out the pixels in between.
"""

from __future__ import annotations

import itertools
import string
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tb_actviz.arrays import as_maps
from tb_actviz.imaging.layout import (
    BACKGROUND,
    SHOWN_WIDTH,
    TEXT,
    blank,
    draw_line,
    text_size,
)
from tb_actviz.imaging.montage import (
    beside_input_page,
    channels_page,
    draw_beside_input,
    draw_channels,
    draw_inputs,
    draw_relu,
)
from tb_actviz.imaging.page import Page
from tb_actviz.imaging.scale import Marks, Scale

#: Height of the letters as they are shown, in pixels of the screen.
LEAST, MOST = 13, 16
#: Widths of pictures, from those that are shown as they are to the largest.
WIDTHS = (350, 351, 464, 544, 564, 700, 956, 964, 1012, 1084, 1500, 2100, 4120)
#: What is read as one another, or not at all, where strokes are left out, and how many
#: pixels of the screen tell it apart at least.
CONFUSED = {
    **dict.fromkeys(itertools.combinations("0135678", 2), 4),
    **dict.fromkeys([("-", " "), ("-", ".")], 4),
    **dict.fromkeys([("e", "c"), ("a", "o"), ("1", "l")], 1.5),
    **dict.fromkeys([(".", " "), (",", ".")], 1),
}


def shown(picture: np.ndarray, width: int, left: int = 0) -> np.ndarray:
    """What is left of a picture that is part of one of so many pixels of width."""
    factor = max(1.0, width / SHOWN_WIDTH)
    rows, columns = (
        ((np.arange(int(side / factor)) + 0.5) * factor).astype(int)
        for side in (picture.shape[0], picture.shape[1] - left)
    )
    return picture[np.ix_(rows, columns + left)]


def ink(picture: np.ndarray) -> np.ndarray:
    """How much of each pixel is letter, 0 to 1."""
    grey = picture[..., 0].astype(float)
    return (grey - BACKGROUND[0]) / (TEXT[0] - BACKGROUND[0])


def phases(width: int) -> range:
    """At how many different places of a pixel of the screen something can begin."""
    return range(max(1, round(width / SHOWN_WIDTH)))


def letter(character: str, width: int) -> np.ndarray:
    """A character in the middle of some background, of a picture of this width."""
    size = text_size(width)
    page = blank(draw_line("0", size).shape[0], 2 * size)
    drawn = draw_line(character, size)
    page[:, size // 2 : size // 2 + drawn.shape[1]] = drawn[: page.shape[0]]
    return page


def test_what_the_screen_shows_is_what_a_nearest_neighbour_leaves() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (80, 964, 3), dtype=np.uint8)
    height = int(80 * SHOWN_WIDTH / 964)
    image = Image.fromarray(picture).resize(
        (SHOWN_WIDTH, height), Image.Resampling.NEAREST
    )
    assert shown(picture, 964).shape == np.asarray(image).shape
    np.testing.assert_array_equal(shown(picture, 964)[0], np.asarray(image)[0])


@pytest.mark.parametrize("width", WIDTHS)
def test_characters_are_told_apart_wherever_they_begin(width: int) -> None:
    for (one, other), least in CONFUSED.items():
        for left in phases(width):
            first, second = (shown(letter(c, width), width, left) for c in (one, other))
            different = np.abs(ink(first) - ink(second)).sum()
            assert different >= least, (one, other, left)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_stroke_is_left_out(width: int) -> None:
    factor = max(1.0, width / SHOWN_WIDTH)
    for character in string.ascii_letters + string.digits + "-":
        whole = ink(letter(character, width))
        expected = whole.sum() / factor**2
        for left in phases(width):
            found = ink(shown(letter(character, width), width, left)).sum()
            assert found > 0.5 * expected, (character, left)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_minus_is_a_bar_of_two_pixels_that_are_full(width: int) -> None:
    for left in phases(width):
        bar = ink(shown(letter("-", width), width, left)) > 0.9
        rows, columns = np.flatnonzero(bar.any(axis=1)), np.flatnonzero(bar.any(axis=0))
        assert len(rows) in (2, 3)
        assert len(columns) >= 3
        assert bar[np.ix_(rows, columns)].all()
        assert np.ptp(rows) == len(rows) - 1


def size_of(text: str, picture: np.ndarray) -> float:
    """How high the letters are in which a text stands in a picture, as it is shown."""
    white = (picture == TEXT).all(axis=2)
    share = SHOWN_WIDTH / picture.shape[1]
    for size in range(int((MOST + 3) / share), int((LEAST - 3) / share), -1):
        line = draw_line(text, size)
        high, wide = line.shape[:2]
        height, width = picture.shape[0] - high + 1, picture.shape[1] - wide + 1
        ys, xs = np.nonzero((line == TEXT).all(axis=2))
        if min(height, width) < 1 or not len(ys):
            continue
        places = np.argwhere(white[ys[0] : ys[0] + height, xs[0] : xs[0] + width])
        for y, x in zip(
            ys[1 :: len(ys) // 9 + 1], xs[1 :: len(ys) // 9 + 1], strict=True
        ):
            places = places[white[places[:, 0] + y, places[:, 1] + x]]
        for top, left in places:
            if (picture[top : top + high, left : left + wide] == line).all():
                return size * share
    return 0


RNG = np.random.default_rng(3)
FACE = RNG.integers(0, 256, (227, 227, 3), dtype=np.uint8)
TALL = RNG.integers(0, 256, (900, 60, 3), dtype=np.uint8)


def maps_of(*shape: int) -> np.ndarray:
    return np.asarray(as_maps(RNG.normal(size=shape).astype(np.float32)))


def of_grids() -> Iterator[tuple[str, np.ndarray]]:
    """Grids and heat maps of many shapes, and the number of a row of each."""
    for shape, row in {
        (14, 14, 48): "40",
        (113, 113, 64): "56",
        (7, 7, 2048): "256",
        (1, 1, 64): "48",
        (60, 4, 30): "24",
        (100, 32): "10",
        (10, 4): "3",
        (2000, 6): "5",
        (10, 700): "50",
    }.items():
        yield row, draw_channels(maps_of(*shape), layer="a")


def of_panels() -> Iterator[tuple[str, np.ndarray]]:
    """Panels of many shapes side by side, and a label of each."""
    names = ["first", "second"]
    for picture, count in itertools.product((None, FACE, TALL), (1, 3, 8)):
        maps, channels = maps_of(13, 13, count), range(count)
        label = f"channel {count - 1}"
        yield label, draw_relu(maps, maps, channels, layer="a", before_layer="b")
        pair = draw_inputs(
            [picture] * 2, [maps] * 2, channels, layer="a", input_names=names
        )
        yield "first", pair
        beside = draw_beside_input(
            picture, maps, channels, layer="a", input_name="first"
        )
        # Without a picture there is no label of the input.
        yield label if picture is None else "first", beside


@pytest.mark.slow
@pytest.mark.parametrize("views", [of_grids, of_panels])
def test_all_text_is_as_large_as_can_be_read(
    views: Callable[[], Iterator[Any]],
) -> None:
    for text, picture in views():
        assert picture.shape[1] >= SHOWN_WIDTH
        assert LEAST <= size_of(text, picture) <= MOST, (text, picture.shape)


def test_a_caption_says_all_that_stands_above_a_picture() -> None:
    marks = Marks(not_a_number=1, infinite=2000)
    scale = Scale(-1.5, 3.25, "gray", "this layer")
    page = Page(FACE, "block/conv_1", ["48 maps", "fact " * 300], scale, marks)
    assert page.caption().splitlines() == [
        "block/conv_1",
        "48 maps",
        "fact " * 300,
        "-1.5 to 3.25: this layer",
        "1 value is NaN",
        "2,000 values are infinite",
    ]


def test_a_view_is_the_picture_of_its_page() -> None:
    maps = maps_of(13, 13, 6)
    page = channels_page(maps, layer="a", input_name="x")
    drawn = draw_channels(maps, layer="a", input_name="x")
    np.testing.assert_array_equal(page.picture(), drawn)
    assert page.caption().splitlines()[:3] == [
        "a",
        "6 maps of 13x13 · input: x",
        "channels 0 to 5, row by row, 2x3; enlarged 9 times",
    ]
    beside = beside_input_page(FACE, maps, [4, 2], layer="a")
    np.testing.assert_array_equal(
        beside.picture(), draw_beside_input(FACE, maps, [4, 2], layer="a")
    )
    assert beside.caption().splitlines()[1] == "chosen channels: 4, 2"
