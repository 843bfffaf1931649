"""Picture files -> RGB arrays, or one clear reason why not."""

from __future__ import annotations

import struct
import zlib
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

_DECODING_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
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
        with Image.open(path, formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise InputError(_too_large(path, width, height))
            notes = _frame_notes(image)
            image.load()
            # An upright copy; None is returned only for in-place calls.
            upright = ImageOps.exif_transpose(image)
    except FileNotFoundError:
        raise InputError(f"There is no file {str(path)!r}.") from None
    except IsADirectoryError:
        raise InputError(f"{str(path)!r} is a directory, not a picture.") from None
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
    if upright.size != (width, height):
        notes.append("rotated as its EXIF data says")
    pixels = _to_rgb(upright, path, notes)
    return pixels, tuple(notes)


def list_pictures(folder: str | Path) -> list[Path]:
    """List the picture files directly in a folder, by name.

    Args:
        folder: An existing folder.

    Returns:
        Paths with one of `SUFFIXES`, sorted.

    Raises:
        InputError: If there is none.
    """
    found = sorted(
        path
        for path in Path(folder).iterdir()
        if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    if not found:
        raise InputError(
            f"The folder {str(folder)!r} holds no pictures "
            f"({', '.join(sorted(SUFFIXES))})."
        )
    return found


def _frame_notes(image: Image.Image) -> list[str]:
    frames = getattr(image, "n_frames", 1)
    return [f"first of {frames} frames"] if frames > 1 else []


def _too_large(path: Path, width: int, height: int) -> str:
    return (
        f"{str(path)!r} has {width}×{height} = {width * height:,} pixels, more than "
        f"{MAX_PIXELS:,}. Resize the picture first."
    )


def _to_rgb(image: Image.Image, path: Path, notes: list[str]) -> np.ndarray:
    """Convert by colour model; Pillow's own conversion clips 16 bits to 8."""
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        grey = _to_eight_bits(np.asarray(image, dtype=np.float64), mode, path, notes)
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
    grey: np.ndarray, mode: str, path: Path, notes: list[str]
) -> np.ndarray:
    low, high = float(grey.min()), float(grey.max())
    # Integers of more than 8 bits are 16 bits wide in every format read here;
    # floating-point pictures are either 0…1 or 0…255.
    white = 65535.0 if mode != "F" else 1.0 if high <= 1.0 else 255.0
    if not (low >= 0 and high <= white):
        raise InputError(
            f"{str(path)!r} holds grey values from {low:g} to {high:g}; expected 0 to "
            f"{white:g}. Convert it to 8 or 16 bits first."
        )
    notes.append(f"values 0…{white:g} scaled to 0…255")
    return np.rint(grey * (255.0 / white)).astype(np.uint8)
