"""What a file of a model or of weights holds, read whole: the work of a process apart.

HDF5 may compute for ever, end the process or take all memory where a file is damaged.
What is here runs in a process that is given up when that happens (`reading_process`),
so it imports nothing that starts slowly.
"""

from __future__ import annotations

import io
import json
import math
import os
import stat
import struct
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import h5py  # type: ignore[import-untyped]

from tb_actviz.checkpoints.foreign_files import name_content

if sys.platform != "win32":
    import resource

#: In `.keras` files.
_WEIGHTS, _CONFIG, _METADATA = "model.weights.h5", "config.json", "metadata.json"
_LARGEST_TEXT = 64 << 20
# Real weights are hardly compressible; what unfolds far more is made to fill memory.
_FREE, _MOST_EXPANSION = 256 << 20, 100
#: Seconds of a processor for one value: a start, and more where it is large.
_CPU_SECONDS, _SLOWEST_BYTES = 4, 20 << 20
_SIGN_OF_LIFE_SECONDS = 0.5
_MOST_OBJECTS = 1_000_000


class UnusableFileError(Exception):
    """A file that is not read further; the text says what is wrong with it."""


def serve() -> None:
    """Answer requests for files, a line of JSON each, until there are no more.

    A request is a path. An answer is what `read_contents` returns, or has a `reason`;
    before it come empty lines, as signs of life. After a file that HDF5 failed on, this
    process ends: the file may have harmed it.
    """
    # Whatever else writes to standard output must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers.write(b'{"ready": true}\n')
    for line in sys.stdin.buffer:
        answer = _answered(Path(json.loads(line)), answers)
        answers.write(json.dumps(answer).encode() + b"\n")
        if answer.get("ends"):
            return


def _answered(path: Path, answers: IO[bytes]) -> dict[str, Any]:
    last = time.monotonic()

    def show_life() -> None:
        nonlocal last
        if time.monotonic() - last > _SIGN_OF_LIFE_SECONDS:
            last = time.monotonic()
            answers.write(b"\n")

    try:
        return read_contents(path, show_life)
    except UnusableFileError as error:
        return {"reason": str(error)}
    except zipfile.BadZipFile as error:
        return {"reason": f"BadZipFile: {error}"}
    except MemoryError:
        return {"reason": "reading it takes too much memory", "ends": True}
    except Exception as error:  # damaged files fail in every way
        lines = str(error).splitlines() or [""]
        reason = f"{type(error).__name__}: {lines[0]}".rstrip(": ")
        return {"reason": reason, "ends": True}


def read_contents(path: Path, show_life: Callable[[], None]) -> dict[str, Any]:
    """Read a file whole and say what it holds.

    Args:
        path: Any path.
        show_life: Called often.

    Returns:
        The `format` (`archive` for a `.keras` file, `values` for the values of Keras
        3, `legacy` for the older layout of HDF5, `other` for any other HDF5), the
        `version` of Keras that wrote it, the `config` of the model as text, and the
        `shapes` of all values by their paths; what is not there is None.

    Raises:
        UnusableFileError: If it is not such a file, or refers to others.
    """
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        raise UnusableFileError(
            f"it is {_kind(status.st_mode)}; expected a regular file"
        )
    _bound_memory(status.st_size)
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(b"PK"):
        return _read_archive(path, show_life)
    if not h5py.is_hdf5(path):
        raise UnusableFileError(f"it is {name_content(head)}")
    with h5py.File(path, "r") as file:
        return _read_hdf5(file, status.st_size, show_life)


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "no file")


def _read_archive(path: Path, show_life: Callable[[], None]) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        members = {one.filename: one for one in archive.infolist()}
        if _CONFIG not in members:
            what = "arrays of NumPy" if _all_arrays(members) else "no model of Keras"
            raise UnusableFileError(f"it is a ZIP archive that holds {what}")
        for member in members.values():
            _check_expansion(member.filename, member.file_size, member.compress_size)
            with archive.open(member) as packed:  # which compares the checksums
                while packed.read(1 << 20):
                    show_life()
        contents: dict[str, Any] = {
            "format": "archive",
            "version": _version(_member_text(archive, members, _METADATA)),
            "config": _member_text(archive, members, _CONFIG),
            "shapes": {},
        }
        if _WEIGHTS in members:
            with (
                _seekable(path, members[_WEIGHTS]) as inside,
                h5py.File(inside, "r") as file,
            ):
                size = members[_WEIGHTS].file_size
                contents["shapes"] = _read_hdf5(file, size, show_life)["shapes"]
        return contents


def _all_arrays(members: dict[str, zipfile.ZipInfo]) -> bool:
    return bool(members) and all(name.endswith(".npy") for name in members)


