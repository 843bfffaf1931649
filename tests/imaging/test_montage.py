"""Views: every value where it belongs, on the stated scale."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tb_actviz.arrays import as_maps
from tb_actviz.imaging.colormap import NON_FINITE, colorize
from tb_actviz.imaging.grid import MAX_SIDE, draw_grid
from tb_actviz.imaging.heat_map import draw_heat_map
from tb_actviz.imaging.layout import BACKGROUND, GAP, MARGIN, draw_line, text_size
from tb_actviz.imaging.montage import (
    draw_beside_input,
    draw_channels,
    draw_inputs,
    draw_relu,
)
from tb_actviz.imaging.panels import map_panels, panel_size, picture_panel
from tb_actviz.imaging.scale import Scale, common_scale

RNG = np.random.default_rng(5)
FACE = RNG.integers(0, 256, (227, 227, 3), dtype=np.uint8)


def maps_of(channels: int, size: tuple[int, int] = (14, 14)) -> np.ndarray:
    return RNG.random((*size, channels), dtype=np.float32)


def count(picture: np.ndarray, color: tuple[int, int, int]) -> int:
    return int((picture == np.array(color)).all(axis=2).sum())


def find(picture: np.ndarray, part: np.ndarray) -> list[tuple[int, int]]:
    """Places where a part stands in a picture, pixel for pixel."""
    height, width = part.shape[:2]
    rows, columns = np.nonzero((picture == part[0, 0]).all(axis=2))
    return [
        (row, column)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if np.array_equal(picture[row : row + height, column : column + width], part)
    ]


@pytest.mark.parametrize(
    ("channels", "size", "rows", "columns", "factor"),
    [
        (64, (113, 113), 8, 8, 1),
        (48, (14, 14), 6, 8, 8),
        (1, (1, 1), 1, 1, 128),
        (1000, (1, 1), 25, 40, 24),
        (7, (5, 9), 3, 3, 14),
    ],
)
def test_every_channel_stands_in_its_tile(
    channels: int, size: tuple[int, int], rows: int, columns: int, factor: int
) -> None:
    maps = maps_of(channels, size)
    scale = common_scale(maps, subject="")
    drawn = draw_grid(maps, scale)
    assert (drawn.rows, drawn.columns, drawn.factor) == (rows, columns, factor)
    high, wide = size[0] * factor, size[1] * factor
    picture = drawn.picture[:, -(columns * (wide + 2) - 2) :]
    assert picture.shape[0] == rows * (high + 2) - 2
    inside = np.zeros(picture.shape[:2], bool)
    for place in range(rows * columns):
        row, column = divmod(place, columns)
        top, left = row * (high + 2), column * (wide + 2)
        tile = picture[top : top + high, left : left + wide]
        inside[top : top + high, left : left + wide] = place < channels
        if place < channels:
            expected = scale.colorize(maps[:, :, place])
            for shift in {0, factor - 1}:
                np.testing.assert_array_equal(
                    tile[shift::factor, shift::factor], expected
                )
    assert (picture[~inside] == BACKGROUND).all()


def swatch(picture: np.ndarray) -> int:
    """Pixels of a reserved colour in a legend."""
    return int((text_size(picture.shape[1]) * 3 // 4) ** 2)


def test_grids_of_the_worked_example() -> None:
    conv1 = draw_channels(maps_of(64, (113, 113)), layer="conv1")
    assert 8 * 113 <= conv1.shape[1] <= 8 * 113 + 7 + 2 * MARGIN + 70
    fire6 = draw_channels(maps_of(48), layer="fire6-squeeze1x1")
    assert 8 * 14 * 8 <= fire6.shape[1] <= 8 * 15 * 8 + 2 * MARGIN + 70


@pytest.mark.slow
def test_huge_layers_are_shrunk_within_their_range() -> None:
    maps = maps_of(16, (1500, 1100))
    drawn = draw_grid(maps, common_scale(maps, subject=""))
    assert MAX_SIDE * 0.99 <= max(drawn.picture.shape[:2]) <= MAX_SIDE + 40
    assert drawn.factor == pytest.approx(0.682, abs=0.001)


@pytest.mark.slow
@pytest.mark.parametrize("place", [(777, 313), (50, 1999)])
def test_one_nan_of_a_huge_map_stays_visible(place: tuple[int, int]) -> None:
    maps = np.full((2000, 2000, 1), 0.5, np.float32)
    maps[place] = np.nan
    where = {"layer": "a", "limits": (0.0, 1.0)}
    for picture in (
        draw_beside_input(None, maps, [0], **where),
        draw_relu(maps, maps, [0], before_layer="b", **where),
        draw_inputs([None], [maps], [0], input_names=["x"], **where),
    ):
        legend = swatch(picture)
        assert legend < count(picture, NON_FINITE) <= legend + 2 * 4


@pytest.mark.slow
@pytest.mark.parametrize("value", [np.nan, -np.inf, 7.0, -1e30])
def test_a_shrunk_grid_marks_one_unusual_value_and_leaves_the_rest(
    value: float,
) -> None:
    maps = maps_of(2, (5000, 300)) / 2
    clean = draw_grid(maps, Scale(0.0, 0.5, "gray", ""))
    assert clean.factor < 1
    maps[4321, 299, 0] = value
    marked = draw_grid(maps, Scale(0.0, 0.5, "gray", ""))
    if not np.isfinite(value):
        assert 1 <= count(marked.picture, NON_FINITE) <= 4
    rows, columns = np.nonzero((marked.picture != clean.picture).any(axis=2))
    assert np.ptp(rows) <= 8
    assert np.ptp(columns) <= 8
    changed = marked.picture[rows, columns].astype(int)
    before = clean.picture[rows, columns].astype(int)
    # One value that is drawn as the end of the scale is in at most four pixels.
    assert (np.abs(changed - before).max(axis=1) >= 60).sum() <= 4


@pytest.mark.parametrize("dead", [0.0, np.nan])
def test_a_dead_map_does_not_darken_a_weak_one(dead: float) -> None:
    nothing = np.full((4, 4, 1), dead, np.float32)
    weak = np.full((4, 4, 1), 0.01, np.float32)
    brightest = tuple(colorize(np.array([1.0]), (-1, 1), "signed")[0].tolist())
    relu = draw_relu(weak, nothing, [0], layer="b", before_layer="a")
    assert count(relu, brightest) >= 160 * 160
    inputs = draw_inputs(
        [None, None], [nothing, weak], [0], layer="a", input_names=["x", "y"]
    )
    assert count(inputs, (255, 255, 255)) >= 160 * 160


def test_a_layer_of_too_many_channels_is_refused() -> None:
    draw_channels(np.ones((1, 1, 1000), np.float32), layer="a")
    maps = np.broadcast_to(np.float32(1), (1, 1, 1_000_001))
    with pytest.raises(ValueError, match=r"1,000,001 channels; .* at most 1,000,000"):
        draw_channels(maps, layer="a")


@pytest.mark.slow
def test_many_inputs_are_shown_as_far_as_they_fit() -> None:
    maps = [np.full((4, 4, 1), n, np.float32) for n in range(1, 201)]
    names = [str(n) for n in range(200)]
    faces = [FACE] * 200
    whole = draw_inputs(faces, maps, [0], layer="a", input_names=names)
    assert 15_000 < whole.shape[0] <= 16_000
    shown = len(find(whole, FACE))
    first = draw_inputs(
        faces[:shown], maps[:shown], [0], layer="a", input_names=names[:shown]
    )
    # The scale is that of what is shown; only the first line of the facts differs.
    height = first.shape[0]
    line = draw_line("a", text_size(whole.shape[1])).shape[0]
    facts = MARGIN + 4 * line
    np.testing.assert_array_equal(whole[-height + facts :], first[facts:])
    assert (whole != first)[:facts].any()


def test_gaps_are_background_not_values() -> None:
    maps = np.full((3, 3, 4), 5.0, np.float32)
    picture = draw_grid(maps, Scale(0.0, 5.0, "gray", "")).picture
    assert set(map(tuple, picture[:, -1])) == {(255, 255, 255), BACKGROUND}


def test_signed_and_rectified_layers_look_different() -> None:
    rectified = maps_of(4)
    grey = draw_channels(rectified, layer="a")
    hued = draw_channels(rectified - 0.5, layer="a")
    spread = [
        int(np.ptp(picture[-200:-MARGIN, 80:-MARGIN].astype(int), axis=2).max())
        for picture in (grey, hued)
    ]
    assert spread[0] < 10
    assert spread[1] > 100


def test_marks_appear_where_values_are_unusual() -> None:
    maps = maps_of(4, (4, 4))
    maps[0, 0, 0] = np.nan
    maps[1, 1, 1] = np.inf
    picture = draw_channels(maps, layer="a")
    swatches = 2 * swatch(picture)
    assert count(picture, NON_FINITE) == 2 * 32 * 32 + swatches


def test_what_is_beyond_fixed_limits_has_the_colour_of_the_end_and_is_counted() -> None:
    maps = np.abs(maps_of(4, (4, 4))) + 3
    white = (255,) * 3
    kept = draw_channels(maps, layer="a", limits=(0, 100))
    fixed = draw_channels(maps, layer="a", limits=(0, 2))
    assert count(fixed, white) >= 64 * 32 * 32
    assert count(kept, white) < 1000
    # A line of the caption says how many.
    assert fixed.shape[0] > kept.shape[0]


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((3, 3, 5)),
        np.full((3, 3, 5), 7.0),
        np.full((3, 3, 5), -7.0),
        np.full((3, 3, 5), np.nan),
        np.full((1, 1, 1), np.inf),
        np.full((2, 2, 2), 3e38, np.float32),
        np.array([[[-3e38, 3e38]]], np.float32),
        np.full((2, 2, 2), 1e-45, np.float32),
    ],
)
@pytest.mark.parametrize("per_channel", [False, True])
def test_dead_constant_and_extreme_layers_draw(
    values: np.ndarray, per_channel: bool
) -> None:
    picture = draw_channels(values, layer="a", per_channel=per_channel)
    assert picture.dtype == np.uint8
    finite = bool(np.isfinite(values).all())
    assert (count(picture, NON_FINITE) == 0) is finite
    channels = list(range(values.shape[2]))
    for view in (
        draw_beside_input(FACE, values, channels, layer="a"),
        draw_relu(values, np.maximum(values, 0), channels, layer="b", before_layer="a"),
        draw_inputs(
            [FACE, None], [values, values], channels, layer="a", input_names=["x", "y"]
        ),
    ):
        assert (count(view, NON_FINITE) == 0) is finite


def test_per_channel_and_limits_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="expected one of them"):
        draw_channels(maps_of(2), layer="a", per_channel=True, limits=(0, 1))


def test_the_input_stands_beside_its_channels_at_its_own_size() -> None:
    maps = maps_of(48)
    picture = draw_beside_input(FACE, maps, [13, 46], layer="a", input_name="face")
    (place,) = find(picture, FACE)
    chosen = maps[:, :, [13, 46]]
    panels = map_panels(chosen, (227, 227), common_scale(chosen, subject=""))
    places = [find(picture, panel) for panel in panels]
    assert [len(found) for found in places] == [1, 1]
    assert place[0] == places[0][0][0] == places[1][0][0]
    assert place[1] < places[0][0][1] < places[1][0][1]


def test_chosen_channels_share_one_scale() -> None:
    maps = np.zeros((4, 4, 2), np.float32)
    maps[:, :, 0], maps[:, :, 1] = 2.0, 10.0
    picture = draw_beside_input(None, maps, [0, 1], layer="a")
    weak = colorize(np.array([2.0]), (0, 10))[0]
    assert count(picture, tuple(weak)) >= 160 * 160  # type: ignore[arg-type]


def test_relu_comparison_shows_both_on_one_symmetric_scale() -> None:
    before = RNG.normal(size=(14, 14, 48)).astype(np.float32)
    after = np.maximum(before, 0)
    picture = draw_relu(before, after, [13], layer="b", before_layer="a")
    scale = common_scale(before[:, :, [13]], signed=True, subject="")
    for maps in (before, after):
        (panel,) = map_panels(maps[:, :, [13]], (168, 168), scale, "nearest")
        assert len(find(picture, panel)) == 1


@pytest.mark.parametrize(
    ("limits", "colormap"), [((-2.0, 2.0), "signed"), ((0.0, 2.0), "gray")]
)
def test_relu_comparison_takes_fixed_limits(
    limits: tuple[float, float], colormap: str
) -> None:
    before = RNG.normal(size=(14, 14, 2)).astype(np.float32)
    after = np.maximum(before, 0)
    picture = draw_relu(before, after, [1], layer="b", before_layer="a", limits=limits)
    scale = Scale(*limits, colormap, "fixed scale")
    for maps in (before, after):
        (panel,) = map_panels(maps[:, :, [1]], (168, 168), scale, "nearest")
        # From zero on, what the ReLU removed is black, too.
        assert len(find(picture, panel)) == (2 if colormap == "gray" else 1)


def test_inputs_of_different_sizes_stand_in_rows_on_one_scale() -> None:
    small = 255 - FACE[:180, :200]
    whole = [maps_of(48), maps_of(48, (11, 12)) * 3]
    picture = draw_inputs(
        [FACE, small], whole, [13, 46], layer="a", input_names=["face", "small"]
    )
    maps = [values[:, :, [13, 46]] for values in whole]
    (first,), (second,) = find(picture, FACE), find(picture, small)
    assert second[0] > first[0] + 227
    scale = common_scale(*maps, subject="")
    for values, size in zip(maps, [(227, 227), (180, 200)], strict=True):
        for panel in map_panels(values, size, scale):
            assert len(find(picture, panel)) == 1


def test_many_channels_wrap_into_blocks() -> None:
    maps = [maps_of(20), maps_of(20)]
    picture = draw_inputs(
        [FACE, FACE], maps, range(20), layer="a", input_names=["x", "y"]
    )
    # Beside their input three of them have room for their labels.
    assert picture.shape[1] == 4 * 227 + 3 * GAP + 2 * MARGIN
    assert len(find(picture, FACE)) == 2 * 7


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((227, 227), (227, 227)),
        ((32, 32), (160, 160)),
        ((1, 1), (160, 160)),
        ((1280, 640), (640, 320)),
        ((2000, 1), (640, 1)),
    ],
)
def test_panel_sizes(shape: tuple[int, int], size: tuple[int, int]) -> None:
    assert panel_size(shape) == size
    pixels = np.zeros((*shape, 3), np.uint8)
    assert picture_panel(pixels, size).shape == (*size, 3)


def test_small_pictures_keep_their_pixels() -> None:
    tiny = FACE[:32, :32]
    panel = picture_panel(tiny, (160, 160))
    np.testing.assert_array_equal(panel[2::5, 2::5], tiny)


def test_a_value_beyond_the_scale_is_drawn_as_one_at_its_end() -> None:
    step = np.zeros((6, 6, 1), np.float32)
    step[:, 3:] = 1.0
    scale = Scale(0.0, 1.0, "gray", "")
    step[2, 2] = 1.0
    (inside,) = map_panels(step, (96, 96), scale)
    step[2, 2] = 5.0
    (panel,) = map_panels(step, (96, 96), scale)
    np.testing.assert_array_equal(panel, inside)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: draw_channels(np.ones((3, 3)), layer="a"),
            r"\(3, 3\); expected \(H, W",
        ),
        (lambda: draw_channels(np.ones((0, 3, 1)), layer="a"), "none of them 0"),
        (
            lambda: draw_beside_input(None, maps_of(3), [3], layer="a"),
            r"channels \[3\]; expected at least one, from 0 to 2",
        ),
        (
            lambda: draw_beside_input(None, maps_of(3), [], layer="a"),
            r"channels \[\]; expected at least one",
        ),
        (
            lambda: draw_relu(maps_of(3), maps_of(4), [0], layer="a", before_layer="b"),
            "expected the same shape",
        ),
        (
            lambda: draw_inputs([], [], [0], layer="a", input_names=[]),
            "at least one",
        ),
        (
            lambda: draw_channels(np.zeros((2, 4, 4, 3)), layer="a"),
            r"expected \(H, W, C\), none of them 0\. Pass those of one input",
        ),
        (
            lambda: draw_channels(np.zeros(3), layer="a"),
            "none of them 0. Use `as_maps` first",
        ),
        (
            lambda: draw_beside_input("face.png", maps_of(3), [0], layer="a"),
            r"the path 'face.png'; expected pixels\. Read it",
        ),
        (
            lambda: draw_inputs(
                [None], [maps_of(3)], [0, 3], layer="a", input_names=["x"]
            ),
            r"channels \[0, 3\]; expected at least one, from 0 to 2",
        ),
        *(
            (call, words)
            for picture, words in [
                (FACE[:, :, 0], r"picture of shape \(227, 227\) and dtype uint8; exp"),
                (np.dstack([FACE, FACE[:, :, 0]]), r"shape \(227, 227, 4\) and dtype"),
                (FACE / 255, r"and dtype float64; expected RGB, uint8"),
                (FACE[:0], r"shape \(0, 227, 3\) and dtype uint8; expected RGB"),
            ]
            for call in (
                lambda picture=picture: draw_beside_input(
                    picture, maps_of(3), [0], layer="a"
                ),
                lambda picture=picture: draw_inputs(
                    [FACE, picture],
                    [maps_of(1)] * 2,
                    [0],
                    layer="a",
                    input_names=["x", "y"],
                ),
            )
        ),
    ],
)
def test_wrong_arguments(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()  # type: ignore[operator]


#: Any rank, and no more values than there are shades of grey.
SHAPES = (
    st.lists(st.integers(1, 9), max_size=6)
    .map(tuple)
    .filter(lambda shape: math.prod(shape) <= 256)
)


def bar(picture: np.ndarray) -> np.ndarray:
    """How often each shade of grey occurs in the bar of a legend."""
    size = text_size(picture.shape[1])
    steps = np.rint(np.linspace(0, 255, 9 * size)).astype(int)
    return size * 3 // 4 * np.bincount(steps, minlength=256)


def shades(picture: np.ndarray) -> np.ndarray:
    """How many pixels each shade of grey has; text and background have none."""
    red, green, blue = (picture[:, :, index] for index in range(3))
    return np.bincount(red[(red == green) & (red == blue)], minlength=256)


@settings(deadline=None)
@given(shape=SHAPES, told=st.booleans())
def test_every_value_of_any_rank_is_drawn_once(
    shape: tuple[int, ...], told: bool
) -> None:
    count = math.prod(shape)
    values = np.arange(count, dtype=np.float32).reshape(shape)
    maps = as_maps(values)
    before = shape if told else None
    grid = draw_channels(maps, layer="a", limits=(0, 255), shape=before)
    areas = shades(grid) - bar(grid)
    assert areas[0] > 0
    assert areas.tolist() == [areas[0]] * count + [0] * (256 - count)
    assert max(grid.shape[:2]) <= 1500


@pytest.mark.slow
@settings(deadline=None, max_examples=30)
@given(shape=SHAPES, told=st.booleans())
def test_every_view_draws_any_rank(shape: tuple[int, ...], told: bool) -> None:
    values = np.arange(math.prod(shape), dtype=np.float32).reshape(shape)
    values.flat[-1] = np.nan
    maps = as_maps(values)
    before = shape if told else None
    channels = list(range(maps.shape[2]))
    for picture in (None, FACE):
        for view in (
            draw_beside_input(picture, maps, channels, layer="a", shape=before),
            draw_relu(maps, -maps, channels, layer="b", before_layer="a", shape=before),
            draw_inputs(
                [picture, FACE],
                [maps, maps * 2],
                channels,
                layer="a",
                input_names=["x", "y"],
                shapes=[shape, shape] if told else None,
            ),
        ):
            assert count(view, NON_FINITE) > 100


def test_a_sequence_is_a_heat_map_with_its_scale_and_marks() -> None:
    sequence = RNG.normal(size=(100, 32)).astype(np.float32)
    sequence[3] = np.nan
    sequence[50:60, 7] = np.inf
    maps = as_maps(sequence)
    picture = draw_channels(maps, layer="lstm")
    drawn = draw_heat_map(maps, common_scale(maps, subject=""))
    body = picture[-MARGIN - drawn.picture.shape[0] : -MARGIN, MARGIN:-MARGIN]
    np.testing.assert_array_equal(body, drawn.picture)
    swatches = 2 * swatch(picture)
    assert count(picture, NON_FINITE) == (32 + 10) * 24 * 8 + swatches
    clipped = draw_channels(np.abs(maps[:, 60:]) + 3, layer="lstm", limits=(0, 2))
    assert count(clipped, (255,) * 3) >= 40 * 32 * 24 * (clipped_width(40))
    stretched = draw_channels(maps[:, 60:], layer="lstm", per_channel=True)
    assert count(stretched, NON_FINITE) == 0


def clipped_width(positions: int) -> int:
    maps = np.ones((1, positions, 32), np.float32)
    return int(draw_heat_map(maps, Scale(0.0, 2.0, "gray", "")).cell[1])


@pytest.mark.slow
def test_sequences_stand_below_one_another_beside_their_input() -> None:
    maps = as_maps(RNG.random((100, 32), dtype=np.float32))
    picture = draw_beside_input(FACE, maps, [3, 30], layer="a", input_name="face")
    (own,) = find(picture, FACE)
    scale = common_scale(maps[:, :, [3, 30]], subject="")
    strips = []
    for channel in (3, 30):
        strip = scale.colorize(maps[:, :, channel]).repeat(48, 0).repeat(6, 1)
        strips += find(picture, strip)
    assert len(strips) == 2
    (top, left), (below, also_left) = strips
    assert (top, left) == (own[0], own[1] + 227 + 8)
    assert below > top + 48
    assert also_left == left
    # Only the caption tells a larger input that was shrunk to the same picture.
    larger = np.zeros((1280, 1280, 3), np.uint8)
    as_large = np.zeros((640, 640, 3), np.uint8)
    first, second = (
        draw_beside_input(one, maps, [3], layer="a") for one in (larger, as_large)
    )
    body = 640 + 2 * MARGIN
    np.testing.assert_array_equal(first[-body:], second[-body:])
    caption = first[:-body]
    assert caption.shape != second[:-body].shape or (caption != second[:-body]).any()


def test_sequences_before_and_after_stand_below_one_another() -> None:
    before = as_maps(RNG.normal(size=(100, 4)).astype(np.float32))
    after = np.maximum(before, 0)
    picture = draw_relu(before, after, [1, 2], layer="b", before_layer="a")
    scale = common_scale(before[:, :, [1, 2]], signed=True, subject="")
    found = []
    for channel in (1, 2):
        for maps in (before, after):
            strip = scale.colorize(maps[:, :, channel]).repeat(48, 0).repeat(6, 1)
            found += find(picture, strip)
    assert len(found) == 4
    assert found == sorted(found)
    assert {left for _, left in found} == {MARGIN}


def test_sequences_of_different_lengths_start_at_the_same_places() -> None:
    long, short = (
        as_maps(RNG.random((positions, 5), dtype=np.float32)) for positions in (100, 37)
    )
    picture = draw_inputs(
        [None, FACE], [short, long], [3, 4], layer="a", input_names=["short", "long"]
    )
    scale = common_scale(short[:, :, 3:], long[:, :, 3:], subject="")
    places = [
        find(picture, scale.colorize(maps[:, :, channel]).repeat(48, 0).repeat(3, 1))
        for maps in (short, long)
        for channel in (3, 4)
    ]
    assert [len(found) for found in places] == [1, 1, 1, 1]
    (first, second, third, fourth) = (found[0] for found in places)
    assert second[1] - first[1] == fourth[1] - third[1] == 300 + 8
    assert first[0] == second[0] < third[0] == fourth[0]


def test_slices_are_told_apart_where_their_shape_is_said() -> None:
    volume = RNG.random((8, 16, 16, 4), dtype=np.float32)
    maps = as_maps(volume)
    picture = draw_channels(maps, layer="a", shape=volume.shape)
    scale = common_scale(maps, subject="")
    factor = int(draw_grid(maps, scale, (2, 4)).factor)
    for index in range(8):
        tile = scale.colorize(volume[index, :, :, 3])
        assert len(find(picture, tile.repeat(factor, 0).repeat(factor, 1))) == 1
    beside = draw_beside_input(None, maps, [2], layer="a", shape=volume.shape)
    own = common_scale(maps[:, :, [2]], subject="")
    for index in range(8):
        tile = own.colorize(volume[index, :, :, 2]).repeat(3, 0).repeat(3, 1)
        assert len(find(beside, tile)) == 1
    with pytest.raises(ValueError, match="Pass the shape of the activations"):
        draw_channels(maps, layer="a", shape=(4, 16, 16, 4))
    with pytest.raises(ValueError, match="1 shapes for 2 inputs; expected one each"):
        draw_inputs(
            [None] * 2,
            [maps] * 2,
            range(4),
            layer="a",
            input_names=["x", "y"],
            shapes=[volume.shape],
        )
