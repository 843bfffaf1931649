"""Picture files -> RGB arrays, or one clear reason why not."""

from __future__ import annotations

import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from tb_actviz.errors import InputError

#: Formats that decode to pixels without running another program.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "TGA")
SUFFIXES = frozenset(
    {
        *(".png", ".jpg", ".jpeg", ".jpe", ".gif", ".bmp", ".tif", ".tiff", ".webp"),
        *(".ppm", ".pgm", ".pbm", ".pnm", ".tga"),
    }
)
#: More pixels than this are refused before anything is decoded.
MAX_PIXELS = 64_000_000

_ORIENTATION = 0x0112  # of EXIF
_DECODING_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    EOFError,
    IndexError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as it was read.

    Args:
        pixels: RGB, uint8, shape (H, W, 3), range 0…255.
        notes: What was done to it.
        own_values: Its own values where RGB does not hold them, shape (H, W, C): four
            channels with transparency, one of more than 8 bits; else None.
        has_white: Whether it is known which of its values is white, so that its pixels
            mean something to a model.
    """

    pixels: np.ndarray
    notes: tuple[str, ...]
    own_values: np.ndarray | None = None
    has_white: bool = True


def load_picture(path: str | Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """Read a picture file as RGB, upright, whatever its colour model.

    Grey, palette, CMYK and 16-bit pictures are converted; transparency is laid over
    white; EXIF rotation is applied; of an animation the first frame is taken.

    Args:
        path: File in one of `FORMATS`.

    Returns:
        RGB pixels, uint8, shape (H, W, 3), range 0…255; and a note for each thing
        that was done to the picture.

    Raises:
        InputError: If the file is missing, unreadable, damaged, no picture, has
            more than `MAX_PIXELS` pixels, or its values have no known white.
    """
    picture = read_picture(path)
    if not picture.has_white:
        raise InputError(_no_white(str(path), picture))
    return picture.pixels, picture.notes


def read_picture(path: str | Path) -> Picture:
    """Read a picture file, upright, with its own values beside its pixels.

    Args:
        path: File in one of `FORMATS`.

    Returns:
        The picture.

    Raises:
        InputError: If the file is missing, unreadable, damaged, no picture, or has
            more than `MAX_PIXELS` pixels.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise InputError(_no_file(path))
        with warnings.catch_warnings():
            # Pillow warns of what is refused here anyway, and of harmless metadata.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                width, height = image.size
                if width * height > MAX_PIXELS:
                    raise InputError(_too_large(path, width, height))
                image.load()
                return picture_of(image)
    except PermissionError:
        raise InputError(
            f"{str(path)!r} may not be read (permission denied)."
        ) from None
    except Image.DecompressionBombError:
        raise InputError(
            f"{str(path)!r} claims far more than {MAX_PIXELS:,} pixels and was not "
            "decoded. Resize the picture first."
        ) from None
    except UnidentifiedImageError:
        raise InputError(
            f"{str(path)!r} is not a picture that can be read. Expected one of: "
            f"{', '.join(FORMATS)}."
        ) from None
    except InputError:
        raise
    except _DECODING_ERRORS as error:
        raise InputError(f"{str(path)!r} is damaged: {error}.") from None


