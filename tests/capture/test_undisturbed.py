"""A training is the same to the bit with the callback, whatever its layers draw from.

What is kept as it was: generators, variables and tensors that Keras does not know, and
the modes of modules.
"""

# ruff: noqa: S311 - nothing here is secret

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from tb_actviz import ActivationCallback
from tb_actviz.capture.extractor import FeatureExtractor, activations
from tb_actviz.capture.undisturbed import undisturbed
from tb_actviz.errors import InputError

BACKEND = keras.backend.backend()
on_tensorflow = pytest.mark.skipif(BACKEND != "tensorflow", reason="of TensorFlow")
on_torch = pytest.mark.skipif(BACKEND != "torch", reason="of PyTorch")

X = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
Y = np.random.default_rng(1).normal(size=(12, 2)).astype(np.float32)

#: Not in any model.
SEEDS = keras.random.SeedGenerator(3)


class Changing(layers.Layer):
    """Gives what a function makes of it, whether it is trained or not.

    Args:
        change: Takes the layer and the tensor.
        held: What the layer holds.
    """

    def __init__(self, change: Callable[[Any, Any], Any], **held: Any) -> None:
        super().__init__()
        self.change = change
        for name, value in held.items():
            setattr(self, name, value)

    def call(self, x: Any) -> Any:
        return self.change(self, x)


def network(changing: layers.Layer) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(6, "tanh", name="first"),
            changing,
            layers.Dense(2, name="second"),
        ]
    )


def seed_all() -> None:
    keras.utils.set_random_seed(1)
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tf.random.set_global_generator(tf.random.Generator.from_seed(5))


def train(
    make: Callable[[], layers.Layer], folder: Path | None, eager: bool
) -> list[np.ndarray]:
    """Weights after a short training, watched at every batch if there is a folder."""
    seed_all()
    SEEDS.state.assign(np.array([3, 0], "uint32"))
    model = network(make())
    model.compile("adam", "mse", run_eagerly=eager)
    watching = []
    if folder is not None:
        watching = [
            ActivationCallback(
                folder,
                X[:3],
                layers="*",
                update_freq="batch",
                preprocess=None,
                max_overhead=None,
            )
        ]
    model.fit(X, Y, epochs=2, batch_size=4, verbose=0, callbacks=watching)
    return [keras.ops.convert_to_numpy(variable) for variable in model.variables]


def from_keras(layer: Any, x: Any) -> Any:
    return x + keras.random.normal(keras.ops.shape(x), seed=SEEDS)


def from_python(layer: Any, x: Any) -> Any:
    return x + random.gauss(0, 1)


def from_numpy(layer: Any, x: Any) -> Any:
    return x + float(np.random.normal())


def from_held(layer: Any, x: Any) -> Any:
    return x + float(layer.generator.normal())


def from_held_python(layer: Any, x: Any) -> Any:
    return x + layer.generators["python"].random()


EVERYWHERE: dict[str, Callable[[], layers.Layer]] = {
    "keras": lambda: Changing(from_keras),
    "python": lambda: Changing(from_python),
    "numpy": lambda: Changing(from_numpy),
    "numpy generator": lambda: Changing(from_held, generator=np.random.default_rng(4)),
    "numpy state": lambda: Changing(from_held, generator=np.random.RandomState(4)),
    "python generator": lambda: Changing(
        from_held_python, generators={"python": random.Random(4)}
    ),
}


def assert_trains_the_same(
    make: Callable[[], layers.Layer], folder: Path, eager: bool
) -> None:
    without, again = (train(make, None, eager) for _ in range(2))
    watched = train(make, folder, eager)
    for one, other, third in zip(without, again, watched, strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, third)


@pytest.mark.slow
@pytest.mark.every_backend
@pytest.mark.parametrize("eager", [False, True], ids=["compiled", "eager"])
@pytest.mark.parametrize("kind", EVERYWHERE)
def test_trainings_that_draw_are_the_same(
    kind: str, eager: bool, tmp_path: Path
) -> None:
    assert_trains_the_same(EVERYWHERE[kind], tmp_path, eager)


