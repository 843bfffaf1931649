"""What cannot be captured says why; what cannot be compiled is run as it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_actviz.capture.extractor import FeatureExtractor, activations
from tb_actviz.capture.selection import describe_layers
from tb_actviz.errors import InputError

BACKEND = keras.backend.backend()


class Hiding(layers.Layer):
    """Calls a layer where its values cannot be taken out."""

    def __init__(self, how: Callable[[Callable[[Any], Any], Any], Any]) -> None:
        super().__init__(name="hiding")
        self.how = how
        self.dense = layers.Dense(3, name="dense")

    def build(self, shape: Any) -> None:
        self.dense.build((None, shape[-1]))
        self.built = True

    def call(self, x: Any) -> Any:
        return self.how(self.dense, x)


def mapped(call: Callable[[Any], Any], x: Any) -> Any:
    return ops.map(lambda row: call(row[None])[0], x)


def vectorized(call: Callable[[Any], Any], x: Any) -> Any:
    return ops.vectorized_map(lambda row: call(row[None])[0], x)


def looped(call: Callable[[Any], Any], x: Any) -> Any:
    return ops.while_loop(lambda i, y: i < 1, lambda i, y: (i + 1, call(y)), (0, x))[1]


def rematerialised(call: Callable[[Any], Any], x: Any) -> Any:
    return keras.remat(call)(x)


def compiled_on_its_own(call: Callable[[Any], Any], x: Any) -> Any:
    if BACKEND == "tensorflow":
        import tensorflow as tf

        return tf.function(call)(x)
    import jax

    return jax.jit(call)(x)


HIDDEN = {
    "tensorflow": [mapped, vectorized, looped, compiled_on_its_own],
    "jax": [mapped, vectorized, looped, rematerialised, compiled_on_its_own],
    # The others run step by step there, and can be seen.
    "torch": [vectorized],
}[BACKEND]


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("how", HIDDEN)
def test_values_inside_a_loop_are_left_out_and_the_rest_is_right(
    how: Callable[..., Any],
) -> None:
    inputs = keras.Input((3,))
    x = layers.Dense(3, name="before")(inputs)
    x = layers.ReLU(name="after")(Hiding(how)(x))
    model = keras.Model(inputs, x, name="loops")
    x = np.random.default_rng(1).normal(size=(2, 3)).astype(np.float32)
    extract = FeatureExtractor(model, "*")
    found = extract(x)
    assert list(found) == ["before", "hiding", "after"]
    before = keras.ops.convert_to_numpy(model.get_layer("before")(x))
    hiding = keras.ops.convert_to_numpy(model.get_layer("hiding").dense(before))
    np.testing.assert_allclose(found["hiding"], hiding, rtol=1e-5, atol=1e-6)
    left_out = extract.describe().left_out
    assert {path.partition("#")[0] for path in left_out} == {"hiding/dense"}
    assert "inside a loop or a function compiled on its own" in str(extract.describe())
    if how in (rematerialised, compiled_on_its_own) and BACKEND == "jax":
        return  # compiled once, its layers are not called again
    for layers_asked in ("hiding/dense", "*/d*"):
        with pytest.raises(
            InputError, match="'hiding/dense' cannot be captured: it is"
        ):
            FeatureExtractor(model, layers_asked)
    (info,) = [i for i in describe_layers(model) if i.path == "hiding/dense"]
    assert info.warnings[0].startswith("cannot be captured: ")
    assert info.parameters == 12


class Deciding(keras.Model):
    """Looks at values while it runs, which only an eager run can."""

    def __init__(self) -> None:
        super().__init__(name="deciding")
        self.low = layers.Dense(2, name="low")
        self.high = layers.Dense(2, name="high")

    def call(self, x: Any) -> Any:
        if float(ops.convert_to_numpy(ops.mean(x))) > 0:
            return self.high(self.low(x))
        return self.low(x)


@pytest.mark.every_backend
def test_a_model_that_looks_at_values_is_run_eagerly() -> None:
    model = Deciding()
    x = np.full((2, 3), 0.5, np.float32)
    model(x)
    extract = FeatureExtractor(model, ["low", "high"])
    found = extract(x)
    low = keras.ops.convert_to_numpy(model.low(x))
    np.testing.assert_allclose(found["low"], low, rtol=1e-6)
    high = keras.ops.convert_to_numpy(model.high(model.low(x)))
    np.testing.assert_allclose(found["high"], high, rtol=1e-6)
    assert not extract.describe().compiled
    assert "run eagerly" in str(extract.describe())
    with pytest.raises(InputError) as refused:
        extract(-x)
    assert str(refused.value) == (
        "The layer 'high' is not called for these inputs. Choose other layers, or "
        "inputs for which it is."
    )


@pytest.mark.every_backend
def test_a_model_compiled_to_run_eagerly_is_run_eagerly() -> None:
    inputs = keras.Input((3,))
    model = keras.Model(inputs, layers.Dense(2, name="d")(inputs))
    assert FeatureExtractor(model, "*").describe().compiled == (BACKEND != "torch")
    model.compile("sgd", "mse", run_eagerly=True)
    assert not FeatureExtractor(model, "*").describe().compiled
    assert not FeatureExtractor(model, "*", compiled=False).describe().compiled


@pytest.mark.every_backend
def test_a_model_that_fails_says_so_itself() -> None:
    class Broken(keras.Model):
        def call(self, x: Any) -> Any:
            raise ValueError("no valve is open")

    with pytest.raises(
        InputError, match=r"'broken' \(Broken\) fails .* no valve is op"
    ):
        activations(Broken(name="broken"), np.ones((2, 3)), "*")


@pytest.mark.every_backend
def test_layers_that_make_several_rows_of_one_input() -> None:
    class Windows(layers.Layer):
        def call(self, x: Any) -> Any:
            n, h, w, c = ops.shape(x)
            x = ops.reshape(x, (n, 2, h // 2, 2, w // 2, c))
            x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
            return ops.reshape(x, (-1, h // 2, w // 2, c))

    class Positions(layers.Layer):
        def build(self, shape: Any) -> None:
            self.table = self.add_weight(shape=(2, 4), name="table")

        def call(self, x: Any) -> Any:
            return self.table + 0.0

    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.windows = Windows(name="windows")
            self.positions = Positions(name="positions")

        def call(self, x: Any) -> Any:
            return ops.sum(self.windows(x)) + ops.sum(self.positions(x))

    batch = np.arange(2 * 4 * 4 * 3, dtype=np.float32).reshape(2, 4, 4, 3)
    model = Own()
    found = activations(model, batch, "*")
    assert found["windows"].shape == (2, 4, 2, 2, 3)
    np.testing.assert_array_equal(found["windows"][1, 1], batch[1, :2, 2:])
    # The same for every input, whatever the number of inputs.
    table = keras.ops.convert_to_numpy(model.positions.table)
    np.testing.assert_array_equal(found["positions"], np.stack([table, table]))


@pytest.mark.skipif(BACKEND != "tensorflow", reason="only TensorFlow has text tensors")
def test_layers_after_text_are_listed_and_captured() -> None:
    inputs = keras.Input((1,), dtype="string")
    words = layers.StringLookup(vocabulary=["a", "b"], name="lookup")(inputs)
    x = layers.Embedding(4, 2, name="embedding")(words)
    model = keras.Model(inputs, x)
    (info,) = [i for i in describe_layers(model) if i.path == "lookup"]
    assert info.output_shape == (1,)
    found = activations(model, np.array([["a"], ["b"]]), "lookup")["lookup"]
    assert found.tolist() == [[1], [2]]
