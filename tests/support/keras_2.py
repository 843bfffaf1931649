"""Files as Keras 2 writes them, by hand; `test_keras_2` compares them with tf_keras."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
from keras import layers

VERSION = "2.15.0"


def network() -> keras.Model:
    """Layers whose values have other names in Keras 2, or no state there."""
    inputs = keras.Input((8, 6))
    x = layers.Conv1D(4, 3, name="conv", padding="same")(inputs)
    x = layers.BatchNormalization(name="bn")(x)
    x = layers.Dropout(0.5, name="drop")(x)
    x = layers.MultiHeadAttention(2, 3, name="mha")(x, x)
    return keras.Model(inputs, layers.Dense(2, name="head")(x))


def write_weights(path: Path, model: keras.Model, *, trained: bool = True) -> Path:
    """`model.save_weights("….weights.h5")` of Keras 2.13 and newer."""
    model.save_weights(path)
    with h5py.File(path, "a") as file:
        attention = file["layers/multi_head_attention"]
        for name in ("query_dense", "key_dense", "value_dense", "output_dense"):
            attention.move(name, f"_{name}")
        if trained:
            # Adam has an iteration and two moments for each weight.
            moments = [w.shape for w in model.trainable_weights for _ in range(2)]
            for index, shape in enumerate([(), *moments]):
                file[f"optimizer/vars/{index}"] = np.full(shape, 0.5, np.float32)
            for metric in ("mean", "mean_metric_wrapper"):
                for index in range(2):
                    file[f"metrics/{metric}/vars/{index}"] = np.float32(3)
    return path


def write_archive(path: Path, model: keras.Model) -> Path:
    """`model.save("….keras")` of Keras 2.12 and newer."""
    weights = write_weights(path.with_suffix(".weights.h5"), model)
    config = {
        "module": "keras.src.engine.functional",
        "class_name": "Functional",
        "config": model.get_config(),
        "registered_name": "Functional",
    }
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": VERSION}))
        archive.writestr("config.json", json.dumps(config, default=str))
        archive.write(weights, "model.weights.h5")
    weights.unlink()
    return path


def write_legacy_weights(path: Path, model: keras.Model) -> Path:
    """`model.save_weights("….h5")` of Keras 2, whatever stands before the ending."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = VERSION
        file.attrs["backend"] = "tensorflow"
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            weights = layer.trainable_weights + layer.non_trainable_weights
            names = [f"{layer.name}/{weight.path}:0" for weight in weights]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, weights, strict=True):
                group[name] = keras.ops.convert_to_numpy(weight)
    return path
