"""Text: recurrent networks, transformers, convolutions."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from zoo.examples.example import (
    COUNT,
    Example,
    class_loss,
    compiled,
    numbers,
    pictures,
    sentences,
)
from zoo.examples.steps import OwnLoss

WORDS, WIDTH, LENGTH = 10, 8, 6


def _bidirectional() -> keras.Model:
    inputs = keras.Input((None,), dtype="int32")
    x = layers.Embedding(WORDS, WIDTH, name="words")(inputs)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True), name="read0")(x)
    x = layers.Bidirectional(layers.LSTM(4), name="read1")(x)
    x = layers.Dense(1, activation="sigmoid", name="liked")(x)
    return compiled(keras.Model(inputs, x), "binary_crossentropy")


class WordsInPlace(layers.Layer):
    """Embeds words and where they stand; passes on which are there at all."""

    def __init__(self, length: int, masked: bool = False, **given: Any) -> None:
        super().__init__(**given)
        self.words = layers.Embedding(WORDS, WIDTH, mask_zero=masked, name="words")
        self.places = layers.Embedding(length, WIDTH, name="places")

    def call(self, words: Any) -> Any:
        return self.words(words) + self.places(ops.arange(words.shape[-1]))

    def compute_mask(self, words: Any, mask: Any = None) -> Any:
        return self.words.compute_mask(words)


class Block(layers.Layer):
    """Attention and a small network, each with its residual and normalisation."""

    def __init__(self, *, causal: bool = False, **given: Any) -> None:
        super().__init__(**given)
        self.causal = causal
        self.supports_masking = True
        self.attention = layers.MultiHeadAttention(2, 4, name="attention")
        self.feed = keras.Sequential(
            [layers.Dense(6, "relu", name="wide"), layers.Dense(WIDTH, name="narrow")],
            name="feed",
        )
        self.norm1 = layers.LayerNormalization(epsilon=1e-6, name="norm1")
        self.norm2 = layers.LayerNormalization(epsilon=1e-6, name="norm2")
        self.drop = layers.Dropout(0.1, name="drop")

    def call(self, x: Any) -> Any:
        seen = self.attention(x, x, use_causal_mask=self.causal)
        x = self.norm1(x + self.drop(seen))
        return self.norm2(x + self.drop(self.feed(x)))


class DecoderBlock(layers.Layer):
    """A causal block that also looks at what an encoder found."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.supports_masking = True
        self.itself = layers.MultiHeadAttention(2, 4, name="itself")
        self.source = layers.MultiHeadAttention(2, 4, name="source")
        self.feed = keras.Sequential(
            [layers.Dense(6, "relu", name="wide"), layers.Dense(WIDTH, name="narrow")],
            name="feed",
        )
        self.norms = [layers.LayerNormalization(name=f"norm{i}") for i in range(3)]

    def call(self, x: Any, found: Any, mask: Any = None) -> Any:
        x = self.norms[0](x + self.itself(x, x, x, use_causal_mask=True))
        x = self.norms[1](x + self.source(x, found, found))
        return self.norms[2](x + self.feed(x))


def _text_transformer() -> keras.Model:
    inputs = keras.Input((LENGTH,), dtype="int32")
    x = Block(name="block")(WordsInPlace(LENGTH, name="embedded")(inputs))
    x = layers.Dropout(0.1, name="drop0")(layers.GlobalAveragePooling1D(name="mean")(x))
    x = layers.Dense(6, activation="relu", name="dense")(x)
    x = layers.Dense(2, activation="softmax", name="liked")(x)
    return compiled(keras.Model(inputs, x), "sparse_categorical_crossentropy")


def _mini_gpt() -> keras.Model:
    inputs = keras.Input((LENGTH,), dtype="int32")
    x = WordsInPlace(LENGTH, name="embedded")(inputs)
    x = Block(causal=True, name="block")(x)
    return compiled(
        keras.Model(inputs, [layers.Dense(WORDS, name="next")(x), x]),
        [class_loss(), None],
    )


