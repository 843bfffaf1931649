"""Training SqueezeNet 1.1 on drawn faces, from random weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from keras_models.faces.batch import Batch
from keras_models.faces.dataset import FaceDataset
from keras_models.faces.labels import CLASS_NAMES
from keras_models.faces.recipe import Recipe
from keras_models.squeezenet import SqueezeNet, preprocess_input
from keras_models.squeezenet.half_file import LayerValues

# Preprocessed pictures reach ±151. Adam's steps are as large for the first kernel as
# for the others, so that it learns from inputs of about ±2, and takes the factor over
# when the training is done.
_INPUT_SCALE = 1 / 64


def train(
    recipe: Recipe, pictures: Sequence[Batch], verbose: int | str = 2
) -> tuple[Any, list[float]]:
    """Train a network.

    Args:
        recipe: How to train.
        pictures: What to train on: as many of each size.
        verbose: As for `fit`.

    Returns:
        A SqueezeNet for preprocessed pictures of any size (N, H, W, 3), and the mean
        loss of each epoch.
    """
    keras.utils.set_random_seed(recipe.seed)
    data = _InTurn(
        [
            FaceDataset(
                batch,
                recipe.batch_size,
                shuffle=True,
                mirror=True,
                seed=recipe.seed + place,
                preprocess=_scaled_input,
            )
            for place, batch in enumerate(pictures)
        ]
    )
    model = SqueezeNet(
        weights=None, classes=len(CLASS_NAMES), input_shape=(None, None, 3)
    )
    model.get_layer("drop9").rate = recipe.dropout
    _initialise(model, recipe.seed)
    steps = len(data) * recipe.epochs
    warm = round(recipe.warm_up * steps)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0,
        max(1, steps - warm),
        warmup_target=recipe.learning_rate,
        warmup_steps=warm,
    )
    model.compile(
        keras.optimizers.Adam(rate, clipnorm=recipe.clip),
        keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    history = model.fit(data, epochs=recipe.epochs, shuffle=False, verbose=verbose)
    _scale_first_kernel(model, _INPUT_SCALE)
    return model, [float(loss) for loss in history.history["loss"]]


def layer_values(model: Any) -> LayerValues:
    """Return a network's weights by layer.

    Args:
        model: Keras model.

    Returns:
        Layer name -> kernel and bias, for the layers that have weights.
    """
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


def with_weights(values: LayerValues) -> Any:
    """Build a network with given weights.

    Args:
        values: Layer name -> kernel and bias, of all convolutions.

    Returns:
        A SqueezeNet for preprocessed pictures of any size, (N, H, W, 3).

    Raises:
        KeyError: If a layer is missing.
    """
    classes = values["conv10"][1].shape[0]
    model = SqueezeNet(weights=None, classes=classes, input_shape=(None, None, 3))
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(values[layer.name])
    return model


class _InTurn(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of several datasets of one length, taking turns."""

    def __init__(self, datasets: Sequence[FaceDataset]) -> None:
        super().__init__()
        self._datasets = datasets

    def __len__(self) -> int:
        return sum(len(dataset) for dataset in self._datasets)

    def __getitem__(self, index: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
        place, turn = index % len(self._datasets), index // len(self._datasets)
        return self._datasets[place][turn]

    def on_epoch_end(self) -> None:
        for dataset in self._datasets:
            dataset.on_epoch_end()


def _scaled_input(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    scaled: NDArray[np.float32] = preprocess_input(pictures) * np.float32(_INPUT_SCALE)
    return scaled


def _initialise(model: Any, seed: int) -> None:
    """Give each layer weights that keep the size of what passes (He et al. 2015)."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if not layer.weights:
            continue
        shape = layer.kernel.shape
        spread = np.sqrt(2 / np.prod(shape[:3]))
        # The scores pass a ReLU before they are averaged: they must start well above 0
        # or a class that is pushed below in the first steps never comes back.
        start = 2.0 if layer.name == "conv10" else 0.0
        layer.set_weights(
            [rng.normal(0, spread, shape).astype(np.float32), np.full(shape[3], start)]
        )


def _scale_first_kernel(model: Any, factor: float) -> None:
    layer = model.get_layer("conv1")
    kernel, bias = layer.get_weights()
    layer.set_weights([kernel * np.float32(factor), bias])
