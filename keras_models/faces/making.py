"""Making the file of a trained network, and measuring what is in it."""

from __future__ import annotations

import datetime
import os
import platform
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import PIL

from keras_models.faces.batch import draw_batch, train_seeds, unseen_seeds
from keras_models.faces.labels import CLASS_NAMES
from keras_models.faces.measure import accuracy, selectivity
from keras_models.faces.recipe import Recipe
from keras_models.faces.training import layer_values, train, with_weights
from keras_models.squeezenet.half_file import (
    read_card,
    read_half,
    write_card,
    write_half,
)

# Faces for the selectivity come behind those for the accuracy.
_SELECTIVITY_START = 1_000_000


def make(recipe: Recipe, path: Path, processes: int = 1) -> dict[str, Any]:
    """Train a network, write it in half precision and measure what was written.

    Args:
        recipe: How to train.
        path: File for the weights, ending in `.npz`; what is known of them goes
            beside it, ending in `.json`.
        processes: How many processes draw the pictures.

    Returns:
        What was written to the `.json` file.
    """
    start = time.perf_counter()
    count = recipe.pictures
    pictures = [
        draw_batch(train_seeds(place * count, count), size, processes)
        for place, size in enumerate(recipe.sizes)
    ]
    print(f"drew the pictures in {time.perf_counter() - start:.0f} s", flush=True)
    model, loss = train(recipe, pictures)
    sha256 = write_half(layer_values(model), path)
    measured = _measure(path, recipe, processes)
    minutes = (time.perf_counter() - start) / 60
    card = {
        "network": "SqueezeNet 1.1",
        "trained_on": "pictures drawn by keras_models.faces, from random weights",
        "classes": CLASS_NAMES,
        "input": "keras_models.squeezenet.preprocess_input of RGB pictures",
        "sha256": sha256,
        "bytes": path.stat().st_size,
        "command": "python -m keras_models.faces.train --out FILE",
        "recipe": asdict(recipe),
        "minutes": round(minutes, 1),
        "processors": os.cpu_count(),
        "date": datetime.date.today().isoformat(),
        "versions": _versions(),
        "loss": [round(value, 4) for value in loss],
        "measured_in_half_precision": measured,
    }
    write_card(card, path)
    return card


def measure_again(path: Path, processes: int = 1) -> dict[str, Any]:
    """Measure a written network on pictures that its training did not see.

    Args:
        path: File of the weights, with its `.json` beside it.
        processes: How many processes draw the pictures.

    Returns:
        What `make` writes as `measured_in_half_precision`.

    Raises:
        ValueError: If the two files do not belong together.
    """
    known = read_card(path)["recipe"]
    return _measure(path, Recipe(**known), processes)


def _measure(path: Path, recipe: Recipe, processes: int) -> dict[str, Any]:
    model = with_weights(read_half(path))
    unseen = unseen_seeds(0, recipe.held_out)
    found = {
        str(size): accuracy(model, draw_batch(unseen, size, processes))
        for size in recipe.sizes
    }
    size = recipe.sizes[-1]
    ranked = selectivity(model, unseen_seeds(_SELECTIVITY_START, 50), size)
    return {
        "pictures": recipe.held_out,
        "accuracy": {
            size: {name: round(share, 4) for name, share in shares.items()}
            for size, shares in found.items()
        },
        "selectivity": [
            {
                "layer": best.layer,
                "channel": best.channel,
                "loss_at_closed_eye": round(best.loss, 3),
                "change_at_open_eye": round(best.change, 3),
            }
            for best in ranked[:5]
        ],
    }


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "numpy": np.__version__,
        "pillow": PIL.__version__,
    }
