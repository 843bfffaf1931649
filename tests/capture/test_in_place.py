"""torch: what a layer gave is captured, whatever is done in place to it later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from tb_actviz.capture.extractor import FeatureExtractor

pytestmark = [
    pytest.mark.every_backend,
    pytest.mark.skipif(keras.backend.backend() != "torch", reason="of PyTorch"),
]

X = np.random.default_rng(0).normal(size=(3, 8, 8, 3)).astype(np.float32)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    keras.utils.set_random_seed(0)


class Doing(layers.Layer):
    """Does something to what it is called on."""

    def __init__(self, function: Callable[[Any], Any], **more: Any) -> None:
        super().__init__(**more)
        self.function = function

    def call(self, x: Any) -> Any:
        return self.function(x)


def relu(h: Any) -> Any:
    import torch

    return torch.relu_(h)


def add(h: Any) -> Any:
    h += 1.0
    return h


def assign(h: Any) -> Any:
    h[..., 0] = 5.0
    return h


def through_a_view(h: Any) -> Any:
    h.reshape(h.shape[0], -1).clamp_(min=0.25)
    return h


def through_data(h: Any) -> Any:
    h.data.mul_(-2.0)
    return h


def as_out(h: Any) -> Any:
    import torch

    with torch.no_grad():
        return torch.add(h, 1.0, out=h)


def by_functional(h: Any) -> Any:
    import torch

    return torch.nn.functional.leaky_relu(h, 0.1, inplace=True)


def wrapped(name: str) -> layers.Layer:
    import torch

    module = getattr(torch.nn, name)(inplace=True)
    return layers.TorchModuleWrapper(module, output_shape=(None, 6, 6, 4))


def activation() -> layers.Layer:
    import torch

    return layers.Activation(torch.nn.ReLU(inplace=True))


OVERWRITING: dict[str, Callable[[], layers.Layer]] = {
    "ReLU": lambda: wrapped("ReLU"),
    "Hardswish": lambda: wrapped("Hardswish"),
    "Activation": activation,
    "relu_": lambda: Doing(relu),
    "+=": lambda: Doing(add),
    "[…] =": lambda: Doing(assign),
    "view": lambda: Doing(through_a_view),
    "data": lambda: Doing(through_data),
    "out=": lambda: Doing(as_out),
    "functional": lambda: Doing(by_functional),
}


def true_values(conv: layers.Layer) -> np.ndarray:
    return np.array(keras.ops.convert_to_numpy(conv(X)))


class Chain(keras.Model):
    def __init__(self, *links: layers.Layer) -> None:
        super().__init__()
        self.links = list(links)

    def call(self, x: Any) -> Any:
        for link in self.links:
            x = link(x)
        return x


@pytest.mark.parametrize("is_subclassed", [False, True], ids=["graph", "subclass"])
@pytest.mark.parametrize("kind", OVERWRITING)
def test_what_an_earlier_layer_gave_is_kept(kind: str, is_subclassed: bool) -> None:
    conv, after = layers.Conv2D(4, 3, name="conv"), OVERWRITING[kind]()
    if is_subclassed:
        model: keras.Model = Chain(conv, after)
        model(X)
    else:
        inputs = keras.Input((8, 8, 3))
        model = keras.Model(inputs, after(conv(inputs)))
    true = true_values(conv)
    last = np.array(keras.ops.convert_to_numpy(model(X)))
    assert (last != true).any()
    for chosen in ("*", ["conv"], [after.name, "conv"]):
        extract = FeatureExtractor(model, chosen, preprocess=None)
        for _ in range(2):
            captured = extract(X)
            np.testing.assert_array_equal(captured["conv"], true)
            if after.name in captured:
                np.testing.assert_array_equal(captured[after.name], last)


def test_what_goes_into_a_fused_activation_is_kept() -> None:
    import torch

    inputs = keras.Input((8, 8, 3))
    conv = layers.Conv2D(4, 3, activation=torch.relu_, name="conv")
    model = keras.Model(inputs, layers.GlobalAveragePooling2D()(conv(inputs)))
    given = true_values(conv)
    captured = FeatureExtractor(model, ["*", "*:pre"], preprocess=None)(X)
    np.testing.assert_array_equal(captured["conv"], given)
    np.testing.assert_array_equal(np.maximum(captured["conv:pre"], 0), given)
    assert captured["conv:pre"].min() < 0


def test_a_view_that_a_layer_gave_is_kept() -> None:
    inputs = keras.Input((8, 8, 3))
    h = layers.Reshape((6 * 6 * 4,), name="flat")(
        layers.Conv2D(4, 3, name="conv")(inputs)
    )
    model = keras.Model(inputs, Doing(relu, name="after")(h))
    true = true_values(model.get_layer("conv"))
    captured = FeatureExtractor(model, "*", preprocess=None)(X)
    np.testing.assert_array_equal(captured["conv"], true)
    np.testing.assert_array_equal(captured["flat"], true.reshape(3, -1))
    np.testing.assert_array_equal(captured["after"], true.reshape(3, -1).clip(0))


def test_the_inputs_are_kept() -> None:
    inputs = keras.Input((8, 8, 3), name="picture")
    model = keras.Model(inputs, Doing(add, name="added")(inputs))
    given = X.copy()
    extract = FeatureExtractor(model, ["picture", "added"], preprocess=None)
    for _ in range(2):
        captured = extract(given)
        np.testing.assert_array_equal(captured["added"], X + 1)
        np.testing.assert_array_equal(captured["picture"], X)
        np.testing.assert_array_equal(given, X)


def test_what_a_layer_writes_again_and_again_is_kept() -> None:
    import torch

    class Scratch(layers.Layer):
        def __init__(self) -> None:
            super().__init__(name="scratch")
            self.room = {"of": torch.zeros(3, 8, 8, 3)}

        def call(self, x: Any) -> Any:
            if x.device.type == "meta":
                return x
            return torch.mul(x, 2.0, out=self.room["of"])

    model = keras.Sequential([keras.Input((8, 8, 3)), Scratch()])
    extract = FeatureExtractor(model, "scratch", preprocess=None)
    first = extract(X)["scratch"]
    second = extract(X + 1)["scratch"]
    np.testing.assert_array_equal(first, X * 2)
    np.testing.assert_array_equal(second, (X + 1) * 2)
    assert not model.get_layer("scratch").room["of"].any()


def test_where_nothing_is_overwritten_nothing_is_copied() -> None:
    inputs = keras.Input((8, 8, 3))
    # Keras itself computes in place, within the layer.
    h = layers.BatchNormalization()(layers.Conv2D(4, 3, activation="relu")(inputs))
    h = layers.Dropout(0.5)(layers.MaxPooling2D()(layers.Activation("gelu")(h)))
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(h)))
    extract = FeatureExtractor(model, preprocess=None)
    extract(X)
    assert extract.describe().method == "sub-model"


def test_it_is_said_why_the_layers_are_watched() -> None:
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, Doing(add)(layers.Conv2D(4, 3, name="conv")(inputs)))
    extract = FeatureExtractor(model, "*", preprocess=None)
    extract(X)
    assert extract.describe().reason == "layers overwrite what others gave"