def of_tensorflow() -> dict[str, Callable[[], layers.Layer]]:
    import tensorflow as tf

    def normal(layer: Any, x: Any) -> Any:
        return x + tf.random.normal(tf.shape(x))

    def of_generator(layer: Any, x: Any) -> Any:
        return x + layer.generator.normal(tf.shape(x))

    def of_global(layer: Any, x: Any) -> Any:
        return x + tf.random.get_global_generator().normal(tf.shape(x))

    def in_numpy(layer: Any, x: Any) -> Any:
        noise = tf.numpy_function(
            lambda: np.float32(np.random.normal()), [], tf.float32
        )
        return x + tf.ensure_shape(noise, [])

    def in_python(layer: Any, x: Any) -> Any:
        noise = tf.py_function(lambda: random.random(), [], tf.float32)
        return x + tf.ensure_shape(noise, [])

    def counted(layer: Any, x: Any) -> Any:
        layer.count.assign_add(1.0)
        return x * tf.sin(layer.count)

    def counted_inside(layer: Any, x: Any) -> Any:
        layer.parts[0].count.assign_add(1.0)
        return x * tf.sin(layer.parts[0].count)

    @tf.function
    def in_function(x: Any, count: Any) -> Any:
        count.assign_add(1.0)
        return x * tf.sin(count)

    outside = tf.Variable(0.0, trainable=False)

    def counted_outside(layer: Any, x: Any) -> Any:
        return in_function(x, outside)

    class Part(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.count = tf.Variable(0.0, trainable=False)

    def anew() -> layers.Layer:
        outside.assign(0.0)
        return Changing(counted_outside)

    return {
        "operation seeds": lambda: Changing(normal),
        "generator": lambda: Changing(
            of_generator, generator=tf.random.Generator.from_seed(2)
        ),
        "global generator": lambda: Changing(of_global),
        "numpy_function": lambda: Changing(in_numpy),
        "py_function": lambda: Changing(in_python),
        "variable": lambda: Changing(counted, count=tf.Variable(0.0, trainable=False)),
        "variable of a module": lambda: Changing(counted_inside, parts=[Part()]),
        "variable elsewhere": anew,
    }


@pytest.mark.slow
@on_tensorflow
@pytest.mark.parametrize("eager", [False, True], ids=["compiled", "eager"])
@pytest.mark.parametrize(
    "kind",
    [
        *("operation seeds", "generator", "global generator", "numpy_function"),
        *("py_function", "variable", "variable of a module", "variable elsewhere"),
    ],
)
def test_what_tensorflow_keeps_stays(kind: str, eager: bool, tmp_path: Path) -> None:
    assert_trains_the_same(of_tensorflow()[kind], tmp_path, eager)


@pytest.mark.slow
@pytest.mark.skipif(BACKEND != "jax", reason="of JAX")
@pytest.mark.parametrize("eager", [False, True], ids=["compiled", "eager"])
@pytest.mark.parametrize("call", ["pure_callback", "io_callback"])
def test_what_is_called_back_by_jax_draws_nothing(
    call: str, eager: bool, tmp_path: Path
) -> None:
    import jax
    from jax.experimental import io_callback

    back = {"pure_callback": jax.pure_callback, "io_callback": io_callback}[call]

    def draw() -> np.ndarray:
        return np.asarray(np.random.normal(), np.float32)

    def noisy(layer: Any, x: Any) -> Any:
        return x + jax.lax.stop_gradient(
            jax.jit(lambda: back(draw, jax.ShapeDtypeStruct((), np.float32)))()
        )

    assert_trains_the_same(lambda: Changing(noisy), tmp_path, eager)


def of_torch() -> dict[str, Callable[[], layers.Layer]]:
    import torch
    from torch import nn

    def noise(layer: Any, x: Any) -> Any:
        return x + torch.randn_like(x)

    def dropped(layer: Any, x: Any) -> Any:
        return nn.functional.dropout(x, 0.5, training=True)

    def of_generator(layer: Any, x: Any) -> Any:
        return x + torch.rand((), generator=layer.generator)

    class Counting(nn.Module):
        def __init__(self, in_place: bool) -> None:
            super().__init__()
            self.register_buffer("count", torch.zeros(()))
            self.in_place = in_place

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if self.in_place:
                self.count += 1
            else:
                self.count = self.count + 1
            return x * torch.sin(self.count)

    class Late(nn.Module):
        """Takes its first values from the first batch, as some normalisations do."""

        def __init__(self) -> None:
            super().__init__()
            self.is_ready = False

        def forward(self, x: Any) -> Any:
            if x.device.type == "meta":  # Keras asks for shapes
                return x
            if not self.is_ready:
                self.register_buffer("mean", x.detach().mean(0))
                self.is_ready = True
            return x - self.mean

    class Renormalising(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(4, 6, max_norm=0.5)

        def forward(self, x: Any) -> Any:
            # Batches of the training have another row than those that are watched.
            return x + self.table(torch.full((x.shape[0],), x.shape[0] % 4))

    class Normalising(nn.Module):
        """With statistics of its own, updated in whichever mode."""

        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("mean", torch.zeros(6))
            self.register_buffer("variance", torch.ones(6))

        def forward(self, x: Any) -> Any:
            nn.functional.batch_norm(x, self.mean, self.variance, training=True)
            return x - self.mean

    def kept(layer: Any, x: Any) -> Any:
        layer.tensors["count"].add_(1)
        return x * torch.sin(layer.tensors["count"])

    outside = torch.zeros(())

    def kept_outside(layer: Any, x: Any) -> Any:
        outside.data += 1
        return x * torch.sin(outside)

    def anew() -> layers.Layer:
        outside.zero_()
        return Changing(kept_outside)

    def wrapped(make: Callable[[], nn.Module]) -> Callable[[], layers.Layer]:
        return lambda: layers.TorchModuleWrapper(make(), output_shape=(None, 6))

    return {
        "randn_like": lambda: Changing(noise),
        "dropout": lambda: Changing(dropped),
        "generator": lambda: Changing(
            of_generator, generator=torch.Generator().manual_seed(3)
        ),
        "buffer": wrapped(lambda: Counting(in_place=True)),
        "buffer made anew": wrapped(lambda: Counting(in_place=False)),
        "buffer of a script": wrapped(
            lambda: torch.jit.script(Counting(in_place=True))
        ),
        "buffer of a script made anew": wrapped(
            lambda: torch.jit.script(Counting(in_place=False))
        ),
        "buffer made late": wrapped(Late),
        "parameter": wrapped(Renormalising),
        "statistics": wrapped(Normalising),
        "batch normalisation": wrapped(lambda: nn.BatchNorm1d(6)),
        "module's dropout": wrapped(
            lambda: nn.Sequential(nn.Linear(6, 6), nn.Dropout(0.5))
        ),
        "spectral normalisation": wrapped(
            lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(6, 6))
        ),
        "tensor": lambda: Changing(kept, tensors={"count": torch.zeros(())}),
        "tensor elsewhere": anew,
    }


@pytest.mark.slow
@on_torch
@pytest.mark.every_backend
@pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated")
@pytest.mark.parametrize(
    "kind",
    [
        *("randn_like", "dropout", "generator", "buffer", "buffer made anew"),
        *("buffer of a script", "buffer of a script made anew"),
        *("buffer made late", "parameter", "statistics", "batch normalisation"),
        *("module's dropout", "spectral normalisation", "tensor", "tensor elsewhere"),
    ],
)
def test_what_torch_keeps_stays(kind: str, tmp_path: Path) -> None:
    assert_trains_the_same(of_torch()[kind], tmp_path, eager=False)


@pytest.mark.every_backend
def test_what_other_threads_draw_meanwhile_stays_drawn() -> None:
    model = network(Changing(from_keras))
    np.random.seed(3)
    random.seed(3)
    expected = np.random.normal(size=4).tolist(), [random.random() for _ in range(4)]
    np.random.seed(3)
    random.seed(3)
    drawn: tuple[list[float], list[float]] = ([], [])

    def draw() -> None:
        drawn[0].append(np.random.normal())
        drawn[1].append(random.random())

    for _ in range(4):
        with undisturbed(model):
            loader = threading.Thread(target=draw)
            loader.start()
            loader.join()
    assert drawn == expected


@pytest.mark.slow
@on_tensorflow
@pytest.mark.parametrize("eager", [False, True], ids=["compiled", "eager"])
def test_a_generator_that_draws_while_the_model_is_watched_draws_on(
    eager: bool, tmp_path: Path
) -> None:
    class Composite(layers.Layer):
        """Such a layer is watched while it runs."""

        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(6)

        def call(self, x: Any) -> Any:
            return from_keras(self, self.dense(x))

    def batches() -> Any:
        # TensorFlow runs this in a thread of its own, ahead of the training.
        while True:
            x = np.random.normal(size=(4, 4)).astype(np.float32)
            yield x, x[:, :2] * random.random()

    def weights(*watching: keras.callbacks.Callback) -> list[np.ndarray]:
        seed_all()
        SEEDS.state.assign(np.array([3, 0], "uint32"))
        model = network(Composite())
        model.compile("adam", "mse", run_eagerly=eager)
        model.fit(
            batches(), steps_per_epoch=8, epochs=2, verbose=0, callbacks=list(watching)
        )
        return model.get_weights()  # type: ignore[no-any-return]

    watch = ActivationCallback(
        tmp_path, X[:3], "*", update_freq="batch", preprocess=None, max_overhead=None
    )
    for one, other in zip(weights(), weights(watch), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.every_backend
@pytest.mark.parametrize("compiled", [True, False])
def test_states_are_put_back_where_the_model_fails(compiled: bool) -> None:
    fails = threading.Event()

    def failing(layer: Any, x: Any) -> Any:
        x = x + float(np.random.normal()) + random.random()
        if fails.is_set():
            raise RuntimeError("the wire is cut")
        return x

    model = network(Changing(failing))
    extract = FeatureExtractor(model, "*", preprocess=None, compiled=compiled)
    fails.set()
    np.random.seed(7)
    random.seed(7)
    with pytest.raises(InputError, match="the wire is cut"):
        extract(X[:2])
    drawn = np.random.normal(), random.random()
    np.random.seed(7)
    random.seed(7)
    assert drawn == (np.random.normal(), random.random())


@on_tensorflow
def test_variables_are_put_back_where_tensorflow_fails() -> None:
    import tensorflow as tf

    count = tf.Variable(0.0, trainable=False)

    def failing(layer: Any, x: Any) -> Any:
        count.assign_add(1.0)
        with tf.control_dependencies([tf.debugging.assert_less(x, 100.0)]):
            return tf.identity(x)

    model = network(Changing(failing))
    extract = FeatureExtractor(model, "*", preprocess=None, compiled=True)
    extract(X[:2])
    assert float(count) == 0
    model.get_layer("first").activation = None
    extract = FeatureExtractor(model, "*", preprocess=None, compiled=True)
    with pytest.raises(InputError):
        extract(X[:2] * 1e6)
    assert float(count) == 0


@on_torch
@pytest.mark.every_backend
@pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated")
def test_each_module_goes_back_to_the_mode_it_was_in() -> None:
    import torch

    net = torch.nn.Sequential(
        torch.nn.Linear(6, 6),
        torch.nn.Sequential(torch.nn.Dropout(0.5)),
        torch.jit.script(torch.nn.Dropout(0.5)),
    )
    wrapper = layers.TorchModuleWrapper(net, output_shape=(None, 6))
    model = network(wrapper)
    model.train()
    net[0].eval()
    wrapper.eval()
    net[1].train()
    before = {
        id(module): module.training
        for layer in (model, *model.layers)
        for module in layer.modules()
    }
    assert len(set(before.values())) == 2
    activations(model, X[:2], "*", preprocess=None)
    after = {
        id(module): module.training
        for layer in (model, *model.layers)
        for module in layer.modules()
    }
    assert before == after


@on_torch
@pytest.mark.every_backend
def test_torchs_own_mode_is_that_of_predict() -> None:
    import torch

    class Dropping(layers.Layer):
        def call(self, x: Any) -> Any:
            return torch.nn.functional.dropout(x, 0.5, self.training)

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dropping = Dropping(name="dropping")
            self.dense = layers.Dense(64, name="dense")

        def call(self, x: Any) -> Any:
            return self.dense(self.dropping(x))

    model = Net()
    model(X)
    model.train()
    captured = activations(model, X, ["dropping", "dense"], preprocess=None)
    assert model.dropping.training
    np.testing.assert_array_equal(captured["dropping"], X)
    predicted = model.predict(X, verbose=0)
    np.testing.assert_allclose(captured["dense"], predicted, rtol=1e-6)


@pytest.mark.every_backend
def test_values_that_are_a_layers_own_do_not_change_with_it() -> None:
    class Table(layers.Layer):
        def build(self, shape: Any) -> None:
            self.table = self.add_weight(shape=(5, 3), initializer="ones")

        def call(self, x: Any) -> Any:
            return self.table.value

    inputs = keras.Input((4,))
    table = Table(name="table")
    x = layers.Dense(3)(inputs) + keras.ops.mean(table(inputs), axis=0)
    model = keras.Model(inputs, layers.Dense(2)(x))
    model.compile("sgd", "mse")
    extract = FeatureExtractor(model, ["table"], preprocess=None)
    captured = extract(X[:1])["table"]
    before = captured.copy()
    model.fit(X, Y, epochs=2, verbose=0)
    assert (keras.ops.convert_to_numpy(table.table) != 1).any()
    np.testing.assert_array_equal(captured, before)


@pytest.mark.every_backend
def test_layers_made_in_a_run_take_no_seeds_from_python() -> None:
    class Making(keras.Model):
        def call(self, x: Any) -> Any:
            return layers.Dense(3)(x)

    model = Making()
    model(X[:2])
    extract = FeatureExtractor(model, "*", preprocess=None, compiled=False)
    random.seed(7)
    extract(X[:2])
    drawn = random.random()
    random.seed(7)
    assert drawn == random.random()


@pytest.mark.every_backend
def test_metrics_inside_a_layer_stay() -> None:
    metric = keras.metrics.Mean()
    metric.update_state(2.0)

    def measured(layer: Any, x: Any) -> Any:
        layer.metric.update_state(x)
        return x

    model = network(Changing(measured, metric=metric))
    before = [keras.ops.convert_to_numpy(v) for v in metric.variables]
    for compiled in (True, False):
        FeatureExtractor(model, "*", preprocess=None, compiled=compiled)(X[:2])
    after = [keras.ops.convert_to_numpy(v) for v in metric.variables]
    np.testing.assert_array_equal(before, after)


def test_a_state_that_cannot_be_saved_is_no_reason_to_fail() -> None:
    model = network(
        Changing(
            lambda layer, x: x + layer.source.random(), source=random.SystemRandom()
        )
    )
    assert len(activations(model, X[:2], "*", preprocess=None)) == 3
