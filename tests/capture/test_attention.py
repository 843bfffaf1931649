"""Attention is laid out as a map for each head, in whatever layer it is."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

import tb_actviz as av
from tb_actviz.capture.attention import SCORES, SCORES_OF_MAPS, SCORES_OF_ONE

pytestmark = pytest.mark.every_backend


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(4).normal(size=shape).astype(np.float32)


def model_of(function: Callable[[Any], Any], *shape: int) -> keras.Model:
    inputs = keras.Input(shape)
    return keras.Model(inputs, function(inputs))


def near(values: np.ndarray, expected: Any) -> None:
    expected = ops.convert_to_numpy(expected)
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-5)


def heads_last(scores: Any) -> np.ndarray:
    return np.moveaxis(ops.convert_to_numpy(scores), 1, -1)


class Block(layers.Layer):  # type: ignore[misc]
    def __init__(self, attention: layers.Layer) -> None:
        super().__init__(name="block")
        self.attention = attention

    def call(self, x: Any) -> Any:
        outputs = self.attention(x, x[:, :3], return_attention_scores=True)
        return x + outputs[0]


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("kind", ["many heads", "grouped"])
def test_scores_are_a_map_of_queries_and_keys_for_each_head(
    kind: str, nested: bool
) -> None:
    if kind == "grouped":
        attention = layers.GroupQueryAttention(5, 4, 2, dropout=0.1, name="att")
    else:
        attention = layers.MultiHeadAttention(4, 5, dropout=0.1, name="att")
    block = Block(attention)

    def scores(x: Any) -> Any:
        return attention(x, x[:, :3], return_attention_scores=True)

    model = model_of(block if nested else lambda x: scores(x)[0], 6, 8)
    x = noise(2, 6, 8)
    expected = heads_last(scores(x)[1])
    assert expected.shape == (2, 6, 3, 4)
    found = av.activations(model, x, "*", preprocess=None)
    prefix = "block/" if nested else ""
    near(found[f"{prefix}att:1"], expected)
    (softmax,) = [path for path in found if "softmax" in path]
    (dropout,) = [path for path in found if "dropout" in path]
    near(found[softmax], expected)
    near(found[dropout], expected)
    assert found[f"{prefix}att/query"].shape == (2, 6, 5, 4)
    key_heads = 2 if kind == "grouped" else 4
    assert found[f"{prefix}att/key"].shape == (2, 3, 5, key_heads)
    assert found[f"{prefix}att:0"].shape == (2, 6, 8)
    described = {layer.path: layer for layer in av.describe_layers(model)}
    assert described[softmax].output_shape == (6, 3, 4)
    assert described[softmax].channels == 4
    assert SCORES in described[softmax].warnings
    assert SCORES in described[f"{prefix}att:1"].warnings
    assert {path: values.shape[1:] for path, values in found.items()} == {
        path: described[path].output_shape for path in found
    }


@pytest.mark.parametrize("kind", [layers.Attention, layers.AdditiveAttention])
def test_scores_without_heads_are_one_map(kind: type) -> None:
    attention = kind(name="att")
    model = model_of(
        lambda x: attention([x, x[:, :3]], return_attention_scores=True)[0], 6, 8
    )
    x = noise(2, 6, 8)
    found = av.activations(model, x, "att:*", preprocess=None)
    scores = attention([x, x[:, :3]], return_attention_scores=True)[1]
    near(found["att:1"], ops.convert_to_numpy(scores)[..., None])
    assert found["att:0"].shape == (2, 6, 8)
    described = {layer.path: layer for layer in av.describe_layers(model)}
    assert described["att:1"].output_shape == (6, 3, 1)
    assert SCORES_OF_ONE in described["att:1"].warnings


def test_attention_over_rows_and_columns_has_a_slice_for_each_query() -> None:
    attention = layers.MultiHeadAttention(2, 3, dropout=0.1, name="att")
    model = model_of(lambda x: attention(x, x), 2, 3, 4)
    x = noise(2, 2, 3, 4)
    found = av.activations(model, x, "att/*", preprocess=None)
    scores = attention(x, x, return_attention_scores=True)[1]
    (softmax,) = [path for path in found if "softmax" in path]
    assert scores.shape == (2, 2, 2, 3, 2, 3)
    near(found[softmax], heads_last(scores))
    assert found["att/query"].shape == (2, 2, 3, 3, 2)
    described = {layer.path: layer for layer in av.describe_layers(model)}
    assert SCORES_OF_MAPS in described[softmax].warnings


def test_attention_along_one_axis_of_several_keeps_the_others() -> None:
    attention = layers.MultiHeadAttention(
        2, 3, dropout=0.1, attention_axes=(2,), name="att"
    )
    model = model_of(lambda x: attention(x, x), 5, 3, 4)
    x = noise(2, 5, 3, 4)
    found = av.activations(model, x, "att/softmax*", preprocess=None)
    scores = attention(x, x, return_attention_scores=True)[1]
    assert scores.shape == (2, 5, 2, 3, 3)
    (values,) = found.values()
    near(values, np.moveaxis(ops.convert_to_numpy(scores), 2, -1))


class WindowAttention(layers.Layer):  # type: ignore[misc]
    """Attention of someone else's: nothing but its name says so."""

    def __init__(self, heads: int) -> None:
        super().__init__(name="windows")
        self.heads = heads
        self.dense = layers.Dense(4, name="dense")
        self.softmax = layers.Softmax(name="softmax")

    def call(self, x: Any) -> Any:
        q = self.dense(x)
        if self.heads:
            split = ops.reshape(q, (-1, 6, self.heads, 4 // self.heads))
            q = ops.transpose(split, (0, 2, 1, 3))
        axes = (0, 1, 3, 2) if self.heads else (0, 2, 1)
        self.scores = self.softmax(ops.matmul(q, ops.transpose(q, axes)))
        return x


@pytest.mark.parametrize("heads", [0, 2])
def test_attention_of_someone_elses_is_known_by_its_name(heads: int) -> None:
    layer = WindowAttention(heads)
    model = model_of(layer, 6, 8)
    x = noise(2, 6, 8)
    (values,) = av.activations(model, x, "windows/softmax", preprocess=None).values()
    layer(x)
    raw = ops.convert_to_numpy(layer.scores)
    near(values, heads_last(raw) if heads else raw[..., None])


@pytest.mark.parametrize("as_layer", [True, False])
def test_a_softmax_of_products_in_a_graph_is_attention(as_layer: bool) -> None:
    def attend(x: Any) -> Any:
        heads = ops.transpose(ops.reshape(x, (-1, 6, 2, 4)), (0, 2, 1, 3))
        scores = ops.matmul(heads, ops.transpose(heads, (0, 1, 3, 2))) / 2.0
        softmax = layers.Softmax(name="shares") if as_layer else ops.softmax
        return softmax(scores)

    model = model_of(attend, 6, 8)
    x = noise(2, 6, 8)
    path = av.describe_layers(model)[-1].path
    found = av.activations(model, x, [path], preprocess=None)
    near(found[path], heads_last(model(x)))


class Head(layers.Layer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(name="head")
        self.conv = layers.Conv2D(4, 1, name="conv")
        self.softmax = layers.Softmax(name="softmax")

    def call(self, x: Any) -> Any:
        return self.softmax(self.conv(x) / 2.0)


def test_classes_of_pixels_are_no_attention() -> None:
    model = model_of(Head(), 6, 6, 3)
    x = noise(2, 6, 6, 3)
    found = av.activations(model, x, "head/softmax", preprocess=None)
    near(found["head/softmax"], model(x))
    flat = model_of(lambda x: layers.Softmax(name="s")(layers.Conv2D(4, 1)(x)), 6, 6, 3)
    near(av.activations(flat, x, "s", preprocess=None)["s"], flat(x))


@pytest.mark.parametrize(
    "attend",
    [
        lambda x: layers.MultiHeadAttention(2, 3, name="att")(x, x),
        lambda x: layers.GroupQueryAttention(3, 4, 2, name="att")(x, x),
        lambda x: layers.Attention(name="att")([x, x]),
    ],
)
def test_attention_without_a_map_says_how_to_get_one(
    attend: Callable[[Any], Any],
) -> None:
    model = model_of(attend, 6, 8)
    found = av.activations(model, noise(2, 6, 8), "*", preprocess=None)
    assert not any("softmax" in path for path in found)
    (att,) = [layer for layer in av.describe_layers(model) if layer.path == "att"]
    assert any("return_attention_scores=True" in words for words in att.warnings)


def encoder(dropout: float = 0.0) -> keras.Model:
    """A vision transformer, small."""
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(8, 4, strides=4, name="patches")(inputs)
    x = layers.Reshape((4, 8), name="tokens")(x)
    for block in range(2):
        y = layers.LayerNormalization(name=f"norm{block}")(x)
        y = layers.MultiHeadAttention(2, 4, dropout=dropout, name=f"att{block}")(y, y)
        x = layers.Add(name=f"add{block}")([x, y])
        y = layers.Dense(16, activation="gelu", name=f"wide{block}")(x)
        x = layers.Add(name=f"sum{block}")([x, layers.Dense(8, name=f"thin{block}")(y)])
    x = layers.GlobalAveragePooling1D(name="pool")(x)
    return keras.Model(inputs, layers.Dense(3, activation="softmax", name="out")(x))


@pytest.mark.slow
def test_a_transformer_logs_its_attention_and_what_is_made_of_each_token() -> None:
    x = noise(1, 8, 8, 3)
    found = av.activations(encoder(), x, preprocess=None)
    assert list(found) == ["patches", "att0", "wide0", "att1", "wide1"]
    found = av.activations(encoder(0.1), x, preprocess=None)
    assert [path.rstrip("_0123456789") for path in found] == [
        "patches",
        "att0/softmax",
        "att",
        "wide",
        "att1/softmax",
        "att",
        "wide",
    ]


def test_a_default_that_leaves_out_most_layers_says_so(tmp_path: Path) -> None:
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(8, 4, strides=4, name="patches")(inputs)
    for index in range(8):
        x = layers.Dense(8, name=f"dense{index}")(x)
    model = keras.Model(inputs, x)
    with (
        pytest.warns(
            UserWarning, match=r"1 of 9 are taken, .*: 'patches'\. layers='\*'"
        ),
        av.ActivationLogger(tmp_path, model, preprocess=None) as log,
    ):
        log(noise(1, 8, 8, 3))
    with (
        warnings.catch_warnings(),
        av.ActivationLogger(tmp_path / "vit", encoder(), preprocess=None) as log,
    ):
        warnings.simplefilter("error", UserWarning)
        log(noise(1, 8, 8, 3))


@pytest.mark.slow
def test_pictures_and_records_of_attention_agree_and_say_what_they_show(
    tmp_path: Path,
) -> None:
    model, x = encoder(0.1), noise(2, 8, 8, 3)
    callback = av.ActivationCallback(tmp_path, x, "att0/softmax*", preprocess=None)
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model.fit(x, np.zeros((2, 3), np.float32), verbose=0, callbacks=[callback])
    found = av.activations(model, x, "att0/softmax*", preprocess=None)
    ((path, values),) = found.items()
    (stored,) = av.read_records(tmp_path, layers=path)
    for name, expected in zip(stored.activations, values, strict=True):
        assert stored.activations[name].shape == (4, 4, 2)
        near(stored.activations[name], expected)
    assert tuple(stored.record.inputs[0].shape) == (4, 4, 2)
