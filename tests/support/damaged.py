"""Files that make HDF5 misbehave."""

from __future__ import annotations

import zipfile
from pathlib import Path

import h5py
import numpy as np


def endless(path: Path) -> Path:
    """Add a text that HDF5 never finds: an object before it ends where it begins."""
    with h5py.File(path, "a") as file:
        file.attrs["backend"] = "tensorflow"
    data = bytearray(path.read_bytes())
    size = data.rindex(b"GCOL") + 24
    data[size : size + 8] = (2**64 - 16).to_bytes(8, "little")
    path.write_bytes(data)
    return path


def huge(path: Path) -> Path:
    """Add values that claim to have 4 TB and are stored nowhere."""
    with h5py.File(path, "a") as file:
        file.create_dataset("layers/huge/vars/0", (10**6, 10**6), "f4", chunks=True)
    return path


def packed(path: Path, weights: Path, config: str = "{}") -> Path:
    """Put weights into an archive as `.keras` files are, by hand."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.15.1"}')
        archive.writestr("config.json", config)
        archive.write(weights, "model.weights.h5")
    return path


def weights_file(path: Path) -> Path:
    """A small file of weights in the layout of Keras 3."""
    with h5py.File(path, "w") as file:
        file["layers/conv/vars/0"] = np.ones((3, 3), np.float32)
    return path
