"""Makes the two pictures of the worked example: a face, and it with an eye closed.

The photograph is scikit-image's `astronaut` (NASA, public domain). Run

    python examples/portrait.py

and find `face.png` and `face-eye-closed.png` in the folder it was run in.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE = 227
#: The head in the photograph: left, top, right, bottom.
HEAD = (140, 20, 320, 200)
#: The eye on the left of the picture, in pixels of the finished portrait.
EYE, RADIUS = (80, 98), (17, 10)


def open_eyes() -> Image.Image:
    """The portrait as it is, RGB, 227×227."""
    from skimage.data import astronaut

    photograph = Image.fromarray(astronaut())
    return photograph.resize((SIZE, SIZE), Image.Resampling.BICUBIC, box=HEAD)


def close_eye(portrait: Image.Image) -> Image.Image:
    """Paint a closed lid over the eye on the left of the picture."""
    (x, y), (rx, ry) = EYE, RADIUS
    pixels = np.asarray(portrait, dtype=np.float64)
    # Skin from the cheek below, where neither lashes nor brow are; lids are darker.
    cheek = pixels[y + ry + 6 : y + ry + 12, x - 8 : x + 8].reshape(-1, 3)
    lid = Image.new("RGB", portrait.size, _color(cheek.mean(axis=0) * 0.93))
    eye = _mask("ellipse", (x - rx, y - ry, x + rx, y + ry), fill=255)
    closed = Image.composite(lid, portrait, eye.filter(ImageFilter.GaussianBlur(2)))
    lashes = _mask("arc", (x - 13, y - 8, x + 13, y + 5), start=20, end=160, fill=255)
    return Image.composite(Image.new("RGB", closed.size, (60, 38, 30)), closed, lashes)


def _color(rgb: np.ndarray) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in rgb)
    return red, green, blue


def _mask(shape: str, box: tuple[int, int, int, int], **options: int) -> Image.Image:
    """A shape with smooth edges: drawn four times as large, then shrunk."""
    large = Image.new("L", (4 * SIZE, 4 * SIZE), 0)
    if shape == "arc":
        options["width"] = 9
    getattr(ImageDraw.Draw(large), shape)([4 * side for side in box], **options)
    return large.resize((SIZE, SIZE), Image.Resampling.BOX)


def main() -> None:
    """Write both pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path())
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    portrait = open_eyes()
    portrait.save(folder / "face.png")
    close_eye(portrait).save(folder / "face-eye-closed.png")
    print(f"face.png and face-eye-closed.png are in {folder.resolve()}")


if __name__ == "__main__":
    main()
