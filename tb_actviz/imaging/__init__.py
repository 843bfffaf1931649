"""From arrays to pictures."""

from tb_actviz.imaging.colormap import (
    CLIPPED,
    COLORMAPS,
    NON_FINITE,
    colorize,
    default_limits,
)
from tb_actviz.imaging.normalize import finite_limits, mat2gray
from tb_actviz.imaging.png import encode_png
from tb_actviz.imaging.resize import imresize
from tb_actviz.imaging.tiling import grid_shape, imtile

__all__ = [
    "CLIPPED",
    "COLORMAPS",
    "NON_FINITE",
    "colorize",
    "default_limits",
    "encode_png",
    "finite_limits",
    "grid_shape",
    "imresize",
    "imtile",
    "mat2gray",
]
