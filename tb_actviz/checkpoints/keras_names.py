"""Files under the names by which Keras knows what they hold."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tb_actviz.checkpoints.reading_process import FileContents
from tb_actviz.errors import InputError

_IN_ARCHIVE = "model.weights.h5"


@contextmanager
def named_as_model(path: Path, contents: FileContents) -> Iterator[str]:
    """Give a file of a whole model the ending that Keras expects.

    Args:
        path: A file.
        contents: What it holds.

    Yields:
        The path for `keras.saving.load_model`.
    """
    endings = (".keras",) if contents.format == "archive" else (".h5", ".hdf5")
    with _named(path, endings) as named:
        yield named


@contextmanager
def named_as_weights(path: Path, contents: FileContents) -> Iterator[str]:
    """Give a file of weights the ending that Keras expects.

    Args:
        path: A file.
        contents: What it holds.

    Yields:
        The path for `Model.load_weights`; for an archive that of its weights alone,
        which are read much faster.

    Raises:
        InputError: If an archive has no weights.
    """
    if contents.format == "archive":
        with tempfile.TemporaryDirectory() as folder:
            unpacked = Path(folder) / _IN_ARCHIVE
            with zipfile.ZipFile(path) as archive:
                if _IN_ARCHIVE not in archive.namelist():
                    raise InputError(f"it holds no {_IN_ARCHIVE}")
                with archive.open(_IN_ARCHIVE) as source, unpacked.open("wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
            yield str(unpacked)
    elif contents.format == "legacy":
        is_misnamed = path.name.endswith(".weights.h5")
        with _named(path, () if is_misnamed else (".h5", ".hdf5")) as named:
            yield named
    else:
        with _named(path, (".weights.h5",)) as named:
            yield named


@contextmanager
def _named(path: Path, endings: tuple[str, ...]) -> Iterator[str]:
    if path.name.endswith(endings):
        yield str(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / f"renamed{endings[0] if endings else '.h5'}"
        try:
            named.symlink_to(os.path.abspath(path))
        except OSError:  # Windows asks for a privilege
            shutil.copyfile(path, named)
        yield str(named)
