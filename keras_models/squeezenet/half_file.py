"""Weights in half precision, with what is known of them written beside."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LayerValues = dict[str, list[NDArray[Any]]]
_PARTS = ("kernel", "bias")


def write_half(values: Mapping[str, list[NDArray[Any]]], path: Path) -> str:
    """Write weights in half precision.

    Args:
        values: Layer name -> kernel and bias, real numbers.
        path: File to write; its name ends in `.npz`.

    Returns:
        The file's SHA-256, 64 hexadecimal digits.

    Raises:
        ValueError: If the name ends otherwise, or a number is too large for half
            precision (65504) or not finite.
    """
    if path.suffix != ".npz":
        raise ValueError(f"weights are written to an .npz file, received {path}")
    arrays: dict[str, Any] = {}
    for layer, parts in values.items():
        for part, array in zip(_PARTS, parts, strict=True):
            with np.errstate(over="ignore"):
                half = array.astype(np.float16)
            if not np.isfinite(half).all():
                raise ValueError(
                    f"the {part} of {layer} holds numbers that half precision cannot: "
                    f"its largest is {np.abs(array).max()}, the limit is 65504"
                )
            arrays[f"{layer}/{part}"] = half
    np.savez(path, **arrays)
    return checksum(path)


def read_half(path: Path) -> LayerValues:
    """Read weights in half precision. Nothing in the file is executed.

    Args:
        path: File that `write_half` wrote.

    Returns:
        Layer name -> kernel (height, width, in, out) and bias (out,), float32.

    Raises:
        ValueError: If the file holds something else.
        OSError: If it cannot be read.
    """
    try:
        with zipfile.ZipFile(path):
            pass
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key].astype(np.float32) for key in file.files}
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path} is not an .npz file of weights: {error}") from error
    layers = dict.fromkeys(key.rpartition("/")[0] for key in arrays)
    expected = {f"{layer}/{part}" for layer in layers for part in _PARTS}
    if expected != set(arrays):
        odd = sorted(expected ^ set(arrays))
        raise ValueError(f"{path} must hold a kernel and a bias per layer, see {odd}")
    return {layer: [arrays[f"{layer}/{part}"] for part in _PARTS] for layer in layers}


def checksum(path: Path) -> str:
    """Return a file's SHA-256.

    Returns:
        64 hexadecimal digits.
    """
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_card(card: Mapping[str, Any], weights: Path) -> Path:
    """Write what is known of weights beside them.

    Args:
        card: Anything that JSON can hold.
        weights: The file of the weights.

    Returns:
        The file written: the same name, ending in `.json`.
    """
    path = weights.with_suffix(".json")
    text = json.dumps(card, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def read_card(weights: Path) -> dict[str, Any]:
    """Read what is known of weights, and make sure that it is said of these.

    Args:
        weights: The file of the weights.

    Returns:
        The content of the `.json` file beside it.

    Raises:
        ValueError: If the weights' checksum is another than the card says: one of the
            two files is damaged, or they do not belong together.
        OSError: If one of them cannot be read.
    """
    card: dict[str, Any] = json.loads(
        weights.with_suffix(".json").read_text(encoding="utf-8")
    )
    found = checksum(weights)
    if card.get("sha256") != found:
        raise ValueError(
            f"{weights} is damaged or not the file that {weights.stem}.json describes: "
            f"its SHA-256 is {found}, expected {card.get('sha256')}"
        )
    return card