def _translation() -> keras.Model:
    source = keras.Input((LENGTH,), dtype="int32", name="encoder_inputs")
    x = WordsInPlace(LENGTH, masked=True, name="source_words")(source)
    found = Block(name="encoder")(x)
    target = keras.Input((LENGTH,), dtype="int32", name="decoder_inputs")
    known = keras.Input((LENGTH, WIDTH), name="known")
    x = WordsInPlace(LENGTH, masked=True, name="target_words")(target)
    x = layers.Dropout(0.5, name="drop")(DecoderBlock(name="block")(x, known))
    decoder = keras.Model(
        [target, known], layers.Dense(WORDS, name="words")(x), name="decoder"
    )
    return compiled(
        keras.Model([source, target], decoder([target, found])), class_loss()
    )


def _text_convolutions() -> keras.Model:
    inputs = keras.Input((None,), dtype="int64")
    x = layers.Embedding(WORDS, WIDTH, name="words")(inputs)
    x = layers.Dropout(0.5, name="drop")(x)
    for number in range(2):
        x = layers.Conv1D(4, 3, activation="relu", padding="same", name=f"c{number}")(x)
    x = layers.Dense(4, activation="relu", name="dense")(
        layers.GlobalMaxPooling1D(name="most")(x)
    )
    x = layers.Dense(1, activation="sigmoid", name="liked")(x)
    return compiled(keras.Model(inputs, x), "binary_crossentropy")


class Captions(OwnLoss):
    """A network of pictures, and layers that put what it sees into words; no `call`."""

    def __init__(self) -> None:
        super().__init__()
        x = inputs = keras.Input((8, 8, 3))
        x = layers.Conv2D(WIDTH, 3, strides=2, activation="relu", name="conv")(x)
        x = layers.Reshape((-1, WIDTH), name="places")(x)
        self.cnn_model = keras.Model(inputs, x, name="cnn")
        self.cnn_model.trainable = False
        self.encoder = Block(name="encoder")
        self.words = WordsInPlace(LENGTH - 1, masked=True, name="words")
        self.decoder = DecoderBlock(name="decoder")
        self.next = layers.Dense(WORDS, name="next")

    def loss_of(self, x: Any, y: Any) -> Any:
        seen = self.encoder(self.cnn_model(x), training=True)
        told = self.decoder(self.words(y[:, :-1]), seen, training=True)
        missed = class_loss()(y[:, 1:], self.next(told))
        return ops.mean(missed)


EXAMPLES = (
    Example(
        "bidirectional LSTM",
        "nlp/bidirectional_lstm_imdb",
        _bidirectional,
        lambda: (sentences(), numbers(2, 1)),
    ),
    Example(
        "text transformer",
        "nlp/text_classification_with_transformer",
        _text_transformer,
        lambda: (sentences(), numbers(2)),
    ),
    Example(
        "mini-GPT",
        "generative/text_generation_with_miniature_gpt",
        _mini_gpt,
        lambda: (sentences(), sentences(seed=7)),
    ),
    Example(
        "translation",
        "nlp/neural_machine_translation_with_transformer",
        _translation,
        lambda: (
            {"encoder_inputs": sentences(), "decoder_inputs": sentences(seed=7)},
            sentences(seed=8),
        ),
    ),
    Example(
        "text convolutions",
        "nlp/text_classification_from_scratch",
        _text_convolutions,
        lambda: (sentences(), numbers(2, 1)),
    ),
    Example(
        "image captioning",
        "vision/image_captioning",
        lambda: compiled(Captions()),
        lambda: (pictures(count=COUNT), sentences()),
        lambda: {"cnn_model": pictures(count=2)},
        # The layers that tell get their weights from the first batch.
        waits=True,
        backends=("tensorflow",),
        layers=("cnn_model/conv:pre", "cnn_model/conv", "cnn_model/places"),
    ),
)
