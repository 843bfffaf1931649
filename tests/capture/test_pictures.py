"""Picture files of every kind, good and bad."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tb_actviz.capture.input_files import list_pictures
from tb_actviz.capture.pictures import (
    MAX_PIXELS,
    from_pillow,
    load_picture,
)
from tb_actviz.errors import InputError

RGB = np.array(
    [[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [10, 20, 30]], [[9, 9, 9], [1, 2, 3]]],
    np.uint8,
)


def save(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def png(path: Path, size: tuple[int, int], depth: int, kind: int, rows: bytes) -> Path:
    """A PNG by hand, for what Pillow does not write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        length, crc = len(data), zlib.crc32(name + data)
        return struct.pack(">I", length) + name + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", *size, depth, kind, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return path


def test_rgb_comes_back_as_it_is(tmp_path: Path) -> None:
    pixels, notes = load_picture(save(tmp_path / "a.png", Image.fromarray(RGB)))
    np.testing.assert_array_equal(pixels, RGB)
    assert pixels.dtype == np.uint8
    assert notes == ()


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_is_repeated(tmp_path: Path, mode: str) -> None:
    grey = np.array([[0, 255, 255]], np.uint8)
    path = save(tmp_path / "a.png", Image.fromarray(grey).convert(mode))
    pixels, notes = load_picture(path)
    np.testing.assert_array_equal(pixels, np.repeat(grey[:, :, None], 3, axis=2))
    assert notes == ()


def test_palette_becomes_its_colours(tmp_path: Path) -> None:
    picture = Image.new("P", (2, 1))
    picture.putpalette([255, 0, 0, 0, 128, 255])
    picture.putdata([1, 0])
    pixels, _ = load_picture(save(tmp_path / "a.png", picture))
    assert pixels.tolist() == [[[0, 128, 255], [255, 0, 0]]]


def test_cmyk_is_converted(tmp_path: Path) -> None:
    picture = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    pixels, notes = load_picture(save(tmp_path / "a.jpg", picture, quality=100))
    assert pixels.shape == (8, 8, 3)
    assert np.abs(pixels[0, 0].astype(int) - [255, 0, 0]).max() <= 3
    assert notes == ("converted from CMYK",)


@pytest.mark.parametrize(
    ("values", "expected"), [([0, 65535], [0, 255]), ([100, 257], [0, 1])]
)
def test_16_bit_grey_is_scaled_and_not_clipped(
    tmp_path: Path, values: list[int], expected: list[int]
) -> None:
    image = Image.fromarray(np.array([values], np.uint16))
    pixels, notes = load_picture(save(tmp_path / "a.png", image))
    assert pixels[0, :, 0].tolist() == expected
    assert pixels.shape == (1, 2, 3)
    assert notes == ("values 0…65535 scaled to 0…255",)


def test_16_bit_rgb_is_scaled(tmp_path: Path) -> None:
    row = b"\0" + struct.pack(">6H", 65535, 0, 257, 32896, 65535, 0)
    pixels, _ = load_picture(png(tmp_path / "a.png", (2, 1), 16, 2, row))
    assert pixels.tolist() == [[[255, 0, 1], [128, 255, 0]]]


def test_floating_point_tiff_is_0_to_1(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0.0, 0.5, 1.0]], np.float32))
    pixels, notes = load_picture(save(tmp_path / "a.tif", image))
    assert pixels[0, :, 0].tolist() == [0, 128, 255]
    assert notes == ("values 0…1 scaled to 0…255",)


def test_floating_point_beyond_255_is_refused(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0.0, 700.5]], np.float32))
    with pytest.raises(InputError, match=r"a\.tif' holds grey values from 0 to 700\.5"):
        load_picture(save(tmp_path / "a.tif", image))


def test_transparency_is_laid_over_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (2, 1), (200, 0, 0, 0))
    image.putpixel((1, 0), (200, 0, 0, 255))
    pixels, notes = load_picture(save(tmp_path / "a.png", image))
    assert pixels.tolist() == [[[255, 255, 255], [200, 0, 0]]]
    assert notes == ("transparency laid over white",)


