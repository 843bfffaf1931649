"""Reading event files back with TensorBoard's own loader."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader


def event_files(log_dir: Path) -> list[Path]:
    """Every event file below a folder, oldest first."""
    return sorted(path for path in log_dir.rglob("*tfevents*"))


def events(log_dir: Path) -> Iterator[Any]:
    """Every event below a folder."""
    for path in event_files(log_dir):
        yield from EventFileLoader(str(path)).Load()


def images(log_dir: Path) -> dict[tuple[str, int], np.ndarray]:
    """(tag, step) to RGB pixels of every image summary, sizes checked."""
    found: dict[tuple[str, int], np.ndarray] = {}
    for event in events(log_dir):
        for value in event.summary.value:
            width, height, png = value.tensor.string_val
            pixels = np.asarray(Image.open(io.BytesIO(png)))
            assert pixels.shape == (int(height), int(width), 3)
            assert (value.tag, event.step) not in found
            found[value.tag, event.step] = pixels
    return found
