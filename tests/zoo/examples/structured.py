"""Tables, bags and graphs."""

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
    uniform,
)
from zoo.examples.steps import OwnLoss


class Recommender(keras.Model):
    """How well a user and a film go together."""

    def __init__(self) -> None:
        super().__init__()
        self.user = layers.Embedding(5, 4, embeddings_regularizer="l2", name="user")
        self.user_bias = layers.Embedding(5, 1, name="user_bias")
        self.film = layers.Embedding(7, 4, embeddings_regularizer="l2", name="film")
        self.film_bias = layers.Embedding(7, 1, name="film_bias")

    def call(self, pair: Any) -> Any:
        user, film = pair[:, 0], pair[:, 1]
        alike = ops.sum(self.user(user) * self.film(film), axis=1, keepdims=True)
        return ops.sigmoid(alike + self.user_bias(user) + self.film_bias(film))


class Endpoint(layers.Layer):
    """Answers, and adds the loss where the targets are given too."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.loss = keras.losses.BinaryCrossentropy(from_logits=True)

    def call(self, scores: Any, targets: Any = None) -> Any:
        if targets is not None:
            self.add_loss(self.loss(targets, scores))
        return ops.softmax(scores)


def _endpoint() -> keras.Model:
    inputs = keras.Input((3,), name="inputs")
    targets = keras.Input((4,), name="targets")
    scores = layers.Dense(4, name="scores")(layers.Dense(5, name="dense")(inputs))
    answers = Endpoint(name="answers")(scores, targets)
    return compiled(keras.Model([inputs, targets], answers))


class BagWeights(layers.Layer):
    """How much each instance of a bag counts."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.gate = layers.Dense(3, activation="sigmoid", name="gate")
        self.look = layers.Dense(3, activation="tanh", name="look")
        self.weigh = layers.Dense(1, use_bias=False, name="weigh")

    def call(self, bag: Any) -> Any:
        weights = [self.weigh(self.look(x) * self.gate(x)) for x in bag]
        return ops.unstack(ops.softmax(ops.stack(weights), axis=0), len(bag))


def _bags() -> keras.Model:
    inputs = [keras.Input((4,), name=f"instance{i}") for i in range(3)]
    dense = layers.Dense(5, activation="relu", name="dense")
    found = [dense(x) for x in inputs]
    weights = BagWeights(name="weights")(found)
    weighed = [
        layers.multiply([w, x], name=f"weighed{i}")
        for i, (w, x) in enumerate(zip(weights, found, strict=True))
    ]
    x = layers.concatenate(weighed, name="bag")
    x = layers.Dense(2, activation="softmax", name="positive")(x)
    return compiled(keras.Model(inputs, x), "sparse_categorical_crossentropy")


_PAPERS = 10


def _feed(name: str) -> keras.Model:
    return keras.Sequential(
        [
            layers.BatchNormalization(name="norm"),
            layers.Dropout(0.2, name="drop"),
            layers.Dense(5, activation="gelu", name="dense"),
        ],
        name=name,
    )


class GraphConvolution(layers.Layer):
    """Each node hears of its neighbours and changes."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.prepare, self.update = _feed("prepare"), _feed("update")

    def call(self, x: Any, edges: Any) -> Any:
        heard = self.prepare(ops.take(x, edges[1], axis=0))
        heard = ops.segment_sum(heard, edges[0], num_segments=_PAPERS)
        return ops.normalize(self.update(ops.concatenate([x, heard], axis=1)))


class Citations(keras.Model):
    """A whole graph in attributes; called on the numbers of some of its nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.papers = ops.convert_to_tensor(normal(6, count=_PAPERS))
        self.edges = ops.convert_to_tensor(numbers(_PAPERS, 14, count=2))
        self.before = _feed("before")
        self.conv1 = GraphConvolution(name="conv1")
        self.conv2 = GraphConvolution(name="conv2")
        self.after = _feed("after")
        self.scores = layers.Dense(3, name="scores")

    def call(self, paper: Any) -> Any:
        x = self.before(self.papers)
        x = self.conv1(x, self.edges) + x
        x = self.conv2(x, self.edges) + x
        return self.scores(ops.take(self.after(x), paper, axis=0))


def _citations() -> keras.Model:
    model = Citations()
    model(np.arange(3))
    return compiled(model, class_loss())


