"""How inputs and channels are drawn as panels."""

from __future__ import annotations

import numpy as np
import pytest

from tb_actviz.imaging.layout import with_seams
from tb_actviz.imaging.panels import MapFrame, map_frame, map_panels, position_pitch
from tb_actviz.imaging.scale import Scale

GREY = Scale(0.0, 1.0, "gray", "")


@pytest.mark.parametrize(
    ("positions", "pitch"),
    [
        (2, 80),
        (3, 54),
        (10, 48),
        (100, 6),
        (512, 1),
        (640, 1),
        (641, 640 / 641),
        (16_000, 0.04),
    ],
)
def test_positions_are_whole_pixels_wide_or_all_shrink(
    positions: int, pitch: float
) -> None:
    assert position_pitch(positions) == pitch


@pytest.mark.parametrize(
    ("shape", "options", "frame"),
    [
        ((14, 14), {}, MapFrame((168, 168))),
        ((14, 14), {"beside": (227, 200)}, MapFrame((227, 200))),
        ((14, 14), {"method": "nearest"}, MapFrame((168, 168), "nearest")),
        ((1000, 500), {"largest": 320}, MapFrame((320, 160))),
        ((1, 1), {"beside": (227, 200)}, MapFrame((227, 200))),
        ((1, 100), {}, MapFrame((48, 600), "nearest")),
        ((1, 100), {"beside": (227, 200)}, MapFrame((48, 600), "nearest")),
        ((1, 50), {"pitch": 3}, MapFrame((48, 150), "nearest")),
        ((1, 50), {"pitch": 0.01}, MapFrame((48, 1), "bicubic")),
        ((1, 16_000), {"method": "nearest"}, MapFrame((48, 640), "bicubic")),
        (
            (32, 64),
            {"slices": (2, 4), "beside": (227, 200)},
            MapFrame((97, 195), "nearest", (2, 4)),
        ),
        (
            (448, 448),
            {"slices": (4, 4), "largest": 320},
            MapFrame((323, 323), "bicubic", (4, 4)),
        ),
        (
            (2, 2000),
            {"slices": (1, 1000)},
            MapFrame((1, 1999), "bicubic", (1, 1000)),
        ),
    ],
)
def test_frames(shape: tuple[int, int], options: dict, frame: MapFrame) -> None:
    assert map_frame(shape, **options) == frame


def test_slices_are_enlarged_without_smoothing_between_thin_lines() -> None:
    maps = np.random.default_rng(2).random((4, 6, 2), dtype=np.float32)
    maps[3, 5, 1] = 7.0
    panels = map_panels(maps, (4 * 5 + 1, 6 * 5 + 2), GREY, "nearest", (2, 3))
    for index, panel in enumerate(panels):
        large = GREY.colorize(maps[:, :, index]).repeat(5, axis=0).repeat(5, axis=1)
        expected = with_seams(large, (2, 3))[:-1, :-1]
        np.testing.assert_array_equal(panel, expected, strict=True)
    white = (panels[1] == 255).all(axis=2)
    assert int(white.sum()) == 25
