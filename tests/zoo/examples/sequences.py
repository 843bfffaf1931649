"""What comes in order: lines of writing, letters, sounds, measurements."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from zoo.examples.example import (
    Example,
    class_loss,
    compiled,
    normal,
    numbers,
    sentences,
    uniform,
)
from zoo.examples.text import (
    LENGTH,
    WIDTH,
    WORDS,
    Block,
    DecoderBlock,
    WordsInPlace,
)


class TextLoss(layers.Layer):
    """Adds the loss of a text that was read, where its labels are an input too."""

    def call(self, text: Any, read: Any) -> Any:
        lengths = ops.full((ops.shape(read)[0],), 1, "int32")
        loss = ops.nn.ctc_loss(
            text, read, lengths * text.shape[1], lengths * read.shape[1], mask_index=0
        )
        self.add_loss(ops.mean(loss))
        return read


def _ocr() -> keras.Model:
    picture = keras.Input((16, 8, 1), name="image")
    text = keras.Input((2,), dtype="int32", name="label")
    x = picture
    for number in range(2):
        x = layers.Conv2D(
            4, 3, activation="relu", padding="same", name=f"conv{number}"
        )(x)
        x = layers.MaxPooling2D((2, 2), name=f"pool{number}")(x)
    x = layers.Reshape((4, 8), name="columns")(x)
    x = layers.Dropout(0.2, name="drop")(layers.Dense(6, "relu", name="dense")(x))
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True), name="reads")(x)
    x = layers.Dense(6, name="characters")(x)
    return compiled(keras.Model([picture, text], TextLoss(name="ctc_loss")(text, x)))


def _seq2seq() -> keras.Model:
    source = keras.Input((None, 5), name="source")
    _, *state = layers.LSTM(4, return_state=True, name="encoder")(source)
    target = keras.Input((None, 7), name="target")
    x, _, _ = layers.LSTM(4, return_sequences=True, return_state=True, name="decoder")(
        target, initial_state=state
    )
    x = layers.Dense(7, activation="softmax", name="letters")(x)
    return compiled(keras.Model([source, target], x), "categorical_crossentropy")


class Speech(keras.Model):
    """From sounds and the text so far to the text; not called before it is trained."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = [
            layers.Conv1D(WIDTH, 5, 2, "same", activation="relu", name=f"conv{i}")
            for i in range(2)
        ]
        self.words = WordsInPlace(LENGTH, name="words")
        self.encoder = Block(name="encoder")
        self.decoder = DecoderBlock(name="decoder")
        self.next = layers.Dense(WORDS, name="next")

    def call(self, inputs: Any) -> Any:
        sound, text = inputs
        for conv in self.convs:
            sound = conv(sound)
        return self.next(self.decoder(self.words(text), self.encoder(sound)))


def _anomalies() -> keras.Model:
    x = inputs = keras.Input((12, 1))
    for number, width in enumerate((6, 4)):
        x = layers.Conv1D(
            width, 5, strides=2, padding="same", activation="relu", name=f"conv{number}"
        )(x)
        if not number:
            x = layers.Dropout(0.2, name="drop0")(x)
    for number, width in enumerate((4, 6)):
        x = layers.Conv1DTranspose(
            width, 5, strides=2, padding="same", activation="relu", name=f"grow{number}"
        )(x)
        if not number:
            x = layers.Dropout(0.2, name="drop1")(x)
    x = layers.Conv1DTranspose(1, 5, padding="same", name="series")(x)
    return compiled(keras.Model(inputs, x), "mse")


def _series_transformer() -> keras.Model:
    x = inputs = keras.Input((12, 1))
    for _ in range(2):
        y = layers.MultiHeadAttention(2, 3, dropout=0.25)(x, x)
        y = layers.LayerNormalization(epsilon=1e-6)(layers.Dropout(0.25)(y))
        before = y + x
        y = layers.Conv1D(4, 1, activation="relu")(before)
        y = layers.Conv1D(1, 1)(layers.Dropout(0.25)(y))
        x = layers.LayerNormalization(epsilon=1e-6)(y) + before
    x = layers.GlobalAveragePooling1D(data_format="channels_last")(x)
    x = layers.Dropout(0.4)(layers.Dense(6, activation="relu")(x))
    x = layers.Dense(2, activation="softmax")(x)
    return compiled(keras.Model(inputs, x), "sparse_categorical_crossentropy")


def _one_hot(width: int, seed: int) -> np.ndarray:
    return np.eye(width, dtype=np.float32)[numbers(width, LENGTH, seed=seed)]


EXAMPLES = (
    Example(
        "OCR with CTC",
        "vision/captcha_ocr",
        _ocr,
        lambda: ({"image": uniform(16, 8, 1), "label": numbers(5, 2) + 1},),
        layers=(
            *("conv0:pre", "conv0", "pool0", "conv1:pre", "conv1", "pool1"),
            *("columns", "dense:pre", "dense", "drop", "reads/forward_lstm"),
            *("reads/backward_lstm", "reads", "characters", "ctc_loss"),
        ),
    ),
    Example(
        "sequence to sequence",
        "nlp/lstm_seq2seq",
        _seq2seq,
        lambda: ((_one_hot(5, 1), _one_hot(7, 2)), _one_hot(7, 3)),
        layers=(
            *("encoder:0", "encoder:1", "encoder:2"),
            *("decoder:0", "decoder:1", "decoder:2", "letters:pre", "letters"),
        ),
    ),
    Example(
        "speech transformer",
        "audio/transformer_asr",
        lambda: compiled(Speech(), class_loss()),
        lambda: ((normal(12, 5), sentences()), sentences(seed=7)),
        waits=True,
    ),
    Example(
        "anomalies in a series",
        "timeseries/timeseries_anomaly_detection",
        _anomalies,
        lambda: (normal(12, 1),) * 2,
    ),
    Example(
        "series transformer",
        "timeseries/timeseries_classification_transformer",
        _series_transformer,
        lambda: (normal(12, 1), numbers(2)),
    ),
)
