"""Activations of many layers of one picture: our capture beside the usual ways.

    python benchmarks/capture.py

All ways run in turn in one process, so that the ratios hold where the machine's speed
drifts. Weights are random: the work is the same.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

import tb_actviz as av
from keras_models import SqueezeNet

ROUNDS = 15
#: Peers that take seconds are run this often.
SLOW_ROUNDS = 3


def main() -> None:
    """Print a table of milliseconds and ratios to the bare forward pass."""
    net = SqueezeNet(weights=None)
    picture = np.random.default_rng(0).uniform(-120, 120, (1, 227, 227, 3))
    batch = picture.astype(np.float32)
    convolutions = [x.name for x in net.layers if isinstance(x, keras.layers.Conv2D)]
    everything = [layer.name for layer in net.layers[1:]]

    def sub_model(names: list[str]) -> keras.Model:
        return keras.Model(net.inputs, [net.get_layer(n).output for n in names])

    traced = tf.function(lambda x: net(x, training=False), autograph=False)
    ready = tf.constant(batch)
    ours_26 = av.FeatureExtractor(net, convolutions, preprocess=None)
    ours_66 = av.FeatureExtractor(net, everything, preprocess=None)
    kept = sub_model(convolutions)
    inside = keras.Sequential([keras.Input((227, 227, 3)), net])
    ours_inside = av.FeatureExtractor(
        inside, [f"{net.name}/{name}" for name in convolutions], preprocess=None
    )
    ways: list[tuple[str, Callable[[], object], int]] = [
        ("bare tf.function, output only", lambda: np.asarray(traced(ready)), ROUNDS),
        ("ours, 26 convolutions", lambda: ours_26(batch), ROUNDS),
        ("ours, all 66 layers", lambda: ours_66(batch), ROUNDS),
        ("ours, 26 convolutions inside a model", lambda: ours_inside(batch), ROUNDS),
        (
            "26 convolutions: predict_on_batch, model kept",
            lambda: kept.predict_on_batch(batch),
            ROUNDS,
        ),
        (
            "26 convolutions: predict, model kept",
            lambda: kept.predict(batch, verbose=0),
            ROUNDS,
        ),
        (
            "26 convolutions: predict, model rebuilt each time",
            lambda: sub_model(convolutions).predict(batch, verbose=0),
            SLOW_ROUNDS,
        ),
        (
            "26 convolutions: predict, a model for each layer",
            lambda: [sub_model([n]).predict(batch, verbose=0) for n in convolutions],
            SLOW_ROUNDS,
        ),
    ]
    times = measure(ways)
    base = statistics.median(times[0])
    print("SqueezeNet, 227×227, TensorFlow, median of each way:")
    for (name, _, _), measured in zip(ways, times, strict=True):
        middle = statistics.median(measured)
        print(f"  {name:52} {middle * 1e3:9.1f} ms  {middle / base:7.2f}×")


def measure(ways: list[tuple[str, Callable[[], object], int]]) -> list[list[float]]:
    """Seconds of each way, run in turn after a warm-up."""
    for _, call, rounds in ways:
        if rounds == ROUNDS:
            call()
    times: list[list[float]] = [[] for _ in ways]
    for turn in range(ROUNDS):
        for (_, call, rounds), measured in zip(ways, times, strict=True):
            if turn < rounds:
                start = time.perf_counter()
                call()
                measured.append(time.perf_counter() - start)
    return times


if __name__ == "__main__":
    main()
