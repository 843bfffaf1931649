"""Text as pixels: complete, wrapped, in any script."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tb_actviz.imaging.layout import BACKGROUND, draw_line, wrap


def ink(line: np.ndarray) -> int:
    return int((line != np.array(BACKGROUND)).any(axis=2).sum())


def test_a_line_is_drawn_on_the_background() -> None:
    line = draw_line("fire6-squeeze1x1", 14)
    assert line.dtype == np.uint8
    assert line.ndim == 3
    assert 14 <= line.shape[0] <= 22
    assert tuple(line[0, 0]) == BACKGROUND
    assert ink(line) > 100
    assert draw_line("", 14).shape[1] == 1


def test_larger_letters_and_longer_texts_take_more_room() -> None:
    assert draw_line("a", 20).shape[0] > draw_line("a", 12).shape[0]
    assert draw_line("aa", 14).shape[1] > draw_line("a", 14).shape[1]


def test_what_the_font_lacks_is_not_silently_a_box() -> None:
    # Each of two different missing characters must stay distinguishable.
    for first, second in [
        ("日", "本"),
        ("\u0627", "\u0628"),
        ("\n", "\t"),
        ("\0", "\x1b"),
    ]:
        one, two = draw_line(first, 14), draw_line(second, 14)
        assert ink(one)
        assert one.shape != two.shape or (one != two).any()


@pytest.mark.slow
@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80),
    st.integers(20, 300),
)
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = wrap(text, width, 13)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert draw_line(line, 13).shape[1] <= width or len(line) == 1


@given(
    st.text(
        st.characters(min_codepoint=32, max_codepoint=126)
        | st.sampled_from("ÄÿйΩ日本\u0301\n\t"),
        max_size=80,
    ),
    st.integers(60, 300),
    st.integers(1, 4),
)
def test_longer_texts_end_with_an_ellipsis(text: str, width: int, most: int) -> None:
    every, some = wrap(text, width, 13), wrap(text, width, 13, most)
    assert len(some) == min(len(every), most)
    if len(every) <= most:
        assert some == every
        return
    assert some[:-1] == every[: most - 1]
    assert some[-1].endswith("…")
    rest = "".join(every[most - 1 :]).replace(" ", "")
    assert rest.startswith(some[-1][:-1].replace(" ", ""))
    assert draw_line(some[-1], 13).shape[1] <= width


def test_lines_are_as_long_as_they_can_be() -> None:
    text = "mixed WIDTHS, illiterate_minimum/" * 20
    text = text.replace(" ", "_")
    lines = wrap(text, 200, 13)
    assert "".join(lines) == text
    for line, following in pairwise(lines):
        assert draw_line(line, 13).shape[1] <= 200
        assert draw_line(line + following[0], 13).shape[1] >= 200


@pytest.mark.parametrize("between", ["", " "])
def test_wrapping_a_very_long_name_takes_no_time(between: str) -> None:
    name = between.join(chr(97 + 7 * n % 26) for n in range(5000 // (1 + len(between))))
    wrap("abc", 440, 17)
    start = time.process_time()
    lines = wrap(name, 440, 17)
    assert time.process_time() - start < 0.5
    assert between.join(lines) == name


def test_a_drawn_line_is_kept_and_nobody_can_change_it() -> None:
    line = draw_line("channel 13", 13)
    assert draw_line("channel 13", 13) is line
    with pytest.raises(ValueError, match="read-only"):
        line[0] = 0
