"""Picture files -> RGB arrays, or one clear reason why not."""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from tb_actviz.capture.named_input import NamedInput
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
                return from_pillow(image, str(path))
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
    notes = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        notes.append(f"first of {frames} frames")
    if image.getexif().get(_ORIENTATION, 1) not in (0, 1):
        notes.append("turned as its EXIF data says")
    # An upright copy; None is returned only for in-place calls.
    upright = ImageOps.exif_transpose(image)
    return _to_rgb(upright, name, notes), tuple(notes)


def list_pictures(folder: str | Path) -> list[Path]:
    """List the picture files directly in a folder, by name.

    Args:
        folder: An existing folder.

    Returns:
        Paths with one of `SUFFIXES`, sorted.

    Raises:
        InputError: If there is none.
    """
    pictures = sorted(
        path
        for path in Path(folder).iterdir()
        if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    if not pictures:
        raise InputError(
            f"The folder {str(folder)!r} holds no pictures "
            f"({', '.join(sorted(SUFFIXES))}); folders in it are not searched."
        )
    return pictures


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


def _to_rgb(image: Image.Image, name: str, notes: list[str]) -> np.ndarray:
    """Convert by colour model; Pillow's own conversion clips 16 bits to 8."""
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        grey = _to_eight_bits(np.asarray(image, dtype=np.float64), mode, name, notes)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        opaque = Image.new("RGBA", image.size, (255, 255, 255, 255))
        opaque.alpha_composite(image.convert("RGBA"))
        notes.append("transparency laid over white")
        image = opaque
    elif mode not in ("RGB", "1", "L", "P"):
        notes.append(f"converted from {mode}")
    return np.asarray(image.convert("RGB"))


def _to_eight_bits(
    grey: np.ndarray, mode: str, name: str, notes: list[str]
) -> np.ndarray:
    low, high = float(grey.min()), float(grey.max())
    # Integers of more than 8 bits are 16 bits wide in every format read here;
    # floating-point pictures are either 0…1 or 0…255.
    white = 65535.0 if mode != "F" else 1.0 if high <= 1.0 else 255.0
    if not (low >= 0 and high <= white):
        raise InputError(
            f"{name!r} holds grey values from {low:g} to {high:g}; expected 0 to "
            f"{white:g}. Convert it to 8 or 16 bits first."
        )
    notes.append(f"values 0…{white:g} scaled to 0…255")
    return np.rint(grey * (255.0 / white)).astype(np.uint8)


def read_files(value: str | os.PathLike[str]) -> list[NamedInput]:
    """Read a picture file, or the pictures in a folder.

    Returns:
        At least one input, without a name yet.

    Raises:
        InputError: If a picture cannot be read, or a folder holds none.
    """
    return [_from_file(file) for file in _files(value)]


def _files(value: str | os.PathLike[str]) -> list[Path]:
    if not os.fspath(value):
        raise InputError("Received an empty path; expected a picture or a folder.")
    path = Path(value).expanduser()
    try:
        return list_pictures(path) if path.is_dir() else [path]
    except (OSError, ValueError) as error:
        raise InputError(f"{path!s:.200}: {error}") from None


def _from_file(path: Path) -> NamedInput:
    pixels, notes = load_picture(path)
    return NamedInput(
        name="", values=pixels, picture=pixels, source=path.absolute(), notes=notes
    )
