"""Reading event files back with TensorBoard's own loader."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util.tensor_util import make_ndarray


def event_files(log_dir: Path) -> list[Path]:
    """Every event file below a folder, oldest first."""
    return sorted(path for path in log_dir.rglob("*tfevents*"))


def events(log_dir: Path) -> Iterator[Any]:
    """Every event below a folder."""
    for path in event_files(log_dir):
        yield from EventFileLoader(str(path)).Load()


def values(log_dir: Path, plugin: str) -> dict[tuple[str, int], Any]:
    """(tag, step) to tensor of every summary of one plugin, none twice."""
    found: dict[tuple[str, int], Any] = {}
    for event in events(log_dir):
        for value in event.summary.value:
            if value.metadata.plugin_data.plugin_name == plugin:
                assert (value.tag, event.step) not in found
                found[value.tag, event.step] = value.tensor
    return found


def images(log_dir: Path) -> dict[tuple[str, int], np.ndarray]:
    """(tag, step) to RGB pixels of every image summary, sizes checked."""
    found: dict[tuple[str, int], np.ndarray] = {}
    for key, tensor in values(log_dir, "images").items():
        width, height, png = tensor.string_val
        pixels = np.asarray(Image.open(io.BytesIO(png)))
        assert pixels.shape == (int(height), int(width), 3)
        found[key] = pixels
    return found


def scalars(log_dir: Path) -> dict[tuple[str, int], float]:
    """(tag, step) to value of every scalar summary."""
    return {
        key: make_ndarray(tensor).item()
        for key, tensor in values(log_dir, "scalars").items()
    }


def histograms(log_dir: Path) -> dict[tuple[str, int], np.ndarray]:
    """(tag, step) to (left, right, count) rows of every histogram summary."""
    return {
        key: make_ndarray(tensor)
        for key, tensor in values(log_dir, "histograms").items()
    }
