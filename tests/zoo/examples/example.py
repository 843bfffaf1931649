"""What an official example of Keras is here: its model in small, and its training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

#: Samples in the data of a training, and in a batch of it.
COUNT, BATCH = 8, 4


@dataclass(frozen=True)
class Example:
    """One of the examples of keras.io, in small.

    Args:
        name: What it is.
        page: Where keras.io has it, below `examples` or `guides`.
        build: Makes the model, compiled as `fit` takes it.
        data: What it is trained on: x, or x and y, of `COUNT` samples.
        parts: For a model without a `call`, which `fit` trains by parts that it keeps:
            two samples for each of them that are watched, by the name of the attribute.
        waits: Whether the model has no weights before it is trained.
        one_graph: What a model is called on whose inputs are one whole, without a batch
            axis.
        backends: The back ends that its training is written for.
        layers: The paths of all layers, as they are to be listed; empty where they are
            only compared with those that are seen to run.
        tolerance: Largest difference of an activation to what the layer gives when it
            is called by hand, as a share of its largest magnitude.
    """

    name: str
    page: str
    build: Callable[[], keras.Model]
    data: Callable[[], tuple[Any, ...]]
    parts: Callable[[], dict[str, Any]] | None = None
    waits: bool = False
    one_graph: Callable[[], Any] | None = None
    backends: tuple[str, ...] = ("tensorflow", "jax", "torch")
    layers: tuple[str, ...] = ()
    tolerance: float = 1e-5

    def inputs(self) -> Any:
        """Two samples as the model is called on them, or those of its parts."""
        if self.parts is not None:
            return self.parts()
        if self.one_graph is not None:
            return self.one_graph()
        x = self.data()[0]
        return keras.tree.map_structure(lambda array: array[:2], x)


def compiled(model: keras.Model, loss: Any = None, **given: Any) -> keras.Model:
    """Compile a model for a training of few steps."""
    # Fewer operations than Adam's, which take seconds to be compiled.
    optimizer = keras.optimizers.SGD(0.01, momentum=0.9)
    model.compile(optimizer=optimizer, loss=loss, **given)
    return model


#: How many classes classifiers tell apart.
CLASSES = 3


def class_loss() -> keras.losses.Loss:
    """The loss of scores for classes that are given as numbers."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def classified(inputs: Any, features: Any) -> keras.Model:
    """A classifier that ends in these features and a layer of scores."""
    scores = keras.layers.Dense(CLASSES, name="scores")(features)
    return compiled(keras.Model(inputs, scores), class_loss())


def pictures(side: int = 8, channels: int = 3, count: int = COUNT) -> np.ndarray:
    """Noise from 0 to 1, float32."""
    return uniform(side, side, channels, count=count)


def uniform(*shape: int, count: int = COUNT, seed: int = 3) -> np.ndarray:
    """Noise from 0 to 1 of any shape, float32."""
    return np.random.default_rng(seed).random((count, *shape), dtype=np.float32)


def normal(*shape: int, count: int = COUNT, seed: int = 4) -> np.ndarray:
    """Normal noise of any shape, float32."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, *shape), dtype=np.float32)


def numbers(most: int, *shape: int, count: int = COUNT, seed: int = 5) -> np.ndarray:
    """Whole numbers from 0 to below `most`, int32: classes, words, nodes."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, most, (count, *shape), dtype=np.int32)


def sentences(length: int = 6, words: int = 9, seed: int = 6) -> np.ndarray:
    """Sequences of word numbers from 1, int32; each second one ends in zeros."""
    found = numbers(words - 1, length, seed=seed) + 1
    found[1::2, -2:] = 0
    return found
