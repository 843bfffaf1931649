"""How tokens lie on the picture that they were cut from, as the model tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_actviz.capture.parts_pass import pass_through
from tb_actviz.capture.patch_tokens import find_patch_tokens
from tb_actviz.receptive_field import ReceptiveField, TokenGrid

#: Patches of 4 x 4 pixels, in a picture of 6 rows and 8 columns of them.
PATCH = ReceptiveField((4, 4), (4, 4), (0, 0))
SIZE, TOKENS, WIDTH = (24, 32, 3), 48, 16


def token_grids(model: keras.Model) -> dict[str, TokenGrid]:
    """Layer path to how its tokens lie."""
    listed: list[Any] = []

    def choose(calls: Any) -> Any:
        listed[:] = calls
        return [call for call in calls if call.problem is None]

    forward = pass_through(model, choose, preprocess=None)
    (named,) = forward.read(np.zeros((1, *SIZE), np.float32))
    fields = forward.seen_picture(named).fields()
    found = find_patch_tokens(listed)
    return {path: tokens.on_picture(fields) for path, tokens in found.items()}


class ClassToken(layers.Layer):
    def build(self, shape: Any) -> None:
        self.token = self.add_weight(shape=(1, 1, shape[-1]), name="token")

    def call(self, x: Any) -> Any:
        tokens = ops.broadcast_to(self.token, (ops.shape(x)[0], 1, x.shape[-1]))
        return ops.concatenate([tokens, x], axis=1)


class Cut(layers.Layer):
    def call(self, x: Any) -> Any:
        cut = ops.image.extract_patches(x, 4)
        return ops.reshape(cut, (-1, TOKENS, cut.shape[3]))


class Sideways(Cut):
    """Counts patches down before across, which rows and columns cannot say."""

    def call(self, x: Any) -> Any:
        return super().call(ops.transpose(x, (0, 2, 1, 3)))


class Embedding(layers.Layer):
    """As in networks that keep all of it in one layer."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.patch = layers.Conv2D(WIDTH, 4, 4, name="patch")
        self.flat = layers.Reshape((TOKENS, WIDTH), name="flat")
        self.token = ClassToken(name="token")

    def build(self, shape: Any) -> None:
        self.patch.build(shape)
        self.token.build((None, TOKENS, WIDTH))

    def call(self, x: Any) -> Any:
        return self.token(self.flat(self.patch(x)))


def embedded(x: Any) -> Any:
    x = layers.Conv2D(WIDTH, 4, 4, name="embedding")(x)
    return layers.Reshape((TOKENS, WIDTH), name="tokens")(x)


def block(x: Any) -> Any:
    y = layers.LayerNormalization(name="norm")(x)
    y, _ = layers.MultiHeadAttention(2, 8, name="attention")(
        y, y, return_attention_scores=True
    )
    return layers.Dense(WIDTH, name="dense")(layers.Add(name="add")([x, y]))


def put_after(x: Any) -> Any:
    return layers.Concatenate(1)([x, x[:, :1]])


def network(make: Callable[[Any], Any]) -> keras.Model:
    inputs = keras.Input(SIZE)
    return keras.Model(inputs, make(inputs))


def test_tokens_lie_as_the_maps_did_that_they_were() -> None:
    grids = token_grids(network(lambda x: block(embedded(x))))
    grid = TokenGrid((6, 8), 0, PATCH)
    for path in ("tokens", "norm", "attention:0", "add", "dense"):
        assert grids[path] == grid, path
    assert grids["attention:1"] == grid, "the keys of its scores"
    assert "embedding" not in grids, "a picture has rows and columns itself"


def test_a_class_token_comes_before_the_patches_until_it_is_left_out() -> None:
    def make(x: Any) -> Any:
        x = block(ClassToken(name="class")(embedded(x)))
        return layers.Cropping1D((1, 0), name="patches")(x)

    grids = token_grids(network(make))
    assert grids["tokens"] == grids["patches"] == TokenGrid((6, 8), 0, PATCH)
    for path in ("class", "add", "attention:1", "dense"):
        assert grids[path] == TokenGrid((6, 8), 1, PATCH), path


def test_what_a_layer_of_someone_elses_cuts_is_tried() -> None:
    def make(x: Any) -> Any:
        x = layers.Conv2D(3, 3, padding="same", strides=1, name="before")(x)
        return layers.Dense(WIDTH, name="projected")(Cut(name="cut")(x))

    grids = token_grids(network(make))
    # The convolution before it adds a pixel around each patch.
    wider = ReceptiveField((6, 6), (4, 4), (-1, -1))
    assert grids["cut"] == grids["projected"] == TokenGrid((6, 8), 0, wider)


def test_an_embedding_that_is_one_layer_tells_by_what_is_inside() -> None:
    grids = token_grids(network(lambda x: block(Embedding(name="embed")(x))))
    # What it sees of the picture is only known of layers that stand by themselves.
    for path in ("embed", "norm", "add", "attention:1"):
        assert grids[path] == TokenGrid((6, 8), 1, None), path


@pytest.mark.parametrize(
    "make",
    [
        lambda x: layers.Reshape((TOKENS, 48))(x),
        lambda x: Sideways()(x),
        lambda x: layers.Conv1D(WIDTH, 2, 2)(embedded(x)),
        lambda x: layers.Permute((2, 1))(embedded(x)),
        lambda x: put_after(embedded(x)),
    ],
    ids=["rows cut", "in another order", "merged", "transposed", "put after them"],
)
def test_tokens_whose_order_is_another_have_no_grid(make: Any) -> None:
    model = network(make)
    assert model.layers[-1].name not in token_grids(model)
