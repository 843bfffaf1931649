from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from tb_actviz.deflate import deflate_with_zlib
from tb_actviz.imaging import page
from tb_actviz.imaging.page import encode_png

sides = st.integers(1, 40)
pictures = hnp.arrays(
    np.uint8, st.tuples(sides, sides) | st.tuples(sides, sides, st.just(3))
)


def decode(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        image.verify()  # checksums of all chunks
    with Image.open(io.BytesIO(png)) as image:
        assert image.format == "PNG"
        return np.asarray(image)


@given(pictures)
def test_decoded_pixels_are_the_encoded_ones(picture: np.ndarray) -> None:
    np.testing.assert_array_equal(decode(encode_png(picture)), picture, strict=True)


def test_views_are_encoded_as_they_look() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
    for view in (picture[::-1, ::2], picture.swapaxes(0, 1), picture[..., 1]):
        np.testing.assert_array_equal(decode(encode_png(view)), view)


def test_flat_pictures_are_small() -> None:
    assert len(encode_png(np.zeros((1000, 1000, 3), np.uint8))) < 20_000


def test_anything_but_uint8_is_refused() -> None:
    for dtype in (np.float32, np.bool_, np.int64):
        with pytest.raises(
            TypeError, match=f"uint8 pixels, received dtype {dtype(0).dtype}"
        ):
            encode_png(np.zeros((2, 2), dtype))


@pytest.mark.parametrize("shape", [(2,), (2, 2, 1), (2, 2, 4), (1, 2, 2, 3), ()])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(H, W\) or \(H, W, 3\), received"):
        encode_png(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("shape", [(0, 2), (2, 0, 3)])
def test_pictures_without_pixels_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="no pixels"):
        encode_png(np.zeros(shape, np.uint8))


def test_pixels_are_the_same_without_the_fast_compressor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    assert page.deflate is not deflate_with_zlib
    monkeypatch.setattr(page, "deflate", deflate_with_zlib)
    decoded = np.asarray(Image.open(io.BytesIO(encode_png(picture))))
    np.testing.assert_array_equal(decoded, picture)
