"""Recurrent layers, attention and masks."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from zoo.kind import (
    Kind,
    arrays,
    before_activation,
    fresh,
    in_turn,
    last,
    noise,
    tokens,
    varied,
)


def words() -> keras.Model:
    fresh()
    inputs = keras.Input((None,), dtype="int32")
    x = layers.Embedding(7, 4, name="embedding")(inputs)
    x = layers.LSTM(5, return_sequences=True, name="lstm1")(x)
    x = layers.LSTM(3, name="lstm2")(x)
    return varied(keras.Model(inputs, layers.Dense(2, "softmax", name="prob")(x)))


def words_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    found = {"embedding": ops.take(model.get_layer("embedding").embeddings, x, axis=0)}
    names = ("lstm1", "lstm2", "prob:pre", "prob")
    return arrays(found | in_turn(model.get_layer, last(found), *names))


def both_ways() -> keras.Model:
    """The layer for each direction has a path inside `both`."""
    fresh()
    inputs = keras.Input((6, 2))
    gru = layers.GRU(3, return_sequences=True, name="gru")
    x = layers.Bidirectional(gru, name="both")(inputs)
    return varied(keras.Model(inputs, layers.Dense(2, name="each")(x)))


def both_ways_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    both = model.get_layer("both")
    there, back = both.forward_layer(x), both.backward_layer(x)
    found = {"both/forward_gru": there, "both/backward_gru": back}
    found["both"] = ops.concatenate([there, ops.flip(back, axis=1)], axis=-1)
    return arrays(found | in_turn(model.get_layer, found["both"], "each"))


def states() -> keras.Model:
    """A recurrent layer that gives its states, and one that starts from them."""
    fresh()
    inputs = [keras.Input((4, 2), name="source"), keras.Input((3, 2), name="target")]
    encoder = layers.LSTM(3, return_sequences=True, return_state=True, name="encoder")
    _, *state = encoder(inputs[0])
    decoder = layers.LSTM(3, return_sequences=True, name="decoder")
    return varied(keras.Model(inputs, decoder(inputs[1], initial_state=state)))


def states_by_hand(model: keras.Model, x: list[np.ndarray]) -> dict[str, np.ndarray]:
    outputs, *state = model.get_layer("encoder")(x[0])
    found = {"encoder:0": outputs, "encoder:1": state[0], "encoder:2": state[1]}
    decoder = model.get_layer("decoder")
    return arrays(found | {"decoder": decoder(x[1], initial_state=state)})


def films() -> keras.Model:
    fresh()
    inputs = keras.Input((3, 8, 8, 1))
    x = layers.ConvLSTM2D(2, 3, return_sequences=True, name="film")(inputs)
    return varied(keras.Model(inputs, layers.ConvLSTM2D(2, 3, name="last")(x)))


def films_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    return arrays(in_turn(model.get_layer, x, "film", "last"))


def transformer() -> keras.Model:
    """Attention whose projections have paths inside `attention`."""
    fresh()
    inputs = keras.Input((5, 4))
    x = layers.LayerNormalization(name="norm1")(inputs)
    x = layers.MultiHeadAttention(2, 3, name="attention")(x, x)
    seen = layers.Add(name="sum1")([inputs, x])
    x = layers.Dense(6, activation="gelu", name="wide")(seen)
    x = layers.Dense(4, name="narrow")(x)
    return varied(keras.Model(inputs, layers.Add(name="sum2")([seen, x])))


def transformer_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    at, x = model.get_layer, ops.convert_to_tensor(x)
    found = in_turn(at, x, "norm1")
    attention, _ = attention_by_hand(at("attention"), found["norm1"])
    found |= heads_last(attention)
    found["sum1"] = found["attention"] + x
    found |= in_turn(at, found["sum1"], "wide:pre", "wide", "narrow")
    return arrays(found | {"sum2": found["sum1"] + found["narrow"]})


def scores() -> keras.Model:
    """Attention that gives its scores: its softmax runs as a layer of its own."""
    fresh()
    inputs = keras.Input((5, 4))
    attention = layers.MultiHeadAttention(2, 3, dropout=0.1, name="attention")
    return varied(
        keras.Model(inputs, attention(inputs, inputs, return_attention_scores=True))
    )


def scores_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    found, shares = attention_by_hand(model.get_layer("attention"), x)
    found["attention:0"] = found.pop("attention")
    maps = np.moveaxis(shares, 1, -1)
    found["attention:1"] = maps
    for inner in ("softmax", "dropout"):
        found[f"attention/{inner}"] = maps
    return arrays(heads_last(found))


def heads_last(found: dict[str, Any]) -> dict[str, Any]:
    """Projections come as a map of steps and dimensions for each head."""
    paths = [f"attention/{name}" for name in ("query", "key", "value")]
    return found | {path: np.moveaxis(arrays(found)[path], 2, -1) for path in paths}


def attention_by_hand(layer: Any, x: Any) -> tuple[dict[str, Any], np.ndarray]:
    """The projections, the result, and the share of each step (N, heads, T, T)."""
    found = {
        "attention/query": layer.query_dense(x),
        "attention/key": layer.key_dense(x),
        "attention/value": layer.value_dense(x),
    }
    query, key, value = arrays(found).values()
    logits = np.einsum("nthd,nshd->nhts", query, key) / np.sqrt(query.shape[-1])
    shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    seen = np.einsum("nhts,nshd->nthd", shares, value)
    found["attention/attention_output"] = layer.output_dense(seen)
    return found | {"attention": last(found)}, shares


def masked() -> keras.Model:
    """Zeros are padding, not to be seen; Keras puts that comparison in the graph."""
    fresh()
    inputs = keras.Input((5,), dtype="int32")
    x = layers.Embedding(7, 4, mask_zero=True, name="embedding")(inputs)
    dense = layers.Dense(3, activation="tanh", name="dense")
    x = layers.TimeDistributed(dense, name="td")(x)
    x = layers.LSTM(4, return_sequences=True, name="lstm1")(x)
    return varied(keras.Model(inputs, layers.LSTM(3, name="lstm2")(x)))


def masked_by_hand(model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    at = model.get_layer
    found = {"embedding": ops.take(at("embedding").embeddings, x, axis=0)}
    found["td/dense:pre"] = before_activation(at("td").layer, found["embedding"])
    found["td/dense"] = found["td"] = ops.tanh(found["td/dense:pre"])
    mask = found["not_equal"] = ops.convert_to_tensor(x != 0)
    found["lstm1"] = at("lstm1")(found["td"], mask=mask)
    return arrays(found | {"lstm2": at("lstm2")(found["lstm1"], mask=mask)})


KINDS = (
    Kind("words", words, tokens, words_by_hand),
    Kind("both directions", both_ways, partial(noise, 6, 2), both_ways_by_hand),
    Kind(
        "recurrent states", states, lambda: [noise(4, 2), noise(3, 2)], states_by_hand
    ),
    Kind("recurrent convolution", films, partial(noise, 3, 8, 8, 1), films_by_hand),
    Kind("transformer block", transformer, partial(noise, 5, 4), transformer_by_hand),
    Kind("attention scores", scores, partial(noise, 5, 4), scores_by_hand),
    Kind("masked words", masked, tokens, masked_by_hand),
)
