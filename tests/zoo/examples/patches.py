"""Pictures as sequences of patches."""

from __future__ import annotations

from typing import Any

from keras import layers, ops


class Patches(layers.Layer):
    """Cuts a picture into patches, each one vector."""

    def __init__(self, size: int, **given: Any) -> None:
        super().__init__(**given)
        self.size = size

    def call(self, x: Any) -> Any:
        cut = ops.image.extract_patches(x, self.size)
        return ops.reshape(cut, (-1, cut.shape[1] * cut.shape[2], cut.shape[3]))


class Placed(layers.Layer):
    """Projects patches and adds where each is."""

    def __init__(self, count: int, width: int, **given: Any) -> None:
        super().__init__(**given)
        self.count = count
        self.project = layers.Dense(width, name="project")
        self.place = layers.Embedding(count, width, name="place")

    def call(self, patches: Any) -> Any:
        places = ops.expand_dims(ops.arange(self.count), 0)
        return self.project(patches) + self.place(places)