def from_pillow(image: Image.Image, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Convert a Pillow image to RGB, upright, whatever its colour model.

    Args:
        image: Any Pillow image.
        name: What to call it in a message.

    Returns:
        RGB pixels, uint8, shape (H, W, 3), range 0…255; and a note for each thing
        that was done to the picture.

    Raises:
        InputError: If its values have no known white.
    """
    picture = picture_of(image)
    if not picture.has_white:
        raise InputError(_no_white(name, picture))
    return picture.pixels, picture.notes


def picture_of(image: Image.Image) -> Picture:
    """Take a Pillow image, upright, with its own values beside its pixels.

    Args:
        image: Any Pillow image.

    Returns:
        The picture.
    """
    notes = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        notes.append(f"first of {frames} frames")
    if image.getexif().get(_ORIENTATION, 1) not in (0, 1):
        notes.append("turned as its EXIF data says")
    # An upright copy; None is returned only for in-place calls.
    upright = ImageOps.exif_transpose(image)
    return _to_rgb(upright, notes)


def _no_file(path: Path) -> str:
    if path.is_dir():
        return f"{str(path)!r} is a directory, not a picture."
    if path.exists():
        return f"{str(path)!r} is not a regular file."
    return f"There is no file {str(path)!r}. Name a picture, or a folder of pictures."


def _too_large(path: Path, width: int, height: int) -> str:
    return (
        f"{str(path)!r} has {width}×{height} = {width * height:,} pixels, more than "
        f"{MAX_PIXELS:,}. Resize the picture first."
    )


def _to_rgb(image: Image.Image, notes: list[str]) -> Picture:
    """Convert by colour model; Pillow's own conversion clips 16 bits to 8."""
    mode, own_values = image.mode, None
    if mode.startswith("I") or mode == "F":
        return _from_deep_grey(np.asarray(image), mode, notes)
    if mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        with_alpha = image.convert("RGBA")
        own_values = np.asarray(with_alpha)
        opaque = Image.new("RGBA", image.size, (255, 255, 255, 255))
        opaque.alpha_composite(with_alpha)
        notes.append("transparency laid over white")
        image = opaque
    elif mode not in ("RGB", "1", "L", "P"):
        notes.append(f"converted from {mode}")
    return Picture(np.asarray(image.convert("RGB")), tuple(notes), own_values)


def _from_deep_grey(grey: np.ndarray, mode: str, notes: list[str]) -> Picture:
    """Grey of more than 8 bits: what a model of one channel was trained on itself."""
    low, high = float(grey.min()), float(grey.max())
    # Integers of more than 8 bits are 16 bits wide in every format read here;
    # floating-point pictures are either 0…1 or 0…255.
    white = 65535.0 if mode != "F" else 1.0 if high <= 1.0 else 255.0
    has_white = low >= 0 and high <= white
    if has_white:
        shown = grey * (255.0 / white)
        notes.append(f"values 0…{white:g} scaled to 0…255")
    else:
        finite = np.isfinite(grey)
        low = float(grey.min(initial=np.inf, where=finite))
        high = float(grey.max(initial=-np.inf, where=finite))
        scale = 255.0 / (high - low) if high > low else 0.0
        shown = np.where(finite, (grey.astype(np.float64) - low) * scale, 0.0)
        notes.append(f"shown from {low:.4g} to {high:.4g}")
    pixels = np.repeat(np.rint(shown).astype(np.uint8)[:, :, None], 3, axis=2)
    values = grey.astype(np.float32 if mode == "F" else grey.dtype)[:, :, None]
    return Picture(pixels, tuple(notes), values, has_white)


def _no_white(name: str, picture: Picture) -> str:
    values = picture.own_values
    low, high = (0, 0) if values is None else (values.min(), values.max())
    return (
        f"{name!r} holds grey values from {low:g} to {high:g}; expected 0 to 255, 0 to "
        "1, or 16 bits. Convert it first; a model of one channel takes it as it is."
    )


def picture_in(values: np.ndarray) -> tuple[np.ndarray, str] | None:
    """Show an array that is a picture.

    Args:
        values: Any shape and dtype. Those of one or three channels are pictures, from 0
            to 255, from 0 to 1, or of another range, which is shown from its own
            smallest to its own largest value.

    Returns:
        RGB, uint8, shape (H, W, 3), and on which scale it is shown, if that needs
        saying; None where it is no picture.
    """
    if values.ndim != 3 or values.shape[-1] not in (1, 3) or not values.size:
        return None
    if values.dtype == object:
        return None
    note = ""
    if values.dtype != np.uint8:
        low, high = float(values.min()), float(values.max())
        if low >= 0 and high <= 255:
            values = values * (255.0 if high <= 1.0 else 1.0)
        elif np.isfinite([low, high]).all() and low < high:
            values = (np.asarray(values, np.float64) - low) * (255.0 / (high - low))
            note = f"shown from {low:.4g} to {high:.4g}"
        else:
            return None
        values = np.rint(values).astype(np.uint8)
    return np.broadcast_to(values, (*values.shape[:2], 3)), note
