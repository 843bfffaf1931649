"""Draws demo.png: the channels that the demo finds, for its two faces.

    tb-actviz demo --logdir runs/demo
    python docs/demo.py runs/demo --layer fire4-relu_expand3x3 --channels 123,91,38 \
        docs/demo.png

The demo prints which channels these are. The Images tab has the same as `inputs` of the
layer, in letters that can be read there; the README shows the picture larger.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

import tb_actviz as av
from tb_actviz.imaging.layout import down
from tb_actviz.imaging.page import Page
from tb_actviz.imaging.rows import comparison_row, labels_that_fit, row_frame
from tb_actviz.imaging.scale import common_scale

TEXT = 14


def logged(log_dir: Path, layer: str) -> dict[str, np.ndarray]:
    """Name of each input to the layer's maps, or to the input itself."""
    (found,) = av.read_records(log_dir, layers=layer, runs="faces")
    return dict(found.activations)


def main() -> None:
    """Read the log, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logdir", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--layer", required=True)
    parser.add_argument("--channels", required=True, metavar="N,N")
    options = parser.parse_args()

    channels = [int(number) for number in options.channels.split(",")]
    faces = logged(options.logdir, ":input")
    maps = [
        values[..., channels]
        for values in logged(options.logdir, options.layer).values()
    ]
    pictures = [face.astype(np.uint8) for face in faces.values()]
    frames = [
        row_frame(face, values, (1, 1), values.shape[1])
        for face, values in zip(pictures, maps, strict=True)
    ]
    blocks = [slice(None)]
    labels = labels_that_fit(maps, channels, list(faces), frames, blocks, TEXT)
    scale = common_scale(*maps, subject="all inputs and channels shown")
    rows = [
        comparison_row(*of_input, size=TEXT)
        for of_input in zip(
            pictures, maps, frames, [scale] * len(maps), labels, strict=True
        )
    ]
    facts = ["maps resized to their input, bicubic; changes are against the first face"]
    drawn = Page(down(rows, gap=16), options.layer, facts, scale, size=TEXT)
    Image.fromarray(drawn.picture()).save(options.picture, optimize=True)


if __name__ == "__main__":
    main()