def _member_text(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str
) -> str:
    if name not in members:
        return ""
    if members[name].file_size > _LARGEST_TEXT:
        raise UnusableFileError(f"its {name} has {members[name].file_size:,} bytes")
    return archive.read(name).decode("utf-8", "replace")


def _version(metadata: str) -> str | None:
    with suppress(ValueError):
        found = json.loads(metadata)
        if isinstance(found, dict) and isinstance(found.get("keras_version"), str):
            return str(found["keras_version"])
    return None


def _seekable(path: Path, member: zipfile.ZipInfo) -> io.BytesIO | _Part:
    """A member of an archive to jump about in, as HDF5 does."""
    if member.compress_type != zipfile.ZIP_STORED:
        with zipfile.ZipFile(path) as archive:
            return io.BytesIO(archive.read(member))
    # Keras does not compress; the archive's own reader takes long to go back.
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = file.read(30)
    name, extra = struct.unpack("<HH", header[26:30])
    return _Part(path, member.header_offset + 30 + name + extra, member.file_size)


class _Part(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, path: Path, begin: int, size: int) -> None:
        self._file = path.open("rb")
        self._begin, self._size, self._at = begin, size, 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {0: 0, 1: self._at, 2: self._size}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        left = max(0, min(len(buffer), self._size - self._at))
        self._file.seek(self._begin + self._at)
        done = self._file.readinto(memoryview(buffer)[:left])
        self._at += done
        return done

    def close(self) -> None:
        self._file.close()
        super().close()


def _read_hdf5(
    file: h5py.File, size: int, show_life: Callable[[], None]
) -> dict[str, Any]:
    names = ["/"]

    def visit(name: str, item: object) -> None:
        show_life()
        _bound_time(0)
        names.append(name)
        if len(names) > _MOST_OBJECTS:
            raise UnusableFileError(f"it holds more than {_MOST_OBJECTS:,} values")

    _bound_time(0)
    file.visititems(visit)
    total = 0
    shapes: dict[str, tuple[int, ...]] = {}
    for name in names:
        item = file[name]
        _read_attributes(item, size, show_life)
        if isinstance(item, h5py.Group):
            _refuse_outside(item)
        elif isinstance(item, h5py.Dataset):
            shapes[name] = item.shape or ()
            total += _read_dataset(item, show_life)
            _check_expansion("all of it", total, size)
    return _described(file, shapes)


def _refuse_outside(group: h5py.Group) -> None:
    for name in group:
        if group.get(name, getclass=True, getlink=True) is h5py.ExternalLink:
            raise UnusableFileError(
                f"its {group.name.rstrip('/')}/{name} is a link to another file"
            )


def _read_attributes(item: Any, size: int, show_life: Callable[[], None]) -> None:
    for name in item.attrs:
        show_life()
        _bound_time(0)
        kind = item.attrs.get_id(name)
        _check_expansion(name, math.prod(kind.shape) * kind.dtype.itemsize, size)
        item.attrs[name]


def _read_dataset(dataset: h5py.Dataset, show_life: Callable[[], None]) -> int:
    """The bytes that a value takes, after it was read once."""
    show_life()
    _bound_time(0)
    if dataset.external or dataset.is_virtual:
        raise UnusableFileError(f"its {dataset.name} has its values in another file")
    if dataset.shape is None:
        return 0
    size: int = math.prod(dataset.shape) * dataset.dtype.itemsize
    _check_expansion(dataset.name, size, dataset.id.get_storage_size())
    _bound_time(size)
    dataset[()]
    return size


def _check_expansion(name: str, size: int, stored: int) -> None:
    if size > _FREE + _MOST_EXPANSION * stored:
        raise UnusableFileError(
            f"its {name} claims to have {size:,} bytes, of which it holds {stored:,}"
        )


def _described(file: h5py.File, shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    weights = file.get("model_weights", file)
    if "layer_names" in weights.attrs or "layer_names0" in weights.attrs:
        form = "legacy"
    else:
        is_keras = any("vars" in name.split("/")[:-1] for name in shapes)
        form = "values" if is_keras else "other"
    return {
        "format": form,
        "version": _text(weights.attrs.get("keras_version")),
        "config": _text(file.attrs.get("model_config")),
        "shapes": shapes,
    }


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else None


def _bound_time(size: int) -> None:
    """End this process if it takes far too long to read what comes next."""
    if sys.platform != "win32":
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = used.ru_utime + used.ru_stime + _CPU_SECONDS + size / _SLOWEST_BYTES
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        if hard == resource.RLIM_INFINITY or seconds < hard:
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), hard))


def _bound_memory(size: int) -> None:
    """Refuse more memory to this process than reading a file of a size takes."""
    pages = Path("/proc/self/statm")
    if sys.platform != "win32" and pages.exists():
        used = int(pages.read_text().split()[0]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        allowed = used + (1 << 30) + 3 * size
        if hard == resource.RLIM_INFINITY or allowed < hard:
            resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
