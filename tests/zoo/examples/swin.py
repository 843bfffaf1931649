"""A transformer that attends within windows of a picture."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from zoo.examples.example import CLASSES, Example, classified, numbers, pictures
from zoo.examples.patches import Patches, Placed

_WIDTH, _SIDE = 8, 4


def _into_windows(x: Any, side: int, window: int) -> Any:
    count, width = side // window, x.shape[-1]
    x = ops.reshape(x, (-1, count, window, count, window, width))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, window * window, width))


def _out_of_windows(x: Any, side: int, window: int) -> Any:
    count, width = side // window, x.shape[-1]
    x = ops.reshape(x, (-1, count, count, window, window, width))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, side, side, width))


class WindowAttention(layers.Layer):
    """Attention within windows, whose first axis is batch times windows."""

    def __init__(self, window: int, heads: int, **given: Any) -> None:
        super().__init__(**given)
        self.window, self.heads = window, heads
        self.qkv = layers.Dense(3 * _WIDTH, name="qkv")
        self.drop = layers.Dropout(0.1, name="drop")
        self.leave = layers.Dense(_WIDTH, name="leave")
        place = np.indices((window, window)).reshape(2, -1)
        apart = place[:, :, None] - place[:, None] + window - 1
        self.places = (apart[0] * (2 * window - 1) + apart[1]).reshape(-1)

    def build(self, shape: tuple) -> None:
        self.qkv.build(shape)
        self.leave.build((*shape[:-1], _WIDTH))
        self.bias = self.add_weight(
            shape=((2 * self.window - 1) ** 2, self.heads),
            initializer="random_normal",
            name="bias",
        )

    def call(self, x: Any, apart: Any = None) -> Any:
        tokens, each = self.window**2, _WIDTH // self.heads
        qkv = ops.reshape(self.qkv(x), (-1, tokens, 3, self.heads, each))
        query, key, value = ops.unstack(ops.transpose(qkv, (2, 0, 3, 1, 4)), 3)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / each**0.5
        bias = ops.reshape(
            ops.take(self.bias, self.places, axis=0), (tokens, tokens, -1)
        )
        scores = scores + ops.transpose(bias, (2, 0, 1))
        if apart is not None:
            windows = apart.shape[0]
            scores = ops.reshape(scores, (-1, windows, self.heads, tokens, tokens))
            scores = scores + apart[None, :, None]
            scores = ops.reshape(scores, (-1, self.heads, tokens, tokens))
        x = ops.matmul(self.drop(ops.softmax(scores)), value)
        x = ops.reshape(ops.transpose(x, (0, 2, 1, 3)), (-1, tokens, _WIDTH))
        return self.leave(x)


class SwinBlock(layers.Layer):
    """Attention within windows, which lie shifted in every other block."""

    def __init__(self, side: int, window: int, shift: int, **given: Any) -> None:
        super().__init__(**given)
        self.side, self.window, self.shift = side, window, shift
        self.norm1 = layers.LayerNormalization(epsilon=1e-5, name="norm1")
        self.attention = WindowAttention(window, 2, name="attention")
        self.norm2 = layers.LayerNormalization(epsilon=1e-5, name="norm2")
        self.mlp = keras.Sequential(
            [
                layers.Dense(12, name="wide"),
                layers.Activation("gelu", name="gelu"),
                layers.Dropout(0.1, name="drop"),
                layers.Dense(_WIDTH, name="narrow"),
            ],
            name="mlp",
        )
        self.mask = None
        if shift:
            edges = np.zeros(side)
            edges[-window:], edges[-shift:] = 1, 2
            regions = (3 * edges[:, None] + edges)[None, :, :, None]
            regions = np.asarray(_into_windows(regions, side, window))[..., 0]
            differ = regions[:, :, None] != regions[:, None]
            self.mask = np.where(differ, -100, 0).astype(np.float32)

    def call(self, x: Any) -> Any:
        grid = ops.reshape(self.norm1(x), (-1, self.side, self.side, _WIDTH))
        grid = ops.roll(grid, (-self.shift, -self.shift), (1, 2))
        windows = _into_windows(grid, self.side, self.window)
        windows = self.attention(windows, apart=self.mask)
        grid = _out_of_windows(windows, self.side, self.window)
        grid = ops.roll(grid, (self.shift, self.shift), (1, 2))
        x = x + ops.reshape(grid, (-1, self.side**2, _WIDTH))
        return x + self.mlp(self.norm2(x))


class Merged(layers.Layer):
    """Four neighbouring patches to one."""

    def __init__(self, side: int, **given: Any) -> None:
        super().__init__(**given)
        self.side = side
        self.reduce = layers.Dense(_WIDTH, use_bias=False, name="reduce")

    def call(self, x: Any) -> Any:
        grid = ops.reshape(x, (-1, self.side, self.side, _WIDTH))
        corners = [grid[:, i::2, j::2] for j in range(2) for i in range(2)]
        together = ops.concatenate(corners, axis=-1)
        return self.reduce(ops.reshape(together, (-1, self.side**2 // 4, 4 * _WIDTH)))


def _swin() -> keras.Model:
    inputs = keras.Input((8, 8, 3))
    x = Placed(_SIDE**2, _WIDTH)(Patches(2)(inputs))
    for shift in (0, 1):
        x = SwinBlock(_SIDE, 2, shift)(x)
    x = Merged(_SIDE)(x)
    return classified(inputs, layers.GlobalAveragePooling1D()(x))


EXAMPLES = (
    Example(
        "Swin",
        "vision/swin_transformers",
        _swin,
        lambda: (pictures(), numbers(CLASSES)),
    ),
)
