"""Array files, .npy and .npz -> inputs whose batch axis is still to be found out."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from tb_actviz.capture.named_input import NamedInput
from tb_actviz.errors import InputError, describe_error

SUFFIXES = frozenset({".npy", ".npz"})


def is_array_file(path: str | os.PathLike[str]) -> bool:
    """Return whether a path has the name of an array file.

    Args:
        path: Any path.

    Returns:
        Whether it ends with one of `SUFFIXES`.
    """
    return Path(path).suffix.lower() in SUFFIXES


def read_array_file(path: Path) -> NamedInput:
    """Read the arrays of a file.

    Args:
        path: A file with one of `SUFFIXES`.

    Returns:
        One input, without a name yet, of one array, or of a dict of them; they may be
        batches.

    Raises:
        InputError: If the file is missing or damaged, or holds anything but numbers
            and strings: objects, which only running code could read, are refused.
    """
    try:
        if not path.is_file():
            raise InputError(
                f"There is no file {str(path)!r}. Name a picture, an array file, or a "
                "folder of pictures."
            )
        arrays = _arrays(path)
    except InputError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{str(path)!r} cannot be read as an array file: {describe_error(error)} "
            "Expected what numpy.save or numpy.savez wrote, of numbers."
        ) from None
    if not arrays:
        raise InputError(f"{str(path)!r} holds no arrays.")
    values = next(iter(arrays.values())) if len(arrays) == 1 else arrays
    return NamedInput(
        name="", values=values, picture=None, source=path.absolute(), may_be_batch=True
    )


def _arrays(path: Path) -> dict[str, np.ndarray]:
    loaded: Any = np.load(path, allow_pickle=False)
    if isinstance(loaded, np.ndarray):
        return {"": loaded}
    with loaded:
        return {name: np.array(loaded[name]) for name in loaded.files}