class NeighbourAttention(layers.Layer):
    """Each node looks at its neighbours, at some more than at others."""

    def build(self, shapes: Any) -> None:
        self.kernel = self.add_weight(shape=(shapes[0][-1], 4), name="kernel")
        self.look = self.add_weight(shape=(8, 1), name="look")

    def call(self, inputs: Any) -> Any:
        nodes, edges = inputs
        nodes = ops.matmul(nodes, self.kernel)
        ends = ops.reshape(ops.take(nodes, edges, axis=0), (ops.shape(edges)[0], -1))
        scores = ops.squeeze(ops.leaky_relu(ops.matmul(ends, self.look)), -1)
        scores = ops.exp(ops.clip(scores, -2, 2))
        count = _PAPERS
        total = ops.segment_sum(scores, edges[:, 0], num_segments=count)
        shares = scores / ops.take(total, edges[:, 0])
        seen = ops.take(nodes, edges[:, 1], axis=0) * shares[:, None]
        return ops.segment_sum(seen, edges[:, 0], num_segments=count)


class GraphAttention(OwnLoss):
    """Called on a whole graph: nodes, and edges, of which there are others."""

    def __init__(self) -> None:
        super().__init__()
        self.graph = _graph()
        self.enter = layers.Dense(5, activation="relu", name="enter")
        self.layers_of_heads = [
            [NeighbourAttention(name=f"head{i}{j}") for j in range(2)] for i in range(2)
        ]
        self.scores = layers.Dense(3, name="scores")

    def call(self, inputs: Any) -> Any:
        nodes, edges = inputs
        x = self.enter(nodes)
        for heads in self.layers_of_heads:
            seen = [head([x, edges]) for head in heads]
            x = ops.relu(ops.concatenate(seen, axis=-1))
        return self.scores(x)

    def loss_of(self, x: Any, y: Any) -> Any:
        return class_loss()(y, ops.take(self(self.graph), x, axis=0))


def _graph() -> tuple[np.ndarray, np.ndarray]:
    return normal(6, count=_PAPERS), numbers(_PAPERS, 2, count=14)


def _graph_attention() -> keras.Model:
    model = GraphAttention()
    model(_graph())
    return compiled(model)


class RoadConvolution(layers.Layer):
    """Mixes the measurements of neighbouring roads; roads are the first axis."""

    def build(self, shape: tuple) -> None:
        self.kernel = self.add_weight(shape=(shape[-1], 3), name="kernel")

    def call(self, x: Any) -> Any:
        around = ops.roll(x, 1, axis=0) + ops.roll(x, -1, axis=0)
        return ops.relu(
            ops.concatenate([x, around], axis=-1) @ ops.tile(self.kernel, (2, 1))
        )


class Traffic(layers.Layer):
    """A network of roads, each a series, and a recurrent network over time."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.conv = RoadConvolution(name="roads")
        self.lstm = layers.LSTM(4, activation="relu", name="time")
        self.ahead = layers.Dense(2, name="ahead")

    def call(self, x: Any) -> Any:
        time, roads, _ = x.shape[1:]
        x = self.conv(ops.transpose(x, (2, 0, 1, 3)))
        x = self.ahead(self.lstm(ops.reshape(x, (-1, time, 3))))
        return ops.transpose(ops.reshape(x, (roads, -1, 2)), (1, 2, 0))


def _traffic() -> keras.Model:
    inputs = keras.Input((5, 3, 1))
    return compiled(keras.Model(inputs, Traffic(name="traffic")(inputs)), "mse")


EXAMPLES = (
    Example(
        "recommender",
        "structured_data/collaborative_filtering_movielens",
        lambda: compiled(Recommender(), "binary_crossentropy"),
        lambda: (numbers(5, 2), uniform(1)),
        waits=True,
        layers=("user", "film", "user_bias", "film_bias"),
    ),
    Example(
        "endpoint layer",
        "keras_recipes/endpoint_layer_pattern",
        _endpoint,
        lambda: ({"inputs": normal(3), "targets": uniform(4)},),
        layers=("dense", "scores", "answers"),
    ),
    Example(
        "bags of instances",
        "vision/attention_mil_classification",
        _bags,
        lambda: (tuple(normal(4, seed=i) for i in range(3)), numbers(2)),
    ),
    Example(
        "citations",
        "graph/gnn_citations",
        _citations,
        lambda: (numbers(_PAPERS), numbers(3)),
    ),
    Example(
        "graph attention",
        "graph/gat_node_classification",
        _graph_attention,
        lambda: (numbers(_PAPERS), numbers(3)),
        one_graph=_graph,
    ),
    Example(
        "traffic",
        "timeseries/timeseries_traffic_forecasting",
        _traffic,
        lambda: (uniform(5, 3, 1), uniform(2, 3)),
    ),
)
