"""The files of the tab itself."""

from __future__ import annotations

import os
import re
from pathlib import Path

#: Suffix to content type; what else lies in the folder is not served.
CONTENT_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}
# TensorBoard does not start with a route that has a star.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def static_files(folder: Path) -> dict[str, Path]:
    """List what can be served of a folder.

    Args:
        folder: The folder; it may be missing.

    Returns:
        Name below the folder, with `/`, to path; no links, and nothing of unusual name
        or type.
    """
    return {
        path.relative_to(folder).as_posix(): path
        for path in _files(folder)
        if path.suffix in CONTENT_TYPES
    }


def _files(folder: Path) -> list[Path]:
    files = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not _NAME.fullmatch(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    files += _files(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    files.append(Path(entry.path))
    except OSError:
        return []
    return files