def test_transparent_palette_is_laid_over_white(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putdata([0, 1])
    path = save(tmp_path / "a.png", image, transparency=0)
    assert load_picture(path)[0].tolist() == [[[255, 255, 255], [0, 0, 255]]]


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "lime", "blue")]
    path = save(tmp_path / "a.gif", frames[0], save_all=True, append_images=frames[1:])
    pixels, notes = load_picture(path)
    assert pixels[0, 0].tolist() == [255, 0, 0]
    assert notes == ("first of 3 frames",)


def test_exif_rotation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its left side
    path = save(tmp_path / "a.png", Image.fromarray(RGB), exif=exif)
    pixels, notes = load_picture(path)
    np.testing.assert_array_equal(pixels, np.rot90(RGB, -1))
    assert notes == ("turned as its EXIF data says",)


@pytest.mark.parametrize("orientation", [2, 3, 4, 5, 7, 8])
def test_every_turn_is_noted(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path / "a.png", Image.fromarray(RGB[:2]), exif=exif)
    pixels, notes = load_picture(path)
    assert notes == ("turned as its EXIF data says",)
    assert not np.array_equal(pixels, RGB[:2])


def test_a_pillow_image_is_converted_as_its_file_is(tmp_path: Path) -> None:
    sixteen = Image.fromarray(np.array([[0, 32896, 65535]], np.uint16))
    clear = Image.new("RGBA", (2, 1), (200, 0, 0, 0))
    for image in (sixteen, clear):
        path = save(tmp_path / "a.png", image)
        pixels, notes = from_pillow(image, "image")
        np.testing.assert_array_equal(pixels, load_picture(path)[0])
        assert notes == load_picture(path)[1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(InputError, match="is not a regular file"):
        load_picture(tmp_path / "a.png")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".gif", ".bmp", ".tif", ".webp"])
def test_flipped_bytes_give_a_picture_or_one_clear_error(
    tmp_path: Path, suffix: str
) -> None:
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
    data = save(tmp_path / f"a{suffix}", Image.fromarray(noise)).read_bytes()
    for _ in range(150):
        damaged = bytearray(data)
        for place in rng.integers(0, min(len(data), 200), 3):
            damaged[place] = rng.integers(0, 256)
        (tmp_path / f"b{suffix}").write_bytes(damaged)
        try:
            pixels, _ = load_picture(tmp_path / f"b{suffix}")
        except InputError:
            continue
        assert pixels.dtype == np.uint8
        assert pixels.shape[2] == 3


def test_missing_and_directory_and_text(tmp_path: Path) -> None:
    text = tmp_path / "a.png"
    text.write_text("no picture")
    with pytest.raises(InputError, match=r"There is no file '.*b\.png'"):
        load_picture(tmp_path / "b.png")
    with pytest.raises(InputError, match="is a directory"):
        load_picture(tmp_path)
    with pytest.raises(InputError, match=r"a\.png' is not a picture .*PNG, JPEG"):
        load_picture(text)


def test_an_empty_file_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.touch()
    with pytest.raises(InputError, match="is not a picture"):
        load_picture(path)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".gif", ".bmp", ".tif", ".webp"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_truncated_files_are_one_clear_error(
    tmp_path: Path, suffix: str, kept: float
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = save(tmp_path / f"a{suffix}", Image.fromarray(noise))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(InputError, match=r"is damaged|is not a picture"):
        load_picture(path)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    side = int(MAX_PIXELS**0.5) + 1
    modest = png(tmp_path / "a.png", (side, side), 8, 0, b"")
    huge = png(tmp_path / "b.png", (60000, 60000), 8, 0, b"")
    with pytest.raises(InputError, match=r"has 8001×8001 = 64,016,001 pixels"):
        load_picture(modest)
    with pytest.raises(InputError, match="claims far more than 64,000,000 pixels"):
        load_picture(huge)


def test_programs_are_never_run_for_a_format(tmp_path: Path) -> None:
    postscript = tmp_path / "a.png"
    postscript.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    with pytest.raises(InputError, match="is not a picture"):
        load_picture(postscript)


def test_a_folder_lists_its_pictures_by_name(tmp_path: Path) -> None:
    for name in ("b.PNG", "a.jpg", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "c.png").mkdir()
    assert [path.name for path in list_pictures(tmp_path)] == ["a.jpg", "b.PNG"]
    with pytest.raises(InputError, match="holds no pictures"):
        list_pictures(tmp_path / "c.png")
